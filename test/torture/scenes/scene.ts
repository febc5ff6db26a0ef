import { splitWords } from "#support/cli/home.ts";
import { run, type Outcome } from "#support/process/program.ts";

/** A command that writes, and the home in which it runs. */
export interface Scene {
  readonly name: string;
  /** Prepares the home. `ID` in the line stands for the result, if it is a text. */
  readonly prepare: (home: string) => Promise<unknown>;
  readonly line: readonly string[];
  /** exit code on a disk without faults; by default 0 */
  readonly code?: number;
  /** exit code if the command fails; by default 1 */
  readonly failure?: number;
  /** The command plans and then commits. If it ends between these two steps, a plan may remain. */
  readonly plans?: true;
  /** The command changes the tenant in several steps. It may end between them. */
  readonly steps?: true;
  /** The command writes its settings before it changes the tenant. */
  readonly filesFirst?: true;
  /** The command prints all of its output before its change, so its output does not prove that the change was made. */
  readonly saysBefore?: true;
  /** The tenant records what is in the outputs before they are written. */
  readonly recordsFirst?: true;
  /** The tables that are compared, if the content of the other tables depends on the number of runs. */
  readonly tables?: readonly string[];
  /** files that the command writes in addition to the tenant; they are compared byte by byte */
  readonly outputs?: readonly string[];
  /** matches the parts of these files that are different in every run */
  readonly varies?: RegExp;
  /** The output reports what the command could not read from the disk. */
  readonly tellsFaults?: true;
  /** an output whose bytes are different in every run, and a command that checks whether this output is complete */
  readonly whole?: { readonly output: string; readonly line: readonly string[] };
  /** The command uses the current date, so its result may be different after a jump of the clock. */
  readonly readsDate?: true;
}

/** @param line as it is typed; a word with spaces in single quotes */
export const createScene = (
  name: string,
  prepare: Scene["prepare"],
  line: string,
  more: Partial<Scene> = {},
): Scene => ({ name, prepare, line: splitWords(line), ...more });

export const runOrThrow = async (home: string, ...line: readonly string[]): Promise<Outcome> => {
  const ended = await run(line, { home, cwd: home });
  if (ended.code !== 0) throw new Error(`${line.join(" ")}\n${ended.stderr}`);
  return ended;
};

export const getImportId = ({ text }: Outcome): string => (JSON.parse(text) as { readonly importId: string }).importId;
