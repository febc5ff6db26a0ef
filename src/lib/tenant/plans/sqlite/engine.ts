import { dirname, join } from "node:path";
import type {
  ReplanOptions,
  DeletionTarget,
  CommitOptions,
  ExportObservation,
  UploadContent,
  ImportEngine,
  PlanWork,
  RowQuery,
  UndoCounts,
  UndoneChange,
  VerifyOptions,
} from "../engine.ts";
import type { FormatName } from "../../../model/console-files.ts";
import type { ImportRecord, StoredRequest } from "../import-rows.ts";
import type { Processes } from "../../store/processes.ts";
import type { Scope } from "../../store/store.ts";
import { createPlanScope, buildScopeView } from "../../store/scope.ts";
import type { Database } from "../../store/sqlite/database.ts";
import { refreshViewOrgs, applyView } from "../../store/sqlite/scope.ts";
import { toStorageFailure } from "../../store/sqlite/storage-failure.ts";
import { removeUnfinishedFiles } from "../../store/sqlite/tenant-file.ts";
import type { WriterNote } from "../../store/sqlite/writer-note.ts";
import { registerSqlFunctions } from "./functions.ts";
import { readPlanWork } from "./matching/work.ts";
import { listImportKinds, buildPlanDefinitions } from "./plan-sql.ts";
import { readPlanLines, readProblemLines } from "./rows.ts";
import {
  isStagingFileInUse,
  hasStagingFile,
  createStagingFolder,
  removeStagingFile,
  removeStrayJournals,
  listStagingFiles,
} from "./staging-files.ts";
import { attachStagingForReading } from "./staging.ts";
import type { TaskFiles } from "./worker/messages.ts";
import { ImportThread } from "./worker/thread.ts";

/** Loads the undo code, which is needed only if a change is undone. */
const loadUndoPlan = () => import("./undo/plan.ts");

/** What the engine needs in addition to the tenant's connection. */
export interface EngineOptions {
  /** the folder with all files of the tenant */
  readonly folder: string;
  readonly processes: Processes;
  readonly note: WriterNote;
}

/** Imports into an SQLite file. Each import has its own staging file; a worker thread compares and commits it. */
export class SqliteImports implements ImportEngine {
  readonly #database: Database;
  readonly #folder: string;
  readonly #processes: Processes;
  readonly #note: WriterNote;
  readonly #options: EngineOptions;
  readonly #scope: Scope | undefined;
  readonly #worker: ImportThread;

  /** @param seen for an account that sees only a part of the tenant: the part, and the thread of the whole tenant */
  constructor(
    database: Database,
    options: EngineOptions,
    seen: { readonly scope?: Scope; readonly worker: ImportThread } = { worker: new ImportThread() },
  ) {
    const { folder, processes, note } = options;
    this.#database = database;
    this.#options = options;
    this.#folder = join(folder, "imports");
    this.#processes = processes;
    this.#note = note;
    this.#scope = seen.scope;
    this.#worker = seen.worker;
    registerSqlFunctions(database, () => false);
  }

