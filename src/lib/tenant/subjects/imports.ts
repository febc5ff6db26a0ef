import type { Lines } from "../ledger/lists.ts";
import { checkMap } from "../../csv/layout/map.ts";
import { Failure } from "../../errors/index.ts";
import { hasOrgColumn } from "../../derived/format.ts";
import { FORMATS } from "../../derived/formats.ts";
import type { RecordType } from "../../model/thing.ts";
import { dayOf, DEFAULT_TIMEZONE } from "../../model/time.ts";
import type { FormatName } from "../../nouns/index.ts";
import { text, type Text } from "../../text/index.ts";
import { readTasks, type ConsoleTask } from "../ledger/tasks.ts";
import { createIdPrefix, getCurrentInstant, createId, type Processes } from "../store/ids.ts";
import {
  createBlockedDeletionFailure,
  resolveDeletion,
  toDeletedChange,
  type DeletionRequest,
  readDroppedTasks,
  readStagedChange,
} from "../plans/deletion.ts";
import type { Session } from "../ledger/session.ts";
import {
  isUndoable,
  getImportByName,
  findImportOfChange,
  getLastChange,
  readChange,
  toUndoneChange,
  type StoredChange,
  type UndoneChange,
} from "../ledger/audit-change-number.ts";
import type { CommitDetails, InputProblem, PlanRow, UploadContent, RowQuery } from "../plans/engine-types.ts";
import {
  EMPTY_IMPORT_DETAIL,
  updateImport,
  toImportObject,
  type ImportDetail,
  insertImport,
  listImports,
  readImport,
  type ImportRecord,
  type ImportState,
} from "../ledger/import-rows.ts";
import {
  createNotUndoableFailure,
  createAlreadyUndoneFailure,
  createTenantChangedFailure,
  createSecretsOnlyFailure,
  WHOLE_TENANT_FAILURE,
  createNotOpenFailure,
  checkImportRequest,
} from "../plans/import-failures.ts";
import { completeRequest, type ImportRequest, type StoredRequest } from "../ledger/import-request.ts";
import { buildImport, buildImports, type Import } from "../plans/import-result.ts";
import { findRequestKey, toStoredKey } from "../ledger/change.ts";
import { addChangeNumber, getRequestKey } from "../ledger/request-changes.ts";
import { ROOT_ORG_NUMBER } from "../ledger/org-rows.ts";
import { canImport } from "../ledger/check-rights.ts";
import type { ImportEngine } from "../plans/engine.ts";
import type { Reader } from "../store/types.ts";

const MAX_PLAN_AGE_MS = 7 * 24 * 60 * 60 * 1000;

const OPEN_STATES: readonly ImportState[] = ["uploading", "planned"];

const isImportOpen = ({ state }: Pick<ImportRecord, "state">): boolean => OPEN_STATES.includes(state);

export interface RequestContext {
  readonly signal?: AbortSignal | undefined;
}

const UNAUDITED_CHANGE = { action: null, locks: [] } as const;

export class TenantImports {
  readonly #session: Session;
  readonly #engine: ImportEngine;
  readonly #processes: Processes;

  constructor(session: Session, engine: ImportEngine, processes: Processes) {
    this.#session = session;
    this.#engine = engine;
    this.#processes = processes;
  }

  async #once(run: () => Promise<Import>): Promise<Import> {
    const key = getRequestKey();
    const done = key && (await this.#session.read((reader) => findRequestKey(reader, key)));
    if (done === undefined) return run();
    // what a shared store has read may get lost until something is committed
    if (this.#session.store.shared !== undefined) await this.#session.store.change(async () => undefined);
    addChangeNumber(done.change);
    return this.#read((done.answer as Pick<Import, "id">).id);
  }

  #read(id: string): Promise<Import> {
    return this.#session.read(async (reader) => buildImport(reader, await readImport(reader, id)));
  }

