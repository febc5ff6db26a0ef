import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { spawn as spawnTerminal, type IPty } from "@lydell/node-pty";
import { registerCleanUp } from "./when-done.ts";

export const ROOT = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

const ENTRY_POINT = join(ROOT, "bin", "clomoctl.js");

/** The folder of the input files that the repository's scripts generate. */
export const FIXTURES = join(ROOT, "fixtures");

export interface RunOptions {
  /** CLOMOCTL_HOME; see {@link freshHome} */
  readonly home: string;
  readonly stdin?: string | Uint8Array;
  /** environment variables in addition to PATH, HOME (the same as `home`) and LANG=C */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** size of the pseudo-terminal; 100 × 40 by default */
  readonly size?: { readonly columns: number; readonly rows: number };
  readonly node?: string;
}

export interface Outcome {
  readonly stdout: Buffer;
  readonly text: string;
  readonly stderr: string;
  /** exit code; null if a signal ended the program */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Outcome>;
}

export interface TerminalProgram {
  readonly pty: IPty;
  /** Resolves with the whole screen as soon as it contains `part`. */
  shows(part: string): Promise<string>;
  /** Types characters: `"\r"` is Enter, `"\u0003"` is Ctrl-C. */
  type(keys: string): void;
  /** Closes the terminal window, which has the same effect as the end of an SSH session. */
  close(): void;
  readonly ended: Promise<{ readonly code: number; readonly screen: string }>;
}

/** Creates an empty CLOMOCTL_HOME that is removed when the test ends. */
export async function freshHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), "clomoctl-test-"));
  registerCleanUp(() => rm(home, { recursive: true, force: true }));
  return home;
}

/**
 * Builds an environment with PATH and the shared compile cache of the tests, because the cache of a new home is empty.
 */
function buildEnvironment({ home, env }: RunOptions): Record<string, string> {
  const { PATH = "", NODE_COMPILE_CACHE = "" } = process.env;
  return { PATH, NODE_COMPILE_CACHE, HOME: home, LANG: "C", CLOMOCTL_HOME: home, ...env };
}

export function start(args: readonly string[], options: RunOptions): Running {
  const child = spawn(options.node ?? process.execPath, [ENTRY_POINT, ...args], {
    cwd: options.cwd ?? ROOT,
    env: buildEnvironment(options),
    stdio: ["pipe", "pipe", "pipe"],
  });
  const forget = registerCleanUp(() => void child.kill("SIGKILL"));
  const chunks: Buffer[] = [];
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => void chunks.push(chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    stderr += chunk;
  });
  // the program may end before it has read all input
  child.stdin.on("error", () => undefined).end(options.stdin ?? "");
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      forget();
      const stdout = Buffer.concat(chunks);
      resolve({ stdout, text: stdout.toString("utf8"), stderr, code, signal });
    });
  });
  return { process: child, ended };
}

export async function run(args: readonly string[], options: RunOptions): Promise<Outcome> {
  return start(args, options).ended;
}

export function startOnTerminal(args: readonly string[], options: RunOptions): TerminalProgram {
  const pty = spawnTerminal(options.node ?? process.execPath, [ENTRY_POINT, ...args], {
    cols: options.size?.columns ?? 100,
    rows: options.size?.rows ?? 40,
    cwd: options.cwd ?? ROOT,
    env: { TERM: "xterm-256color", ...buildEnvironment(options) },
  });
  let screen = "";
  let watchers: (() => void)[] = [];
  pty.onData((shown) => {
    screen += shown;
    for (const watcher of watchers) watcher();
  });
  const ended = new Promise<{ code: number; screen: string }>((resolve) => {
    // the exit code as in a shell; a second SIGHUP may arrive when the ending process no longer has a listener
    pty.onExit(({ exitCode, signal = 0 }) => resolve({ code: signal === 0 ? exitCode : 128 + signal, screen }));
  });
  const gone = ended.then(({ code }) => Promise.reject<string>(new Error(`ended with ${code} after:\n${screen}`)));
  gone.catch(() => undefined);
  return {
    pty,
    ended,
    type: (keys) => pty.write(keys),
    // the types lack destroy()
    close: () => (pty as IPty & { destroy(): void }).destroy(),
    shows: (part) => {
      const shown = new Promise<string>((resolve) => {
        const watcher = (): void => {
          if (!screen.includes(part)) return;
          watchers = watchers.filter((other) => other !== watcher);
          resolve(screen);
        };
        watchers.push(watcher);
        watcher();
      });
      return Promise.race([shown, gone]);
    },
  };
}
