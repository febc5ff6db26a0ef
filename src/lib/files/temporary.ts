import { closeSync, existsSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { open, readFile, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ensureFolder, createUnwritableFailure } from "./folder.ts";
import { unfinishedPaths, type ProcessTable } from "./processes.ts";
import { hasErrorCode, tryOrUndefined, rethrowAs } from "../errors/index.ts";

export interface TemporaryStorage {
  readonly temporaryFolder: string;
  readonly processes: ProcessTable;
}

export type TemporaryFile = Awaited<ReturnType<typeof createTemporaryFile>>;

const REGISTER_ENTRY_NAME_PATTERN = /^(\d+)-\d+\.json$/;
const TEMPORARY_NAME_PATTERN = /^\.[^/\\]*\.(\d+)(?:-\d+)?\.tmp$/;
/** File systems allow names of 255 bytes, including prefix and suffix. */
const MAX_NAME_CHARACTERS = 60;

/** Returns `.NAME.PID.tmp` in the same folder, or `.NAME.PID-COUNT.tmp` if the name is taken. */
function buildTemporaryPath(path: string, { self }: ProcessTable, count: number): string {
  const short = [...basename(path)].slice(0, MAX_NAME_CHARACTERS).join("");
  return join(dirname(path), `.${short}.${self}${count === 0 ? "" : `-${count}`}.tmp`);
}

/** @param create a synchronous function, which no signal can interrupt */
async function createTemporaryPath(
  place: TemporaryStorage,
  target: string,
  create: (path: string) => void,
  more: RegisterDetail = {},
) {
  for (let count = 0; ; count++) {
    const path = buildTemporaryPath(target, place.processes, count);
    const forget = await registerTemporary(place, path, more);
    try {
      create(path);
      unfinishedPaths.add(path);
      return { path, forget };
    } catch (error) {
      forget();
      if (!hasErrorCode(error, "EEXIST")) throw error;
    }
  }
}

export async function createTemporaryFile(place: TemporaryStorage, folder: string, name: string, mode: number) {
  const create = (path: string): void => closeSync(openSync(path, "wx", mode | OWNER_READ_WRITE_BITS));
  const { path, forget } = await createTemporaryPath(place, join(folder, name), create);
  try {
    return { path, handle: await open(path, "r+"), forget };
  } catch (error) {
    await rm(path, { force: true });
    forget();
    throw error;
  }
}

const OWNER_READ_WRITE_BITS = 0o600;

/** Never fails, because the work that used the path may have succeeded. The next command tries again. */
export const removeTemporaryPath = (path: string, forget: () => void): Promise<void> =>
  rm(path, { force: true, recursive: true, maxRetries: 3 }).then(forget, () => undefined);

export type TemporaryFolder = Awaited<ReturnType<typeof createTemporaryFolder>>;

/** Creates `.NAME.PID.tmp` with mode 0700. */
export async function createTemporaryFolder(
  place: TemporaryStorage,
  name: string,
  folder: string = place.temporaryFolder,
) {
  const isOwn = folder === place.temporaryFolder;
  if (isOwn) await ensureFolder(folder);
  const create = (path: string): void => mkdirSync(path, { mode: 0o700 });
  const made = createTemporaryPath(place, join(folder, name), create, { isFolder: true });
  const { path, forget } = await made.catch(
    rethrowAs((cause) => (isOwn ? createUnwritableFailure(folder, cause) : cause)),
  );
  const remove = (): Promise<void> => removeTemporaryPath(path, forget);
  // if the process dies during the renames, a later command restores a replaced folder
  const nameAs = async (target: string): Promise<void> => {
    if (existsSync(target)) await replaceFolder(place, path, target);
    else renameSync(path, target);
    forget();
  };
  return { path, remove, nameAs };
}

async function replaceFolder(place: TemporaryStorage, path: string, target: string): Promise<void> {
  let count = 1;
  while (existsSync(buildTemporaryPath(target, place.processes, count))) count += 1;
  const former = buildTemporaryPath(target, place.processes, count);
  const forget = await registerTemporary(place, former, { isFolder: true, formerName: target });
  // synchronous, so that no signal is handled between the two renames
  renameSync(target, former);
  try {
    renameSync(path, target);
  } catch (error) {
    renameSync(former, target);
    forget();
    throw error;
  }
  unfinishedPaths.add(former);
  await removeTemporaryPath(former, forget);
}

interface RegisterDetail {
  readonly isFolder?: true;
  readonly formerName?: string;
}

async function registerTemporary(
  { temporaryFolder, processes }: TemporaryStorage,
  file: string,
  more: RegisterDetail,
): Promise<() => void> {
  const { self, place } = processes;
  const entry = JSON.stringify({ file, ...more, pid: self, place, start: processes.startOf(self) });
  const record = await ensureFolder(temporaryFolder).then(
    () => createRegisterEntry(join(temporaryFolder, String(self)), entry),
    () => undefined,
  );
  return () => {
    // if the removal fails, the next command removes the entry
    if (record !== undefined) tryOrUndefined(() => rmSync(record, { force: true }));
    for (const done of [file, record ?? ""]) unfinishedPaths.delete(done);
  };
}

function createRegisterEntry(prefix: string, entry: string): string | undefined {
  for (let count = 0; ; count++) {
    const record = `${prefix}-${count}.json`;
    try {
      writeFileSync(record, entry, { flag: "wx", mode: 0o600 });
      unfinishedPaths.add(record);
      return record;
    } catch (error) {
      if (hasErrorCode(error, "EEXIST")) continue;
      rmSync(record, { force: true });
      return undefined;
    }
  }
}

/** Removes files of ended processes on this machine and in this container. Never fails. */
export async function sweepTemporaryFiles({ temporaryFolder, processes }: TemporaryStorage): Promise<void> {
  for (const name of tryOrUndefined(() => readdirSync(temporaryFolder)) ?? []) {
    const pid = Number(REGISTER_ENTRY_NAME_PATTERN.exec(name)?.[1] ?? Number.NaN);
    if (Number.isNaN(pid)) continue;
    const record = join(temporaryFolder, name);
    const entry = parseRegisterEntry(await readFile(record, "utf8").catch(() => ""));
    if (isOrphaned(entry, pid, processes)) {
      const gone = await removeOrphanedFile(entry, pid);
      await (gone ? rm(record, { force: true }).catch(() => undefined) : undefined);
    }
  }
}

type RegistrationEntry = NonNullable<ReturnType<typeof parseRegisterEntry>>;

function isOrphaned(entry: RegistrationEntry | undefined, pid: number, processes: ProcessTable): boolean {
  if (entry !== undefined && entry.place !== processes.place) return false;
  if (!processes.isAlive(pid)) return true;
  const start = processes.startOf(pid);
  return entry?.start !== undefined && start !== undefined && start !== entry.start;
}

const parseRegisterEntry = (json: string) =>
  tryOrUndefined(() => {
    const { file, isFolder, formerName, place, start } = JSON.parse(json) as Readonly<Record<string, unknown>>;
    const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
    return typeof file === "string" && typeof place === "string"
      ? { file, isFolder: isFolder === true, formerName: textOf(formerName), place, start: textOf(start) }
      : undefined;
  });

async function removeOrphanedFile(entry: RegistrationEntry | undefined, pid: number): Promise<boolean> {
  const { file = "", isFolder = false, formerName } = entry ?? {};
  const owner = Number(TEMPORARY_NAME_PATTERN.exec(basename(file))?.[1]);
  if (owner !== pid || dirname(file) === ".") return true;
  if (formerName !== undefined && dirname(formerName) === dirname(file) && !existsSync(formerName)) {
    return rename(file, formerName).then(
      () => true,
      (error: unknown) => hasErrorCode(error, "ENOENT"),
    );
  }
  return rm(file, { force: true, recursive: isFolder }).then(
    () => true,
    () => false,
  );
}
