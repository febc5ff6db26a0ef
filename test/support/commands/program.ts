import { EventEmitter } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import { expect, onTestFinished } from "vitest";
import { main } from "../../../src/cli/main.ts";
import type { Host, Outside } from "../../../src/cli/outside.ts";
import type { Send } from "../../../src/lib/apple/send.ts";
import { openClient, type Transport } from "../../../src/lib/client/index.ts";
import { strict } from "../client/whole-client.ts";
import { Failure } from "../../../src/lib/errors/index.ts";
import type { Language } from "../../../src/lib/text/index.ts";
import type { Clock } from "../../../src/commands/tools.ts";
import { AnsweringTenant, type Answers, type Seen } from "./tenant.ts";

/** What is typed when a question stands on the screen: a part of the question, and the keys, or what gives them then. */
export type Typing = readonly [question: string, keys: string | (() => string)];

/** What a command line meets. All that is not given is still: no terminal, no input, an empty home of its own. */
export interface Circumstances {
  /** what the tenant answers, of whichever context; a failure where it cannot be opened; or how to reach a tenant */
  readonly tenant?: Answers | Failure | Transport;
  /** the same by context, where a command works on several */
  readonly tenants?: Readonly<Record<string, Answers | Failure | Transport>>;
  /** how the tenant is reached as the account of `--as`; as for everybody, if it is not named */
  readonly actors?: Readonly<Record<string, Transport>>;
  /** a terminal on stdin, stdout and stderr, of 80 columns unless told otherwise */
  readonly terminal?: { readonly columns?: number; readonly typing?: readonly Typing[] } | undefined;
  /** replaces parts of the environment: tenants that are really opened, the machine's own processes */
  readonly outside?: Partial<Pick<Outside, "openTenant" | "openApple">>;
  readonly host?: Partial<Pick<Host, "argv" | "execPath" | "pid" | "kill">>;
  /** Apple's services, or what stands in for them */
  readonly apple?: Send;
  /** bytes of stdin, where it is no terminal */
  readonly stdin?: string | Uint8Array | Readable;
  /** the program receives the signals that this emits: `SIGINT`, `SIGTERM`, `SIGHUP` */
  readonly signals?: EventEmitter;
  /** is told what stdout has so far, whenever it gets more */
  readonly onOutput?: (text: string) => void;
  /** beside CLOMOCTL_HOME, which undefined takes away */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** CLOMOCTL_HOME; see {@link freshFolder}. The machine's own systemd units are below it, in `system-units`. */
  readonly home?: string;
  /** where relative names of files start */
  readonly folder?: string;
  /** 2026-11-20T01:00:00Z unless told otherwise */
  readonly now?: Date;
  /** how the program waits; it really does unless told otherwise */
  readonly wait?: Clock["wait"];
  readonly platform?: NodeJS.Platform;
  /** x64, and Node 24.21.0, unless told otherwise */
  readonly architecture?: NodeJS.Architecture;
  readonly nodeVersion?: string;
  /** the person's own folder */
  readonly userFolder?: string;
}

/** How a command line ended. */
export interface Ran {
  readonly exit: number;
  readonly stdout: string;
  /** without the summary line of an unattended run, which is {@link summary} */
  readonly stderr: string;
  readonly summary: string | undefined;
  /** stdout without anything decoded */
  readonly bytes: Uint8Array;
  /** stdout and stderr in the order they were written, with what moves the cursor and colours */
  readonly screen: string;
  /** what the tenant was asked, in order */
  readonly requests: readonly Seen[];
}

/** A new folder that is removed when the test ends. */
export function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "clomoctl-verb-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** How a terminal is told to erase a line. */
const ERASED = Buffer.from("\u001b[2K");

class Screen extends Writable {
  readonly isTTY: boolean;
  readonly columns: number | undefined;
  /** what a spinner calls; nothing moves */
  readonly cursorTo = (): boolean => true;
  readonly moveCursor = this.cursorTo;
  readonly clearLine = (): boolean => this.#both.push(ERASED) > 0;
  readonly #chunks: Buffer[] = [];
  readonly #onText: (text: string) => void;
  readonly #both: Buffer[];

  /** @param both gets what is written to this one and to others, in order */
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

/** Somebody who answers each question as soon as it stands on the screen. */
class Person {
  readonly stdin = Object.assign(new PassThrough(), { isTTY: true });
  readonly #typing: Typing[];
  #read = 0;

