import { createHash } from "node:crypto";
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import type { Session } from "node:sqlite";
import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import type { ChangeLog, LogEntry, LogHead, LogTurn } from "./change-log.ts";
import type { Database } from "./database.ts";

/** A log that a tenant's file follows. */
export interface FollowedLog {
  readonly log: ChangeLog;
  /** the schema version that this program reads and writes */
  readonly schema: number;
  /** Upgrades the file within a transaction. Undefined in threads: the main thread upgrades the file. */
  readonly upgrade?: ((database: Database, schema: number) => void) | undefined;
}

const RETRY_MS = 5;

/** Rows in a part of a large change, so that neither writing nor following it needs much memory. */
const PART_ROWS = 8192;

/** Applying a larger changeset takes milliseconds, so other work runs first. */
const LARGE_BYTES = 65_536;

export const readPosition = (database: Database): LogHead => {
  const { seq, hash } = database.get("select seq, hash from main.log_position") ?? {};
  return { seq: Number(seq ?? 0), hash: String(hash ?? ""), schema: database.count("pragma main.user_version") };
};

const refuseFile = ({ path }: Database, { log }: FollowedLog, reason: string, seq: number): Failure => {
  log.hasMismatch = true;
  return new Failure("unavailable", {
    what: text(
      `the tenant's file is not a copy of what the store has: ${reason} (${seq})`,
      `テナントのファイルは、保存先の内容の写しではありません: ${reason} (${seq})`,
    ),
    where: path,
    // by then, a server has made the file anew
    retryAfterMs: 1000,
  });
};

const createVersionFailure = (stored: number, own: number): Failure =>
  new Failure("unavailable", {
    what: text(
      `this tenant has version ${stored} of the schema, but this server's clomoctl has version ${own}`,
      `このテナントのスキーマはバージョン ${stored} ですが、このサーバーの clomoctl はバージョン ${own} です`,
    ),
    hint: text("upgrade what is older", "古いほうをアップグレードしてください"),
  });

const hashEntry = ({ before, seq, schema, continues, changes }: Omit<LogEntry, "hash">): string =>
  createHash("sha256").update(`${before} ${seq} ${schema} ${continues}\n`).update(changes).digest("hex");

/** Returns the entry that follows a position. */
export const buildEntry = (
  { seq: last, hash: before }: LogHead,
  content: Pick<LogEntry, "schema" | "continues" | "changes">,
): LogEntry => {
  const entry = { ...content, seq: last + 1, before };
  return { ...entry, hash: hashEntry(entry) };
};

/** The number is in each changeset; the hash is not, because it is computed from the changeset. */
const ADVANCE_SQL = `insert into main.log_position (pk, seq, schema, hash) values (1, :seq, :schema, '')
  on conflict (pk) do update set seq = excluded.seq, schema = excluded.schema`;

const storeHash = (database: Database, { hash }: LogHead): void => {
  database.run("update main.log_position set hash = :hash", { hash });
};

/** Records a transaction and appends it to the log, in parts if it is large. */
export class ChangeRecorder {
  readonly #database: Database;
  readonly #turn: LogTurn;
  readonly #appended: Promise<void>[] = [];
  #position: LogHead;
  #session: Session;
  #changes: number;

