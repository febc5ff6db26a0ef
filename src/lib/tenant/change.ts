import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { observe } from "./console/observed.ts";
import { taskOfRecord } from "./console/tasks.ts";
import type { Actor } from "./policy/asker.ts";
import { enforceFor } from "./policy/enforce.ts";
import { instant, type Surroundings } from "./ids.ts";
import { noteChange } from "./made-changes.ts";
import { appendAudit, type ChangedObject, type ChangeWriter } from "./audit/audit-rows.ts";
import { advance, isChangedSince } from "./store/collections.ts";
import { judgeWritten } from "./store/judge.ts";
import { findKey, keepKey, type KeptKey, type KeptRequest } from "./store/idempotency.ts";
import type { Reader, Store, Writer } from "./store/store.ts";
import { isMirror } from "./records/tenant-rows.ts";
import { settleVersions } from "./versions/keep.ts";
import { sumOfVersions } from "./versions/sum.ts";

export type { ChangedObject } from "./audit/audit-rows.ts";

/** A POST that happens once, however often it is sent. */
export interface IdempotentRequest<T> extends KeptRequest {
  /** the answer for work that was done; undefined if, by the tenant's current state, it was not */
  readonly replay: (reader: Reader, subject: string, taskOf: TaskOf) => Promise<T | undefined>;
}

/** Returns the number of the newest open task for the console that a record is in; null if it is in none. */
export type TaskOf = (record: Pick<ChangedObject, "thing" | "id">) => Promise<number | null>;

/** Answers a change once it is written, when its tasks are known. */
type AnswerBuilder<T> = (taskOf: TaskOf) => Promise<T>;

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
  readonly once?: IdempotentRequest<T> | undefined;
  readonly signal?: AbortSignal | undefined;
  /** nothing of it stays */
  readonly dryRun?: boolean | undefined;
  /** its body asks the rules itself, and tells what they say with other things */
  readonly isJudged?: boolean | undefined;
  /** the tenant's revision before somebody looked at what is to be changed, and was asked: it holds only for that */
  readonly seen?: number | undefined;
}

/** What a change did. */
export interface ChangeOutcome<T> {
  readonly result: T | AnswerBuilder<T>;
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

/** Who makes a change. */
export interface Author {
  readonly store: Store;
  readonly surroundings: Surroundings;
  readonly asker: Actor;
  readonly actor: string;
  readonly by: string | undefined;
  readonly keptKey: (request: KeptRequest, subject: string) => KeptKey;
}

const isAnswer = <T>(result: ChangeOutcome<T>["result"]): result is AnswerBuilder<T> => typeof result === "function";

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

/** Makes a change: all of it, in one transaction. @see Session.change */
export const write = async <T>(
  author: Author,
  change: ChangeOf<T>,
  body: (writer: Writer) => Promise<ChangeOutcome<T>>,
): Promise<T> => {
  const {
    action,
    writer: way = "hand",
    commits = true,
    locks,
    once,
    signal,
    dryRun = false,
    isJudged = false,
    seen,
  } = change;
  const { actor, by, store, surroundings } = author;
  const transact = dryRun ? store.rehearse.bind(store) : store.change.bind(store);
  let number: number | null = null;
  const given = await transact(
    async (writer) => {
      const found = await writer.lock(locks);
      const done = once === undefined ? undefined : await replayedBy(writer, once);
      if (done !== undefined) return done;
      if (await isChangedSince(writer, found.values(), seen)) throw CHANGED_SINCE;
      const isObserved = locks.length > 0 && (await isMirror(writer));
      const { result, ...changed } = await body(writer);
      await settleVersions(writer);
      if (!isJudged) enforceFor(author.asker, await judgeWritten(writer, await writer.revision(), "edits"));
      if (isObserved) await observe(writer);
      let seq: number | undefined;
      const answer = async (): Promise<T> => (isAnswer(result) ? result(tasksOf(writer, seq)) : result);
      if (changed.objects.length === 0 && changed.detail === undefined) return answer();
      await advance(writer, locks);
      const entry = { at: instant(surroundings), actor, by, origin: surroundings.origin, ...changed };
      if (action !== null) {
        const revision = locks.length === 0 ? null : await writer.revision();
        const versions = commits && revision !== null ? await sumOfVersions(writer, revision) : undefined;
        const detail = versions === undefined ? changed.detail : { ...changed.detail, versions };
        const record = { ...entry, detail, action: changed.action ?? action };
        seq = await appendAudit(writer, record, commits ? { writer: way, revision } : undefined);
        if (commits && !dryRun) number = seq;
      }
      if (once !== undefined)
        await keepKey(writer, { ...author.keptKey(once, changed.objects[0]?.id ?? ""), change: number });
      return answer();
    },
    { signal },
  );
  noteChange(number);
  return given;
};

/** @param written the number of the change that wrote the records: of its task who changes something may see nothing */
const tasksOf =
  (reader: Reader, written?: number): TaskOf =>
  async (record) => {
    if (!(await isMirror(reader))) return null;
    return (await taskOfRecord(reader, record)) ?? written ?? null;
  };

/** The answer of a request that was sent before. @throws Failure `usage` */
export const replayedBy = async <T>(reader: Reader, once: IdempotentRequest<T>): Promise<T | undefined> => {
  const known = await findKey(reader, once);
  if (known === undefined) return undefined;
  if (known.fingerprint !== once.fingerprint) throw keyReused();
  const answer = await once.replay(reader, known.subject, tasksOf(reader));
  if (answer !== undefined) noteChange(known.change);
  return answer;
};
