import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { Failure } from "../../../errors/index.ts";
import { text } from "../../../text/index.ts";
import type { Processes } from "../processes.ts";
import { OWNER_ONLY_MODE } from "./database.ts";

/** A process that has the tenant's write lock for a long time, as written in its note file. */
export interface NotedWriter {
  readonly path: string;
  readonly pid: number;
  readonly what: string;
}

/** Runs work while a note names the process with the write lock, for other processes and worker threads. */
export const runWithNote = async <T>({ path, ...writer }: NotedWriter, work: () => Promise<T>): Promise<T> => {
  writeFileSync(path, JSON.stringify(writer), { mode: OWNER_ONLY_MODE });
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
};

/** A note next to the tenant's file that names the writer to waiting processes. The lock itself is SQLite's. */
export class WriterNote {
  readonly #path: string;
  readonly #processes: Processes;

  constructor(path: string, processes: Processes) {
    this.#path = path;
    this.#processes = processes;
  }

  writer(what: string): NotedWriter {
    return { path: this.#path, pid: this.#processes.self, what };
  }

  sweep(): void {
    if (this.holder() === undefined) rmSync(this.#path, { force: true });
  }

  /** Adds the process with the lock to a `locked` failure. Returns other errors unchanged. */
  explain(error: unknown): unknown {
    const writer = this.holder();
    if (!(error instanceof Failure) || error.code !== "locked" || writer === undefined) return error;
    const { pid, what } = writer;
    return error.with({
      what: text(`the tenant is locked by process ${pid} (${what})`, `テナントはプロセス ${pid} が使用中です(${what})`),
    });
  }

  /** Returns the writer; undefined if there is no note or the process no longer runs. */
  holder(): Omit<NotedWriter, "path"> | undefined {
    try {
      const writer = JSON.parse(readFileSync(this.#path, "utf8")) as Omit<NotedWriter, "path">;
      return this.#processes.isAlive(writer.pid) ? writer : undefined;
    } catch {
      return undefined;
    }
  }
}
