import {
  ACCOUNT_PER_DEVICE_MODE,
  ACCOUNTLESS_MODE,
  ANDROID,
  MODES_REQUIRING_WIPE,
  NOT_MANAGED,
  PRE_REGISTERED,
} from "../../nouns/device.ts";
import { type ProblemCode } from "../../model/problem.ts";
import type { Database } from "../store/database.ts";
import { buildCaseSql, buildIsValidRowSql, buildNameListSql, ORDERED_JOIN } from "../store/sql.ts";
import { buildUsesAccountSql } from "../ledger/rules.ts";
import {
  buildChangesFieldSql,
  createTargetIndex,
  isStaged,
  buildReferenceJoinsSql,
  buildResultSql,
  recordColumn,
  IS_VALID_ROW_SQL,
} from "./expressions.ts";
import { recordFinding } from "./findings.ts";
import type { PlanDefinition } from "./stored-kind.ts";

const DEVICE_OUTCOME_TABLE = "s.device_outcome";

/** SQL: true if the owner of a device cannot change because the device is not managed (管理外). @see facts 1.3 */
export const buildIsOwnerFixedSql = (alias: string): string => `${alias}.status is not distinct from '${NOT_MANAGED}'`;

const getDeviceField = ({ kind }: PlanDefinition, name: string) => {
  const field = kind.fields.find(({ stored: column }) => column === name);
  if (field === undefined) throw new TypeError(`devices do not have the field ${name}`);
  return field;
};

const buildChangesAnySql = (plan: PlanDefinition, ...names: readonly string[]): string =>
  `(${names.map((name) => buildChangesFieldSql(getDeviceField(plan, name))).join(" or ")})`;

const ASSIGNMENT_FIELDS = ["owner", "ownerOrg", "androidMode"] as const;
const CHECKED_FIELDS = [...ASSIGNMENT_FIELDS, "platform", "status"] as const;

const storeDeviceOutcomes = (database: Database, plan: PlanDefinition): void => {
  const after = CHECKED_FIELDS.map((name) => `${buildResultSql(plan, getDeviceField(plan, name))} as "${name}"`);
  // without owners and modes in the file, only rows that match a device can break a rule
  const rows = ASSIGNMENT_FIELDS.some((name) => isStaged(plan, getDeviceField(plan, name)))
    ? "s.row r left join s.match m on m.row = r.row"
    : `s.match m ${ORDERED_JOIN} s.row r on r.row = m.row`;
  const wasOwned = `(${recordColumn("owner")} is not null or ${recordColumn("ownerOrg")} is not null)`;
  database.createTable(
    DEVICE_OUTCOME_TABLE,
    `as select o.*, ${buildCaseSql(
      buildUsesAccountSql((name) => `o."${name}"`),
      "1",
      "0",
    )} as uses from (
      select r.row, t.pk as target, ${after.join(", ")}, t.status as formerStatus, ${buildCaseSql(wasOwned, "1", "0")} as wasOwned,
        ${buildCaseSql("m.row is null", "1", "0")} as isNew,
        ${buildCaseSql(buildChangesAnySql(plan, "owner", "ownerOrg"), "1", "0")} as changesOwner,
        ${buildCaseSql(`${buildChangesAnySql(plan, "owner", "platform", "androidMode")} or ${recordColumn("status")} = '${NOT_MANAGED}'`, "1", "0")} as changesUse
      from ${rows} left join device t on t.pk = m.target ${buildReferenceJoinsSql(plan)}
      where ${IS_VALID_ROW_SQL} and coalesce(m.changed, 1) <> 0) o
    where owner is not null or "ownerOrg" is not null or "androidMode" is not null or wasOwned = 1`,
  );
};

const reportDeviceOutcomes = (
  database: Database,
  plan: PlanDefinition,
  code: ProblemCode,
  field: string,
  which: string,
  params = "'{}'",
): void => {
  recordFinding(database, plan, {
    code,
    field: getDeviceField(plan, field).field,
    select: `select r.row, r.line, null as col, ${params} as params
      from ${DEVICE_OUTCOME_TABLE} o join s.row r on r.row = o.row where ${which} order by r.row`,
  });
};

const OWNER_SQL = "(select name || ' <' || (emails ->> 0) || '>' from user where pk = o.owner)";

