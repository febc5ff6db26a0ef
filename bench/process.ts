import { execFile, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { promisify } from "node:util";

/** A program and how to start it. Its environment is exactly `env`, and its stdin is empty. */
export interface ProcessCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** working folder, in which the output is also stored */
  readonly folder: string;
  /** file that receives stdout instead; it is not read afterwards */
  readonly output?: string | undefined;
}

/** A finished run of a process. */
export interface ProcessRun {
  /** wall-clock time */
  readonly seconds: number;
  /** processor time, user and system, of the process and of all processes that it started and waited for */
  readonly cpuSeconds: number;
  /** highest resident memory of the largest of these processes, in bytes; undefined if it was not measured */
  readonly peakBytes: number | undefined;
  readonly stdout: string;
}

/**
 * Starts a process, waits for it, and writes to the file that its first argument names: status, seconds, processor
 * seconds, peak. Node does not pass on what the kernel reports about a child (wait4), Python does.
 */
const WAIT_SCRIPT = `
import os, signal, sys, time
started = time.monotonic()
child = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ, setsigdef=[signal.SIGPIPE, signal.SIGXFSZ])
_, status, used = os.wait4(child, 0)
seconds = time.monotonic() - started
peak = used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
with open(sys.argv[1], "w") as report:
    print(os.waitstatus_to_exitcode(status), seconds, used.ru_utime + used.ru_stime, peak, file=report)
`;

let python: Promise<string> | undefined;

/** Returns the path of Python itself, not of a script that starts it. */
const findPython = (): Promise<string> => {
  python ??= promisify(execFile)("python3", ["-c", "import sys; print(sys.executable)"]).then(
    ({ stdout }) => stdout.trim(),
    (cause: unknown) => {
      throw new Error("python3 is missing: it reads the processor time of each run", { cause });
    },
  );
  return python;
};

const TICKS_PER_SECOND = 100;

/**
 * Returns the processor time of a running process with all its threads, in seconds.
 *
 * @throws if the system does not have /proc, or if the process has ended
 */
export function readCpuSeconds(pid: number | undefined): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // the name of the program, in parentheses, may contain spaces; user and system time are the fields 14 and 15
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Returns the peak resident memory (VmHWM) of a running process in bytes; undefined if the system has no /proc. */
export function readPeakMemory(pid: number | undefined): number | undefined {
  try {
    const found = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return found === null ? undefined : Number(found[1]) * 1024;
  } catch {
    return undefined;
  }
}

/**
 * Runs a process to its end. Its output goes directly to files, so that no reader slows it down.
 *
 * @throws if it cannot be started or ends with another status than 0; the message contains the beginning of its stderr
 */
export async function runProcess(
  { file, args, env, folder, output }: ProcessCommand,
  signal: AbortSignal,
): Promise<ProcessRun> {
  signal.throwIfAborted();
  const [path, report] = [await findPython(), join(folder, "report")];
  await using stdout = await open(output ?? join(folder, "stdout"), "w");
  await using stderr = await open(join(folder, "stderr"), "w");
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = spawn(path, ["-I", "-S", "-c", WAIT_SCRIPT, report, file, ...args], {
    cwd: folder,
    env,
    stdio: ["ignore", stdout.fd, stderr.fd],
    // a group of its own, so that both can be stopped
    detached: true,
  });
  const stop = (): void => {
    if (child.pid !== undefined) process.kill(-child.pid);
  };
  signal.addEventListener("abort", stop);
  child.once("error", reject);
  child.once("exit", (status, killed) => resolve(String(status ?? killed)));
  const ended = await promise.finally(() => signal.removeEventListener("abort", stop));
  signal.throwIfAborted();
  const [status = ended, ...figures] = ended === "0" ? (await readFile(report, "utf8")).trim().split(" ") : [];
  if (status !== "0") {
    const said = (await readFile(join(folder, "stderr"), "utf8"))
      .slice(0, 300)
      .trim()
      .replaceAll(/\s*\n\s*/g, " / ");
    throw new Error(`${[file, ...args].map((part) => basename(part)).join(" ")} ended with ${status}: ${said}`);
  }
  const [seconds = 0, cpuSeconds = 0, peakBytes] = figures.map(Number);
  const printed = output === undefined ? await readFile(join(folder, "stdout"), "utf8") : "";
  return { seconds, cpuSeconds, peakBytes, stdout: printed };
}
