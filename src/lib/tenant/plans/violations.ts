import { type ProblemCode, type ProblemParams } from "../../model/problem.ts";
import {
  buildCurrentRecordsSql,
  listRuleColumns,
  checkPlannedRecords,
  buildCurrentSide,
  type ChangedTables,
  type RuleTriggers,
} from "../ledger/check-rules.ts";
import {
  buildIsMatchedRowSql,
  buildIsValidRowSql,
  buildIsInvalidRowSql,
  ORDERED_JOIN,
  buildIsMissingRecordSql,
  quoteIdentifier,
} from "../store/sql.ts";
import type { Database } from "../store/database.ts";
import {
  createTargetIndex,
  isBlankInNewRecords,
  isStaged,
  buildReferenceJoinsSql,
  buildResultSql,
  recordColumn,
  IS_VALID_ROW_SQL,
  isBlankIgnored,
  buildRecordLabelSql,
  buildChangesFieldSql,
  isMatchKey,
  canSkipFields,
  buildListKeysAfterRowSql,
  rowColumn,
  buildRowKeySql,
} from "./expressions.ts";
import { recordFinding, type PlanFinding } from "./findings.ts";
import {
  type PlanDefinition,
  type Claim,
  IS_ABSENT_SQL,
  UNDELETABLE_TABLE,
  type ReferringTable,
} from "./stored-kind.ts";
import { leaveOutTakenRows } from "./merge-rows.ts";
import { DEVICE } from "../../nouns/device.ts";
import { buildIsKeptLocallySql } from "./merge-tables.ts";

export interface UndeletableRecord {
  readonly pk: number;
  readonly code: ProblemCode;
  readonly params: ProblemParams;
}

const MAX_LISTED_DEVICES = 10;

const findReferencedRecords = (
  database: Database,
  { kind: { thing, isLacking } }: PlanDefinition,
  { thing: by, column, rows = by.name, isReferenceFixed }: ReferringTable,
) => {
  const device = `h."serialNumber" || coalesce(' (' || h."phoneNumber" || ')', '')`;
  const sql = `select t.pk, max(${isReferenceFixed?.("h") ?? "0"}) as fixed, ${buildRecordLabelSql(thing)} as name, count(*) as count,
      ${by === DEVICE ? `string_agg(${device}, char(10) order by h.pk)` : "null"} as devices
    from ${thing.name} t join ${rows} h on h.${quoteIdentifier(column)} = t.pk where ${isLacking} group by t.pk`;
  return database
    .all<{ pk: number; fixed: number; name: string; count: number; devices: string | null }>(sql)
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
  return database.all<{ pk: number; name: string }>(sql).map(({ pk, ...params }) => ({ pk, code, params }));
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
    reportRecords(database, plan, { code, ...(isKept && { severity: "warning" }) }, params);
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
    reportRecords(database, plan, { code: "owner-released" }, held);
  }
  return database.count(`select count(*) from (${released}) released`);
};

const buildClaimsSql = (plan: PlanDefinition, claim: Claim): string =>
  buildStagedClaimsSql(
    plan,
    claim,
    isMatchKey(plan, claim.field)
      ? `not exists (select 1 from s.match k where k.row = r.row and not ${buildChangesFieldSql(claim.field, "k")})`
      : "true",
  );

export const buildStagedClaimsSql = (plan: PlanDefinition, { field }: Claim, passing = "true"): string => {
  const key = buildRowKeySql(plan, field);
  const first = `select ${key} as key, r.row, null as col from s.row r where ${key} is not null and ${passing}`;
  return field.merge === "list" ? `${first} union all select key, row, col from s.claim` : first;
};

const buildKeepsValueSql = (plan: PlanDefinition, { field }: Claim): string => {
  const keeps =
    field.merge === "list"
      ? `exists (select 1 from json_each(${buildListKeysAfterRowSql(plan, field)}) k where k.value = c.key)`
      : isBlankIgnored(plan, field)
        ? `${rowColumn(field.field)} is null`
        : "false";
  return canSkipFields(plan) ? `(not ${buildChangesFieldSql(field, "g")} or ${keeps})` : keeps;
};

