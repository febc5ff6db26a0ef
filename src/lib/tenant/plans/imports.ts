import { line, step } from "../../advice/index.ts";
import type { ConsoleTask, DeletionRequest, DropRequest, Import, Verification } from "../../contract/index.ts";
import { checkMap, type ColumnMap } from "../../csv/layout/map.ts";
import { Failure } from "../../errors/index.ts";
import type { PlanCounts } from "./staging/counts.ts";
import { FORMATS } from "../../model/formats.ts";
import type { Thing } from "../../model/thing.ts";
import { checkDroppable, isOpen as isTaskOpen } from "../../model/console-task.ts";
import type { FormatName } from "../../model/console-files.ts";
import { IMPORT_STATE_NAMES } from "../../model/import.ts";
import { text, type Text } from "../../text/index.ts";
import { lastRewrite } from "../console/closed.ts";
import { droppedTasks, readOpenFields } from "../console/named.ts";
import { fieldName } from "../console/records.ts";
import { readTask, readTasks } from "../console/tasks.ts";
import { idPrefix, instant, newId } from "../ids.ts";
import { nothingOpen } from "../console/console.ts";
import { deletionOf, type Deletion } from "./deletion.ts";
import type { IdempotentRequest, Session } from "../session.ts";
import {
  isUndoable,
  importNamed,
  exportSince,
  importOfChange,
  isOfSecrets,
  laterActors,
  lastChange,
  newestChange,
  readChange,
  undoneChange,
  type StoredChange,
} from "../audit/change-number.ts";
import { heldOrgs } from "../store/held-orgs.ts";
import type {
  DeletionTarget,
  CommitMoment,
  UploadContent,
  ImportEngine,
  RowQuery,
  UndoneChange,
  WrittenFile,
} from "./engine.ts";
import {
  BLANK_DETAIL,
  changeImport,
  deleteImport,
  DONE,
  importObject,
  type ImportDetail,
  insertImport,
  listImports,
  readImport,
  stateOf,
  type ImportRecord,
  type ImportState,
  type StoredRequest,
} from "./import-rows.ts";
import { rejected, together, notUndoable, undoneAlready, seeImport } from "./refusals.ts";
import { importOf, importsOf, NO_COUNTS, writtenImportOf } from "./shape.ts";
import type { KeptRequest } from "../store/idempotency.ts";
import { ROOT } from "../records/org-rows.ts";
import type { Processes } from "../store/processes.ts";
import type { Reader } from "../store/store.ts";

/** A plan that is not committed is discarded after a week. */
const PLAN_LIFE_MS = 7 * 24 * 60 * 60 * 1000;

/** The state in which an import ends that was abandoned by its process. */
const ABANDONED = new Map<ImportState, ImportState>([
  ["planned", "discarded"],
  ["uploading", "failed"],
]);

const isOpen = ({ state }: Pick<ImportRecord, "state">): boolean => ABANDONED.has(state);

/** What may accompany a request. */
export interface RequestContext {
  readonly signal?: AbortSignal | undefined;
  readonly repeatable?: KeptRequest | undefined;
}

/** How a change is undone. */
interface UndoOptions {
  /** the console stays as it is */
  readonly mirrorOnly: boolean;
  /** leaves out the records that cannot be undone */
  readonly skipBlocked: boolean;
}

interface ChangeToUndo {
  readonly change: StoredChange;
  /** undefined if none made it, or who asks does not see it */
  readonly original: ImportRecord | undefined;
  readonly others: readonly string[];
}

/** What may count as the console's export of a plan. */
interface Evidence {
  /** of the export; default: that of the task */
  readonly kind?: FormatName | undefined;
  /** by which it is read */
  readonly map?: ColumnMap | undefined;
  /** what it does not show is confirmed */
  readonly confirmMissing: boolean;
  /** it may have the bytes of the uploaded file */
  readonly sameAsUpload: boolean;
}

const bookkeeping = { action: null, locks: [] } as const;

/** A tenant's imports: kept as plans until they are committed or discarded. */
export class TenantImports {
  readonly #session: Session;
  readonly #engine: ImportEngine;
  readonly #processes: Processes;

  constructor(session: Session, engine: ImportEngine, processes: Processes) {
    this.#session = session;
    this.#engine = engine;
    this.#processes = processes;
  }

