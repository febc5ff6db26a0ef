import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { Failure } from "../../../errors/index.ts";
import { text } from "../../../text/index.ts";

/** What the tenant asks of the operating system's processes. */
export interface Processes {
  /** the number of this process */
  readonly self: number;
  /** whether a process of that number runs, also somebody else's */
  isAlive(pid: number): boolean;
}

/** Who holds the tenant's write lock for long, and where that is noted. */
export interface Writer {
  /** the note */
  readonly path: string;
  readonly pid: number;
  readonly what: string;
  /** when it was asked for; a UTC instant */
  readonly since: string;
}

/** Does work that holds the write lock already, with a note that says who does it: a thread has no other way to tell. */
export const noted = <T>({ path, ...writer }: Writer, work: () => T): T => {
  writeFileSync(path, JSON.stringify(writer));
  try {
    return work();
  } finally {
    rmSync(path, { force: true });
  }
};

/** A note beside the tenant that says who is writing, for those who wait in vain. It is no lock: SQLite has that. */
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

  /** Removes the note of a process that died. */
  sweep(): void {
    if (this.#read() === undefined) rmSync(this.#path, { force: true });
  }

  /** Names the holder in a failure `locked`; other errors pass as they are. */
  explain(error: Error): Error {
    const writer = this.#read();
    if (!(error instanceof Failure) || error.code !== "locked" || writer === undefined) return error;
    const { pid, what, since } = writer;
    return error.with({
      what: text(
        `the tenant is locked by process ${pid} (${what}, since ${since})`,
        `テナントはプロセス ${pid} が使用中です(${what}、${since} から)`,
      ),
    });
  }

  /** The writer, if there is one and it lives. */
  #read(): Omit<Writer, "path"> | undefined {
    try {
      const writer = JSON.parse(readFileSync(this.#path, "utf8")) as Omit<Writer, "path">;
      return this.#processes.isAlive(writer.pid) ? writer : undefined;
    } catch {
      return undefined;
    }
  }
}
