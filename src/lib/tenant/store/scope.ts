import { FORMAT_NAMES, type FormatName } from "../../model/console-files.ts";
import { RESTRICTED_FIELDS } from "../../model/renewal.ts";
import { SECURED_APPS } from "../../model/secured-user.ts";
import { buildVisibleConditionSql } from "../audit/records.ts";
import { getVersionSchema } from "../versions/keep.ts";
import { getColumnBit } from "../versions/tables.ts";
import { ROOT_ORG_NUMBER } from "../records/org-rows.ts";
import { buildCaseSql, buildNameListSql } from "./sql/forms.ts";
import type { DerivedTable, Scope, View } from "./store.ts";

/** Returns the scope of a planned import. The import reads only data of these organisations. */
export const createPlanScope = (orgs: readonly number[]): Scope => ({
  orgs,
  kinds: FORMAT_NAMES,
  secured: true,
  accounts: true,
  contacts: false,
});

const buildIsOrgInScope = (pk: string): string => `${pk} in (select pk from temp.scope_org)`;

/** SQL: true if an organisation is in the scope, or was in the scope when it was deleted. @param pk SQL */
const buildWasOrgInScope = (pk: string): string =>
  `(${buildIsOrgInScope(pk)} or ${pk} in (select pk from temp.deleted_scope_org))`;

const buildTreeStateSql = ({ orgs }: Scope): string =>
  `select concat((select revision from main.collection where name = 'orgs'), ' ',
    (select id from main.org order by pk desc limit 1), ' ${JSON.stringify(orgs ?? null)}') as state`;

/** Returns the table `temp.scope_org`: the organisations of a scope and all organisations below them. */
const buildScopeOrgTable = (scope: Scope): DerivedTable => {
  const { orgs } = scope;
  const roots =
    orgs === undefined
      ? "select pk from main.org where parent is null"
      : `select o.pk from json_each('${JSON.stringify(orgs)}') r join main.org o on o.pk = r.value`;
  return {
    name: "scope_org",
    columns: "pk integer primary key",
    state: buildTreeStateSql(scope),
    fill: `with recursive within (pk) as (
        ${roots} union select o.pk from within w join main.org o on o.parent = w.pk)
      insert into temp.scope_org (pk) select pk from within`,
  };
};

/** Returns the table `temp.deleted_scope_org`: the deleted organisations that were in the scope. */
const buildDeletedScopeOrgTable = (scope: Scope): DerivedTable => ({
  name: "deleted_scope_org",
  columns: "pk integer primary key",
  state: buildTreeStateSql(scope),
  fill: `with recursive gone (pk, parent) as (
      select pk, parent from (
        select v.pk, v.parent, row_number() over (partition by v.pk order by v.revision desc) as place
        from main.org_version v
        where v.action = 'delete' and not exists (select 1 from main.org o where o.pk = v.pk)) last
      where place = 1),
    within (pk) as (
      select g.pk from gone g where ${buildIsOrgInScope("g.parent")}
      union select g.pk from within w join gone g on g.parent = w.pk)
    insert into temp.deleted_scope_org (pk) select pk from within`,
});

const buildIsUserInScope = (pk: string): string =>
  `exists (select 1 from main.user holder where holder.pk = ${pk} and ${buildIsOrgInScope("holder.org")})`;

/** SQL: the organisation of a record `t`, by type; a device without an owner is in the root. @param column SQL */
export const RECORD_ORG_SQL: Readonly<Record<string, (column: (name: string) => string) => string>> = {
  org: () => "t.pk",
  user: (column) => column("org"),
  device: (column) =>
    `coalesce((select holder.org from main.user holder where holder.pk = ${column("owner")}), ${column("ownerOrg")}, ${ROOT_ORG_NUMBER})`,
};

/** SQL: true if a record `t` is in the scope, by record type (only types that have a file format). */
export const RECORD_SCOPE_CONDITIONS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(RECORD_ORG_SQL).map(([thing, org]) => [thing, buildIsOrgInScope(org((column) => `t.${column}`))]),
);

const buildIsKindInScope = ({ kinds }: Scope): string =>
  kinds.length === 0 ? "false" : `t.kind in (${buildNameListSql(kinds)})`;

/** SQL: the organisations for which an import `t` was planned; null for the whole tenant. */
const PLANNED_ORGS_SQL = "coalesce(t.detail -> 'request' -> 'scope', t.detail -> 'scope')";