  /** The answer of a request that was sent before, if the import is still where it brought it. */
  #inState(...states: readonly ImportState[]): IdempotentRequest<Import>["replay"] {
    return async (reader, id) => {
      const record = await readImport(reader, id);
      const isThere = states.length === 0 || states.includes(record.state);
      return isThere ? writtenImportOf(reader, record, this.#session.actor) : undefined;
    };
  }

  async #shown(reader: Reader, id: string): Promise<Import> {
    return writtenImportOf(reader, await readImport(reader, id), this.#session.actor);
  }

  #read(id: string): Promise<Import> {
    return this.#session.read((reader) => this.#shown(reader, id));
  }

  /** @throws Failure `input-rejected` if the map does not fit the format or sets a secret */
  begin(asked: StoredRequest, { repeatable }: RequestContext): Promise<Import> {
    const mirroring = asked.fromConsole === true ? { ...asked, ...MIRRORING } : asked;
    const request = this.#scoped(asked.keepMissing === true ? { ...mirroring, mode: "append" as const } : mirroring);
    this.#checkWhole(request);
    if (request.map !== undefined) checkMap(request.map, FORMATS[request.kind]);
    return this.#begin(request, repeatable && { ...repeatable, replay: this.#inState() });
  }

  /** A request as it is kept: what it reads lies in the organisations of who made it. */
  #scoped<R extends StoredRequest>(request: R): R {
    const { role, orgs = [ROOT] } = this.#session.asker;
    return role === "system" ? request : { ...request, scope: orgs };
  }

  /** @throws Failure `not-permitted` if the request concerns the tenant as a whole, and who makes it only part of it */
  #checkWhole({ fromConsole, createOrgs, forConsole, mode, undeletable }: StoredRequest): void {
    const { role, orgs } = this.#session.asker;
    if (undeletable === "release" && orgs !== undefined) throw ofWholeTenant(WITHOUT_OWNER);
    if (forConsole === true && mode === "replace" && role !== "system") throw ofWholeTenant(WHOLE_FILE);
    if (fromConsole === true && role !== "system") throw ofWholeTenant(TAKE_OVER);
    if (createOrgs && orgs !== undefined) throw ofWholeTenant(NEW_BELOW_ROOT);
  }

  /** @throws Failure `not-permitted` if who asks may not do what the import does, whoever planned it */
  async #permitted(record: ImportRecord): Promise<ImportRecord> {
    const { asker } = this.#session;
    const { counts } = record.detail;
    if (asker.account === undefined || counts === null) return record;
    const { permitPlan } = await import("../policy/import-work.ts");
    permitPlan(asker, record.kind, counts);
    return record;
  }

  /** @throws Failure `not-permitted`, with the rows, if who asks may not do what a plan of theirs would do */
  async #checkWork(record: ImportRecord): Promise<void> {
    const { asker } = this.#session;
    if (asker.role === "system" || record.detail.request?.mode === "delete") return;
    const { permitWork } = await import("../policy/import-work.ts");
    permitWork(asker, record.kind, this.#engine.workOf(record));
  }

  #begin(request: StoredRequest, once: IdempotentRequest<Import> | undefined): Promise<Import> {
    const { surroundings, actor } = this.#session;
    return this.#session.change({ ...bookkeeping, once }, async (writer) => {
      const id = newId(surroundings);
      await insertImport(writer, {
        id,
        kind: request.kind,
        state: "uploading",
        createdAt: instant(surroundings),
        etag: null,
        revision: null,
        detail: { ...BLANK_DETAIL, actor, request, process: this.#processes.self },
      });
      return { result: await this.#shown(writer, id), objects: [{ thing: "import", id }] };
    });
  }

  /**
   * Plans to delete records: of organisations with all below them, on request, their users too. All that is in the way is
   * told at once.
   *
   * @throws Failure as `deletionOf` and the engine's `planDeletion`
   */
  async delete(asked: DeletionRequest, { signal, repeatable }: RequestContext): Promise<Import> {
    const replay = this.#inState();
    const done = await this.#replayed(repeatable, replay);
    if (done !== undefined) return done;
    const deletion = deletionOf(asked);
    const id = await this.#planDeletion({ ...deletion, request: this.#scoped(deletion.request) }, signal);
    const once = repeatable && { ...repeatable, replay };
    try {
      return await this.#session.change({ ...bookkeeping, once }, async (writer) => ({
        result: await this.#shown(writer, id),
        objects: [{ thing: "import", id }],
      }));
    } catch (error) {
      await this.#forget(id).catch(() => undefined);
      throw error;
    }
  }

  /** @returns the id of the plan */
  async #planDeletion({ request, ids, refusals }: Deletion, signal: AbortSignal | undefined): Promise<string> {
    const lesser = await this.#lesser();
    const { id } = await this.#begin(request, undefined);
    try {
      await this.#engine.planDeletion(id, request, { ids, lesser }, signal);
    } catch (error) {
      // a process that could not write its plan cannot remove it either: the next open does
      if (!(error instanceof Failure && error.code === "locked")) await this.#forget(id);
      throw error instanceof Failure && error.code === "input-rejected" ? together([...refusals, error]) : error;
    }
    if (refusals.length === 0) return id;
    await this.#forget(id);
    throw together(refusals);
  }

  /** See {@link DeletionTarget}. */
  async #lesser(): Promise<DeletionTarget["lesser"]> {
    const { asker } = this.#session;
    if (asker.role === "system") return undefined;
    const { may } = await import("../policy/check.ts");
    return FREEING.filter((operation) => may(asker, operation));
  }

  /** @throws Failure `conflict` if the import already has its file */
  async upload(id: string, content: UploadContent, { signal }: RequestContext): Promise<Import> {
    const { detail } = await this.#expect(id, ["uploading"]);
    if (detail.request === null) throw new TypeError(`import ${id} has no request`);
    const plan = this.#engine.plan(id, detail.request, content, signal);
    return this.#planned(
      id,
      plan.then(async () => this.#checkWork(await this.#record(id))),
    );
  }

  /** An import once it is a plan. */
  async #planned(id: string, work: Promise<void>): Promise<Import> {
    try {
      await work;
      return await this.#read(id);
    } catch (error) {
      // a process that could not write its plan cannot write the end state either: the next open does
      if (!(error instanceof Failure && error.code === "locked")) await this.#end(id, "failed");
      throw error;
    }
  }

  list(): Promise<readonly Import[]> {
    return this.#session.read(async (reader) => importsOf(reader, await listImports(reader), this.#session.actor));
  }

  /** @param name its id, or its number. @throws Failure `not-found` */
  show(name: string): Promise<Import> {
    const { actor } = this.#session;
    return this.#session.read(async (reader) => importOf(reader, await importNamed(reader, name), actor));
  }

  /** The rows of a plan, or what a committed import did, as NDJSON in batches. @throws Failure `conflict` if it has neither */
  async rows(id: string, query: RowQuery): Promise<Iterable<Uint8Array>> {
    const record = await this.#record(id);
    if (DONE.includes(record.state)) return this.#engine.committedRows(record, query);
    const { undoes, skipBlocked = false, drops } = record.detail;
    if (drops !== undefined) {
      const dropped = await this.#session.read((reader) => droppedTasks(reader, record.detail));
      return this.#engine.undoRows(dropped, record.kind, query);
    }
    if (undoes === undefined) return this.#engine.rows(record, query);
    await this.#expect(id, ["planned"]);
    const change = await this.#session.read((reader) => readChange(reader, undoes));
    return this.#engine.undoRows(undoneChange(change, skipBlocked), record.kind, query);
  }

  /** The problems of a plan's file as NDJSON, in batches, by row and column. @throws Failure `conflict` */
  async problems(id: string, limit: number | undefined): Promise<Iterable<Uint8Array>> {
    return this.#engine.problems(await this.#record(id), limit);
  }

  /** @throws Failure `conflict` if the ETag is not the plan's or the tenant has changed; `input-rejected`; `locked` */
  async commit(id: string, etag: string, context: RequestContext, written?: WrittenFile): Promise<Import> {
    const done = await this.#replayed(context.repeatable, this.#inState("committed"));
    if (done !== undefined) return done;
    const planned = await this.#permitted(await this.#expectEtag(id, etag, ["planned"]));
    if (written !== undefined) this.#checkUpload(planned);
    return this.#commit(planned, context, written);
  }

  async #commit(record: ImportRecord, { signal, repeatable }: RequestContext, written?: WrittenFile): Promise<Import> {
    const once = repeatable && this.#session.keptKey(repeatable, record.id);
    await this.#engine.commit(record, { moment: await this.#moment(), signal, once, written });
    return this.#read(record.id);
  }

  /** @throws Failure `input-rejected`, `not-permitted` where no file of the plan may be uploaded */
  #checkUpload(planned: ImportRecord): void {
    const { counts, request } = planned.detail;
    if (request?.mode === "replace" && this.#session.asker.role !== "system") throw ofWholeTenant(WHOLE_FILE);
    if (counts?.rejected === true) throw rejected(planned);
    if (request?.mode === "delete") throw NO_UPLOAD;
  }

  /** Compares a plan with the tenant again. */
  async replan(id: string, { signal }: RequestContext): Promise<Import> {
    await this.#permitted(await this.#record(id));
    await this.#compareAgain(id, signal);
    return this.#read(id);
  }

  async #compareAgain(id: string, signal: AbortSignal | undefined): Promise<ImportRecord> {
    const record = await this.#expect(id, ["planned"]);
    await this.#engine.replan(record, { lesser: await this.#lesser() }, signal);
    const compared = await this.#expect(id, [record.state]);
    await this.#checkWork(compared);
    return compared;
  }

  /**
   * Stores what an export of the console shows of a task's records: nothing else of it is taken.
   *
   * @throws Failure `not-found`; `conflict` if nothing of the task is open; `input-rejected` if the export cannot be compared
   */
  async verify(
    number: number,
    content: UploadContent,
    evidence: Evidence,
    context: RequestContext,
  ): Promise<Verification> {
    const { asker } = this.#session;
    const { change, task, made } = await this.#session.read(async (reader) => {
      const one = await readTask(reader, number);
      const of = await readChange(reader, number);
      return { change: of, task: one, made: await importOfChange(reader, of) };
    });
    const revision = change.revision ?? -1;
    const changedAgain = async (reader: Reader) => ({
      changedAgain: (await lastRewrite(reader, revision))?.number ?? null,
    });
    if (!isTaskOpen(task))
      return { done: true, closedBefore: true, ...(await this.#session.read(changedAgain)), task, unseen: [] };
    const { map, confirmMissing, sameAsUpload, kind = task.kind } = evidence;
    if (map !== undefined) checkMap(map, FORMATS[kind]);
    const observed = await this.#engine.verify(newId(this.#session.surroundings), content, {
      revision,
      request: { ...asConsoleExport(kind), map, scope: asker.role === "system" ? undefined : (asker.orgs ?? [ROOT]) },
      moment: await this.#moment(),
      confirmMissing,
      uploadSha256: sameAsUpload ? undefined : made?.detail.emittedSha256,
      signal: context.signal,
    });
    const headers = new Map(FORMATS[kind].columns.map(({ field, sets, header }) => [sets ?? field, header]));
    return this.#session.read(async (reader) => {
      const now = await readTask(reader, number, { all: true });
      const lacking = await readOpenFields(reader, { revision, kind, columns: observed.unseen });
      const blank = observed.blank.map((column) => fieldName(FORMATS[kind].thing, column));
      const unseen = [
        ...lacking.map((field) => ({ field })),
        ...blank.map((field) => ({ field, blank: true as const })),
      ];
      const done = !isTaskOpen(now);
      return {
        done,
        ...(done && (await changedAgain(reader))),
        ...(observed.isUpload && { sameAsUpload: true }),
        ...(observed.lacking && { lacking: { ...observed.lacking } }),
        ...(observed.takenOver && { takenOver: { ...observed.takenOver, newer: [...observed.takenOver.newer] } }),
        task: now,
        unseen: unseen.map((one) => ({ ...one, header: headers.get(one.field) ?? one.field.replace(/^custom:/, "") })),
      };
    });
  }

  /** A change that is to be undone, its import, and who else changed something since. @throws Failure as {@link undo} */
  #changeToUndo(name: number | "last"): Promise<ChangeToUndo> {
    const { actor } = this.#session;
    return this.#session.read(async (reader) => {
      const change = name === "last" ? await lastChange(reader, actor) : await readChange(reader, name);
      if (change.undoneBy !== null) {
        throw await undoneAlready(reader, change.number, change.undoneBy);
      }
      const why = await whyNotUndoable(reader, change);
      if (why !== undefined) {
        const before = name === "last" ? await undoableBefore(reader, actor, change) : undefined;
        throw notUndoable(change.number, why, before?.number);
      }
      const original = await importOfChange(reader, change);
      const reopened = original?.detail.counts?.reopened;
      if (reopened !== undefined) throw confirmAgain(change.number, reopened.tasks);
      const others = (await laterActors(reader, change.number)).filter((one) => one !== actor);
      return { change, original, others };
    });
  }

  /**
   * Plans the undo of a change.
   *
   * @param name its number; `last`: the newest one of who asks that was not undone
   * @throws Failure `not-found`; `conflict` if it was undone already, or nothing of it can be restored
   */
  async undo(
    name: number | "last",
    { mirrorOnly, skipBlocked }: UndoOptions,
    context: RequestContext,
  ): Promise<Import> {
    const { repeatable } = context;
    const done = await this.#replayed(repeatable, this.#inState());
    if (done !== undefined) return done;
    const { change, original, others } = await this.#changeToUndo(name);
    const isOfMirror = original?.detail.mirrorOnly === true;
    if (mirrorOnly && !isOfMirror && original?.detail.request?.fromConsole !== true) throw notOfMirror(change.number);
    const isInMirror = mirrorOnly || isOfMirror;
    const later =
      isInMirror && original !== undefined
        ? await this.#session.read((reader) => exportSince(reader, change, original.kind))
        : undefined;
    if (later !== undefined) throw shownSince(change.number, later);
    const detail = {
      undoes: change.number,
      skipBlocked: skipBlocked || undefined,
      others: others.length > 0 ? others : undefined,
      reverts: original?.id ?? null,
      mirrorOnly: isInMirror || undefined,
      scope: original === undefined ? this.#ownOrgs() : (original.detail.request?.scope ?? original.detail.scope),
    };
    return this.#planUndo(undoneChange(change, skipBlocked), { kind: original?.kind, detail }, repeatable);
  }

  /**
   * Plans to put back here what the console has, where tasks changed it.
   *
   * @throws Failure `not-found`, also if no task has a record or a field; `conflict` if nothing of a task is open
   */
  async dropTasks({ numbers, records, fields }: DropRequest, { repeatable }: RequestContext): Promise<Import> {
    const done = await this.#replayed(repeatable, this.#inState());
    if (done !== undefined) return done;
    const drop = { drops: [...new Set(numbers)], records, fields };
    const dropped = await this.#session.read(async (reader) => {
      for (const task of await readTasks(reader, drop.drops)) {
        checkDroppable(task);
        if (setsSecretsOnly(task)) throw secretsStay(task);
      }
      return droppedTasks(reader, drop);
    });
    const plan = await this.#planUndo(dropped, { detail: { ...drop, scope: this.#ownOrgs() } }, repeatable);
    const isNothing = [plan, ...(plan.beside ?? [])].every((one) => one.create + one.update + one.delete === 0);
    if ((records ?? fields) === undefined || !isNothing || plan.blocked !== undefined) return plan;
    await this.discard(plan.id);
    throw nothingOpen(drop.drops);
  }

  /** The numbers of the organisations of who asks; undefined of a system administrator. */
  #ownOrgs(): readonly number[] | undefined {
    const { role, orgs = [ROOT] } = this.#session.asker;
    return role === "system" ? undefined : orgs;
  }

  async #planUndo(
    undone: UndoneChange,
    planned: { readonly kind?: FormatName | undefined; readonly detail: Partial<ImportDetail> },
    repeatable: KeptRequest | undefined,
  ): Promise<Import> {
    const { surroundings, actor, asker } = this.#session;
    const { kind, etag, beside, ...counted } = await this.#engine.countUndo(undone, planned.kind);
    const counts: PlanCounts = {
      ...NO_COUNTS,
      ...counted,
      ...(beside.length > 0 && { beside }),
      // of a console that stays as it is no device changes hands
      ...((planned.detail.mirrorOnly === true || planned.detail.drops !== undefined) &&
        counted.wipes !== undefined && { wipes: 0 }),
    };
    const { permitPlan } = await import("../policy/import-work.ts");
    permitPlan(asker, kind, counts);
    const once = repeatable && { ...repeatable, replay: this.#inState() };
    return this.#session.change({ ...bookkeeping, once }, async (writer) => {
      const id = newId(surroundings);
      await insertImport(writer, {
        id,
        kind,
        state: "planned",
        createdAt: instant(surroundings),
        etag,
        revision: null,
        detail: { ...BLANK_DETAIL, actor, ...planned.detail, counts },
      });
      return { result: await this.#shown(writer, id), objects: [{ thing: "import", id }] };
    });
  }

  /** Drops a plan. @throws Failure `conflict` if it is no open plan */
  async discard(id: string): Promise<Import> {
    await this.#permitted(await this.#record(id));
    await this.#end(id, "discarded");
    return this.#read(id);
  }

  /** Removes the remains of dead processes: what is not a complete plan, staged or not yet, and plans older than a week. */
  async sweep(): Promise<void> {
    const unheld = this.#engine.unheld();
    // read afterwards: what was unlocked a moment ago may be a complete plan by now
    const records = await this.#session.read(listImports);
    const known = new Map(records.map((record) => [record.id, record]));
    const left = unheld.filter((name) => !this.#isKept(known.get(name)));
    const lost = records.filter(
      (record) => isOpen(record) && !this.#isKept(record) && !this.#engine.isStaged(record.id),
    );
    // a command that only reads must not wait for another's commit: the next one removes the rest
    if (left.length + lost.length === 0 || !this.#session.store.isFree()) return;
    for (const name of new Set([...left, ...lost.map(({ id }) => id)])) {
      const record = known.get(name);
      if (record !== undefined) await this.#abandon(record);
      this.#engine.drop(name);
    }
  }

  async #abandon({ id, state }: ImportRecord): Promise<void> {
    await this.#session.change(bookkeeping, async (writer) => {
      const record = await readImport(writer, id);
      // another process may have resumed or abandoned it since
      const next = ABANDONED.get(record.state);
      if (record.state === state && next !== undefined) await changeImport(writer, record, { state: next });
      return { result: undefined, objects: [{ thing: "import", id }] };
    });
  }

  /** A complete plan, or an upload whose process is alive: it may not have locked its staging file yet. */
  #isKept(record: ImportRecord | undefined): boolean {
    if (record === undefined || !isOpen(record) || this.#isOld(record)) return false;
    return record.state === "planned" || this.#processes.isAlive(record.detail.process ?? -1);
  }

  #isOld({ createdAt }: ImportRecord): boolean {
    return this.#session.surroundings.now() - Date.parse(createdAt) >= PLAN_LIFE_MS;
  }

  async #moment(): Promise<CommitMoment> {
    const { surroundings, actor, by, asker } = this.#session;
    return {
      actor,
      by,
      heldOrgs: await this.#session.read((reader) => heldOrgs(reader, asker)),
      origin: surroundings.origin,
      now: instant(surroundings),
      idPrefix: idPrefix(surroundings),
      referencePrefix: idPrefix(surroundings),
    };
  }

  #replayed(
    request: KeptRequest | undefined,
    replay: IdempotentRequest<Import>["replay"],
  ): Promise<Import | undefined> {
    return request === undefined ? Promise.resolve(undefined) : this.#session.replayed({ ...request, replay });
  }

  #record(id: string): Promise<ImportRecord> {
    return this.#session.read((reader) => readImport(reader, id));
  }

  async #expect(id: string, states: readonly ImportState[]): Promise<ImportRecord> {
    return this.#checkState(await this.#record(id), states);
  }

  #checkState(record: ImportRecord, states: readonly ImportState[]): ImportRecord {
    if (states.includes(record.state)) return record;
    throw notOpen(record);
  }

  async #expectEtag(id: string, etag: string, states: readonly ImportState[]): Promise<ImportRecord> {
    return this.#checkEtag(await this.#record(id), etag, states);
  }

  #checkEtag(found: ImportRecord, etag: string, states: readonly ImportState[]): ImportRecord {
    const record = this.#checkState(found, states);
    if (record.etag === etag) return record;
    const { number } = record;
    throw new Failure("conflict", {
      what: text(
        `the plan of import ${number} has been replaced since`,
        `インポート ${number} の計画は作り直されています`,
      ),
      hint: seeImport(record),
    });
  }

  /** Removes a deletion of which its caller was told nothing, so that its number is free again. */
  async #forget(id: string): Promise<void> {
    await this.#session.change(bookkeeping, async (writer) => {
      const record = this.#checkState(await readImport(writer, id), ["uploading", "planned"]);
      await deleteImport(writer, record);
      return { result: undefined, objects: [importObject(record)] };
    });
    this.#engine.drop(id);
  }

  async #end(id: string, state: "failed" | "discarded"): Promise<void> {
    await this.#session.change(bookkeeping, async (writer) => {
      // another process may have committed it while this one waited for the lock
      const record = this.#checkState(await readImport(writer, id), ["uploading", "planned"]);
      await changeImport(writer, record, { state });
      return { result: undefined, objects: [importObject(record)] };
    });
    this.#engine.drop(id);
  }
}

