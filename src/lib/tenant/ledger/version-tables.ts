import { buildDerivedColumns } from "./kinds.ts";
import { ACCOUNT, ACCOUNT_SETTINGS } from "../../nouns/account.ts";
import { listStoredColumns, type RecordType } from "../../model/thing.ts";
import { RECORD_TYPES } from "../../nouns/index.ts";

// A version contains the values that a record had before a change: all values after a deletion, else the values of
// changed columns.

export interface VersionSchema {
  readonly thing: RecordType;
  readonly key: string;
  /** `bit` is SQL of the column's bit in `changed`; `leads` is false for constant or derived columns */
  readonly columns: readonly { readonly name: string; readonly bit: string; readonly leads: boolean }[];
  /** column with the time of the last change, if the type has one */
  readonly times: readonly string[];
  readonly table: string;
  /** the table with the observed state of a mirror */
  readonly observed: string;
}

/** Bit of columns that never change, and of the record itself. Only versions of deleted records contain these columns. */
export const EXISTENCE_BIT = String(2 ** 52);

export const ALL_COLUMNS_MASK = String(Number.MAX_SAFE_INTEGER);

export const getColumnBit = ({ thing, columns }: Pick<VersionSchema, "thing" | "columns">, column: string): string => {
  const found = columns.find(({ name }) => name === column);
  if (found === undefined) throw new TypeError(`versions of ${thing.name} do not store the column ${column}`);
  return found.bit;
};

export const getDerivedColumns = ({ fields }: RecordType, column: string): ReturnType<typeof buildDerivedColumns> => {
  const { refers, short = column, type, comparison = "exact", sortKey } = fields[column] ?? {};
  if (refers !== undefined && type !== "texts") return [];
  return buildDerivedColumns(short, comparison, type === "texts", sortKey);
};

const buildVersionSchema = (thing: RecordType): VersionSchema => {
  const { fields, scope = "id" } = thing;
  const constant = new Set(["id", scope, "createdAt"].filter((name) => fields[name] !== undefined));
  // an account has the number and the id of its user, and there is only one record of the settings
  if (thing === ACCOUNT || thing === ACCOUNT_SETTINGS) constant.delete("id");
  return {
    thing,
    key: thing.name === ACCOUNT.name ? "user" : "pk",
    table: `${thing.name}_version`,
    observed: `${thing.name}_observed`,
    times: fields["updatedAt"] === undefined ? [] : ["updatedAt"],
    columns: [
      ...listStoredColumns(thing).flatMap(([name], place) => {
        const bit = String(2 ** place);
        const derived = getDerivedColumns(thing, name).map(({ column }) => ({ name: column, bit, leads: false }));
        return [{ name, bit, leads: true }, ...derived];
      }),
      ...[...constant].map((name) => ({ name, bit: EXISTENCE_BIT, leads: false })),
    ],
  };
};

export const VERSION_SCHEMAS: ReadonlyMap<string, VersionSchema> = new Map(
  [...RECORD_TYPES].map(([name, thing]) => [name, buildVersionSchema(thing)] as const),
);

export const getVersionSchema = (thing: string): VersionSchema => {
  const versions = VERSION_SCHEMAS.get(thing);
  if (versions === undefined) throw new TypeError(`the thing ${thing} does not have versions`);
  return versions;
};

export const CHANGE_TABLES: readonly string[] = [
  ...[...VERSION_SCHEMAS.values()].map(({ table }) => table),
  "created_range",
];

export const buildHasWrittenSql = (revision: string): string =>
  `(${CHANGE_TABLES.map((table) => `exists (select 1 from main.${table} w where w.revision = ${revision})`).join(" or ")})`;

/** Returns the columns with times of secrets. Undo does not restore these columns, because secrets are not stored. */
export const listSecretTimeColumns = ({ fields }: RecordType): readonly string[] => [
  "secrets",
  ...Object.entries(fields).flatMap(([field, { secret }]) => (secret === true ? [`${field}SetAt`] : [])),
];

export const buildHasRestorableSql = (revision: string): string => {
  const written = [...VERSION_SCHEMAS.values()].map((versions) => {
    const secrets = listSecretTimeColumns(versions.thing);
    const bits = versions.columns.flatMap(({ name, bit }) => (secrets.includes(name) ? [bit] : []));
    return `exists (select 1 from main.${versions.table} w
      where w.revision = ${revision} and w.changed & ~(${[...bits, "0"].join(" | ")}) <> 0)`;
  });
  return `(${[...written, `exists (select 1 from main.created_range w where w.revision = ${revision})`].join(" or ")})`;
};
