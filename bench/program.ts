import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Checkout } from "./checkout.ts";
import type { InputKind } from "./input.ts";
import { runProcess, type ProcessRun } from "./process.ts";

const TABLES_BY_INPUT = {
  users: "user",
  "users-of-divisions": "user",
  "users-of-two-orgs": "user",
  "users-changed-here": "user",
  "users-changed-there": "user",
  devices: "device",
} as const satisfies Record<InputKind, string>;

/** The counts that an import must report. */
export interface ImportCounts {
  readonly rows: number;
  readonly create: number;
  readonly update: number;
  readonly unchanged: number;
  readonly delete: number;
  readonly invalid: number;
  readonly committed: boolean;
}

/** The built program of a checkout. It runs on the same Node as the benchmark and has its own home folder. */
export class MeasuredProgram {
  readonly #door: string;
  readonly #home: string;
  readonly #signal: AbortSignal;

  private constructor(door: string, home: string, signal: AbortSignal) {
    this.#door = door;
    this.#home = home;
    this.#signal = signal;
  }

  /**
   * Returns the program with `home` as its home folder. Creates the folder if it does not exist; the tenant is then
   * empty.
   */
  static async at({ door }: Checkout, home: string, signal: AbortSignal): Promise<MeasuredProgram> {
    await mkdir(home, { recursive: true });
    return new MeasuredProgram(door, home, signal);
  }

  /** The folder that contains the program's settings and tenant. */
  get home(): string {
    return this.#home;
  }

  /** Returns the same program with another, existing home folder. */
  inHome(home: string): MeasuredProgram {
    return new MeasuredProgram(this.#door, home, this.#signal);
  }

  /**
   * Runs a command line.
   *
   * @throws if the program ends with another status than 0
   */
  run(...args: readonly string[]): Promise<ProcessRun> {
    return this.node(this.#door, ...args);
  }

  /** Runs a command line that must end with this status. */
  ending(expected: number, ...args: readonly string[]): Promise<ProcessRun> {
    return this.#node([this.#door, ...args], undefined, expected);
  }

  /** Runs the same Node without the program, in the same environment. */
  node(...args: readonly string[]): Promise<ProcessRun> {
    return this.#node(args);
  }

  #node(args: readonly string[], output?: string, expected?: number): Promise<ProcessRun> {
    const { PATH = "" } = process.env;
    const env = { PATH, HOME: this.#home, CLOMOCTL_HOME: this.#home, LC_ALL: "C.UTF-8", NO_COLOR: "1" };
    return runProcess(
      { file: process.execPath, args, env, folder: dirname(this.#home), output, expected },
      this.#signal,
    );
  }

  /**
   * Runs `users import` with a file. Missing organisations are created.
   *
   * @throws if the counts that the program reports are not the expected ones
   */
  importUsers(path: string, expected: Partial<ImportCounts>, ...options: readonly string[]): Promise<ProcessRun> {
    return this.#import(["users", "import", path, "--create-orgs", ...options], expected);
  }

  /** Runs `devices import` with a file, like {@link importUsers}. */
  importDevices(path: string, expected: Partial<ImportCounts>): Promise<ProcessRun> {
    return this.#import(["devices", "import", path], expected);
  }

  async #import(words: readonly string[], expected: Partial<ImportCounts>): Promise<ProcessRun> {
    const ran = await this.run(...words, "--yes", "--format", "json");
    const said = new Map(Object.entries(JSON.parse(ran.stdout) as Record<string, unknown>));
    for (const [name, value] of Object.entries(expected)) {
      if (said.get(name) !== value) throw new Error(`import: ${name} is ${String(said.get(name))}, not ${value}`);
    }
    return ran;
  }

  /** Path of the tenant's database file. */
  get database(): string {
    return join(this.#home, "tenants", "local", "tenant.db");
  }

  /**
   * Returns the number of users or devices in the tenant. Reads the database file instead of asking the program, so a
   * dry run counts as nothing.
   */
  countStored(kind: InputKind): number {
    return this.countRows(TABLES_BY_INPUT[kind]);
  }

  /**
   * Returns the number of matching rows in the tenant's database file.
   *
   * @param rows SQL: a table, optionally followed by a `where` clause
   */
  countRows(rows: string): number {
    if (!existsSync(this.database)) return 0;
    using database = new DatabaseSync(this.database, { readOnly: true });
    return Number(database.prepare(`select count(*) as n from ${rows}`).get()?.["n"]);
  }

  /**
   * Runs `users list` and writes the NDJSON output to a file.
   *
   * @param options for example `--as ACCOUNT`
   */
  listUsers(path: string, ...options: readonly string[]): Promise<ProcessRun> {
    return this.#node([this.#door, "users", "list", "--format", "ndjson", ...options], path);
  }

  /** Runs `users export` to a CP932 file. */
  exportUsers(path: string): Promise<ProcessRun> {
    return this.run("users", "export", "-o", path, "--encoding", "shift_jis");
  }
}
