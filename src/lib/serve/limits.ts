import { getSenderNetwork } from "../contract/sender.ts";

const GIB = 1024 ** 3;

/** Limits of uploads. */
export interface UploadLimits {
  /** maximum size, after decompression */
  readonly bytes: number;
  /** disk space that must stay free */
  readonly freeBytes: number;
  /** uploads that are received at the same time */
  readonly uploads: number;
}

/** Limits of a server. Each one is an option of `serve`. */
export interface ServerLimits extends UploadLimits {
  /** time for the headers of a request */
  readonly headersMs: number;
  /** time in which no byte of a request arrives; in up to twice this time, no byte of a response is accepted */
  readonly idleMs: number;
  /** time for a request that is neither an import nor a stream */
  readonly requestMs: number;
  readonly connections: number;
  /** requests that are answered at the same time */
  readonly requests: number;
  /** requests per second of a credential, or of an address without one; 0: no limit */
  readonly ratePerSecond: number;
  /** requests that a credential may send at once */
  readonly burst: number;
}

export const DEFAULT_LIMITS: ServerLimits = {
  bytes: 2 * GIB,
  freeBytes: GIB,
  uploads: 4,
  headersMs: 10_000,
  idleMs: 60_000,
  requestMs: 30_000,
  connections: 256,
  requests: 64,
  ratePerSecond: 50,
  burst: 200,
};

/** What is left of a subject's requests. */
interface Bucket {
  left: number;
  /** when `left` was computed, in milliseconds */
  at: number;
}

/** The state of a subject after a request. */
export interface RateState {
  readonly isRefused: boolean;
  readonly left: number;
  /** seconds until the burst is available again */
  readonly resetSeconds: number;
}

/** Maximum number of subjects that are remembered. Those that have used nothing for long are forgotten first. */
const MAX_SUBJECTS = 10_000;

/** Limits requests by subject with token buckets. */
export class RateLimiter {
  readonly #limits: Pick<ServerLimits, "ratePerSecond" | "burst">;
  readonly #now: () => number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(limits: Pick<ServerLimits, "ratePerSecond" | "burst">, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Counts a request of a subject; undefined if there is no limit. */
  count(subject: string): RateState | undefined {
    const { ratePerSecond, burst } = this.#limits;
    if (ratePerSecond === 0) return undefined;
    const now = this.#now();
    const known = this.#buckets.get(subject) ?? { left: burst, at: now };
    const left = Math.min(burst, known.left + ((now - known.at) / 1000) * ratePerSecond);
    const isRefused = left < 1;
    const rest = isRefused ? left : left - 1;
    // the subject moves to the end, so that the first one is the one that was unused for longest
    this.#buckets.delete(subject);
    this.#buckets.set(subject, { left: rest, at: now });
    const [first] = this.#buckets.keys();
    if (this.#buckets.size > MAX_SUBJECTS && first !== undefined) this.#buckets.delete(first);
    return { isRefused, left: Math.floor(rest), resetSeconds: Math.ceil((burst - rest) / ratePerSecond) };
  }
}

/** Whose requests count together, and the share of the places that they can take. */
export interface Sender {
  readonly name: string;
  readonly share: number;
}

/**
 * Returns the sender of a request: its credential, or without a valid one (null), its address. Addresses have a smaller
 * share, because anybody can send requests, and signing in waits for other writers. The programs of an account may need
 * most of the places, but never the last ones.
 */
export const getSender = (credential: string | null, address: string): Sender =>
  credential === null
    ? { name: `address ${getSenderNetwork(address)}`, share: 1 / 4 }
    : { name: `credential ${credential}`, share: 7 / 8 };

/** Limits what is done at the same time: all of it, and that for one sender. */
export class Places {
  readonly #limit: number;
  /** the names of the senders, by what has a place */
  readonly #taken = new Map<object, string>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes a place. @returns false if no place is free, or the sender has used up its share */
  take(holder: object, { name, share }: Sender): boolean {
    const own = [...this.#taken.values()].filter((other) => other === name);
    if (this.#taken.size >= this.#limit || own.length >= Math.max(1, Math.floor(this.#limit * share))) return false;
    this.#taken.set(holder, name);
    return true;
  }

  free(holder: object): void {
    this.#taken.delete(holder);
  }
}
