import { DEVICE } from "../../../../model/device.ts";
import type { ProblemCode, ProblemParams } from "../../../../model/problem.ts";
import { USER } from "../../../../model/user.ts";
import { isMissing, quoteIdentifier } from "../../../store/sql/forms.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { calledText, stored } from "../expressions.ts";
import { recordFinding } from "../findings.ts";
import { UNDELETABLE, type ReferringTable, type PlanSql } from "../stored-kind.ts";

/** A record that a replacing file lacks and that no import deletes, with the reason. */
export interface UndeletableRecord {
  readonly pk: number;
  readonly code: ProblemCode;
  readonly params: ProblemParams;
}

/** Maximum number of devices of one owner that are named. */
const MAX_DEVICES = 10;

/** A device as people find it. */
interface NamedDevice {
  readonly serial: string;
  readonly phone: string | null;
  /** 1: it keeps its owner until it is deleted, see `isFast` of tables */
  readonly fast: 0 | 1;
}

/** Devices as parameters of a problem: one a line. */
const deviceParams = (devices: readonly NamedDevice[]): ProblemParams => {
  const shown = devices.slice(0, MAX_DEVICES);
  const lines = (of: readonly string[]): string => of.join("\n");
  return {
    devices: lines(shown.map(({ serial, phone }) => (phone === null ? serial : `${serial} (${phone})`))),
    free: lines(shown.filter(({ fast }) => fast === 0).map(({ serial }) => serial)),
    fast: lines(shown.filter(({ fast }) => fast === 1).map(({ serial }) => serial)),
  };
};

/** Records that others of one thing refer to. */
interface ReferencedRecord extends Pick<UndeletableRecord, "pk"> {
  readonly name: string;
  readonly count: number;
  readonly devices: readonly NamedDevice[];
}

/** @param which SQL: of which records `t` */
const findHeld = (
  database: Database,
  { kind }: PlanSql,
  holder: ReferringTable,
  which: string,
): readonly ReferencedRecord[] => {
  const { thing: by, column, rows = by.name, isFast } = holder;
  const device = `json_object('serial', h."serialNumber", 'phone', h."phoneNumber", 'fast', ${isFast?.("h") ?? "0"})`;
  const devices = by === DEVICE ? `json_group_array(${device} order by h.pk)` : "'[]'";
  const sql = `select t.pk, ${calledText(kind.thing)} as name, count(*) as count, ${devices} as devices
    from ${kind.thing.name} t join ${rows} h on h.${quoteIdentifier(column)} = t.pk where ${which} group by t.pk`;
  return database.all(sql, { kind: kind.name }).map((row) => ({
    pk: Number(row["pk"]),
    name: String(row["name"]),
    count: Number(row["count"]),
    devices: JSON.parse(String(row["devices"])) as readonly NamedDevice[],
  }));
};

/** SQL: true of a protected record that a plan's file lacks. */
const lacksProtected = ({ kind: { isProtected, inScope } }: PlanSql): string =>
  `${isProtected} and ${inScope} and ${isMissing("t.pk")}`;

/** Protected records that the file lacks, of users with their accounts and devices. */
const protectedRecords = (database: Database, plan: PlanSql): readonly UndeletableRecord[] => {
  const { thing, namedBy, name: kind, table } = plan.kind;
  const code = thing.protects?.missing;
  if (code === undefined) return [];
  const account =
    thing === USER
      ? `t.accountName as account, t.emails ->> 0 as email,
          exists (select 1 from main.account a where a.user = t.pk and a.role <> 'none') as hasRole`
      : "null as account, null as email, 0 as hasRole";
  const sql = `select t.pk, ${stored(namedBy)} as name, ${account} from ${thing.name} t
    where ${lacksProtected(plan)} order by t.pk`;
  const found = database.all(sql, { kind });
  if (found.length === 0) return [];
  const held = (table.heldBy ?? []).flatMap((holder) => findHeld(database, plan, holder, lacksProtected(plan)));
  const devices = new Map(held.map((one) => [one.pk, one.devices]));
  return found.map(({ pk, name, account: accountName, email, hasRole }) => ({
    pk: Number(pk),
    code,
    params: {
      name: String(name),
      ...(email !== null && { email: String(email), hasRole: Number(hasRole) }),
      ...(accountName !== null && { account: String(accountName) }),
      ...((devices.get(Number(pk)) ?? []).length > 0 && deviceParams(devices.get(Number(pk)) ?? [])),
    },
  }));
};

