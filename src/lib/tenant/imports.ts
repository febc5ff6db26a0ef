import { join } from "node:path";
import type { Import, Verification } from "../contract/index.ts";
import { FORMATS } from "../model/formats.ts";
import { checkMap } from "../csv/layout/map.ts";
import type { Encoding } from "../csv/records/record.ts";
import { Failure } from "../errors/index.ts";
import { IMPORT_STATE_NAMES } from "../model/import.ts";
import { counted, text } from "../text/index.ts";
import { importOf, NO_COUNTS } from "./import-shape.ts";
import type { Processes, WriterNote } from "./store/sqlite/writer-note.ts";
import {
  isHeld,
  isThere,
  makeStagingFolder,
  removeStaging,
  removeStrayJournals,
  stagingFiles,
} from "./store/sqlite/imports/staging-files.ts";
import { idPrefix, instant, newId, type Surroundings } from "./ids.ts";
import type { Database } from "./store/sqlite/database.ts";
import { ImportThread } from "./store/sqlite/imports/worker/thread.ts";
import {
  BLANK_DETAIL,
  changeImport,
  insertImport,
  listImports,
  outdated,
  planSqlOf,
  readImport,
  rejected,
  type ImportRecord,
  type ImportState,
  type StoredRequest,
} from "./store/sqlite/imports/record.ts";
import { checkEtag, etagOf } from "./store/sqlite/imports/compare.ts";
import { revertLines } from "./store/sqlite/imports/revert-rows.ts";
import { planLines, problemLines, type RowQuery } from "./store/sqlite/imports/rows.ts";
import { attachForReading, upgradeStaging } from "./store/sqlite/imports/staging.ts";
import type { PlanSql } from "./store/sqlite/imports/stored-kind.ts";
import type { CommitMoment } from "./store/sqlite/imports/commit.ts";
import { planRevert, revertedOf } from "./store/sqlite/imports/revert.ts";
import { defineFunctions } from "./store/sqlite/imports/functions.ts";
import type { Task } from "./store/sqlite/imports/worker/messages.ts";
import { storageFailure } from "./store/sqlite/storage-failure.ts";

/** An input file sent to the tenant. */
export interface Content {
  readonly stream: ReadableStream<Uint8Array>;
  readonly encoding: Encoding;
}

/** Who makes the request, and the signal that aborts it. */
export interface RequestContext {
  readonly actor: string;
  readonly signal?: AbortSignal | undefined;
}

/** Maximum number of differing rows in a verification's answer. */
const FIRST_DIFFERENCES = 100;

/** What a tenant's imports need besides its database. */
export interface ImportsOptions {
  /** folder of all the tenant's files */
  readonly folder: string;
  readonly surroundings: Surroundings;
  readonly processes: Processes;
  readonly note: WriterNote;
}

/** A tenant's imports: staged and compared in a worker thread, kept as plans until they are committed or discarded. */
export class TenantImports {
  readonly #database: Database;
  readonly #folder: string;
  readonly #tenant: string;
  readonly #surroundings: Surroundings;
  readonly #worker = new ImportThread();
  readonly #note: WriterNote;
  readonly #processes: Processes;

  constructor(database: Database, { folder, surroundings, processes, note }: ImportsOptions) {
    this.#database = database;
    this.#folder = folder;
    this.#tenant = database.path;
    this.#surroundings = surroundings;
    this.#processes = processes;
    this.#note = note;
  }

  /** @throws Failure `input-rejected` if the map does not fit the format or sets a secret */
  begin(request: StoredRequest, { actor }: RequestContext): Import {
    if (request.map !== undefined) checkMap(request.map, FORMATS[request.kind]);
    const id = newId(this.#surroundings);
    this.#database.change(() => {
      insertImport(this.#database, {
        id,
        kind: request.kind,
        state: "uploading",
        createdAt: instant(this.#surroundings),
        etag: null,
        revision: null,
        detail: { ...BLANK_DETAIL, actor, request, process: this.#processes.self },
      });
    });
    return this.show(id);
  }

