import { ignoreFailure } from "../../lib/errors/index.ts";
import type { Client, Device } from "../../lib/client/index.ts";
import { DEVICE, ownerIdOf, usesAccount } from "../../lib/model/device.ts";
import { describeProblem } from "../../lib/model/problem.ts";
import { text } from "../../lib/text/index.ts";
import type { ResultLayout, ChangeResult } from "../records/change-result.ts";
import type { Tools } from "../tools.ts";
import { DEVICE_COLUMNS } from "./columns.ts";

/** How the result of a change to a device is shown. */
export const DEVICE_RESULT_LAYOUT: ResultLayout<Device> = {
  columns: DEVICE_COLUMNS,
  fields: DEVICE.fields,
  called: ({ serialNumber }) => serialNumber,
  deletion: "devices.delete",
};

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

/** Returns the first other device of an owner that uses the owner's account. */
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
