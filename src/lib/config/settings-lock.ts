import { open } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { Failure, rethrowAs } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { ensureFolder, createUnwritableFailure } from "../files/index.ts";

const MAX_TRIES = 100;
/** SQLite's error code if another connection has the lock. @see https://sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5;

/** Holds a lock that ends with the process. Returns undefined if another process has it. */
export async function tryHoldLock(path: string): Promise<Disposable | undefined> {
  await ensureFolder(dirname(path));
  const lock = await openLock(path);
  if (await tryLock(lock)) return lock;
  lock.close();
  return undefined;
}

/** SQLite's lock ends with the process. @param pause waits about 50 ms @throws `locked` after a hundred pauses */
export async function withSettingsLock<T>(
  folder: string,
  pause: () => Promise<void>,
  change: () => Promise<T>,
): Promise<T> {
  await ensureFolder(folder);
  const toFailure = rethrowAs((cause) => createUnwritableFailure(folder, cause));
  using lock = await openLock(join(folder, "settings.lock")).catch(toFailure);
  for (let tries = 1; !(await tryLock(lock).catch(toFailure)); tries++) {
    if (tries === MAX_TRIES) {
      const what = text("another process is changing the settings", "別のプロセスが設定を変更しています");
      throw new Failure("locked", { what, where: folder });
    }
    await pause();
  }
  return await change();
}

async function openLock(path: string): Promise<DatabaseSync> {
  const { DatabaseSync } = await import("node:sqlite");
  await makePrivate(path);
  return new DatabaseSync(path, { timeout: 0 });
}

const OTHERS_ACCESS_BITS = 0o077;

/** Other users must not be able to read the lock file, because readers can lock it. */
async function makePrivate(path: string): Promise<void> {
  await using handle = await open(path, "a", 0o600);
  const { mode } = await handle.stat();
  if ((mode & OTHERS_ACCESS_BITS) !== 0) await handle.chmod(mode & 0o700);
}

async function tryLock(lock: DatabaseSync): Promise<boolean> {
  try {
    // a journal in memory, because a journal file would remain if the process is killed
    lock.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    return true;
  } catch (error) {
    if (error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY) return false;
    throw error;
  }
}
