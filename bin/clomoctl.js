#!/usr/bin/env node
// Entry point of the program. Its syntax is old on purpose: a Node version that is too old for the program must still
// be able to parse this file.
"use strict";

var NEEDED = 24;

if (Number(process.versions.node.split(".")[0]) < NEEDED) {
  process.stderr.write(
    "clomoctl needs Node.js " +
      NEEDED +
      " or newer, this is " +
      process.versions.node +
      ": install it from https://nodejs.org/ or, in a checkout, run `npx clomoctl` after `npm ci`\n",
  );
  process.exitCode = require("./crash-exit.js")(process);
} else {
  require("./start.js");
}
