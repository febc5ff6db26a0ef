import { line, type CommandLine } from "../../../lib/advice/index.ts";
import { findLastGoodDay, isOverdue, type Job } from "../../../lib/model/job.ts";
import { text, type Text } from "../../../lib/text/index.ts";

const CRITICAL_FAILURES = 3;

type JobFinding = readonly [key: string, level: "warning" | "critical", what: Text, next: CommandLine];

/** @param today the day in the time zone of the context */
export function* findJobProblems(jobs: readonly Job[], today: string): Generator<JobFinding> {
  const next = line("status", [], { jobs: true });
  for (const job of jobs) {
    const { job: name, state, failures } = job;
    const last = findLastGoodDay(job, today);
    if (state === "partial" || (state === "failed" && failures > 0)) {
      const isAgain = failures >= CRITICAL_FAILURES;
      yield [`${name} ${isAgain ? "again" : state}`, isAgain ? "critical" : "warning", describeRun(job), next];
    } else if (isOverdue(job, today))
      yield [
        `${name} overdue ${last}`,
        "warning",
        text(`${name} is overdue; last good run ${last}`, `${name} が実行されていません(最後の正常終了 ${last})`),
        next,
      ];
  }
}

export const describeJobError = ({ error, errorJa }: Job): Text | null =>
  error === null ? null : text(error, errorJa ?? error);

export const describeRun = (run: Job): Text => {
  const { job, state, exit, failures } = run;
  const error = describeJobError(run);
  const [en, ja] = error === null ? ["", ""] : [`: ${error.en}`, `: ${error.ja}`];
  const code = exit === null ? "" : ` (exit ${exit})`;
  if (state === "partial")
    return text(`${job} was done in part${code}${en}`, `${job} は一部だけ実行されました${code}${ja}`);
  const often =
    failures > 1
      ? text(`failed ${failures} times in a row`, `が ${failures} 回続けて失敗しました`)
      : text("failed", "が失敗しました");
  return text(`${job} ${often.en}${code}${en}`, `${job} ${often.ja}${code}${ja}`);
};
