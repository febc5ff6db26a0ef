import { ACCOUNT } from "../../nouns/account.ts";
import { DEVICE, DEVICE_ACTION } from "../../nouns/device.ts";
import { FORMAT_NAMES, RECORD_TYPES, TYPES_BY_FORMAT, THINGS_WITHOUT_TASKS } from "../../nouns/index.ts";
import { ORG } from "../../nouns/organisation.ts";
import { RESTRICTED_FIELDS } from "../../nouns/renewal.ts";
import { SECURED_USER } from "../../nouns/secured-user.ts";
import { listStoredColumns, type Field, type RecordType } from "../../model/thing.ts";
import { CUSTOM_FIELD, USER } from "../../nouns/user.ts";
import { buildVisibleConditionSql } from "./audit-records.ts";
import { buildKeysInScopeSql, getColumnBit, getVersionSchema, KEY_LISTS } from "./versions.ts";
import { ROOT_ORG_NUMBER } from "./org-rows.ts";
import { buildCaseSql, buildFieldKeySql, buildNameListSql } from "../store/sql.ts";
import type { DerivedTable, Scope, View } from "../store/types.ts";
import type { Database } from "../store/database.ts";
import { applyView, refreshViewOrgs } from "../store/store.ts";

export const createPlanScope = (orgs: readonly number[]): Scope => ({
  orgs,
  kinds: FORMAT_NAMES,
  secured: true,
  accounts: true,
  contacts: false,
});

const buildIsOrgInScope = (pk: string): string => `${pk} in (select pk from temp.scope_org)`;

const buildWasOrgInScope = (pk: string): string =>
  `(${buildIsOrgInScope(pk)} or ${pk} in (select pk from temp.deleted_scope_org))`;

const buildTreeStateSql = ({ orgs }: Scope): string =>
  `select concat((select revision from main.collection where name = 'orgs'), ' ',
    (select id from main.org order by pk desc limit 1), ' ${JSON.stringify(orgs ?? null)}') as state`;

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

const refersToPlace = ({ type, refers }: Field): boolean =>
  type !== "texts" && (refers?.to === ORG.name || refers?.to === USER.name);

/** Returns true for records that belong to the organisation of what they refer to, or else to the whole tenant. */
export const belongsToOrg = (thing: RecordType): boolean =>
  thing === DEVICE_ACTION || listStoredColumns(thing).some(([, field]) => refersToPlace(field));

export const buildRecordOrgSql = (thing: RecordType, column: (name: string) => string): string => {
  if (thing === ORG) return "t.pk";
  if (thing === DEVICE_ACTION) {
    const ofDevice = (name: string): string => `d."${name}"`;
    const isSame = `${buildFieldKeySql(DEVICE, "serialNumber", ofDevice)} = ${buildFieldKeySql(thing, "serialNumber", column)}`;
    return `coalesce((select ${buildRecordOrgSql(DEVICE, ofDevice)} from main.device d where ${isSame}), ${ROOT_ORG_NUMBER})`;
  }
  return listStoredColumns(thing).reduceRight((others, [name, field]) => {
    if (!refersToPlace(field)) return others;
    const holder = `(select holder.org from main.user holder where holder.pk = ${column(name)})`;
    const org = field.refers?.to === USER.name ? holder : column(name);
    return field.nullable === true ? `coalesce(${org}, ${others})` : org;
  }, String(ROOT_ORG_NUMBER));
};

export const buildIsInScope = (thing: RecordType): string =>
  buildIsOrgInScope(buildRecordOrgSql(thing, (column) => `t."${column}"`));

const buildIsKindInScope = ({ kinds }: Scope): string =>
  kinds.length === 0 ? "false" : `t.kind in (${buildNameListSql(kinds)})`;

/** SQL: the organisations for which an import `t` was planned; null for the whole tenant. */
const PLANNED_ORGS_SQL = "coalesce(t.detail -> 'request' -> 'scope', t.detail -> 'scope')";

const IS_IMPORT_IN_SCOPE = `${PLANNED_ORGS_SQL} is not null
  and not exists (select 1 from json_each(${PLANNED_ORGS_SQL}) e where not ${buildWasOrgInScope("e.value")})`;

