import type { Collection } from "../../nouns/index.ts";
import { nextTick } from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import type {
  DerivedTable,
  LineQuery,
  LockedCollection,
  Params,
  Reader,
  Row,
  ScratchTable,
  View,
  Writer,
} from "./types.ts";
import { createInterruptedFailure, tryOrUndefined } from "../../errors/index.ts";
import type { Database } from "./database.ts";
import type { LogHead, SharedState } from "./change-log.ts";
import type { FollowedLog } from "./follow-log.ts";

interface ChangeOptions {
  readonly signal?: AbortSignal | undefined;
}

const LOCK_RETRY_MS = 100;

/** Tests check with a guard what a change writes. */
export type WriterGuard = (writer: Writer) => Writer;

let scratchTableCount = 0;

/** Results are available in the same turn of the event loop. */
export class Connection implements Writer {
  readonly #connected: Database;
  readonly #view: View | undefined;
  #revision: number | undefined;
  isOver = false;

  constructor(database: Database, view?: View) {
    this.#connected = database;
    this.#view = view;
  }

  get #database(): Database {
    if (this.isOver) throw new TypeError("the transaction is over");
    return this.#connected;
  }

  get isPartial(): boolean {
    return this.#view !== undefined;
  }

  async get<T = Row>(sql: string, params?: Params): Promise<T | undefined> {
    return this.#database.get(sql, params) as T | undefined;
  }

  async all<T = Row>(sql: string, params?: Params): Promise<readonly T[]> {
    return this.#database.all(sql, params) as T[];
  }

  async count(sql: string, params?: Params): Promise<number> {
    return this.#database.count(sql, params);
  }

  async derive(table: DerivedTable): Promise<void> {
    // the organisation tree may have changed in this transaction
    refreshViewOrgs(this.#database, this.#view);
    refreshDerivedTable(this.#database, table);
  }

  async run(sql: string, params?: Params): Promise<number> {
    return this.#database.run(sql, params);
  }

  async lock(collections: readonly Collection[]): Promise<ReadonlyMap<string, LockedCollection>> {
    const found = new Map<string, LockedCollection>();
    for (const name of collections.toSorted()) {
      const row = this.#database.get("select revision, last from collection where name = :name", { name });
      found.set(name, { revision: Number(row?.["revision"] ?? 0), last: Number(row?.["last"] ?? 0) });
    }
    return found;
  }

  async revision(): Promise<number> {
    this.#revision ??= this.#database.count("select coalesce(max(revision), 0) + 1 from collection");
    return this.#revision;
  }
}

export class WorkQueue {
  #last: Promise<unknown> = Promise.resolve();

  next<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}

export interface StoreOptions {
  readonly guard?: WriterGuard | undefined;
  /** the log of a shared store; undefined if the file is the tenant itself */
  readonly followed?: FollowedLog | undefined;
  /** undefined if the file has all that belongs to the tenant; default: as of the log */
  readonly shared?: SharedState | undefined;
}

/** Reads and changes run in turn. A body that awaits something other than its reader or writer is rolled back. */
export class Store {
  readonly #database: Database;
  readonly #guard: WriterGuard;
  readonly #turns: WorkQueue;
  readonly #view: View | undefined;
  readonly #followed: FollowedLog | undefined;
  readonly shared: SharedState | undefined;

  constructor(database: Database, options: StoreOptions = {}, turns = new WorkQueue(), view?: View) {
    this.#database = database;
    this.#guard = options.guard ?? ((writer) => writer);
    this.#followed = options.followed;
    this.shared = options.shared ?? options.followed?.log.shared;
    this.#turns = turns;
    this.#view = view;
  }

  within(view: View): Store {
    return new Store(
      this.#database,
      { guard: this.#guard, followed: this.#followed, shared: this.shared },
      this.#turns,
      view,
    );
  }

  get isReadOnly(): boolean {
    return this.#database.isReadOnly;
  }

  isFree(): boolean {
    return this.#database.isFree();
  }

  read<T>(body: (reader: Reader) => Promise<T>): Promise<T> {
    return this.#turns.next(async () => {
      if (this.#followed !== undefined) await this.#follow(this.#followed);
      applyView(this.#database, this.#view);
      this.#database.run("begin");
      return this.#ending(body, new Connection(this.#database, this.#view));
    });
  }

  /** @throws Failure `locked`, `interrupted`, `not-permitted` */
  change<T>(body: (writer: Writer) => Promise<T>, options?: ChangeOptions): Promise<T> {
    return this.#write(body, "commit", options);
  }

  /** Runs `body` like a change, and rolls everything back. @throws Failure as {@link change} */
  rehearse<T>(body: (writer: Writer) => Promise<T>, options?: ChangeOptions): Promise<T> {
    return this.#write(body, "rollback", options);
  }

  async #write<T>(
    body: (writer: Writer) => Promise<T>,
    end: "commit" | "rollback",
    { signal }: ChangeOptions = {},
  ): Promise<T> {
    this.#database.checkWritable();
    for (let waitedMs = 0; ; waitedMs += LOCK_RETRY_MS) {
      const changed = await this.#turns.next(() => this.#tryWrite(body, end));
      if (changed !== undefined) return changed.result;
      if (signal?.aborted === true || this.#database.isInterrupted()) throw createInterruptedFailure();
      this.#database.checkWaited(waitedMs);
      // other tasks of this process can run while another process has the lock
      await sleep(LOCK_RETRY_MS);
    }
  }

  /** Creates a temporary table for external data. @param columns SQL: names and types @param key unique columns */
  async scratch(columns: readonly string[], key: readonly string[]): Promise<ScratchTable> {
    const table = `(${columns.join(", ")}, primary key (${key.join(", ")})) without rowid`;
    const places = columns.map(() => "?").join(", ");
    const exec = (sql: string) => this.#turns.next(async () => this.#database.exec(sql));
    const name = `temp.scratch_${(scratchTableCount += 1)}`;
    await exec(`create table ${name} ${table}`);
    return {
      name,
      add: async (rows) => {
        await this.#turns.next(async () =>
          this.#database.snapshot(() => {
            const statement = this.#database.prepare(`insert into ${name} values (${places})`);
            for (const row of rows) statement.run(...row);
          }),
        );
      },
      [Symbol.asyncDispose]: async () => {
        // after an error the table need not be dropped: closing the connection removes it
        await exec(`drop table ${name}`).catch(() => undefined);
      },
    };
  }

  async lines(describe: (reader: Reader) => Promise<LineQuery>): Promise<ReadableStream<Uint8Array>> {
    const followed = this.#followed;
    if (followed !== undefined) await this.#turns.next(() => this.#follow(followed));
    const { streamLines } = await import("./line-batches.ts");
    return streamLines(this.#database, (database) => {
      applyView(database, this.#view);
      refreshViewOrgs(database, this.#view);
      return describe(new Connection(database, this.#view));
    });
  }

  /** Lets `work` read the whole file, beside the transactions. */
  readFile<T>(work: (database: Database) => Promise<T>): Promise<T> {
    return work(this.#database);
  }

  async #tryWrite<T>(
    body: (writer: Writer) => Promise<T>,
    end: "commit" | "rollback",
  ): Promise<{ readonly result: T } | undefined> {
    const guarded = (connection: Connection): Promise<T> => body(this.#guard(connection));
    if (this.#followed !== undefined) return this.#tryLogged(guarded, end, this.#followed);
    applyView(this.#database, this.#view);
    if (!this.#database.tryBegin()) return undefined;
    return { result: await this.#ending(guarded, new Connection(this.#database, this.#view), end) };
  }

  /** The log has the change before the file, so that a file never has more than its log. */
  async #tryLogged<T>(
    body: (connection: Connection) => Promise<T>,
    end: "commit" | "rollback",
    followed: FollowedLog,
  ): Promise<{ readonly result: T } | undefined> {
    const turn = await followed.log.tryTurn();
    if (turn === undefined) return undefined;
    try {
      const { ChangeRecorder } = await import("./follow-log.ts");
      await this.#follow(followed, turn.head);
      applyView(this.#database, this.#view);
      if (!this.#database.tryBegin()) return undefined;
      using recorder = end === "commit" ? new ChangeRecorder(this.#database, turn) : undefined;
      const log = recorder && (() => recorder.commit());
      return { result: await this.#ending(body, new Connection(this.#database, this.#view), end, log) };
    } finally {
      await turn.abandon();
    }
  }

  async #follow(followed: FollowedLog, head?: LogHead): Promise<void> {
    // most programs do not follow a log
    const { followLog, readPosition } = await import("./follow-log.ts");
    const known = head ?? (await followed.log.head());
    // an upgrade changes the tables behind the views
    if (readPosition(this.#database).seq !== known.seq) applyView(this.#database, undefined);
    await followLog(this.#database, followed, known);
  }

  async #ending<T>(
    body: (connection: Connection) => Promise<T>,
    connection: Connection,
    end: "commit" | "rollback" = "commit",
    log?: () => Promise<void>,
  ): Promise<T> {
    try {
      refreshViewOrgs(this.#database, this.#view);
      const result = await new Promise<T>((resolve, reject) => {
        // results arrive in microtasks; if no microtask is left, the transaction's callback is waiting for something else
        nextTick(() => {
          if (!connection.isOver) reject(new TypeError("a transaction awaited something other than its store"));
        });
        body(connection).then(resolve, reject);
      });
      const finish = () => this.#database.run(end);
      if (log === undefined) finish();
      else {
        await log();
        // the log has the change: a file that cannot be written follows later
        if (tryOrUndefined(finish) === undefined) this.#database.rollback();
      }
      return result;
    } catch (error) {
      this.#database.rollback();
      throw error;
    } finally {
      connection.isOver = true;
    }
  }
}

const isFresh = (database: Database, { name, state }: Pick<DerivedTable, "name" | "state">): boolean => {
  const sql = `select d.state is not distinct from now.state as isFresh from (${state}) now join temp.derived_from d where d.name = :name`;
  // it fails if this connection has no such table, for example after a rollback
  return tryOrUndefined(() => database.count(sql, { name })) === 1;
};

const refreshDerivedTable = (database: Database, { name, columns, state, fill, params }: DerivedTable): void => {
  if (isFresh(database, { name, state })) return;
  database.run(`create temp table if not exists ${name} (${columns})`);
  database.run("create temp table if not exists derived_from (name text primary key, state text)");
  const from = database.get(state)?.["state"] ?? null;
  database.exec(`delete from temp.${name}`);
  database.run(fill, params);
  database.run(
    "insert into temp.derived_from (name, state) values (:name, :from) on conflict (name) do update set state = excluded.state",
    { name, from },
  );
};

const listTableColumns = (database: Database, table: string): readonly string[] =>
  database.all("select name from pragma_table_xinfo(:table) order by cid", { table }).map(({ name }) => String(name));

const APPLIED_VIEWS = new WeakMap<Database, View>();

/** Puts temporary views before restricted tables. Call it outside transactions: a rollback would remove the views. */
export const applyView = (database: Database, view: View | undefined): void => {
  const seen = APPLIED_VIEWS.get(database);
  if (view?.name === seen?.name) return;
  for (const name of seen?.rows.keys() ?? []) database.exec(`drop view if exists temp."${name}"`);
  for (const [name, rows] of view?.rows ?? []) {
    const columns = listTableColumns(database, name).map((column) => {
      const { [column]: other } = view?.columns[name] ?? {};
      return other === undefined ? `t."${column}"` : `${other} as "${column}"`;
    });
    database.exec(`create temp view "${name}" as select ${columns.join(", ")} from main."${name}" t where ${rows}`);
  }
  if (view === undefined) APPLIED_VIEWS.delete(database);
  else APPLIED_VIEWS.set(database, view);
};

export const hasAppliedView = (database: Database): boolean => APPLIED_VIEWS.has(database);

export const refreshViewOrgs = (database: Database, view: View | undefined): void => {
  for (const held of view?.held ?? []) refreshDerivedTable(database, held);
};
