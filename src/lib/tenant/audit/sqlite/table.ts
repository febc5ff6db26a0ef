import type { TableBreak } from "../../../model/tenant-file.ts";
import { Database } from "../../store/sqlite/database.ts";
import { migrate } from "../../store/sqlite/migrations.ts";

/** SQL: the table of the audit, its indexes and triggers, each as it was made; SQLite keeps the spelling of a trigger's. */
const PARTS =
  "select name, sql from sqlite_master where tbl_name = 'audit' collate nocase and sql is not null order by name";

const partsOf = (database: Database): ReadonlyMap<string, string> =>
  new Map(database.all(PARTS).map(({ name, sql }) => [String(name), String(sql).replaceAll(/\s+/g, " ")]));

/** As this version makes them. */
const wanted = (): ReadonlyMap<string, string> => {
  const database = new Database(":memory:", { plain: true });
  try {
    migrate(database, { name: "", now: "" });
    return partsOf(database);
  } finally {
    database.close();
  }
};

/**
 * What of the table differs from the one of this version: its columns follow from the records' texts, and its triggers keep
 * these; a table that was built anew may say in its columns what no record says.
 */
export const verifyTable = (database: Database): readonly TableBreak[] => {
  const [is, shouldBe] = [partsOf(database), wanted()];
  return [...new Set([...shouldBe.keys(), ...is.keys()])].flatMap((name): readonly TableBreak[] => {
    if (is.get(name) === shouldBe.get(name)) return [];
    if (!is.has(name)) return [{ name, reason: "missing" }];
    return [{ name, reason: shouldBe.has(name) ? "altered" : "unknown" }];
  });
};
