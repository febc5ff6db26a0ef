import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { makeCertificates } from "./certificates.ts";
import type { Checkout } from "./checkout.ts";
import { inputOf, type Input, type InputKind } from "./input.ts";
import type { Peers } from "./peers.ts";
import { Program, type Counts } from "./program.ts";
import { countRecords } from "./records.ts";
import { workbookOf } from "./workbook.ts";

/** Where inputs are kept from run to run. */
export const DATA = join(import.meta.dirname, "data");

/** What the works of one run share. */
export class Bench {
  readonly rows: number;
  readonly peers: Peers;
  readonly #folder: string;
  readonly #signal: AbortSignal;
  readonly #filled = new Map<Checkout, Promise<Program>>();
  #certificates: Promise<readonly string[]> | undefined;
  #places = 0;
  readonly #ends: (() => void)[] = [];

  /** @param folder the run's own, on the disk of the inputs; who made it removes it */
  constructor(rows: number, peers: Peers, folder: string, signal: AbortSignal) {
    this.rows = rows;
    this.peers = peers;
    this.#folder = folder;
    this.#signal = signal;
  }

  input(rows: number, kind?: InputKind): Promise<Input> {
    return inputOf(DATA, rows, kind);
  }

  workbook(rows: number): Promise<string> {
    return workbookOf(DATA, rows);
  }

  /** The certificates that every work checks; made when they are first asked for. */
  certificates(): Promise<readonly string[]> {
    this.#certificates ??= this.newFolder("certificates").then((folder) => makeCertificates(this.peers, folder));
    return this.#certificates;
  }

  /** Has something done when the work is over that is measured now. */
  afterwards(end: () => void): void {
    this.#ends.push(end);
  }

  /** Ends what a work has left running. */
  endWork(): void {
    for (const end of this.#ends.splice(0)) end();
  }

  /** A path that nothing uses yet. */
  newPath(name: string): string {
    this.#places += 1;
    return join(this.#folder, `${this.#places}-${name}`);
  }

  /** A new folder. */
  async newFolder(name: string): Promise<string> {
    const folder = this.newPath(name);
    await mkdir(folder);
    return folder;
  }

  /** The checkout's program with an empty tenant. */
  emptyTenant(checkout: Checkout): Promise<Program> {
    return Program.at(checkout, this.newPath("home"), this.#signal);
  }

  /** Gives `use` the checkout's program with an empty tenant, which is removed afterwards. */
  async withEmptyTenant<T>(checkout: Checkout, use: (program: Program) => Promise<T>): Promise<T> {
    const home = this.newPath("home");
    try {
      return await use(await Program.at(checkout, home, this.#signal));
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  }

  /** The checkout's program with a tenant that holds all users of the input; the same one for every work. */
  filledTenant(checkout: Checkout): Promise<Program> {
    const filled = this.#filled.get(checkout) ?? this.#fill(checkout);
    this.#filled.set(checkout, filled);
    return filled;
  }

  async #fill(checkout: Checkout): Promise<Program> {
    const program = await this.emptyTenant(checkout);
    await program.importUsers((await this.input(this.rows)).path, created(this.rows, true));
    return program;
  }
}

/**
 * Looks whether a tenant holds that many users, or devices.
 *
 * @throws when it does not
 */
export function verifyStored(program: Program, expected: number, kind: InputKind = "users"): void {
  const found = program.countStored(kind);
  if (found !== expected) throw new Error(`the tenant holds ${found} ${kind} where ${expected} are expected`);
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