  async begin(given: ImportRequest): Promise<Import> {
    checkImportRequest(given);
    const { today = dayOf(new Date(this.#session.surroundings.now()), DEFAULT_TIMEZONE) } = given;
    const asked = completeRequest({ ...given, today });
    const mirroring = asked.fromConsole === true ? { ...asked, ...CONSOLE_EXPORT_OPTIONS } : asked;
    const request = this.#scoped(asked.keepMissing === true ? { ...mirroring, mode: "append" } : mirroring);
    this.#checkWhole(request);
    await this.#checkOrgs(request);
    if (request.map !== undefined) checkMap(request.map, FORMATS[request.kind]);
    return this.#insert({ kind: request.kind, detail: { request } });
  }

  #scoped<R extends StoredRequest>(request: R): R {
    const scope = this.#ownOrgs();
    return scope === undefined ? request : { ...request, scope };
  }

  async #checkOrgs({ kind, orgBy = "code", orgs, createOrgs, fromConsole }: StoredRequest): Promise<void> {
    if (orgs === undefined && (orgBy === "code" || fromConsole === true)) return;
    const beside = orgs === undefined ? undefined : this.#check(await this.#record(orgs), ["planned"]);
    const { request, counts } = beside?.detail ?? {};
    const isPlan = beside?.kind === "orgs" && request?.mode === "append" && request.fromConsole !== true;
    const isUsable = beside === undefined || (isPlan && counts?.rejected === false);
    if (isUsable && hasOrgColumn(FORMATS[kind]) && !createOrgs && fromConsole !== true) return;
    throw new Failure("input-rejected", {
      what: text(
        "organisation names or a plan of organisations (append, without errors) require an import of users or devices that does not create organisations",
        "組織名や組織の計画(追加更新、エラーなし)を使えるのは、組織を自動作成しないユーザーまたはデバイスのインポートだけです",
      ),
      where: orgs === undefined ? "json.orgBy" : "json.orgs",
    });
  }

  #checkWhole({ fromConsole, createOrgs, orgs: beside, forConsole, mode, undeletable }: StoredRequest): void {
    const { role, orgs } = this.#session.actor;
    const isForSystem = fromConsole === true || (forConsole === true && mode === "replace");
    const isForWhole = createOrgs || beside !== undefined || undeletable === "release";
    if ((isForSystem && role !== "system") || (isForWhole && orgs !== undefined)) throw WHOLE_TENANT_FAILURE;
  }

