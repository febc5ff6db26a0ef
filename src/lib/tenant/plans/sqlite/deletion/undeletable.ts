import { DEVICE } from "../../../../model/device.ts";
import type { ProblemCode, ProblemParams } from "../../../../model/problem.ts";
import { buildIsMissingRecordSql, quoteIdentifier } from "../../../store/sql/forms.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { buildRecordLabelSql, createTargetIndex, recordColumn } from "../expressions.ts";
import { recordFinding } from "../findings.ts";
import { buildIsKeptLocallySql } from "../merge/tables.ts";
import { UNDELETABLE_TABLE, type ReferringTable, type PlanDefinition } from "../stored-kind.ts";

/** A record that the file of a replacing import lacks but that imports cannot delete, and the reason. */
export interface UndeletableRecord {
  readonly pk: number;
  readonly code: ProblemCode;
  readonly params: ProblemParams;
}

const MAX_LISTED_DEVICES = 10;

interface OwnedDevice {
  readonly serial: string;
  readonly phone: string | null;
  /** 1 if the owner of the device cannot be changed, see `isFast` of tables */
  readonly fast: 0 | 1;
}

const buildDeviceParams = (devices: readonly OwnedDevice[]): ProblemParams => {
  const shown = devices.slice(0, MAX_LISTED_DEVICES);
  return { devices: shown.map(({ serial, phone }) => (phone === null ? serial : `${serial} (${phone})`)).join("\n") };
};

interface ReferencedRecord extends Pick<UndeletableRecord, "pk"> {
  readonly name: string;
  readonly count: number;
  readonly devices: readonly OwnedDevice[];
}

/** Returns the records that records of one type refer to. @param which SQL: condition on the records `t` */
const findReferencedRecords = (
  database: Database,
  { kind }: PlanDefinition,
  holder: ReferringTable,
  which: string,
): readonly ReferencedRecord[] => {
  const { thing: by, column, rows = by.name, isFast } = holder;
  const device = `json_object('serial', h."serialNumber", 'phone', h."phoneNumber", 'fast', ${isFast?.("h") ?? "0"})`;
  const devices = by === DEVICE ? `json_group_array(${device} order by h.pk)` : "'[]'";
  const sql = `select t.pk, ${buildRecordLabelSql(kind.thing)} as name, count(*) as count, ${devices} as devices
    from ${kind.thing.name} t join ${rows} h on h.${quoteIdentifier(column)} = t.pk where ${which} group by t.pk`;
  return database.all(sql, { kind: kind.name }).map((row) => ({
    pk: Number(row["pk"]),
    name: String(row["name"]),
    count: Number(row["count"]),
    devices: JSON.parse(String(row["devices"])) as readonly OwnedDevice[],
  }));
};

/** SQL: true if the record `t` is protected and the plan's file lacks it. */
const buildIsMissingProtectedSql = ({ kind: { isProtected, inScope } }: PlanDefinition): string =>
  `${isProtected} and ${inScope} and ${buildIsMissingRecordSql("t.pk")}`;

const findMissingProtectedRecords = (database: Database, plan: PlanDefinition): readonly UndeletableRecord[] => {
  const { thing, namedBy, name: kind } = plan.kind;
  const code = thing.protects?.missing;
  if (code === undefined) return [];
  const sql = `select t.pk, ${recordColumn(namedBy)} as name from ${thing.name} t
    where ${buildIsMissingProtectedSql(plan)} order by t.pk`;
  return database.all(sql, { kind }).map(({ pk, name }) => ({ pk: Number(pk), code, params: { name: String(name) } }));
};

/**
 * Returns the records that the file lacks but that other records refer to. Owners are left out if the plan releases all
 * of their devices.
 */
const findMissingReferencedRecords = (database: Database, plan: PlanDefinition): readonly UndeletableRecord[] =>
  // the nodes of a tree are kept for others below them only after the tree is known
  (plan.kind.table.heldBy ?? [])
    .filter(({ thing }) => thing !== plan.kind.thing)
    .flatMap((holder) =>
      findReferencedRecords(database, plan, holder, plan.kind.isLacking)
        .filter(({ devices }) => !canReleaseAllDevices(plan, devices))
        .map(({ pk, name, count, devices }) => ({
          pk,
          code: "delete-held" as const,
          params: { name, count, of: holder.thing.name, ...(devices.length > 0 && buildDeviceParams(devices)) },
        })),
    );

/** Returns true if a plan removes the owner from all of the owner's devices, so that the owner can be deleted. */
const canReleaseAllDevices = ({ request }: PlanDefinition, devices: readonly OwnedDevice[]): boolean =>
  request.undeletable === "release" && devices.length > 0 && devices.every(({ fast }) => fast === 0);