const NO_UPLOAD = new Failure("input-rejected", {
  what: text(
    "no file that is uploaded deletes records by their names",
    "アップロードで名前を指定して削除することはできません",
  ),
  hint: text(
    "commit it, and delete them in the console as console show tells",
    "確定してから、console show の手順で管理画面でも削除してください",
  ),
});

/** What somebody asked for that concerns the whole tenant. */
interface WholeWork {
  readonly why: Text;
  readonly hint: Text;
}

const BY_SYSTEM = text("ask a system administrator", "システム管理者に依頼してください");

const TAKE_OVER: WholeWork = {
  why: text(
    "the console's export is taken over for the whole tenant",
    "管理画面のエクスポートの取り込みは、テナント全体が対象です",
  ),
  hint: BY_SYSTEM,
};

const NEW_BELOW_ROOT: WholeWork = {
  why: text(
    "--create-orgs makes organisations directly below 全社, which is outside yours",
    "--create-orgs は 全社 の直下に組織を作るため、管理対象組織の外になります",
  ),
  hint: text(
    `leave it out where all organisations are there; below one of yours: ${line("orgs create", ["NAME"], { parent: "ORG", code: "CODE" })}; elsewhere: ask a system administrator`,
    `組織がすべてあれば --create-orgs は不要です。管理対象組織の下に作るには: ${line("orgs create", ["NAME"], { parent: "ORG", code: "CODE" })}。それ以外はシステム管理者に依頼してください`,
  ),
};

