import { line, step } from "../../lib/advice/index.ts";
import { buildChecklist, filterGaps, type ChecklistRow } from "../../lib/handover/checklist/index.ts";
import { buildLeaverSteps } from "../../lib/handover/checklist/leaver.ts";
import { toDay } from "../../lib/model/time.ts";
import { formatCount, text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { defineSwitch } from "../kit/field.ts";
import { isDefaultTable } from "../kit/list/list.ts";
import type { Tools } from "../kit/tools.ts";
import {
  collectHandoverFacts,
  getChecklistDay,
  type HandoverTenant,
  collectLeaverRecords,
  LEAVER_OPTIONS,
  resolvePerson,
} from "./facts.ts";
import { HANDOVER_NOUNS } from "../kit/files/tenant-copy.ts";
import { createChecklistColumns, summariseRows, writeChecklist } from "./rows.ts";

export default defineCommand({
  summary: text("show the handover checklist, and what is missing", "引き継ぎ確認リストと、不足している項目を表示する"),
  details: [
    text(
      "Shows what is needed on the first day (sign-in, accounts, telephones, places of passwords, next expiry dates, notes), the six items of CLOMO's checklist (contact person, system administrators, Apple Account of the push certificate, Apple Business Manager, Android Enterprise, in-house rules), the profiles and apps, and what is missing. Which items apply depends on what the tenant uses (`tenant set`). The exit code is 0 even if something is missing.",
      "最初の日に必要なこと(ログイン、アカウント、認証コードが届く電話、パスワードの保管場所、次の期限、メモ)、CLOMO の確認リストの 6 項目(担当者、システム管理者、プッシュ通知証明書の Apple Account、Apple Business Manager、Android Enterprise、社内ルール)、構成プロファイルとアプリ、不足している項目を表示します。各項目が対象かどうかは、テナントの利用機能(`tenant set`)で決まります。不足があっても終了コードは 0 です。",
    ),
    text(
      "With --leaver, instead lists the steps to take before that person leaves. The steps include everything that expires up to 90 days after --leaves (default: today).",
      "--leaver を指定すると、代わりに、その人が退職するまでに行う作業を順に表示します。--leaves の日(既定: 今日)から 90 日後までに期限が来る項目も含みます。",
    ),
  ],
  args: {},
  options: {
    ...LEAVER_OPTIONS,
    full: defineSwitch(
      "show all unanswered questions, all recorded answers with author and time, and notes",
      "すべての未回答の質問、登録済みの回答(回答者と日時を含む)、補足も表示する",
    ),
  },
  examples: [
    { line: "clomoctl handover checklist" },
    { line: "clomoctl handover checklist --full" },
    { line: "clomoctl handover checklist --leaver taro01 --leaves 2099-03-31" },
  ],
  exits: ["not-permitted", "not-found"],
  async run(tools, { leaver: typed, leaves, full }) {
    const tenant = await tools.tenant(...HANDOVER_NOUNS);
    const day = getChecklistDay(tools, tenant);
    const facts = await collectHandoverFacts(tenant);
    if (typed !== undefined) {
      const person = await resolvePerson(tenant, facts, typed);
      const leaver = {
        ...day,
        person,
        leaves: leaves && toDay(leaves, day.timezone),
        records: await collectLeaverRecords(tenant, person),
        context: (await wasReceivedLast(tenant)) ? undefined : tenant.context.name,
      };
      return showRows(tools, buildLeaverSteps(facts, leaver), day.timezone);
    }
    const rows = buildChecklist(facts, day);
    await showRows(tools, full || !isDefaultTable(tools.terminal) ? rows : summariseRows(rows), day.timezone);
    if (!isDefaultTable(tools.terminal)) return;
    const gaps = filterGaps(rows).length;
    await tools.terminal.note(
      gaps === 0
        ? step("nothing is missing; to export everything", "不足はありません。書き出すには", EXPORT_COMMAND)
        : step(
            `${formatCount(gaps, "gap")}; to answer the questions one by one`,
            `不足 ${gaps} 件。順に回答するには`,
            line("handover answer", []),
          ),
    );
  },
});

async function wasReceivedLast({ client }: HandoverTenant): Promise<boolean> {
  const [last] = await Array.fromAsync(client.audit.list({ action: "handover.", limit: 1 }));
  return typeof last?.record === "object" && last.record.action === "handover.receive";
}

const EXPORT_COMMAND = line("handover export", [], { output: "handover.zip" });

const showRows = ({ terminal }: Tools, rows: readonly ChecklistRow[], timezone: string): Promise<void> =>
  isDefaultTable(terminal)
    ? writeChecklist(terminal, rows, timezone)
    : terminal.list(createChecklistColumns(terminal.language), rows);
