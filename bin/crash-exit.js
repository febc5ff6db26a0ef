// Sets the exit code of a crash. The syntax is old on purpose: see clomoctl.js.
"use strict";

/**
 * Returns the exit code of a crash. Monitoring systems run `renewals check` and read the exit codes 1 and 2 as
 * "something is due", so a crash before the command reports a result must exit with 3, "unknown".
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
