"use strict";

const { enableCompileCache } = require("node:module");
const { join } = require("node:path");
const cacheFolder = require("./cache-folder.js");
const crashExit = require("./crash-exit.js")(process);

// where it cannot be written, Node compiles as if there were no cache
enableCompileCache(
  join(
    cacheFolder(process.platform, process.env, () => require("node:os").homedir()),
    "code",
  ),
);

import("../dist/cli.js").catch((error) => {
  if (error.code !== "ERR_MODULE_NOT_FOUND" || !/cli\.js/.test(error.url || "")) throw error;
  process.stderr.write("clomoctl is not built: run `npm run build` in the checkout\n");
  process.exitCode = crashExit;
});
