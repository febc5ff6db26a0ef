import { randomUUID } from "node:crypto";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { ensureFolder, readTrustedFile, writeProgramFile, type TemporaryStorage } from "../files/index.ts";
import { tryOrUndefined } from "../errors/index.ts";
import { LOST_RUN, type JobRun } from "../model/job.ts";
import { getJobFolder, type Home } from "./home.ts";

// A run is first stored in the home, because it may end without a result, or while the tenant cannot be written. Of the
// runs that the tenant has, the home keeps the last of each job, for its command line.

export interface HomeRun extends JobRun {
  readonly pid: number;
  /** computer and start of the process, because its number is used again */
  readonly process: string;
  readonly isSent: boolean;
}

export interface HomeFile {
  readonly path: string;
  readonly run: HomeRun;
}

interface HomeTools {
  readonly home: Home;
  readonly temporary: TemporaryStorage;
}

type Processes = HomeTools["temporary"]["processes"];

export const createRunPath = ({ home }: HomeTools, context: string): string =>
  join(getJobFolder(home, context), `${randomUUID()}.json`);

export async function writeRun(tools: HomeTools, { path, run }: HomeFile): Promise<void> {
  await ensureFolder(join(path, ".."));
  await writeProgramFile(path, `${JSON.stringify(run)}\n`, { ...tools.temporary, secret: true });
}

export const describeProcess = (processes: Processes, pid: number): string =>
  `${processes.place} ${processes.startOf(pid)}`;

const isRunning = (processes: Processes, { pid, process }: HomeRun): boolean =>
  processes.isAlive(pid) && describeProcess(processes, pid) === process;

/** Returns the runs that ended, the oldest first. A run without a result has failed if its process is gone. */
export async function readEndedRuns(tools: HomeTools, context: string): Promise<readonly HomeFile[]> {
  const { home, temporary } = tools;
  const folder = getJobFolder(home, context);
  const names = await readdir(folder).catch(() => []);
  const found = names.flatMap((name): HomeFile[] => {
    const path = join(folder, name);
    const run = tryOrUndefined(() => JSON.parse(readTrustedFile(path, home.userId) ?? "") as HomeRun);
    if (run === undefined) return [];
    if (run.endedAt !== null || run.exit !== null) return [{ path, run }];
    return isRunning(temporary.processes, run) ? [] : [{ path, run: { ...run, ...LOST_RUN } }];
  });
  return found.toSorted((one, other) => (one.run.startedAt < other.run.startedAt ? -1 : 1));
}

export const removeRun = ({ path }: HomeFile): Promise<void> => rm(path, { force: true });
