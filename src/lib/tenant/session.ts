import type { Author, ChangeOutcome, ChangeOf, IdempotentRequest } from "./change.ts";
import { instant, type Surroundings } from "./ids.ts";
import { OWNER, type Actor } from "./policy/asker.ts";
import type { KeptKey, KeptRequest } from "./store/idempotency.ts";
import type { Reader, Store, Writer } from "./store/store.ts";

export type { ChangeOutcome, ChangedObject, ChangeOf, IdempotentRequest, TaskOf } from "./change.ts";

/** Idempotency-Keys expire after this time. */
const KEY_LIFE_MS = 24 * 60 * 60 * 1000;

/** Records that a change takes values or memberships from are told in its record, up to this number. */
export const MAX_TRACED = 10_000;

/** Somebody at work on a tenant. */
export class Session implements Author {
  readonly store: Store;
  readonly surroundings: Surroundings;
  /** the account, or the machine's owner */
  readonly actor: string;
  /** of who acts as an account: the machine's owner */
  readonly by: string | undefined;
  readonly asker: Actor;

  /** @param store as the asker sees it */
  constructor(store: Store, surroundings: Surroundings, owner: string, asker: Actor = OWNER) {
    this.store = store;
    this.surroundings = surroundings;
    this.actor = asker.account?.name ?? owner;
    this.by = asker.account === undefined ? undefined : owner;
    this.asker = asker;
  }

  read<T>(body: (reader: Reader) => Promise<T>): Promise<T> {
    return this.store.read(body);
  }

  /** The answer of a request that was sent before. @throws Failure `usage` if its key was used with another one */
  async replayed<T>(once: IdempotentRequest<T>): Promise<T | undefined> {
    const { replayedBy } = await import("./change.ts");
    return this.read((reader) => replayedBy(reader, once));
  }

  /** A request's key as it is kept with what it did. @param subject the id of what was created or changed */
  keptKey({ key, route, fingerprint }: KeptRequest, subject: string): KeptKey {
    const now = this.surroundings.now();
    return {
      key,
      route,
      fingerprint,
      subject,
      at: instant({ now: () => now }),
      forgotten: instant({ now: () => now - KEY_LIFE_MS }),
    };
  }

  /**
   * How anything is written: locks, the change itself, the revisions of what was locked, one audit record, the key of a
   * repeatable request; all of it in one transaction, or nothing.
   *
   * @throws Failure as the store's `change`; `usage` if the key was used with another request before; `conflict` if what it
   *   locks was changed since it was seen
   */
  async change<T>(change: ChangeOf<T>, body: (writer: Writer) => Promise<ChangeOutcome<T>>): Promise<T> {
    // what only reads does not load it
    const { write } = await import("./change.ts");
    return write(this, change, body);
  }
}
