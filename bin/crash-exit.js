// The exit code of a crash. It is old syntax: see clomoctl.js.
"use strict";

/**
 * `renewals check` is run by monitoring systems, to which 1 and 2 mean that something is due: whatever stops it before it
 * can say so itself is 3, "unknown".
 */
module.exports = function crashExit(process) {
  var words = process.argv.slice(2);
  var noun = words.indexOf("renewals");
  if (noun === -1 || words.indexOf("check", noun) === -1) return 1;
  process.on("uncaughtExceptionMonitor", function () {
    process.once("exit", function () {
      process.exitCode = 3;
    });
  });
  return 3;
};
