import { ERRORS, ignoreFailure, redactSecrets, type ErrorCode, type Failure } from "../../../lib/errors/index.ts";
import type { Context } from "../../../lib/config/index.ts";
import { addRun, endLostRun, JOB_RUN_FIELDS, nameJob, type Job, type JobRun } from "../../../lib/model/job.ts";
import { dayOf } from "../../../lib/model/time.ts";
import { quoteShellWord } from "../../../lib/text/shell-word.ts";
import type { Command } from "../command.ts";
import { resolveTimezone, type Tools } from "../tools.ts";
import { describeRun } from "./findings.ts";
import {
  createRunPath,
  describeProcess,
  readEndedRuns,
  removeRun,
  writeRun,
  type HomeFile,
  type HomeRun,
} from "../../../lib/config/job-runs.ts";

interface RunLine {
  readonly path: readonly string[];
  readonly words: readonly string[];
  readonly command: Command;
  readonly input: Readonly<Record<string, unknown>>;
}

const GOOD_EXITS: readonly number[] = [0, ERRORS.differs.exit];

const judgeRun = ({ ownExits }: Command, exit: number, failure: Failure | undefined): JobRun["state"] => {
  // the exit code of a report tells what it found
  if (failure === undefined && (ownExits !== undefined || GOOD_EXITS.includes(exit))) return "good";
  return exit === ERRORS.partial.exit ? "partial" : "failed";
};

const MAX_ERROR_LENGTH = 500;

