import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { basename, join } from "node:path";

/** A program and what it is started with; its environment is exactly `env`, its stdin is empty. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** the folder it runs in, which receives what it prints */
  readonly folder: string;
  /** receives stdout instead, which is then not read */
  readonly output?: string | undefined;
  /** the status that it is to end with; default: 0 */
  readonly expected?: number | undefined;
}

/** A process from its start to its end. */
export interface Ran {
  /** wall clock from before the start until its end was seen */
  readonly seconds: number;
  /** the highest resident memory, in bytes; undefined where the system has no /proc */
  readonly peakBytes: number | undefined;
  readonly stdout: string;
}

/** The kernel keeps the peak, so that only what is reached in the very last moment can be missed. */
const LOOK_EVERY_MS = 10;

/** VmHWM of a living process in bytes. */
function peakOf(pid: number | undefined): number | undefined {
  try {
    const found = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return found === null ? undefined : Number(found[1]) * 1024;
  } catch {
    // no /proc, or the process has just ended
    return undefined;
  }
}

/**
 * Runs a whole process. What it prints goes straight to files, so that no reader slows it down.
 *
 * @throws when it cannot be started, or ends with another status than expected; the message has the beginning of its stderr
 */
export async function runProcess(
  { file, args, env, folder, output, expected = 0 }: Command,
  signal: AbortSignal,
): Promise<Ran> {
  signal.throwIfAborted();
  await using stdout = await open(output ?? join(folder, "stdout"), "w");
  await using stderr = await open(join(folder, "stderr"), "w");
  let peakBytes: number | undefined;
  const started = process.hrtime.bigint();
  const child = spawn(file, args, { cwd: folder, env, stdio: ["ignore", stdout.fd, stderr.fd], signal });
  const look = setInterval(() => {
    peakBytes = peakOf(child.pid) ?? peakBytes;
  }, LOOK_EVERY_MS);
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
