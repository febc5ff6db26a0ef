import { ERRORS } from "../lib/errors/index.ts";
import { text } from "../lib/text/index.ts";
import { defineCommand } from "./command.ts";
import { checkContexts } from "./doctor/contexts.ts";
import { checkHome } from "./doctor/home.ts";
import { checkMachine } from "./doctor/machine.ts";
import { checkRenewals } from "./doctor/renewals.ts";
import { showFindings } from "./doctor/show.ts";

export default defineCommand({
  summary: text("tell what works, what is missing and how to mend it", "動作状況、足りないもの、直し方を表示する"),
  details: [
    text(
      "Looks at this machine, the home, each context and its tenant, the daily run and the notices; what is wrong comes first, with what to type. It asks no network (--online does) and changes nothing, but that what ended commands left behind goes, as with every command. The file of each embedded tenant is read whole, which takes seconds where it is large. No secret is shown.",
      "この PC、ホーム、各コンテキストとテナント、毎日の自動実行、通知を調べ、問題のあるものから、直すコマンドとともに表示します。ネットワークには接続せず(--online で接続)、何も変更しません(終了したコマンドの一時ファイルは、どのコマンドとも同じく削除します)。embedded テナントのファイルは全体を読むため、大きいと数秒かかります。機密情報は表示しません。",
    ),
    text(
      "Exit code 3 where there is a problem, 0 where there are warnings at most. Warned of are plans that wait for more than 3 days, uploads for 7, console tasks for 14, a mirror that is older than 30; these limits are ours.",
      "問題があれば終了コード 3、警告だけなら 0 です。確定待ちの計画は 3 日、照合待ちは 7 日、管理画面での作業は 14 日、データの新しさは 30 日を超えると警告します(基準は clomoctl 独自)。",
    ),
  ],
  args: {},
  options: {
    online: {
      kind: "boolean",
      about: text(
        "also ask served tenants, and look up the mail server",
        "リモートのテナントとメールサーバーにも接続して確認する",
      ),
    },
  },
  examples: [{ line: "clomoctl doctor" }, { line: "clomoctl doctor --format json" }],
  exits: ["input-rejected"],
  opensTenant: false,
  exitMeanings: [
    [0, text("no problem", "問題なし")],
    [ERRORS["input-rejected"].exit, text("a problem was found", "問題がある")],
  ],
  async run(tools, { online }) {
    const machine = await checkMachine(tools);
    const home = await checkHome(tools);
    const contexts = await checkContexts(tools, { online });
    const renewals = await checkRenewals(tools, contexts, { online });
    return showFindings(tools.terminal, [...machine, ...home, ...contexts.findings, ...renewals]);
  },
});
