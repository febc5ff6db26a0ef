import { insertRow } from "./rows.ts";
import type { Reader, Writer } from "./store.ts";

export interface RequestKey {
  readonly key: string;
  /** the path; a key identifies a request only in combination with the path */
  readonly route: string;
  /** a hash of everything else that identifies the request */
  readonly fingerprint: string;
}

export interface StoredRequestKey extends RequestKey {
  /** the id of the record that the request created or changed */
  readonly subject: string;
  readonly at: string;
  /** the number of the change, which the response contains in addition to its body */
  readonly change?: number | null | undefined;
  /** keys that were stored before this instant are deleted */
  readonly forgotten: string;
}

/** Returns the data that is stored with a key; undefined if the key is not known. */
export const findRequestKey = async (
  reader: Reader,
  { key, route }: RequestKey,
): Promise<(Pick<StoredRequestKey, "fingerprint" | "subject"> & { readonly change: number | null }) | undefined> => {
  const sql = "select fingerprint, subject, change from repeatable where key = :key and route = :route";
  const row = await reader.get(sql, { key, route });
  if (row === undefined) return undefined;
  const { fingerprint, subject, change = null } = row;
  return {
    fingerprint: String(fingerprint),
    subject: String(subject),
    change: change === null ? null : Number(change),
  };
};

export const storeRequestKey = async (
  writer: Writer,
  { key, route, fingerprint, subject, change = null, at, forgotten }: StoredRequestKey,
): Promise<void> => {
  await writer.run("delete from repeatable where at < :forgotten", { forgotten });
  await insertRow(writer, "repeatable", { key, route, fingerprint, subject, change, at }, ["key", "route"]);
};
