import { ERRORS } from "../lib/errors/index.ts";
import { text } from "../lib/text/index.ts";
import { defineCommand } from "./command.ts";
import { checkContexts } from "./doctor/contexts.ts";
import { checkHome } from "./doctor/home.ts";
import { checkRenewals } from "./doctor/renewals.ts";
import { showFindings } from "./doctor/show.ts";

export default defineCommand({
  summary: text("show what works, what is missing and how to fix it", "動作状況、足りないもの、直し方を表示する"),
  details: [
    text(
      "Checks this computer, the home, each context and its tenant (with --context, only this one), the daily run and the reminders. Problems come first, with the command to type. Does not use the network unless you pass --online. Changes nothing. Reads the whole file of each local tenant, which takes seconds if the file is large. Does not show secrets.",
      "この PC、ホーム、各コンテキストとテナント(--context があればそれだけ)、毎日の自動実行、通知を調べ、問題のあるものから、直すコマンドとともに表示します。ネットワークには接続せず(--online で接続)、何も変更しません。このコンピューターのテナントのファイルは全体を読むため、大きいと数秒かかります。パスワードなどは表示しません。",
    ),
  ],
  args: {},
  options: {
    online: {
      kind: "boolean",
      about: text("also contact remote tenants", "リモートのテナントへの接続も確認する"),
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
    const home = await checkHome(tools);
    const contexts = await checkContexts(tools, { online });
    const renewals = await checkRenewals(tools, contexts);
    return showFindings(tools.terminal, [...home, ...contexts.findings, ...renewals]);
  },
});
