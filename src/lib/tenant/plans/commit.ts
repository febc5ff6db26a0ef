import type { Database } from "../store/database.ts";
import type { RecordType } from "../../model/thing.ts";
import { DEVICE } from "../../nouns/device.ts";
import {
  buildSaveUnsettledSql,
  buildSaveVersionsSql,
  buildSaveDeletedSql,
  buildSaveCreatedRangesSql,
  getColumnBit,
  VERSION_SCHEMAS,
  getVersionSchema,
} from "../ledger/versions.ts";
import { advanceRevision } from "./compare.ts";
import { buildReleasedDevicesSql } from "./violations.ts";
import {
  buildChangesFieldSql,
  buildExistingDerivedColumns,
  buildNewDerivedColumns,
  hasSecretColumns,
  isStaged,
  buildReferenceJoinsSql,
  buildNewReferencesSql,
  buildRowKeySql,
  buildRecordKeysSql,
  listStagedFields,
  IS_VALID_ROW_SQL,
  buildExistingValueSql,
  buildNewValueSql,
} from "./expressions.ts";
import { buildCaseSql, buildIsMatchedRowSql, buildIsValidRowSql, ORDERED_JOIN, quoteIdentifier } from "../store/sql.ts";
import { forEachRowRange, IS_IN_RANGE_SQL, buildInterruptCheckSql, runInParts } from "./functions.ts";
import { clearReferences } from "./merge-tables.ts";
import type { Claim, CommitContext, PlanDefinition } from "./stored-kind.ts";
import { FORMATS } from "../../derived/formats.ts";
import { appendAudit, type ChangeWriter } from "../ledger/audit-rows.ts";
import type { CommitDetails } from "./engine-types.ts";
import { findPlanner, getChangeCounts, toImportObject, type ImportRecord } from "../ledger/import-rows.ts";
import type { Writer } from "../store/types.ts";
import { computeChecksum } from "../ledger/version-checksum.ts";
import { ORG } from "../../nouns/organisation.ts";
import { attachStagingForReading } from "./staging.ts";

const readLastNumber = (database: Database, series: string): number =>
  database.count("select last from collection where name = :series", { series });

const storeLastNumber = (database: Database, series: string, table: string): void => {
  database.run(
    `insert into collection (name, revision, last) select :series, 0, coalesce(max(pk), 0) from ${table} where true
     on conflict (name) do update set last = excluded.last where excluded.last > collection.last`,
    { series },
  );
};

const storeChangedVersions = (database: Database, plan: PlanDefinition, context: CommitContext): void => {
  const versions = VERSION_SCHEMAS.get(plan.kind.thing.name);
  if (versions === undefined) return;
  const bits = plan.kind.fields.map((field) =>
    buildCaseSql(buildChangesFieldSql(field), getColumnBit(versions, field.stored), "0"),
  );
  const changed = `select m.target as pk, ${bits.join(" | ")} as changed from s.match m
    where m.changed <> 0 and ${buildIsValidRowSql("m.row")} and ${buildInterruptCheckSql("m.row")}`;
  runInParts(database, { revision: context.revision }, (isInPart) =>
    buildSaveVersionsSql(versions, `${changed} and ${isInPart("m.row")}`),
  );
};

const storeDeletedVersions = (database: Database, { kind, request }: PlanDefinition, context: CommitContext): void => {
  if (request.mode === "append") return;
  const { thing } = kind;
  const versions = VERSION_SCHEMAS.get(thing.name);
  if (versions === undefined) return;
  const gone = `select t.pk from ${thing.name} t where ${kind.isLacking}`;
  runInParts(
    database,
    { revision: context.revision },
    (isInPart) => buildSaveDeletedSql(versions, `${gone} and ${isInPart("t.pk")}`),
    thing.name,
  );
};

