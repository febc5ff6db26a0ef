import { ACCOUNT, ACCOUNT_SETTINGS } from "../../../model/account.ts";
import { ADE_DEVICE } from "../../../model/ade-device.ts";
import { ANSWER } from "../../../model/answer.ts";
import { DEVICE } from "../../../model/device.ts";
import { REMINDER } from "../../../model/renewal.ts";
import { listStoredColumns, type Field, type Thing } from "../../../model/thing.ts";
import { OWN_THINGS, TENANT_PROFILE, THINGS } from "../../../model/things.ts";
import { getObservedTable, OBSERVED_STATE_COLUMNS } from "../../console/observed.ts";
import { getDerivedColumns, getVersionTable, VERSION_SCHEMAS } from "../../versions/tables.ts";
import { buildFieldKeySql, quoteIdentifier } from "../sql/forms.ts";

// The tables of the record types, derived from their fields. `pk` is the record number, which is never reused (undoing
// a deletion restores the number), `id` is the record's UUIDv7, and `revision` is the revision of the collection that
// last changed the record. A `…Key` column contains the key by which values are compared; it is null if the value
// itself is the key.

/** What the fields of a record type do not say about its table. */
interface TableOptions {
  readonly number?: string;
  /** definitions of columns that differ from {@link buildColumnType}, by column */
  readonly columns?: Readonly<Record<string, string>>;
  readonly more?: readonly string[];
}

const SINGLE = "pk integer primary key check (pk = 1)";

const TABLE_OPTIONS: ReadonlyMap<Thing, TableOptions> = new Map<Thing, TableOptions>([
  [
    ACCOUNT,
    {
      number: "user integer primary key",
      columns: {
        role: "text not null default 'none'",
        scheme: "integer references scheme (pk)",
        managedOrgs: "text",
      },
      more: ["verifier text"],
    },
  ],
  [ACCOUNT_SETTINGS, { number: SINGLE }],
  [DEVICE, { more: ["check (owner is null or ownerOrg is null)"] }],
  [TENANT_PROFILE, { number: SINGLE }],
  [REMINDER, { more: ["host text", "pid integer", "unique (itemId, expiresAt, stage, way, recipient)"] }],
  [ANSWER, { more: ["unique (question)"] }],
  [ADE_DEVICE, { more: ["unique (serialNumber)"] }],
]);

const buildColumnType = ({ type, nullable, within, refers }: Field): string => {
  const target = refers !== undefined && type !== "texts" ? ` references ${refers.to} (pk)` : "";
  const form = type === "integer" || type === "boolean" || target !== "" ? `integer${target}` : "text";
  if (nullable === true || within !== undefined) return form;
  const defaults: Partial<Record<Field["type"], string>> = { boolean: "0", texts: "'[]'", objects: "'{}'" };
  return `${form} not null${defaults[type] === undefined ? "" : ` default ${defaults[type]}`}`;
};

interface ColumnDefinition {
  readonly name: string;
  readonly definition: string;
  readonly added: number | undefined;
}

/** Returns the columns of a record type that an `alter table` can add: its fields, each with its keys. */
const listFieldColumns = (thing: Thing): readonly ColumnDefinition[] =>
  listStoredColumns(thing).flatMap(([name, field]) => {
    const own = TABLE_OPTIONS.get(thing)?.columns?.[name] ?? buildColumnType(field);
    const keys = THINGS.has(thing.name) ? getDerivedColumns(thing, name) : [];
    return [
      { name, definition: `${quoteIdentifier(name)} ${own}`, added: field.added },
      ...keys.map(({ column }) => ({ name: column, definition: `${column} text`, added: field.added })),
    ];
  });

const buildCreateTableSql = (table: string, parts: readonly string[], end = ""): string =>
  `create table ${table} (${parts.join(", ")})${end};`;

const buildRecordTable = (thing: Thing): readonly string[] => {
  const { number = "pk integer primary key", more = [] } = TABLE_OPTIONS.get(thing) ?? {};
  const { fields, scope } = thing;
  const hasOwnId = fields["id"] !== undefined && number === "pk integer primary key";
  const hasRevision = THINGS.has(thing.name) && (scope !== undefined || fields["updatedAt"] !== undefined);
  const columns = [
    number,
    ...(hasOwnId ? ["id text not null unique"] : []),
    ...(scope === undefined ? [] : [`${scope} text not null`]),
    ...listFieldColumns(thing).flatMap(({ definition, added }) => (added === undefined ? [definition] : [])),
    ...["createdAt", "updatedAt"].flatMap((name) => (fields[name] === undefined ? [] : [`${name} text not null`])),
    ...(hasRevision ? ["revision integer not null"] : []),
    ...more,
  ];
  return [buildCreateTableSql(thing.name, columns), ...(THINGS.has(thing.name) ? buildUniqueIndexes(thing) : [])];
};

const buildUniqueIndexes = (thing: Thing): readonly string[] =>
  listStoredColumns(thing).flatMap(([name, { unique, type, short = name }]) => {
    if (unique !== true || type === "texts") return [];
    const key = buildFieldKeySql(thing, name, (column) => column);
    const parts = thing.scope === undefined ? [key] : [thing.scope, key];
    return [`create unique index ${thing.name}_${short} on ${thing.name} (${parts.join(", ")});`];
  });

const buildStateTables = (thing: Thing): readonly string[] => {
  const versions = VERSION_SCHEMAS.get(thing.name);
  if (versions === undefined) return [];
  const later = new Set(listFieldColumns(thing).flatMap(({ name, added }) => (added === undefined ? [] : [name])));
  const table = getVersionTable(versions);
  const kept = versions.columns.flatMap(({ name }) => (later.has(name) ? [] : [quoteIdentifier(name)]));
  const observed = [...OBSERVED_STATE_COLUMNS, ...kept];
  return [
    buildCreateTableSql(
      table,
      [
        "pk integer not null, revision integer not null, action text not null, changed integer",
        ...kept,
        ...versions.times,
        "primary key (pk, revision)",
      ],
      " without rowid",
    ),
    `create index ${table}_revision on ${table} (revision);`,
    ...(OWN_THINGS.includes(thing)
      ? []
      : [buildCreateTableSql(getObservedTable(versions), ["pk integer primary key", ...observed])]),
  ];
};

export const STORED_THINGS: readonly Thing[] = [...THINGS.values(), REMINDER, ADE_DEVICE];

export const buildRecordTables = (things: readonly Thing[]): string =>
  things.flatMap((thing) => [...buildRecordTable(thing), ...buildStateTables(thing)]).join("\n");

/** SQL: adds the columns of later fields, by version; nullable, as versions of deleted records lack the value. */
export const buildAddedColumns = (things: readonly Thing[]): ReadonlyMap<number, string> => {
  const steps = new Map<number, string>();
  for (const thing of things) {
    const versions = VERSION_SCHEMAS.get(thing.name);
    const states = versions && [
      getVersionTable(versions),
      ...(OWN_THINGS.includes(thing) ? [] : [getObservedTable(versions)]),
    ];
    for (const { name, definition, added } of listFieldColumns(thing)) {
      if (added === undefined) continue;
      const columns = [[thing.name, definition], ...(states ?? []).map((table) => [table, quoteIdentifier(name)])];
      const sql = columns.map(([table, column]) => `alter table ${table} add column ${column};\n`);
      steps.set(added, [steps.get(added) ?? "", ...sql].join(""));
    }
  }
  return steps;
};