/**
 * Finds the records that the file of a replacing import lacks but that imports cannot delete, and reports them as
 * problems.
 */
export const findUndeletableRecords = (database: Database, planned: PlanDefinition): void => {
  if (planned.request.mode !== "replace") return;
  reportUndeletableRecords(database, planned, findMissingProtectedRecords(database, planned));
  reportUndeletableRecords(database, planned, findMissingReferencedRecords(database, planned));
};

/**
 * Reports records that imports cannot delete. Usually they are errors that reject the plan. If such records are to be
 * kept, they are stored in `s.undeletable`, and each of them is reported as a warning.
 */
export const reportUndeletableRecords = (
  database: Database,
  plan: PlanDefinition,
  found: readonly UndeletableRecord[],
): void => {
  const isKept = plan.request.undeletable !== undefined;
  if (isKept)
    database.run(
      `insert into s.${UNDELETABLE_TABLE} select e.value from json_each(:pks) e where true on conflict do nothing`,
      { pks: JSON.stringify(found.map(({ pk }) => pk)) },
    );
  for (const [code, records] of Map.groupBy(found, (one) => one.code)) {
    const params = records.map((one) => ({ ...one.params, ...(isKept && { kept: 1 }) }));
    recordFinding(database, plan, {
      code,
      severity: isKept ? "warning" : "error",
      select: "select 0 as row, 0 as line, null as col, e.value as params from json_each(:found) e order by e.key",
      params: { found: JSON.stringify(params) },
    });
  }
};

/**
 * Stores and reports the records that a takeover keeps, although its export lacks them and nothing was changed here:
 * another export must be taken over before they can be deleted.
 */
export const keepMissingRecords = (database: Database, { kind, request, ...rest }: PlanDefinition): void => {
  if (request.fromConsole !== true || request.keepMissing !== true) return;
  createTargetIndex(database);
  const { thing, inScope, isFree, name, table } = kind;
  database.run(
    `insert into s.${UNDELETABLE_TABLE} select t.pk from ${thing.name} t where ${inScope} and ${isFree}
       and t.pk is distinct from :usual and ${buildIsMissingRecordSql("t.pk")} and not ${buildIsKeptLocallySql(kind)}`,
    { kind: name, usual: table.usual ?? null },
  );
  recordFinding(
    database,
    { kind, request, ...rest },
    {
      code: "export-lacks",
      severity: "warning",
      select: `select 0 as row, 0 as line, null as col, json_object('name', ${buildRecordLabelSql(thing)}) as params
      from s.${UNDELETABLE_TABLE} k join ${thing.name} t on t.pk = k.target order by t.pk`,
    },
  );
};

const listOwnerColumns = ({ kind: { table } }: PlanDefinition): readonly ReferringTable[] =>
  (table.heldBy ?? []).filter(({ thing }) => thing === DEVICE);

/** SQL: the `from` clause that selects the devices `d` whose owner in one of the owner columns is deleted. */
const buildReleasedFromSql = ({ kind: { thing, isLacking } }: PlanDefinition, { column }: ReferringTable): string =>
  `from device d where d.${quoteIdentifier(column)} in (select t.pk from ${thing.name} t where ${isLacking})`;

/** SQL: the record numbers of the devices whose owner is deleted; undefined if the plan does not release devices. */
export const buildReleasedDevicesSql = (plan: PlanDefinition): string | undefined => {
  const columns = plan.request.undeletable === "release" ? listOwnerColumns(plan) : [];
  return columns.length === 0
    ? undefined
    : columns.map((holder) => `select d.pk ${buildReleasedFromSql(plan, holder)}`).join(" union ");
};

/**
 * Reports deleted owners of devices. @returns the number of devices; undefined if the plan does not release devices
 */
export const reportReleasedDevices = (database: Database, plan: PlanDefinition): number | undefined => {
  const released = buildReleasedDevicesSql(plan);
  if (released === undefined) return undefined;
  for (const holder of listOwnerColumns(plan)) {
    const held = findReferencedRecords(database, plan, holder, plan.kind.isLacking);
    recordFinding(database, plan, {
      code: "owner-released",
      severity: "warning",
      select: "select 0 as row, 0 as line, null as col, e.value as params from json_each(:found) e order by e.key",
      params: {
        found: JSON.stringify(held.map(({ name, count, devices }) => ({ name, count, ...buildDeviceParams(devices) }))),
      },
    });
  }
  return database.count(`select count(*) from (${released}) released`, { kind: plan.kind.name });
};
