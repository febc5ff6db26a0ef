import type { AuditTableDifference } from "../../../model/tenant-file.ts";
import { Database } from "../../store/sqlite/database.ts";
import { migrate } from "../../store/sqlite/migrations.ts";

/**
 * SQL: the audit table, its indexes and its triggers, with the statements that created them. SQLite stores the
 * statement of a trigger verbatim.
 */
const SELECT_TABLE_PARTS =
  "select name, sql from sqlite_master where tbl_name = 'audit' collate nocase and sql is not null order by name";

const readTableParts = (database: Database): ReadonlyMap<string, string> =>
  new Map(database.all(SELECT_TABLE_PARTS).map(({ name, sql }) => [String(name), String(sql).replaceAll(/\s+/g, " ")]));

const readExpectedParts = (): ReadonlyMap<string, string> => {
  const database = new Database(":memory:", { plain: true });
  try {
    migrate(database, { name: "", now: "" });
    return readTableParts(database);
  } finally {
    database.close();
  }
};

/**
 * Returns how the audit table differs from the table that this version of clomoctl creates. In an intact table, the
 * columns are derived from the texts of the records, and triggers protect these texts. In a rebuilt table, the columns
 * could contradict the records.
 */
export const verifyTable = (database: Database): readonly AuditTableDifference[] => {
  const [is, shouldBe] = [readTableParts(database), readExpectedParts()];
  return [...new Set([...shouldBe.keys(), ...is.keys()])].flatMap((name): readonly AuditTableDifference[] => {
    if (is.get(name) === shouldBe.get(name)) return [];
    if (!is.has(name)) return [{ name, reason: "missing" }];
    return [{ name, reason: shouldBe.has(name) ? "altered" : "unknown" }];
  });
};
