import { closeSync, existsSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { open, readdir, readFile, rename, rm, type FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ensureFolder, unwritable } from "./folder.ts";
import type { ProcessTable } from "./processes.ts";

/** Where temporary files are registered, and by which processes. */
export interface TemporaryPlace {
  /** `CLOMOCTL_HOME/tmp` */
  readonly temporaryFolder: string;
  readonly processes: ProcessTable;
  /** called with a file or folder that could not be removed; it stays registered, so that the next command tries again */
  readonly left?: ((path: string, cause: unknown) => Promise<void>) | undefined;
}

/** A temporary file, open for writing. */
export interface TemporaryFile {
  readonly path: string;
  readonly handle: FileHandle;
  /** removes it from the register, once it was renamed or removed */
  readonly forget: () => Promise<void>;
}

const RECORD = /^(\d+)-\d+\.json$/;
const TEMPORARY = /^\.[^/\\]*\.(\d+)(?:-\d+)?\.tmp$/;
/** Files that this process has created and not yet renamed or removed, and their entries in the register. */
const unfinished = new Set<string>();

/**
 * Removes the unfinished files of this process: for its `exit` event, if it is ended while work is pending, so that
 * no spooled input is left behind.
 */
export function removeUnfinished(): void {
  for (const path of unfinished) {
    try {
      rmSync(path, { force: true, recursive: true });
    } catch {
      // the next command's sweep removes it
    }
  }
  unfinished.clear();
}

/** file systems allow 255 bytes per name; this leaves room for prefix and suffix */
const LONGEST_NAME_CHARACTERS = 60;

/** `.NAME.PID.tmp` beside a file or folder, or with a number if that is taken. */
function temporaryName(path: string, { self }: ProcessTable, count: number): string {
  const short = [...basename(path)].slice(0, LONGEST_NAME_CHARACTERS).join("");
  return join(dirname(path), `.${short}.${self}${count === 0 ? "" : `-${count}`}.tmp`);
}

/**
 * Creates `.NAME.PID.tmp` in `folder` for the file `name`, registered first, so that a later command can remove it
 * if this process dies. If the register cannot be written (a read-only home), it is skipped.
 *
 * @param mode permissions of the new file, before the umask
 */
export async function createTemporary(
  { temporaryFolder, processes }: TemporaryPlace,
  folder: string,
  name: string,
  mode: number,
): Promise<TemporaryFile> {
  for (let count = 0; ; count++) {
    const path = temporaryName(join(folder, name), processes, count);
    const record = await register({ temporaryFolder, processes }, path);
    const forget = async (): Promise<void> => {
      // the next command's sweep removes what is left
      await (record === undefined ? undefined : rm(record, { force: true }).catch(() => undefined));
      for (const done of [path, record ?? ""]) unfinished.delete(done);
    };
    try {
      // synchronously, so that a signal finds it listed; its final mode is set when it is written
      closeSync(openSync(path, "wx", mode | OWNER_WRITES));
    } catch (error) {
      await forget();
      if (hasCode(error, "EEXIST")) continue;
      throw error;
    }
    unfinished.add(path);
    try {
      return { path, handle: await open(path, "r+"), forget };
    } catch (error) {
      await rm(path, { force: true });
      await forget();
      throw error;
    }
  }
}

const OWNER_WRITES = 0o600;

/**
 * Removes a temporary file or folder that is not needed any more. Never fails, because the work that it was for may be
 * done: {@link TemporaryPlace.left} hears of one that stays.
 */
export async function removeUnneeded(
  path: string,
  { left }: TemporaryPlace,
  { forget }: Pick<TemporaryFile, "forget">,
): Promise<void> {
  try {
    // another program's last writes may meet it
    await rm(path, { force: true, recursive: true, maxRetries: 3 });
  } catch (error) {
    await left?.(path, error);
    return;
  }
  await forget();
}

/** A temporary folder, empty at first. */
export interface TemporaryFolder {
  readonly path: string;
  /** removes it with all that is in it */
  readonly remove: () => Promise<void>;
  /**
   * Gives it its final name. A folder that has the name stands aside for that moment, and is removed then; if the process
   * dies in between, the next command puts it back.
   */
  readonly nameAs: (target: string) => Promise<void>;
}

/**
 * Makes the folder `.NAME.PID.tmp`, 0700, registered as by {@link createTemporary}.
 *
 * @param folder where it is made: the temporary folder, or that of an output
 * @throws Failure `unexpected` where the temporary folder cannot be written; of another one the file system's error
 */
export async function createTemporaryFolder(
  place: TemporaryPlace,
  name: string,
  folder: string = place.temporaryFolder,
): Promise<TemporaryFolder> {
  if (folder === place.temporaryFolder) await ensureFolder(folder);
  for (let count = 0; ; count++) {
    const path = temporaryName(join(folder, name), place.processes, count);
    const record = await register(place, path, { isFolder: true });
    const forget = async (): Promise<void> => {
      await (record === undefined ? undefined : rm(record, { force: true }).catch(() => undefined));
      for (const done of [path, record ?? ""]) unfinished.delete(done);
    };
    try {
      mkdirSync(path, { mode: 0o700 });
    } catch (error) {
      await forget();
      if (hasCode(error, "EEXIST")) continue;
      throw folder === place.temporaryFolder ? unwritable(folder, error) : error;
    }
    unfinished.add(path);
    const remove = (): Promise<void> => removeUnneeded(path, place, { forget });
    const nameAs = async (target: string): Promise<void> => {
      if (existsSync(target)) await takePlace(place, path, target);
      else renameSync(path, target);
      await forget();
    };
    return { path, remove, nameAs };
  }
}

/** Gives a folder the name of another one, which stands aside for that moment and is then removed. */
async function takePlace(place: TemporaryPlace, path: string, target: string): Promise<void> {
  let count = 1;
  while (existsSync(temporaryName(target, place.processes, count))) count += 1;
  const former = temporaryName(target, place.processes, count);
  const record = await register(place, former, { isFolder: true, formerName: target });
  const forget = (): void => {
    if (record !== undefined) rmSync(record, { force: true });
    for (const done of [former, record ?? ""]) unfinished.delete(done);
  };
  // synchronously, so that no signal comes in between
  renameSync(target, former);
  try {
    renameSync(path, target);
  } catch (error) {
    renameSync(former, target);
    forget();
    throw error;
  }
  unfinished.add(former);
  // the next command removes what is left
  await rm(former, { force: true, recursive: true, maxRetries: 3 }).then(forget, () => undefined);
}

async function register(
  { temporaryFolder, processes }: TemporaryPlace,
  file: string,
  more: { readonly isFolder?: true; readonly formerName?: string } = {},
): Promise<string | undefined> {
  const { self, place } = processes;
  const entry = JSON.stringify({ file, ...more, pid: self, place, start: processes.startOf(self) });
  try {
    await ensureFolder(temporaryFolder);
    for (let count = 0; ; count++) {
      const record = join(temporaryFolder, `${self}-${count}.json`);
      if (makeEntry(record, entry)) return record;
    }
  } catch {
    return undefined;
  }
}

/**
 * Makes an entry of the register, synchronously, so that a signal finds it listed; one that cannot be written, for
 * instance on a full disk, is removed.
 *
 * @returns false if there is one of that name
 */
function makeEntry(record: string, entry: string): boolean {
  try {
    writeFileSync(record, entry, { flag: "wx", mode: 0o600 });
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    rmSync(record, { force: true });
    throw error;
  }
  unfinished.add(record);
  return true;
}

/**
 * Removes temporary files left behind by dead processes. Files of live processes, and of other machines
 * or containers that share the home, are kept. Never fails: what cannot be read or removed is left for the next time.
 */
export async function sweepTemporaryFiles({ temporaryFolder, processes }: TemporaryPlace): Promise<void> {
  for (const name of namesNow(temporaryFolder)) {
    const pid = Number(RECORD.exec(name)?.[1] ?? Number.NaN);
    if (Number.isNaN(pid)) {
      continue;
    }
    const record = join(temporaryFolder, name);
    const entry = parseEntry(await readFile(record, "utf8").catch(() => ""));
    if (isLeft(entry, pid, processes)) {
      const gone = await removeTemporary(entry, pid);
      await (gone ? rm(record, { force: true }).catch(() => undefined) : undefined);
    }
  }
}

/** Every command looks, and nearly always there is none. */
const namesNow = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};

