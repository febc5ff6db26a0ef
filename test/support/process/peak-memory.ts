import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Code for the program's own peak of memory; what `resourceUsage` says begins, on Linux, with that of the process that started it. */
const PEAK_KIB =
  process.platform === "linux"
    ? String.raw`/VmHWM:\s+(\d+)/.exec(require("node:fs").readFileSync("/proc/self/status", "utf8"))[1]`
    : "process.resourceUsage().maxRSS";

/** Makes the programs that are started with `env` note their peaks of memory. */
export function notePeaks(folder: string) {
  const [notes, hook] = [join(folder, "peaks"), join(folder, "hook.cjs")];
  const note = `require("node:fs").appendFileSync(${JSON.stringify(notes)}, ${PEAK_KIB} + "\\n")`;
  writeFileSync(hook, `process.on("exit", () => ${note});`);
  return {
    env: { NODE_OPTIONS: `--require "${hook.replaceAll("\\", "/")}"` },
    readPeakMiB: (): number => Math.max(...readFileSync(notes, "utf8").trim().split("\n").map(Number)) / 1024,
  };
}
