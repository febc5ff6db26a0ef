import { createHash } from "node:crypto";
import { existsSync, rmSync } from "node:fs";
import { removeFilesIfPossible, attachStaging, attachTemporaryStaging, StagingTable } from "./staging.ts";
import { loadEncoding } from "../../csv/encoding/decode-sequence.ts";
import { RecordReader } from "../../csv/encoding/reader.ts";
import type { FileForm, RecordSink } from "../../csv/records/record.ts";
import { createInterruptedFailure } from "../../errors/index.ts";
import { Stager } from "./stage-rows.ts";
import type { CustomField } from "../../derived/format.ts";
import { throwFirstProblem } from "../../rules/values.ts";
import { Database } from "../store/database.ts";
import type { CommitOptions, UploadContent } from "./engine-types.ts";
import { getNextChangeNumber } from "../ledger/audit-rows.ts";
import { storeRequestKey, findRequestKey } from "../ledger/change.ts";
import type { Reader, Scope, Writer } from "../store/types.ts";
import { createPlanScope, buildScopeView, limitToScope } from "../ledger/scope.ts";
import type { FollowedLog } from "../store/follow-log.ts";
import { refreshViewOrgs, Connection, Store } from "../store/store.ts";
import { applyPlan, auditImport, PLANNED_ORGS_SCHEMA, showPlannedOrgs, withPlannedOrgRows } from "./commit.ts";
import { advanceRevision, comparePlan, etagOf, readTenantRevision } from "./compare.ts";
import { COMMIT_VISITS, countVisits, registerSqlFunctions, UNDO_VISITS, type RowExpectation } from "./functions.ts";
import {
  findPlanner,
  updateImport,
  isFullConsoleImport,
  readImport,
  type ImportRecord,
  type PlanCounts,
  type StagedFile,
} from "../ledger/import-rows.ts";
import type { StoredRequest } from "../ledger/import-request.ts";
import { createNotOpenFailure, createRejectedImportFailure, createTenantChangedFailure } from "./import-failures.ts";
import { buildComparisonDefinition, buildPlannedKind, buildPlanDefinition, getStoredKind } from "./tables.ts";
import { countMergedValues, observeExport } from "./merge-outcome.ts";
import { remakeRecords } from "./merge-tables.ts";
import { checkWrittenRecords } from "../ledger/check-rules.ts";
import { isMirror } from "../ledger/tenant-rows.ts";
import { refusePrivilegedChanges } from "./scope-problems.ts";
import { updateKeyLists, buildSettleStatements } from "../ledger/versions.ts";
import { readClosedTasks, readOpenTasks } from "../ledger/tasks.ts";
import { OBSERVE_STATEMENTS } from "../ledger/observe-change.ts";
import { writeExportLayout, writeLayout, type LayoutOrigin } from "./layouts.ts";
import { storeDeletions, type PlanDefinition, type StoredKind } from "./stored-kind.ts";
import type { WorkbookReader } from "../../xlsx/workbook.ts";
import { ORG } from "../../nouns/organisation.ts";

export interface TaskFiles {
  readonly tenant: string;
  readonly staging: string;
  readonly beside?: string | undefined;
}

interface StagedJob {
  readonly followed?: FollowedLog | undefined;
  readonly id: string;
  readonly files: TaskFiles;
}

/** Page cache of a bulk connection in KiB. A larger cache was not faster with up to three million rows. */
const BULK_CACHE_KIB = 20_480;

const attachFiles = (database: Database, { staging, beside }: Partial<TaskFiles>): void => {
  // SQLite would create a file that is missing
  if (staging !== undefined && existsSync(staging)) attachStaging(database, staging, { fresh: false });
  if (beside !== undefined) database.run(`attach :beside as ${PLANNED_ORGS_SCHEMA}`, { beside });
};

const getPlanScope = (request: Pick<StoredRequest, "scope"> | null): Scope | undefined =>
  request?.scope === undefined ? undefined : createPlanScope(request.scope);

/** Flushes rows through SQLite, because reopening the file would release the lock of the running import. */
const flushToDisk = (database: Database): void => {
  database.exec("pragma s.synchronous = full");
  database.exec("create table if not exists s.whole (at integer)");
  database.exec("insert into s.whole values (1)");
};

const buildHeaderOptions = (database: Database, request: StoredRequest) => ({
  customFields: database.all<CustomField>("select cast(pk as text) as id, name from custom_field order by pk"),
  allowUnknownColumns: request.allow?.includes("unknown-columns"),
  map: request.map,
});

