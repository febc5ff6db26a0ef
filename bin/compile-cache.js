"use strict";

const { chmodSync, mkdirSync, rmSync, statfsSync, statSync } = require("node:fs");
const path = require("node:path");

const OTHERS_WRITE = 0o022;

/**
 * Where compiled code is kept: below the cache folder of src/lib/config/home.ts, which cannot be loaded before the
 * cache is on; a test holds the two equal.
 *
 * @param {string} platform process.platform
 * @param {Record<string, string | undefined>} env
 * @param {() => string} userFolder os.homedir, asked only where it is needed
 * @returns {string}
 */
function cacheFolder(platform, env, userFolder) {
  const { isAbsolute, join } = platform === "win32" ? path.win32 : path.posix;
  if (env.CLOMOCTL_HOME) return join(env.CLOMOCTL_HOME, "cache");
  const given = (folder, ...usual) =>
    join(folder && isAbsolute(folder) ? folder : join(userFolder(), ...usual), "clomoctl");
  if (platform === "win32") return join(given(env.LOCALAPPDATA, "AppData", "Local"), "cache");
  if (platform === "darwin") return join(userFolder(), "Library", "Caches", "clomoctl");
  return given(env.XDG_CACHE_HOME, ".cache");
}

/**
 * Makes the program's folders for their owner alone, whatever the umask is. Code in the innermost one is run, so where
 * others could write to it, it is emptied and closed to them first. The home itself is left as it is: the program tells
 * who should close it.
 *
 * @param {readonly string[]} folders each below the next
 * @param {number | undefined} userId process.geteuid(); undefined where files have no modes
 * @param {string} [home] the folder above them, if it is one of the program
 * @returns {boolean} false where nothing can be kept there safely
 */
function makePrivate(folders, userId, home) {
  const [innermost] = folders;
  try {
    mkdirSync(innermost, { recursive: true, mode: 0o700 });
    if (userId === undefined) return true;
    const found = folders.map((folder) => ({ folder, ...statOf(folder) }));
    const above = home ? [statOf(home)] : [];
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

/** All of the compiled code is some 3 MB. */
const LEAST_FREE_BYTES = 8 * 1024 * 1024;

/**
 * Whether a folder's disk has room for compiled code: where it has none, Node leaves an empty file for each part of the
 * program at each start.
 *
 * @param {string} folder
 * @param {(path: string) => { readonly bavail: number, readonly bsize: number }} [statfs]
 * @returns {boolean} true where that cannot be found out
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
