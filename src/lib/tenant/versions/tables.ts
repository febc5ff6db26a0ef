import { besideOf } from "../plans/staging/kinds.ts";
import { ACCOUNT, ACCOUNT_SETTINGS } from "../../model/account.ts";
import type { Thing } from "../../model/thing.ts";
import { THINGS } from "../../model/things.ts";

// A version has the values of a record before a change: those of the columns that were changed, or all if it was deleted.

/** How versions of a thing's records are stored. */
export interface Versions {
  readonly thing: Thing;
  /** the column with a record's number */
  readonly key: string;
  /** the stored columns, each with its bit in `changed` (SQL); `leads` is false for columns derived from another one */
  readonly columns: readonly { readonly name: string; readonly bit: string; readonly leads: boolean }[];
  /** the column with the time of the last change; every version has its former value */
  readonly times: readonly string[];
}

/** The bit of columns that never change. Only versions of deleted records have them. */
const LASTING = 52;

/** SQL: the same as in masks. */
export const LASTING_BIT = String(2 ** LASTING);

/** SQL: the value of `changed` if a version has all columns. */
export const ALL_CHANGED = String(2 ** (LASTING + 1) - 1);

/** SQL: the bit of the column at a place in `versioned`. */
const bitAt = (place: number): string => String(2 ** place);

/** Returns the bit of a column as SQL. @throws TypeError if versions do not store the column */
export const bitOf = ({ thing, columns }: Pick<Versions, "thing" | "columns">, column: string): string => {
  const found = columns.find(({ name }) => name === column);
  if (found === undefined) throw new TypeError(`versions of ${thing.name} have no ${column}`);
  return found.bit;
};

/** Returns the columns that are derived from a column: comparison and sort keys. */
export const derivedColumns = ({ fields }: Thing, column: string): ReturnType<typeof besideOf> => {
  const { refers, short = column, type, comparison = "exact", sortKey } = fields[column] ?? {};
  if (refers !== undefined && type !== "texts") return [];
  return besideOf(short, comparison, type === "texts", sortKey);
};

const versionsOf = (
  thing: Thing,
  { key = "pk", lasting = ["id", ...(thing.scope === undefined ? [] : [thing.scope]), "createdAt"] } = {},
): Versions => ({
  thing,
  key,
  times: thing.fields["updatedAt"] === undefined ? [] : ["updatedAt"],
  columns: [
    ...(thing.versioned ?? []).flatMap((name, place) => [
      { name, bit: bitAt(place), leads: true },
      ...derivedColumns(thing, name).map(({ column }) => ({ name: column, bit: bitAt(place), leads: false })),
    ]),
    ...lasting.map((name) => ({ name, bit: bitAt(LASTING), leads: false })),
  ],
});

/** How versions of some things are stored otherwise. */
const OTHERWISE: Readonly<Record<string, Parameters<typeof versionsOf>[1]>> = {
  [ACCOUNT.name]: { key: "user", lasting: ["createdAt"] },
  [ACCOUNT_SETTINGS.name]: { lasting: [] },
};

/** The versions of all things that have some, by the things' names. */
export const VERSIONS: ReadonlyMap<string, Versions> = new Map(
  [...THINGS].map(([name, thing]) => [name, versionsOf(thing, OTHERWISE[name])] as const),
);

/** The table with the versions of a thing's records. */
export const versionTable = ({ thing }: Versions): string => `${thing.name}_version`;

/** SQL: the bits that one of several masks has at least, as an aggregate. @param mask SQL of a mask */
export const joinedBits = ({ columns }: Versions, mask: string): string =>
  [...new Set(columns.map(({ bit }) => bit))].map((bit) => `max(${mask} & ${bit})`).join(" | ");

/** The tables with what changes wrote, by `revision`. */
export const WRITTEN_TABLES: readonly string[] = [...[...VERSIONS.values()].map(versionTable), "created_range"];

/** SQL: true if a change wrote records that have versions. @param revision SQL */
export const hasWritten = (revision: string): string =>
  `(${WRITTEN_TABLES.map((table) => `exists (select 1 from main.${table} w where w.revision = ${revision})`).join(" or ")})`;

/** The columns of a record that no undo restores, as nothing keeps what they tell of: when secrets were set. */
export const secretColumns = ({ fields }: Thing): readonly string[] => [
  "secrets",
  ...Object.entries(fields).flatMap(([field, { secret }]) => (secret === true ? [`${field}SetAt`] : [])),
];

/** SQL: true if all that a change wrote in records is that secrets were set. @param revision SQL */
export const hasOnlySecrets = (revision: string): string => {
  const written = [...VERSIONS.values()].map((versions) => {
    const secrets = secretColumns(versions.thing);
    const bits = versions.columns.flatMap(({ name, bit }) => (secrets.includes(name) ? [bit] : []));
    const mask = `(${[...bits, "0"].join(" | ")})`;
    const has = (which: string): string =>
      `exists (select 1 from main.${versionTable(versions)} w where w.revision = ${revision} and w.changed & ${which} <> 0)`;
    return { secrets: has(mask), others: has(`~${mask}`) };
  });
  const isNew = `exists (select 1 from main.created_range w where w.revision = ${revision})`;
  return `(${written.map(({ secrets }) => secrets).join(" or ")})
    and not (${[isNew, ...written.map(({ others }) => others)].join(" or ")})`;
};
