import type { Client, Device } from "../../lib/client/index.ts";
import { DEVICE } from "../../lib/model/device.ts";
import { text } from "../../lib/text/index.ts";
import { columnsOfFields } from "../listing/columns.ts";
import { theOne, type NamedKind } from "../listing/named.ts";

/** The argument that names a device. */
export const DEVICE_ARGUMENT = {
  kind: "string",
  required: true,
  names: "devices",
  about: text("id, serial number or IMEI (blanks included)", "ID・シリアルナンバー・IMEI(空白も含む)"),
} as const;

const DEVICE_NAMES: NamedKind<Device> = {
  noun: text("device", "デバイス"),
  list: "clomoctl devices list",
  describe: ({ id, serialNumber, identificationName: name }) =>
    [serialNumber, ...(name === null ? [] : [name]), id].join(" "),
};

/**
 * The device of an id, a serial number or an IMEI.
 *
 * @throws `not-found` when there is none, `usage` when there are several
 */
export const deviceNamed = async (client: Client<"devices">, name: string): Promise<Device> =>
  theOne(name, await client.devices.find({ name }), DEVICE_NAMES);

/** Devices by their names, each once. @throws as {@link deviceNamed} */
export async function devicesNamed(client: Client<"devices">, names: readonly string[]): Promise<readonly Device[]> {
  const found = new Map<string, Device>();
  for (const name of names) {
    const device = await deviceNamed(client, name);
    found.set(device.id, device);
  }
  return [...found.values()];
}

/** All columns of a device. */
export const DEVICE_COLUMNS = columnsOfFields<Device>(DEVICE.fields);

/** Help on the filters of devices. */
export const FILTER_DETAILS = [
  text(
    "--filter-name looks in the identification name (端末識別名), --filter-id in the serial number.",
    "--filter-name は端末識別名、--filter-id はシリアルナンバーを検索します。",
  ),
];
