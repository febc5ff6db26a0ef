import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { spawn as spawnTerminal, type IPty } from "@lydell/node-pty";
import { whenDone } from "./when-done.ts";

export const ROOT = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

const DOOR = join(ROOT, "bin", "clomoctl.js");

/** Input files made by our own scripts. */
export const FIXTURES = join(ROOT, "fixtures");

/** How a program is to run. */
export interface RunOptions {
  /** CLOMOCTL_HOME; {@link freshHome} gives one */
  readonly home: string;
  /** bytes of stdin; nothing when absent */
  readonly stdin?: string | Uint8Array;
  /** further environment, beside PATH, HOME (the program's home) and LANG=C */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** of a pseudo-terminal; default 100 x 40 */
  readonly size?: { readonly columns: number; readonly rows: number };
  /** Node to run it on; the one the tests run on when absent */
  readonly node?: string;
}

/** How a program ended. */
export interface Outcome {
  readonly stdout: Buffer;
  /** stdout as UTF-8 */
  readonly text: string;
  readonly stderr: string;
  /** exit code; null when a signal ended it */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A program that runs. */
export interface Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Outcome>;
}

/** A program on a pseudo-terminal. */
export interface OnTerminal {
  readonly pty: IPty;
  /** Resolves with all that was shown so far once it holds `part`. */
  shows(part: string): Promise<string>;
  /** types characters: `"\r"` is Enter, `"\u0003"` Ctrl-C */
  type(keys: string): void;
  /** closes the window, as when an ssh session drops */
  close(): void;
  readonly ended: Promise<{ readonly code: number; readonly screen: string }>;
}

/** A new, empty CLOMOCTL_HOME that is removed when the test ends. */
export async function freshHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), "clomoctl-test-"));
  whenDone(() => rm(home, { recursive: true, force: true }));
  return home;
}

/**
 * Nothing of the machine's environment reaches the program but PATH, and where the tests keep compiled code: each home
 * is new, and its own cache would be empty.
 */
function environmentOf({ home, env }: RunOptions): Record<string, string> {
  const { PATH = "", NODE_COMPILE_CACHE = "" } = process.env;
  return { PATH, NODE_COMPILE_CACHE, HOME: home, LANG: "C", CLOMOCTL_HOME: home, ...env };
}

/** Starts the built program without a terminal. */
export function start(args: readonly string[], options: RunOptions): Running {
  const child = spawn(options.node ?? process.execPath, [DOOR, ...args], {
    cwd: options.cwd ?? ROOT,
    env: environmentOf(options),
    stdio: ["pipe", "pipe", "pipe"],
  });
  const forget = whenDone(() => void child.kill("SIGKILL"));
  const chunks: Buffer[] = [];
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => void chunks.push(chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    stderr += chunk;
  });
  // the program may end without reading all of its input
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

/** Runs the built program to its end, without a terminal. */
export async function run(args: readonly string[], options: RunOptions): Promise<Outcome> {
  return start(args, options).ended;
}

/** Starts the built program on a pseudo-terminal. */
export function startOnTerminal(args: readonly string[], options: RunOptions): OnTerminal {
  const pty = spawnTerminal(options.node ?? process.execPath, [DOOR, ...args], {
    cols: options.size?.columns ?? 100,
    rows: options.size?.rows ?? 40,
    cwd: options.cwd ?? ROOT,
    env: { TERM: "xterm-256color", ...environmentOf(options) },
  });
  let screen = "";
  let watchers: (() => void)[] = [];
  pty.onData((shown) => {
    screen += shown;
    for (const watcher of watchers) watcher();
  });
  const ended = new Promise<{ code: number; screen: string }>((resolve) => {
    // as a shell counts them: a second SIGHUP may reach the process while it ends, when it has no listener any more
    pty.onExit(({ exitCode, signal = 0 }) => resolve({ code: signal === 0 ? exitCode : 128 + signal, screen }));
  });
  const gone = ended.then(({ code }) => Promise.reject<string>(new Error(`ended with ${code} after:\n${screen}`)));
  gone.catch(() => undefined);
  return {
    pty,
    ended,
    type: (keys) => pty.write(keys),
    // its types lack it
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
