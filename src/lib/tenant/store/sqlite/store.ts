import { nextTick } from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import type {
  ChangeOptions,
  DerivedTable,
  Lines,
  LockedCollection,
  Params,
  Piece,
  PieceStart,
  Reader,
  Row,
  Scope,
  Scratch,
  Store,
  Value,
  View,
  Writer,
} from "../store.ts";
import { interruption } from "../../../errors/index.ts";
import type { Database } from "./database.ts";
import { derive, hold, see } from "./scope.ts";

/** Time between two attempts to get the write lock. */
const WAIT_MS = 100;

/** The collection that a table's records belong to, for the check that it was locked; of other tables nobody asks. */
export type CollectionOf = (table: string) => string | undefined;

/** The tables that a statement writes. */
const WRITTEN =
  /\b(?:(?:insert|replace)(?:\s+or\s+\w+)?\s+into|update(?:\s+or\s+\w+)?|delete\s+from)\s+(?:main\.)?"?(\w+)/gi;

/** The tables whose records a statement changes or deletes, and those whose versions it keeps. */
const CHANGED = /\b(?:update(?:\s+or\s+\w+)?|delete\s+from)\s+(?:main\.)?"?(\w+)/gi;
const KEPT = /\binsert\s+into\s+main\.(\w+)_version\b/gi;

/** Number of scratch tables that this process has made: no two have the same name. */
let scratches = 0;

/** How a transaction ends whose body did not fail. */
type End = "commit" | "rollback";

/** A connection as a reader and a writer: answers come in the same turn of the event loop. */
export class Connection implements Writer {
  readonly #connected: Database;
  readonly #collectionOf: CollectionOf | undefined;
  readonly #view: View | undefined;
  readonly #locked = new Set<string>();
  /** the tables of whose records versions were kept */
  readonly #kept = new Set<string>();
  #revision: number | undefined;
  #isOver = false;

  /**
   * @param collectionOf checks that collections are locked, and versions kept, before records are written
   * @param view what the connection sees, if not all
   */
  constructor(database: Database, collectionOf?: CollectionOf, view?: View) {
    this.#connected = database;
    this.#collectionOf = collectionOf;
    this.#view = view;
  }

  get #database(): Database {
    if (this.#isOver) throw new TypeError("the transaction is over");
    return this.#connected;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get isPartial(): boolean {
    return this.#view !== undefined;
  }

  /** Ends its use: whoever reads or writes with it afterwards gets a TypeError. */
  end(): void {
    this.#isOver = true;
  }

  async get(sql: string, params?: Params): Promise<Row | undefined> {
    return this.#database.get(sql, params) as Row | undefined;
  }

  async all(sql: string, params?: Params): Promise<readonly Row[]> {
    return this.#database.all(sql, params) as Row[];
  }

  async count(sql: string, params?: Params): Promise<number> {
    return this.#database.count(sql, params);
  }

