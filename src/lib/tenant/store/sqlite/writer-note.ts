import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { Failure } from "../../../errors/index.ts";
import { text } from "../../../text/index.ts";
import type { Processes } from "../processes.ts";
import { OWN_FILE } from "./own-file.ts";

/** A long-time holder of the tenant's write lock, and the note that names it. */
export interface Writer {
  /** the note */
  readonly path: string;
  readonly pid: number;
  readonly what: string;
  /** when the lock was requested; a UTC instant */
  readonly since: string;
}

const write = ({ path, ...writer }: Writer): void => writeFileSync(path, JSON.stringify(writer), { mode: OWN_FILE });

/** Runs work that already holds the write lock, with a note naming the writer: a thread cannot report it otherwise. */
export const noted = async <T>(writer: Writer, work: () => Promise<T>): Promise<T> => {
  const { path } = writer;
  write(writer);
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
};

/** A note next to the tenant that names the current writer, for those waiting. Not a lock: SQLite provides that. */
export class WriterNote {
  readonly #path: string;
  readonly #processes: Processes;

  constructor(path: string, processes: Processes) {
    this.#path = path;
    this.#processes = processes;
  }

  /** This process as the writer, for {@link noted}. */
  writer(what: string, since: string): Writer {
    return { path: this.#path, pid: this.#processes.self, what, since };
  }

  /** Writes the note of this process, which holds the write lock. */
  write(what: string, since: string): void {
    write(this.writer(what, since));
  }

  /** Removes the note of this process. */
  remove(): void {
    rmSync(this.#path, { force: true });
  }

  /** Removes the note of a process that died. */
  sweep(): void {
    if (this.holder() === undefined) rmSync(this.#path, { force: true });
  }

  /** Names the holder in a `locked` failure; other errors are returned unchanged. */
  explain(error: unknown): unknown {
    const writer = this.holder();
    if (!(error instanceof Failure) || error.code !== "locked" || writer === undefined) return error;
    const { pid, what, since } = writer;
    return error.with({
      what: text(
        `the tenant is locked by process ${pid} (${what}, since ${since})`,
        `テナントはプロセス ${pid} が使用中です(${what}、${since} から)`,
      ),
    });
  }

  /** The writer, if there is one and it is alive. */
  holder(): Omit<Writer, "path"> | undefined {
    try {
      const writer = JSON.parse(readFileSync(this.#path, "utf8")) as Omit<Writer, "path">;
      return this.#processes.isAlive(writer.pid) ? writer : undefined;
    } catch {
      return undefined;
    }
  }
}
