import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { openAppleSockets } from "../../../src/cli/apple.ts";
import { openTenant } from "../../../src/cli/tenant.ts";
import { run as runWith, type Circumstances, type Typing } from "../commands/program.ts";

/** How a command line is to run. */
export interface RunOptions {
  /** CLOMOCTL_HOME; {@link freshHome} gives one */
  readonly home: string;
  /** bytes of stdin; nothing when absent */
  readonly stdin?: string | Uint8Array;
  /** further environment, beside PATH, HOME (the program's home) and LANG=C */
  readonly env?: Readonly<Record<string, string>>;
  /** the home when absent */
  readonly cwd?: string;
  /** what a person at a terminal types; no terminal when absent */
  readonly typing?: readonly Typing[];
  /** of the terminal; default 100 */
  readonly columns?: number;
  /** the machine's own clock when absent */
  readonly now?: Date;
}

/** How a command line ended. */
export interface Outcome {
  readonly stdout: Buffer;
  /** stdout as UTF-8 */
  readonly text: string;
  /** without the summary line of an unattended run */
  readonly stderr: string;
  readonly code: number;
  /** all that a terminal shows, with what moves the cursor and colours */
  readonly screen: string;
}

export const ROOT = join(import.meta.dirname, "..", "..", "..");

/** Input files made by our own scripts. */
export const FIXTURES = join(ROOT, "fixtures");

/** Words of a line, `"…"` and `'…'` held together, as a shell has them. */
export const wordsOf = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([word, double, single]) => double ?? single ?? word);

/** A new, empty CLOMOCTL_HOME that is removed when the test ends. */
export function freshHome(): string {
  const home = mkdtempSync(join(tmpdir(), "clomoctl-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

const terminalOf = ({ typing, columns = 100 }: RunOptions): Circumstances["terminal"] =>
  typing === undefined ? undefined : { columns, typing };

/**
 * Runs a command line as the built program does, on the real tenants of its home, but in this process: many a time
 * faster. What only a process shows is shown in `test/process`.
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
