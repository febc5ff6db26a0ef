import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { instant, type Surroundings } from "./ids.ts";
import { OWNER, type Asker } from "./policy/asker.ts";
import type { ChangedObject, ChangeWriter } from "./audit/audit-rows.ts";
import { noteChange } from "./made-changes.ts";
import { advance, isChangedSince } from "./store/collections.ts";
import { findKey, keepKey, type KeptKey, type KeptRequest } from "./store/idempotency.ts";
import type { Reader, Store, Writer } from "./store/store.ts";

/** Idempotency-Keys expire after this time. */
const KEY_LIFE_MS = 24 * 60 * 60 * 1000;

/** A POST that happens once, however often it is sent. */
export interface Once<T> extends KeptRequest {
  /** the answer for work that was done; undefined if, by the tenant's current state, it was not */
  readonly replay: (reader: Reader, subject: string, taskOf: TaskOf) => Promise<T | undefined>;
}

/** Returns the number of the newest open task for the console that a record is in; null if it is in none. */
export type TaskOf = (record: Pick<ChangedObject, "thing" | "id">) => Promise<number | null>;

/** Answers a change once it is written, when its tasks are known. */
type Answer<T> = (taskOf: TaskOf) => Promise<T>;

/** What a change is about. */
export interface ChangeOf<T> {
  /** for the audit: `renewals.add`; null for bookkeeping, of which nobody asks who did it */
  readonly action: string | null;
  /** default: by hand */
  readonly writer?: ChangeWriter | undefined;
  /** false: it is only recorded in the audit and does not count as a change */
  readonly commits?: false | undefined;
  /** the collections that it changes */
  readonly locks: readonly string[];
  readonly once?: Once<T> | undefined;
  readonly signal?: AbortSignal | undefined;
  /** nothing of it stays */
  readonly dryRun?: boolean | undefined;
  /** the tenant's revision before somebody looked at what is to be changed, and was asked: it holds only for that */
  readonly seen?: number | undefined;
}

export type { ChangedObject } from "./audit/audit-rows.ts";

/** What a change did. */
export interface Changed<T> {
  readonly result: T | Answer<T>;
  /**
   * what was created, changed or removed; the first one is what an Idempotency-Key stands for. Nothing was if there is none,
   * and no detail: no revision advances, and no record is kept
   */
  readonly objects: readonly ChangedObject[];
  /** the ids of the organisations that it touched, before and after; undefined of what is no organisation's */
  readonly orgs?: readonly string[] | undefined;
  /** what was changed or removed as it was, and as it is by now; the audit leaves secrets out */
  readonly before?: object | undefined;
  readonly after?: object | undefined;
  /** what else the audit is told */
  readonly detail?: object | undefined;
  /** what it came to, where that is not what was asked for */
  readonly action?: string | undefined;
}

const isAnswer = <T>(result: Changed<T>["result"]): result is Answer<T> => typeof result === "function";

/** Records that a change takes values or memberships from are told in its record, up to this number. */
export const MAX_TRACED = 10_000;

const keyReused = (): Failure =>
  new Failure("usage", {
    what: text(
      "this Idempotency-Key was already used for another request",
      "この Idempotency-Key は別のリクエストで使用済みです",
    ),
    where: "idempotency-key",
  });

const CHANGED_SINCE = new Failure("conflict", {
  what: text(
    "the tenant has changed since this was shown; nothing was done",
    "確認の表示後にテナントが変更されたため、何も変更していません",
  ),
  hint: text("look at it again, and run the command again", "内容を確認してから、もう一度実行してください"),
});

/** Somebody at work on a tenant. */
export class Session {
  readonly store: Store;
  readonly surroundings: Surroundings;
  /** the account, or the machine's owner */
  readonly actor: string;
  /** of who acts as an account: the machine's owner */
  readonly by: string | undefined;
  readonly asker: Asker;

  /** @param store as the asker sees it */
  constructor(store: Store, surroundings: Surroundings, owner: string, asker: Asker = OWNER) {
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
  replayed<T>(once: Once<T>): Promise<T | undefined> {
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
  async change<T>(change: ChangeOf<T>, body: (writer: Writer) => Promise<Changed<T>>): Promise<T> {
    const { action, writer: way = "hand", commits = true, locks, once, signal, dryRun = false, seen } = change;
    // what only reads does not load them
    const audit = action === null ? undefined : await import("./audit/audit-rows.ts");
    const { settleVersions } = await import("./versions/keep.ts");
    const { sumOfVersions } = await import("./versions/sum.ts");
    const { observe } = await import("./console/observed.ts");
    const { isMirror } = await import("./records/tenant-rows.ts");
    const write = dryRun ? this.store.rehearse.bind(this.store) : this.store.change.bind(this.store);
    let number: number | null = null;
    const given = await write(
      async (writer) => {
        const found = await writer.lock(locks);
        const done = once === undefined ? undefined : await replayedBy(writer, once);
        if (done !== undefined) return done;
        if (await isChangedSince(writer, found.values(), seen)) throw CHANGED_SINCE;
        const isObserved = locks.length > 0 && (await isMirror(writer));
        const { result, ...changed } = await body(writer);
        await settleVersions(writer);
        if (isObserved) await observe(writer);
        let seq: number | undefined;
        const answer = async (): Promise<T> => (isAnswer(result) ? result(tasksOf(writer, seq)) : result);
        if (changed.objects.length === 0 && changed.detail === undefined) return answer();
        await advance(writer, locks);
        const { actor, by, surroundings } = this;
        const entry = { at: instant(surroundings), actor, by, origin: surroundings.origin, ...changed };
        if (audit !== undefined && action !== null) {
          const revision = locks.length === 0 ? null : await writer.revision();
          const versions = commits && revision !== null ? await sumOfVersions(writer, revision) : undefined;
          const detail = versions === undefined ? changed.detail : { ...changed.detail, versions };
          const record = { ...entry, detail, action: changed.action ?? action };
          seq = await audit.appendAudit(writer, record, commits ? { writer: way, revision } : undefined);
          if (commits && !dryRun) number = seq;
        }
        if (once !== undefined)
          await keepKey(writer, { ...this.keptKey(once, changed.objects[0]?.id ?? ""), change: number });
        return answer();
      },
      { signal },
    );
    noteChange(number);
    return given;
  }
}

/** @param written the number of the change that wrote the records: of its task who changes something may see nothing */
const tasksOf =
  (reader: Reader, written?: number): TaskOf =>
  async (record) => {
    const { isMirror } = await import("./records/tenant-rows.ts");
    if (!(await isMirror(reader))) return null;
    const { taskOfRecord } = await import("./console/tasks.ts");
    return (await taskOfRecord(reader, record)) ?? written ?? null;
  };

/** The answer of a request that was sent before. @throws Failure `usage` */
const replayedBy = async <T>(reader: Reader, once: Once<T>): Promise<T | undefined> => {
  const known = await findKey(reader, once);
  if (known === undefined) return undefined;
  if (known.fingerprint !== once.fingerprint) throw keyReused();
  const answer = await once.replay(reader, known.subject, tasksOf(reader));
  if (answer !== undefined) noteChange(known.change);
  return answer;
};
