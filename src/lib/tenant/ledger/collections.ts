import type { Collection } from "../../nouns/index.ts";
import type { Reader, Writer } from "../store/types.ts";

export const CONSOLE_COLLECTION = "console";

export const readLatestRevision = (reader: Reader): Promise<number> =>
  reader.count("select coalesce(max(revision), 0) from collection");

export const advanceCollections = async (writer: Writer, collections: readonly Collection[]): Promise<void> => {
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

export const storeLastNumber = async (writer: Writer, collection: Collection, last: number): Promise<void> => {
  await writer.run(
    `insert into collection (name, revision, last) values (:collection, 0, :last)
     on conflict (name) do update set last = excluded.last where excluded.last > collection.last`,
    { collection, last },
  );
};