const buildIsObservedInScope = (thing: RecordType): string => {
  const versions = getVersionSchema(thing.name);
  const shown = (column: string): string =>
    buildCaseSql(
      `t.inConsole = 1 and t.wished & ${getColumnBit(versions, column)} <> 0`,
      `t."${column}"`,
      `r."${column}"`,
    );
  const isOrWas = (column: (name: string) => string): string => buildWasOrgInScope(buildRecordOrgSql(thing, column));
  return `case when exists (select 1 from main.${thing.name} r where r.pk = t.pk)
    then exists (select 1 from ${thing.name} r where r.pk = t.pk and ${isOrWas(shown)})
    else ${isOrWas((column) => `t."${column}"`)} end`;
};

const buildVisibleObservedRows = (scope: Scope, thing: RecordType): string => {
  const ofAll = scope.orgs === undefined;
  const kindsOf = (of: RecordType) =>
    scope.kinds.filter((kind) => TYPES_BY_FORMAT[kind].name === (of === DEVICE_ACTION ? DEVICE : of).name);
  if (thing.scope !== undefined)
    return scope.secured ? `t.app in (${buildNameListSql(kindsOf(SECURED_USER))})` : "false";
  if (belongsToOrg(thing))
    return kindsOf(thing).length === 0 ? "false" : ofAll ? "true" : buildIsObservedInScope(thing);
  const ofUsers = kindsOf(USER).length > 0;
  if (thing === ACCOUNT) return scope.accounts && ofUsers ? (ofAll ? "true" : buildIsUserInScope("t.pk")) : "false";
  // other record types are visible only to system administrators, as in the audit log
  return String(thing === CUSTOM_FIELD && ofAll && ofUsers);
};

const buildVisibleColumns = ({ orgs, contacts }: Scope): Readonly<Record<string, Readonly<Record<string, string>>>> => {
  const people = ["owner", "confirmedBy"].map(
    (column) => [column, `(select seen."${column}" from temp.owners_seen seen where seen.item = t.pk)`] as const,
  );
  const none = (columns: readonly string[]) => (contacts ? [] : columns.map((column) => [column, "null"] as const));
  const lists = [...Map.groupBy(orgs === undefined ? [] : KEY_LISTS, ({ from }) => from.name)].flatMap(([name, of]) => {
    const columns = Object.fromEntries(of.map((one) => [one.list, buildKeysInScopeSql(one, `t."${one.list}"`)]));
    return [name, getVersionSchema(name).table].map((table) => [table, columns] as const);
  });
  return {
    ...Object.fromEntries(lists),
    renewal_item: Object.fromEntries([...(orgs === undefined ? [] : people), ...none(RESTRICTED_FIELDS)]),
    tenant_profile: Object.fromEntries(none(["contactMail", "contactPhone"])),
  };
};

const buildVisibleRows = (scope: Scope): ReadonlyMap<string, string> => {
  const ofAll = scope.orgs === undefined;
  const things = [...RECORD_TYPES.values()];
  return new Map([
    ...things.filter(belongsToOrg).map((thing) => [thing.name, buildIsInScope(thing)] as const),
    ...things.flatMap((thing) => (thing.scope === undefined ? [] : [[thing.name, String(scope.secured)] as const])),
    ...KEY_LISTS.flatMap(({ from: { name } }) =>
      [name, getVersionSchema(name).table].map((one) => [one, "true"] as const),
    ),
    ["user_email", buildIsUserInScope("t.user")],
    ["account", buildIsUserInScope("t.user")],
    ["reset_code", buildIsUserInScope("t.user")],
    ["import", ofAll ? buildIsKindInScope(scope) : `${buildIsKindInScope(scope)} and ${IS_IMPORT_IN_SCOPE}`],
    ["renewal_item", "true"],
    ["renewal_notice", String(scope.contacts)],
    ["tenant_profile", "true"],
    ...things
      .filter((thing) => !THINGS_WITHOUT_TASKS.includes(thing))
      .map((thing) => [`${thing.name}_observed`, buildVisibleObservedRows(scope, thing)] as const),
    ["audit", buildVisibleConditionSql(scope)],
    ["replaced_audit", buildVisibleConditionSql(scope)],
  ]);
};

export const buildScopeView = (scope: Scope): View => ({
  name: JSON.stringify(scope),
  rows: buildVisibleRows(scope),
  columns: buildVisibleColumns(scope),
  held: [buildScopeOrgTable(scope), buildDeletedScopeOrgTable(scope)],
});

export const limitToScope = (database: Database, scope: Scope | undefined): void => {
  const view = scope && buildScopeView(scope);
  applyView(database, view);
  refreshViewOrgs(database, view);
};