  async #permitted(record: ImportRecord): Promise<ImportRecord> {
    const { actor } = this.#session;
    const { counts, undoes } = record.detail;
    if (actor.account === undefined || counts === null) return record;
    const { requirePlanPermission } = await import("../plans/permission.ts");
    requirePlanPermission(actor, record.kind, counts, undoes);
    return record;
  }

  #insert(
    planned: Pick<ImportRecord, "kind"> &
      Partial<Pick<ImportRecord, "state" | "etag">> & { readonly detail: Partial<ImportDetail> },
  ): Promise<Import> {
    const { surroundings, actorName } = this.#session;
    return this.#session.change({ ...UNAUDITED_CHANGE, once: true }, async (writer) => {
      const id = createId(surroundings);
      const process = this.#processes.self;
      await insertImport(writer, {
        state: "uploading",
        etag: null,
        revision: null,
        ...planned,
        id,
        createdAt: getCurrentInstant(surroundings),
        detail: { ...EMPTY_IMPORT_DETAIL, actor: actorName, process, ...planned.detail },
      });
      return { result: await buildImport(writer, await readImport(writer, id)), objects: [{ thing: "import", id }] };
    });
  }

  async delete(asked: DeletionRequest, context: RequestContext): Promise<Import> {
    const { ids, kind } = asked;
    const request = this.#scoped(resolveDeletion(asked));
    const learns = canImport(this.#session.actor, kind) ? asked.learns : undefined;
    const planned = { kind, detail: { request, ids, learns } };
    return this.#once(() => this.#planUndo(toDeletedChange(request, ids), planned, context));
  }

  async upload(id: string, { stream, encoding }: UploadContent, { signal }: RequestContext): Promise<Import> {
    const record = this.#check(await this.#record(id), ["uploading"]);
    const { request } = record.detail;
    if (request === null) throw new TypeError(`import ${id} has no request`);
    try {
      await this.#engine.plan(id, request, { stream, encoding }, signal);
      await this.#permitted(await this.#record(id));
      return await this.#read(id);
    } catch (error) {
      // after a conflict, another upload still uses the import; in a locked tenant, the state cannot be written
      if (!(error instanceof Failure && ["conflict", "locked"].includes(error.code))) await this.#end(id, OPEN_STATES);
      throw error;
    }
  }

  list(): Promise<readonly Import[]> {
    return this.#session.read(async (reader) => buildImports(reader, await listImports(reader)));
  }

  show(name: string): Promise<Import> {
    return this.#session.read(async (reader) => buildImport(reader, await getImportByName(reader, name)));
  }

  async rows(id: string, query: RowQuery): Promise<Lines<PlanRow>> {
    const record = await this.#record(id);
    if (record.state === "committed") return this.#engine.read({ type: "committed-rows", record, query });
    const { drops, staged, request } = record.detail;
    const beside = request?.orgs === undefined ? undefined : await this.#record(request.orgs);
    if (staged !== null) return this.#engine.read({ type: "rows", record, query, beside });
    if (drops === undefined) this.#check(record, ["planned"]);
    const undone = await this.#session.read((reader) => readStagedChange(reader, record));
    return this.#engine.read({ type: "undo-rows", undone, first: record.kind, query });
  }

  async problems(id: string, limit: number | undefined): Promise<Lines<InputProblem>> {
    return this.#engine.read({ type: "problems", record: await this.#record(id), limit });
  }

  commit(id: string, etag: string, { signal }: RequestContext): Promise<Import> {
    return this.#once(async () => {
      const planned = await this.#permitted(this.#check(await this.#record(id), ["planned"], etag));
      const key = getRequestKey();
      const once = key && toStoredKey(key, { id }, this.#session.surroundings);
      const moment = await this.#moment();
      await this.#engine.commit(planned, { moment, signal, once }).catch(async (error: unknown) => {
        // after a conflict, the plan cannot be committed any more
        if (error instanceof Failure && error.code === "conflict")
          await this.#end(id, ["planned"]).catch(ignoreConflict);
        throw error;
      });
      return this.#read(id);
    });
  }

  #changeToUndo(name: number | "last") {
    const { actorName } = this.#session;
    return this.#session.read(async (reader) => {
      const change = name === "last" ? await getLastChange(reader, actorName) : await readChange(reader, name);
      if (change.undoneBy !== null) throw createAlreadyUndoneFailure(change.number, change.undoneBy);
      const why = await describeUndoObstacle(reader, change);
      if (why !== undefined) throw createNotUndoableFailure(change.number, why);
      return { change, original: await findImportOfChange(reader, change) };
    });
  }

  undo(
    name: number | "last",
    { skipBlocked = false }: { readonly skipBlocked?: boolean | undefined },
    context: RequestContext,
  ): Promise<Import> {
    return this.#once(async () => {
      const { change, original } = await this.#changeToUndo(name);
      const detail = {
        undoes: change.number,
        skipBlocked: skipBlocked || undefined,
        scope: original === undefined ? this.#ownOrgs() : (original.detail.request?.scope ?? original.detail.scope),
      };
      const undone = { ...toUndoneChange(change), counts: original?.detail.counts };
      return this.#planUndo(undone, { kind: original?.kind, detail }, context);
    });
  }

  dropTasks(numbers: readonly number[], context: RequestContext): Promise<Import> {
    return this.#once(async () => {
      const drops = [...new Set(numbers)];
      const dropped = await this.#session.read(async (reader) => {
        for (const task of await readTasks(reader, drops))
          if (isSecretsOnly(task)) throw createSecretsOnlyFailure(task);
        return readDroppedTasks(reader, drops);
      });
      return this.#planUndo(dropped, { detail: { drops, scope: this.#ownOrgs() } }, context);
    });
  }

  #ownOrgs(): readonly number[] | undefined {
    const { role, orgs = [ROOT_ORG_NUMBER] } = this.#session.actor;
    return role === "system" ? undefined : orgs;
  }

  async #planUndo(
    undone: UndoneChange,
    planned: { readonly kind?: FormatName | undefined; readonly detail: Partial<ImportDetail> },
    { signal }: RequestContext,
  ): Promise<Import> {
    const { kind, etag, counts } = await this.#engine.countUndo(undone, planned.kind, signal);
    if (undone.deleted !== undefined && counts.blocked !== undefined)
      throw createBlockedDeletionFailure(undone.deleted.request, counts.blocked);
    const { requirePlanPermission } = await import("../plans/permission.ts");
    requirePlanPermission(this.#session.actor, kind, counts, planned.detail.undoes);
    return this.#insert({ kind, state: "planned", etag, detail: { ...planned.detail, counts } });
  }

  async discard(id: string): Promise<Import> {
    await this.#permitted(await this.#record(id));
    await this.#end(id, OPEN_STATES);
    return this.#read(id);
  }

  /** Removes plans older than a week, and incomplete imports of processes that have ended. */
  async sweep(): Promise<void> {
    const unused = this.#engine.listUnusedIds();
    // read the records after checking the locks, because a released lock may mean that the plan is complete
    const records = await this.#session.read(listImports);
    const known = new Map(records.map((record) => [record.id, record]));
    const left = unused.filter((name) => !this.#isKept(known.get(name)));
    const lost = records.filter(
      (record) => isImportOpen(record) && !this.#isKept(record) && !this.#engine.isStaged(record.id),
    );
    // a command that only reads must not wait for another command's commit
    if (left.length + lost.length === 0 || !this.#session.store.isFree()) return;
    for (const name of new Set([...left, ...lost.map(({ id }) => id)])) {
      const record = known.get(name);
      if (record !== undefined && isImportOpen(record)) await this.#end(name, [record.state]).catch(ignoreConflict);
      this.#engine.drop(name);
    }
  }

  #isKept(record: ImportRecord | undefined): boolean {
    if (record === undefined || !isImportOpen(record) || this.#isOld(record)) return false;
    return record.state === "planned" || this.#processes.isAlive(record.detail.process ?? -1);
  }

  #isOld({ createdAt }: ImportRecord): boolean {
    return this.#session.surroundings.now() - Date.parse(createdAt) >= MAX_PLAN_AGE_MS;
  }

  async #moment(): Promise<CommitDetails> {
    const { surroundings, actorName, by, sender } = this.#session;
    return {
      actor: actorName,
      by,
      origin: surroundings.origin,
      sender,
      now: getCurrentInstant(surroundings),
      idPrefix: createIdPrefix(surroundings),
      referencePrefix: createIdPrefix(surroundings),
    };
  }

  #record(id: string): Promise<ImportRecord> {
    return this.#session.read((reader) => readImport(reader, id));
  }

  #check(record: ImportRecord, states: readonly ImportState[], etag = record.etag): ImportRecord {
    if (!states.includes(record.state)) throw createNotOpenFailure(record);
    if (record.etag !== etag) throw createTenantChangedFailure();
    return record;
  }

  async #end(id: string, from: readonly ImportState[]): Promise<void> {
    const orgs = await this.#session.change(UNAUDITED_CHANGE, async (writer) => {
      // another process may have committed the import while this process waited for the lock
      const record = this.#check(await readImport(writer, id), from);
      await updateImport(writer, record, { state: "discarded" });
      const { orgs: beside } = record.detail.request ?? {};
      const others = beside === undefined ? [] : await listImports(writer);
      const isShared = others.some((one) => isImportOpen(one) && one.detail.request?.orgs === beside && one.id !== id);
      return { result: isShared ? undefined : beside, objects: [toImportObject(record)] };
    });
    this.#engine.drop(id);
    if (orgs !== undefined) await this.#end(orgs, ["planned"]).catch(ignoreConflict);
  }
}

