import { besideOf } from "../../imports/kinds.ts";
import { ACCOUNT, ACCOUNT_SETTINGS } from "../../model/account.ts";
import { DEVICE } from "../../model/device.ts";
import { ORG } from "../../model/organisation.ts";
import { SCHEME } from "../../model/scheme.ts";
import { SECURED_GROUP, SECURED_USER } from "../../model/secured-user.ts";
import type { Thing } from "../../model/thing.ts";
import { CUSTOM_FIELD, USER } from "../../model/user.ts";

// A version is a record as it was before a change: of what the change wrote its former values, of a deleted record all.

/** How versions of a thing's records are stored. */
export interface Versions {
  readonly thing: Thing;
  /** the column with a record's number */
  readonly key: string;
  /** the thing's columns that versions have, each with its bit in `changed` as SQL; `leads`: another one follows it */
  readonly columns: readonly { readonly name: string; readonly bit: string; readonly leads: boolean }[];
  /** the column with the time of a record's last change, of which each version has the former one */
  readonly times: readonly string[];
}

/** The bit of what never changes in a record: versions have it of deleted ones. */
const LASTING = 52;

/** SQL: the `changed` of a version that has all of a record. */
export const ALL_CHANGED = String(2 ** (LASTING + 1) - 1);

/** SQL: the bit of a column that has a place among those of its thing. */
const bitAt = (place: number): string => String(2 ** place);

/** SQL: the bit of a column. @throws TypeError if versions lack it */
export const bitOf = ({ thing, columns }: Pick<Versions, "thing" | "columns">, column: string): string => {
  const found = columns.find(({ name }) => name === column);
  if (found === undefined) throw new TypeError(`versions of ${thing.name} have no ${column}`);
  return found.bit;
};

/** The columns that follow from another one. */
const following = ({ fields }: Thing, column: string): readonly string[] => {
  const { refers, short = column, type, comparison = "exact", sortKey } = fields[column] ?? {};
  if (refers !== undefined && type !== "texts") return [];
  return besideOf(short, comparison, type === "texts", sortKey).map((beside) => beside.column);
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
      ...following(thing, name).map((beside) => ({ name: beside, bit: bitAt(place), leads: false })),
    ]),
    ...lasting.map((name) => ({ name, bit: bitAt(LASTING), leads: false })),
  ],
});

/** The versions of all things that have some, by the things' names. */
export const VERSIONS: ReadonlyMap<string, Versions> = new Map(
  [
    versionsOf(ORG),
    versionsOf(USER),
    versionsOf(CUSTOM_FIELD),
    versionsOf(DEVICE),
    versionsOf(SECURED_USER),
    versionsOf(SECURED_GROUP),
    versionsOf(SCHEME),
    versionsOf(ACCOUNT, { key: "user", lasting: ["createdAt"] }),
    versionsOf(ACCOUNT_SETTINGS, { lasting: [] }),
  ].map((versions) => [versions.thing.name, versions]),
);

/** The table with the versions of a thing's records. */
export const versionTable = ({ thing }: Versions): string => `${thing.name}_version`;
