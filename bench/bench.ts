import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { makeCertificates } from "./certificates.ts";
import type { Checkout } from "./checkout.ts";
import { prepareInputFile, type InputFile, type InputKind } from "./input.ts";
import type { Peers } from "./peers.ts";
import { MeasuredProgram, type ImportCounts } from "./program.ts";
import { prepareWorkbook } from "./workbook.ts";

/** Folder in which inputs are kept between runs. */
export const DATA_FOLDER = join(import.meta.dirname, "data");

/** Resources that the benchmarks of one run share. */
export class Bench {
  readonly rows: number;
  readonly peers: Peers;
  readonly #folder: string;
  readonly #signal: AbortSignal;
  readonly #filled = new Map<Checkout, Promise<MeasuredProgram>>();
  #certificates: Promise<readonly string[]> | undefined;
  #places = 0;
  readonly #ends: (() => void)[] = [];

  /** @param folder the run's own folder, on the same disk as the inputs; the caller removes it */
  constructor(rows: number, peers: Peers, folder: string, signal: AbortSignal) {
    this.rows = rows;
    this.peers = peers;
    this.#folder = folder;
    this.#signal = signal;
  }

  input(rows: number, kind?: InputKind): Promise<InputFile> {
    return prepareInputFile(DATA_FOLDER, rows, kind);
  }

  workbook(rows: number): Promise<string> {
    return prepareWorkbook(DATA_FOLDER, rows);
  }

  /** Returns the certificates that all certificate benchmarks check. Creates them on the first call. */
  certificates(): Promise<readonly string[]> {
    this.#certificates ??= this.newFolder("certificates").then((folder) => makeCertificates(this.peers, folder));
    return this.#certificates;
  }

  /** Registers a function that runs when the current benchmark ends. */
  afterwards(end: () => void): void {
    this.#ends.push(end);
  }

  /** Stops everything that a benchmark has left running. */
  endWork(): void {
    for (const end of this.#ends.splice(0)) end();
  }

  /** Returns a path that is not used yet. */
  newPath(name: string): string {
    this.#places += 1;
    return join(this.#folder, `${this.#places}-${name}`);
  }

  /** Creates a new folder. */
  async newFolder(name: string): Promise<string> {
    const folder = this.newPath(name);
    await mkdir(folder);
    return folder;
  }

  /** Calls `use` with a path that is not used yet. Removes what is there afterwards. */
  async withPath<T>(name: string, use: (path: string) => Promise<T>): Promise<T> {
    const path = this.newPath(name);
    try {
      return await use(path);
    } finally {
      await rm(path, { recursive: true, force: true });
    }
  }

  /** Returns the checkout's program with an empty tenant. */
  emptyTenant(checkout: Checkout): Promise<MeasuredProgram> {
    return MeasuredProgram.at(checkout, this.newPath("home"), this.#signal);
  }

  /** Calls `use` with the checkout's program and an empty tenant. Removes the tenant afterwards. */
  withEmptyTenant<T>(checkout: Checkout, use: (program: MeasuredProgram) => Promise<T>): Promise<T> {
    return this.withPath("home", async (home) => use(await MeasuredProgram.at(checkout, home, this.#signal)));
  }

  /** Calls `use` with a copy of a tenant. Removes the copy afterwards. */
  withCopy<T>(program: MeasuredProgram, use: (copy: MeasuredProgram) => Promise<T>): Promise<T> {
    return this.withPath("home", async (home) => use(await program.copyTo(home)));
  }

  /**
   * Returns the checkout's program with a tenant that contains all users of the input. All benchmarks share this
   * tenant, so that none may change it.
   */
  filledTenant(checkout: Checkout): Promise<MeasuredProgram> {
    const filled = this.#filled.get(checkout) ?? this.#fill(checkout);
    this.#filled.set(checkout, filled);
    return filled;
  }

  /** Returns a copy of {@link filledTenant}, which may be changed. */
  async copyOfFilledTenant(checkout: Checkout): Promise<MeasuredProgram> {
    return (await this.filledTenant(checkout)).copyTo(this.newPath("home"));
  }

  async #fill(checkout: Checkout): Promise<MeasuredProgram> {
    const program = await this.emptyTenant(checkout);
    await program.import("import users", (await this.input(this.rows)).path, buildCreatedCounts(this.rows, true));
    return program;
  }
}

/** Returns the expected counts of an import into an empty tenant. */
export const buildCreatedCounts = (rows: number, committed: boolean): ImportCounts => ({
  rows,
  create: rows,
  update: 0,
  unchanged: 0,
  delete: 0,
  invalid: 0,
  committed,
});

/**
 * Returns the expected counts of an import that changes some records and creates none. `committed` is left out, because
 * either value is fine if nothing changes.
 */
export const buildUpdatedCounts = (rows: number, update: number): Partial<ImportCounts> => {
  const { committed: _, ...counts } = buildCreatedCounts(0, false);
  return { ...counts, rows, update, unchanged: rows - update };
};
