import type { Reader, Writer } from "./store.ts";

/** A POST that its caller may repeat, as it is kept. */
export interface KeptRequest {
  readonly key: string;
  /** the path; a key identifies a request only together with it */
  readonly route: string;
  /** a hash of whatever else identifies the request */
  readonly fingerprint: string;
}

/** A request's key as it is kept with what the request did. */
export interface KeptKey extends KeptRequest {
  /** the id of what was created or changed */
  readonly subject: string;
  readonly at: string;
  /** the number of the change, which its answer tells apart from its body */
  readonly change?: number | null | undefined;
  /** keys kept before this instant are dropped */
  readonly forgotten: string;
}

/** What is known of a key. */
export const findKey = async (
  reader: Reader,
  { key, route }: KeptRequest,
): Promise<(Pick<KeptKey, "fingerprint" | "subject"> & { readonly change: number | null }) | undefined> => {
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

/** Keeps a key, in the transaction of what its request does. */
export const keepKey = async (
  writer: Writer,
  { key, route, fingerprint, subject, change = null, at, forgotten }: KeptKey,
): Promise<void> => {
  await writer.run("delete from repeatable where at < :forgotten", { forgotten });
  await writer.run(
    `insert into repeatable (key, route, fingerprint, subject, change, at)
     values (:key, :route, :fingerprint, :subject, :change, :at)
     on conflict (key, route) do update set fingerprint = excluded.fingerprint, subject = excluded.subject,
       change = excluded.change, at = excluded.at`,
    { key, route, fingerprint, subject, change, at },
  );
};