const ASKS_FOR_ACCOUNT_SQL = "o.uses = 1 and (o.isNew = 1 or o.changesUse = 1)";

/** An account on several devices is an error only if one of the devices is Fully Managed. @see facts 1.3 */
const reportSharedAccounts = (database: Database, plan: PlanDefinition): void => {
  const asking = `select 1 from ${DEVICE_OUTCOME_TABLE} o where ${ASKS_FOR_ACCOUNT_SQL} limit 1`;
  if (database.get(asking) === undefined) return;
  createTargetIndex(database);
  database.exec(`create index s.device_outcome_owner on device_outcome (owner)`);
  const full = (of: string): string => buildCaseSql(`${of}."androidMode" = '${ACCOUNT_PER_DEVICE_MODE}'`, "1", "0");
  const stays = `${plan.request.mode === "replace" ? `not (${plan.kind.isLacking})` : "true"} and not exists (
    select 1 from s.match g where g.target = t.pk and g.changed <> 0 and ${buildIsValidRowSql("g.row")})`;
  database.createTable(
    "s.device_shared",
    `as select o.row, ${OWNER_SQL} as owner, max(b.full) as full, min(b.serial) as device from ${DEVICE_OUTCOME_TABLE} o join (
      select p.owner, r."serialNumber" as serial, p.row, ${full("p")} as full
        from ${DEVICE_OUTCOME_TABLE} p join s.row r on r.row = p.row where p.uses = 1
      union all select t.owner, t."serialNumber", 0, ${full("t")} from device t
        where ${buildUsesAccountSql(recordColumn)} and ${stays} and t.owner in (select p.owner from ${DEVICE_OUTCOME_TABLE} p where p.uses = 1)
    ) b on b.owner = o.owner and b.row < o.row where ${ASKS_FOR_ACCOUNT_SQL} group by o.row`,
  );
  const params =
    "(select json_object('owner', x.owner, 'device', x.device) from s.device_shared x where x.row = o.row)";
  const which = (strict: string): string =>
    `exists (select 1 from s.device_shared x where x.row = o.row and (${strict} max(x.full, ${full("o")}) = 1))`;
  reportDeviceOutcomes(database, plan, "account-shared", "owner", which("not"), params);
  reportDeviceOutcomes(database, plan, "account-taken", "owner", which(""), params);
};

/** SQL: true if another owner may require a wipe of the device. @param was SQL of the old status @see facts 1.3 */
export const buildNeedsWipeSql = (column: (name: string) => string, was: string): string =>
  `${column("platform")} = '${ANDROID}' and ${column("androidMode")} is distinct from '${ACCOUNTLESS_MODE}'
    and ${column("status")} is distinct from '${PRE_REGISTERED}' and ${was} is distinct from '${PRE_REGISTERED}'`;

const IS_WIPE_REQUIRED_SQL = `o.changesOwner = 1 and o.wasOwned = 1 and ${buildNeedsWipeSql((name) => `o."${name}"`, "o.formerStatus")}`;

/** Returns the number of devices to wipe. @see facts 1.3, 2.4, 4.6 */
export const checkDeviceOwners = (database: Database, plan: PlanDefinition): number => {
  if (!CHECKED_FIELDS.some((name) => isStaged(plan, getDeviceField(plan, name)))) return 0;
  storeDeviceOutcomes(database, plan);
  if (plan.request.fromConsole === true) return 0;
  reportDeviceOutcomes(
    database,
    plan,
    "owner-wipe",
    "owner",
    IS_WIPE_REQUIRED_SQL,
    `json_object('certain', ${buildCaseSql(`o."androidMode" in (${buildNameListSql(MODES_REQUIRING_WIPE)})`, "1", "0")})`,
  );
  reportDeviceOutcomes(
    database,
    plan,
    "account-missing",
    "owner",
    `${ASKS_FOR_ACCOUNT_SQL} and o."androidMode" = '${ACCOUNT_PER_DEVICE_MODE}'
      and o.owner in (select pk from user where accountName is null)`,
    `json_object('owner', ${OWNER_SQL})`,
  );
  reportSharedAccounts(database, plan);
  return database.count(
    `select count(*) from ${DEVICE_OUTCOME_TABLE} o where ${IS_WIPE_REQUIRED_SQL} and ${buildIsValidRowSql("o.row")}`,
  );
};
