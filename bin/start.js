"use strict";

const { existsSync } = require("node:fs");
const { enableCompileCache } = require("node:module");
const { dirname, join } = require("node:path");
const { cacheFolder, hasRoom, makePrivate } = require("./compile-cache.js");
const crashExit = require("./crash-exit.js")(process);

const cache = cacheFolder(process.env, () => require("node:os").homedir());
const code = join(cache, "code");

// completion (Tab) must not create folders. If compiled code cannot be kept, Node compiles without a cache.
const mayKeep = process.argv[2] !== "__complete" || existsSync(code);
if (mayKeep && makePrivate([code, cache], process.geteuid?.(), dirname(cache)) && hasRoom(code))
  enableCompileCache(code);

try {
  const { createProgramEnvironment, main } = require("../dist/cli.js");
  void main(createProgramEnvironment(process)).then((exit) => {
    process.exitCode = exit;
  });
} catch (error) {
  if (error.code !== "MODULE_NOT_FOUND" || error.requireStack[0] !== __filename) throw error;
  process.stderr.write("clomoctl is not built: run `npm run build` in the checkout\n");
  process.exitCode = crashExit;
}
