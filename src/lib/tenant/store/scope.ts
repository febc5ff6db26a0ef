import { FORMAT_NAMES, type FormatName } from "../../model/console-files.ts";
import { RESERVED_FIELDS } from "../../model/renewal.ts";
import { SECURED_APPS } from "../../model/secured-user.ts";
import { isSeen } from "../audit/records.ts";
import { versionsOf } from "../versions/keep.ts";
import { bitOf } from "../versions/tables.ts";
import { ROOT } from "../records/org-rows.ts";
import { either, listed } from "./sql/forms.ts";
import type { DerivedTable, Scope, View } from "./store.ts";

/** The scope in which an import was planned: what it reads lies in these organisations. */
export const planScope = (orgs: readonly number[]): Scope => ({
  orgs,
  kinds: FORMAT_NAMES,
  secured: true,
  accounts: true,
  contacts: false,
});

/** SQL: true if an organisation is one of the scope's. @param pk SQL of its number */
const isHeld = (pk: string): string => `${pk} in (select pk from temp.held)`;

/** SQL: the same of one that may be deleted by now: then where it was last counts. */
const wasHeld = (pk: string): string => `(${isHeld(pk)} or ${pk} in (select pk from temp.held_once))`;

/** SQL: a text that is another one once the tree of organisations has changed. */
const treeState = ({ orgs }: Scope): string =>
  `select concat((select revision from main.collection where name = 'orgs'), ' ',
    (select id from main.org order by pk desc limit 1), ' ${JSON.stringify(orgs ?? null)}') as state`;

/** The organisations of a scope, each with all below it, as `temp.held`. */
const standing = (scope: Scope): DerivedTable => {
  const { orgs } = scope;
  const roots =
    orgs === undefined
      ? "select pk from main.org where parent is null"
      : `select o.pk from json_each('${JSON.stringify(orgs)}') r join main.org o on o.pk = r.value`;
  return {
    name: "held",
    columns: "pk integer primary key",
    state: treeState(scope),
    fill: `with recursive within (pk) as (
        ${roots} union select o.pk from within w join main.org o on o.parent = w.pk)
      insert into temp.held (pk) select pk from within`,
  };
};

/** Those that were below them when they were deleted, each by its last place, as `temp.held_once`. */
const deleted = (scope: Scope): DerivedTable => ({
  name: "held_once",
  columns: "pk integer primary key, id text not null unique",
  state: treeState(scope),
  fill: `with recursive gone (pk, id, parent) as (
      select pk, id, parent from (
        select v.pk, v.id, v.parent, row_number() over (partition by v.pk order by v.revision desc) as place
        from main.org_version v
        where v.action = 'delete' and not exists (select 1 from main.org o where o.pk = v.pk)) last
      where place = 1),
    within (pk, id) as (
      select g.pk, g.id from gone g where ${isHeld("g.parent")}
      union select g.pk, g.id from within w join gone g on g.parent = w.pk)
    insert into temp.held_once (pk, id) select pk, id from within`,
});

/** SQL: true if the user with a number is in the scope. */
const isOfHeldUser = (pk: string): string =>
  `exists (select 1 from main.user holder where holder.pk = ${pk} and ${isHeld("holder.org")})`;

/** SQL: true if all members of a list are of the scope's organisations. @param held SQL: what tells it of `e.value` */
const areHeld = (list: string, held: string): string =>
  `${list} is not null and not exists (select 1 from json_each(${list}) e where not exists (${held}))`;

/** SQL: true if a record `t` of a thing with files lies in the scope. A device without any owner is in the root alone. */
export const IS_INSIDE: Readonly<Record<string, string>> = {
  org: isHeld("t.pk"),
  user: isHeld("t.org"),
  device: isHeld(`coalesce((select holder.org from main.user holder where holder.pk = t.owner), t.ownerOrg, ${ROOT})`),
};

/** SQL: true if a row `t` is of a kind whose imports are in the scope. */
const isOfKind = ({ kinds }: Scope): string => (kinds.length === 0 ? "false" : `t.kind in (${listed(kinds)})`);

/** SQL: true if an import was planned in the scope, or in part of it. @param of its alias */
const isPlannedInside = (of: string): string =>
  areHeld(
    `coalesce(${of}.detail -> 'request' -> 'scope', ${of}.detail -> 'scope')`,
    `select 1 where ${wasHeld("e.value")}`,
  );

/**
 * SQL: true if the record of an observed state `t` is in the scope, here and in the console, or was when it was deleted: a task
 * names both places.
 */
