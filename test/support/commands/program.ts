import { EventEmitter } from "node:events";
import { userInfo } from "node:os";
import { PassThrough, Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import { expect } from "vitest";
import { freshFolder } from "../folder.ts";
import { main } from "../../../src/cli/main.ts";
import type { Host, ProgramEnvironment } from "../../../src/cli/environment.ts";
import type { Send } from "../../../src/lib/apple/retry.ts";
import type { Transport } from "../../../src/lib/client/index.ts";
import { Failure } from "../../../src/lib/errors/index.ts";
import type { Language } from "../../../src/lib/text/index.ts";
import type { Clock } from "../../../src/commands/kit/tools.ts";
import { AnsweringTenant, type Answers, type ReceivedRequest } from "./tenant.ts";

/**
 * Keys to type after a question on the screen: a part of the question, and the keys or a function that returns them.
 */
export type Typing = readonly [question: string, keys: string | (() => string)];

/** The environment of a command line. Default: no terminal, no input, and a new, empty home. */
export interface Circumstances {
  readonly tenant?: Answers | Failure | Transport;
  /** the responses of several tenants, by context */
  readonly tenants?: Readonly<Record<string, Answers | Failure | Transport>>;
  /** transports by the account that `--as` names; other accounts use `tenants` and `tenant` */
  readonly actors?: Readonly<Record<string, Transport>>;
  /** a terminal on stdin, stdout and stderr, with 80 columns by default */
  readonly terminal?:
    | { readonly columns?: number; readonly typing?: readonly Typing[] | "presets" | Reading }
    | undefined;
  /** replacements for parts of the environment, for example to open real tenants */
  readonly outside?: Partial<Pick<ProgramEnvironment, "openTenant" | "openApple">>;
  readonly host?: Partial<Pick<Host, "argv" | "execPath" | "pid" | "kill">>;
  /** sends requests to Apple's services or to a fake of them */
  readonly apple?: Send;
  /** bytes of stdin, if stdin is not a terminal */
  readonly stdin?: string | Uint8Array | Readable;
  /** emits the signals that the program receives: `SIGINT`, `SIGTERM`, `SIGHUP` */
  readonly signals?: EventEmitter;
  /** called with the complete stdout so far whenever the program writes to it */
  readonly onOutput?: (text: string) => void;
  /** additional environment variables; undefined removes a variable, for example CLOMOCTL_HOME */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** CLOMOCTL_HOME; see {@link freshFolder}. The subfolder `system-units` stands for the computer's system units. */
  readonly home?: string;
  /** working directory, to which file names are relative */
  readonly folder?: string;
  /** current time; 2026-11-20T01:00:00Z by default */
  readonly now?: Date | (() => Date);
  readonly wait?: Clock["wait"];
  readonly platform?: NodeJS.Platform;
  /** home directory of the operating system's user */
  readonly userFolder?: string;
}

export interface RunResult {
  readonly exit: number;
  readonly stdout: string;
  /** stderr without the summary line of an unattended run (see {@link summary}) */
  readonly stderr: string;
  readonly summary: string | undefined;
  /** raw bytes of stdout */
  readonly bytes: Uint8Array;
  /** stdout and stderr in the order in which they were written, with escape sequences for colours and the cursor */
  readonly screen: string;
  readonly requests: readonly ReceivedRequest[];
}

export { freshFolder };

const ERASE_LINE = Buffer.from("\u001b[2K");

class Screen extends Writable {
  readonly isTTY: boolean;
  readonly columns: number | undefined;
  /** spinners call this method, which has no effect */
  readonly cursorTo = (): boolean => true;
  readonly moveCursor = this.cursorTo;
  readonly clearLine = (): boolean => this.#both.push(ERASE_LINE) > 0;
  readonly #chunks: Buffer[] = [];
  readonly #onText: (text: string) => void;
  readonly #both: Buffer[];

  /** @param both receives the output of all screens, in the order in which it is written */
  constructor(columns: number | undefined, both: Buffer[], onText: (text: string) => void = () => undefined) {
    super({ decodeStrings: false });
    this.isTTY = columns !== undefined;
    this.columns = columns;
    this.#both = both;
    this.#onText = onText;
  }

  override _write(chunk: Buffer | string, _: BufferEncoding, done: () => void): void {
    const bytes = Buffer.from(chunk);
    this.#chunks.push(bytes);
    this.#both.push(bytes);
    this.#onText(this.text);
    done();
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  get text(): string {
    return stripVTControlCharacters(this.bytes.toString("utf8"));
  }
}

/** Returns what somebody types who has read the screen; undefined to wait. */
export type Reading = (screen: string) => string | undefined;

class Person {
  readonly stdin = Object.assign(new PassThrough(), { isTTY: true });
  readonly #typing: Typing[];
  #read = 0;
  readonly #presets: boolean;
  readonly #reading: Reading | undefined;

  /** @param typing "presets": Enter after each question, or y if Enter does not apply the plan */
  constructor(typing: readonly Typing[] | "presets" | Reading) {
    this.#presets = typing === "presets";
    this.#reading = typeof typing === "function" ? typing : undefined;
    this.#typing = typeof typing === "object" ? [...typing] : [];
  }

  look(screen: string): void {
    const typed = this.#reading?.(screen);
    if (typed !== undefined) setImmediate(() => this.stdin.write(typed));
    // a prompt is open until its line is drawn again with ✔
    const lines = screen.split(/(?<=✔.*\n)/);
    const answered = lines.length;
    const asked = this.#presets ? /\? [A-Z].*/.exec(lines.at(-1)?.replace(/✔.*$/, "") ?? "") : null;
    if (asked !== null && answered !== this.#read) {
      this.#read = answered;
      setImmediate(() => this.stdin.write(asked[0].includes("? Apply") ? "y\r" : "\r"));
    }
    const [next] = this.#typing;
    if (next === undefined) return;
    const at = screen.indexOf(next[0], this.#read);
    if (at === -1) return;
    this.#read = at + next[0].length;
    this.#typing.shift();
    const [, keys] = next;
    setImmediate(() => this.stdin.write(typeof keys === "string" ? keys : keys()));
  }

  /** @throws if an expected question did not appear */
  check(): void {
    const [left] = this.#typing;
    if (left !== undefined) throw new TypeError(`never asked: ${left[0]}`);
  }
}

class ProcessEnded extends Error {}

class TestHost extends EventEmitter {
  /** process 1 always exists and was not started by a test */
  readonly pid = 1;
  readonly execPath = "/opt/node/bin/node";
  /** true after the command line has ended; timers of signals have no effect after that */
  ended = false;
  readonly kill = (): true => true;
  readonly exit = (code: number): void => {
    if (!this.ended) throw new ProcessEnded(`exit ${code}`);
  };
}

const stdinOf = (given: Circumstances["stdin"] = ""): Readable =>
  given instanceof Readable ? given : Readable.from([Buffer.from(given)]);

const rejectAppleRequest: Send = ({ url }) => Promise.reject(new TypeError(`nothing is told of ${url}`));

const NOW = new Date("2026-11-20T01:00:00Z");

/**
 * Runs a command line in this process, with parsing, output and failures. Only the tenant is replaced, as specified by
 * `circumstances`. The line is an array of words, or a string of words separated by spaces. @throws if a request has no
 * specified response, or if a specified response or key is not used
 */
export async function run(line: string | readonly string[], circumstances: Circumstances = {}): Promise<RunResult> {
  const { terminal, home = freshFolder(), now = NOW } = circumstances;
  const columns = terminal === undefined ? undefined : (terminal.columns ?? 80);
  const person = new Person(terminal?.typing ?? []);
  const screen: Buffer[] = [];
  const stdout = new Screen(columns, screen, circumstances.onOutput);
  const stderr = new Screen(columns, screen, (text) => person.look(text));
  const folder = circumstances.folder ?? home;
  const stdin = terminal === undefined ? stdinOf(circumstances.stdin) : person.stdin;
  const words = typeof line === "string" ? line.split(" ") : line;
  const host = Object.assign(new TestHost(), {
    argv: ["node", "/opt/clomoctl/bin/clomoctl.js", ...words],
    env: { CLOMOCTL_HOME: home, LANG: "C", ...circumstances.environment },
    stdin,
    stdout,
    stderr,
    platform: circumstances.platform ?? "linux",
    cwd: () => folder,
    ...circumstances.host,
  });
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) circumstances.signals?.on(name, () => host.emit(name));
  const tenants = new Map<string, AnsweringTenant>();
  const transportTo = (context: string): Transport => {
    const told = circumstances.tenants?.[context] ?? circumstances.tenant;
    if (typeof told === "function") return told;
    if (told instanceof Failure) throw told;
    if (told === undefined) throw new TypeError(`nothing is told of the tenant ${context}`);
    const tenant = tenants.get(context) ?? new AnsweringTenant(told);
    tenants.set(context, tenant);
    return tenant.transport;
  };
  const outside: ProgramEnvironment = {
    host: host as unknown as Host,
    clock: {
      now: typeof now === "function" ? now : () => now,
      elapsedMs: () => 0,
      wait: circumstances.wait ?? ((delayMs, signal) => sleep(delayMs, undefined, { signal })),
    },
    userFolder: circumstances.userFolder ?? home,
    userId: userInfo().uid,
    userName: userInfo().username,
    hostName: "test",
    isTerminal: () => true,
    writeNow: (descriptor, content) => void (descriptor === 1 ? stdout : stderr).write(content),
    openTenant: async ({ as = "", signal, beforeChange, changed }, chosen) => {
      let transport = circumstances.actors?.[as] ?? transportTo(chosen.context.name);
      const connection = { transport: (asked: Request) => transport(asked), signal, beforeChange, changed };
      const close = async (): Promise<void> => {
        transport = () => Promise.reject(new TypeError("the tenant was released"));
      };
      return { ...chosen, connection, close };
    },
    openApple: async () => ({ send: circumstances.apple ?? rejectAppleRequest, close: async () => undefined }),
    ...circumstances.outside,
  };
  const exit = await main(outside);
  host.ended = true;
  for (const tenant of tenants.values()) tenant.check();
  person.check();
  const requests = [...tenants.values()].flatMap((tenant) => tenant.requests);
  return {
    exit,
    stdout: stdout.text,
    ...splitOffSummary(stderr.text),
    bytes: stdout.bytes,
    screen: Buffer.concat(screen).toString("utf8"),
    requests,
  };
}

const splitOffSummary = (printed: string): Pick<RunResult, "stderr" | "summary"> => {
  const [summary] = SUMMARY_PATTERN.exec(printed) ?? [];
  return { stderr: printed.replace(`${summary}\n`, ""), summary };
};

const SUMMARY_PATTERN =
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d [^ ]+ [a-z]+(?: [a-z]+)*(?: (?:[^\s:']+|'[^']*'))?: \+\d+ ~\d+ -\d+(?: import P?\d+)? exit \d+$/m;

/** Runs a command line with {@link run} in both languages, each time with a new environment. */
export async function runInBoth(
  line: string | readonly string[],
  circumstances: Circumstances = {},
): Promise<Readonly<Record<Language, RunResult>>> {
  const words = typeof line === "string" ? line.split(" ") : line;
  const en = await run(["--lang", "en", ...words], circumstances);
  const ja = await run(["--lang", "ja", ...words], circumstances);
  expect(ja.stderr).not.toMatch(UNSEPARATED_COMMAND);
  return { en, ja };
}

/**
 * Matches a command that is followed by text without a separator, so that copying the command would include the text.
 */
const UNSEPARATED_COMMAND = /clomoctl [^\n、。(),「」]*[\w…'"](?=[ぁ-ん])/u;
