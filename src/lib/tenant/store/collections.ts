import { readHashKey, computeKeyedHash } from "./mark.ts";
import type { LockedCollection, Reader, Writer } from "./store.ts";

/** The collections of the tenant. Each has a revision and the highest record number of its table. */

/** The record types that an account may see only in part. The collections that follow are visible to every account. */
const PARTLY_VISIBLE_THINGS = ["org", "user", "device", "secured_user", "secured_group"];
const FULLY_VISIBLE_COLLECTIONS = ["fields", "tenant", "renewals"];

/** The collection for information that users report about the console. */
export const CONSOLE_COLLECTION = "console";

/** SQL: a text that changes whenever data that the acting account can see changes. */
const VISIBLE_STATE_SQL = `select concat(${[
  ...PARTLY_VISIBLE_THINGS.map((thing) => `(select concat(count(*), '.', coalesce(max(revision), 0)) from ${thing})`),
  ...FULLY_VISIBLE_COLLECTIONS.map((name) => `(select revision from collection where name = '${name}')`),
].join(", ' ', ")}) as seen`;

/** Number of hexadecimal digits of a keyed hash that JSON can represent exactly as a number. */
const REVISION_HASH_DIGITS = 12;

/**
 * Returns the revision of the tenant's last change; 0 if there was no change. If the acting account sees only a part of
 * the tenant, returns a number that changes with each change to that part and reveals nothing else.
 */
export const readLatestRevision = async (reader: Reader): Promise<number> => {
  if (!reader.isPartial) return reader.count("select coalesce(max(revision), 0) from collection");
  const { seen } = (await reader.get(VISIBLE_STATE_SQL)) ?? {};
  return Number.parseInt(computeKeyedHash(await readHashKey(reader), String(seen)).slice(0, REVISION_HASH_DIGITS), 16);
};

/**
 * Returns true if the tenant has changed since a revision that {@link readLatestRevision} returned: if one of the
 * locked collections has changed or, for an account that sees only a part of the tenant, anything in that part.
 */
export const isChangedSince = async (
  reader: Reader,
  locked: Iterable<LockedCollection>,
  seen: number | undefined,
): Promise<boolean> => {
  if (seen === undefined) return false;
  if (reader.isPartial) return (await readLatestRevision(reader)) !== seen;
  return [...locked].some(({ revision }) => revision > seen);
};

/** Marks collections as changed by this transaction. */
export const advanceCollections = async (writer: Writer, collections: readonly string[]): Promise<void> => {
  if (collections.length === 0) return;
  const revision = await writer.revision();
  for (const collection of collections) {
    await writer.run(
      `insert into collection (name, revision) values (:collection, :revision)
       on conflict (name) do update set revision = :revision`,
      { collection, revision },
    );
  }
};

/** Stores the highest record number of a table, after a record was created. */
export const storeLastNumber = async (writer: Writer, collection: string, last: number): Promise<void> => {
  await writer.run(
    `insert into collection (name, revision, last) values (:collection, 0, :last)
     on conflict (name) do update set last = excluded.last where excluded.last > collection.last`,
    { collection, last },
  );
};
