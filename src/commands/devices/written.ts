import { unlessFailing } from "../../lib/errors/index.ts";
import type { Client, Device } from "../../lib/client/index.ts";
import { DEVICE, ownerIdOf, usesAccount } from "../../lib/model/device.ts";
import { describeProblem } from "../../lib/model/problem.ts";
import { text } from "../../lib/text/index.ts";
import type { ResultLayout, ChangeResult } from "../records/written.ts";
import type { Tools } from "../tools.ts";
import { DEVICE_COLUMNS } from "./columns.ts";

/** How a device is shown that was written. */
export const DEVICE_WRITTEN: ResultLayout<Device> = {
  columns: DEVICE_COLUMNS,
  fields: DEVICE.fields,
  called: ({ serialNumber }) => serialNumber,
  deletion: "devices.delete",
};

/** Warns of the first other Android device of each new owner, whose account is meant for one of them. @see facts 1.3 */
export async function warnOfSharedAccounts(
  { terminal }: Pick<Tools, "terminal">,
  client: Client<"devices">,
  all: readonly ChangeResult<Device>[],
): Promise<void> {
  for (const { before, after } of all) {
    const { owner, serialNumber } = after;
    if (owner === null || !usesAccount(after) || (before !== null && ownerIdOf(before) === owner.id)) continue;
    const shared = await unlessFailing(() => otherWithAccount(client, owner.id, after.id));
    if (shared === undefined) continue;
    const params = { owner: `${owner.name} <${owner.email}>`, device: shared.serialNumber };
    const { en, ja } = describeProblem({ code: "account-shared", params });
    await terminal.note(text(`warning: ${serialNumber}: ${en}`, `警告: ${serialNumber}: ${ja}`));
  }
}

/** The first other device of an owner that uses the account. */
const otherWithAccount = async (client: Client<"devices">, owner: string, id: string): Promise<Device | undefined> => {
  for await (const other of client.devices.list({ owner })) {
    if (other.id !== id && usesAccount(other)) return other;
  }
  return undefined;
};
