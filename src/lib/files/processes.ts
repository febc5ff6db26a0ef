import { readFileSync, readlinkSync, rmSync } from "node:fs";
import { getErrorCode } from "../errors/index.ts";

/** Tests replace this by a table in memory. */
export interface ProcessTable {
  readonly self: number;
  /** identifies the machine and, on Linux, the container, in which a process ID is valid */
  readonly place: string;
  /** start time of a process, as an opaque string; undefined if it is unknown or the process has ended */
  startOf(pid: number): string | undefined;
  isAlive(pid: number): boolean;
}

export function createProcessTable(
  self: number,
  kill: (pid: number, signal: 0) => unknown,
  hostName: string,
): ProcessTable {
  const namespace = readOrDefault("", () => readlinkSync("/proc/self/ns/pid"));
  const boot = readOrDefault("", () => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
  return {
    self,
    place: `${hostName} ${namespace}`.trim(),
    startOf: (pid) =>
      readOrDefault(undefined, () => `${boot} ${parseStartTicks(readFileSync(`/proc/${pid}/stat`, "utf8"))}`),
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

function readOrDefault<T, U>(otherwise: U, read: () => T): T | U {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

/** This process must still rename or remove these paths, and their register entries. */
export const unfinishedPaths = new Set<string>();

/** Called at exit, so that no personal data is left behind. */
export function removeUnfinished(): void {
  for (const path of unfinishedPaths) {
    try {
      rmSync(path, { force: true, recursive: true });
    } catch {
      // ignored, because the next command removes the file
    }
  }
  unfinishedPaths.clear();
}
