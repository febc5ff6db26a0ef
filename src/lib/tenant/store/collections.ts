import { markKey, markOf } from "./mark.ts";
import type { LockedCollection, Reader, Writer } from "./store.ts";

/** The collections of the tenant, with the revision of each, and the highest number of its records. */

/** The things of which somebody may see a part, and the collections that everybody sees. */
const PARTS = ["org", "user", "device", "secured_user", "secured_group"];
const OF_ALL = ["fields", "tenant", "renewals"];

/** The collection that stands for what somebody says of the console. */
export const CONSOLE = "console";

/** SQL: a text that is another one after each change of what somebody sees. */
const SEEN = `select concat(${[
  ...PARTS.map((thing) => `(select concat(count(*), '.', coalesce(max(revision), 0)) from ${thing})`),
  ...OF_ALL.map((name) => `(select revision from collection where name = '${name}')`),
].join(", ' ', ")}) as seen`;

/** Hexadecimal digits of a mark that make a number which JSON keeps. */
const NUMBER_DIGITS = 12;

/**
 * The revision of the tenant's last change; 0 if there was none. Who sees a part of the tenant has a number that is another
 * one after each change of that part, and tells nothing else.
 */
export const latestRevision = async (reader: Reader): Promise<number> => {
  if (!reader.isPartial) return reader.count("select coalesce(max(revision), 0) from collection");
  const { seen } = (await reader.get(SEEN)) ?? {};
  return Number.parseInt(markOf(await markKey(reader), String(seen)).slice(0, NUMBER_DIGITS), 16);
};

/** Whether one of the locked collections, or what somebody sees, was changed after a revision that {@link latestRevision} gave. */
export const isChangedSince = async (
  reader: Reader,
  locked: Iterable<LockedCollection>,
  seen: number | undefined,
): Promise<boolean> => {
  if (seen === undefined) return false;
  if (reader.isPartial) return (await latestRevision(reader)) !== seen;
  return [...locked].some(({ revision }) => revision > seen);
};

/** Marks collections as changed by this transaction. */
export const advance = async (writer: Writer, collections: readonly string[]): Promise<void> => {
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

/** Keeps the highest number of a table's records, after one was created. */
export const keepLast = async (writer: Writer, collection: string, last: number): Promise<void> => {
  await writer.run(
    `insert into collection (name, revision, last) values (:collection, 0, :last)
     on conflict (name) do update set last = excluded.last where excluded.last > collection.last`,
    { collection, last },
  );
};