const createReferencedRecords = (database: Database, plan: PlanDefinition, context: CommitContext): void => {
  const { kind } = plan;
  for (const reference of kind.references) {
    const { table, collection, series, refers, keys } = reference;
    const { name: entity, scope } = table.thing;
    const wanted = buildNewReferencesSql(plan, reference);
    if (wanted === undefined) continue;
    const values = {
      pk: ":base + row_number() over ()",
      id: ":referencePrefix || printf('%012x', row_number() over ())",
      ...(scope === undefined ? {} : { [scope]: `'${kind.name}'` }),
      ...table.made,
      ...(keys.held === undefined ? {} : { [keys.held]: "nullif(n.key, n.value)" }),
      [refers.by]: "n.value",
      createdAt: ":now",
      revision: ":revision",
    };
    const params = { ...context, entity, base: readLastNumber(database, series) };
    const made = database.run(
      `insert into ${entity} (${Object.keys(values).join(", ")}) select ${Object.values(values).join(", ")} from (${wanted}) n`,
      params,
    );
    if (made === 0) continue;
    const { base, revision } = params;
    recordCreatedRange(database, table.thing, { first: base + 1, last: base + made, revision });
    storeLastNumber(database, series, entity);
    if (collection !== kind.collection) advanceRevision(database, [collection]);
  }
};

const recordCreatedRange = (
  database: Database,
  { name }: RecordType,
  range: Readonly<Record<"first" | "last" | "revision", number>>,
): void => {
  if (VERSION_SCHEMAS.has(name))
    database.run(buildSaveCreatedRangesSql(name, "select :first as first, :last as last"), range);
};

/** New records get the row number plus `base`, the last used record number. */
const createRecords = (database: Database, plan: PlanDefinition, context: CommitContext, base: number): void => {
  if (database.count("select count(*) from s.row") <= database.count("select count(*) from s.match")) return;
  const { fields, fixed, thing, name: kind } = plan.kind;
  const values = new Map(fields.map((field) => [field.stored, buildNewValueSql(plan, field)]));
  if (thing.scope !== undefined) values.set(thing.scope, `'${kind}'`);
  if (fixed !== undefined) values.set(fixed, `r.${quoteIdentifier(fixed)}`);
  for (const field of fields) for (const [column, sql] of buildNewDerivedColumns(plan, field)) values.set(column, sql);
  runInParts(
    database,
    { ...context, base },
    (isInPart) =>
      `insert into ${thing.name} (pk, id, ${[...values.keys()].map(quoteIdentifier).join(", ")}, createdAt, updatedAt, revision)
     select :base + r.row, :idPrefix || printf('%012x', r.row), ${[...values.values()].join(", ")}, :now, :now, :revision
     from s.row r left join s.match m on m.row = r.row ${buildReferenceJoinsSql(plan)}
     where m.row is null and ${IS_VALID_ROW_SQL} and ${buildInterruptCheckSql("r.row")} and ${isInPart("r.row")}
     order by r.row`,
  );
  storeLastNumber(database, plan.kind.series, thing.name);
  for (const claim of plan.kind.claims)
    if (!claim.own && isStaged(plan, claim.field)) claimNewValues(database, plan, claim, base);
};

const claimNewValues = (database: Database, plan: PlanDefinition, { field, table }: Claim, base: number): void => {
  const key = buildRowKeySql(plan, field);
  const isNew = `not ${buildIsMatchedRowSql("r.row")} and ${IS_VALID_ROW_SQL} and ${buildInterruptCheckSql("r.row")}`;
  runInParts(
    database,
    { base },
    (isInPart) => `insert into ${table} select ${key}, :base + r.row, 1 from s.row r
     where ${key} is not null and ${isNew} and ${isInPart("r.row")} order by ${key}`,
  );
  runInParts(
    database,
    { base },
    (isInPart) => `insert into ${table} select c.key, :base + c.row, 0 from s.claim c join s.row r on r.row = c.row
     where ${isNew} and ${isInPart("r.row")}`,
  );
};

const MATCHED_ROWS_SQL = `s.match m ${ORDERED_JOIN} s.row r on r.row = m.row`;

const updateRecords = (database: Database, plan: PlanDefinition, context: CommitContext): void => {
  const { thing } = plan.kind;
  const touched = listStagedFields(plan);
  if (touched.length === 0) return;
  const after = touched.flatMap((field) => [
    [field.stored, buildExistingValueSql(plan, field)] as const,
    ...buildExistingDerivedColumns(plan, field),
  ]);
  const sets = after.map(([column]) => `${quoteIdentifier(column)} = v.${quoteIdentifier(column)}`);
  const values = after.map(([column, sql]) => `${sql} as ${quoteIdentifier(column)}`);
  const sql = `update ${thing.name} set ${sets.join(", ")}, updatedAt = :now, revision = :revision
    from (select m.target, ${values.join(", ")} from ${MATCHED_ROWS_SQL} ${ORDERED_JOIN} ${thing.name} t on t.pk = m.target
          ${buildReferenceJoinsSql(plan)} where m.changed <> 0 and ${IS_VALID_ROW_SQL} and ${IS_IN_RANGE_SQL}) v
    where ${thing.name}.pk = v.target`;
  forEachRowRange(database, (range) => database.run(sql, { ...context, ...range }));
};