/** Matches a path, but no URL. */
const PATH_PATTERN = /(?<![\w:/])(?:[A-Za-z]:)?[/\\](?:[^\s/\\:()'"]+[/\\])*([^\s/\\:()'"]+)/g;

/** Names files without their folders, because everybody who may read the audit log sees the error. */
const describeError = (failure: (Pick<Failure, "what"> & { readonly where?: string | undefined }) | undefined) => {
  if (failure === undefined) return { error: null, errorJa: null };
  const { what, where } = failure;
  const said = (words: string): string =>
    redactSecrets(where === undefined ? words : `${words} (${where})`)
      .replaceAll(PATH_PATTERN, "$1")
      .slice(0, MAX_ERROR_LENGTH);
  return { error: said(what.en), errorJa: said(what.ja) };
};

interface ContextFile {
  readonly context: Context;
  readonly file: HomeFile;
}

/** Failures after which the tenant is not asked again, because it does not answer, or the command must not change it. */
const KEPT_AT_HOME: readonly ErrorCode[] = ["unavailable", "locked", "interrupted", "usage"];

const MAX_AT_ONCE = 16;

export class JobRecorder {
  readonly #tools: Tools;
  readonly #command: Command;
  readonly #files: readonly ContextFile[];

  private constructor(tools: Tools, command: Command, files: readonly ContextFile[]) {
    this.#tools = tools;
    this.#command = command;
    this.#files = files;
  }

  /** Returns undefined if the command is no job, or has no tenant. */
  static async start(tools: Tools, { path, words, command, input }: RunLine): Promise<JobRecorder | undefined> {
    const named = command.job === undefined ? listPlanFiles(command, input) : command.job(input);
    if (named === undefined) return undefined;
    const contexts = await ignoreFailure(() => listContexts(tools, command, input));
    if (contexts === undefined) return undefined;
    const typed = [...path, ...words];
    const { clock, temporary, terminal } = tools;
    const startedAt = clock.now().toISOString();
    const recorder = new JobRecorder(
      tools,
      command,
      contexts.map((context) => {
        const run: HomeRun = {
          job: nameJob(path, typeof input["job"] === "string" ? [input["job"]] : named),
          startedAt,
          endedAt: null,
          day: dayOf(startedAt, resolveTimezone(tools, { context })),
          state: "failed",
          exit: null,
          ...describeError(undefined),
          change: null,
          command: redactSecrets(["clomoctl", ...typed.map(quoteShellWord)].join(" ")),
          pid: temporary.processes.self,
          process: describeProcess(temporary.processes, temporary.processes.self),
          isSent: false,
        };
        return { context, file: { path: createRunPath(tools, context.name), run } };
      }),
    );
    // a job that cannot be recorded is overdue later
    if (!terminal.interactive) for (const one of recorder.#files) await recorder.#begin(one);
    return recorder;
  }

  async #begin({ context, file }: ContextFile): Promise<void> {
    await ignoreFailure(() => writeRun(this.#tools, file));
    // a run that is killed is in the home of a local tenant; a server must know it, too
    if (context.kind !== "remote" || this.#files.length > 1) return;
    await ignoreFailure(() => sendRun(this.#tools, context, file.run));
    // the command opens the tenant again, with the way in which its context was chosen
    await this.#tools.release(context);
  }

  async end(exit: number, failure: Failure | undefined): Promise<void> {
    const { clock, terminal, faults } = this.#tools;
    const [endedAt, change] = [clock.now().toISOString(), terminal.lastChange ?? null];
    const judge = ({ name }: Context): Partial<HomeRun> => {
      const fault = faults.find(({ context = name }) => context === name);
      // what failed in another tenant is no failure of this one
      const own = fault === undefined && faults.length > 0 ? 0 : exit;
      const state = fault === undefined ? judgeRun(this.#command, own, failure) : "failed";
      return { ...describeError(failure ?? fault), endedAt, state, exit: own, change };
    };
    const isAway = failure !== undefined && KEPT_AT_HOME.includes(failure.code);
    for (let at = 0; at < this.#files.length; at += MAX_AT_ONCE)
      await Promise.all(
        this.#files.slice(at, at + MAX_AT_ONCE).map(({ context, file }) => {
          const run = { ...file.run, ...judge(context) };
          return this.#store({ context, file: { ...file, run } }, isAway);
        }),
      );
  }

  async #store({ context, file }: ContextFile, isAway: boolean): Promise<void> {
    const { terminal } = this.#tools;
    const { job, state } = file.run;
    if (terminal.interactive && !(state === "good" && (await this.#isFailed(context, job)))) return;
    await ignoreFailure(() => writeRun(this.#tools, file));
    if (!isAway) await ignoreFailure(() => sendRuns(this.#tools, context));
    if (this.#files.length > 1) await this.#tools.release(context);
  }

  async #isFailed(context: Context, job: string): Promise<boolean> {
    const known = (await ignoreFailure(() => readJobs(this.#tools, context))) ?? [];
    return known.some((one) => one.job === job && one.state !== "good");
  }
}

const listPlanFiles = ({ args, options, plans }: Command, input: RunLine["input"]): readonly string[] | undefined => {
  const fields = Object.entries({ ...args, ...options }).filter(([, { kind }]) => kind === "file");
  const files = fields.flatMap(([key]) => input[key] ?? []).map(String);
  return plans !== true || files.length === 0 ? undefined : [...files, ...[input["app"] ?? []].flat().map(String)];
};

const listContexts = async (tools: Tools, { opensTenant, isLocal }: Command, { allContexts }: RunLine["input"]) => {
  const { contexts, globals, environment } = tools;
  if (opensTenant === false && isLocal !== true) return listUsedContexts(tools);
  const named = await contexts.chooseSeveral(allContexts === true, globals.context, environment);
  return isLocal === true ? named.filter((context) => contexts.hasTenant(context)) : named;
};

/** Returns the contexts of a report about several tenants: the named one, or all. */
export const listUsedContexts = async ({ contexts, globals, environment }: Tools): Promise<readonly Context[]> => {
  const name = globals.context ?? (environment["CLOMOCTL_CONTEXT"] || undefined);
  return contexts.chooseSeveral(name === undefined, name, environment);
};

async function sendRun(tools: Tools, context: Context, stored: HomeRun): Promise<void> {
  const { client } = await tools.tenantOf(context, "jobs");
  const names = Object.keys(JOB_RUN_FIELDS) as readonly (keyof JobRun)[];
  const run = Object.fromEntries(names.map((name) => [name, stored[name]])) as JobRun;
  const command = run.command !== null && /[/\\]/.test(run.command) ? null : run.command;
  await client.jobs.add({ ...run, command });
}

/** Sends the runs that the tenant does not have yet. */
async function sendRuns(tools: Tools, context: Context): Promise<void> {
  // a record of a run must not create a tenant
  if (context.kind === "embedded" && !tools.contexts.hasTenant(context)) return;
  const latest = new Map<string, HomeFile>();
  for (const file of await readEndedRuns(tools, context.name)) {
    const { run } = file;
    if (!run.isSent) await sendRun(tools, context, run);
    const earlier = latest.get(run.job);
    if (earlier !== undefined) await removeRun(earlier);
    latest.set(run.job, file);
    if (!run.isSent) await writeRun(tools, { ...file, run: { ...run, isSent: true } });
  }
}

export const readJobs = async (tools: Tools, context: Context): Promise<readonly Job[]> => {
  const { client } = await tools.tenantOf(context, "jobs");
  return addHomeRuns(tools, context, (await ignoreFailure(() => client.jobs.list())) ?? []);
};

export async function noteFailedJobs(tools: Tools, context: Context, named = /./): Promise<void> {
  for (const job of await readJobs(tools, context))
    if (job.state !== "good" && named.test(job.job)) await tools.terminal.note(describeRun(job));
}

export async function addHomeRuns(tools: Tools, context: Context, known: readonly Job[]): Promise<readonly Job[]> {
  const jobs = new Map(known.map((job) => [job.job, job]));
  for (const { run } of await readEndedRuns(tools, context.name)) {
    const job = jobs.get(run.job);
    if (!run.isSent) jobs.set(run.job, addRun(job, run));
    else if (job?.startedAt === run.startedAt) jobs.set(run.job, { ...job, command: run.command });
  }
  const before = new Date(tools.clock.now().getTime() - LONGEST_RUN_MS).toISOString();
  return [...jobs.values()].map((job) => endLostRun(job, before));
}

const LONGEST_RUN_MS = 24 * 60 * 60 * 1000;

/** Returns false if neither the tenant nor the home knows the job. */
export async function forgetRuns(tools: Tools, context: Context, job: string): Promise<boolean> {
  const own = (await readEndedRuns(tools, context.name)).filter(({ run }) => run.job === job);
  for (const file of own) await removeRun(file);
  const { client } = await tools.tenantOf(context, "jobs");
  const isKnown = (await client.jobs.list()).some((one) => one.job === job);
  if (isKnown) await client.jobs.forget({ job });
  return isKnown || own.length > 0;
}
