import { DEVICE } from "../../nouns/device.ts";
import type { ProblemCode, ProblemParams } from "../../model/problem.ts";
import { buildIsMissingRecordSql, quoteIdentifier } from "../store/sql.ts";
import type { Database } from "../store/database.ts";
import { buildRecordLabelSql, recordColumn } from "./expressions.ts";
import { recordFinding, type PlanFinding } from "./findings.ts";
import { buildIsKeptLocallySql } from "./merge-tables.ts";
import { IS_ABSENT_SQL, UNDELETABLE_TABLE, type ReferringTable, type PlanDefinition } from "./stored-kind.ts";

export interface UndeletableRecord {
  readonly pk: number;
  readonly code: ProblemCode;
  readonly params: ProblemParams;
}

const MAX_LISTED_DEVICES = 10;

interface ReferencedRecord extends Omit<UndeletableRecord, "code"> {
  readonly isReferenceFixed: boolean;
}

const findReferencedRecords = (
  database: Database,
  { kind: { thing, isLacking, name: kind } }: PlanDefinition,
  { thing: by, column, rows = by.name, isReferenceFixed }: ReferringTable,
): readonly ReferencedRecord[] => {
  const device = `h."serialNumber" || coalesce(' (' || h."phoneNumber" || ')', '')`;
  const sql = `select t.pk, max(${isReferenceFixed?.("h") ?? "0"}) as fixed, ${buildRecordLabelSql(thing)} as name, count(*) as count,
      ${by === DEVICE ? `string_agg(${device}, char(10) order by h.pk)` : "null"} as devices
    from ${thing.name} t join ${rows} h on h.${quoteIdentifier(column)} = t.pk where ${isLacking} group by t.pk`;
  return database
    .all<{ pk: number; fixed: number; name: string; count: number; devices: string | null }>(sql, { kind })
    .map(({ pk, fixed, devices, ...named }) => {
      const first = devices !== null && { devices: devices.split("\n").slice(0, MAX_LISTED_DEVICES).join("\n") };
      return { pk, isReferenceFixed: fixed === 1, params: { ...named, of: by.name, ...first } };
    });
};

const findMissingProtectedRecords = (
  database: Database,
  { kind, request }: PlanDefinition,
): readonly UndeletableRecord[] => {
  const { thing, namedBy, isProtected, inScope } = kind;
  const code = thing.protects?.missing;
  if (code === undefined) return [];
  const sql = `select t.pk, ${recordColumn(namedBy)} as name from ${thing.name} t
    where ${isProtected} and ${inScope} and ${buildIsMissingRecordSql("t.pk")} and ${IS_ABSENT_SQL}
      and not ${request.fromConsole === true ? buildIsKeptLocallySql(kind) : "false"} order by t.pk`;
  return database
    .all<{ pk: number; name: string }>(sql, { kind: kind.name })
    .map(({ pk, ...params }) => ({ pk, code, params }));
};

export const findUndeletableRecords = (database: Database, plan: PlanDefinition): void => {
  const { request, kind } = plan;
  if (request.mode !== "replace") return;
  reportUndeletableRecords(database, plan, findMissingProtectedRecords(database, plan));
  // an export of the console clears references to the records that it lacks
  if (request.fromConsole === true) return;
  // references within the tree are checked later, when the tree is known
  for (const holder of (kind.table.heldBy ?? []).filter(({ thing }) => thing !== kind.thing)) {
    const releases = request.undeletable === "release" && holder.thing === DEVICE;
    const held = findReferencedRecords(database, plan, holder).filter(
      ({ isReferenceFixed }) => isReferenceFixed || !releases,
    );
    reportUndeletableRecords(
      database,
      plan,
      held.map(({ pk, params }) => ({ pk, params, code: "delete-held" })),
    );
  }
};

const reportRecords = (
  database: Database,
  plan: PlanDefinition,
  problem: Pick<PlanFinding, "code" | "severity">,
  found: readonly ProblemParams[],
): number =>
  recordFinding(database, plan, {
    ...problem,
    select: "select 0 as row, 0 as line, null as col, e.value as params from json_each(:found) e order by e.key",
    params: { found: JSON.stringify(found) },
  });

/** Reports a warning for each record that the import keeps, else an error. */
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
    reportRecords(database, plan, { code, severity: isKept ? "warning" : "error" }, params);
  }
};

const listOwnerColumns = ({ kind: { table } }: PlanDefinition): readonly ReferringTable[] =>
  (table.heldBy ?? []).filter(({ thing }) => thing === DEVICE);

export const buildReleasedDevicesSql = (plan: PlanDefinition): string | undefined => {
  const { thing, isLacking } = plan.kind;
  if (plan.request.undeletable !== "release" || listOwnerColumns(plan).length === 0) return undefined;
  return listOwnerColumns(plan)
    .map(
      ({ column }) =>
        `select d.pk from device d where d.${quoteIdentifier(column)} in (select t.pk from ${thing.name} t where ${isLacking})`,
    )
    .join(" union ");
};

export const reportReleasedDevices = (database: Database, plan: PlanDefinition): number | undefined => {
  const released = buildReleasedDevicesSql(plan);
  if (released === undefined) return undefined;
  for (const holder of listOwnerColumns(plan)) {
    const held = findReferencedRecords(database, plan, holder).map(({ params }) => params);
    reportRecords(database, plan, { code: "owner-released", severity: "warning" }, held);
  }
  return database.count(`select count(*) from (${released}) released`, { kind: plan.kind.name });
};