const buildClaimSql = ({ field, table }: Claim, thing: RecordType, which: string): string =>
  `insert into ${table} select e.value, t.pk, ${buildCaseSql("e.key = 0", "1", "0")}
   from ${thing.name} t join json_each(${buildRecordKeysSql(field)}) e where ${which}`;

/** @param release true to free the old unique values, which is done first; false to store the new values */
const updateClaims = (database: Database, plan: PlanDefinition, release: boolean): void => {
  const { claims, thing } = plan.kind;
  for (const claim of claims) {
    const changed = `${buildChangesFieldSql(claim.field)} and ${buildIsValidRowSql("m.row")}`;
    if (!isStaged(plan, claim.field)) continue;
    if (database.count(`select count(*) from (select 1 from s.match m where ${changed} limit 1) one`) === 0) continue;
    const records = `in (select m.target from s.match m where ${changed})`;
    if (release) database.run(buildReleaseSql(claim, `${claim.record} ${records}`));
    else if (!claim.own) database.run(buildClaimSql(claim, thing, `t.pk ${records}`));
  }
};

const buildReleaseSql = ({ table, held }: Claim, which: string): string =>
  held === undefined
    ? `delete from ${table} where ${which}`
    : `update ${table} set ${held} = 'released ' || id where ${which}`;

const deleteRecords = (database: Database, { kind, request }: PlanDefinition): void => {
  if (request.mode === "append") return;
  const { thing, isLacking } = kind;
  for (const { own, table, record } of kind.claims) {
    if (own) continue;
    runInParts(
      database,
      {},
      (isInPart) =>
        `delete from ${table} where ${record} in (select t.pk from ${thing.name} t where ${isLacking} and ${isInPart("t.pk")})`,
      thing.name,
    );
  }
  runInParts(
    database,
    {},
    (isInPart) => `delete from ${thing.name} as t where ${isLacking} and ${isInPart("t.pk")}`,
    thing.name,
  );
};

const releaseDevices = (database: Database, plan: PlanDefinition, { now, revision }: CommitContext): void => {
  const change = { now, revision };
  const released = buildReleasedDevicesSql(plan);
  if (released === undefined) return;
  database.createTable("temp.released", "(pk integer primary key)");
  database.run(`insert into temp.released ${released}`);
  const lost = "select pk from temp.released";
  database.run(buildSaveUnsettledSql(getVersionSchema(DEVICE.name), lost), change);
  const blank = "owner = null, ownerOrg = null, updatedAt = :now, revision = :revision";
  database.run(`update device set ${blank} where pk in (${lost})`, change);
};

const recordSecrets = (database: Database, plan: PlanDefinition, { now, revision }: CommitContext, base: number) => {
  if (!hasSecretColumns(plan)) return;
  const { table, thing } = plan.kind;
  const change =
    table.secretSetAt === undefined
      ? `secrets = json_patch(t.secrets, (select json_group_object(e.value, :now) from json_each(r.secrets) e))`
      : `${table.secretSetAt} = :now`;
  const isSet = `r.secrets is not null and ${IS_VALID_ROW_SQL}`;
  const met = `${MATCHED_ROWS_SQL} where ${isSet}`;
  const versions = VERSION_SCHEMAS.get(thing.name);
  if (versions !== undefined) {
    const bit = getColumnBit(versions, table.secretSetAt ?? "secrets");
    database.run(buildSaveVersionsSql(versions, `select m.target as pk, ${bit} as changed from ${met}`), { revision });
  }
  // two statements, because a single statement with an outer join would scan all records for every row
  const made = `s.row r where not ${buildIsMatchedRowSql("r.row")} and ${isSet}`;
  database.run(`update ${thing.name} as t set ${change} from ${met} and t.pk = m.target`, { now });
  database.run(`update ${thing.name} as t set ${change} from ${made} and t.pk = :base + r.row`, { now, base });
};

