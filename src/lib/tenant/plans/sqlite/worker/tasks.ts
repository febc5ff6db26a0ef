import { createHash, type Hash } from "node:crypto";
import { rmSync } from "node:fs";
import { commandName } from "../../../../advice/index.ts";
import { removeStaging, removeUnneeded } from "../staging-files.ts";
import { RecordReader } from "../../../../csv/records/reader.ts";
import type { FileForm, RecordSink } from "../../../../csv/records/record.ts";
import { Failure, interruption } from "../../../../errors/index.ts";
import { Stager } from "../../staging/stage.ts";
import { nameKey } from "../../../../model/normalise.ts";
import { describeProblem, type ProblemCode, type ProblemParams } from "../../../../model/problem.ts";
import { enforce } from "../../../../rules/rule.ts";
import { text, type Text } from "../../../../text/index.ts";
import { Database } from "../../../store/sqlite/database.ts";
import type { CommitMoment, DeletionTarget, ExportObservation, WrittenFile } from "../../engine.ts";
import { nextChange } from "../../../audit/audit-rows.ts";
import { keepKey, findKey, type KeptKey } from "../../../store/idempotency.ts";
import type { Scope, View, Writer } from "../../../store/store.ts";
import { planScope, viewOf } from "../../../store/scope.ts";
import { hold, see } from "../../../store/sqlite/scope.ts";
import { Connection, SqliteStore } from "../../../store/sqlite/store.ts";
import { applyPlan } from "../commit.ts";
import { advance, checkEtag, compare, etagOf } from "../compare.ts";
import { defineFunctions } from "../functions.ts";
import {
  changeImport,
  findEarlierTakeover,
  isWholeExport,
  keptByRunBefore,
  readImport,
  type ImportRecord,
  type StoredRequest,
} from "../../import-rows.ts";
import { rejected, seeImport } from "../../refusals.ts";
import { choose, createChoice } from "../deletion/choose.ts";
import { undeletableIn } from "../deletion/undeletable.ts";
import { deletionSql, plannedKind, planSqlOf } from "../plan-sql.ts";
import { countMerged } from "../merge/report.ts";
import { observeExport, removedFields } from "../merge/observation.ts";
import { observeTask, readSettled, readUnsettled, unseenFields } from "../merge/tasks.ts";
import { CONSOLE } from "../../../store/collections.ts";
import { judgeWritten } from "../../../store/judge.ts";
import { isMirror } from "../../../records/tenant-rows.ts";
import { refuseAbove } from "../matching/outside.ts";
import { SETTLING } from "../../../versions/keep.ts";
import { confirmDrift, customColumn, readOpenColumns } from "../../../console/drift.ts";
import { droppedTasks } from "../../../console/named.ts";
import { NOTING_EXPORTED } from "../../../console/exported.ts";
import { OBSERVING } from "../../../console/observed.ts";
import { auditImport, auditVerification, committedDetail } from "./audit.ts";
import { ofOtherTenant } from "../matching/foreign.ts";
import { CUSTOM_FIELD } from "../../../../model/user.ts";
import type { TaskFiles, Task } from "./messages.ts";
import { noted, type Writer as Note } from "../../../store/sqlite/writer-note.ts";
import { attachStaging, createStaging, SqliteStaging } from "../staging.ts";
import type { PlanSql, PlansSql, StoredKind } from "../stored-kind.ts";
import { kindNamed } from "../tables.ts";
import { noteLeftOut } from "../upload.ts";
import type { WorkbookReader } from "../../../../xlsx/workbook.ts";
import type { StagedFile } from "../../staging/counts.ts";

/** Page cache of a bulk connection: a larger one saved no time at one and three million rows, and costs its size. */
const BULK_CACHE_KIB = 20_480;

const openBulk = ({ tenant, staging }: TaskFiles, interrupted: () => boolean, fresh = false): Database => {
  const database = new Database(tenant, { cacheKib: BULK_CACHE_KIB, interrupted });
  database.exec("pragma wal_autocheckpoint = 0");
  defineFunctions(database, interrupted);
  attachStaging(database, staging, { fresh });
  return database;
};

/** Has a connection see what an import was planned in; what it writes is written on another one. */
const seeOnly = (database: Database, request: Pick<StoredRequest, "scope"> | null): void => {
  const view = viewOfPlan(request);
  see(database, view);
  hold(database, view);
};