const HAS_VALID_ROW_SQL = buildIsValidRowSql("c.row");

const HAS_COMPARED_ROW_SQL = `${buildIsInvalidRowSql("c.row")} and not exists (
  select 1 from s.problem p where p.row = c.row and p.severity = 'error' and (p.found = 'file' or p.code in ('key-ambiguous', 'row-contested')))`;

/** Repeats the search, because an invalid row keeps its old value, which other rows may need. */
export const findConflicts = (database: Database, plan: PlanDefinition): void => {
  // without a scope, a single-valued match key cannot conflict, because the row matches the record with this key
  const isScoped = plan.request.scope !== undefined;
  const claims = plan.kind.claims.filter(
    ({ field }) => isStaged(plan, field) && (field.merge === "list" || isScoped || !isMatchKey(plan, field)),
  );
  if (claims.length === 0) return;
  database.createTable("s.contest", "(field text, key text, row integer, col integer, holder integer, state text)");
  for (const claim of claims) {
    const { table, has, record, own } = claim;
    // nothing can conflict in the first import into a tenant
    if (database.get(`select 1 from main.${table} limit 1`) === undefined) continue;
    const scope = own ? plan.kind.isInScope("held") : "true";
    database.run(
      `insert into s.contest select :field, c.key, c.row, c.col, held.${record}, 'open' from (${buildClaimsSql(plan, claim)}) c
       left join s.match m on m.row = c.row ${ORDERED_JOIN} main.${table} held on ${has("held", "c.key")} and ${scope}
       where held.${record} is distinct from m.target and (m.row is null or ${buildChangesFieldSql(claim.field)})`,
      { field: claim.field.field },
    );
  }
  if (database.count("select count(*) from s.contest") === 0) return;
  createTargetIndex(database);
  const lose = (which: string): number =>
    claims.map((claim) => markLostContests(database, plan, claim, which)).reduce((sum, n) => sum + n, 0);
  lose(HAS_COMPARED_ROW_SQL);
  while (lose(HAS_VALID_ROW_SQL) > 0) reportRejectedKeys(database, plan, claims);
  reportRejectedKeys(database, plan, claims);
};

const buildLostRowsSql = ({ kind: { thing } }: PlanDefinition, state: string): string => `
  select r.row, r.line, c.col, json_patch(json_object('value', c.key, 'header', coalesce(:headers ->> (c.col - 1), :header),
    'of', :noun), json_object('holder', ${buildRecordLabelSql(thing)})) as params
  from s.contest c join s.row r on r.row = c.row left join ${thing.name} t on t.pk = c.holder
  where c.field = :field and c.state = '${state}'`;

const markLostContests = (database: Database, plan: PlanDefinition, claim: Claim, which: string): number => {
  const { thing, isLacking } = plan.kind;
  const deleted = plan.request.mode === "replace" ? `(${isLacking})` : "false";
  return database.run(
    `update s.contest as c set state = 'lost' from main.${thing.name} t
     where c.state = 'open' and c.field = :field and ${which} and t.pk = c.holder and not ${deleted}
       and not exists (
         select 1 from s.match g join s.row r on r.row = g.row
         where g.target = c.holder and ${buildIsValidRowSql("g.row")}
           and not (${buildKeepsValueSql(plan, claim)}))`,
    { field: claim.field.field },
  );
};

const reportRejectedKeys = (database: Database, plan: PlanDefinition, claims: readonly Claim[]): void => {
  const { kind } = plan;
  // a value in a console export may belong to another record of the mirror; such rows are left out with a warning
  leaveOutTakenRows(database, plan);
  for (const { field } of claims)
    for (const [state, severity] of [
      ["left", "warning"],
      ["lost", "error"],
    ] as const)
      recordFinding(database, plan, {
        code: "value-taken",
        severity,
        field: field.field,
        select: buildLostRowsSql(plan, state),
        params: { field: field.field, noun: kind.thing.noun ?? kind.thing.name },
      });
  database.exec("update s.contest set state = 'told' where state in ('lost', 'left')");
};

