import { existsSync } from "node:fs";
import { cp, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Checkout } from "./checkout.ts";
import { runProcess, type ProcessRun } from "./process.ts";
import { STORED, TENANT_FILE, type Purpose, type Values } from "./words.ts";

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
  /** the folder that contains the program's settings and tenant */
  readonly home: string;
  readonly #checkout: Checkout;
  readonly #signal: AbortSignal;

  private constructor(checkout: Checkout, home: string, signal: AbortSignal) {
    this.#checkout = checkout;
    this.home = home;
    this.#signal = signal;
  }

  /**
   * Returns the program with `home` as its home folder. Creates the folder if it does not exist; the tenant is then
   * empty.
   */
  static async at(checkout: Checkout, home: string, signal: AbortSignal): Promise<MeasuredProgram> {
    await mkdir(home, { recursive: true });
    return new MeasuredProgram(checkout, home, signal);
  }

  /** Returns the same program with a copy of its home folder. */
  async copyTo(home: string): Promise<MeasuredProgram> {
    await cp(this.home, home, { recursive: true });
    return new MeasuredProgram(this.#checkout, home, this.#signal);
  }

  /**
   * Runs a command.
   *
   * @throws if the program does not know it, or ends with another status than 0
   */
  async run<Asked extends Purpose>(purpose: Asked, ...values: Values<Asked>): Promise<ProcessRun> {
    return this.node(await this.#checkout.words.find(purpose, ...values));
  }

  /** Runs a command whose stdout goes to a file. */
  async runInto<Asked extends Purpose>(path: string, purpose: Asked, ...values: Values<Asked>): Promise<ProcessRun> {
    return this.node(await this.#checkout.words.find(purpose, ...values), path);
  }

  /**
   * Runs an import.
   *
   * @throws if the counts that the program reports are not the expected ones
   */
  async import(
    purpose: "plan an import of users" | "import users" | "import devices",
    path: string,
    expected: Partial<ImportCounts>,
  ): Promise<ProcessRun> {
    const ran = await this.run(purpose, path);
    const said = new Map(Object.entries(JSON.parse(ran.stdout) as Record<string, unknown>));
    for (const [name, value] of Object.entries(expected)) {
      if (said.get(name) !== value) throw new Error(`import: ${name} is ${String(said.get(name))}, not ${value}`);
    }
    return ran;
  }

  /** Runs the same Node, in the same environment. @param output file that receives stdout */
  node(args: readonly string[], output?: string): Promise<ProcessRun> {
    const { PATH = "" } = process.env;
    const env = { PATH, HOME: this.home, CLOMOCTL_HOME: this.home, LC_ALL: "C.UTF-8", NO_COLOR: "1" };
    return runProcess({ file: process.execPath, args, env, folder: dirname(this.home), output }, this.#signal);
  }

  /** Path of the tenant's database file. */
  get database(): string {
    return join(this.home, TENANT_FILE);
  }

  /** Counts records in the tenant's file instead of asking the program, so a dry run counts as nothing. */
  countStored(what: keyof typeof STORED): number {
    if (!existsSync(this.database)) return 0;
    using database = new DatabaseSync(this.database, { readOnly: true });
    return Number(database.prepare(`select count(*) as n from ${STORED[what]}`).get()?.["n"]);
  }

  /** @throws if the tenant does not have the expected number of records */
  verifyStored(what: keyof typeof STORED, expected: number): void {
    const found = this.countStored(what);
    if (found !== expected) throw new Error(`the tenant holds ${found} ${what} where ${expected} are expected`);
  }
}
