import { countDaysBetween } from "./time.ts";
import { basename, dirname } from "node:path";
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
  /** the days of the last good runs, in the order of the runs */
  readonly goodDays: readonly string[];
  /** who recorded the last run: account, and access token */
  readonly by?: string;
  /** instant at which a run began that has no result yet */
  readonly runningSince?: string;
};

const MAX_GOOD_DAYS = 10;

export const LOST_RUN = {
  endedAt: null,
  exit: null,
  state: "failed",
  error: "the process ended without a result",
  errorJa: "結果を残さずにプロセスが終わりました",
} as const;

/** Counts a run that began before an instant as failed if it has no result. */
export const endLostRun = ({ runningSince, ...job }: Job, before: string): Job => {
  if (runningSince === undefined) return job;
  if (runningSince >= before) return { ...job, runningSince };
  return { ...job, ...LOST_RUN, startedAt: runningSince, failures: job.failures + 1 };
};

export const addRun = (job: Job | undefined, run: JobRun): Job => {
  const known = job && endLostRun(job, run.startedAt);
  const { failures = 0, goodDays = [] } = known ?? {};
  if (run.endedAt === null && run.error === null)
    return { ...(known ?? { ...run, failures, goodDays }), runningSince: run.startedAt };
  const others = goodDays.filter((day) => day !== run.day);
  return {
    ...run,
    failures: run.state === "failed" ? failures + 1 : 0,
    goodDays: run.state === "good" ? [...others, run.day].slice(-MAX_GOOD_DAYS) : goodDays,
  };
};

const MIN_KNOWN_DAYS = 3;

/** A longer pause is that of a clock that was wrong. */
const MAX_PAUSE_DAYS = 400;

/** Returns the last good day; a later day than today is one of a clock that was ahead. */
export const findLastGoodDay = ({ goodDays }: Job, today: string): string | undefined =>
  goodDays
    .filter((day) => day <= today)
    .toSorted()
    .at(-1);

/** A job is overdue if no earlier pause between good runs was nearly as long as the present one. */
export const isOverdue = (job: Job, today: string): boolean => {
  const days = job.goodDays.filter((day) => day <= today).toSorted();
  const last = days.at(-1);
  if (last === undefined || days.length < MIN_KNOWN_DAYS) return false;
  const pauses = days.slice(1).map((day, at) => countDaysBetween(days[at] ?? day, day));
  const longest = Math.max(...pauses.filter((pause) => pause <= MAX_PAUSE_DAYS));
  const since = countDaysBetween(last, today);
  return since > 1.5 * longest && since > longest;
};

const DATE_PATTERN =
  /(?<!\d)(?:19|20)\d\d(?<sign>[-_.]?)(?:0[1-9]|1[0-2])(?:\k<sign>(?:0[1-9]|[12]\d|3[01])(?:[-_T]?\d\d[-_.:]?\d\d(?:[-_.:]?\d\d)?)?)?(?!\d)/g;

/** Returns a file's name with that of its folder, because each branch may have a file of the same name. */
const nameFile = (word: string): string => {
  const folder = basename(dirname(word));
  const name = basename(word);
  return ["", ".", ".."].includes(folder) ? name : `${folder}/${name}`;
};

/** Returns the verb and the names of its files, in which a date is DATE: `users import hr-DATE.csv`. */
export const nameJob = (path: readonly string[], words: readonly string[]): string =>
  [...path, ...words.map((word) => nameFile(word).replaceAll(DATE_PATTERN, "DATE"))].join(" ").slice(0, MAX_JOB_LENGTH);
