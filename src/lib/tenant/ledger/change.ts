import type { Collection } from "../../nouns/index.ts";
import { storeObservedState } from "./observe-change.ts";
import { findTaskOfChange } from "./drift.ts";
import { TENANT_CHANGED_FAILURE } from "../store/storage-failure.ts";
import { throwFirstProblem } from "../../rules/values.ts";
import type { Actor } from "./actor.ts";
import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import { getCurrentInstant, type Surroundings } from "../store/ids.ts";
import { addChangeNumber, getRequestKey, takeBaseRevision, type RequestKey } from "./request-changes.ts";
import { appendAudit, type ChangedObject, type ChangeWriter } from "./audit-rows.ts";
import { advanceCollections, insertRow } from "./rows.ts";
import { checkWrittenRecords } from "./check-rules.ts";
import type { Store } from "../store/store.ts";
import type { Reader, Writer } from "../store/types.ts";
import { isMirror } from "./tenant-rows.ts";
import { updateKeyLists, settleVersions } from "./versions.ts";
import { readChecksum } from "./version-checksum.ts";

export type { ChangedObject } from "./audit-rows.ts";

/** Called after the change is written. @param task number of the newest open console task that contains its records */
type ResultBuilder<T> = (task: number | null) => T;

export interface ChangeOptions {
  /** action in the audit record, such as `renewals.add`; null for internal changes without an audit record */
  readonly action: string | null;
  readonly writer?: ChangeWriter | undefined;
  /** false if the change is in the audit log but is not counted as a change to the tenant */
  readonly commits?: false | undefined;
  readonly locks: readonly Collection[];
  /** true if repeated requests with the same Idempotency-Key make the change only once */
  readonly once?: true | undefined;
  readonly signal?: AbortSignal | undefined;
  /** true if the console of a mirror already has the written values */
  readonly alreadyInConsole?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
}

export interface ChangeOutcome<T> {
  readonly result: T | ResultBuilder<T>;
  /** the created, changed and removed records */
  readonly objects: readonly ChangedObject[];
  /** the state before the change, without secrets */
  readonly before?: object | undefined;
  readonly after?: object | undefined;
  readonly detail?: object | undefined;
  readonly action?: string | undefined;
}

export interface ChangeAuthor {
  readonly store: Store;
  readonly surroundings: Surroundings;
  /** actor whose rights are checked again before anything is written */
  readonly sender: Actor | undefined;
  readonly actorName: string;
  readonly by: string | undefined;
}

const findTask = async (writer: Writer): Promise<number | null> =>
  (await isMirror(writer)) ? findTaskOfChange(writer, await writer.revision()) : null;

export const writeChange = async <T>(
  author: ChangeAuthor,
  change: ChangeOptions,
  body: (writer: Writer) => Promise<ChangeOutcome<T>>,
): Promise<T> => {
  const { action, writer: way = "hand", commits = true, locks, signal, dryRun = false } = change;
  const { actorName: actor, by, sender, store, surroundings } = author;
  const base = dryRun || locks.length === 0 ? undefined : takeBaseRevision();
  const key = change.once === true ? getRequestKey() : undefined;
  const transact = dryRun ? store.rehearse.bind(store) : store.change.bind(store);
  // imported before the transaction, because a transaction may await only its store
  const checked = sender === undefined ? undefined : await import("./actor.ts");
  let number: number | null = null;
  const given = await transact(
    async (writer) => {
      const found = await writer.lock(locks);
      await checked?.requireSameSender(writer, sender);
      const done = key && (await findRequestKey(writer, key));
      if (done !== undefined) {
        number = done.change;
        return done.answer as T;
      }
      if (base !== undefined && [...found.values()].some(({ revision }) => revision > base))
        throw TENANT_CHANGED_FAILURE;
      const isObserved = locks.length > 0 && change.alreadyInConsole !== true && (await isMirror(writer));
      const { result, ...changed } = await body(writer);
      await settleVersions(writer);
      throwFirstProblem(await checkWrittenRecords(writer, await writer.revision(), "edits"));
      await updateKeyLists(writer, { revision: await writer.revision(), now: getCurrentInstant(surroundings) });
      if (isObserved) await storeObservedState(writer);
      let seq: number | undefined;
      const answer = async (): Promise<T> =>
        typeof result === "function" ? (result as ResultBuilder<T>)(await findTask(writer)) : result;
      if (changed.objects.length === 0 && changed.detail === undefined) return answer();
      await advanceCollections(writer, locks);
      const entry = { at: getCurrentInstant(surroundings), actor, by, origin: surroundings.origin, ...changed };
      if (action !== null) {
        const revision = locks.length === 0 ? null : await writer.revision();
        const versions = commits && revision !== null ? await readChecksum(writer, revision) : undefined;
        const detail = versions === undefined ? changed.detail : { ...changed.detail, versions };
        const record = { ...entry, detail, action: changed.action ?? action };
        seq = await appendAudit(writer, record, commits ? { writer: way, revision } : undefined);
        if (commits && !dryRun) number = seq;
      }
      const made = await answer();
      if (key !== undefined) await storeRequestKey(writer, toStoredKey(key, made, surroundings, number));
      return made;
    },
    { signal },
  );
  addChangeNumber(number);
  return given;
};

export interface StoredRequestKey extends RequestKey {
  /** JSON of the request's result; for an import, an object with its `id` */
  readonly answer: string;
  readonly at: string;
  /** number of the change, which the response contains in addition to the body */
  readonly change: number | null;
}

const KEY_LIFETIME_MS = 24 * 60 * 60 * 1000;

export const toStoredKey = (
  request: RequestKey,
  answer: unknown,
  surroundings: Pick<Surroundings, "now">,
  change: number | null = null,
): StoredRequestKey => ({
  ...request,
  answer: JSON.stringify(answer ?? null),
  change,
  at: getCurrentInstant(surroundings),
});

/** The result of an earlier request with the same key. @throws Failure `usage` if another request used the key */
export const findRequestKey = async (
  reader: Reader,
  { key, route, fingerprint }: RequestKey,
): Promise<{ readonly answer: unknown; readonly change: number | null } | undefined> => {
  const sql = "select fingerprint, answer, change from repeatable where key = :key and route = :route";
  const row = await reader.get(sql, { key, route });
  if (row === undefined) return undefined;
  if (row["fingerprint"] !== fingerprint) throw KEY_REUSED_FAILURE;
  return {
    answer: JSON.parse(String(row["answer"])) as unknown,
    change: row["change"] === null ? null : Number(row["change"]),
  };
};

const KEY_REUSED_FAILURE = new Failure("usage", {
  what: text("this Idempotency-Key belongs to another request", "この Idempotency-Key は別のリクエストで使用済みです"),
  where: "idempotency-key",
  status: 422,
});

export const storeRequestKey = async (writer: Writer, row: StoredRequestKey): Promise<void> => {
  const forgotten = new Date(Date.parse(row.at) - KEY_LIFETIME_MS).toISOString();
  await writer.run("delete from repeatable where at < :forgotten", { forgotten });
  await insertRow(writer, "repeatable", { ...row }, ["key", "route"]);
};
