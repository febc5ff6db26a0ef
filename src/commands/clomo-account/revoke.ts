import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { DRY_RUN } from "../records/options.ts";
import { BEFORE_WRITING, WHILE_WRITING } from "../records/written.ts";
import { ACCOUNT_ARGUMENT, ACCOUNT_COLUMNS, accountNamed } from "./columns.ts";
import { requireToWrite } from "./options.ts";
import { leftByChange, tellLeft } from "./successor.ts";
import { showAccountWritten } from "./written.ts";

export default defineCommand({
  summary: text("take the role of a CLOMO account away", "CLOMO アカウントの管理者権限を外す"),
  details: [
    text(
      "The account stays, with 「管理者権限を付与しない」: it can sign in to CLOMO PANEL no more, which is as good as deleting it. Scheme, managed organisations, support option and notice mail end with the role. The last system administrator keeps it. Where nobody else holds the support option that is said, and asked, first; with --yes or --dry-run it is said last.",
      "アカウントは残り、「管理者権限を付与しない」になります。CLOMO PANEL にログインできなくなるため、削除と同等です。スキーム、管理対象組織、サポートオプション、お知らせメール受信もなくなります。最後のシステム管理者の権限は外せません。サポートオプションを付与された人がほかにいないときは、先にその旨を示して確認します(--yes と --dry-run では最後に示します)。",
    ),
  ],
  args: { named: ACCOUNT_ARGUMENT },
  options: { dryRun: DRY_RUN },
  examples: [{ line: "clomoctl clomo-account revoke taro01 --dry-run" }],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: ACCOUNT_COLUMNS,
  async run(tools, { named, dryRun }) {
    tools.describeState(() => BEFORE_WRITING);
    await requireToWrite(tools, text("take roles away", "管理者権限を外す"));
    const { client } = await tools.tenant("accounts");
    const account = await accountNamed(client, named);
    const { id } = account;
    const tryOut = () => client.accounts.revoke(id, { dryRun: true });
    const left = await leftByChange(tools, account, { role: "none", dryRun, tryOut });
    if (left === undefined) return;
    tools.describeState(() => WHILE_WRITING);
    await tellLeft(tools, left, await showAccountWritten(tools, await client.accounts.revoke(id, { dryRun })));
  },
});
