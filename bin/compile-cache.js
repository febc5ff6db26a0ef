"use strict";

const { chmodSync, existsSync, mkdirSync, rmSync, statfsSync, statSync } = require("node:fs");
const path = require("node:path");

const OTHERS_WRITE = 0o022;

/**
 * Returns the program's cache folder, in which compiled code is kept. The rule is the same as in
 * src/lib/config/home.ts, which cannot be loaded before the compile cache is enabled; a test checks that both agree.
 *
 * @param {Record<string, string | undefined>} env
 * @param {() => string} userFolder os.homedir; called only if it is needed
 * @returns {string}
 */
function cacheFolder(env, userFolder) {
  return path.join(env.CLOMOCTL_HOME || path.join(userFolder(), ".clomoctl"), "cache");
}

/**
 * Creates the program's folders so that only their owner can access them, whatever the umask is. Code from the
 * innermost folder is executed. If others could write to a folder, their write access is removed and the innermost
 * folder is emptied first. The home folder is not changed: if others can write to it, the program itself tells the user
 * what to do.
 *
 * @param {readonly string[]} folders each inside the next
 * @param {number | undefined} userId process.geteuid(); undefined on platforms where files have no modes
 * @param {string} home the folder above them
 * @returns {boolean} false if nothing can be kept there safely
 */
function makePrivate(folders, userId, home) {
  const [innermost] = folders;
  try {
    makeFolder(innermost);
    if (userId === undefined) return true;
    const found = folders.map((folder) => ({ folder, ...statOf(folder) }));
    const above = [statOf(home)];
    if ([...found, ...above].some(({ uid }) => uid !== userId && uid !== 0)) return false;
    if (above.some(({ mode }) => (mode & OTHERS_WRITE) !== 0)) return false;
    const open = found.filter(({ mode }) => (mode & OTHERS_WRITE) !== 0);
    if (open.some(({ uid }) => uid !== userId)) return false;
    for (const { folder, mode } of open) chmodSync(folder, mode & 0o7777 & ~OTHERS_WRITE);
    if (open.length > 0) {
      rmSync(innermost, { recursive: true });
      mkdirSync(innermost, { mode: 0o700 });
    }
    return true;
  } catch {
    return false;
  }
}

/**
 * Creates a folder and its parents. `recursive` of Node never returns if no folder can be created below an existing one
 * (`/proc`).
 *
 * @param {string} folder
 */
function makeFolder(folder) {
  if (existsSync(folder)) return;
  makeFolder(path.dirname(folder));
  mkdirSync(folder, { mode: 0o700 });
}

/** Minimum free space for keeping compiled code, which takes about 3 MB. */
const LEAST_FREE_BYTES = 8 * 1024 * 1024;

/**
 * Returns true if the disk of a folder has room for compiled code. Without room, Node would leave an empty file for
 * each module of the program at each start.
 *
 * @param {string} folder
 * @param {(path: string) => { readonly bavail: number, readonly bsize: number }} [statfs]
 * @returns {boolean} true if the free space is unknown
 */
function hasRoom(folder, statfs = statfsSync) {
  try {
    const { bavail, bsize } = statfs(folder);
    return bavail * bsize >= LEAST_FREE_BYTES;
  } catch {
    return true;
  }
}

function statOf(folder) {
  const { mode, uid } = statSync(folder);
  return { mode, uid };
}

module.exports = { cacheFolder, hasRoom, makePrivate };
