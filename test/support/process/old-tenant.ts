import { DatabaseSync } from "node:sqlite";

/** What a tenant is held to after some commands, as an older program left it after the same ones. */
export interface Told {
  readonly title: string;
  /** the commands, in order */
  readonly lines: readonly string[];
  readonly exits: readonly (number | null)[];
  /** stdout of them all, {@link timeless} */
  readonly said: string;
  /** exports that differ from those in {@link Story.said} */
  readonly exports: Readonly<Record<string, string>>;
  readonly rows: Difference;
}

/** An import as it lay in the tenant. */
export interface ToldImport {
  readonly name: string;
  readonly id: string;
  readonly state: string;
}

/** What another commit's program said of a tenant that it left, and of copies of it after some commands. */
export interface Story {
  readonly commit: string;
  /** when the tenant was left; what came to be in a copy is later */
  readonly madeAt: string;
  readonly imports: readonly ToldImport[];
  /** answers by command line */
  readonly said: Readonly<Record<string, string>>;
  /** the columns of its tables then */
  readonly columns: Columns;
  readonly tables: Tables;
  /** after commands on committed imports, on those that wait for the console, and on open plans */
  readonly committed: readonly Told[];
  readonly waiting: readonly Told[];
  readonly open: readonly Told[];
}

/** Names of columns by table. */
export type Columns = Readonly<Record<string, readonly string[]>>;

/** Rows by table, as JSON of what has a value, {@link timeless} and sorted; as a table of its own the list of imports. */
export type Tables = Readonly<Record<string, readonly string[]>>;

/** Rows by table that are there no longer, or were not there before. A changed row is in both. */
export type Difference = Readonly<
  Record<string, { readonly gone: readonly string[]; readonly come: readonly string[] }>
>;

/** What is asked again after commands. */
export const EXPORTS: readonly string[] = [
  "users export --encoding utf-8 -o -",
  "orgs export --encoding utf-8 -o -",
  "secured users export --app docs --layout full --encoding utf-8 -o -",
];

/** Its answer is the table of imports. */
export const IMPORTS = "imports list --format json";

const TABLES = [
  "org",
  "user",
  "user_email",
  "user_account",
  "secured_user",
  "secured_group",
  "custom_field",
  "sent_column",
  "audit",
] as const;

/** Columns that depend on the machine, or only count changes. */
const UNTOLD: ReadonlySet<string> = new Set(["revision", "seq", "at", "actor", "hash"]);

/** The columns of a tenant's tables that are told. */
export function columnsOf(path: string): Columns {
  using database = new DatabaseSync(path);
  const sql = "select name from pragma_table_info(:table)";
  const columns = TABLES.map(
    (table) =>
      [
        table,
        database
          .prepare(sql)
          .all({ table })
          .map(({ name }) => String(name)),
      ] as const,
  );
  return Object.fromEntries(columns.map(([table, names]) => [table, names.filter((name) => !UNTOLD.has(name))]));
}

/** Where a table's rows and columns of then are by now, if not under their names: SQL. */
export type Places = Readonly<
  Record<string, { readonly rows?: string; readonly columns: Readonly<Record<string, string>> }>
>;

type Row = Readonly<Record<string, unknown>>;

const told = (row: Row, madeAt: string): string =>
  timeless(JSON.stringify(Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null))), madeAt);

/**
 * All records of a tenant.
 *
 * @param columns those that are read
 * @param imports the answer to {@link IMPORTS}
 */