const createFileReader = async (
  encoding: FileForm,
  { sheet, fileName, headerRow = 1, delimiter }: StoredRequest,
  sink: RecordSink,
): Promise<RecordReader | WorkbookReader> => {
  await loadEncoding(encoding);
  if (encoding !== "xlsx") return new RecordReader({ encoding, dialect: { delimiter }, headerRow }, sink);
  const { WorkbookReader } = await import("../../xlsx/workbook.ts");
  return new WorkbookReader({ sheet, fileName, headerRow }, sink);
};

type FileJob = UploadContent & { readonly request: StoredRequest };

const stageFile = async (
  database: Database,
  kind: StoredKind,
  { request, encoding, stream }: FileJob,
  interrupted: () => boolean,
): Promise<StagedFile> => {
  const table = new StagingTable(database);
  const stager = new Stager(kind, request, buildHeaderOptions(database, request), table);
  const reader = await createFileReader(encoding, request, stager);
  const hash = createHash("sha256");
  database.exec("begin");
  const chunks = stream.getReader();
  const next = () => chunks.read().catch((error: unknown) => Promise.reject(createInterruptedFailure(error)));
  for (let { value } = await next(); value !== undefined; { value } = await next()) {
    if (interrupted()) throw createInterruptedFailure();
    hash.update(value);
    reader.write(value);
  }
  for await (const _ of reader.end() ?? []) if (interrupted()) throw createInterruptedFailure();
  if (interrupted()) throw createInterruptedFailure();
  const found = stager.end();
  table.flush();
  database.exec("commit");
  const places =
    request.fromConsole === true ? found.places.map((place) => ({ ...place, times: undefined })) : found.places;
  return { ...found, places, encoding, inputSha256: hash.digest("hex") };
};

const readUnplannedImport = async (reader: Reader, id: string): Promise<ImportRecord> => {
  const record = await readImport(reader, id);
  if (record.state !== "uploading") throw createNotOpenFailure(record);
  return record;
};

export const plan = async (
  job: StagedJob & FileJob,
  interrupted: () => boolean,
  expect: RowExpectation,
): Promise<void> => {
  const { files, id, request, followed } = job;
  const { tenant } = files;
  const orgs = await withDatabase({ tenant }, interrupted, async (database) => {
    const reader = new Connection(database);
    await readUnplannedImport(reader, id);
    return request.orgs === undefined ? undefined : readImport(reader, request.orgs);
  });
  rmSync(files.staging, { force: true });
  const body = async (database: Database): Promise<void> => {
    limitToScope(database, getPlanScope(request));
    const kind = buildPlannedKind(request);
    const staged = await stageFile(database, kind, job, interrupted);
    expect(staged.rows);
    await compareAndStorePlan(database, new Store(database, { followed }), id, { kind, request, staged }, orgs);
  };
  const planned = withDatabase(files, interrupted, body, (database) => {
    if (orgs !== undefined && files.beside !== undefined)
      showPlannedOrgs(database, files.beside, buildPlanDefinition(orgs));
    attachStaging(database, files.staging, { fresh: true });
  });
  await planned.catch((error: unknown) => {
    // another server may have planned this import: nobody may commit these rows
    removeFilesIfPossible([files.staging]);
    throw error;
  });
};

/** Finds the records that a file names. Returns NDJSON: the file, its problems, and the records. */
export const select = async (
  {
    files,
    request: asked,
    scope,
    stream,
    encoding,
  }: FileJob & {
    readonly files: Pick<TaskFiles, "tenant">;
    readonly scope: Scope | undefined;
  },
  interrupted: () => boolean,
): Promise<readonly Uint8Array[]> => {
  const request = { ...asked, scope: scope?.orgs };
  const { buildSelectionKind, countSelection, matchSelection, readSelectionLines } = await import("./selection.ts");
  using database = new Database(files.tenant, { readOnly: true, interrupted });
  registerSqlFunctions(database, interrupted);
  attachTemporaryStaging(database);
  limitToScope(database, scope);
  const kind = buildSelectionKind(request);
  const staged = await stageFile(database, kind, { request, stream, encoding }, interrupted);
  const plan = { kind, request, staged };
  return database.snapshot(() => {
    matchSelection(database, plan);
    const { header, headerRow, inputSha256, skipped } = staged;
    const file = { header, headerRow, inputSha256, skipped, ...countSelection(database) };
    return [Buffer.from(`${JSON.stringify({ file })}\n`), ...readSelectionLines(database, plan)];
  });
};

