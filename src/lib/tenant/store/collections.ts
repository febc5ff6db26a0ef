import type { Reader, Writer } from "./store.ts";

/** The collections of the tenant, with the revision of each, and the highest number of its records. */

/** The collection of the tenant's custom fields. */
export const CUSTOM_FIELDS = "fields";

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

/** The revision that last changed a collection; 0 if none has. */
export const revisionOf = (reader: Reader, collection: string): Promise<number> =>
  reader.count("select revision from collection where name = :collection", { collection });

/** Keeps the highest number of a table's records, after one was created. */
export const keepLast = async (writer: Writer, collection: string, last: number): Promise<void> => {
  await writer.run(
    `insert into collection (name, revision, last) values (:collection, 0, :last)
     on conflict (name) do update set last = excluded.last where excluded.last > collection.last`,
    { collection, last },
  );
};
