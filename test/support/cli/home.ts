import { join } from "node:path";
import { openAppleSockets } from "../../../src/cli/apple.ts";
import { openTenant } from "../../../src/cli/tenant.ts";
import { run as runWith, type Circumstances, type Typing } from "../commands/program.ts";
import { freshFolder } from "../folder.ts";

export interface RunOptions {
  /** CLOMOCTL_HOME; see {@link freshHome} */
  readonly home: string;
  /** bytes of stdin; empty by default */
  readonly stdin?: string | Uint8Array;
  /** environment variables in addition to PATH, HOME (the same as `home`) and LANG=C */
  readonly env?: Readonly<Record<string, string>>;
  /** working directory; `home` by default */
  readonly cwd?: string;
  /** text that a person types at a terminal; no terminal if omitted */
  readonly typing?: readonly Typing[];
  /** width of the terminal; 100 by default */
  readonly columns?: number;
  /** current time; the machine's clock by default */
  readonly now?: Date | (() => Date);
}

export interface Outcome {
  readonly stdout: Buffer;
  /** stdout, decoded as UTF-8 */
  readonly text: string;
  /** stderr without the summary line of an unattended run */
  readonly stderr: string;
  readonly code: number;
  /** everything that a terminal receives, including escape sequences for colours and the cursor */
  readonly screen: string;
}

export const ROOT = join(import.meta.dirname, "..", "..", "..");

/** The folder of the input files that the repository's scripts generate. */
export const FIXTURES = join(ROOT, "fixtures");

/** Splits a line into words like a shell, with `"…"` and `'…'` as one word each. */
export const splitWords = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([word, double, single]) => double ?? single ?? word);

/** Creates an empty CLOMOCTL_HOME that is removed when the test ends. */
export const freshHome = freshFolder;

const terminalOf = ({ typing, columns = 100 }: RunOptions): Circumstances["terminal"] =>
  typing === undefined ? undefined : { columns, typing };

/**
 * Runs a command line like the built program, with the real tenants of its home, but in this process, which is many
 * times faster. Tests that need a separate process are in `test/process`.
 */
export async function run(words: readonly string[], options: RunOptions): Promise<Outcome> {
  const { home, cwd = home, env, stdin = "", now = new Date() } = options;
  const { PATH = "" } = process.env;
  const { bytes, stderr, exit, screen } = await runWith(words, {
    home,
    folder: cwd,
    now,
    environment: { PATH, HOME: home, ...env },
    stdin,
    terminal: terminalOf(options),
    outside: { openTenant, openApple: async () => openAppleSockets() },
    host: {
      argv: [process.execPath, join(ROOT, "bin", "clomoctl.js"), ...words],
      execPath: process.execPath,
      pid: process.pid,
      kill: (pid, signal) => process.kill(pid, signal),
    },
  });
  const stdout = Buffer.from(bytes);
  return { stdout, text: stdout.toString("utf8"), stderr, code: exit, screen };
}
