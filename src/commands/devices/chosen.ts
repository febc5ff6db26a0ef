import type { Device } from "../../lib/client/index.ts";
import { SELECTION_OPTIONS } from "../kit/change/deletion-options.ts";
import { createNoTargetFailure, selectFromFile, type Selection } from "../kit/change/selection.ts";
import type { InputOf } from "../kit/field.ts";
import type { Tools } from "../kit/tools.ts";
import { DEVICE_ARGUMENT, findDevicesByName } from "../kit/columns/devices.ts";

/** The arguments and options of a command that takes devices by name or as a list. */
export const CHOSEN_DEVICES = {
  args: { device: { ...DEVICE_ARGUMENT, required: undefined, repeatable: true } },
  options: SELECTION_OPTIONS,
} as const;

/** Finds typed and listed devices, and says what is not part of the selection. Undefined if the user says no. */
export async function chooseDevices(
  tools: Tools,
  names: readonly string[],
  options: InputOf<typeof SELECTION_OPTIONS>,
): Promise<{ readonly devices: readonly Device[]; readonly listed: Selection } | undefined> {
  const typed = await findDevicesByName(tools, names);
  const listed = await selectFromFile(tools, "devices", options);
  if (listed === undefined) return undefined;
  for (const note of listed.notes) await tools.terminal.note(note);
  const ids = new Set(listed.ids);
  if (ids.size + typed.length + listed.notes.length === 0) throw createNoTargetFailure(options.file);
  const { client } = await tools.tenant("devices");
  const all = ids.size === 0 ? [] : await Array.fromAsync(client.devices.list());
  const chosen = [...typed, ...all.filter(({ id }) => ids.has(id))];
  return { devices: [...new Map(chosen.map((device) => [device.id, device])).values()], listed };
}