/** A temporary file that is still registered, and by whom. */
export interface RegisteredFile {
  readonly path: string;
  /** `running`: its process works on it; `elsewhere`: of another machine or container; `left`: it could not be removed */
  readonly state: "running" | "elsewhere" | "left";
}

/** The temporary files that are registered, once those of dead processes were removed. */
export async function registeredFiles(place: TemporaryPlace): Promise<readonly RegisteredFile[]> {
  const { temporaryFolder, processes } = place;
  await sweepTemporaryFiles(place);
  const names = await readdir(temporaryFolder).catch(() => []);
  const found: RegisteredFile[] = [];
  for (const name of names) {
    const pid = Number(RECORD.exec(name)?.[1] ?? Number.NaN);
    if (Number.isNaN(pid)) continue;
    const entry = parseEntry(await readFile(join(temporaryFolder, name), "utf8").catch(() => ""));
    const path = entry?.file ?? join(temporaryFolder, name);
    const isOurs = entry === undefined || entry.place === processes.place;
    found.push({ path, state: !isOurs ? "elsewhere" : isLeft(entry, pid, processes) ? "left" : "running" });
  }
  return found;
}

interface TemporaryEntry {
  readonly file: string;
  readonly isFolder: boolean;
  /** of a folder that stands aside: gets the name back unless another has it */
  readonly formerName: string | undefined;
  readonly place: string;
  readonly start: string | undefined;
}

