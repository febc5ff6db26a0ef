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
import { planScope, viewOf } from "../../store/scope.ts";
import type { Database } from "../../store/sqlite/database.ts";
import { hold, see } from "../../store/sqlite/scope.ts";
import { storageFailure } from "../../store/sqlite/storage-failure.ts";
import { removeUnfinished } from "../../store/sqlite/tenant-file.ts";
import type { WriterNote } from "../../store/sqlite/writer-note.ts";
import { defineFunctions } from "./functions.ts";
import { plannedWork } from "./matching/work.ts";
import { kindsOfImport, planSqlOf } from "./plan-sql.ts";
import { planLines, problemLines } from "./rows.ts";
import {
  isHeld,
  isThere,
  makeStagingFolder,
  removeStaging,
  removeStrayJournals,
  stagingFiles,
} from "./staging-files.ts";
import { attachForReading } from "./staging.ts";
import type { TaskFiles } from "./worker/messages.ts";
import { ImportThread } from "./worker/thread.ts";

/** Loaded when something is to be undone. */
const undoing = () => import("./undo/plan.ts");

/** What the engine needs besides the tenant's connection. */
export interface EngineOptions {
  /** folder of all the tenant's files */
  readonly folder: string;
  readonly processes: Processes;
  readonly note: WriterNote;
  /** what is seen of the tenant */
  readonly scope?: Scope | undefined;
}

/** Imports into an SQLite file: staged in a file each, compared and committed in a worker thread. */
export class SqliteImports implements ImportEngine {
  readonly #database: Database;
  readonly #folder: string;
  readonly #processes: Processes;
  readonly #note: WriterNote;
  readonly #scope: Scope | undefined;
  readonly #worker = new ImportThread();

  constructor(database: Database, { folder, processes, note, scope }: EngineOptions) {
    this.#database = database;
    this.#folder = join(folder, "imports");
    this.#processes = processes;
    this.#note = note;
    this.#scope = scope;
    defineFunctions(database, () => false);
  }

  async plan(
    id: string,
    request: StoredRequest,
    { stream, encoding }: UploadContent,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    makeStagingFolder(this.#folder);
    await this.#worker.run({ type: "plan", files: this.#files(id), id, request, encoding }, stream, signal);
  }

  async planDeletion(
    id: string,
    request: StoredRequest,
    { ids, lesser }: DeletionTarget,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    makeStagingFolder(this.#folder);
    await this.#worker.run({ type: "delete", files: this.#files(id), id, request, ids, lesser }, undefined, signal);
  }

  async replan(record: ImportRecord, again: ReplanOptions, signal: AbortSignal | undefined): Promise<void> {
    this.#database.checkWritable();
    planSqlOf(record);
    const { id } = record;
    await this.#worker.run({ type: "replan", files: this.#files(id), id, ...again }, undefined, signal);
  }

  workOf(record: ImportRecord): PlanWork {
    const [plan] = planSqlOf(record);
    const [work] = this.#readingPlan(record, (database) => [plannedWork(database, plan)]);
    if (work === undefined) throw new TypeError("a plan has work");
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
    makeStagingFolder(this.#folder);
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
    if (observed === undefined) throw new TypeError("a verification tells what it observed");
    return observed;
  }

  async countUndo(undone: UndoneChange, kind: FormatName | undefined): Promise<UndoCounts> {
    const { countUndo, prepareUndo } = await undoing();
    const [counts] = this.#reading(undefined, (database) => {
      prepareUndo(database, undone);
      return [countUndo(database, undone, kind)];
    });
    if (counts === undefined) throw new TypeError("an undo has counts");
    return counts;
  }

  *rows(record: ImportRecord, query: RowQuery): Generator<Uint8Array> {
    const plans = planSqlOf(record);
    yield* this.#readingPlan(record, (database) => planLines(database, plans, query));
  }

  async undoRows(undone: UndoneChange, first: FormatName, query: RowQuery): Promise<Iterable<Uint8Array>> {
    const [{ prepareUndo }, { undoLines }] = await Promise.all([undoing(), import("./undo/lines.ts")]);
    return this.#reading(undefined, (database) => {
      prepareUndo(database, undone);
      return undoLines(database, first, query);
    });
  }

  async committedRows(record: ImportRecord, query: RowQuery): Promise<Iterable<Uint8Array>> {
    const { committedLines } = await import("./history/lines.ts");
    const kinds = kindsOfImport(record);
    const revision = record.revision ?? -1;
    return this.#reading(undefined, (database) => committedLines(database, { kinds, revision }, query));
  }

  *problems(record: ImportRecord, limit: number | undefined): Generator<Uint8Array> {
    const [{ request }] = planSqlOf(record);
    // a deletion has no file
    if (request.mode !== "delete") yield* this.#reading(record.id, (database) => problemLines(database, limit));
  }

  drop(id: string): void {
    removeStaging(this.#staging(`${id}.db`));
  }

  unheld(): readonly string[] {
    // a tenant in memory has no folder
    if (!isThere(dirname(this.#folder))) return [];
    this.#note.sweep();
    removeUnfinished(dirname(this.#folder), this.#processes);
    removeStrayJournals(this.#folder);
    return stagingFiles(this.#folder)
      .filter((file) => !isHeld(this.#staging(file)) && !this.#belongsToLiveProcess(file))
      .map((file) => file.replace(/\.db$/, ""));
  }

  isStaged(id: string): boolean {
    return isThere(this.#staging(`${id}.db`));
  }

  async close(): Promise<void> {
    await this.#worker.close();
  }

  /** Names of a verification's files contain the id of their process. */
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

  /** Reads what a plan does as it was planned, in its own scope, whoever asks. */
  #readingPlan<T>({ id, detail }: ImportRecord, body: (database: Database) => Iterable<T>): Generator<T> {
    const scope = detail.request?.scope;
    return this.#reading(id, body, scope === undefined ? this.#scope : planScope(scope));
  }

  /** @param id the import whose staging is read too */
  *#reading<T>(
    id: string | undefined,
    body: (database: Database) => Iterable<T>,
    scope: Scope | undefined = this.#scope,
  ): Generator<T> {
    const database = this.#database.reader();
    const staging = id === undefined ? undefined : this.#files(id).staging;
    try {
      defineFunctions(database, () => false);
      if (staging !== undefined) attachForReading(database, staging);
      const view = scope && viewOf(scope);
      see(database, view);
      hold(database, view);
      yield* body(database);
    } catch (error) {
      throw storageFailure(error, database.path, staging);
    } finally {
      database.close();
    }
  }
}