const viewOfPlan = (request: Pick<StoredRequest, "scope"> | null): View | undefined =>
  request?.scope === undefined ? undefined : viewOf(planScope(request.scope));

/**
 * Flushes staged rows to disk before a plan is reported. SQLite must do it itself: opening and closing the
 * file separately would release the lock by which others see that the import is running.
 */
const flushToDisk = (database: Database): void => {
  database.exec("pragma s.synchronous = full");
  database.exec("create table if not exists s.whole (at integer)");
  database.exec("insert into s.whole values (1)");
};

const headerOptions = (database: Database, request: StoredRequest) => {
  // the console has them, with their values, until their tasks are done: a column may be of one that was added again, or not
  const removed = request.fromConsole === true ? removedFields(database) : undefined;
  const keys = new Set(removed?.map(({ name }) => nameKey(name)));
  return {
    customFields: database
      .all("select pk, name from custom_field order by pk")
      .map(({ pk, name }) => ({ id: String(pk), name: String(name) }))
      .filter(({ name }) => !keys.has(nameKey(name))),
    allowUnknownColumns: request.allow?.includes("unknown-columns"),
    removedFields: removed,
    map: request.map,
  };
};

/** The form of a file, and what reads it. */
interface Form {
  readonly encoding: FileForm;
  readonly readerOf: (request: StoredRequest, sink: RecordSink) => RecordReader | WorkbookReader;
}

/** Loads what reads files of a form. */
export const formOf = async (encoding: FileForm): Promise<Form> => {
  if (encoding === "xlsx") {
    const { WorkbookReader } = await import("../../../../xlsx/workbook.ts");
    return { encoding, readerOf: ({ sheet, fileName }, sink) => new WorkbookReader({ sheet, fileName }, sink) };
  }
  return {
    encoding,
    readerOf({ map, delimiter }, sink) {
      return new RecordReader({ encoding, dialect: map?.dialect ?? { delimiter } }, sink);
    },
  };
};

/** Stages a file chunk by chunk, then compares it with the tenant. */
export class Staging {
  readonly #database: Database;
  readonly #request: StoredRequest;
  readonly #kind: StoredKind;
  readonly #encoding: FileForm;
  readonly #interrupted: () => boolean;
  readonly #table: SqliteStaging;
  readonly #stager: Stager;
  readonly #reader: RecordReader | WorkbookReader;
  readonly #hash: Hash = createHash("sha256");
  #bytes = 0;

