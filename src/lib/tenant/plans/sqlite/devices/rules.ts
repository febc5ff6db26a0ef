import { NOT_MANAGED, ONE_ACCOUNT, WIPED } from "../../../../model/device.ts";
import { severityOf, type ProblemCode } from "../../../../model/problem.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { either, isValid, listed, THEN } from "../../../store/sql/forms.ts";
import { usesAccount } from "../../../store/judge.ts";
import { needsWipe } from "../../../store/sql/wipes.ts";
import {
  changes,
  indexTargets,
  isStaged,
  isTouched,
  joinReferences,
  resulting,
  stored,
  VALID,
} from "../expressions.ts";
import { recordFinding } from "../findings.ts";
import type { PlanSql } from "../stored-kind.ts";

/** What rows make of owners and modes: the devices that are new or change in them. */
const OUTCOME = "s.device_outcome";

/** SQL: true if a device keeps its owner, as none is set of it. @see facts 1.3 */
export const isOwnerKept = (alias: string): string => `${alias}.status is not distinct from '${NOT_MANAGED}'`;

const fieldNamed = ({ kind }: PlanSql, name: string) => {
  const field = kind.fields.find(({ stored: column }) => column === name);
  if (field === undefined) throw new TypeError(`devices have no ${name}`);
  return field;
};

/** SQL: true if a row changes one of the fields of its device. */
const changesAny = (plan: PlanSql, ...names: readonly string[]): string =>
  `(${names.map((name) => changes(fieldNamed(plan, name))).join(" or ")})`;

const GIVEN = ["owner", "ownerOrg", "androidMode"] as const;
const COLUMNS = [...GIVEN, "platform", "status"] as const;

/** Fills {@link OUTCOME} by one pass over the rows. */
const findOutcomes = (database: Database, plan: PlanSql): void => {
  const after = COLUMNS.map((name) => `${resulting(plan, fieldNamed(plan, name))} as "${name}"`);
  // new devices of a file that has neither owners nor modes have none
  const rows = GIVEN.some((name) => isStaged(plan, fieldNamed(plan, name)))
    ? "s.row r left join s.match m on m.row = r.row"
    : `s.match m ${THEN} s.row r on r.row = m.row`;
  const wasOwned = `(${stored("owner")} is not null or ${stored("ownerOrg")} is not null)`;
  database.exec(`drop table if exists ${OUTCOME}`);
  database.exec(`create table ${OUTCOME} as
    select o.*, ${either(
      usesAccount((name) => `o."${name}"`),
      "1",
      "0",
    )} as uses from (
      select r.row, t.pk as target, ${after.join(", ")}, t.status as formerStatus, ${either(wasOwned, "1", "0")} as wasOwned,
        ${either("m.row is null", "1", "0")} as isNew,
        ${either(changesAny(plan, "owner", "ownerOrg"), "1", "0")} as changesOwner,
        ${either(`${changesAny(plan, "owner", "platform", "androidMode")} or ${stored("status")} = '${NOT_MANAGED}'`, "1", "0")} as changesUse
      from ${rows} left join device t on t.pk = m.target ${joinReferences(plan)}
      where ${VALID} and coalesce(m.changed, 1) <> 0) o
    where owner is not null or "ownerOrg" is not null or "androidMode" is not null or wasOwned = 1`);
};

/** Tells of outcomes. @param which SQL about the outcome `o`. @param params SQL of a JSON object */
const tell = (
  database: Database,
  plan: PlanSql,
  code: ProblemCode,
  field: string,
  which: string,
  params = "'{}'",
): void => {
  recordFinding(database, plan, {
    code,
    severity: severityOf(code),
    field: fieldNamed(plan, field).field,
    select: `select r.row, r.line, null as col, ${params} as params
      from ${OUTCOME} o join s.row r on r.row = o.row where ${which} order by r.row`,
  });
};

/** SQL: what people call a user. @param pk SQL of his number */
const ownerCalled = (pk: string): string => `(select name || ' <' || (emails ->> 0) || '>' from user where pk = ${pk})`;

/**
 * Owners who own another Android device too, on which they need the same account: of two rows the later one is told. One
 * account has one device in Fully Managed; on others it is advised.
 *
 * @see facts 1.3
 */
const findSharedAccounts = (database: Database, plan: PlanSql): void => {
  const asks = "o.uses = 1 and (o.isNew = 1 or o.changesUse = 1)";
  if (database.count(`select count(*) from (select 1 from ${OUTCOME} o where ${asks} limit 1) one`) === 0) return;
  indexTargets(database);
  database.exec(`create index s.device_outcome_owner on device_outcome (owner)`);
  const full = (of: string): string => either(`${of}."androidMode" = '${ONE_ACCOUNT}'`, "1", "0");
  const stays = `${plan.request.mode === "replace" ? `not (${plan.kind.isLacking})` : "true"} and not exists (
    select 1 from s.match g where g.target = t.pk and g.changed <> 0 and ${isValid("g.row")})`;
  database.exec("drop table if exists s.device_shared");
  database.exec(`create table s.device_shared as
    select o.row, ${ownerCalled("o.owner")} as owner, max(b.full) as full, min(b.serial) as device from ${OUTCOME} o join (
      select p.owner, r."serialNumber" as serial, p.row, ${full("p")} as full
        from ${OUTCOME} p join s.row r on r.row = p.row where p.uses = 1
      union all select t.owner, t."serialNumber", 0, ${full("t")} from device t
        where ${usesAccount(stored)} and ${stays} and t.owner in (select p.owner from ${OUTCOME} p where p.uses = 1)
    ) b on b.owner = o.owner and b.row < o.row where ${asks} group by o.row`);
  const params =
    "(select json_object('owner', x.owner, 'device', x.device) from s.device_shared x where x.row = o.row)";
  const which = (strict: string): string =>
    `exists (select 1 from s.device_shared x where x.row = o.row and (${strict} max(x.full, ${full("o")}) = 1))`;
  tell(database, plan, "account-shared", "owner", which("not"), params);
  tell(database, plan, "account-taken", "owner", which(""), params);
};

/** SQL: true of an outcome that gives a device another owner, for which it has to be wiped. */
const WIPE = `o.changesOwner = 1 and o.wasOwned = 1 and ${needsWipe((name) => `o."${name}"`, "o.formerStatus")}`;

/**
 * Tells of owners who own another device, and of devices that have to be wiped. What the console exports is so. Of a
 * device whose status is not known every owner is taken, which is ours.
 *
 * @returns the number of devices that have to be wiped for another owner
 * @see facts 1.3, 2.4, 4.6
 */
export const checkDevices = (database: Database, plan: PlanSql): number => {
  if (!COLUMNS.some((name) => isTouched(plan, fieldNamed(plan, name)))) return 0;
  findOutcomes(database, plan);
  if (plan.request.fromConsole === true) return 0;
  tell(
    database,
    plan,
    "owner-wipe",
    "owner",
    WIPE,
    `json_object('certain', ${either(`o."androidMode" in (${listed(WIPED)})`, "1", "0")})`,
  );
  findSharedAccounts(database, plan);
  return database.count(`select count(*) from ${OUTCOME} o where ${WIPE} and ${isValid("o.row")}`);
};