const ignoreConflict = (error: unknown): void => {
  if (!(error instanceof Failure && error.code === "conflict")) throw error;
};

const isSecretsOnly = ({ kind, records }: ConsoleTask): boolean => {
  const { fields }: RecordType = FORMATS[kind].thing;
  const isSecret = ({ field }: ConsoleTask["records"][number]["changes"][number]): boolean =>
    fields[field]?.secret === true;
  return records.length > 0 && records.every(({ changes }) => changes.length > 0 && changes.every(isSecret));
};

const DELETED_FIELD_REASON = text(
  "it deleted a custom field, whose values cannot be restored",
  "削除したカスタムユーザー情報とその値は、元に戻せません",
);

const NOTHING_RESTORABLE_REASON = text(
  "it did not change any data that can be restored (old passwords and similar secrets are not stored)",
  "元に戻せるデータの変更がありません(以前のパスワードなどは保存していません)",
);

const describeUndoObstacle = async (reader: Reader, change: StoredChange): Promise<Text | undefined> => {
  if (change.action === "fields.remove") return DELETED_FIELD_REASON;
  // undoing a console import also restores the time of the last sync
  return (await isUndoable(reader, change)) ? undefined : NOTHING_RESTORABLE_REASON;
};

const CONSOLE_EXPORT_OPTIONS = { mode: "replace", blank: "clear", skipInvalid: false } as const;
