import { readFileSync, readlinkSync } from "node:fs";

/** The processes of this machine; tests pass a table in memory. */
export interface ProcessTable {
  /** the id of this process */
  readonly self: number;
  /** the machine, and on Linux the container: process ids mean nothing elsewhere */
  readonly place: string;
  /** start time of a process, as an opaque string; `undefined` if the platform does not tell, or it has ended */
  startOf(pid: number): string | undefined;
  /** whether a process with that id is running, whoever owns it */
  isAlive(pid: number): boolean;
}

/**
 * The operating system's processes.
 *
 * @param self `process.pid`
 * @param kill `process.kill`
 * @param hostName `os.hostname()`
 */
export function systemProcesses(
  self: number,
  kill: (pid: number, signal: 0) => unknown,
  hostName: string,
): ProcessTable {
  const namespace = readOr("", () => readlinkSync("/proc/self/ns/pid"));
  const boot = readOr("", () => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
  return {
    self,
    place: `${hostName} ${namespace}`.trim(),
    startOf: (pid) => readOr(undefined, () => `${boot} ${startTicks(readFileSync(`/proc/${pid}/stat`, "utf8"))}`),
    isAlive(pid) {
      try {
        kill(pid, 0);
        return true;
      } catch (error) {
        return error instanceof Error && "code" in error && error.code === "EPERM";
      }
    },
  };
}

/**
 * The 22nd field of `/proc/PID/stat`; the second may hold blanks and parentheses.
 *
 * @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
function startTicks(line: string): string {
  const ticks = line.slice(line.lastIndexOf(")") + 2).split(" ")[19];
  if (ticks === undefined) {
    throw new RangeError("/proc/PID/stat");
  }
  return ticks;
}

function readOr<T, U>(otherwise: U, read: () => T): T | U {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