export function tablesOf(path: string, columns: Columns, imports: string, madeAt: string, places: Places = {}): Tables {
  using database = new DatabaseSync(path);
  const rowsOf = (table: string, names: readonly string[]): readonly Row[] => {
    const { rows = `"${table}"`, columns: elsewhere } = places[table] ?? { columns: {} };
    const values = names.map((name) => `${elsewhere[name] ?? `"${name}"`} as "${name}"`);
    return database.prepare(`select ${values.join(", ")} from ${rows}`).all();
  };
  const tables: (readonly [string, readonly Row[]])[] = [
    ...Object.entries(columns).map(([table, names]) => [table, rowsOf(table, names)] as const),
    ["imports", JSON.parse(imports) as Row[]],
  ];
  return Object.fromEntries(tables.map(([table, rows]) => [table, rows.map((row) => told(row, madeAt)).toSorted()]));
}

/** What became of a tenant's rows. */
export function difference(before: Tables, after: Tables): Difference {
  const changed = Object.entries(before).map(([table, was]) => {
    const is = after[table] ?? [];
    const [old, now] = [new Set(was), new Set(is)];
    return [table, { gone: was.filter((row) => !now.has(row)), come: is.filter((row) => !old.has(row)) }] as const;
  });
  return Object.fromEntries(changed.filter(([, { gone, come }]) => gone.length + come.length > 0));
}

/** An import, its result or a row of its plan as an older program said it: without what it did not know. */
function recordThen(record: Row): Row {
  const unknown = new Set([
    "number",
    "columns",
    "unverifiedColumns",
    "unseen",
    "newOrgs",
    "newGroups",
    "googleWorkspaceEmail",
    "salesforceAccount",
    "device",
    "licenceException",
    "phoneHolder",
    "role",
    ...("setsSecret" in record ? ["name", "changes"] : []),
    ...("fileName" in record ? ["changes"] : []),
  ]);
  const known = Object.entries(record).filter(([key]) => !unknown.has(key));
  return Object.fromEntries(
    known.map(([key, value]) => [key, key === "state" && value === "reverted" ? "committed" : value]),
  );
}

const ACTIONS: Readonly<Record<string, string>> = {
  missing: "delete",
  "only-in-console": "create",
  differs: "update",
};

/** What differs from the console's export, in words that both programs have: today's tells values, the older one rows. */
const differenceThen = ({ key, what, values, action, changed }: Row): Row =>
  what === undefined
    ? { key, action, changed }
    : { key, action: ACTIONS[what as string], changed: [...new Set((values as readonly Row[]).map(fieldThen))] };

/** Custom fields were compared together, under one name. */
const fieldThen = ({ field }: Row): string => String(field).replace(/^custom:.*/, "custom");

/** {@link differenceThen} of a list of differences; columns that the export lacks were not listed. */
export const differencesThen = (said: string): string =>
  said
    .replaceAll(/,\n {2}\{"what":"not-shown".*\}(?=,?$)/gm, "")
    .replaceAll(/^ {2}(\{"(?:row|what)":.*\})(,?)$/gm, (_, json: string, comma: string) => {
      return `  ${JSON.stringify(differenceThen(JSON.parse(json) as Row))}${comma}`;
    });

/** What today's program says of imports as JSON, as an older one said it; of an undone one, that it is committed. */
export function asThen(said: string): string {
  if (said.startsWith("{\n")) return `${JSON.stringify(recordThen(JSON.parse(said) as Row), undefined, 2)}\n`;
  return said.replaceAll(/^( *)(\{.*\})(,?)$/gm, (_, indent: string, json: string, comma: string) => {
    const record = JSON.parse(json) as Row;
    return `${indent}${JSON.stringify(recordThen(record))}${comma}`;
  });
}

const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;
const UUID = /([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-([0-9a-f]{12})/g;

/** A text without the instants and ids that came after `madeAt`; of a record's id the number of its row stays. */
export function timeless(text: string, madeAt: string): string {
  return text
    .replaceAll(INSTANT, (instant) => (instant > madeAt ? "later" : instant))
    .replaceAll(UUID, (id, high: string, low: string, row: string) => {
      if (Number.parseInt(high + low, 16) <= Date.parse(madeAt)) return id;
      return row.startsWith("000000") ? `later-${row}` : "later";
    });
}
