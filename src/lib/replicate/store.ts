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
  readonly snapshot: number;
}

const DEFAULT_KEEP_MS = 30 * 24 * 60 * 60 * 1000;
/** A tenant with as much after its snapshot needs a new one. */
const LONG_TAIL = { entries: 500, bytes: 64 << 20 };

const LIST = `
select t.id, t.seq::float8 as seq, t.hash, t.schema, s.seq::float8 as snapshot from clomoctl.tenant as t
join (select tenant, max(seq) as seq from clomoctl.snapshot group by tenant) as s on s.tenant = t.id`;

/** Also those that need a replaced key. */
const NEED_SNAPSHOT = `${LIST}
where (select count(*) >= $1 or sum(octet_length(changes)) >= $2 or min(at) < now() - $3 * interval '1 millisecond'
  from clomoctl.entry as e where e.tenant = t.id and e.seq > s.seq)
or exists (select from clomoctl.part as p where p.tenant = t.id and substr(bytes, 1, length($4::bytea)) <> $4)`;

const REMOVE_OLD = `
delete from clomoctl.entry as e where at < now() - $1 * interval '1 millisecond'
and seq <= (select max(seq) from clomoctl.snapshot as s where s.tenant = e.tenant)`;

/** Tenants in PostgreSQL. What is asked of it later throws ServerFault, with status 503, if it is away. */
export class TenantStore {
  readonly #connections: Connections;
  readonly #sealer: Sealer;
  readonly #keepMs: number;

  private constructor(address: string, { keys, environment, limits, keepMs = DEFAULT_KEEP_MS }: StoreOptions) {
    const config = parseStoreAddress(address);
    const password = (): Promise<string> => findPassword(environment["PGPASSWORD"], config);
    this.#connections = new Connections({ ...config, password }, limits);
    this.#sealer = new Sealer(keys);
    this.#keepMs = keepMs;
  }

  /** @throws Failure `input-rejected` if the address, the key or the tables are not right; `unavailable` */
  static open(address: string, options: StoreOptions): Promise<TenantStore> {
    return TenantStore.#start(address, options, (store) => store.#check());
  }

  /** Creates the tables in an empty database, for this key. @throws as {@link open} */
  static create(address: string, options: StoreOptions): Promise<TenantStore> {
    return TenantStore.#start(address, options, (store) => store.#createTables());
  }

  static async #start(address: string, options: StoreOptions, begin: (store: TenantStore) => Promise<void>) {
    const store = new TenantStore(address, options);
    try {
      await begin(store);
      return store;
    } catch (error) {
      await store.close();
      throw error instanceof ServerFault ? error.cause : error;
    }
  }

  async #createTables(): Promise<void> {
    await using transaction = (await this.#connections.begin("select 1")).transaction;
    await transaction.query(TABLES).catch((error: unknown) => {
      throw hasState(error, "42P06", EXISTS_ALREADY) ? refuse(TABLES_EXIST) : error;
    });
    const seal = this.#sealer.seal(["store"], Buffer.of());
    await transaction.query("insert into clomoctl.store (version, seal) values ($1, $2)", [TABLES_VERSION, seal]);
    await transaction.commit();
    await this.#check();
  }

  async #check(): Promise<void> {
    const sql = "select version, seal, current_setting('synchronous_commit') as commits from clomoctl.store";
    const rows = this.#connections.query<{ version: number; seal: Buffer; commits: string }>(sql);
    const [found] = await rows.catch((error: unknown) => {
      throw hasState(error, "42P01", "3F000") ? refuse(NO_TABLES) : error;
    });
    if (found?.version !== TABLES_VERSION) throw refuse(OTHER_VERSION);
    if (["off", "local"].includes(found.commits)) throw refuse(NOT_SYNCHRONOUS);
    this.#sealer.unseal(["store"], found.seal);
    if (found.seal.subarray(0, this.#sealer.header.length).equals(this.#sealer.header)) return;
    await this.#connections.query("update clomoctl.store set seal = $1", [this.#sealer.seal(["store"], Buffer.of())]);
  }

  log(id: string): PostgresLog {
    return new PostgresLog(id, this.#connections, this.#sealer);
  }

  /** Returns all tenants, or the one with this ID. */
  list(id?: string): Promise<readonly StoredTenant[]> {
    const one = id === undefined ? [] : [id];
    return this.#connections.query(`${LIST}${id === undefined ? "" : " where t.id = $1"} order by t.id`, one);
  }

  /** Returns the tenants whose log after the snapshot is long or old. */
  listWithoutSnapshot({ entries, bytes } = LONG_TAIL): Promise<readonly StoredTenant[]> {
    return this.#connections.query(NEED_SNAPSHOT, [entries, bytes, this.#keepMs, this.#sealer.header]);
  }

  /** Adds a tenant whose log begins with the position of this file. @throws Failure `input-rejected` if it exists */
  async add(id: string, { seq, hash, schema }: LogHead, content: Content): Promise<void> {
    await using transaction = (await this.#connections.begin("select 1")).transaction;
    const sql = "insert into clomoctl.tenant (id, seq, hash, schema) values ($1, $2, $3, $4)";
    await transaction.query(sql, [id, seq, hash, schema]).catch((error: unknown) => {
      throw hasState(error, EXISTS_ALREADY) ? refuse(TENANT_EXISTS, id) : error;
    });
    await writeSnapshot(transaction, id, seq, content, this.#sealer);
    await transaction.commit();
  }

  /** Removes old entries that are in a snapshot. */
  async removeOldEntries(): Promise<void> {
    await this.#connections.query(REMOVE_OLD, [this.#keepMs]);
  }

  /** The same for all computers. */
  async now(): Promise<Date> {
    const sql = "select extract(epoch from clock_timestamp())::float8 * 1000 as ms";
    const [{ ms } = { ms: Number.NaN }] = await this.#connections.query<{ ms: number }>(sql);
    return new Date(ms);
  }

  close(): Promise<void> {
    return this.#connections.close();
  }
}

const refuse = (what: Text, where?: string): Failure => new Failure("input-rejected", { what, where });

const TABLES_EXIST = text(
  "the database already has the tables of a store",
  "このデータベースには保存先の表がすでにあります",
);
const NO_TABLES = text("the database has no tables of a store", "このデータベースには保存先の表がありません");
const OTHER_VERSION = text(
  "the tables of the store are of another version of clomoctl",
  "保存先の表は、別のバージョンの clomoctl のものです",
);
const NOT_SYNCHRONOUS = text(
  "synchronous_commit of this database must be on, or changes are lost when it fails",
  "このデータベースの synchronous_commit を on にしてください。そうしないと、障害時に変更が失われます",
);
const TENANT_EXISTS = text(
  "the store already has a tenant with this name",
  "この名前のテナントは、保存先にすでにあります",
);
