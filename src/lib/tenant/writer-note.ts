import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";

/** What the tenant asks of the operating system's processes. */
export interface Processes {
  /** the number of this process */
  readonly self: number;
  /** whether a process of that number runs, also somebody else's */
  isAlive(pid: number): boolean;
}

/** Who holds the tenant's write lock for long. */
interface Writer {
  readonly pid: number;
  readonly what: string;
  /** a UTC instant */
  readonly since: string;
}

/** A note beside the tenant that says who is writing, for those who wait in vain. It is no lock: SQLite has that. */
export class WriterNote {
  readonly #path: string;
  readonly #processes: Processes;

  constructor(path: string, processes: Processes) {
    this.#path = path;
    this.#processes = processes;
  }

  /** Says that this process writes, unless another living one has said so. */
  take(what: string, since: string): void {
    if (this.#read() !== undefined) return;
    writeFileSync(this.#path, JSON.stringify({ pid: this.#processes.self, what, since } satisfies Writer));
  }

  release(): void {
    if (this.#read()?.pid === this.#processes.self) rmSync(this.#path, { force: true });
  }

  /** Names the holder in a failure `locked`; other errors pass as they are. */
  explain(error: unknown): unknown {
    const writer = this.#read();
    if (!(error instanceof Failure) || error.code !== "locked" || writer === undefined) return error;
    const { pid, what, since } = writer;
    return new Failure("locked", {
      what: text(
        `the tenant is locked by process ${pid} (${what}, since ${since})`,
        `テナントはプロセス ${pid} が使用中です(${what}、${since} から)`,
      ),
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      cause: error,
    });
  }

  /** The writer, if there is one and it lives. */
  #read(): Writer | undefined {
    try {
      const writer = JSON.parse(readFileSync(this.#path, "utf8")) as Writer;
      return this.#processes.isAlive(writer.pid) ? writer : undefined;
    } catch {
      return undefined;
    }
  }
}
