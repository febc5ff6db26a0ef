import { basename } from "node:path";
import type { Fields, RecordOf } from "./thing.ts";

// A job is a command that runs without a terminal, such as a nightly import. Its runs are recorded by its name.

const MAX_JOB_LENGTH = 200;

export const JOB_RUN_FIELDS = {
  job: { type: "text", longest: MAX_JOB_LENGTH, blank: false },
  startedAt: { type: "instant" },
  /** null if the process ended without a result, as `exit` */
  endedAt: { type: "instant", nullable: true },
  /** day of the start in the time zone of the context */
  day: { type: "day" },
  state: { type: "choice", choices: ["good", "partial", "failed"] },
  exit: { type: "integer", nullable: true },
  error: { type: "text", longest: 2000, nullable: true, lines: true },
  errorJa: { type: "text", longest: 2000, nullable: true, lines: true },
  /** number of the last change of the run */
  change: { type: "integer", nullable: true },
  /** null if the command line has paths */
  command: { type: "text", longest: 2000, nullable: true, lines: true },
} as const satisfies Fields;

export type JobRun = RecordOf<typeof JOB_RUN_FIELDS>;

/** The last run of a job, and what is known of earlier runs. */
export type Job = JobRun & {
  /** number of failed runs since the last one that did not fail */
  readonly failures: number;
  /** the last days with a good run, the oldest first */
  readonly goodDays: readonly string[];
  /** who recorded the last run: account, and access token */
  readonly by?: string;
};

const MAX_GOOD_DAYS = 10;

/** Days after the day of the run are forgotten, because a clock was ahead then. */
export const addRun = (job: Job | undefined, run: JobRun): Job => {
  const earlier = (job?.goodDays ?? []).filter((day) => day < run.day);
  const goodDays = run.state === "good" ? [...earlier, run.day] : (job?.goodDays ?? []).filter((day) => day <= run.day);
  const failures = run.state === "failed" ? (job?.failures ?? 0) + 1 : 0;
  return { ...run, failures, goodDays: goodDays.slice(-MAX_GOOD_DAYS) };
};

const DAY_MS = 24 * 60 * 60 * 1000;

const countDays = (from: string, to: string): number => Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);

const MIN_KNOWN_DAYS = 3;

/** A job is overdue if no earlier pause between good runs was nearly as long as the present one. */
export const isOverdue = ({ goodDays }: Job, today: string): boolean => {
  const days = goodDays.filter((day) => day <= today);
  const last = days.at(-1);
  if (last === undefined || days.length < MIN_KNOWN_DAYS) return false;
  const longest = Math.max(...days.slice(1).map((day, at) => countDays(days[at] ?? day, day)));
  const since = countDays(last, today);
  return since > 1.5 * longest && since > longest;
};

const DATE_PATTERN =
  /(?<!\d)(?:19|20)\d\d(?<sign>[-_.]?)(?:0[1-9]|1[0-2])(?:\k<sign>(?:0[1-9]|[12]\d|3[01])(?:[-_T]?\d\d[-_.:]?\d\d(?:[-_.:]?\d\d)?)?)?(?!\d)/g;

/** Returns the verb and the names of its files, in which a date is DATE: `users import hr-DATE.csv`. */
export const nameJob = (path: readonly string[], words: readonly string[]): string =>
  [...path, ...words.map((word) => basename(word).replaceAll(DATE_PATTERN, "DATE"))].join(" ").slice(0, MAX_JOB_LENGTH);
