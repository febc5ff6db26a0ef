import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import { createReadStream, existsSync, statSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { UndoneChange } from "../ledger/audit-change-number.ts";
import type { CommitOptions, PlanRowsRequest, UndoCounts, UploadContent } from "./engine-types.ts";
import type { FormatName } from "../../nouns/index.ts";
import type { ImportRecord } from "../ledger/import-rows.ts";
import type { StoredRequest } from "../ledger/import-request.ts";
import type { Processes } from "../store/ids.ts";
import type { Scope } from "../store/types.ts";
import { createPlanScope } from "../ledger/scope.ts";
import type { Database } from "../store/database.ts";
import { removeUnfinishedFiles } from "../ledger/tenant-file.ts";
import {
  isStagingFileInUse,
  createStagingFolder,
  removeStagingFile,
  removeStrayJournals,
  listStagingFiles,
} from "./staging.ts";
import type { ReadSource } from "./import-readings.ts";
import type { TaskFiles } from "./import-tasks.ts";
import { on } from "node:events";
import { MessageChannel, type MessagePort, type Worker } from "node:worker_threads";
import { getResult, startWorker, type ThreadOutcome } from "../store/run-in-worker.ts";
import type { SharedState } from "../store/change-log.ts";
import type { FollowedLog } from "../store/follow-log.ts";
import { serveLog } from "../store/log-port.ts";
import { WorkQueue } from "../store/store.ts";
import { findShareReceiver } from "../store/work.ts";
import type { WorkerJob, JobArguments, ImportJobs, JobMessage } from "./import-worker.ts";

/** An idle worker is reused, because each new worker must load the whole import engine. */
let idle: Worker | undefined;

const startImportWorker = (): Worker => {
  const worker = startWorker("./import-worker", import.meta.url, { resourceLimits: { maxYoungGenerationSizeMb: 8 } });
  const forget = (): void => {
    if (idle === worker) idle = undefined;
  };
  worker.once("error", forget);
  worker.once("exit", forget);
  return worker;
};

const returnWorker = (worker: Worker): void => {
  // an idle worker must not keep the process alive
  worker.unref();
  if (idle === undefined) idle = worker;
  else void worker.terminate();
};

export class ImportThreads {
  readonly #turns = new WorkQueue();
  readonly #followed: FollowedLog | undefined;
  readonly reading = new Set<Database>();
  /** plans of other servers that are being fetched, by path */
  readonly fetching = new Map<string, Promise<void>>();

  constructor(followed?: FollowedLog) {
    this.#followed = followed;
  }

  /** @param prepare has the same turn, because a job that fails removes its files @throws Failure `interrupted` */
  run<J extends keyof ImportJobs>(
    job: J,
    args: JobArguments<J>,
    signal?: AbortSignal,
    prepare?: () => Promise<void>,
  ): ReturnType<ImportJobs[J]> {
    const work = async () => {
      await prepare?.();
      return runJob(job, args, this.#followed, signal);
    };
    return this.#turns.next(work) as ReturnType<ImportJobs[J]>;
  }

  async close(): Promise<void> {
    await this.#turns.next(async () => undefined);
    for (const database of this.reading) database.close();
    this.reading.clear();
  }
}

async function runJob(
  job: keyof ImportJobs,
  args: JobArguments<keyof ImportJobs>,
  followed: FollowedLog | undefined,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const end = new AbortController();
  const abort = (): void => {
    Atomics.store(stop, 0, 1);
    end.abort();
  };
  if (signal?.aborted === true) abort();
  signal?.addEventListener("abort", abort);
  const chunks = "stream" in args ? sendChunks(args.stream, end.signal) : undefined;
  const log = followed && serveLog(followed);
  const assignment: WorkerJob = { job, args: { ...args, ...(chunks && { stream: undefined }) }, chunks, stop, log };
  try {
    const worker = idle ?? startImportWorker();
    idle = undefined;
    worker.ref();
    worker.postMessage(
      assignment,
      [chunks, log?.port].filter((port) => port !== undefined),
    );
    const outcome = await waitForOutcome(worker);
    returnWorker(worker);
    return getResult(outcome);
  } finally {
    signal?.removeEventListener("abort", abort);
    abort();
  }
}

/** Sends a chunk whenever the thread asks for one. Chunks are moved: V8 would let 64 MB of copied ones wait. */
const sendChunks = (stream: ReadableStream<Uint8Array>, end: AbortSignal): MessagePort => {
  const { port1, port2 } = new MessageChannel();
  const reader = stream.getReader();
  const send = async (): Promise<void> => {
    const { value = null } = await reader.read();
    // other views can use the memory of a chunk that is only a part of a buffer
    const chunk = value?.length === value?.buffer.byteLength ? value : new Uint8Array(value ?? []);
    port1.postMessage(chunk, chunk === null ? [] : [chunk.buffer as ArrayBuffer]);
  };
  port1.on("message", () => void send().catch(() => port1.close()));
  end.addEventListener("abort", () => {
    port1.close();
    reader.cancel().catch(() => undefined);
  });
  return port2;
};

const waitForOutcome = async (worker: Worker): Promise<ThreadOutcome> => {
  const receive = findShareReceiver();
  for await (const [message] of on(worker, "message") as AsyncIterable<[JobMessage]>) {
    if (!("share" in message)) return message;
    receive?.(message.share);
  }
  throw new TypeError("a thread sends an outcome or fails");
};

export interface EngineOptions {
  readonly folder: string;
  readonly processes: Processes;
  readonly followed?: FollowedLog | undefined;
}

const NO_PLAN_FAILURE = new Failure("unavailable", {
  what: text(
    "the store does not have the rows of this plan: try again, or make it again",
    "保存先にこの計画の行がありません。もう一度試すか、計画を作り直してください",
  ),
  // they are stored just after the plan was made
  retryAfterMs: 1000,
});

/** Opens the file only when it is read: nobody would close it. */
async function* readWhenAsked(path: string): AsyncGenerator<Uint8Array> {
  yield* createReadStream(path, { highWaterMark: 1 << 20 });
}

const storeWhole = async (path: string, content: AsyncIterable<Uint8Array>): Promise<void> => {
  createStagingFolder(dirname(path));
  const part = `${path}-part`;
  await writeFile(part, content, { mode: 0o600 }).catch((error: unknown) => {
    removeStagingFile(path);
    throw error;
  });
  if (statSync(part).size === 0) throw NO_PLAN_FAILURE;
  await rename(part, path);
};

/**
 * Plans and commits imports outside the main thread. Each has a staging file, which is never backed up; servers that share
 * a log share these files, too.
 */
export class ImportEngine {
  readonly #database: Database;
  readonly #folder: string;
  readonly #options: EngineOptions;
  readonly #scope: Scope | undefined;
  readonly #threads: ImportThreads;

  constructor(
    database: Database,
    options: EngineOptions,
    seen: { readonly scope?: Scope; readonly threads: ImportThreads } = {
      threads: new ImportThreads(options.followed),
    },
  ) {
    this.#database = database;
    this.#options = options;
    this.#folder = join(options.folder, "imports");
    this.#scope = seen.scope;
    this.#threads = seen.threads;
  }

  within(scope: Scope): ImportEngine {
    return new ImportEngine(this.#database, this.#options, { scope, threads: this.#threads });
  }

  async plan(
    id: string,
    request: StoredRequest,
    { stream, encoding }: UploadContent,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    createStagingFolder(this.#folder);
    const files = this.#files(id, request);
    const prepare = () => this.#fetch(request.orgs);
    await this.#threads.run("plan", { files, id, request, stream, encoding }, signal, prepare);
    await this.#shared?.keepPlan(id, readWhenAsked(files.staging));
  }

  async select(
    request: StoredRequest,
    { stream, encoding }: UploadContent,
    signal: AbortSignal | undefined,
  ): Promise<ReadableStream<Uint8Array>> {
    const files = { tenant: this.#database.path };
    const lines = await this.#threads.run("select", { files, request, scope: this.#scope, stream, encoding }, signal);
    return ReadableStream.from(lines);
  }

  async commit(record: ImportRecord, { signal, ...options }: CommitOptions): Promise<void> {
    this.#database.checkWritable();
    const { id, detail } = record;
    const job = detail.staged === null ? "commitUndo" : "commitPlan";
    const files = this.#files(id, detail.request);
    await this.#threads.run(job, { files, id, scope: this.#scope, ...options }, signal, () => this.#fetchAll(record));
    for (const one of [id, detail.request?.orgs]) if (one !== undefined) this.drop(one);
  }

  countUndo(undone: UndoneChange, kind: FormatName | undefined, signal: AbortSignal | undefined): Promise<UndoCounts> {
    const files = this.#source(undefined, undone.deleted?.request);
    return this.#threads.run("countUndo", { files, undone, kind }, signal);
  }

  /** Streams the requested rows as NDJSON. @throws Failure `conflict`, or `locked` during a commit */
  async read(reading: PlanRowsRequest): Promise<ReadableStream<Uint8Array>> {
    const { readLines } = await import("./import-readings.ts");
    if (reading.type === "rows" || reading.type === "problems") await this.#fetchAll(reading.record);
    const source =
      reading.type === "rows"
        ? this.#source(reading.record.id, reading.record.detail.request)
        : this.#source(reading.type === "problems" ? reading.record.id : undefined);
    return readLines(source, reading, this.#threads.reading);
  }

  drop(id: string): void {
    removeStagingFile(this.#staging(`${id}.db`));
    // a plan that stays there ends by itself
    this.#shared?.dropPlan(id).catch(() => undefined);
  }

  /** Returns the ids of imports whose staging files no program uses. Removes journals without a staging file. */
  listUnusedIds(): readonly string[] {
    const { folder, processes } = this.#options;
    if (!existsSync(folder)) return [];
    removeUnfinishedFiles(folder, processes);
    removeStrayJournals(this.#folder);
    const unused = listStagingFiles(this.#folder).filter((file) => !isStagingFileInUse(this.#staging(file)));
    // a server that was killed may have left rows that were never planned; the store has those of all plans
    if (this.#shared !== undefined) for (const file of unused) removeStagingFile(this.#staging(file));
    return unused.map((file) => file.replace(/\.db$/, ""));
  }

  isStaged(id: string): boolean {
    return existsSync(this.#staging(`${id}.db`));
  }

  async close(): Promise<void> {
    await this.#threads.close();
  }

  /** Fetches a plan that another server made. @throws Failure `unavailable` if it is lost */
  async #fetchAll({ id, detail: { staged, request } }: ImportRecord): Promise<void> {
    if (staged !== null) await Promise.all([this.#fetch(id), this.#fetch(request?.orgs)]);
  }

  get #shared(): SharedState | undefined {
    return this.#options.followed?.log.shared;
  }

  async #fetch(id: string | undefined): Promise<void> {
    if (id === undefined || this.#shared === undefined || this.isStaged(id)) return;
    const { fetching } = this.#threads;
    const path = this.#staging(`${id}.db`);
    const fetched = fetching.get(id) ?? storeWhole(path, this.#shared.getPlan(id)).finally(() => fetching.delete(id));
    fetching.set(id, fetched);
    await fetched;
  }

  #staging(file: string): string {
    return join(this.#folder, file);
  }

  #files(id: string, request: Pick<StoredRequest, "orgs"> | null): TaskFiles {
    const beside = request?.orgs === undefined ? undefined : this.#staging(`${request.orgs}.db`);
    return { tenant: this.#database.path, staging: this.#staging(`${id}.db`), beside };
  }

  #source(id: string | undefined, request: Pick<StoredRequest, "scope" | "orgs"> | null = null): ReadSource {
    const { path: tenant, isReadOnly: readOnly } = this.#database;
    const scope = request?.scope === undefined ? this.#scope : createPlanScope(request.scope);
    const { staging, beside } = id === undefined ? {} : this.#files(id, request);
    return { tenant, readOnly, staging, beside, scope };
  }
}
