import type { Database } from "../store/database.ts";
import { getNextChangeNumber } from "../ledger/audit-rows.ts";
import type { Scope, Writer } from "../store/types.ts";
import { countBlockedRecords } from "./undo-blocked.ts";
import { prepareUndo, finishTaskDrop, buildUndoEtag } from "./undo-plan.ts";
import { createPlanScope, limitToScope } from "../ledger/scope.ts";
import {
  countStagedRecords,
  getStagedTable,
  listRestoredColumns,
  listStagedCollections,
  listUniqueFields,
  readStagedKeys,
} from "./undo-records.ts";
import { auditImport } from "./commit.ts";
import { buildCaseSql, quoteIdentifier, ORDERED_JOIN } from "../store/sql.ts";
import {
  type VersionSchema,
  buildSettleStatements,
  buildSaveCreatedRangesSql,
  buildSaveDeletedSql,
  buildSaveUnsettledSql,
  updateKeyLists,
} from "../ledger/versions.ts";
import { advanceRevision } from "./compare.ts";
import { buildInterruptCheckSql, forEachNumberRange, registerSqlFunctions } from "./functions.ts";
import { updateImport, type ImportRecord } from "../ledger/import-rows.ts";
import { createAlreadyUndoneFailure, createNotOpenFailure, createTenantChangedFailure } from "./import-failures.ts";
import type { UndoneChange } from "../ledger/audit-change-number.ts";
import { readStagedChange } from "./deletion.ts";
import { findImportOfChange, readChange } from "../ledger/audit-change-number.ts";
import { isMirror, restoreMirrorAge } from "../ledger/tenant-rows.ts";
import { OBSERVE_STATEMENTS, RESTORE_OBSERVED_STATEMENTS } from "../ledger/observe-change.ts";
import { writeLayout } from "./layouts.ts";
import type { ChangeJob } from "./import-tasks.ts";
import { getStoredKind } from "./tables.ts";

const readVisibleRecords = (database: Database, asked: UndoneChange, scope: Scope) => {
  using seeing = database.reader();
  registerSqlFunctions(seeing, () => database.isInterrupted());
  limitToScope(seeing, scope);
  prepareUndo(seeing, asked);
  return readStagedKeys(seeing);
};

const storeVersions = (database: Database, versions: VersionSchema, revision: number): void => {
  const { thing, key } = versions;
  for (const action of ["update", "delete"] as const) {
    const staged = `${getStagedTable(versions)} u ${ORDERED_JOIN} main.${thing.name} t on t.${key} = u.pk
      where u.action = '${action}' and ${buildInterruptCheckSql("u.pk")}`;
    const kept = action === "update" ? buildSaveUnsettledSql : buildSaveDeletedSql;
    database.run(kept(versions, `select u.pk from ${staged}`), { revision });
  }
};

const releaseUniqueValues = (database: Database, versions: VersionSchema): void => {
  for (const { bit, location } of listUniqueFields(versions)) {
    const { table, record, held } = location;
    const records = `select u.pk from ${getStagedTable(versions)} u where u.changed & ${bit} <> 0`;
    database.run(
      held === undefined
        ? `delete from main.${table} where ${record} in (${records}) and ${buildInterruptCheckSql(record)}`
        : `update main.${table} set ${quoteIdentifier(held)} = 'released ' || id where ${record} in (${records} and u.action = 'update')`,
    );
  }
};

const claimListValues = (database: Database, versions: VersionSchema): void => {
  for (const { bit, keys, location } of listUniqueFields(versions)) {
    if (location.own) continue;
    database.run(
      `insert into main.${location.table}
       select e.value, u.pk, ${buildCaseSql("e.key = 0", "1", "0")} from ${getStagedTable(versions)} u ${ORDERED_JOIN} json_each(${keys("u")}) e
       where u.action <> 'delete' and u.changed & ${bit} <> 0 and ${buildInterruptCheckSql("u.pk")}`,
    );
  }
};

