import type { Account } from "../../lib/client/index.ts";
import { formatCount, text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { DRY_RUN_OPTION } from "../records/options.ts";
import { STATE_UNCHANGED } from "../records/change-result.ts";
import { ACCOUNT_ARGUMENT, ACCOUNT_COLUMNS, findAccount } from "./columns.ts";
import type { Tools } from "../tools.ts";
import { showChangedAccount } from "./changed-account.ts";
import { confirmChange } from "../permission.ts";

async function confirmRevocation(tools: Tools, { id, name, role }: Account, dryRun: boolean): Promise<boolean> {
  const { terminal, globals } = tools;
  if (dryRun || globals.yes || !terminal.interactive || role !== "system") return true;
  const { client } = await tools.tenant("accounts");
  const all = await Array.fromAsync(client.accounts.list({ role: "system" }));
  const left = all.filter((other) => other.id !== id).length;
  if (left === 0) return true;
  const message = text(
    `Revoke the role of ${name}? ${formatCount(left, "system administrator")} will remain.`,
    `「${name}」の管理者権限を外しますか? 残るシステム管理者は ${left} 人です。`,
  );
  if (await confirmChange(tools, message)) return true;
  await terminal.note(STATE_UNCHANGED);
  return false;
}

export default defineCommand({
  summary: text(
    "revoke the role of a CLOMO account (accounts cannot be deleted)",
    "CLOMO アカウントの管理者権限を外す(アカウントは削除できません)",
  ),
  args: { named: ACCOUNT_ARGUMENT },
  options: { dryRun: DRY_RUN_OPTION },
  examples: [{ line: "clomoctl clomo-account revoke taro01 --dry-run" }],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: ACCOUNT_COLUMNS,
  async run(tools, { named, dryRun }) {
    const { client } = await tools.tenant("accounts");
    const account = await findAccount(client, named);
    const { id } = account;
    if (!(await confirmRevocation(tools, account, dryRun))) return;
    await showChangedAccount(tools, await client.accounts.revoke(id, { dryRun }));
  },
});