/** An incomplete entry has no file yet; its process is known from its name. */
function isLeft(entry: TemporaryEntry | undefined, pid: number, processes: ProcessTable): boolean {
  if (entry !== undefined && entry.place !== processes.place) {
    return false;
  }
  if (!processes.isAlive(pid)) {
    return true;
  }
  const start = processes.startOf(pid);
  return entry?.start !== undefined && start !== undefined && start !== entry.start;
}

function parseEntry(json: string): TemporaryEntry | undefined {
  try {
    const { file, isFolder, formerName, place, start } = JSON.parse(json) as Readonly<Record<string, unknown>>;
    const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
    return typeof file === "string" && typeof place === "string"
      ? { file, isFolder: isFolder === true, formerName: textOf(formerName), place, start: textOf(start) }
      : undefined;
  } catch {
    return undefined;
  }
}

/** Removes only what is named like a temporary file of the process, and folders only where one was made, whatever the register says. */
async function removeTemporary(entry: TemporaryEntry | undefined, pid: number): Promise<boolean> {
  const { file = "", isFolder = false, formerName } = entry ?? {};
  const owner = Number(TEMPORARY.exec(basename(file))?.[1]);
  if (owner !== pid || dirname(file) === ".") return true;
  if (formerName !== undefined && dirname(formerName) === dirname(file) && !existsSync(formerName)) {
    return rename(file, formerName).then(
      () => true,
      (error: unknown) => hasCode(error, "ENOENT"),
    );
  }
  return rm(file, { force: true, recursive: isFolder }).then(
    () => true,
    () => false,
  );
}

/** Whether a file system error has one of these codes. */
export const hasCode = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof Error && "code" in error && codes.includes(String(error.code));
