import { rmSync } from "node:fs";
import { open, readdir, readFile, rm, type FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ensureFolder } from "./folder.ts";
import type { ProcessTable } from "./processes.ts";

/** Where temporary files are registered, and who registers them. */
export interface TemporaryPlace {
  /** `CLOMOCTL_HOME/tmp` */
  readonly temporaryFolder: string;
  readonly processes: ProcessTable;
}

/** A temporary file, open for writing. */
export interface TemporaryFile {
  readonly path: string;
  readonly handle: FileHandle;
  /** strikes it off the register, when it was renamed or removed */
  readonly forget: () => Promise<void>;
}

const RECORD = /^(\d+)-\d+\.json$/;
const TEMPORARY = /^\.[^/\\]*\.\d+(-\d+)?\.tmp$/;
/** Files this process has made and not yet renamed or removed, and their entries in the register. */
const unfinished = new Set<string>();

/**
 * Removes what this process has not finished: for its `exit` event, when it is ended while something still waits, so that
 * no spooled input is left lying.
 */
export function removeUnfinished(): void {
  for (const path of unfinished) {
    try {
      rmSync(path, { force: true });
    } catch {
      // the next command's sweep removes it
    }
  }
  unfinished.clear();
}

/** file systems allow 255 bytes a name; this leaves room for what is put around it */
const LONGEST_NAME_CHARACTERS = 60;

/**
 * Creates `.NAME.PID.tmp` in `folder` for the file `name`, registered first, so that a later command can remove it
 * should this process die. A register that cannot be written (a read-only home) is done without.
 *
 * @param mode permissions of the new file, before the umask
 */
export async function createTemporary(
  { temporaryFolder, processes }: TemporaryPlace,
  folder: string,
  name: string,
  mode: number,
): Promise<TemporaryFile> {
  const short = [...name].slice(0, LONGEST_NAME_CHARACTERS).join("");
  for (let count = 0; ; count++) {
    const path = join(folder, `.${short}.${processes.self}${count === 0 ? "" : `-${count}`}.tmp`);
    const record = await register({ temporaryFolder, processes }, path);
    const forget = async (): Promise<void> => {
      await (record === undefined ? undefined : rm(record, { force: true }));
      for (const done of [path, record ?? ""]) unfinished.delete(done);
    };
    try {
      const handle = await open(path, "wx", mode);
      for (const begun of [path, ...(record === undefined ? [] : [record])]) unfinished.add(begun);
      return { path, handle, forget };
    } catch (error) {
      await forget();
      if (!hasCode(error, "EEXIST")) {
        throw error;
      }
    }
  }
}

async function register({ temporaryFolder, processes }: TemporaryPlace, file: string): Promise<string | undefined> {
  const { self, place } = processes;
  const entry = JSON.stringify({ file, pid: self, place, start: processes.startOf(self) });
  try {
    await ensureFolder(temporaryFolder);
    for (let count = 0; ; count++) {
      const record = join(temporaryFolder, `${self}-${count}.json`);
      const handle = await open(record, "wx", 0o600).catch((error: unknown) => {
        if (!hasCode(error, "EEXIST")) {
          throw error;
        }
      });
      if (handle !== undefined) {
        await writeEntry(handle, record, entry);
        return record;
      }
    }
  } catch {
    return undefined;
  }
}

/** An entry that cannot be written, for instance on a full disk, is taken back. */
async function writeEntry(handle: FileHandle, record: string, entry: string): Promise<void> {
  try {
    await handle.writeFile(entry);
    await handle.close();
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(record, { force: true });
    throw error;
  }
}

/**
 * Removes the temporary files that processes left which are dead now. Files of live processes, and of other machines
 * or containers that share the home, stay. Never fails: what cannot be read or removed stays for the next time.
 */
export async function sweepTemporaryFiles({ temporaryFolder, processes }: TemporaryPlace): Promise<void> {
  const names = await readdir(temporaryFolder).catch(() => []);
  for (const name of names) {
    const pid = Number(RECORD.exec(name)?.[1] ?? Number.NaN);
    if (Number.isNaN(pid)) {
      continue;
    }
    const record = join(temporaryFolder, name);
    const entry = parseEntry(await readFile(record, "utf8").catch(() => ""));
    if (isLeft(entry, pid, processes)) {
      const gone = await removeTemporary(entry?.file);
      await (gone ? rm(record, { force: true }).catch(() => undefined) : undefined);
    }
  }
}

interface Entry {
  readonly file: string;
  readonly place: string;
  readonly start: string | undefined;
}

/** An entry that was not written whole has no file yet; its process is told by its name. */
function isLeft(entry: Entry | undefined, pid: number, processes: ProcessTable): boolean {
  if (entry !== undefined && entry.place !== processes.place) {
    return false;
  }
  if (!processes.isAlive(pid)) {
    return true;
  }
  const start = processes.startOf(pid);
  return entry?.start !== undefined && start !== undefined && start !== entry.start;
}

function parseEntry(json: string): Entry | undefined {
  try {
    const { file, place, start } = JSON.parse(json) as Readonly<Record<string, unknown>>;
    return typeof file === "string" && typeof place === "string"
      ? { file, place, start: typeof start === "string" ? start : undefined }
      : undefined;
  } catch {
    return undefined;
  }
}

/** Only what is named like a temporary file is removed, whatever the register says. */
async function removeTemporary(file: string | undefined): Promise<boolean> {
  if (file === undefined || !TEMPORARY.test(basename(file)) || dirname(file) === ".") {
    return true;
  }
  return rm(file, { force: true }).then(
    () => true,
    () => false,
  );
}

/** Whether an error of the file system has one of these codes. */
export const hasCode = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof Error && "code" in error && codes.includes(String(error.code));
