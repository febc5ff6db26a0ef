import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { basename, join } from "node:path";

/** A program and how to start it. Its environment is exactly `env`, and its stdin is empty. */
export interface ProcessCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** working folder, in which the output is also stored */
  readonly folder: string;
  /** file that receives stdout instead; it is not read afterwards */
  readonly output?: string | undefined;
  /** expected exit status; default: 0 */
  readonly expected?: number | undefined;
}

/** A finished run of a process. */
export interface ProcessRun {
  /** wall-clock time from just before the start until the end was noticed */
  readonly seconds: number;
  /** highest resident memory in bytes; undefined if the system does not have /proc */
  readonly peakBytes: number | undefined;
  readonly stdout: string;
}

/** Polling interval. The kernel remembers the peak, so only a peak in the last moment can be missed. */
const POLL_INTERVAL_MS = 10;

/** Returns the peak resident memory (VmHWM) of a running process in bytes. */
export function readPeakMemory(pid: number | undefined): number | undefined {
  try {
    const found = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return found === null ? undefined : Number(found[1]) * 1024;
  } catch {
    // the system does not have /proc, or the process has just ended
    return undefined;
  }
}

/**
 * Runs a process to its end. Its output goes directly to files, so that no reader slows it down.
 *
 * @throws if it cannot be started or ends with another status than expected; the message contains the beginning of its
 * stderr
 */
export async function runProcess(
  { file, args, env, folder, output, expected = 0 }: ProcessCommand,
  signal: AbortSignal,
): Promise<ProcessRun> {
  signal.throwIfAborted();
  await using stdout = await open(output ?? join(folder, "stdout"), "w");
  await using stderr = await open(join(folder, "stderr"), "w");
  let peakBytes: number | undefined;
  const started = process.hrtime.bigint();
  const child = spawn(file, args, { cwd: folder, env, stdio: ["ignore", stdout.fd, stderr.fd], signal });
  const look = setInterval(() => {
    peakBytes = readPeakMemory(child.pid) ?? peakBytes;
  }, POLL_INTERVAL_MS);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  child.once("error", reject);
  child.once("exit", (status, killed) => resolve(String(status ?? killed)));
  const status = await promise.finally(() => clearInterval(look));
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  if (status !== String(expected)) {
    const said = (await readFile(join(folder, "stderr"), "utf8"))
      .slice(0, 300)
      .trim()
      .replaceAll(/\s*\n\s*/g, " / ");
    throw new Error(`${[file, ...args].map((part) => basename(part)).join(" ")} ended with ${status}: ${said}`);
  }
  return { seconds, peakBytes, stdout: output === undefined ? await readFile(join(folder, "stdout"), "utf8") : "" };
}
