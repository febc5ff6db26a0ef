import { ACCOUNT } from "../../model/account.ts";
import { DEVICE } from "../../model/device.ts";
import { ORG } from "../../model/organisation.ts";
import { SCHEME } from "../../model/scheme.ts";
import { SECURED_GROUP, SECURED_USER } from "../../model/secured-user.ts";
import type { Thing } from "../../model/thing.ts";
import { CUSTOM_FIELD, USER } from "../../model/user.ts";
import { quoteIdentifier, THEN } from "../store/sql/forms.ts";

/** How records of a thing refer to those of another one. */
export interface StoredRelation {
  readonly from: Thing;
  readonly to: Thing;
  /** the field by which people know it */
  readonly field: string;
  /** the columns of the referring record that the value reads */
  readonly columns: readonly string[];
  /** SQL: what a record refers to, with {@link joined}. @param alias of the record */
  readonly value: (alias: string) => string;
  /** SQL: joins a table `e` with a row for each of several values. @param alias of the record */
  readonly joined?: ((alias: string) => string) | undefined;
  /** SQL: by what a record is referred to. @param alias of the record */
  readonly key: (alias: string) => string;
  /** the other record is referred to by its name, which may change */
  readonly byName?: true | undefined;
  /** SQL: whether a reference means a record of its own scope. @param aliases of the referring record and of the other */
  readonly among: (from: string, to: string) => string;
  /** SQL: whether a record keeps what it refers to from being deleted; default: it does. @param alias of the record */
  readonly holds?: ((alias: string) => string) | undefined;
  /** a record may stay without what it refers to, which is left out then */
  readonly optional?: true | undefined;
}

const byNumber = (from: Thing, column: string, to: Thing): StoredRelation => ({
  from,
  to,
  field: column,
  columns: [column],
  value: (alias) => `${alias}.${quoteIdentifier(column)}`,
  key: (alias) => `${alias}.pk`,
  among: () => "true",
});

/** SQL: the account of a user who is there and an administrator: those of others are kept, and used by nobody. */
const isInUse = (alias: string): string =>
  `${alias}.role <> 'none' and exists (select 1 from main.user owner where owner.pk = ${alias}.pk)`;

const ofAccount = (column: string, to: Thing): StoredRelation => ({
  ...byNumber(ACCOUNT, column, to),
  columns: [column, "role"],
  holds: isInUse,
});

/** All references among the things that have versions. */
export const RELATIONS: readonly StoredRelation[] = [
  byNumber(ORG, "parent", ORG),
  byNumber(USER, "org", ORG),
  byNumber(DEVICE, "owner", USER),
  byNumber(DEVICE, "ownerOrg", ORG),
  ofAccount("scheme", SCHEME),
  {
    ...ofAccount("managedOrgs", ORG),
    value: () => "e.value",
    joined: (alias) => `${THEN} json_each(${alias}.managedOrgs) e`,
  },
  {
    ...byNumber(USER, "custom", CUSTOM_FIELD),
    value: () => "cast(e.key as integer)",
    joined: (alias) => `${THEN} json_each(${alias}.custom) e`,
    optional: true,
  },
  {
    from: SECURED_USER,
    to: SECURED_GROUP,
    field: "groups",
    columns: ["app", "groups", "groupKeys"],
    value: () => "e.value",
    joined: (alias) => `${THEN} json_each(coalesce(${alias}.groupKeys, ${alias}.groups)) e`,
    key: (alias) => `coalesce(${alias}.nameKey, ${alias}.name)`,
    byName: true,
    among: (from, to) => `${from}.app = ${to}.app`,
  },
];
