import { ACCOUNT, type Role } from "../../nouns/account.ts";
import { ORG } from "../../nouns/organisation.ts";
import { USER } from "../../nouns/user.ts";
import { ACCOUNT_LABEL_SQL } from "../ledger/account-rows.ts";
import { buildIsValidRowSql } from "../store/sql.ts";
import type { Database } from "../store/database.ts";
import { getVersionSchema } from "../ledger/save-versions.ts";
import { getColumnBit } from "../ledger/version-tables.ts";
import type { PlanCounts } from "../ledger/plan-counts.ts";
import { buildChangesFieldSql } from "./expressions.ts";
import type { PlanDefinition } from "./stored-kind.ts";

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
  const rows = database.all(
    `select ${ACCOUNT_LABEL_SQL} as name, a.role ${found} order by a.role <> 'none', a.user limit ${MAX_ROLES}`,
  );
  return { count, first: rows.map(({ name, role }) => ({ name: String(name), role: role as Role })) };
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