  constructor(files: TaskFiles, request: StoredRequest, { encoding, readerOf }: Form, interrupted: () => boolean) {
    this.#request = request;
    this.#interrupted = interrupted;
    this.#encoding = encoding;
    rmSync(files.staging, { force: true });
    this.#database = openBulk(files, interrupted, true);
    createStaging(this.#database);
    this.#table = new SqliteStaging(this.#database);
    this.#kind = plannedKind(request);
    seeOnly(this.#database, request);
    this.#stager = new Stager(this.#kind, request, headerOptions(this.#database, request), this.#table);
    this.#reader = readerOf(request, this.#stager);
    this.#database.exec("begin");
  }

  write(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
    this.#reader.write(bytes);
  }

  async #finish(): Promise<StagedFile> {
    for await (const _ of this.#reader.end() ?? []) if (this.#interrupted()) throw interruption();
    const found = this.#stager.end();
    this.#table.flush();
    this.#database.exec("commit");
    // an export has a column for each value there is: it speaks for all of them
    const places =
      this.#request.fromConsole === true ? found.places.map((place) => ({ ...place, times: undefined })) : found.places;
    return { ...found, places, encoding: this.#encoding, bytes: this.#bytes, sha256: this.#hash.digest("hex") };
  }

  /** Compares the staged rows and turns the import into a plan. */
  async plan(id: string): Promise<void> {
    const staged = await this.#finish();
    const plan: PlanSql = { kind: this.#kind, request: this.#request, staged };
    const record = await readImport(new Connection(this.#database), id);
    await compareAndKeep(this.#database, record, [plan]);
  }

  /**
   * Stores what the staged export shows of the records of a task, and confirms what it cannot show if that is asked for.
   *
   * @throws Failure `input-rejected` if the file cannot be compared, or looks like another tenant's
   */
  async observe({
    revision,
    moment,
    confirmMissing,
    uploadSha256,
    writer: note,
  }: Extract<Task, { type: "verify" }>): Promise<ExportObservation> {
    const staged = await this.#finish();
    if (staged.sha256 === uploadSha256) return { sha256: staged.sha256, isUpload: true, unseen: [], blank: [] };
    this.#checkReadable(staged);
    const plan: PlanSql = { kind: this.#kind, request: this.#request, staged };
    const counts = this.#database.snapshot(() => compare(this.#database, plan));
    if (counts.foreign !== undefined) throw ofOtherTenant(plan, counts);
    const shown = new Set(columnsIn(staged));
    let unseen = unseenFields(plan);
    let open: Pick<ExportObservation, "lacking" | "blank"> = { blank: [] };
    await new SqliteStore(this.#database).change((writer) =>
      noted(note, async () => {
        const own = advance(this.#database, [CONSOLE]);
        const { lacking, unseen: parts } = observeTask(this.#database, plan, revision, own);
        const fields = await writer.all(`select pk from main.${CUSTOM_FIELD.name}`);
        const columns = fields.map(({ pk }) => customColumn(Number(pk)));
        unseen = [...unseen, ...columns.filter((column) => !shown.has(column))];
        const { actor: by, now } = moment;
        const blank: string[] = [];
        let confirmed = 0;
        for (const part of [{ columns: unseen }, ...parts]) {
          const of = { revision, kind: this.#request.kind, ...part };
          if (confirmMissing) confirmed += await confirmDrift(writer, of, { by, at: now, revision: own });
          else if (part.columns !== unseen) blank.push(...(await readOpenColumns(writer, of)));
        }
        open = { blank, lacking: confirmMissing ? undefined : lacking };
        if (plan.request.scope === undefined) this.#database.run("update tenant set mirroredAt = :now", { now });
        await auditVerification(writer, { revision, own, moment, sha256: staged.sha256, confirmed });
      }),
    );
    const { kind } = this.#request;
    const takenOver = await findEarlierTakeover(new Connection(this.#database), { kind, sha256: staged.sha256 });
    return { sha256: staged.sha256, isUpload: false, takenOver, unseen, ...open };
  }

  #checkReadable({ staged }: StagedFile): void {
    const secret = this.#kind.format.columns.find((column) => column.secret === true && staged.includes(column.field));
    if (secret !== undefined) {
      throw new Failure("input-rejected", {
        what: text(
          `the console exports no ${secret.header}: this is a file for an upload, and proves nothing`,
          `管理画面のエクスポートに「${secret.header}」の列はありません。アップロード用のファイルでは照合できません`,
        ),
        hint: AS_IT_IS,
      });
    }
    const problem = this.#database.get(
      `select code, header, params from s.problem
       where severity = 'error' and row <= 1 order by col limit 1`,
    );
    if (problem === undefined) return;
    const code = problem["code"] as ProblemCode;
    const reason = describeProblem({
      code,
      params: JSON.parse(String(problem["params"])) as ProblemParams,
    });
    throw new Failure("input-rejected", {
      what: text(`the export cannot be compared: ${reason.en}`, `エクスポートを照合できません: ${reason.ja}`),
      where: problem["header"] === "" ? undefined : String(problem["header"]),
      hint:
        code.startsWith("header-") && this.#kind.format.thing.ownHeaders === true ? this.#putOwnHeaders() : AS_IT_IS,
    });
  }

  /** The console's headers are not known: ours have to be put into its export. */
  #putOwnHeaders(): Text {
    const template = `${commandName("csv template")} --as ${this.#kind.name}`;
    return text(
      `give the export clomoctl's headers: ${template}`,
      `エクスポートのヘッダーを clomoctl のものに書き換えてください: ${template}`,
    );
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}

const AS_IT_IS = text("pass the console's export unmodified", "管理画面のエクスポートをそのまま指定してください");

/** Compares staged rows, or what a deletion takes, with the tenant. @param lesser see {@link DeletionTarget} */
const compareAndKeep = async (
  database: Database,
  record: ImportRecord,
  plans: PlansSql,
  lesser?: DeletionTarget["lesser"],
): Promise<void> => {
  const [plan] = plans;
  const isDeletion = plan.request.mode === "delete";
  const reader = new Connection(database);
  const keptBefore = await keptByRunBefore(reader, record);
  const takenOver =
    plan.request.fromConsole === true
      ? await findEarlierTakeover(reader, { kind: record.kind, sha256: plan.staged.sha256 })
      : undefined;
  const { etag, counts, ...deleted } = database.snapshot(() => {
    const etag = etagOf(database, plans);
    const found = isDeletion ? choose(database, plans, lesser) : compare(database, { ...plan, keptBefore });
    const counts = { ...found, merged: countMerged(database, plan), takenOver };
    return {
      etag,
      counts,
      undeletable: plan.request.undeletable && undeletableIn(database),
    };
  });
  flushToDisk(database);
  await new SqliteStore(database).change(async (writer) => {
    if ((await readImport(writer, record.id)).state !== record.state) throw overtaken(record);
    await changeImport(writer, record, {
      state: "planned",
      etag,
      detail: { staged: isDeletion ? null : plan.staged, counts, ...deleted },
    });
  });
};

const overtaken = ({ number }: ImportRecord): Failure =>
  new Failure("conflict", {
    what: text(
      `import ${number} was committed or discarded meanwhile`,
      `インポート ${number} はその間に確定または破棄されました`,
    ),
    hint: seeImport({ number }),
  });

const withDatabase = async <T>(
  files: TaskFiles,
  interrupted: () => boolean,
  body: (database: Database) => Promise<T>,
  fresh = false,
): Promise<T> => {
  const database = openBulk(files, interrupted, fresh);
  try {
    return await body(database);
  } finally {
    database.close();
    // under an exclusive lock, a journal is truncated at the end of a transaction and stays
    removeUnneeded([`${files.staging}-journal`]);
  }
};

/** Chooses what a deletion takes, and turns the import into a plan. @throws Failure as `choose` */
export const planDeletion = (
  { files, id, request, ids, lesser }: Extract<Task, { type: "delete" }>,
  interrupted: () => boolean,
): Promise<void> => {
  const plan = async (database: Database): Promise<void> => {
    const plans = deletionSql(request);
    createChoice(database, plans, ids);
    seeOnly(database, request);
    await compareAndKeep(database, await readImport(new Connection(database), id), plans, lesser);
  };
  rmSync(files.staging, { force: true });
  return withDatabase(files, interrupted, plan, true);
};

/** Compares the staged rows with the tenant's current state again. */
export const replan = (
  { files, id, lesser }: Extract<Task, { type: "replan" }>,
  interrupted: () => boolean,
): Promise<void> =>
  withDatabase(files, interrupted, async (database) => {
    const record = await readImport(new Connection(database), id);
    seeOnly(database, record.detail.request);
    await compareAndKeep(database, record, planSqlOf(record), lesser);
  });

/** The collections that an import of a kind may write. */
const writtenBy = (kind: StoredKind): readonly string[] => {
  const created = kind.references.filter(({ refers }) => refers.creates !== undefined);
  return [...new Set([kind.collection, ...created.map(({ collection }) => collection)])];
};

/** The collections whose records a plan changes beside those of its kind: devices that lose their owners. */
const releasing = ({ detail: { counts } }: ImportRecord): readonly string[] =>
  (counts?.released ?? 0) > 0 ? [kindNamed("devices").collection] : [];

/** How a plan is applied. */
interface ApplyContext {
  readonly moment: CommitMoment;
  /** what who commits them sees of the tenant */
  readonly scope: Scope | undefined;
  /** the file that was written for the console */
  readonly written?: WrittenFile | undefined;
}

/**
 * Applies the plan of an import as one change, advances the revision and writes the audit record; inside the caller's
 * transaction.
 *
 * @throws Failure `conflict` if the import has no plan (any more) or the tenant has changed since, `input-rejected` if it was
 *   rejected; `not-permitted` as {@link refuseAbove}
 */
const applyAndRecord = async (
  database: Database,
  writer: Writer,
  record: ImportRecord,
  { moment, scope, written }: ApplyContext,
): Promise<void> => {
  const plans = planSqlOf(record);
  const [plan] = plans;
  const { counts } = record.detail;
  if (counts === null || counts.rejected) throw rejected(record);
  const released = releasing(record);
  await writer.lock([...new Set([...plans.flatMap(({ kind }) => writtenBy(kind)), ...released])]);
  checkEtag(database, plans, record);
  if (scope !== undefined) for (const one of plans) refuseAbove(database, one);
  hold(database, viewOfPlan(record.detail.request));
  const revision = advance(database, [...plans.map(({ kind }) => kind.collection), ...released]);
  const change = await nextChange(writer);
  const { actor, by: _by, heldOrgs: _held, origin: _origin, ...context } = moment;
  const isObserved = record.detail.request?.fromConsole !== true && (await isMirror(writer));
  const isExport = record.detail.request?.fromConsole === true;
  const unsettled = isExport ? await readUnsettled(writer, database, plan) : undefined;
  observeExport(database, plan, revision);
  if (written?.fields !== undefined) noteLeftOut(database, plan, { fields: written.fields, revision });
  // what refers to records of the first goes before them
  for (const one of plans.toReversed()) applyPlan(database, one, { ...context, revision });
  const { now } = moment;
  await changeImport(writer, record, {
    state: "committed",
    revision,
    change,
    detail: committedDetail(now, actor, written?.file),
  });
  if (isExport) noteMirror(database, record, { now, revision });
  const after = isObserved ? OBSERVING : [];
  for (const sql of [...SETTLING, ...after]) database.run(sql, { revision });
  // its own records were judged when they were planned
  const isBeside = (thing: string): boolean => plans.every(({ kind }) => kind.thing.name !== thing);
  enforce(await judgeWritten(writer, revision, isExport ? "console" : "edits", isBeside));
  await auditImport(database, writer, record, { change, moment, revision, written });
  if (unsettled === undefined) return;
  const settled = await readSettled(writer, unsettled, { kind: plan.kind, change });
  await changeImport(writer, await readImport(writer, record.id), { detail: { settled } });
};

/** Records when the tenant's data last came from the console; an export of which what it lacks was kept leaves that as it was. */
const noteMirror = (
  database: Database,
  record: Pick<ImportRecord, "kind" | "detail">,
  { now, revision }: { readonly now: string; readonly revision: number },
): void => {
  const isWhole = isWholeExport(record);
  database.run(`update tenant set mirroredAt = ${isWhole ? ":now" : "coalesce(mirroredAt, :now)"}`, { now });
  const { kind, detail } = record;
  if (!isWhole || detail.staged === null) return;
  for (const field of new Set(columnsIn(detail.staged))) database.run(NOTING_EXPORTED, { kind, field, revision });
};

/** The columns that a file has, each of the tenant's own for itself. */
const columnsIn = ({ places }: StagedFile): readonly string[] => places.map(({ field }) => field);

/** Runs a change on a connection, with a note that names it; once, if its request has a key. */
const changing = (
  database: Database,
  { writer: note, once }: { readonly writer: Note; readonly once?: KeptKey | undefined },
  interrupted: () => boolean,
  body: (writer: Writer) => Promise<void>,
): Promise<void> =>
  new SqliteStore(database).change((writer) =>
    noted(note, async () => {
      // the same request may have been sent twice at once
      if (once !== undefined && (await findKey(writer, once))?.fingerprint === once.fingerprint) return;
      await body(writer);
      if (once !== undefined) await keepKey(writer, once);
      if (interrupted()) throw interruption();
    }),
  );

/**
 * Commits a plan: all or nothing.
 *
 * @throws Failure `conflict`, `locked`, `input-rejected`, `interrupted`
 */
export const commit = async (task: Extract<Task, { type: "commit" }>, interrupted: () => boolean): Promise<void> => {
  const { files, id } = task;
  await withDatabase(files, interrupted, (database) =>
    changing(database, task, interrupted, async (writer) =>
      applyAndRecord(database, writer, await readImport(writer, id), task),
    ),
  );
  removeStaging(files.staging);
};

/** Undoes a change. @throws Failure `conflict` if other records stand in its way than when it was planned */
export const commitUndo = async (task: Extract<Task, { type: "undo" }>, interrupted: () => boolean): Promise<void> => {
  const { undoAndRecord } = await import("./undo.ts");
  const database = new Database(task.tenant, { cacheKib: BULK_CACHE_KIB, interrupted });
  try {
    defineFunctions(database, interrupted);
    await changing(database, task, interrupted, async (writer) => {
      const record = await readImport(writer, task.id);
      const readDropped = () => droppedTasks(writer, record.detail);
      await undoAndRecord(database, writer, record, { ...task, readDropped });
    });
  } finally {
    database.close();
  }
};
