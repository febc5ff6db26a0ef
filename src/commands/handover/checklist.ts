import { line } from "../../lib/advice/index.ts";
import { buildChecklist, collectGaps } from "../../lib/handover/checklist/index.ts";
import { buildHandoverSteps } from "../../lib/handover/checklist/leaver.ts";
import type { ChecklistItem } from "../../lib/handover/checklist/item.ts";
import { buildConsoleQuestions } from "../../lib/handover/not-known.ts";
import { formatCount, text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { isDefaultTable } from "../listing/list.ts";
import { collectHandoverFacts, openHandoverTenant, getChecklistDay } from "./facts.ts";
import { getLastDay, LEAVER_OPTIONS, resolvePerson, collectLeaverRecords } from "./leaver.ts";
import { CHECKLIST_COLUMNS, summariseRows, buildChecklistRows, writeChecklist } from "./rows.ts";

export default defineCommand({
  summary: text("show what a handover needs, and what is missing", "引き継ぎの確認リストと不足しているものを表示する"),
  details: [
    text(
      "Shows the six items of CLOMO's checklist (contact person, system administrators, Apple Account of the push certificate, Apple Business Manager, Android Enterprise, in-house rules). Which items apply depends on what the tenant uses (`tenant set`); what is missing depends on the records and answers (`handover answer`). Below each gap is the command to type. The exit code is 0 whatever is found.",
      "CLOMO の確認リストの 6 項目(担当者、システム管理者、プッシュ通知証明書の Apple Account、Apple Business Manager、Android Enterprise、社内ルール)について表示します。対象かどうかはテナントの利用機能(`tenant set`)から、不足は登録内容と回答(`handover answer`)から判断し、それぞれの下に次に入力するコマンドを表示します。何が見つかっても終了コードは 0 です。",
    ),
    text(
      "--leaver also lists what depends on one person, in the order in which to hand it over (at most five accounts can have the support option; at this limit, the leaver's option is turned off before the successor's is turned on). With --leaver, everything due up to 90 days after --leaves (default: today) also counts as missing. What has expired or is due within 30 days always counts as missing.",
      "--leaver を指定すると、その人に紐づくものを、引き継ぐ順に表示します(サポートオプションは最大 5 アカウントのため、上限のときは先にオフにします)。--leaver を指定すると、--leaves の日(既定: 今日)から 90 日後までに期限が来るものも不足として示します。期限切れと 30 日以内の期限は、指定がなくても不足として示します。",
    ),
  ],
  args: {},
  options: {
    ...LEAVER_OPTIONS,
    full: {
      kind: "boolean",
      about: text(
        "show every open question, known facts with their author and time, and notes",
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
    const tenant = await openHandoverTenant(tools);
    const day = getChecklistDay(tools, tenant);
    const facts = await collectHandoverFacts(tenant);
    const person = leaver === undefined ? undefined : await resolvePerson(tenant, facts, leaver);
    const last = getLastDay({ leaves }, day.timezone);
    const items = buildChecklist(facts, { ...day, leaver: person, leaves: last });
    const hanging =
      person === undefined
        ? []
        : buildHandoverSteps(facts, person, {
            timezone: day.timezone,
            ...(await collectLeaverRecords(tenant, person)),
          });
    const rows = buildChecklistRows(items, hanging);
    if (!isDefaultTable(terminal)) return terminal.list(CHECKLIST_COLUMNS, rows);
    const shown = full ? rows : summariseRows(rows);
    await writeChecklist(terminal, shown, day.timezone);
    if (full)
      await terminal.note(text(`times are in the time zone ${day.timezone}`, `日時は ${day.timezone} の時刻です`));
    const gaps = collectGaps(items).length;
    await terminal.note(text(formatCount(gaps, "gap"), `不足 ${gaps} 件`));
    const open = buildConsoleQuestions(facts, day).questions.filter(({ due }) => due !== null);
    for (const note of listNextSteps(items, { leaver, open: open.length })) await terminal.note(note);
  },
});

function listNextSteps(
  items: readonly ChecklistItem[],
  {
    leaver,
    open,
  }: {
    readonly leaver: string | undefined;
    /** number of open questions about what is only in the console */
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
            `to answer the questions one by one: ${line("handover answer", [])}`,
            `順に回答するには: ${line("handover answer", [])}`,
          ),
        ]
      : []),
    ...(open === 0
      ? []
      : [
          text(
            `information that is only in the console and not recorded yet (${formatCount(open, "item")}): ${line("handover answer", ["console"])}`,
            `管理画面にしかない情報の未登録 ${open} 件: ${line("handover answer", ["console"])}`,
          ),
        ]),
    ...(from === undefined
      ? []
      : [text(`to see what a successor would receive: ${give}`, `後任に引き継がれるものを確認するには: ${give}`)]),
    text(`to export everything into one bundle: ${bundle}`, `すべてを引き継ぎデータに書き出すには: ${bundle}`),
  ];
}
