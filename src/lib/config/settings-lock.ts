import { open } from "node:fs/promises";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { ensureFolder, unwritable } from "../files/index.ts";

const TRIES = 100;
/** SQLite's code for "another connection has the lock". @see https://sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5;

/**
 * Runs `change` while no other process changes the settings of this folder. The lock is the operating system's, on
 * `settings.lock`, taken through SQLite: it ends with its process, however that dies, so it is never stale.
 *
 * @param pause waits before the next try, about 50 ms
 * @throws `locked` when another process holds it for a hundred pauses
 * @throws `unexpected` when the folder cannot be written
 */
export async function withSettingsLock<T>(
  folder: string,
  pause: () => Promise<void>,
  change: () => Promise<T>,
): Promise<T> {
  await ensureFolder(folder);
  const { DatabaseSync } = await import("node:sqlite");
  const path = join(folder, "settings.lock");
  await makePrivate(path).catch((cause: unknown) => {
    throw unwritable(folder, cause);
  });
  const lock = orFailure(folder, () => new DatabaseSync(path, { timeout: 0 }));
  try {
    for (let tries = 1; !orFailure(folder, () => takes(lock)); tries++) {
      if (tries === TRIES) {
        throw new Failure("locked", {
          what: text("another process is changing the settings", "別のプロセスが設定を変更しています"),
          where: folder,
          hint: text("try again when it is done", "終わってからやり直してください"),
        });
      }
      await pause();
    }
    return await change();
  } finally {
    lock.close();
  }
}

const OTHERS = 0o077;

/** Makes a file for its owner alone: who can read it could hold a lock on it. */
async function makePrivate(path: string): Promise<void> {
  await using handle = await open(path, "a", 0o600);
  const { mode } = await handle.stat();
  if ((mode & OTHERS) !== 0) await handle.chmod(mode & 0o700);
}

function takes(lock: DatabaseSync): boolean {
  try {
    // a journal in a file would stay where the process is killed
    lock.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    return true;
  } catch (error) {
    if (error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY) {
      return false;
    }
    throw error;
  }
}

function orFailure<T>(where: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw unwritable(where, cause);
  }
}
