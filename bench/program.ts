import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Checkout } from "./checkout.ts";
import type { InputKind } from "./input.ts";
import { runProcess, type Ran } from "./process.ts";

const TABLES = {
  users: "user",
  "users-of-divisions": "user",
  "users-changed-here": "user",
  "users-changed-there": "user",
  devices: "device",
} as const satisfies Record<InputKind, string>;

/** What a run of an import must have said about itself. */
export interface Counts {
  readonly rows: number;
  readonly create: number;
  readonly update: number;
  readonly unchanged: number;
  readonly delete: number;
  readonly invalid: number;
  readonly committed: boolean;
}

/** The built program of a checkout under the Node that runs the benchmark, with a home of its own. */
export class Program {
  readonly #door: string;
  readonly #home: string;
  readonly #signal: AbortSignal;

  private constructor(door: string, home: string, signal: AbortSignal) {
    this.#door = door;
    this.#home = home;
    this.#signal = signal;
  }

  /** The program with `home`, which is made where it is missing: a first run with an empty tenant. */
  static async at({ door }: Checkout, home: string, signal: AbortSignal): Promise<Program> {
    await mkdir(home, { recursive: true });
    return new Program(door, home, signal);
  }

  /** The folder of its settings and its tenant. */
  get home(): string {
    return this.#home;
  }

  /** The same program with another home, which is there already. */
  inHome(home: string): Program {
    return new Program(this.#door, home, this.#signal);
  }

  /** @throws when the program ends with another status than 0 */
  run(...args: readonly string[]): Promise<Ran> {
    return this.node(this.#door, ...args);
  }

  /** {@link run} of a command that ends with this status. */
  ending(expected: number, ...args: readonly string[]): Promise<Ran> {
    return this.#node([this.#door, ...args], undefined, expected);
  }

  /** The same Node without the program, in the same surroundings. */
  node(...args: readonly string[]): Promise<Ran> {
    return this.#node(args);
  }

  #node(args: readonly string[], output?: string, expected?: number): Promise<Ran> {
    const { PATH = "" } = process.env;
    const env = { PATH, HOME: this.#home, CLOMOCTL_HOME: this.#home, LC_ALL: "C.UTF-8", NO_COLOR: "1" };
    return runProcess(
      { file: process.execPath, args, env, folder: dirname(this.#home), output, expected },
      this.#signal,
    );
  }

  /**
   * `users import` of a file, organisations made where they are missing.
   *
   * @throws when the program's own counts are not the expected ones
   */
  importUsers(path: string, expected: Partial<Counts>, ...options: readonly string[]): Promise<Ran> {
    return this.#import(["users", "import", path, "--create-orgs", ...options], expected);
  }

  /** `devices import` of a file; as for users. */
  importDevices(path: string, expected: Partial<Counts>): Promise<Ran> {
    return this.#import(["devices", "import", path], expected);
  }

  async #import(words: readonly string[], expected: Partial<Counts>): Promise<Ran> {
    const ran = await this.run(...words, "--yes", "--format", "json");
    const said = new Map(Object.entries(JSON.parse(ran.stdout) as Record<string, unknown>));
    for (const [name, value] of Object.entries(expected)) {
      if (said.get(name) !== value) throw new Error(`import: ${name} is ${String(said.get(name))}, not ${value}`);
    }
    return ran;
  }

  /** The tenant's file. */
  get database(): string {
    return join(this.#home, "tenants", "local", "tenant.db");
  }

  /** Users or devices in the tenant, read from its file rather than asked of the program; what was only tried made none. */
  countStored(kind: InputKind): number {
    return this.countRows(TABLES[kind]);
  }

  /** Rows of the tenant's file. @param rows SQL: a table, and which rows of it */
  countRows(rows: string): number {
    if (!existsSync(this.database)) return 0;
    using database = new DatabaseSync(this.database, { readOnly: true });
    return Number(database.prepare(`select count(*) as n from ${rows}`).get()?.["n"]);
  }

  /** `users list` as NDJSON, to a file. @param options such as `--as ACCOUNT` */
  listUsers(path: string, ...options: readonly string[]): Promise<Ran> {
    return this.#node([this.#door, "users", "list", "--format", "ndjson", ...options], path);
  }

  /** `users export` to a file in CP932. */
  exportUsers(path: string): Promise<Ran> {
    return this.run("users", "export", "-o", path, "--encoding", "shift_jis");
  }
}