const WITHOUT_OWNER: WholeWork = {
  why: text(
    "--undeletable release leaves devices without an owner, and these are outside your organisations",
    "--undeletable release で所有者を外したデバイスは、管理対象組織の外になります",
  ),
  hint: text(
    "pass --undeletable keep, or ask a system administrator",
    "--undeletable keep を指定するか、システム管理者に依頼してください",
  ),
};

const WHOLE_FILE: WholeWork = {
  why: text(
    "an upload of 全件更新 deletes in the console whatever its file lacks: only system administrators make one",
    "全件更新のアップロードは、ファイルにないものを管理画面からすべて削除します。そのファイルを作成できるのはシステム管理者だけです",
  ),
  hint: BY_SYSTEM,
};

/** What gets out of the way of a deletion what its refusals name. */
const FREEING = [
  "accounts.write",
  "users.move",
  "users.delete",
  "orgs.write",
  "devices.write",
  "devices.delete",
] as const;

const notOfMirror = (number: number): Failure =>
  new Failure("usage", {
    what: text(
      `change ${number} did not take over an export of the console`,
      `変更 ${number} は管理画面のエクスポートの取り込みではありません`,
    ),
    where: "--mirror-only",
    hint: text("leave it out", "指定せずに取り消してください"),
  });

/** True if a task only sets passwords and the like. */
const setsSecretsOnly = ({ kind, records }: ConsoleTask): boolean => {
  const { fields }: Thing = FORMATS[kind].thing;
  const isSecret = ({ field }: ConsoleTask["records"][number]["changes"][number]): boolean =>
    fields[field]?.secret === true;
  return records.length > 0 && records.every(({ changes }) => changes.length > 0 && changes.every(isSecret));
};