  /** @param database within a transaction, at the head of the turn */
  constructor(database: Database, turn: LogTurn) {
    this.#database = database;
    this.#turn = turn;
    this.#position = turn.head;
    this.#session = database.record();
    this.#changes = this.#countChanges();
    database.afterRun = () => {
      if (this.#countChanges() - this.#changes >= PART_ROWS) this.#append(true);
    };
  }

  /**
   * A transaction without a change leaves no entry. It is committed nevertheless, because its answer may come from an
   * earlier entry that a database has after a crash, but not yet its standby. @throws Failure `unavailable` if the
   * outcome is unknown
   */
  async commit(): Promise<void> {
    if (this.#appended.length > 0 || this.#countChanges() !== this.#changes) this.#append(false);
    await Promise.all(this.#appended);
    await this.#turn.commit();
  }

  [Symbol.dispose](): void {
    this.#database.afterRun = undefined;
    this.#session.close();
  }

  #append(continues: boolean): void {
    this.#changes = Infinity;
    const { seq, schema } = this.#position;
    this.#database.run(ADVANCE_SQL, { seq: seq + 1, schema });
    const changes = this.#session.changeset();
    this.#session.close();
    const entry = buildEntry(this.#position, { schema, continues, changes });
    storeHash(this.#database, entry);
    this.#position = entry;
    this.#session = this.#database.record();
    this.#changes = this.#countChanges();
    const appended = this.#turn.append(entry);
    // the commit throws the error
    appended.catch(() => undefined);
    this.#appended.push(appended);
  }

  #countChanges(): number {
    return this.#database.count("select total_changes()");
  }
}

type SchemaParts = readonly { readonly name: string; readonly sql: string }[];

/** Removes parts of the schema for a while. @param kind such as `unique index` */
const removeParts = (database: Database, kind: string): SchemaParts => {
  const sql = "select name, sql from main.sqlite_schema where sql like :pattern order by name";
  const parts: SchemaParts = database.all(sql, { pattern: `create ${kind} %` });
  for (const { name } of parts) database.exec(`drop ${kind.replace("unique ", "")} main."${name}"`);
  return parts;
};

const restoreParts = (database: Database, parts: SchemaParts): void => {
  for (const { sql } of parts) database.exec(sql);
};

/** Records can exchange unique values, which SQLite applies only without the index. */
const applyExchange = (database: Database, changes: Uint8Array): boolean => {
  const indexes = removeParts(database, "unique index");
  const isApplied = database.apply(changes);
  if (isApplied) restoreParts(database, indexes);
  return isApplied;
};

const isUpgrade = ({ changes }: LogEntry): boolean => changes.length === 0;

/** @throws Failure `unavailable`; then the transaction must be rolled back */
const applyEntry = (database: Database, entry: LogEntry, followed: FollowedLog): void => {
  const { schema: own, upgrade } = followed;
  const { seq, before, schema, changes } = entry;
  const position = readPosition(database);
  const refuse = (reason: string): Failure => refuseFile(database, followed, reason, seq);
  if (seq !== position.seq + 1 || before !== position.hash) throw refuse("it is of another log");
  if (hashEntry(entry) !== entry.hash) throw refuse("an entry is damaged");
  if (isUpgrade(entry)) {
    if (schema > own || upgrade === undefined) throw createVersionFailure(schema, own);
    upgrade(database, schema);
    database.run(ADVANCE_SQL, { seq, schema });
  } else {
    if (schema !== position.schema) throw createVersionFailure(schema, position.schema);
    if (!database.apply(changes) && !applyExchange(database, changes)) throw refuse("an entry does not fit");
  }
  const after = database.get("select seq, schema from main.log_position");
  if (after?.["seq"] !== seq || after["schema"] !== schema) throw refuse("an entry is at another place");
  storeHash(database, entry);
};

/** Applies whole writes. Triggers must not run, because changesets contain what they did. */
const applyWrites = async (database: Database, first: readonly LogEntry[], followed: FollowedLog): Promise<void> => {
  const triggers = removeParts(database, "trigger");
  let last: LogEntry | undefined;
  const requireWhole = (): void => {
    if (last?.continues === true) throw refuseFile(database, followed, "a part is missing", last.seq + 1);
  };
  let entries = first;
  do {
    for (const entry of entries) {
      if (isUpgrade(entry)) {
        requireWhole();
        break;
      }
      if (entry.changes.length > LARGE_BYTES) await setImmediate();
      applyEntry(database, entry, followed);
      last = entry;
    }
    entries = last?.continues === true ? await followed.log.read(last.seq) : [];
  } while (entries.length > 0);
  requireWhole();
  restoreParts(database, triggers);
};

/** Returns false if another connection of this process writes to the file. */
const tryApply = async (database: Database, followed: FollowedLog): Promise<boolean> => {
  const entries = await followed.log.read(readPosition(database).seq);
  if (!database.tryBegin()) return false;
  try {
    const { seq } = readPosition(database);
    if (entries.length === 0) throw refuseFile(database, followed, "an entry is missing", seq + 1);
    // another connection may have applied some
    const missing = entries.filter((entry) => entry.seq > seq);
    const [first] = missing;
    if (first !== undefined && isUpgrade(first)) applyEntry(database, first, followed);
    else await applyWrites(database, missing, followed);
    database.run("commit");
    return true;
  } catch (error) {
    database.rollback();
    throw error;
  }
};

/**
 * Brings a file to the head of its log, outside transactions.
 * @throws Failure `unavailable` if the file is no copy of the log, or if the tenant has another schema; `locked`
 */
export const followLog = async (database: Database, followed: FollowedLog, head: LogHead): Promise<void> => {
  let known = head;
  let position = readPosition(database);
  for (let waitedMs = 0; position.seq < known.seq; position = readPosition(database)) {
    if (await tryApply(database, followed)) continue;
    // a thread of this process commits what the log has already
    database.checkWaited(waitedMs);
    waitedMs += RETRY_MS;
    await sleep(RETRY_MS);
  }
  // a thread of this process may have gone on
  if (position.seq > known.seq) known = await followed.log.head();
  if (position.seq > known.seq) throw refuseFile(database, followed, "the store has less", known.seq);
  if (position.seq === known.seq && position.hash !== known.hash)
    throw refuseFile(database, followed, "it is of another log", known.seq);
  if (position.schema !== followed.schema) throw createVersionFailure(position.schema, followed.schema);
};
