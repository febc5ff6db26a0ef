import type { ChangeAuthor, ChangeOutcome, ChangeOptions } from "./change.ts";
import type { Surroundings } from "../store/ids.ts";
import type { Actor } from "./actor.ts";
import type { Store } from "../store/store.ts";
import type { Reader, Writer } from "../store/types.ts";

export type { ChangeOutcome, ChangedObject, ChangeOptions } from "./change.ts";

export const MACHINE_OWNER: Actor = { role: "system", items: new Set(), orgs: undefined };

/** Maximum number of affected records that an audit record lists. */
export const MAX_TRACED_RECORDS = 10_000;

export class Session implements ChangeAuthor {
  readonly store: Store;
  readonly surroundings: Surroundings;
  readonly actorName: string;
  readonly by: string | undefined;
  readonly actor: Actor;

  constructor(store: Store, surroundings: Surroundings, owner: string, actor: Actor) {
    this.store = store;
    this.surroundings = surroundings;
    this.actorName = actor.account?.name ?? owner;
    this.by = actor.account === undefined || surroundings.origin.access === "socket" ? undefined : owner;
    this.actor = actor;
  }

  get sender(): Actor | undefined {
    return this.actor.credential === undefined ? undefined : this.actor;
  }

  read<T>(body: (reader: Reader) => Promise<T>): Promise<T> {
    return this.store.read(body);
  }

  /** Only this method writes data. @throws the store's Failure; `usage` for a reused Idempotency-Key; `conflict` */
  async change<T>(change: ChangeOptions, body: (writer: Writer) => Promise<ChangeOutcome<T>>): Promise<T> {
    // imported here, because requests that only read data do not need this module
    const { writeChange } = await import("./change.ts");
    return writeChange(this, change, body);
  }
}