const secretsStay = ({ number }: ConsoleTask): Failure => {
  const confirm = line("console confirm", [number]);
  return new Failure("conflict", {
    what: text(
      `task ${number} sets passwords and the like: the former ones are not kept, so nothing can be put back`,
      `作業 ${number} はパスワードなどの設定です。以前の値は保存していないため、元に戻せません`,
    ),
    hint: text(
      `enter it in the console, then: ${confirm}; or set it again`,
      `管理画面で設定してから: ${confirm}。または、もう一度設定してください`,
    ),
  });
};

/** The failure of an undo in the mirror alone of what a later export of the console has shown. */
const shownSince = (number: number, later: number): Failure => {
  const undo = line("undo", [later], { mirrorOnly: true });
  return new Failure("conflict", {
    what: text(
      `export ${later} of the console was taken over after change ${number}: it shows what the console has, and nothing of ${number} is left in the mirror alone`,
      `変更 ${number} の後に管理画面のエクスポート ${later} を取り込んでいます。管理画面の内容は ${later} が示しており、ここだけで取り消せるものは残っていません`,
    ),
    hint: step(
      `if export ${later} was not the console's either, first`,
      `エクスポート ${later} も管理画面のものではない場合は、先に`,
      undo,
    ),
  });
};

const ofWholeTenant = ({ why, hint }: WholeWork): Failure => new Failure("not-permitted", { what: why, hint });