  constructor(typing: readonly Typing[]) {
    this.#typing = [...typing];
  }

  look(screen: string): void {
    const [next] = this.#typing;
    if (next === undefined) return;
    const at = screen.indexOf(next[0], this.#read);
    if (at === -1) return;
    this.#read = at + next[0].length;
    this.#typing.shift();
    const [, keys] = next;
    setImmediate(() => this.stdin.write(typeof keys === "string" ? keys : keys()));
  }

  /** @throws where a question was not asked */
  check(): void {
    const [left] = this.#typing;
    if (left !== undefined) throw new TypeError(`never asked: ${left[0]}`);
  }
}

class Ended extends Error {}

/** The program's process, in memory. */
class TestHost extends EventEmitter {
  /** 1 is always there, and never a program of a test */
  readonly pid = 1;
  readonly execPath = "/opt/node/bin/node";
  /** the command line has ended; the timer that follows a signal has nothing left to end */
  ended = false;
  readonly kill = (): true => true;
  readonly exit = (code: number): void => {
    if (!this.ended) throw new Ended(`exit ${code}`);
  };
}

const stdinOf = (given: Circumstances["stdin"] = ""): Readable =>
  given instanceof Readable ? given : Readable.from([Buffer.from(given)]);

const UNTOLD: Send = ({ url }) => Promise.reject(new TypeError(`nothing is told of ${url}`));

const NOW = new Date("2026-11-20T01:00:00Z");

/**
 * Runs a command line in this process, from its words to its exit code: parsing, the verb, what it shows, failures.
 * Only the tenant is another, as told. The words are parted by blanks, or given apart.
 *
 * @throws where the tenant was asked something that nothing is told of, where an answer or a key was not needed
 */
export async function run(line: string | readonly string[], circumstances: Circumstances = {}): Promise<Ran> {
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
    arch: circumstances.architecture ?? "x64",
    versions: { node: circumstances.nodeVersion ?? "24.21.0" },
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
  const outside: Outside = {
    host: host as unknown as Host,
    clock: {
      now: () => now,
      elapsedMs: () => 0,
      wait: circumstances.wait ?? ((delayMs, signal) => sleep(delayMs, undefined, { signal })),
    },
    userFolder: circumstances.userFolder ?? home,
    userId: userInfo().uid,
    userName: userInfo().username,
    systemUnits: join(home, "system-units"),
    hostName: "test",
    isTerminal: () => true,
    writeNow: (descriptor, content) => void (descriptor === 1 ? stdout : stderr).write(content),
    openTenant: async ({ as = "", signal, beforeChange, changed }, chosen) => {
      const transport = circumstances.actors?.[as] ?? transportTo(chosen.context.name);
      const connection = { transport, check: strict, signal, beforeChange, changed };
      return { ...chosen, client: (nouns) => openClient(connection, nouns), close: async () => undefined };
    },
    openApple: async () => ({ send: circumstances.apple ?? UNTOLD, close: async () => undefined }),
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
    ...withoutSummary(stderr.text),
    bytes: stdout.bytes,
    screen: Buffer.concat(screen).toString("utf8"),
    requests,
  };
}

/** Parts the summary line from what else was printed. */
const withoutSummary = (printed: string): Pick<Ran, "stderr" | "summary"> => {
  const [summary] = SUMMARY.exec(printed) ?? [];
  return { stderr: printed.replace(`${summary}\n`, ""), summary };
};

/** The form that docs/operations promises. */
const SUMMARY =
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d [^ ]+ [a-z]+(?: [a-z]+)*(?: (?:[^\s:']+|'[^']*'))?: \+\d+ ~\d+ -\d+(?: import P?\d+)? exit \d+$/m;

/** {@link run} in both languages, each from the start. */
export async function inBoth(
  line: string | readonly string[],
  circumstances: Circumstances = {},
): Promise<Readonly<Record<Language, Ran>>> {
  const words = typeof line === "string" ? line.split(" ") : line;
  const en = await run(["--lang", "en", ...words], circumstances);
  const ja = await run(["--lang", "ja", ...words], circumstances);
  expect(ja.stderr).not.toMatch(RUNS_ON);
  return { en, ja };
}

/** A command that the sentence runs into: who copies it copies the next word, too. */
const RUNS_ON = /clomoctl [^\n、。(),「」]*[\w…'"](?=[ぁ-ん])/u;
