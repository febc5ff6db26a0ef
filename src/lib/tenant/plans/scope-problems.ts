import { ORG } from "../../nouns/organisation.ts";
import type { Role } from "../../nouns/account.ts";
import { USER } from "../../nouns/user.ts";
import { ACCOUNT_LABEL_SQL, IS_ABOVE_OPERATOR_SQL, createSystemOnlyFailure } from "../ledger/account-rows.ts";
import { belongsToOrg, buildRecordOrgSql } from "../ledger/scope.ts";
import type { Database, Row } from "../store/database.ts";
import {
  buildReferenceJoinsSql,
  buildResultSql,
  recordColumn,
  IS_VALID_ROW_SQL,
  buildChangesFieldSql,
} from "./expressions.ts";
import { recordFinding } from "./findings.ts";
import type { PlanDefinition } from "./stored-kind.ts";
import { ACCOUNT } from "../../nouns/account.ts";
import { buildIsValidRowSql } from "../store/sql.ts";
import { getColumnBit, getVersionSchema } from "../ledger/versions.ts";
import type { PlanCounts } from "../ledger/import-rows.ts";

const findRowsOutsideScope = (database: Database, plan: PlanDefinition): void => {
  const { thing, fields } = plan.kind;
  if (thing === ORG || !belongsToOrg(thing)) return;
  const place = buildRecordOrgSql(thing, (column) => {
    const found = fields.find(({ stored }) => stored === column);
    return found === undefined ? `t."${column}"` : buildResultSql(plan, found);
  });
  const org = fields.find(({ refers }) => refers?.to === ORG.name)?.field;
  recordFinding(database, plan, {
    code: "org-outside",
    field: org,
    select: `
      select r.row, r.line, null as col, json_object('of', :noun) as params
      from s.row r left join s.match m on m.row = r.row left join ${thing.name} t on t.pk = m.target ${buildReferenceJoinsSql(plan)}
      where ${IS_VALID_ROW_SQL} and coalesce(m.changed, 1) <> 0
        and not exists (select 1 from temp.scope_org h where h.pk = ${place}) order by r.row`,
    params: { noun: thing.noun ?? thing.name },
  });
};

/** @see facts 2.1 */
const findPrivilegedChanges = (database: Database, plan: PlanDefinition): void => {
  const { thing, keys, namedBy } = plan.kind;
  if (thing !== USER) return;
  // an account that changes a more privileged user's email address could take over that user's account
  recordFinding(database, plan, {
    code: "administrator-above",
    field: keys[0].field,
    select: `select r.row, r.line, null as col, json_object('name', ${recordColumn(namedBy)}) as params from s.match m
      join s.row r on r.row = m.row join user t on t.pk = m.target join main.user u on u.pk = m.target
      left join main.account a on a.user = u.pk where ${IS_VALID_ROW_SQL} and m.changed <> 0 and ${IS_ABOVE_OPERATOR_SQL} order by r.row`,
  });
};

export const PRIVILEGED_USER_COLUMNS = `${ACCOUNT_LABEL_SQL} as called, a.role`;

export const refusePrivilegedUser = (found: Row | undefined): void => {
  if (found === undefined) return;
  const { called, role } = found;
  throw createSystemOnlyFailure({ called: String(called ?? ""), role: (role ?? "none") as Role });
};

/** @see facts 2.1 */
export const refusePrivilegedChanges = (database: Database, { kind }: PlanDefinition): void => {
  if (kind.thing !== USER) return;
  const found = database.get(
    `select ${PRIVILEGED_USER_COLUMNS} from s.match m join s.row r on r.row = m.row
       join main.user u on u.pk = m.target left join main.account a on a.user = u.pk
     where ${IS_VALID_ROW_SQL} and m.changed <> 0 and ${IS_ABOVE_OPERATOR_SQL} order by r.row limit 1`,
  );
  refusePrivilegedUser(found);
};

export const findScopeProblems = (database: Database, plan: PlanDefinition): void => {
  if (plan.request.scope === undefined) return;
  findRowsOutsideScope(database, plan);
  findPrivilegedChanges(database, plan);
};

const MAX_ROLES = 5;

const WITH_ROLE_SQL = "select user from main.account where role <> 'none'";

const USER_FIELDS = ["org", "accountName", ...USER.keys.map(({ field }) => field)];

const buildOtherScopeSql = (moved: string): string => `
  with recursive moved as (${moved}),
    up (former, later, side, at) as (
      select former, later, 0, former from moved union select former, later, 1, later from moved
      union select up.former, up.later, up.side, o.parent from up join main.org o on o.pk = up.at where o.parent is not null),
    -- not above both the former and the later parent
    other as (select at from up group by former, later, at having min(side) = max(side))
  select a.user from main.account a join main.user u on u.pk = a.user where a.role = 'operator' and u.org in (select at from other)
    or exists (select 1 from json_each(a.managedOrgs) e where e.value in (select at from other))`;

const readNamedRoles = (database: Database, users: string, granted = ""): PlanCounts["roles"] => {
  const found = `from (select user, role from main.account where role <> 'none' ${granted}) a join user u on u.pk = a.user where a.user in (${users})`;
  const count = database.count(`select count(*) ${found}`);
  if (count === 0) return undefined;
  const first = database.all<{ readonly name: string; readonly role: Role }>(
    `select ${ACCOUNT_LABEL_SQL} as name, a.role ${found} order by a.role <> 'none', a.user limit ${MAX_ROLES}`,
  );
  return { count, first };
};

export const findRolesInFile = (database: Database, { kind }: PlanDefinition): PlanCounts["roles"] => {
  const changed = (names: readonly string[]): string =>
    kind.fields
      .filter(({ stored }) => names.includes(stored))
      .map((field) => buildChangesFieldSql(field))
      .join(" or ");
  const rows = `${buildIsValidRowSql("m.row")} and m.changed <> 0`;
  if (kind.thing === USER)
    return readNamedRoles(
      database,
      `select m.target from s.match m where ${rows} and (${changed(USER_FIELDS)}) and m.target in (${WITH_ROLE_SQL})`,
    );
  if (kind.thing !== ORG) return undefined;
  return readNamedRoles(
    database,
    buildOtherScopeSql(`select distinct o.parent as former, cast(r.parent as integer) as later from s.match m
      join s.row r on r.row = m.row join main.org o on o.pk = m.target where ${rows} and (${changed(["parent"])})`),
  );
};

export const findRolesInUndo = (database: Database): PlanCounts["roles"] => {
  const changed = (thing: string, columns: readonly string[]): string => {
    const bits = columns.map((name) => getColumnBit(getVersionSchema(thing), name)).join(" | ");
    return `s.changed & (${bits}) <> 0`;
  };
  return readNamedRoles(
    database,
    `select s.pk from temp.user_undo s where ${changed(USER.name, USER_FIELDS)} and s.pk in (${WITH_ROLE_SQL})
     union select s.pk from temp.account_undo s where ${changed(ACCOUNT.name, ["role", "managedOrgs", "scheme"])}
     union select * from (${buildOtherScopeSql(`select distinct o.parent as former, s.parent as later
       from temp.org_undo s join main.org o on o.pk = s.pk where s.action <> 'delete' and ${changed(ORG.name, ["parent"])}`)})`,
    // an account that is to get a role has none yet
    `union all select s.pk, 'none' from temp.account_undo s where s.role <> 'none'
       and not exists (select 1 from main.account o where o.user = s.pk and o.role <> 'none')`,
  );
};