/** Writes staged records in ranges, because a single statement for a million records could not be interrupted. */
const writeStagedRecords = (database: Database, versions: VersionSchema, revision: number): void => {
  const { thing, key, times } = versions;
  const staged = getStagedTable(versions);
  const columns = listRestoredColumns(versions);
  const last = database.count(`select coalesce(max(pk), 0) from ${staged}`);
  const inRange = "u.pk > :after and u.pk <= :upTo";
  const run = (sql: string): void =>
    forEachNumberRange(database, last, (range) => database.run(sql, { ...range, revision }));
  const revised = database.listColumns(thing.name).includes("revision") ? ["revision"] : [];
  run(
    `delete from main.${thing.name} where ${key} in (select u.pk from ${staged} u where u.action = 'delete' and ${inRange})`,
  );
  const names = [...columns.map(({ name }) => name), ...times];
  const sets = [
    ...names.map((name) => `${quoteIdentifier(name)} = u.${quoteIdentifier(name)}`),
    ...revised.map((name) => `${name} = :revision`),
  ];
  run(`update main.${thing.name} set ${sets.join(", ")} from ${staged} u
    where u.action = 'update' and ${thing.name}.${key} = u.pk and ${inRange}`);
  const all = [key, ...names, ...revised];
  const values = ["u.pk", ...names.map((name) => `u.${quoteIdentifier(name)}`), ...revised.map(() => ":revision")];
  run(`insert into main.${thing.name} (${all.map(quoteIdentifier).join(", ")})
    select ${values.join(", ")} from ${staged} u where u.action = 'create' and ${inRange}`);
};

/** Must run in the caller's transaction, after blocked records were excluded. */
const writeUndo = (database: Database, revision: number): void => {
  const things = countStagedRecords(database).map(({ versions }) => versions);
  for (const versions of things) storeVersions(database, versions, revision);
  for (const versions of things) releaseUniqueValues(database, versions);
  for (const versions of things) {
    writeStagedRecords(database, versions, revision);
    database.run(
      buildSaveCreatedRangesSql(
        versions.thing.name,
        `select min(pk) as first, max(pk) as last from (
           select pk, pk - row_number() over (order by pk) as place from ${getStagedTable(versions)} where action = 'create')
         group by place`,
      ),
      { revision },
    );
  }
  for (const versions of things) claimListValues(database, versions);
};

/** Must run in the caller's transaction. @throws Failure `conflict` */
export const undoAndRecord = async (
  database: Database,
  writer: Writer,
  record: ImportRecord,
  { moment, scope }: ChangeJob,
): Promise<void> => {
  const { now, actor } = moment;
  const { undoes, skipBlocked = false } = record.detail;
  const undone = undoes === undefined ? undefined : await readChange(writer, undoes);
  if (undone !== undefined && undone.undoneBy !== null)
    throw createAlreadyUndoneFailure(undone.number, undone.undoneBy);
  if (record.state !== "planned") throw createNotOpenFailure(record);
  const asked = await readStagedChange(writer, record);
  const { request: { scope: planned } = { scope: undefined } } = asked.deleted ?? {};
  const within = asked.deleted === undefined ? scope : planned && createPlanScope(planned);
  const inSight = within && readVisibleRecords(database, asked, within);
  const options = { ...asked, ...(asked.dropped !== undefined && { inSight }) };
  prepareUndo(database, options);
  if (buildUndoEtag(database, options) !== record.etag || (!skipBlocked && countBlockedRecords(database) > 0))
    throw createTenantChangedFailure();
  const staged = listStagedCollections(database);
  const collections = staged.length === 0 ? [getStoredKind(record.kind).collection] : staged;
  await writer.lock(collections);
  const revision = advanceRevision(database, collections);
  const change = await getNextChangeNumber(writer);
  writeUndo(database, revision);
  await updateImport(writer, record, {
    state: "committed",
    revision,
    change,
    detail: { committedAt: now, actor, ids: undefined },
  });
  for (const sql of buildSettleStatements()) database.run(sql, { revision });
  await updateKeyLists(writer, { revision, now });
  const original = undone && (await findImportOfChange(writer, undone));
  const isOfConsole = asked.isOfConsole === true;
  if (isOfConsole || (await isMirror(writer))) {
    const restored = { revision, undone: undone?.revision ?? -1, isOfConsole: Number(isOfConsole) };
    for (const sql of RESTORE_OBSERVED_STATEMENTS) database.run(sql, restored);
    for (const sql of isOfConsole ? [] : OBSERVE_STATEMENTS) database.run(sql, { revision });
  }
  if (asked.dropped !== undefined) finishTaskDrop(database);
  const { kind, detail } = record;
  if (detail.learns !== undefined)
    await writeLayout(writer, { use: "select", kind, ...detail.learns }, { at: now, actor, change });
  await auditImport(database, writer, record, { change, moment, revision });
  if (original?.detail.request?.fromConsole ?? original !== undefined) await restoreMirrorAge(writer);
};