  /** Returns the same engine for a part of the tenant. All parts share one thread, which this engine closes. */
  within(scope: Scope): SqliteImports {
    return new SqliteImports(this.#database, this.#options, { scope, worker: this.#worker });
  }

  async plan(
    id: string,
    request: StoredRequest,
    { stream, encoding }: UploadContent,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    createStagingFolder(this.#folder);
    await this.#worker.run({ type: "plan", files: this.#files(id), id, request, encoding }, stream, signal);
  }

  async planDeletion(
    id: string,
    request: StoredRequest,
    { ids, permitted }: DeletionTarget,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    createStagingFolder(this.#folder);
    await this.#worker.run({ type: "delete", files: this.#files(id), id, request, ids, permitted }, undefined, signal);
  }

  async replan(record: ImportRecord, again: ReplanOptions, signal: AbortSignal | undefined): Promise<void> {
    this.#database.checkWritable();
    buildPlanDefinitions(record);
    const { id } = record;
    await this.#worker.run({ type: "replan", files: this.#files(id), id, ...again }, undefined, signal);
  }

  workOf(record: ImportRecord): PlanWork {
    const [plan] = buildPlanDefinitions(record);
    const [work] = this.#readingPlan(record, (database) => [readPlanWork(database, plan)]);
    if (work === undefined) throw new TypeError("the plan has no work");
    return work;
  }

  async commit({ pk, id, detail }: ImportRecord, { moment, signal, once, written }: CommitOptions): Promise<void> {
    this.#database.checkWritable();
    const type = detail.undoes === undefined && detail.drops === undefined ? "commit" : "undo";
    const writer = this.#note.writer(`imports ${type} ${pk}`, moment.now);
    const change = { id, moment, once, writer, scope: this.#scope, written };
    await this.#worker.run(
      type === "commit"
        ? { type, files: this.#files(id), ...change }
        : { type, tenant: this.#database.path, ...change },
      undefined,
      signal,
    );
  }

  async verify(id: string, content: UploadContent, { signal, ...options }: VerifyOptions): Promise<ExportObservation> {
    this.#database.checkWritable();
    createStagingFolder(this.#folder);
    const files = { tenant: this.#database.path, staging: this.#staging(`${id}.export.${this.#processes.self}.db`) };
    const writer = this.#note.writer("imports verify", options.moment.now);
    const task = {
      type: "verify",
      files,
      id,
      scope: this.#scope,
      encoding: content.encoding,
      writer,
      ...options,
    } as const;
    const observed = await this.#worker.run(task, content.stream, signal);
    if (observed === undefined) throw new TypeError("the verification returned no observation");
    return observed;
  }

  async countUndo(undone: UndoneChange, kind: FormatName | undefined): Promise<UndoCounts> {
    const { buildUndoCounts, prepareUndo } = await loadUndoPlan();
    const [counts] = this.#reading(undefined, (database) => {
      prepareUndo(database, undone);
      return [buildUndoCounts(database, undone, kind)];
    });
    if (counts === undefined) throw new TypeError("the undo has no counts");
    return counts;
  }

  *rows(record: ImportRecord, query: RowQuery): Generator<Uint8Array> {
    const plans = buildPlanDefinitions(record);
    yield* this.#readingPlan(record, (database) => readPlanLines(database, plans, query));
  }

  async undoRows(undone: UndoneChange, first: FormatName, query: RowQuery): Promise<Iterable<Uint8Array>> {
    const [{ prepareUndo }, { readUndoLines: undoLines }] = await Promise.all([
      loadUndoPlan(),
      import("./undo/undo-rows.ts"),
    ]);
    return this.#reading(undefined, (database) => {
      prepareUndo(database, undone);
      return undoLines(database, first, query);
    });
  }

  async committedRows(record: ImportRecord, query: RowQuery): Promise<Iterable<Uint8Array>> {
    const { readCommittedLines } = await import("./history/committed-lines.ts");
    const kinds = listImportKinds(record);
    const revision = record.revision ?? -1;
    return this.#reading(undefined, (database) => readCommittedLines(database, { kinds, revision }, query));
  }

  *problems(record: ImportRecord, limit: number | undefined): Generator<Uint8Array> {
    const [{ request }] = buildPlanDefinitions(record);
    // a deletion has no file and therefore no rows with problems
    if (request.mode !== "delete") yield* this.#reading(record.id, (database) => readProblemLines(database, limit));
  }

  drop(id: string): void {
    removeStagingFile(this.#staging(`${id}.db`));
  }

  unheld(): readonly string[] {
    // a tenant in memory has no folder
    if (!hasStagingFile(dirname(this.#folder))) return [];
    this.#note.sweep();
    removeUnfinishedFiles(dirname(this.#folder), this.#processes);
    removeStrayJournals(this.#folder);
    return listStagingFiles(this.#folder)
      .filter((file) => !isStagingFileInUse(this.#staging(file)) && !this.#belongsToLiveProcess(file))
      .map((file) => file.replace(/\.db$/, ""));
  }

  isStaged(id: string): boolean {
    return hasStagingFile(this.#staging(`${id}.db`));
  }

  async close(): Promise<void> {
    await this.#worker.close();
  }

  /**
   * Returns true if a file belongs to a verification whose process is still running. The file name contains the process
   * ID.
   */
  #belongsToLiveProcess(file: string): boolean {
    const [, pid] = /\.(\d+)\.db$/.exec(file) ?? [];
    return pid !== undefined && this.#processes.isAlive(Number(pid));
  }

  #staging(file: string): string {
    return join(this.#folder, file);
  }

  #files(id: string): TaskFiles {
    return { tenant: this.#database.path, staging: this.#staging(`${id}.db`) };
  }

  /** Reads a plan's changes in the scope in which the plan was made, regardless of which account is acting. */
  #readingPlan<T>({ id, detail }: ImportRecord, body: (database: Database) => Iterable<T>): Generator<T> {
    const scope = detail.request?.scope;
    return this.#reading(id, body, scope === undefined ? this.#scope : createPlanScope(scope));
  }

  /** Reads from the tenant and from an import's staging file, if any.  @param id the import whose file is attached */
  *#reading<T>(
    id: string | undefined,
    body: (database: Database) => Iterable<T>,
    scope: Scope | undefined = this.#scope,
  ): Generator<T> {
    const database = this.#database.reader();
    const staging = id === undefined ? undefined : this.#files(id).staging;
    try {
      registerSqlFunctions(database, () => false);
      if (staging !== undefined) attachStagingForReading(database, staging);
      const view = scope && buildScopeView(scope);
      applyView(database, view);
      refreshViewOrgs(database, view);
      yield* body(database);
    } catch (error) {
      throw toStorageFailure(error, database.path, staging);
    } finally {
      database.close();
    }
  }
}
