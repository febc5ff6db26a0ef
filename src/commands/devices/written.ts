import { unlessFailing } from "../../lib/errors/index.ts";
import type { Client, Device } from "../../lib/client/index.ts";
import { DEVICE, ownerIdOf, usesAccount } from "../../lib/model/device.ts";
import { comparisonKey } from "../../lib/model/normalise.ts";
import { describeProblem } from "../../lib/model/problem.ts";
import { text } from "../../lib/text/index.ts";
import { shownOption, typedWord } from "../../lib/text/shell-word.ts";
import { orgWord } from "../orgs/named.ts";
import { backByEdit, type Showing, type Written } from "../records/written.ts";
import type { Tools } from "../tools.ts";
import { DEVICE_COLUMNS } from "./columns.ts";

const wordOf = ({ serialNumber, id }: Device): string => typedWord(serialNumber, id);

/** How a device is shown that was written, and what takes that back. */
export const DEVICE_WRITTEN: Showing<Device> = {
  columns: DEVICE_COLUMNS,
  fields: DEVICE.fields,
  called: ({ serialNumber }) => serialNumber,
  back: (written) => {
    const word = wordOf(written.after);
    return written.before === null
      ? `clomoctl devices delete ${word}`
      : backByEdit(`clomoctl devices edit ${word}`, DEVICE.fields, written);
  },
};

/** The command that gives a device the owner back that it had. */
export const backByOwner =
  (tools: Tools): Showing<Device>["back"] =>
  async ({ before, after }) => {
    if (before === null) return undefined;
    const command = `clomoctl devices set-owner ${wordOf(after)}`;
    const { owner, ownerOrg } = before;
    if (owner !== null) return `${command} ${shownOption("--user", owner.email)}`;
    return ownerOrg === null ? `${command} --none` : `${command} --org ${await orgWord(tools, ownerOrg)}`;
  };

/** The command that gives a device the tags back that it had. */
export const backByTags: Showing<Device>["back"] = ({ before, after }) => {
  if (before === null) return undefined;
  const lacking = (tags: readonly string[], of: readonly string[]): readonly string[] => {
    const keys = new Set(of.map((tag) => comparisonKey("name", tag)));
    return tags.filter((tag) => !keys.has(comparisonKey("name", tag)));
  };
  const words = [
    ...lacking(before.tags, after.tags).map((tag) => shownOption("--add", tag)),
    ...lacking(after.tags, before.tags).map((tag) => shownOption("--remove", tag)),
  ];
  return words.length === 0 ? undefined : [`clomoctl devices tag ${wordOf(after)}`, ...words].join(" ");
};

/** Warns of the first other Android device of each new owner, whose account is meant for one of them. @see facts 1.3 */
export async function warnOfSharedAccounts(
  { terminal }: Pick<Tools, "terminal">,
  client: Client<"devices">,
  all: readonly Written<Device>[],
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
