import { run, type Outcome } from "#support/process/program.ts";

/** A command that writes, and the home that it starts from. */
export interface Scene {
  readonly name: string;
  /** Makes the home. The result stands for `ID` in the line. */
  readonly prepare: (home: string) => Promise<string>;
  readonly line: readonly string[];
  /** exit code on a sound disk; 0 when absent */
  readonly code?: number;
  /** exit code if it fails; 1 when absent */
  readonly failure?: number;
  /** It plans and commits in two steps: a plan may stay if it ends between them. */
  readonly plans?: true;
  /** It changes the tenant in several steps, and may end between them. */
  readonly steps?: true;
  /** It writes its settings before it changes the tenant. */
  readonly filesFirst?: true;
  /** All that it prints comes before its change, and promises none. */
  readonly saysBefore?: true;
  /** The tables that are compared, if others differ with the number of runs. */
  readonly tables?: readonly string[];
  /** files that it writes next to the tenant; compared byte by byte */
  readonly outputs?: readonly string[];
  /** what differs from run to run in them */
  readonly varies?: RegExp;
  /** Its output tells what of the disk it could not read. */
  readonly tellsFaults?: true;
  /** an output whose bytes differ from run to run, and the command that says whether it is whole */
  readonly whole?: { readonly output: string; readonly line: readonly string[] };
  /** It reads the clock as a date: a jump of the clock may change its result. */
  readonly readsDate?: true;
}

/** The minute at which a page was made. */
export const MADE_AT = /\d{4}-\d\d-\d\d \d\d:\d\d(?= \()/g;

/** Runs a command that prepares a home. @throws if it fails */
export const prepared = async (home: string, ...line: readonly string[]): Promise<Outcome> => {
  const ended = await run(line, { home, cwd: home });
  if (ended.code !== 0) throw new Error(`${line.join(" ")}\n${ended.stderr}`);
  return ended;
};

/** The id of an import, from the JSON of its command. */
export const idOf = ({ text }: Outcome): string => (JSON.parse(text) as { readonly importId: string }).importId;
