import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { inputOf, type Input } from "./input.ts";
import type { Peers } from "./peers.ts";
import { Program, type Counts } from "./program.ts";
import { countRecords } from "./records.ts";

/** Where inputs are kept from run to run. */
export const DATA = join(import.meta.dirname, "data");

/** What the works of one run share. */
export class Bench {
  readonly rows: number;
  readonly peers: Peers;
  readonly #folder: string;
  readonly #signal: AbortSignal;
  #places = 0;
  #filled: Promise<Program> | undefined;

  /** @param folder the run's own, on the disk of the inputs; who made it removes it */
  constructor(rows: number, peers: Peers, folder: string, signal: AbortSignal) {
    this.rows = rows;
    this.peers = peers;
    this.#folder = folder;
    this.#signal = signal;
  }

  input(rows: number): Promise<Input> {
    return inputOf(DATA, rows);
  }

  /** A path that nothing uses yet. */
  newPath(name: string): string {
    this.#places += 1;
    return join(this.#folder, `${this.#places}-${name}`);
  }

  /** Gives `use` the program with an empty tenant, which is removed afterwards. */
  async withEmptyTenant<T>(use: (program: Program) => Promise<T>): Promise<T> {
    const home = this.newPath("home");
    try {
      return await use(await Program.at(home, this.#signal));
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  }

  /** Gives `use` a folder, which is removed afterwards. */
  async withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
    const folder = this.newPath("folder");
    await mkdir(folder);
    try {
      return await use(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** The program with a tenant that holds all users of the input; the same one for every work. */
  filledTenant(): Promise<Program> {
    this.#filled ??= this.#fill();
    return this.#filled;
  }

  async #fill(): Promise<Program> {
    const program = await Program.at(this.newPath("home"), this.#signal);
    await program.importUsers((await this.input(this.rows)).path, created(this.rows, true));
    return program;
  }
}

/**
 * Looks whether a tenant holds that many users.
 *
 * @throws when it does not
 */
export function verifyUsers(program: Program, expected: number): void {
  const found = program.countUsers();
  if (found !== expected) throw new Error(`the tenant holds ${found} users where ${expected} are expected`);
}

/**
 * Looks whether a file has a header and that many records.
 *
 * @throws when it does not
 */
export async function verifyRecords(path: string, expected: number): Promise<void> {
  const found = (await countRecords(path)) - 1;
  if (found !== expected) throw new Error(`${found} records where ${expected} are expected`);
}

/** Counts of an import into an empty tenant. */
export const created = (rows: number, committed: boolean): Counts => ({
  rows,
  create: rows,
  update: 0,
  unchanged: 0,
  delete: 0,
  invalid: 0,
  committed,
});

/** Counts of an import of what the tenant has already; whether nothing was committed or not is all the same. */
export const unchanged = (rows: number): Partial<Counts> => {
  const { committed: _, ...counts } = created(0, false);
  return { ...counts, rows, unchanged: rows };
};