/** Records that the file lacks and others refer to, unless these can be taken from them. */
const referredRecords = (database: Database, plan: PlanSql): readonly UndeletableRecord[] =>
  (plan.kind.table.heldBy ?? []).flatMap((holder) =>
    findHeld(database, plan, holder, plan.kind.isLacking)
      .filter(({ devices }) => !isReleased(plan, devices))
      .map(({ pk, name, count, devices }) => ({
        pk,
        code: "delete-held" as const,
        params: { name, count, of: holder.thing.name, ...(devices.length > 0 && deviceParams(devices)) },
      })),
  );

/** Whether a plan takes all devices from their owner, who can be deleted then. */
const isReleased = ({ request }: PlanSql, devices: readonly NamedDevice[]): boolean =>
  request.undeletable === "release" && devices.length > 0 && devices.every(({ fast }) => fast === 0);

/** Finds the records that a replacing file lacks and that no import deletes. */
export const findUndeletable = (database: Database, planned: PlanSql): void => {
  if (planned.request.mode !== "replace") return;
  recordUndeletable(database, planned, protectedRecords(database, planned));
  recordUndeletable(database, planned, referredRecords(database, planned));
};

/**
 * Records what no import deletes: as problems for which the plan is rejected; if such records are to be kept, in
 * `s.undeletable`, with a warning each.
 */
export const recordUndeletable = (database: Database, plan: PlanSql, found: readonly UndeletableRecord[]): void => {
  const { request, keptBefore } = plan;
  const isKept = request.undeletable !== undefined;
  if (isKept)
    database.run(
      `insert into s.${UNDELETABLE} select e.value from json_each(:pks) e where true on conflict do nothing`,
      { pks: JSON.stringify(found.map(({ pk }) => pk)) },
    );
  for (const [code, records] of Map.groupBy(found, (one) => one.code)) {
    const params = records.map((one) => ({
      ...one.params,
      ...(isKept && { kept: 1 }),
      ...(isKept && keptBefore?.has(one.pk) === true && { known: 1 }),
    }));
    recordFinding(database, plan, {
      code,
      severity: isKept ? "warning" : "error",
      select: "select 0 as row, 0 as line, null as col, e.value as params from json_each(:found) e order by e.key",
      params: { found: JSON.stringify(params) },
    });
  }
};

/** The numbers of the records that a compared plan keeps. */
export const undeletableIn = (database: Database): readonly number[] =>
  database.all(`select target from s.${UNDELETABLE} order by target`).map(({ target }) => Number(target));

/** The columns by which devices name records of a plan's kind. */
const owning = ({ kind: { table } }: PlanSql): readonly ReferringTable[] =>
  (table.heldBy ?? []).filter(({ thing }) => thing === DEVICE);

/** SQL: the devices `d` that lose the owner who is deleted, of one of the columns for it. */
const releasedBy = ({ kind: { thing, isLacking } }: PlanSql, { column }: ReferringTable): string =>
  `from device d where d.${quoteIdentifier(column)} in (select t.pk from ${thing.name} t where ${isLacking})`;

/** SQL: all of them, by number; undefined if a plan takes no devices from their owners. */
export const releasedDevices = (plan: PlanSql): string | undefined => {
  const columns = plan.request.undeletable === "release" ? owning(plan) : [];
  return columns.length === 0
    ? undefined
    : columns.map((holder) => `select d.pk ${releasedBy(plan, holder)}`).join(" union ");
};

/** Tells of whom a plan deletes which devices lose their owner. @returns the number of these devices; undefined if there can be none */
export const findReleased = (database: Database, plan: PlanSql): number | undefined => {
  const released = releasedDevices(plan);
  if (released === undefined) return undefined;
  for (const holder of owning(plan)) {
    const held = findHeld(database, plan, holder, plan.kind.isLacking);
    recordFinding(database, plan, {
      code: "owner-released",
      severity: "warning",
      select: "select 0 as row, 0 as line, null as col, e.value as params from json_each(:found) e order by e.key",
      params: {
        found: JSON.stringify(held.map(({ name, count, devices }) => ({ name, count, ...deviceParams(devices) }))),
      },
    });
  }
  return database.count(`select count(*) from (${released}) released`, { kind: plan.kind.name });
};