const buildPlannedSide = (plan: PlanDefinition): ReturnType<ChangedTables["after"]> => {
  const { thing, fields, isLacking } = plan.kind;
  const now = `left join ${thing.name} t on t.pk = k.pk`;
  const isGone = plan.request.mode === "append" ? "false" : isLacking;
  const rows = `left join s.match m on m.target = k.pk left join s.row r on r.row = coalesce(m.row, -k.pk) and ${IS_VALID_ROW_SQL}
    ${now}`;
  const there = `(r.row is not null or t.pk is not null and not (${isGone}))`;
  return {
    joins: () => `${rows} ${buildReferenceJoinsSql(plan)}`,
    column: (name) => {
      const field = fields.find((one) => one.stored === name);
      return field === undefined
        ? recordColumn(name)
        : `case when r.row is null then ${recordColumn(name)} else ${buildResultSql(plan, field)} end`;
    },
    there,
  };
};

const getChangeableBits = (plan: PlanDefinition, isRead: (column: string) => boolean): number =>
  plan.kind.fields
    .filter((field) => isRead(field.stored) && isStaged(plan, field))
    .reduce((sum, { bit }) => sum + 2 ** bit, 0);

const buildPlannedRecordsSql = (plan: PlanDefinition, { columns, sets, deletions }: RuleTriggers): string => {
  const { mode } = plan.request;
  const { thing, isLacking, fields } = plan.kind;
  const bits = getChangeableBits(plan, (column) => columns.includes(column));
  const isSet = (column: string): boolean =>
    !fields.some((one) => one.stored === column && isBlankInNewRecords(plan, one));
  return [
    "select pk from (select null as pk) none where pk is not null",
    ...(bits > 0
      ? [`select m.target from s.match m where m.changed & ${bits} <> 0 and ${buildIsValidRowSql("m.row")}`]
      : []),
    ...(sets.some(isSet)
      ? [`select -r.row from s.row r where ${IS_VALID_ROW_SQL} and not ${buildIsMatchedRowSql("r.row")}`]
      : []),
    ...(mode !== "append" && deletions ? [`select t.pk from ${thing.name} t where ${isLacking}`] : []),
  ].join(" union all ");
};

const buildPlannedTables = (plan: PlanDefinition): ChangedTables => ({
  things: new Set([plan.kind.thing.name]),
  before: buildCurrentSide,
  after: (thing, alias) => (thing === plan.kind.thing.name ? buildPlannedSide(plan) : buildCurrentSide(thing, alias)),
  changed: (_, writes) => buildPlannedRecordsSql(plan, writes),
  all: buildCurrentRecordsSql,
  checkedElsewhere: plan.kind.table.checkedRules,
});

export const recordPlanViolations = (database: Database, plan: PlanDefinition): void => {
  const { kind } = plan;
  const read = listRuleColumns(kind.thing.name);
  const bits = getChangeableBits(plan, (column) => read.has(column));
  if (database.get("select 1 from s.match m where m.changed & :bits <> 0 limit 1", { bits }) !== undefined)
    createTargetIndex(database);
  const source = plan.request.fromConsole === true ? "console" : "edits";
  for (const problem of checkPlannedRecords(buildPlannedTables(plan), source, database)) {
    const { code = "rule-broken", params = { ...problem.what }, field } = problem;
    recordFinding(database, plan, {
      code,
      field: kind.fields.find(({ stored: name }) => name === field)?.field,
      select: `select coalesce(r.row, 0) as row, coalesce(r.line, 0) as line, null as col, :params as params
        from (select :pk as pk) k left join s.match m on m.target = k.pk left join s.row r on r.row = coalesce(m.row, -k.pk)`,
      params: { pk: problem.pk, params: JSON.stringify(params) },
    });
  }
};
