import { line, step } from "../../../lib/advice/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import type { Job } from "../../../lib/model/job.ts";
import type { Column } from "../../../lib/terminal/index.ts";
import { text } from "../../../lib/text/index.ts";
import type { Tools } from "../tools.ts";
import { describeJobError } from "./findings.ts";
import { forgetRuns, listUsedContexts } from "./recorder.ts";

export const JOB_COLUMNS: readonly Column<Job & { readonly tenant: string }>[] = [
  { key: "tenant", header: text("tenant", "テナント"), value: ({ tenant }) => tenant },
  { key: "job", header: text("job", "自動実行"), value: ({ job }) => job },
  { key: "state", header: text("last run", "最後の結果"), value: ({ state }) => state },
  { key: "startedAt", header: text("started", "開始"), instant: true, value: ({ startedAt }) => startedAt },
  {
    key: "runningSince",
    header: text("running since", "実行中(開始)"),
    instant: true,
    value: ({ runningSince }) => runningSince ?? null,
  },
  { key: "endedAt", header: text("ended", "終了"), instant: true, value: ({ endedAt }) => endedAt },
  { key: "exit", header: text("exit code", "終了コード"), align: "end", value: ({ exit }) => exit },
  { key: "failures", header: text("failed in a row", "連続した失敗"), align: "end", value: ({ failures }) => failures },
  {
    key: "lastGoodDay",
    header: text("last good day", "最後に正常に終わった日"),
    value: ({ goodDays }) => goodDays.toSorted().at(-1) ?? null,
  },
  { key: "change", header: text("change", "変更"), align: "end", value: ({ change }) => change },
  { key: "error", header: text("error", "エラー"), value: ({ error }) => error, name: describeJobError },
  { key: "by", header: text("recorded by", "記録者"), value: ({ by }) => by ?? null },
  { key: "command", header: text("command", "コマンド"), value: ({ command }) => command },
];

export const DEFAULT_JOB_COLUMNS = ["tenant", "job", "state", "startedAt", "exit", "lastGoodDay", "error"];

/** Forgets a job in the tenants of the contexts that a report is about. @throws `not-found` */
export async function forgetJob(tools: Tools, job: string): Promise<void> {
  const known = await Array.fromAsync(await listUsedContexts(tools), (context) => forgetRuns(tools, context, job));
  if (known.includes(true)) return;
  throw new Failure("not-found", {
    what: text(`no job is named "${job}"`, `「${job}」という自動実行の記録はありません`),
    hint: step("to list the jobs", "自動実行の一覧", line("status", [], { jobs: true })),
  });
}
