import { line } from "../../lib/advice/index.ts";
import { evaluate, gapsOf } from "../../lib/handover/checklist/index.ts";
import { formerHomesOf, hangingOn } from "../../lib/handover/checklist/leaver.ts";
import type { Item } from "../../lib/handover/checklist/item.ts";
import { askedOfConsole } from "../../lib/handover/not-known.ts";
import { counted, text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { isUsualTable } from "../listing/list.ts";
import { factsOf, handedOver, today } from "./facts.ts";
import { lastDay, LEAVER_OPTIONS, personNamed, recordsOf, refuseNobody } from "./leaver.ts";
import { CHECKLIST_COLUMNS, inShort, rowsOf, writeForPeople } from "./rows.ts";

export default defineCommand({
  summary: text("show what a handover needs, and what is missing", "引き継ぎの確認リストと不足しているものを表示する"),
  details: [
    text(
      "The six items of the maker's checklist (contact person, system administrators, Apple Account of the push certificate, Apple Business Manager, Android Enterprise, in-house rules), and clomoctl itself. What applies follows from what the tenant uses (`tenant set`), what is missing from what is recorded here and answered (`handover answer`); below each gap stands what to type. It ends with 0 whatever it finds.",
      "メーカーの確認リストの 6 項目(担当者、システム管理者、プッシュ通知証明書の Apple Account、Apple Business Manager、Android Enterprise、社内ルール)と clomoctl 自体です。対象かどうかはテナントの利用機能(`tenant set`)から、不足は登録内容と回答(`handover answer`)から判断し、それぞれの下に次に入力するコマンドを表示します。何が見つかっても終了コードは 0 です。",
    ),
    text(
      "--leaver also lists what hangs on one person, in the order in which to move it: at most five accounts hold the support option, so it goes off before it goes on where five do. With --leaver, everything that is due up to 90 days after --leaves (default: today) is missing too. What is expired or due within 30 days is missing in any case.",
      "--leaver を指定すると、その人に紐づくものを、引き継ぐ順に表示します(サポートオプションは最大 5 アカウントのため、上限のときは先にオフにします)。--leaver を指定すると、--leaves の日(既定: 今日)から 90 日後までに期限が来るものも不足として示します。期限切れと 30 日以内の期限は、指定がなくても不足として示します。",
    ),
  ],
  args: {},
  options: {
    ...LEAVER_OPTIONS,
    full: {
      kind: "boolean",
      about: text(
        "each open question, what is known, who said so and when, and notes",
        "未回答の質問すべて、登録済みの内容・回答者・日時、補足も表示する",
      ),
    },
  },
  examples: [
    { line: "clomoctl handover checklist" },
    { line: "clomoctl handover checklist --full" },
    { line: "clomoctl handover checklist --format json --fields item,code,mend" },
  ],
  exits: ["not-permitted", "not-found"],
  async run(tools, { leaver, leaves, full }) {
    const { terminal } = tools;
    refuseNobody(line("handover checklist", []), { leaver, leaves });
    const tenant = await handedOver(tools);
    const day = today(tools, tenant);
    const facts = await factsOf(tools, tenant);
    const person = leaver === undefined ? undefined : await personNamed(tenant, facts, leaver);
    const last = lastDay({ leaves }, day.timezone);
    const items = evaluate(facts, { ...day, leaver: person, leaves: last });
    const hanging =
      person === undefined
        ? []
        : hangingOn(facts, person, { timezone: day.timezone, ...(await recordsOf(tenant, person)) });
    const rows = rowsOf(items, hanging, person === undefined ? [] : formerHomesOf(facts, person));
    if (!isUsualTable(terminal)) return terminal.list(CHECKLIST_COLUMNS, rows);
    const shown = full ? rows : inShort(rows);
    await writeForPeople(terminal, shown, day.timezone);
    if (full) await terminal.note(text(`times are those of ${day.timezone}`, `日時は ${day.timezone} の時刻です`));
    const gaps = gapsOf(items).length;
    await terminal.note(text(counted(gaps, "gap"), `不足 ${gaps} 件`));
    const open = askedOfConsole(facts, day).questions.filter(({ due }) => due !== null);
    for (const note of nextOf(items, { leaver, open: open.length })) await terminal.note(note);
  },
});

/** What to type next, besides what stands below each gap. */
function nextOf(
  items: readonly Item[],
  {
    leaver,
    open,
  }: {
    /** as typed */
    readonly leaver: string | undefined;
    /** questions on what the console alone knows */
    readonly open: number;
  },
): readonly Text[] {
  const asks = items.some(({ gaps }) => gaps.some(({ code }) => code === "unanswered"));
  const from = leaver;
  const give = line("handover transfer", [], { from, to: "PERSON", dryRun: true });
  const bundle = line("handover export", [], { output: "FOLDER" });
  return [
    ...(asks
      ? [
          text(
            `to answer one after the other: ${line("handover answer", [])}`,
            `順に回答するには: ${line("handover answer", [])}`,
          ),
        ]
      : []),
    ...(open === 0
      ? []
      : [
          text(
            `only the console knows, and not recorded: ${counted(open, "item")}: ${line("handover answer", ["console"])}`,
            `管理画面にしかない情報の未登録 ${open} 件: ${line("handover answer", ["console"])}`,
          ),
        ]),
    ...(from === undefined ? [] : [text(`what a successor would get: ${give}`, `後任に引き継がれるもの: ${give}`)]),
    text(`to write all into one bundle: ${bundle}`, `すべてを書き出すには: ${bundle}`),
  ];
}
