import { ignoreFailure } from "../../../lib/errors/index.ts";
import type { Client, Device } from "../../../lib/client/index.ts";
import { DEVICE, getWipeRequirement, ownerIdOf, usesAccount } from "../../../lib/model/device.ts";
import { describeProblem } from "../../../lib/model/problem.ts";
import { text } from "../../../lib/text/index.ts";
import type { Field } from "../../field.ts";
import type { ResultLayout, ChangeResult } from "../../records/change-result.ts";
import type { Tools } from "../../tools.ts";
import { DEVICE_COLUMNS } from "../columns.ts";

export const DEVICE_RESULT_LAYOUT: ResultLayout<Device> = {
  columns: DEVICE_COLUMNS,
  fields: DEVICE.fields,
  called: ({ serialNumber }) => serialNumber,
};

/** The expected number of wipes, for a command that sets owners by hand. */
export const CONFIRM_WIPES = {
  kind: "number",
  about: text("number of devices that you expect to be wiped", "初期化が必要になるデバイスの台数の確認"),
} as const satisfies Field;

/** Notes the devices that have to be wiped before they get another owner. */
export async function noteWipes({ terminal }: Pick<Tools, "terminal">, devices: readonly Device[]): Promise<void> {
  for (const device of devices) {
    const { en, ja } = describeProblem({
      code: "owner-wipe",
      params: { certain: getWipeRequirement(device) === "has" ? 1 : 0 },
    });
    await terminal.note(text(`${device.serialNumber}: ${en}`, `${device.serialNumber}: ${ja}`));
  }
}

/** Warns if an Android device's new owner already has one, naming it: an account is for one device.  @see facts 1.3 */
export async function warnOfSharedAccounts(
  { terminal }: Pick<Tools, "terminal">,
  client: Client<"devices">,
  all: readonly ChangeResult<Device>[],
): Promise<void> {
  for (const { before, after } of all) {
    const { owner, serialNumber } = after;
    if (owner === null || !usesAccount(after) || (before !== null && ownerIdOf(before) === owner.id)) continue;
    const shared = await ignoreFailure(() => findDeviceSharingAccount(client, owner.id, after.id));
    if (shared === undefined) continue;
    const params = { owner: `${owner.name} <${owner.email}>`, device: shared.serialNumber };
    const { en, ja } = describeProblem({ code: "account-shared", params });
    await terminal.note(text(`warning: ${serialNumber}: ${en}`, `警告: ${serialNumber}: ${ja}`));
  }
}

const findDeviceSharingAccount = async (
  client: Client<"devices">,
  owner: string,
  id: string,
): Promise<Device | undefined> => {
  for await (const other of client.devices.list({ owner })) {
    if (other.id !== id && usesAccount(other)) return other;
  }
  return undefined;
};
