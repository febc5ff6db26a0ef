"use strict";

const { chmodSync, mkdirSync, rmSync, statSync } = require("node:fs");

const OTHERS_WRITE = 0o022;

/**
 * Makes folders of ours for their owner alone, whatever the umask is. What lies in the innermost is run, so where others
 * could write, it is emptied and closed to them first.
 *
 * @param {readonly string[]} folders each below the next
 * @param {number | undefined} userId process.geteuid(); undefined where files have no modes
 * @returns {boolean} false where nothing can be kept there safely
 */
module.exports = function makePrivate(folders, userId) {
  const [innermost] = folders;
  try {
    mkdirSync(innermost, { recursive: true, mode: 0o700 });
    if (userId === undefined) return true;
    const found = folders.map((path) => ({ path, ...statOf(path) }));
    if (found.some(({ uid }) => uid !== userId && uid !== 0)) return false;
    const open = found.filter(({ mode }) => (mode & OTHERS_WRITE) !== 0);
    if (open.some(({ uid }) => uid !== userId)) return false;
    for (const { path, mode } of open) chmodSync(path, mode & 0o7777 & ~OTHERS_WRITE);
    if (open.length > 0) {
      rmSync(innermost, { recursive: true });
      mkdirSync(innermost, { mode: 0o700 });
    }
    return true;
  } catch {
    return false;
  }
};

function statOf(path) {
  const { mode, uid } = statSync(path);
  return { mode, uid };
}