/** SQL: true if an import `t` was planned for organisations in the scope. */
const IS_IMPORT_IN_SCOPE = `${PLANNED_ORGS_SQL} is not null
  and not exists (select 1 from json_each(${PLANNED_ORGS_SQL}) e where not ${buildWasOrgInScope("e.value")})`;

/** SQL: true if a record `t` is in the scope locally and in the console; for deleted records, before the deletion. */
const buildIsObservedInScope = (thing: string): string => {
  const versions = getVersionSchema(thing);
  const shown = (column: string): string =>
    buildCaseSql(
      `t.inConsole = 1 and t.touched & ${getColumnBit(versions, column)} <> 0`,
      `t."${column}"`,
      `r."${column}"`,
    );
  const isOrWas = (column: (name: string) => string): string =>
    buildWasOrgInScope(RECORD_ORG_SQL[thing]?.(column) ?? "null");
  return `case when exists (select 1 from main.${thing} r where r.pk = t.pk)
    then exists (select 1 from ${thing} r where r.pk = t.pk and ${isOrWas(shown)})
    else ${isOrWas((column) => `t."${column}"`)} end`;
};

const listVisibleObservedRows = (scope: Scope): readonly (readonly [table: string, condition: string])[] => {
  const ofAll = scope.orgs === undefined;
  const isOf = (kind: FormatName): boolean => scope.kinds.includes(kind);
  const ofApps = `t.app in (${buildNameListSql(SECURED_APPS.filter(isOf))})`;
  return [
    ...(["org", "user", "device"] as const).map(
      (thing) =>
        [`${thing}_observed`, isOf(`${thing}s`) ? (ofAll ? "true" : buildIsObservedInScope(thing)) : "false"] as const,
    ),
    ["secured_user_observed", scope.secured ? ofApps : "false"],
    ["secured_group_observed", scope.secured ? ofApps : "false"],
    ["account_observed", scope.accounts && isOf("users") ? (ofAll ? "true" : buildIsUserInScope("t.pk")) : "false"],
    // only system administrators see these rows, as in the audit log
    ["scheme_observed", "false"],
    ["account_settings_observed", "false"],
    ["custom_field_observed", String(ofAll && isOf("users"))],
  ];
};

/** SQL: the visible people in a column of a renewal item `t`; see `createVisibleOwnersTable`. */
const buildVisibleOwnersSql = (column: string): string =>
  `(select seen."${column}" from temp.owners_seen seen where seen.item = t.pk)`;

/** Returns columns that a scope shows with other values: by table, with SQL of the visible value in a row `t`. */
const buildVisibleColumns = ({ orgs, contacts }: Scope): Readonly<Record<string, Readonly<Record<string, string>>>> => {
  const people = ["owner", "confirmedBy"].map((column) => [column, buildVisibleOwnersSql(column)] as const);
  const none = (columns: readonly string[]) => (contacts ? [] : columns.map((column) => [column, "null"] as const));
  return {
    renewal_item: Object.fromEntries([...(orgs === undefined ? [] : people), ...none(RESTRICTED_FIELDS)]),
    tenant_profile: Object.fromEntries(none(["contactMail", "contactPhone"])),
  };
};

/** Returns the tables that a scope shows only partly: each with the SQL condition for the visible rows `t`. */
const buildVisibleRows = (scope: Scope): ReadonlyMap<string, string> => {
  const ofAll = scope.orgs === undefined;
  return new Map([
    ["org", RECORD_SCOPE_CONDITIONS["org"] ?? ""],
    ["user", RECORD_SCOPE_CONDITIONS["user"] ?? ""],
    ["user_email", buildIsUserInScope("t.user")],
    ["account", buildIsUserInScope("t.user")],
    ["reset_code", buildIsUserInScope("t.user")],
    ["device", RECORD_SCOPE_CONDITIONS["device"] ?? ""],
    ["secured_user", String(scope.secured)],
    ["secured_group", String(scope.secured)],
    ["import", ofAll ? buildIsKindInScope(scope) : `${buildIsKindInScope(scope)} and ${IS_IMPORT_IN_SCOPE}`],
    ["renewal_item", "true"],
    ["renewal_notice", String(scope.contacts)],
    ["tenant_profile", "true"],
    ...listVisibleObservedRows(scope),
    ["audit", buildVisibleConditionSql(scope)],
  ]);
};

export const buildScopeView = (scope: Scope): View => ({
  name: JSON.stringify(scope),
  scope,
  rows: buildVisibleRows(scope),
  columns: buildVisibleColumns(scope),
  held: [buildScopeOrgTable(scope), buildDeletedScopeOrgTable(scope)],
});
