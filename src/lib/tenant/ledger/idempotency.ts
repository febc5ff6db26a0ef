import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import { getCurrentInstant, type Surroundings } from "../store/ids.ts";
import { insertRow } from "./rows.ts";
import type { Reader, Writer } from "../store/types.ts";

export interface RequestKey {
  readonly key: string;
  readonly route: string;
  readonly fingerprint: string;
}

export interface StoredRequestKey extends RequestKey {
  /** JSON of the request's result; for an import, an object with its `id` */
  readonly answer: string;
  readonly at: string;
  /** number of the change, which the response contains in addition to the body */
  readonly change: number | null;
  readonly forgotten: string;
}

const KEY_LIFETIME_MS = 24 * 60 * 60 * 1000;

export const toStoredKey = (
  request: RequestKey,
  answer: unknown,
  { now }: Pick<Surroundings, "now">,
  change: number | null = null,
): StoredRequestKey => {
  const time = now();
  return {
    ...request,
    answer: JSON.stringify(answer ?? null),
    change,
    at: getCurrentInstant({ now: () => time }),
    forgotten: getCurrentInstant({ now: () => time - KEY_LIFETIME_MS }),
  };
};

/**
 * Returns the stored result of an earlier request with the same key. @throws Failure `usage` if a different request
 * used the key
 */
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

export const storeRequestKey = async (writer: Writer, { forgotten, ...row }: StoredRequestKey): Promise<void> => {
  await writer.run("delete from repeatable where at < :forgotten", { forgotten });
  await insertRow(writer, "repeatable", { ...row }, ["key", "route"]);
};