  /** @throws Failure `conflict` if the import already has its file */
  async upload(id: string, { stream, encoding }: Content, { signal }: RequestContext): Promise<Import> {
    const { detail } = this.#expect(id, ["uploading"]);
    if (detail.request === null) throw new TypeError(`import ${id} has no request`);
    makeStagingFolder(this.#staging(""));
    const task: Task = { type: "plan", files: this.#files(id), id, request: detail.request, encoding };
    await this.#worker.run(task, stream, signal).catch((error: unknown) => {
      // a process that could not write its plan cannot write the end state either: the next open does
      if (!(error instanceof Failure && error.code === "locked")) this.#end(id, "failed");
      throw error;
    });
    return this.show(id);
  }

  list(): readonly Import[] {
    return listImports(this.#database).map((record) => importOf(this.#database, record));
  }

  show(id: string): Import {
    return importOf(this.#database, readImport(this.#database, id));
  }

  /**
   * The rows of a plan as NDJSON, in batches.
   *
   * @throws Failure `conflict` if the import has no open plan
   */
  *rows(id: string, query: RowQuery): Generator<Uint8Array> {
    const record = readImport(this.#database, id);
    if (record.detail.reverts === null) {
      const plan = this.#planOf(record);
      yield* this.#reading(id, (database) => planLines(database, plan, query));
      return;
    }
    this.#expect(id, ["planned"]);
    const reverted = revertedOf(readImport(this.#database, record.detail.reverts));
    yield* this.#reading(undefined, (database) => revertLines(database, reverted, query));
  }

  /** The problems of a plan's file as NDJSON, in batches, by row and column. @throws Failure `conflict` */
  *problems(id: string, limit: number | undefined): Generator<Uint8Array> {
    this.#planOf(readImport(this.#database, id));
    yield* this.#reading(id, (database) => problemLines(database, limit));
  }

  /** @throws Failure `conflict` if the ETag is not the plan's or the tenant has changed; `input-rejected`; `locked` */
  commit(id: string, etag: string, context: RequestContext): Promise<Import> {
    return this.#commit(this.#expectEtag(id, etag, ["planned"]), context);
  }

  async #commit(record: ImportRecord, { signal }: RequestContext): Promise<Import> {
    this.#database.checkWritable();
    const { id } = record;
    const moment = this.#moment();
    const type = record.detail.reverts === null ? "commit" : "revert";
    const writer = this.#note.writer(`imports ${type} ${id}`, moment.now);
    const task: Task =
      type === "commit"
        ? { type, files: this.#files(id), id, moment, writer }
        : { type, tenant: this.#tenant, id, moment, writer };
    await this.#worker.run(task, undefined, signal);
    return this.show(id);
  }

  /** @throws Failure as {@link commit} */
  emitted(id: string, etag: string): Import {
    this.#database.change(() => {
      const record = this.#expectEtag(id, etag, ["planned"]);
      if (record.detail.counts?.rejected === true) throw rejected(record);
      checkEtag(this.#database, planSqlOf(record), record);
      changeImport(this.#database, record, {
        state: "awaiting-console",
        detail: { emittedAt: instant(this.#surroundings), agreedDeletions: record.detail.deletions },
      });
    });
    return this.show(id);
  }

  /** Compares a plan with the tenant again; a plan that awaits the console keeps its state. */
  async replan(id: string, { signal }: RequestContext): Promise<Import> {
    const record = await this.#compareAgain(id, signal);
    if (record.state === "awaiting-console") {
      // who compares again by hand is shown what is deleted by now
      this.#database.change(() => {
        const waiting = this.#expect(id, ["awaiting-console"]);
        changeImport(this.#database, waiting, { detail: { agreedDeletions: record.detail.deletions } });
      });
    }
    return this.show(id);
  }

  async #compareAgain(id: string, signal: AbortSignal | undefined): Promise<ImportRecord> {
    this.#database.checkWritable();
    const found = this.#expect(id, ["planned", "awaiting-console"]);
    const { state } = found;
    this.#planOf(found);
    await this.#worker.run({ type: "replan", files: this.#files(id), id }, undefined, signal);
    return this.#expect(id, [state]);
  }

  /** Compares the console's export with the expected result of a waiting plan, and commits it only if they agree. */
  async verify(id: string, content: Content, context: RequestContext): Promise<Verification> {
    this.#database.checkWritable();
    const waiting = this.#expect(id, ["awaiting-console"]);
    const { request } = waiting.detail;
    if (request === null) throw new TypeError(`import ${id} has no request`);
    if (etagOf(this.#database, this.#planOf(waiting)) !== waiting.etag) await this.#compareAgain(id, context.signal);
    const record = this.#expect(id, ["awaiting-console"]);
    this.#checkDeletions(waiting, record);
    const difference = await this.#worker.run(
      {
        type: "verify",
        files: this.#files(id),
        id,
        request: asConsoleExport(request),
        encoding: content.encoding,
        copy: this.#staging(`${id}.copy.${this.#processes.self}.db`),
        exportStaging: this.#staging(`${id}.export.${this.#processes.self}.db`),
        moment: this.#moment(),
        limit: FIRST_DIFFERENCES,
      },
      content.stream,
      context.signal,
    );
    const { differences = 0, first = [] } = difference ?? {};
    if (differences > 0) return { accepted: false, import: this.show(id), differences, first: [...first] };
    return { accepted: true, import: await this.#commit(record, context), differences: 0, first: [] };
  }

  /**
   * Nothing is deleted that nobody agreed to. Of a plan of an older program only the number is known.
   *
   * @throws Failure `conflict`
   */
  #checkDeletions(waiting: ImportRecord, compared: ImportRecord): void {
    const { agreedDeletions, counts } = waiting.detail;
    const [agreed, now] = [counts?.delete ?? 0, compared.detail.counts?.delete ?? 0];
    if (agreedDeletions === undefined ? now <= agreed : agreedDeletions === compared.detail.deletions) return;
    const { id } = waiting;
    // the next verification must not take the new number for what was agreed to
    this.#database.change(() => {
      changeImport(this.#database, compared, { detail: { agreedDeletions: agreedDeletions ?? `${agreed}` } });
    });
    throw new Failure("conflict", {
      what: text(
        `the tenant has changed: verifying would delete ${counted(now, "record")}, and not those that were agreed to`,
        `テナントが変更されました。照合すると、確認したものとは異なる ${now} 件が削除されます`,
      ),
      hint: text(
        `see them, then verify again: clomoctl imports replan ${id}`,
        `内容を確認してから、もう一度照合してください: clomoctl imports replan ${id}`,
      ),
    });
  }

  /** @throws Failure `conflict` if the import is not committed, was already reverted, or its records have changed */
  revert(id: string, { actor }: RequestContext): Import {
    const original = this.#expect(id, ["committed"]);
    if (original.detail.reverts !== null || original.detail.revertedBy !== null) throw this.#notOpen(original);
    const counts = planRevert(this.#database, original);
    const undo = newId(this.#surroundings);
    this.#database.change(() => {
      insertImport(this.#database, {
        id: undo,
        kind: original.kind,
        state: "planned",
        createdAt: instant(this.#surroundings),
        etag: `revert-${original.revision ?? 0}`,
        revision: null,
        detail: { ...BLANK_DETAIL, actor, reverts: id, counts: { ...NO_COUNTS, ...counts } },
      });
    });
    return this.show(undo);
  }

  discard(id: string): Import {
    this.#expect(id, ["uploading", "planned", "awaiting-console"]);
    this.#end(id, "discarded");
    return this.show(id);
  }

  /** Removes the remains of dead processes: staging that is not a complete plan, and plans older than a week. */
  sweep(): void {
    this.#note.sweep();
    removeStrayJournals(this.#staging(""));
    const unheld = stagingFiles(this.#staging("")).filter((file) => !isHeld(this.#staging(file)));
    // read afterwards: a file that was unlocked a moment ago may be a complete plan by now
    const known = new Map(listImports(this.#database).map((record) => [`${record.id}.db`, record]));
    const left = unheld.filter((file) => !this.#isKept(known.get(file)) && !this.#belongsToLiveProcess(file));
    const lost = [...known].filter(
      ([file, record]) => isOpen(record) && this.#isOld(record) && !isThere(this.#staging(file)),
    );
    // a command that only reads must not wait for another's commit: the next one removes the rest
    if (left.length + lost.length === 0 || !this.#database.isFree()) return;
    for (const file of [...left, ...lost.map(([name]) => name)]) {
      const record = known.get(file);
      if (record !== undefined) this.#abandon(record);
      removeStaging(this.#staging(file));
    }
  }

  #abandon({ id, state }: ImportRecord): void {
    this.#database.change(() => {
      const record = readImport(this.#database, id);
      // another process may have resumed or abandoned it since
      const next = ABANDONED.get(record.state);
      if (record.state === state && next !== undefined) changeImport(this.#database, record, { state: next });
    });
  }

  async close(): Promise<void> {
    await this.#worker.close();
  }

  /** A complete plan, or an upload whose process is alive: it may not have locked its staging file yet. */
  #isKept(record: ImportRecord | undefined): boolean {
    if (record?.state === "awaiting-console") return true;
    if (record === undefined || !isOpen(record) || this.#isOld(record)) return false;
    return record.state === "planned" || this.#processes.isAlive(record.detail.process ?? -1);
  }

  /** Names of a verification's files contain the id of their process. */
  #belongsToLiveProcess(file: string): boolean {
    const [, pid] = /\.(\d+)\.db$/.exec(file) ?? [];
    return pid !== undefined && this.#processes.isAlive(Number(pid));
  }

  #isOld({ createdAt }: ImportRecord): boolean {
    return this.#surroundings.now() - Date.parse(createdAt) >= PLAN_LIFE_MS;
  }

  #staging(file: string): string {
    return join(this.#folder, "imports", file);
  }

  #files(id: string) {
    return { tenant: this.#tenant, staging: this.#staging(`${id}.db`) };
  }

  #moment(): CommitMoment {
    return {
      now: instant(this.#surroundings),
      idPrefix: idPrefix(this.#surroundings),
      referencePrefix: idPrefix(this.#surroundings),
    };
  }

  #expect(id: string, states: readonly ImportState[]): ImportRecord {
    const record = readImport(this.#database, id);
    if (states.includes(record.state)) return record;
    throw this.#notOpen(record);
  }

  #notOpen(record: ImportRecord): Failure {
    const { id, state, detail } = record;
    if (detail.outdated === true) return outdated(record);
    return new Failure("conflict", {
      what: text(`import ${id} is ${state}`, `インポート ${id} は${IMPORT_STATE_NAMES[state].ja}です`),
      hint: text("see it: clomoctl imports list", "確認: clomoctl imports list"),
    });
  }

  /** The plan of an import, staged as this program stages. @throws Failure `conflict` if it has no open plan */
  #planOf(record: ImportRecord): PlanSql {
    const plan = planSqlOf(record);
    if (record.state === "awaiting-console" && !this.#database.isReadOnly) {
      upgradeStaging(this.#staging(`${record.id}.db`), plan);
    }
    return plan;
  }

  #expectEtag(id: string, etag: string, states: readonly ImportState[]): ImportRecord {
    const record = this.#expect(id, states);
    if (record.etag === etag) return record;
    throw new Failure("conflict", {
      what: text(`the plan of import ${id} has been replaced since`, `インポート ${id} の計画は作り直されています`),
      hint: text(`see it: clomoctl imports show ${id}`, `確認: clomoctl imports show ${id}`),
    });
  }

  #end(id: string, state: "failed" | "discarded"): void {
    this.#database.change(() => {
      // another process may have committed it while this one waited for the lock
      const record = this.#expect(id, ["uploading", "planned", "awaiting-console"]);
      changeImport(this.#database, record, { state });
    });
    removeStaging(this.#staging(`${id}.db`));
  }

  /** @param id the import whose staging is read too */
  *#reading<T>(id: string | undefined, body: (database: Database) => Iterable<T>): Generator<T> {
    const database = this.#database.reader();
    const staging = id === undefined ? undefined : this.#files(id).staging;
    try {
      defineFunctions(database, () => false);
      if (staging !== undefined) attachForReading(database, staging);
      yield* body(database);
    } catch (error) {
      throw storageFailure(error, database.path, staging);
    } finally {
      database.close();
    }
  }
}

/** The request for reading the console's own export, whatever the format of the import's file. */
const asConsoleExport = (request: StoredRequest): StoredRequest => ({
  ...request,
  mode: "replace",
  blank: "clear",
  absent: "keep",
  key: "email",
  skipInvalid: true,
  map: undefined,
  delimiter: ",",
});

/** The state in which an import ends that was abandoned by its process. */
const ABANDONED = new Map<ImportState, ImportState>([
  ["planned", "discarded"],
  ["uploading", "failed"],
]);

const isOpen = ({ state }: Pick<ImportRecord, "state">): boolean => ABANDONED.has(state);

/** A plan that is not committed is discarded after a week. */
const PLAN_LIFE_MS = 7 * 24 * 60 * 60 * 1000;
