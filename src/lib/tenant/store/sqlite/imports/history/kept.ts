import { createHash } from "node:crypto";
import { either, quoteIdentifier } from "../../../sql/forms.ts";
import type { Database } from "../../database.ts";
import { proceeding } from "../functions.ts";
import { batched } from "../rows.ts";

/** What the audit holds of all that an import keeps for its undoing and its history. */
export interface KeptSum {
  /** number of lines; the first is the import's own */
  readonly count: number;
  /** of the lines, see {@link sumOfKept} */
  readonly sha256: string;
}

/** Rows of a table that belong to the import `:import`. */
interface Kept {
  readonly table: string;
  /** SQL of the line's members by name */
  readonly members: Readonly<Record<string, string>>;
  readonly where: string;
  readonly order: string;
}

/** What is told of an import itself, and never changes once it is committed. */
const OWN: Kept = {
  table: "import",
  members: {
    actor: "detail ->> 'actor'",
    committedAt: "detail ->> 'committedAt'",
    fileName: "detail -> 'request' ->> 'fileName'",
    id: "id",
    kind: "kind",
    madeAfter: "madeAfter",
    madeUpTo: "madeUpTo",
    mode: "detail -> 'request' ->> 'mode'",
    pk: "pk",
    reverts: "detail ->> 'reverts'",
    revision: "revision",
  },
  where: "pk = :import",
  order: "pk",
};

/** The tables with what imports keep, besides those of records as they were before. */
const BESIDE: readonly (readonly [table: string, key: string])[] = [
  ["import_created", "target"],
  ["import_secret", "target"],
];

/** The tables with what imports keep that are there, with the column after their import that orders their rows. */
export const keptTables = (database: Database): readonly (readonly [table: string, key: string])[] => {
  const tables = database.all("select name from sqlite_master where type = 'table' order by name");
  const names = tables.map(({ name }) => String(name));
  return [
    ...BESIDE.filter(([name]) => names.includes(name)),
    ...names.flatMap((name) => (/_was$/i.test(name) ? [[name, "pk"] as const] : [])),
  ];
};

const keptIn = (database: Database, table: string, key: string): Kept => {
  const names = database.all("select name from pragma_table_info(:table) order by name", { table });
  const members = names.map(({ name }) => [String(name), quoteIdentifier(String(name))] as const);
  const order = members.some(([name]) => name === "entity") ? `entity, ${key}` : key;
  return { table, members: Object.fromEntries(members), where: `import = :import and ${proceeding(key)}`, order };
};

/** SQL: a row as a line of JSON, its members by name; those without a value are left out, as a later column has none. */
const lineOf = ({ table, members }: Kept): string => {
  const pieces = Object.entries(members).map(([name, sql]) =>
    either(`(${sql}) is null`, "''", `',"${name}":' || json_quote(${sql})`),
  );
  return [`'{"table":"${table}"'`, ...pieces, `'}' || char(10)`].join(" || ");
};

/**
 * The sum over all that an import keeps: a line of JSON for the import itself, then one for each row of the tables with
 * what it keeps, in the order of their names and keys. Call it once everything is written.
 *
 * @param pk the import's number
 */
export const sumOfKept = (database: Database, pk: number): KeptSum => {
  const hash = createHash("sha256");
  let count = 0;
  for (const kept of [OWN, ...keptTables(database).map(([table, key]) => keptIn(database, table, key))]) {
    const { table, where, order } = kept;
    const sql = `select ${lineOf(kept)} as line from ${table} where ${where} order by ${order}`;
    const counted = Iterator.from(database.iterate(sql, { import: pk })).map((row) => {
      count += 1;
      return row;
    });
    for (const bytes of batched(counted)) hash.update(bytes);
  }
  return { count, sha256: hash.digest("hex") };
};
