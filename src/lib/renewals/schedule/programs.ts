import { spawn } from "node:child_process";
import { buffer } from "node:stream/consumers";

/** The result of running a program that is installed on the machine. */
export interface ProgramResult {
  /** exit code; null if a signal ended the program */
  readonly code: number | null;
  readonly stdout: Buffer;
  /** decoded as UTF-8 */
  readonly stderr: string;
}

/** The input of a program, in addition to its arguments. */
export interface ProgramInput {
  readonly input?: Uint8Array | undefined;
  /** variables that are added to the environment or replace variables in it */
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

/** Runs a program on PATH until it ends, without a shell. Returns undefined if there is no program with this name. */
export type RunProgram = (
  name: string,
  args: readonly string[],
  given?: ProgramInput,
) => Promise<ProgramResult | undefined>;

const PROGRAM_NOT_FOUND_CODES = new Set(["ENOENT", "EACCES", "ENOTDIR"]);

/** Creates a function that runs local programs from the PATH of `environment`. The signal also ends the program. */
export const createProgramRunner =
  (environment: Readonly<Record<string, string | undefined>>, signal: AbortSignal): RunProgram =>
  async (name, args, { input, environment: above } = {}) => {
    try {
      // some failures to start are thrown, others are reported by an event
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
      if (PROGRAM_NOT_FOUND_CODES.has((error as NodeJS.ErrnoException).code ?? "")) return undefined;
      throw error;
    }
  };