const notOpen = (record: ImportRecord): Failure => {
  const { en, ja } = IMPORT_STATE_NAMES[stateOf(record)];
  return new Failure("conflict", {
    what: text(`import ${record.number} is ${en}`, `インポート ${record.number} は${ja}です`),
    hint: step("see it", "確認", line("imports list", [])),
  });
};

/** What is not restored of a change, by its action. */
const NOT_RESTORED: Readonly<Record<string, Text>> = {
  "fields.remove": text(
    "a custom field that was removed does not come back with its values",
    "削除したカスタム項目は、値とともに元に戻すことはできません",
  ),
};

const NO_RECORD = text(
  "it changed no user, organisation, device, account or group",
  "ユーザー・組織・デバイス・アカウント・グループの変更ではありません",
);

const ONLY_SECRETS = text(
  "it only set passwords and the like, and former ones are not kept: set them again",
  "パスワードなどを設定しただけの変更で、以前のものは保存していません。設定し直してください",
);

/** Why nothing of a change can be restored; undefined if something can. */
const whyNotUndoable = async (reader: Reader, change: StoredChange): Promise<Text | undefined> => {
  const { [change.action]: why } = NOT_RESTORED;
  if (why !== undefined) return why;
  // an export of the console that changed no record is undone all the same: it said how old the mirror is
  if (!(await isUndoable(reader, change))) return NO_RECORD;
  return (await isOfSecrets(reader, change)) ? ONLY_SECRETS : undefined;
};