const isObservedInside = (thing: string): string => {
  const versions = versionsOf(thing);
  const shown = (column: string): string =>
    either(`t.differs & ${bitOf(versions, column)} <> 0`, `t."${column}"`, `r."${column}"`);
  return `case when exists (select 1 from main.${thing} r where r.pk = t.pk)
    then exists (select 1 from ${thing} r where r.pk = t.pk and ${PLACES[thing]?.(shown) ?? "false"})
    else ${PLACES[thing]?.((column) => `t."${column}"`) ?? "false"} end`;
};

/** SQL: true if the place of a record was one of the scope's. @param column SQL of one of its columns */
const PLACES: Readonly<Record<string, (column: (name: string) => string) => string>> = {
  org: () => wasHeld("t.pk"),
  user: (column) => wasHeld(column("org")),
  device: (column) =>
    wasHeld(
      `coalesce((select holder.org from main.user holder where holder.pk = ${column("owner")}), ${column("ownerOrg")}, ${ROOT})`,
    ),
};

/** The observed states of which somebody sees a part. */
const observedRows = (scope: Scope): readonly (readonly [table: string, condition: string])[] => {
  const ofAll = scope.orgs === undefined;
  const isOf = (kind: FormatName): boolean => scope.kinds.includes(kind);
  const ofApps = `t.app in (${listed(SECURED_APPS.filter(isOf))})`;
  return [
    ...(["org", "user", "device"] as const).map(
      (thing) =>
        [`${thing}_observed`, isOf(`${thing}s`) ? (ofAll ? "true" : isObservedInside(thing)) : "false"] as const,
    ),
    ["secured_user_observed", scope.secured ? ofApps : "false"],
    ["secured_group_observed", scope.secured ? ofApps : "false"],
    ["account_observed", scope.accounts && isOf("users") ? (ofAll ? "true" : isOfHeldUser("t.pk")) : "false"],
    // for system administrators, as in the audit
    ["scheme_observed", "false"],
    ["account_settings_observed", "false"],
    ["custom_field_observed", String(ofAll && isOf("users"))],
  ];
};

/** SQL: what tells that the organisation with an id is, or was, one of the scope's. */
const WAS_HELD_BY_ID = `select 1 from main.org o join temp.held h on h.pk = o.pk where o.id = e.value
  union all select 1 from temp.held_once h where h.id = e.value`;

/** SQL: who of those that a column of a renewal `t` names is in the scope, which `readyOwners` makes. */
const ownersSeen = (column: string): string =>
  `(select seen."${column}" from temp.owners_seen seen where seen.item = t.pk)`;

/** The columns of tables that somebody sees otherwise than they are, each with SQL of what he sees in a row `t`. */
export const visibleColumns = ({
  orgs,
  contacts,
}: Scope): Readonly<Record<string, Readonly<Record<string, string>>>> => {
  const people = ["owner", "confirmedBy"].map((column) => [column, ownersSeen(column)] as const);
  const none = (columns: readonly string[]) => (contacts ? [] : columns.map((column) => [column, "null"] as const));
  return {
    renewal_item: Object.fromEntries([...(orgs === undefined ? [] : people), ...none(RESERVED_FIELDS)]),
    tenant_profile: Object.fromEntries(none(["contactMail", "contactPhone"])),
  };
};

/** The tables of which somebody sees a part, each with SQL that is true of its rows `t` that he sees. */
const visibleRows = (scope: Scope): ReadonlyMap<string, string> => {
  const ofAll = scope.orgs === undefined;
  return new Map([
    ["org", IS_INSIDE["org"] ?? ""],
    ["user", IS_INSIDE["user"] ?? ""],
    ["user_email", isOfHeldUser("t.user")],
    ["account", isOfHeldUser("t.user")],
    ["reset_code", isOfHeldUser("t.user")],
    ["device", IS_INSIDE["device"] ?? ""],
    ["secured_user", String(scope.secured)],
    ["secured_group", String(scope.secured)],
    ["import", ofAll ? isOfKind(scope) : `${isOfKind(scope)} and ${isPlannedInside("t")}`],
    ["renewal_item", "true"],
    ["renewal_notice", String(scope.contacts)],
    ["tenant_profile", "true"],
    ...observedRows(scope),
    ["audit", isSeen(scope, { areOrgs: (ids) => areHeld(ids, WAS_HELD_BY_ID), isImport: isPlannedInside("i") })],
  ]);
};

/** What a scope makes of the tables of a tenant. What is written names a table itself, `main.<table>`. */
export const viewOf = (scope: Scope): View => ({
  name: JSON.stringify(scope),
  rows: visibleRows(scope),
  columns: visibleColumns(scope),
  held: [standing(scope), deleted(scope)],
});
