import type { Database } from "../../../src/lib/tenant/store/database.ts";
import { quoteIdentifier } from "../../../src/lib/tenant/store/sql.ts";
import type { SQLOutputValue } from "node:sqlite";
import { nameKey } from "../../../src/lib/model/normalise.ts";
import { FORMAT_NAMES } from "../../../src/lib/nouns/index.ts";
import { getStoredKind } from "../../../src/lib/tenant/plans/tables.ts";

interface DerivedColumn {
  readonly table: string;
  readonly column: string;
  readonly value: string;
  readonly of: (value: SQLOutputValue) => string | null;
}

const computeGroupKey = (value: SQLOutputValue): string | null =>
  nameKey(String(value)) === value ? null : nameKey(String(value));

/** Every column that is derived from another column of the same table. */
const DERIVED_COLUMNS: readonly DerivedColumn[] = [
  ...FORMAT_NAMES.flatMap((name) => {
    const { thing, fields } = getStoredKind(name);
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
  { table: "secured_group", column: "nameKey", value: "name", of: computeGroupKey },
];

const findWrongRows = (database: Database) =>
  DERIVED_COLUMNS.flatMap(({ table, column, value, of }) =>
    database
      .all(`select pk, ${quoteIdentifier(value)} as value, ${quoteIdentifier(column)} as found from ${table}`)
      .map(({ pk, value: from, found }) => ({ table, column, pk: Number(pk), found, wanted: of(from ?? null) }))
      .filter(({ found, wanted }) => found !== wanted),
  );

export const describeWrongKeys = (database: Database): readonly string[] =>
  findWrongRows(database).map(
    ({ table, column, pk, found, wanted }) => `${table} ${pk}: ${column} is ${String(found)}, not ${String(wanted)}`,
  );

export const fillKeys = (database: Database): void => {
  for (const { table, column, pk, wanted } of findWrongRows(database))
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