const compareAndStorePlan = async (
  database: Database,
  store: Store,
  id: string,
  plan: PlanDefinition,
  orgs: ImportRecord | undefined,
): Promise<void> => {
  const { etag, counts, ...deleted } = database.snapshot(() => {
    const etag = etagOf(database, plan);
    const counts = { ...comparePlan(database, plan), merged: countMergedValues(database, plan) };
    storeDeletions(database, plan, counts.delete === 0);
    return { etag, counts, comparedRevision: readTenantRevision(database) };
  });
  flushToDisk(database);
  await store.change(async (writer) => {
    await updateImport(writer, await readUnplannedImport(writer, id), {
      state: "planned",
      etag,
      detail: { staged: plan.staged, counts: addPlannedOrgCounts(counts, orgs), ...deleted },
    });
  });
};

const addPlannedOrgCounts = (counts: PlanCounts, orgs: ImportRecord | undefined): PlanCounts => {
  const { create = 0, update = 0, recordsBefore = 0, roles } = orgs?.detail.counts ?? {};
  if (create + update === 0) return counts;
  const own = counts.roles ?? { count: 0, first: [] };
  return {
    ...counts,
    roles:
      roles === undefined ? counts.roles : { count: own.count + roles.count, first: [...own.first, ...roles.first] },
    beside: [{ thing: ORG.name, create, update, delete: 0, recordsBefore }],
  };
};

const withDatabase = async <T>(
  files: Pick<TaskFiles, "tenant"> & Partial<TaskFiles>,
  interrupted: () => boolean,
  body: (database: Database) => Promise<T>,
  attach = attachFiles,
): Promise<T> => {
  const database = new Database(files.tenant, { cacheKib: BULK_CACHE_KIB, interrupted });
  try {
    database.exec("pragma wal_autocheckpoint = 0");
    registerSqlFunctions(database, interrupted);
    attach(database, files);
    return await body(database);
  } finally {
    database.close();
    // in exclusive mode, SQLite truncates the journal at the end of a transaction but does not remove the file
    if (files.staging !== undefined) removeFilesIfPossible([`${files.staging}-journal`]);
  }
};

export interface ChangeJob extends Omit<CommitOptions, "signal"> {
  readonly id: string;
  readonly scope: Scope | undefined;
}

const learnLayout = async (
  writer: Writer,
  { kind, detail: { request, staged } }: ImportRecord,
  moment: LayoutOrigin,
): Promise<void> => {
  if (request?.fromConsole !== true && request?.learns === true && staged !== null)
    await writeLayout(
      writer,
      { use: "import", kind, headers: staged.header, map: request.map ?? { columns: [] } },
      moment,
    );
};

const requireSameEffect = async (database: Database, record: ImportRecord): Promise<void> => {
  const recheck = await import("./recheck.ts");
  const { request, comparedRevision = 0 } = record.detail;
  const isWhole = request?.fromConsole === true || request?.scope !== undefined;
  if (isWhole) throw createTenantChangedFailure();
  recheck.requireSameEffect(database, buildComparisonDefinition(record), comparedRevision);
};

