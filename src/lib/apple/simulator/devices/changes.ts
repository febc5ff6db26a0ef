/** What the change stream tells of a device. @see apple 3 (op_type) */
export type StreamOperation = "added" | "modified" | "deleted";

/** One entry of the stream. */
export interface StreamChange {
  /** whose stream it is in */
  readonly server: number;
  readonly place: number;
  readonly operation: StreamOperation;
  /** `op_date`, in milliseconds */
  readonly at: number;
  /** when it happened, by the simulator's clock */
  readonly loggedAt: number;
}

/** How long a cursor is good for, by Apple's documentation. @see apple 3 (EXPIRED_CURSOR) */
export const CURSOR_LIFE_MS = 7 * 24 * 3600 * 1000;

/** Changes in their order, numbered; those that no cursor can ask for any more are dropped. */
export class Changes {
  #first: number;
  #entries: StreamChange[];

  constructor(first = 0, entries: readonly StreamChange[] = []) {
    this.#first = first;
    this.#entries = [...entries];
  }

  /** The number that the next change will have. */
  get next(): number {
    return this.#first + this.#entries.length;
  }

  add(change: StreamChange): void {
    this.#entries.push(change);
  }

  /** Changes of a server from a number on, each with the number after it. */
  *from(number: number, server: number): Generator<readonly [change: StreamChange, next: number]> {
    for (let at = Math.max(number - this.#first, 0); at < this.#entries.length; at += 1) {
      const change = this.#entries[at];
      if (change?.server === server) yield [change, this.#first + at + 1];
    }
  }

  /** Drops what is older than any cursor. @param now the simulator's clock */
  forget(now: number): void {
    const kept = this.#entries.findIndex(({ loggedAt }) => loggedAt >= now - CURSOR_LIFE_MS);
    const dropped = kept === -1 ? this.#entries.length : kept;
    if (dropped === 0) return;
    this.#entries = this.#entries.slice(dropped);
    this.#first += dropped;
  }

  /** For saving. */
  state(): { readonly first: number; readonly entries: readonly StreamChange[] } {
    return { first: this.#first, entries: [...this.#entries] };
  }
}
