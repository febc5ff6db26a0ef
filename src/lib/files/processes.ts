import { readFileSync, readlinkSync, rmSync } from "node:fs";
import { getErrorCode, tryOrUndefined } from "../errors/index.ts";

export interface ProcessTable {
  readonly self: number;
  readonly place: string;
  startOf(pid: number): string | undefined;
  isAlive(pid: number): boolean;
}

export function createProcessTable(
  self: number,
  kill: (pid: number, signal: 0) => unknown,
  hostName: string,
): ProcessTable {
  const namespace = tryOrUndefined(() => readlinkSync("/proc/self/ns/pid")) ?? "";
  const boot = tryOrUndefined(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()) ?? "";
  return {
    self,
    place: `${hostName} ${namespace}`.trim(),
    startOf: (pid) => tryOrUndefined(() => `${boot} ${parseStartTicks(readFileSync(`/proc/${pid}/stat`, "utf8"))}`),
    isAlive(pid) {
      try {
        kill(pid, 0);
        return true;
      } catch (error) {
        return getErrorCode(error) === "EPERM";
      }
    },
  };
}

/** Reads field 22 of `/proc/PID/stat`. Field 2 may contain spaces and parentheses. */
function parseStartTicks(line: string): string {
  const ticks = line.slice(line.lastIndexOf(")") + 2).split(" ")[19];
  if (ticks === undefined) throw new RangeError("/proc/PID/stat");
  return ticks;
}

/** Paths and register entries that this process must still rename or remove. */
export const unfinishedPaths = new Set<string>();

/** Called at exit, so that no personal data remains. */
export function removeUnfinishedPaths(): void {
  for (const path of unfinishedPaths) {
    // if the removal fails, the next command removes the file
    tryOrUndefined(() => rmSync(path, { force: true, recursive: true }));
  }
  unfinishedPaths.clear();
}