/** @throws `conflict`, `input-rejected`, and as {@link refusePrivilegedChanges} */
const applyAndRecord = async (
  database: Database,
  writer: Writer,
  record: ImportRecord,
  { moment, scope }: ChangeJob,
): Promise<void> => {
  const plan = buildPlanDefinition(record);
  const { counts, request } = record.detail;
  if (counts === null || counts.rejected) throw createRejectedImportFailure(record);
  const orgs = request?.orgs === undefined ? undefined : await readImport(writer, request.orgs);
  const beside = orgs && buildPlanDefinition(orgs);
  const { collection, references } = plan.kind;
  const released = (counts.released ?? 0) > 0 ? [getStoredKind("devices").collection] : [];
  const cleared = (counts.merged?.cleared ?? 0) > 0 ? plan.kind.holders : [];
  const others = [...released, ...cleared, ...(beside === undefined ? [] : [beside.kind.collection])];
  const created = references.filter(({ refers }) => refers.creates !== undefined).map((one) => one.collection);
  await writer.lock([...new Set([collection, ...created, ...others])]);
  if (beside !== undefined && etagOf(database, beside) !== orgs?.etag) throw createTenantChangedFailure();
  // an unchanged ETag means that the plan need not be checked again
  const isRechecked = etagOf(database, plan) !== record.etag;
  const revision = advanceRevision(database, [collection, ...others]);
  const { actor, by: _by, origin: _origin, sender: _sender, ...context } = moment;
  if (beside !== undefined)
    withPlannedOrgRows(database, () =>
      applyPlan(database, beside, { ...context, idPrefix: context.referencePrefix, revision }),
    );
  if (isRechecked) await requireSameEffect(database, record);
  if (scope !== undefined) refusePrivilegedChanges(database, plan);
  const planScope = getPlanScope(request);
  refreshViewOrgs(database, planScope && buildScopeView(planScope));
  const change = await getNextChangeNumber(writer);
  const isExport = request?.fromConsole === true;
  const isObserved = !isExport && (await isMirror(writer));
  const unsettled = isExport ? await readOpenTasks(writer) : undefined;
  if (isObserved) remakeRecords(database, plan, revision);
  observeExport(database, plan, revision);
  applyPlan(database, plan, { ...context, revision });
  const { now } = moment;
  await updateImport(writer, record, {
    state: "committed",
    revision,
    change,
    detail: { committedAt: now, actor, plannedBy: findPlanner(record, actor) },
  });
  await learnLayout(writer, record, { at: now, actor, change });
  if (orgs !== undefined) {
    await learnLayout(writer, orgs, { at: now, actor, change });
    await updateImport(writer, orgs, { state: "discarded" });
  }
  if (isExport) await recordConsoleImport(database, writer, record, { at: now, actor, change });
  for (const sql of [...buildSettleStatements(), ...(isObserved ? OBSERVE_STATEMENTS : [])])
    database.run(sql, { revision });
  // rules for the plan's own record type were already checked with the plan
  const isOpen = (thing: string): boolean => isRechecked || plan.kind.thing.name !== thing;
  throwFirstProblem(await checkWrittenRecords(writer, revision, isExport ? "console" : "edits", isOpen));
  const assignmentsLost = await updateKeyLists(writer, { revision, now });
  await auditImport(database, writer, record, { change, moment, revision });
  if (unsettled === undefined) return;
  const settled = { ...(await readClosedTasks(writer, unsettled)), assignmentsLost };
  await updateImport(writer, await readImport(writer, record.id), { detail: { settled } });
};

const recordConsoleImport = async (
  database: Database,
  writer: Writer,
  { kind, detail }: Pick<ImportRecord, "kind" | "detail">,
  moment: LayoutOrigin,
): Promise<void> => {
  const isWhole = isFullConsoleImport({ detail });
  database.run(`update tenant set mirroredAt = ${isWhole ? ":at" : "coalesce(mirroredAt, :at)"}`, { at: moment.at });
  if (isWhole || detail.request?.learns === true) await writeExportLayout(writer, kind, detail, moment);
};

type JobWork = readonly [interrupted: () => boolean, expect: RowExpectation];

const commit = (
  files: Pick<TaskFiles, "tenant"> & Partial<TaskFiles>,
  job: ChangeJob & Pick<StagedJob, "followed">,
  [interrupted, expect]: JobWork,
  visits: typeof COMMIT_VISITS,
  apply: typeof applyAndRecord,
): Promise<void> =>
  withDatabase(files, interrupted, async (database) => {
    const { id, once, moment, followed } = job;
    const { requireSameSender } = await import("../ledger/actor.ts");
    await new Store(database, { followed }).change(async (writer) => {
      // the same request may have been sent twice at the same time
      if (once !== undefined && (await findRequestKey(writer, once)) !== undefined) return;
      if (moment.sender !== undefined) await requireSameSender(writer, moment.sender);
      const record = await readImport(writer, id);
      expect(countVisits(record.detail.counts, visits));
      await apply(database, writer, record, job);
      if (once !== undefined) await storeRequestKey(writer, once);
      if (interrupted()) throw createInterruptedFailure();
    });
    database.copyLog();
  });

/** @throws Failure `conflict`, `locked`, `input-rejected`, `interrupted` */
export const commitPlan = async (job: StagedJob & ChangeJob, ...work: JobWork): Promise<void> => {
  await commit(job.files, job, work, COMMIT_VISITS, applyAndRecord);
};

/** @throws Failure `conflict` if the blocked records have changed since the undo was planned */
export const commitUndo = async (job: StagedJob & ChangeJob, ...work: JobWork): Promise<void> => {
  const { undoAndRecord } = await import("./undo-work.ts");
  await commit({ tenant: job.files.tenant }, job, work, UNDO_VISITS, undoAndRecord);
};
