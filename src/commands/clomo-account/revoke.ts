import type { Account } from "../../lib/client/index.ts";
import { formatCount, text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { DRY_RUN_OPTION } from "../records/options.ts";
import { STATE_UNCHANGED, STATE_MAYBE_CHANGED } from "../records/change-result.ts";
import { ACCOUNT_ARGUMENT, ACCOUNT_COLUMNS, findAccount } from "./columns.ts";
import { requireAccountsWrite } from "./options.ts";
import { confirmSupportLoss, printSupportReport } from "./successor.ts";
import type { Tools } from "../tools.ts";
import { showChangedAccount } from "./rights-after-change.ts";
import { confirmChange } from "../permission.ts";

/** Asks on a terminal before a system administrator loses the role. The support option has its own question. */
async function confirmRevocation(
  tools: Tools,
  { id, name, role, supportOption }: Account,
  dryRun: boolean,
): Promise<boolean> {
  const { terminal, globals } = tools;
  if (dryRun || globals.yes || !terminal.interactive || role !== "system" || supportOption) return true;
  const { client } = await tools.tenant("accounts");
  const all = await Array.fromAsync(client.accounts.list({ role: "system" }));
  const left = all.filter((other) => other.id !== id).length;
  // the tenant refuses to revoke the last one
  if (left === 0) return true;
  const message = text(
    `Revoke the role of ${name}? ${formatCount(left, "system administrator")} will be left.`,
    `「${name}」の管理者権限を外しますか? 残るシステム管理者は ${left} 人です。`,
  );
  if (await confirmChange(tools, message)) return true;
  await terminal.note(STATE_UNCHANGED);
  return false;
}

export default defineCommand({
  summary: text("revoke the role of a CLOMO account", "CLOMO アカウントの管理者権限を外す"),
  details: [
    text(
      "The account is kept, with 「管理者権限を付与しない」. It can no longer sign in to CLOMO PANEL, which has the same effect as deleting it. The scheme, managed organisations, support option and notice emails are removed with the role. The role of the last system administrator cannot be revoked. If nobody else has the support option, you are warned and asked first; with --yes or --dry-run, the warning comes at the end.",
      "アカウントは残り、「管理者権限を付与しない」になります。CLOMO PANEL にログインできなくなるため、削除と同等です。スキーム、管理対象組織、サポートオプション、お知らせメール受信もなくなります。最後のシステム管理者の権限は外せません。サポートオプションを付与された人がほかにいないときは、先にその旨を示して確認します(--yes と --dry-run では最後に示します)。",
    ),
  ],
  args: { named: ACCOUNT_ARGUMENT },
  options: { dryRun: DRY_RUN_OPTION },
  examples: [{ line: "clomoctl clomo-account revoke taro01 --dry-run" }],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: ACCOUNT_COLUMNS,
  async run(tools, { named, dryRun }) {
    tools.describeState(() => STATE_UNCHANGED);
    await requireAccountsWrite(tools, text("revoke roles", "管理者権限を外す"));
    const { client } = await tools.tenant("accounts");
    const account = await findAccount(client, named);
    const { id } = account;
    const tryOut = () => client.accounts.revoke(id, { dryRun: true });
    const left = await confirmSupportLoss(tools, account, { role: "none", dryRun, tryOut });
    if (left === undefined || !(await confirmRevocation(tools, account, dryRun))) return;
    tools.describeState(() => STATE_MAYBE_CHANGED);
    await printSupportReport(
      tools,
      left,
      await showChangedAccount(tools, await client.accounts.revoke(id, { dryRun })),
    );
  },
});
