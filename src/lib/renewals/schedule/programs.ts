import { spawn } from "node:child_process";
import { buffer } from "node:stream/consumers";

/** How a program of the machine ended. */
export interface ProgramResult {
  /** exit code; null when a signal ended it */
  readonly code: number | null;
  readonly stdout: Buffer;
  /** as UTF-8 */
  readonly stderr: string;
}

/** What a program is given besides its arguments. */
export interface ProgramInput {
  readonly input?: Uint8Array | undefined;
  /** set above the environment */
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

/** Runs a program found on PATH to its end, without a shell; undefined where there is none of that name. */
export type RunProgram = (
  name: string,
  args: readonly string[],
  given?: ProgramInput,
) => Promise<ProgramResult | undefined>;

const NOT_THERE = new Set(["ENOENT", "EACCES", "ENOTDIR"]);

/** Programs of this machine, found on the PATH of `environment`; a signal ends them too. */
export const programsOf =
  (environment: Readonly<Record<string, string | undefined>>, signal: AbortSignal): RunProgram =>
  async (name, args, { input, environment: above } = {}) => {
    try {
      // some failures to start are thrown, some are told by an event
      const child = spawn(name, args, { env: { ...environment, ...above }, signal, windowsHide: true });
      const ended = new Promise<number | null>((resolve, reject) => {
        child.on("error", reject);
        child.on("close", resolve);
      });
      // a program may end without reading its input
      child.stdin.on("error", () => undefined).end(input ?? "");
      const [code, stdout, stderr] = await Promise.all([ended, buffer(child.stdout), buffer(child.stderr)]);
      return { code, stdout, stderr: stderr.toString("utf8") };
    } catch (error) {
      if (NOT_THERE.has((error as NodeJS.ErrnoException).code ?? "")) return undefined;
      throw error;
    }
  };
