import { line, step } from "../../lib/advice/index.ts";
import type { Client } from "../../lib/client/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { firstOf, LIMIT, listColumns } from "../listing/list.ts";
import { zoneOf, type Tools } from "../tools.ts";
import { LISTED_COLUMNS } from "./changes.ts";
import { entryOf, importOf, USUAL_AUDIT, type AuditRow } from "./entries.ts";
import { AUDIT_FILTERS, auditQuery } from "./filters.ts";

/** Records asked for at once where no limit says fewer. */
const PAGE = 1000;

export default defineCommand({
  summary: text(
    "list changes, newest first: who, when, what and whom",
    "変更の記録を新しい順に一覧する(だれが、いつ、何を、だれに)",
  ),
  details: [
    text(
      "An import is one record: its rows are told by `imports show NUMBER --rows`, and who went with it is named up to 20. Exports of several records are here too; lists and other reading are not.",
      "インポートは 1 件の記録です。行ごとの内容は imports show 番号 --rows で確認できます。削除された対象は 20 件まで名前を表示します。複数件のエクスポートも記録されます。一覧などの参照は記録されません。",
    ),
    text(
      "Who could do what at a date follows from the changes of accounts and schemes up to it, read together: of each account and each scheme, by its id, as names change, the newest holds. Moves change what is reached, too: `users move` that of an operator, `orgs move` that of division and custom administrators, and both by files (`--action imports`). docs/guides/en/audit.md has a query for it.",
      "ある日にだれが何をできたかは、その日までのアカウントとスキームの変更を合わせて読むとわかります。名前は変わるため ID ごとに、最も新しい記録がその日の状態です。移動でも範囲が変わります: users move でオペレーターの範囲、orgs move で部門管理者とカスタム管理者の範囲(ファイルによる移動は --action imports)。まとめて調べる --query は docs/guides/ja/audit.md にあります。",
    ),
  ],
  args: {},
  options: { ...AUDIT_FILTERS, limit: LIMIT },
  examples: [
    { line: "clomoctl audit list --object hanako.yamazaki@example.jp --limit 20" },
    {
      line: "clomoctl audit list --since 2026-04-01 --until 2026-04-30 --action delete",
      about: text("who deleted whom in April", "4 月にだれがだれを削除したか"),
    },
    {
      line: "clomoctl audit list --until 2026-03-31 --action accounts --format ndjson --fields at,actor,by,objects,after",
    },
    {
      line: "clomoctl audit list --until 2026-03-31 --action roles --format ndjson --fields at,actor,by,objects,before,after",
      about: text(
        "both: who could do what at the end of March; see --help-all",
        "2 つ合わせて: 3 月末にだれが何をできたか(読み方は --help-all)",
      ),
    },
  ],
  exits: ["not-found"],
  async run(tools, { limit, ...filters }) {
    const { terminal } = tools;
    const chosen = await tools.tenant("audit");
    const page = limit === undefined ? PAGE : Math.min(Math.max(limit, 1), PAGE);
    const records = chosen.client.audit.list({ ...auditQuery(filters, zoneOf(tools, chosen)), limit: page });
    let last: string | undefined;
    let isAny = false;
    const entries = async function* (): AsyncGenerator<AuditRow> {
      for await (const record of firstOf(records, limit)) {
        const entry = entryOf(record);
        isAny = true;
        last ??= importOf(entry);
        yield entry;
      }
    };
    await terminal.list(listColumns(terminal, LISTED_COLUMNS, USUAL_AUDIT), entries());
    if (!isAny && filters.action !== undefined) await tellActions(tools, chosen.client, filters.action);
    if (last === undefined) return;
    const command = line("imports show", [last], { rows: true });
    await terminal.note(step("the rows of an import", "インポートの行ごとの内容", command));
  },
});

/** Says of an action that no record has which ones the newest records have. */
async function tellActions(
  { terminal }: Pick<Tools, "terminal">,
  client: Client<"audit">,
  action: string,
): Promise<void> {
  for await (const _ of client.audit.list({ action, limit: 1 })) return;
  const newest = await Array.fromAsync(firstOf(client.audit.list({ limit: PAGE }), PAGE));
  const actions = [...new Set(newest.map((record) => entryOf(record).action))].filter((one) => one !== "").toSorted();
  if (actions.length === 0) return;
  const all = actions.join(", ");
  await terminal.note(
    text(
      `no record has the action ${action}; the newest ${newest.length} have: ${all}`,
      `操作「${action}」の記録はありません。新しい ${newest.length} 件の記録にある操作: ${all}`,
    ),
  );
}
