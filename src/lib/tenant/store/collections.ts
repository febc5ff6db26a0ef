import type { Reader, Writer } from "./store.ts";

/** The collections of the tenant, with the revision of each, and the highest number of its records. */

/** The revision of the tenant's last change; 0 if there was none. */
export const latestRevision = (reader: Reader): Promise<number> =>
  reader.count("select coalesce(max(revision), 0) from collection");

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