  async derive(table: DerivedTable): Promise<void> {
    // the tree may have changed in this transaction
    hold(this.#database, this.#view);
    derive(this.#database, table);
  }

  async run(sql: string, params?: Params): Promise<number> {
    this.#check(sql);
    return this.#database.run(sql, params);
  }

  async runEach(sql: string, names: readonly string[], rows: Iterable<readonly Value[]>): Promise<number> {
    this.#check(sql);
    return this.#database.runEach(sql, names, rows);
  }

  async lock(collections: readonly string[]): Promise<ReadonlyMap<string, LockedCollection>> {
    const found = new Map<string, LockedCollection>();
    // a transaction that writes has the whole file
    for (const name of collections.toSorted()) {
      this.#locked.add(name);
      const row = this.#database.get("select revision, last from collection where name = :name", { name });
      found.set(name, { revision: Number(row?.["revision"] ?? 0), last: Number(row?.["last"] ?? 0) });
    }
    return found;
  }

  async revision(): Promise<number> {
    this.#revision ??= this.#database.count("select coalesce(max(revision), 0) + 1 from collection");
    return this.#revision;
  }

  #hasVersions(table: string): boolean {
    const name = `${table.toLowerCase()}_version`;
    return this.#database.count("select count(*) from main.sqlite_schema where name = :name", { name }) > 0;
  }

  #check(sql: string): void {
    if (this.#collectionOf === undefined) return;
    for (const [, table = ""] of sql.matchAll(WRITTEN)) {
      const collection = this.#collectionOf(table);
      if (collection === undefined || [...this.#locked].some((name) => name.split(":")[0] === collection)) continue;
      throw new TypeError(`${table} is written, and ${collection} was not locked`);
    }
    for (const [, table = ""] of sql.matchAll(KEPT)) this.#kept.add(table);
    for (const [, table = ""] of sql.matchAll(CHANGED)) {
      if (this.#hasVersions(table) && !this.#kept.has(table))
        throw new TypeError(`${table} is written, and no version was kept of what it was`);
    }
  }
}

/** Work on a connection, one after another. */
class WorkQueue {
  #last: Promise<unknown> = Promise.resolve();
  /** names of free scratch tables, by definition: a table that is used again keeps its prepared statements */
  readonly unused = new Map<string, string[]>();

  /** Runs work when all before it is done. */
  next<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}

/** A tenant in an SQLite file. */
export class SqliteStore implements Store {
  readonly #database: Database;
  readonly #collectionOf: CollectionOf | undefined;
  readonly #turns: WorkQueue;
  readonly #view: View | undefined;

  constructor(
    database: Database,
    collectionOf?: CollectionOf,
    {
      turns = new WorkQueue(),
      view,
    }: { readonly turns?: WorkQueue | undefined; readonly view?: View | undefined } = {},
  ) {
    this.#database = database;
    this.#collectionOf = collectionOf;
    this.#turns = turns;
    this.#view = view;
  }

  async within(scope: Scope): Promise<SqliteStore> {
    // the owner of the machine sees all, and needs none of it
    const { viewOf } = await import("../scope.ts");
    return new SqliteStore(this.#database, this.#collectionOf, { turns: this.#turns, view: viewOf(scope) });
  }

  get isReadOnly(): boolean {
    return this.#database.isReadOnly;
  }

  isFree(): boolean {
    return this.#database.isFree();
  }

  read<T>(body: (reader: Reader) => Promise<T>): Promise<T> {
    return this.#turns.next(async () => {
      see(this.#database, this.#view);
      this.#database.exec("begin");
      return this.#ending(body, new Connection(this.#database, undefined, this.#view));
    });
  }

  change<T>(body: (writer: Writer) => Promise<T>, options?: ChangeOptions): Promise<T> {
    return this.#write(body, "commit", options);
  }

  rehearse<T>(body: (writer: Writer) => Promise<T>, options?: ChangeOptions): Promise<T> {
    return this.#write(body, "rollback", options);
  }

  async #write<T>(body: (writer: Writer) => Promise<T>, end: End, { signal }: ChangeOptions = {}): Promise<T> {
    this.#database.checkWritable();
    for (let waitedMs = 0; ; waitedMs += WAIT_MS) {
      const changed = await this.#turns.next(() => this.#tryWrite(body, end));
      if (changed !== undefined) return changed.result;
      if (signal?.aborted === true || this.#database.isInterrupted()) throw interruption();
      this.#database.checkWaited(waitedMs);
      // others of this process have their turns while another process has the lock
      await sleep(WAIT_MS);
    }
  }

  async scratch(columns: readonly string[], key: readonly string[]): Promise<Scratch> {
    const table = `(${columns.join(", ")}, primary key (${key.join(", ")})) without rowid`;
    const places = columns.map(() => "?").join(", ");
    const exec = (sql: string) => this.#turns.next(async () => this.#database.exec(sql));
    const { unused } = this.#turns;
    const known = unused.get(table)?.pop();
    const name = known ?? `temp.scratch_${(scratches += 1)}`;
    if (known === undefined) await exec(`create table ${name} ${table}`);
    let isClosed = false;
    return {
      name,
      add: async (rows) => {
        if (isClosed) throw new TypeError("the scratch table is closed");
        await this.#turns.next(async () =>
          this.#database.snapshot(() => {
            const statement = this.#database.prepare(`insert into ${name} values (${places})`);
            for (const row of rows) statement.run(...row);
          }),
        );
      },
      [Symbol.asyncDispose]: async () => {
        if (isClosed) return;
        isClosed = true;
        // it ends with the connection at the latest: what it was for may be committed
        const isEmpty = await exec(`delete from ${name}`).then(
          () => true,
          () => false,
        );
        if (isEmpty) unused.set(table, [...(unused.get(table) ?? []), name]);
      },
    };
  }

  async lines(describe: (reader: Reader) => Promise<Lines>): Promise<ReadableStream<Uint8Array>> {
    const { streamLines } = await import("./lines.ts");
    return streamLines(this.#database, (database) => {
      see(database, this.#view);
      hold(database, this.#view);
      return describe(new Connection(database, undefined, this.#view));
    });
  }

  async pieces(
    describe: (reader: Reader) => Promise<readonly Piece[]>,
  ): Promise<ReadableStream<PieceStart | Uint8Array>> {
    const { streamPieces } = await import("./lines.ts");
    return streamPieces(this.#database, async (database) => {
      see(database, this.#view);
      hold(database, this.#view);
      const reader = new Connection(database, undefined, this.#view);
      return { pieces: await describe(reader), reader };
    });
  }

  /** Runs `body` if the lock is free. */
  async #tryWrite<T>(body: (writer: Writer) => Promise<T>, end: End): Promise<{ readonly result: T } | undefined> {
    see(this.#database, this.#view);
    if (!this.#database.tryBegin()) return undefined;
    return { result: await this.#ending(body, new Connection(this.#database, this.#collectionOf, this.#view), end) };
  }

  async #ending<T>(
    body: (connection: Connection) => Promise<T>,
    connection: Connection,
    end: End = "commit",
  ): Promise<T> {
    const elsewhere = Promise.withResolvers<never>();
    // answers come in microtasks: when none are left, the body awaits something else
    nextTick(() => {
      if (!connection.isOver) elsewhere.reject(new TypeError("a transaction awaited something else than its store"));
    });
    try {
      hold(this.#database, this.#view);
      const result = await Promise.race([body(connection), elsewhere.promise]);
      this.#database.exec(end);
      return result;
    } catch (error) {
      this.#database.rollback();
      throw error;
    } finally {
      connection.end();
    }
  }
}
