import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { noteFailedJobs } from "../kit/jobs/recorder.ts";
import { limitRecords, LIMIT_OPTION, listColumns } from "../kit/list/list.ts";
import { resolveTimezone } from "../kit/tools.ts";
import { AUDIT_COLUMNS, toAuditRow, DEFAULT_AUDIT_COLUMNS, type AuditRow } from "./entries.ts";
import { AUDIT_FILTERS, buildAuditQuery } from "./filters.ts";

export default defineCommand({
  summary: text(
    "list changes, newest first: who changed what, and when",
    "変更の記録を新しい順に一覧する(だれが、いつ、何を変更したか)",
  ),
  args: {},
  options: {
    ...AUDIT_FILTERS,
    replaced: {
      kind: "boolean",
      about: text(
        "list the records that a received bundle replaced",
        "受け取った引き継ぎデータに置き換えられた記録を一覧する",
      ),
    },
    limit: LIMIT_OPTION,
  },
  examples: [
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
        "with the previous example: the rights of each account at the end of March (explained in --help-all)",
        "上の例と合わせて: 3 月末の各アカウントの権限(結果の読み方は --help-all)",
      ),
    },
  ],
  exits: ["not-found"],
  async run(tools, { limit, replaced, ...filters }) {
    const { terminal } = tools;
    const chosen = await tools.tenant("audit");
    const records = chosen.client.audit.list({
      ...buildAuditQuery(filters, resolveTimezone(tools, chosen)),
      limit: limit && Math.max(limit, 1),
      replaced: replaced ? true : undefined,
    });
    const entries = async function* (): AsyncGenerator<AuditRow> {
      for await (const record of limitRecords(records, limit)) yield toAuditRow(record);
    };
    await terminal.list(listColumns(terminal, AUDIT_COLUMNS, DEFAULT_AUDIT_COLUMNS), entries());
    await noteFailedJobs(tools, chosen.context);
  },
});
