/** Kind of change to a device in the change stream. @see apple 3 (op_type) */
export type StreamOperation = "added" | "modified" | "deleted";

/** An entry of the change stream. */
export interface StreamChange {
  /** number of the server whose stream contains the change */
  readonly server: number;
  readonly place: number;
  readonly operation: StreamOperation;
  /** `op_date`, in milliseconds */
  readonly at: number;
  /** when the change happened, by the simulator's clock */
  readonly loggedAt: number;
}

/** How long a cursor is valid, according to Apple's documentation. @see apple 3 (EXPIRED_CURSOR) */
export const CURSOR_LIFE_MS = 7 * 24 * 3600 * 1000;

/** The numbered changes of devices, in order. Changes that no valid cursor can request are dropped. */
export class DeviceChangeLog {
  #first: number;
  #entries: StreamChange[];

  constructor(first = 0, entries: readonly StreamChange[] = []) {
    this.#first = first;
    this.#entries = [...entries];
  }

  /** Number that the next change will have. */
  get next(): number {
    return this.#first + this.#entries.length;
  }

  add(change: StreamChange): void {
    this.#entries.push(change);
  }

  /** Yields the changes of a server, starting with the given number, each with the number that follows the change. */
  *from(number: number, server: number): Generator<readonly [change: StreamChange, next: number]> {
    for (let at = Math.max(number - this.#first, 0); at < this.#entries.length; at += 1) {
      const change = this.#entries[at];
      if (change?.server === server) yield [change, this.#first + at + 1];
    }
  }

  /** Drops the changes that are older than any valid cursor. @param now time of the simulator's clock */
  forget(now: number): void {
    const kept = this.#entries.findIndex(({ loggedAt }) => loggedAt >= now - CURSOR_LIFE_MS);
    const dropped = kept === -1 ? this.#entries.length : kept;
    if (dropped === 0) return;
    this.#entries = this.#entries.slice(dropped);
    this.#first += dropped;
  }

  /** Returns the state to save. */
  state(): { readonly first: number; readonly entries: readonly StreamChange[] } {
    return { first: this.#first, entries: [...this.#entries] };
  }
}
