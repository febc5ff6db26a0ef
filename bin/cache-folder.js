"use strict";

const path = require("node:path");

/**
 * Where compiled code is kept: below the cache folder of src/lib/config/home.ts, which cannot be loaded before the
 * cache is on; a test holds the two equal.
 *
 * @param {string} platform process.platform
 * @param {Record<string, string | undefined>} env
 * @param {() => string} userFolder os.homedir, asked only where it is needed
 * @returns {string}
 */
module.exports = function cacheFolder(platform, env, userFolder) {
  const { isAbsolute, join } = platform === "win32" ? path.win32 : path.posix;
  if (env.CLOMOCTL_HOME) return join(env.CLOMOCTL_HOME, "cache");
  const given = (folder, ...usual) =>
    join(folder && isAbsolute(folder) ? folder : join(userFolder(), ...usual), "clomoctl");
  if (platform === "win32") return join(given(env.LOCALAPPDATA, "AppData", "Local"), "cache");
  if (platform === "darwin") return join(userFolder(), "Library", "Caches", "clomoctl");
  return given(env.XDG_CACHE_HOME, ".cache");
};