/** Returns the actor's newest change before another one that can be undone. */
const undoableBefore = async (reader: Reader, actor: string, { number }: StoredChange) => {
  let before = await newestChange(reader, actor, number);
  while (before !== undefined && (await whyNotUndoable(reader, before)) !== undefined)
    before = await newestChange(reader, actor, before.number);
  return before;
};

/** The failure of undoing the undo of a confirmation. */
const confirmAgain = (number: number, tasks: readonly number[]): Failure => {
  const confirm = line("console confirm", [...tasks]);
  return new Failure("conflict", {
    what: text(
      `change ${number} cannot be undone: it opened tasks of the console again`,
      `変更 ${number} は取り消せません: 管理画面での作業を未了に戻した変更です`,
    ),
    hint: step("confirm them again", "もう一度完了を記録するには", confirm),
  });
};

/** How the console's own export is read: what it lacks is gone, a column it lacks tells nothing. */
const MIRRORING = { mode: "replace", blank: "clear", missingColumns: "keep", skipInvalid: false } as const;

/** The request for reading an export of the console, of which only the records of a task are observed. */
const asConsoleExport = (kind: FormatName): StoredRequest => ({
  kind,
  ...MIRRORING,
  fromConsole: true,
  createOrgs: false,
  createGroups: true,
  key: "email",
  skipInvalid: true,
  delimiter: ",",
  fileName: "",
});