export const applyPlan = (database: Database, plan: PlanDefinition, context: CommitContext): void => {
  const base = readLastNumber(database, plan.kind.series);
  storeChangedVersions(database, plan, context);
  storeDeletedVersions(database, plan, context);
  createReferencedRecords(database, plan, context);
  updateClaims(database, plan, true);
  releaseDevices(database, plan, context);
  clearReferences(database, plan, context);
  deleteRecords(database, plan);
  updateRecords(database, plan, context);
  updateClaims(database, plan, false);
  createRecords(database, plan, context, base);
  recordSecrets(database, plan, context, base);
  const last = readLastNumber(database, plan.kind.series);
  recordCreatedRange(database, plan.kind.thing, { first: base + 1, last, revision: context.revision });
};

const getAuditAction = ({ kind, detail }: ImportRecord): string => {
  if (detail.undoes !== undefined) return "undo";
  if (detail.drops !== undefined) return "console.drop";
  if (detail.request?.mode === "delete") return `${FORMATS[kind].app === undefined ? kind : "secured"}.delete`;
  return detail.request?.fromConsole === true ? "console.sync" : "imports.commit";
};

export const auditImport = async (
  database: Database,
  writer: Writer,
  record: ImportRecord,
  { change, moment, revision }: { readonly change: number; readonly moment: CommitDetails; readonly revision: number },
): Promise<void> => {
  const { actor, by, origin, now } = moment;
  const { request, counts, staged, undoes, drops } = record.detail;
  await appendAudit(
    writer,
    {
      at: now,
      actor,
      by,
      origin,
      action: getAuditAction(record),
      objects: [toImportObject({ ...record, number: String(change) })],
      detail: {
        kind: record.kind,
        mode: request?.mode ?? "undo",
        fileName: request?.fileName,
        fromConsole: request?.fromConsole === true ? true : undefined,
        learns: request?.learns,
        orgs: request?.orgs,
        undoes,
        drops,
        ...getChangeCounts(counts),
        inputSha256: staged?.inputSha256,
        plannedBy: findPlanner(record, actor),
        versions: computeChecksum(database, revision),
      },
    },
    { writer: getChangeWriter(record), revision, import: record.pk, undoes },
  );
};

const getChangeWriter = ({ detail: { request, undoes, drops } }: ImportRecord): ChangeWriter => {
  if (request?.fromConsole === true) return "console";
  return drops !== undefined ? "drop" : undoes !== undefined ? "undo" : "import";
};

// A plan can include another plan for organisations. Both plans are committed as one change.

export const PLANNED_ORGS_SCHEMA = "beside";

export const showPlannedOrgs = (database: Database, path: string, plan: PlanDefinition): void => {
  attachStagingForReading(database, path);
  for (const table of [ORG.name, "collection"])
    database.exec(`create temp table ${table} as select * from main.${table}`);
  database.exec("create unique index temp.collection_name on collection (name)");
  database.exec(`create index temp.org_pk on ${ORG.name} (pk)`);
  const indexes = "select sql from main.sqlite_schema where type = 'index' and tbl_name = :table and sql is not null";
  for (const { sql } of database.all(indexes, { table: ORG.name }))
    database.exec(String(sql).replace(/^create (?:unique )?index /i, "create index temp."));
  const context = { revision: 0, now: "", idPrefix: "", referencePrefix: "" };
  updateRecords(database, plan, context);
  createRecords(database, plan, context, readLastNumber(database, plan.kind.series));
  database.exec("drop table temp.collection");
  database.exec("detach s");
};

const listTables = (database: Database, schema: string) =>
  database
    .all(`select name, sql from ${schema}.sqlite_schema where type = 'table'`)
    .map(({ name, sql }) => ({ name: `"${String(name)}"`, sql: String(sql) }));

export const withPlannedOrgRows = (database: Database, body: () => void): void => {
  const own = listTables(database, "s").map(({ name }, at) => ({ name, kept: `kept_${at}` }));
  for (const { name, kept } of own) database.exec(`alter table s.${name} rename to ${kept}`);
  const tables = listTables(database, PLANNED_ORGS_SCHEMA);
  for (const { name, sql } of tables) {
    database.exec(sql.replace(/^create table /i, "create table s."));
    database.exec(`insert into s.${name} select * from ${PLANNED_ORGS_SCHEMA}.${name}`);
  }
  body();
  for (const { name } of tables) database.exec(`drop table s.${name}`);
  for (const { name, kept } of own) database.exec(`alter table s.${kept} rename to ${name}`);
};
