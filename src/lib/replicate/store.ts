import { Failure, ServerFault } from "../errors/index.ts";
import type { LogHead } from "../tenant/store/change-log.ts";
import { text, type Text } from "../text/index.ts";
import { findPassword, parseStoreAddress } from "./address.ts";
import { Connections, EXISTS_ALREADY, hasState, type Limits } from "./connections.ts";
import { type Content, PostgresLog, writeSnapshot } from "./log.ts";
import { Sealer, type SealingKeys } from "./sealer.ts";
import { TABLES, TABLES_VERSION } from "./tables.ts";

export interface StoreOptions {
  readonly keys: SealingKeys;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly limits?: Limits;
  /** how long entries are kept that are in a snapshot */
  readonly keepMs?: number;
}

export interface StoredTenant extends LogHead {
  readonly id: string;
  /** position of its snapshot */
  readonly snapshot: number;
}

const DEFAULT_KEEP_MS = 30 * 24 * 60 * 60 * 1000;
/** A tenant with as much after its snapshot needs a new one. */
const LONG_TAIL = { entries: 500, bytes: 64 << 20 };

const STORE = "select version, seal, current_setting('synchronous_commit') as commits from clomoctl.store";

const LIST = `
select t.id, t.seq::float8 as seq, t.hash, t.schema, s.seq::float8 as snapshot from clomoctl.tenant as t
join (select tenant, max(seq) as seq from clomoctl.snapshot group by tenant) as s on s.tenant = t.id`;

/** Also those whose snapshot needs a replaced key. */
const NEED_SNAPSHOT = `${LIST}
where (select count(*) >= $1 or sum(octet_length(changes)) >= $2 or min(at) < now() - $3 * interval '1 millisecond'
  from clomoctl.entry as e where e.tenant = t.id and e.seq > s.seq)
or exists (select from clomoctl.part as p where p.tenant = t.id and substr(bytes, 1, length($4::bytea)) <> $4)`;

const REMOVE_OLD = `
delete from clomoctl.entry as e where at < now() - $1 * interval '1 millisecond'
and seq <= (select max(seq) from clomoctl.snapshot as s where s.tenant = e.tenant)`;

/** Tenants in PostgreSQL. Later, while it is away, all methods throw ServerFault with status 503. */
export class TenantStore {
  readonly #connections: Connections;
  readonly #sealer: Sealer;
  readonly #keepMs: number;

  private constructor(connections: Connections, { keys, keepMs = DEFAULT_KEEP_MS }: StoreOptions) {
    this.#connections = connections;
    this.#sealer = new Sealer(keys);
    this.#keepMs = keepMs;
  }

  /** @throws Failure `input-rejected` if the address, the password or the tables are not right; `unavailable` */
  static async open(address: string, options: StoreOptions, isNew = false): Promise<TenantStore> {
    const config = parseStoreAddress(address);
    const password = (): Promise<string> => findPassword(options.environment["PGPASSWORD"], config);
    const store = new TenantStore(new Connections({ ...config, password }, options.limits), options);
    try {
      if (isNew) await store.#createTables();
      await store.#check();
      return store;
    } catch (error) {
      await store.close();
      throw error instanceof ServerFault ? error.cause : error;
    }
  }

  /** Makes the tables, for the current key. @throws as {@link open} */
  static create(address: string, options: StoreOptions): Promise<TenantStore> {
    return TenantStore.open(address, options, true);
  }

  async #createTables(): Promise<void> {
    const { where } = this.#connections;
    await using transaction = await this.#connections.begin();
    await transaction.query(TABLES).catch(rejectAs(TABLES_EXIST, where, "42P06", EXISTS_ALREADY));
    await transaction.query("insert into clomoctl.store (version, seal) values ($1, $2)", [
      TABLES_VERSION,
      this.#seal(),
    ]);
    await transaction.commit();
  }

  async #check(): Promise<void> {
    const { where } = this.#connections;
    const rows = this.#connections.query<{ version: number; seal: Buffer; commits: string }>(STORE);
    const [found] = await rows.catch(rejectAs(NO_TABLES, where, "42P01", "3F000"));
    if (found?.version !== TABLES_VERSION) throw new Failure("input-rejected", { what: OTHER_VERSION, where });
    if (["off", "local"].includes(found.commits)) throw new Failure("input-rejected", { what: NOT_SYNCHRONOUS, where });
    this.#sealer.unseal(["store"], found.seal);
    // found with the previous key
    if (found.seal.indexOf(this.#sealer.header) !== 0)
      await this.#connections.query("update clomoctl.store set seal = $1", [this.#seal()]);
  }

  #seal(): Buffer {
    return this.#sealer.seal(["store"], Buffer.of());
  }

  log(id: string): PostgresLog {
    return new PostgresLog(id, this.#connections, this.#sealer);
  }

  /** Returns all tenants, or the one with this ID. */
  list(id?: string): Promise<readonly StoredTenant[]> {
    return this.#connections.query(`${LIST} where $1::text is null or id = $1 order by id`, [id ?? null]);
  }

  /** Returns the tenants whose log after the snapshot is long or old. */
  listWithoutSnapshot({ entries, bytes } = LONG_TAIL): Promise<readonly StoredTenant[]> {
    return this.#connections.query(NEED_SNAPSHOT, [entries, bytes, this.#keepMs, this.#sealer.header]);
  }

  /** Adds a tenant whose log begins at the position of this file. @throws Failure `input-rejected` if it exists */
  async add(id: string, { seq, hash, schema }: LogHead, content: Content): Promise<void> {
    await using transaction = await this.#connections.begin();
    const sql = "insert into clomoctl.tenant (id, seq, hash, schema) values ($1, $2, $3, $4)";
    await transaction.query(sql, [id, seq, hash, schema]).catch(rejectAs(TENANT_EXISTS, id, EXISTS_ALREADY));
    await writeSnapshot(transaction, id, seq, content, this.#sealer);
    await transaction.commit();
  }

  /** Removes old entries that are in a snapshot. */
  async removeOldEntries(): Promise<void> {
    await this.#connections.query(REMOVE_OLD, [this.#keepMs]);
  }

  /** Returns the database's time, which is the same for all computers. */
  async now(): Promise<Date> {
    const sql = "select extract(epoch from clock_timestamp())::float8 * 1000 as ms";
    return new Date((await this.#connections.query<{ ms: number }>(sql))[0]?.ms ?? Number.NaN);
  }

  close(): Promise<void> {
    return this.#connections.close();
  }
}

const rejectAs =
  (what: Text, where: string, ...states: readonly string[]) =>
  (error: unknown): never => {
    throw hasState(error, ...states) ? new Failure("input-rejected", { what, where }) : error;
  };

const TABLES_EXIST = text(
  "the database already has tables of clomoctl",
  "データベースに clomoctl の表がすでにあります",
);
const NO_TABLES = text("the database has no tables of clomoctl", "データベースに clomoctl の表がありません");
const OTHER_VERSION = text("the tables are of another version of clomoctl", "表は別のバージョンの clomoctl のものです");
const NOT_SYNCHRONOUS = text(
  "changes would be lost in a crash: synchronous_commit of the database must be on",
  "障害時に変更が失われます。データベースの synchronous_commit を on にしてください",
);
const TENANT_EXISTS = text("the store already has this tenant", "このテナントは保存先にすでにあります");
