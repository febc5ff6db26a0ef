import { ACCOUNT } from "../../nouns/account.ts";
import { ORG } from "../../nouns/organisation.ts";
import { SCHEME } from "../../nouns/scheme.ts";
import { SECURED_GROUP, SECURED_USER } from "../../nouns/secured-user.ts";
import { listStoredColumns, type RecordType } from "../../model/thing.ts";
import { RECORD_TYPES } from "../../nouns/index.ts";
import { CUSTOM_FIELD, USER } from "../../nouns/user.ts";
import { quoteIdentifier, ORDERED_JOIN } from "../store/sql.ts";

/** References from records of one type to records of another type. The functions return SQL for a table alias. */
export interface StoredRelation {
  readonly from: RecordType;
  readonly to: RecordType;
  readonly field: string;
  readonly columns: readonly string[];
  readonly value: (from: string) => string;
  readonly joined?: ((from: string) => string) | undefined;
  readonly key: (to: string) => string;
  readonly byName?: true | undefined;
  readonly among: (from: string, to: string) => string;
  /** true if the reference prevents the deletion of the referenced record; default: always true */
  readonly holds?: ((from: string) => string) | undefined;
  /** true if a record can exist without the referenced record */
  readonly optional?: true | undefined;
}

/** Returns a reference by number; `more` says what differs. */
const createRelation = (from: RecordType, field: string, to: RecordType, more?: Partial<StoredRelation>) => ({
  from,
  to,
  field,
  columns: [field],
  value: (alias: string) => `${alias}.${quoteIdentifier(field)}`,
  key: (alias: string) => `${alias}.pk`,
  among: () => "true",
  ...more,
});

const isHeldByAccount = (alias: string): string =>
  `${alias}.role <> 'none' and exists (select 1 from main.user owner where owner.pk = ${alias}.pk)`;

export const KEY_LISTS = [...RECORD_TYPES.values()].flatMap((from) =>
  Object.entries(from.fields).flatMap(([list, { follows }]) =>
    follows === undefined ? [] : [{ from, list, to: follows[0], by: follows[1] }],
  ),
);

export const RELATIONS: readonly StoredRelation[] = [
  ...[...RECORD_TYPES.values()].flatMap((thing) =>
    listStoredColumns(thing).flatMap(([column, { type, refers }]) => {
      const to = type === "texts" ? undefined : RECORD_TYPES.get(refers?.to ?? "");
      return to === undefined ? [] : [createRelation(thing, column, to)];
    }),
  ),
  createRelation(ACCOUNT, "scheme", SCHEME, { columns: ["scheme", "role"], holds: isHeldByAccount }),
  createRelation(ACCOUNT, "managedOrgs", ORG, {
    columns: ["managedOrgs", "role"],
    holds: isHeldByAccount,
    value: () => "e.value",
    joined: (alias) => `${ORDERED_JOIN} json_each(${alias}.managedOrgs) e`,
  }),
  createRelation(USER, "custom", CUSTOM_FIELD, {
    value: () => "cast(e.key as integer)",
    joined: (alias) => `${ORDERED_JOIN} json_each(${alias}.custom) e`,
    optional: true,
  }),
  createRelation(SECURED_USER, "groups", SECURED_GROUP, {
    columns: ["app", "groups", "groupKeys"],
    value: () => "e.value",
    joined: (alias) => `${ORDERED_JOIN} json_each(coalesce(${alias}.groupKeys, ${alias}.groups)) e`,
    key: (alias) => `coalesce(${alias}.nameKey, ${alias}.name)`,
    byName: true,
    among: (from, to) => `${from}.app = ${to}.app`,
  }),
];
