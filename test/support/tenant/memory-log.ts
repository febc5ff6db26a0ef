import type { ChangeLog, LogEntry, LogHead, LogTurn, SharedState } from "../../../src/lib/tenant/store/change-log.ts";

/** A step before which a test can simulate a fault. After `committed`, the entries are in the log. */
export type LogStep = "head" | "read" | "append" | "commit" | "committed";

export interface MemoryLogOptions {
  readonly start?: LogHead;
  /** number of entries that are read at once */
  readonly batch?: number;
  readonly before?: (step: LogStep) => unknown;
}

/** A change log in memory. */
export class MemoryLog implements ChangeLog {
  readonly entries: LogEntry[] = [];
  readonly plans = new Map<string, Uint8Array[]>();
  readonly #start: LogHead;
  readonly #batch: number;
  readonly #before: (step: LogStep) => unknown;
  isTaken = false;

  constructor({ start, batch = 100, before = () => undefined }: MemoryLogOptions = {}) {
    this.#start = start ?? { seq: 0, hash: "", schema: 1 };
    this.#batch = batch;
    this.#before = before;
  }

  readonly shared: SharedState = {
    countAttempt: async () => undefined,
    forgetAttempt: async () => undefined,
    keepPlan: async (id, content) => this.plans.set(id, await Array.fromAsync(content)),
    getPlan: (id) => ReadableStream.from(this.plans.get(id) ?? []),
    dropPlan: async (id) => this.plans.delete(id),
  };

  get last(): LogHead {
    const { seq, hash, schema } = this.entries.at(-1) ?? this.#start;
    return { seq, hash, schema };
  }

  readonly head = async (): Promise<LogHead> => {
    await this.#before("head");
    return this.last;
  };

  readonly read = async (after: number): Promise<readonly LogEntry[]> => {
    await this.#before("read");
    return this.entries.filter(({ seq }) => seq > after).slice(0, this.#batch);
  };

  readonly tryTurn = async (): Promise<LogTurn | undefined> => {
    if (this.isTaken) return undefined;
    this.isTaken = true;
    const appended: LogEntry[] = [];
    let isOver = false;
    const end = (): void => {
      if (!isOver) this.isTaken = false;
      isOver = true;
    };
    return {
      head: this.last,
      append: async (entry) => {
        await this.#before("append");
        appended.push(entry);
      },
      commit: async () => {
        await this.#before("commit");
        this.entries.push(...appended);
        end();
        await this.#before("committed");
      },
      abandon: async () => end(),
    };
  };
}
