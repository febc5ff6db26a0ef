import type { Database } from "../../../src/lib/tenant/store/sqlite/database.ts";
import { quoteIdentifier } from "../../../src/lib/tenant/store/sql/forms.ts";
import type { SQLOutputValue } from "node:sqlite";
import { nameKey } from "../../../src/lib/model/normalise.ts";
import { FORMAT_NAMES } from "../../../src/lib/model/console-files.ts";
import { kindNamed } from "../../../src/lib/tenant/plans/sqlite/tables.ts";

interface KeyColumn {
  readonly table: string;
  readonly column: string;
  readonly value: string;
  readonly of: (value: SQLOutputValue) => string | null;
}

const ofGroup = (value: SQLOutputValue): string | null =>
  nameKey(String(value)) === value ? null : nameKey(String(value));

/** Every column of a record's table that follows from another one. */
const COLUMNS: readonly KeyColumn[] = [
  ...FORMAT_NAMES.flatMap((name) => {
    const { thing, fields } = kindNamed(name);
    return fields.flatMap(({ stored, merge, beside }) =>
      (merge === "reference" ? [] : beside).map(({ column, of }) => ({
        table: thing.name,
        column,
        value: stored,
        of: (value: SQLOutputValue) =>
          value === null ? null : of(merge === "list" ? (JSON.parse(String(value)) as string[]) : String(value)),
      })),
    );
  }),
  { table: "secured_group", column: "nameKey", value: "name", of: ofGroup },
];

const wrong = (database: Database) =>
  COLUMNS.flatMap(({ table, column, value, of }) =>
    database
      .all(`select pk, ${quoteIdentifier(value)} as value, ${quoteIdentifier(column)} as found from ${table}`)
      .map(({ pk, value: from, found }) => ({ table, column, pk: Number(pk), found, wanted: of(from ?? null) }))
      .filter(({ found, wanted }) => found !== wanted),
  );

/** The columns of records that do not follow from their values. */
export const wrongKeys = (database: Database): readonly string[] =>
  wrong(database).map(
    ({ table, column, pk, found, wanted }) => `${table} ${pk}: ${column} is ${String(found)}, not ${String(wanted)}`,
  );

/** Makes records that a test wrote into the tables as any other: with their keys, and the highest number of each table. */
export const fillKeys = (database: Database): void => {
  for (const { table, column, pk, wanted } of wrong(database))
    database.run(`update ${table} set ${quoteIdentifier(column)} = :wanted where pk = :pk`, { wanted, pk });
  for (const [series, table] of [
    ["users", "user"],
    ["orgs", "org"],
    ["devices", "device"],
    ["fields", "custom_field"],
    ["secured_user", "secured_user"],
    ["secured_group", "secured_group"],
  ] as const) {
    database.run(
      `insert into collection (name, revision, last) select :series, 0, coalesce(max(pk), 0) from ${table} where true
       on conflict (name) do update set last = excluded.last`,
      { series },
    );
  }
};
