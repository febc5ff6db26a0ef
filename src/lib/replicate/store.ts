import { buildSealHeader } from "../config/sealed-bytes.ts";
import { Failure, ServerFault } from "../errors/index.ts";
import { isSameContext } from "../model/context-name.ts";
import type { LogHead } from "../tenant/store/change-log.ts";
import { text, type Text } from "../text/index.ts";
import { PostgresLog } from "./log.ts";
import type { Content } from "./parts.ts";
import { Connections, parseStoreAddress } from "./postgres.ts";
import { seal, unseal, type SealingKeys } from "./sealer.ts";

export interface StoreOptions {
  readonly keys: SealingKeys;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly idleMs?: number;
}

/** A tenant with as much after its snapshot needs a new one. */
const LONG_TAIL = { entries: 500, bytes: 64 << 20 };

/** Another version is refused: there is one more text for each step from a version to the next. */
const TABLES_VERSION = 1;

/** Contents are sealed, and sealed texts cannot be compressed. */
const TABLES = `
create schema clomoctl;
create table clomoctl.store (version int not null, made timestamptz not null default now(), seal bytea not null);
create table clomoctl.tenant (id text primary key, seq bigint not null, hash text not null, schema int not null);
create table clomoctl.entry (
  tenant text not null references clomoctl.tenant on delete cascade, seq bigint not null, schema int not null,
  before text not null, hash text not null, continues boolean not null, at timestamptz not null default now(),
  changes bytea not null, primary key (tenant, seq)
);
create table clomoctl.part (
  tenant text not null references clomoctl.tenant on delete cascade, plan text not null, n int not null,
  seq bigint not null, at timestamptz not null default now(), bytes bytea not null, primary key (tenant, plan, n)
);
create table clomoctl.attempt (
  tenant text not null, subject text not null, count int not null, until timestamptz not null, primary key (tenant, subject)
);
alter table clomoctl.entry alter column changes set storage external;
alter table clomoctl.part alter column bytes set storage external`;

const STORE = "select version, seal, current_setting('synchronous_commit') as commits from clomoctl.store";

/** Also those whose snapshot needs a replaced key, but not at once: while keys are replaced, servers have two current ones. */
const NEED_SNAPSHOT = `
select t.id from clomoctl.tenant as t join clomoctl.part as p on p.tenant = t.id and p.plan = '' and p.n = 0
where t.seq - p.seq >= $1
or (substr(p.bytes, 1, length($4::bytea)) <> $4 and p.at < now() - interval '1 hour') or (
  select sum(octet_length(changes)) >= $2 or min(at) < now() - $3 * interval '1 day'
  from clomoctl.entry as e where e.tenant = t.id and e.seq > p.seq)`;

/** A plan ends after a week. */
const REMOVE_OLD = `
with attempts as (delete from clomoctl.attempt where until < now()),
plans as (delete from clomoctl.part where plan <> '' and at < now() - interval '8 days')
delete from clomoctl.entry as e using clomoctl.part as p where p.tenant = e.tenant and p.plan = '' and p.n = 0
and e.seq <= p.seq and e.at < now() - $1 * interval '1 day'`;

/** Tenants in PostgreSQL. Later, while it is away, all methods throw ServerFault with status 503. */
export class TenantStore {
  readonly #connections: Connections;
  readonly #keys: SealingKeys;

  private constructor(connections: Connections, { keys }: StoreOptions) {
    [this.#connections, this.#keys] = [connections, keys];
  }

  /**
   * @param way `create` makes the tables, for the current key
   * @throws Failure `input-rejected` if the address, the password or the tables are not right; `unavailable`
   */
  static async open(address: string, options: StoreOptions, way: "open" | "create" = "open"): Promise<TenantStore> {
    const config = parseStoreAddress(address, options.environment["PGPASSWORD"]);
    const store = new TenantStore(new Connections(config, options.idleMs), options);
    try {
      await store.#check(way);
      return store;
    } catch (error) {
      await store.close();
      throw error instanceof ServerFault ? error.cause : error;
    }
  }

  async #check(way: "open" | "create"): Promise<void> {
    const refuse = (what: Text): Failure => new Failure("input-rejected", { what, where: this.#connections.where });
    const sealed = seal(this.#keys, ["store"], Buffer.of());
    const [made] = await this.#connections.query("select from pg_namespace where nspname = 'clomoctl'");
    if ((made === undefined) !== (way === "create")) throw refuse(way === "create" ? STORE_EXISTS : NO_TABLES);
    if (way === "create") {
      await using transaction = await this.#connections.begin();
      await transaction.query(TABLES);
      await transaction.query("insert into clomoctl.store (version, seal) values ($1, $2)", [TABLES_VERSION, sealed]);
      await transaction.commit();
    }
    const [found] = await this.#connections.query<{ version: number; seal: Buffer; commits: string }>(STORE);
    if (found?.version !== TABLES_VERSION) throw refuse(NO_TABLES);
    if (["off", "local"].includes(found.commits)) throw refuse(NOT_SYNCHRONOUS);
    unseal(this.#keys, ["store"], found.seal);
    // it may be sealed with the previous key
    await this.#connections.query(
      "update clomoctl.store set seal = $1 where substr(seal, 1, length($2::bytea)) <> $2",
      [sealed, buildSealHeader(this.#keys.current)],
    );
  }

  log(id: string): PostgresLog {
    return new PostgresLog(id, this.#connections, this.#keys);
  }

  list(): Promise<readonly string[]> {
    return this.#queryIds("select id from clomoctl.tenant order by id");
  }

  /** Returns the tenants whose log after the snapshot is long or old. */
  listWithoutSnapshot(days: number, { entries, bytes } = LONG_TAIL): Promise<readonly string[]> {
    return this.#queryIds(NEED_SNAPSHOT, [entries, bytes, days, buildSealHeader(this.#keys.current)]);
  }

  /** Adds a tenant whose log begins at the position of this file. @throws Failure `input-rejected` if it exists */
  async add(id: string, { seq, hash, schema }: LogHead, content: Content): Promise<void> {
    await using transaction = await this.#connections.begin();
    const sql = "insert into clomoctl.tenant (id, seq, hash, schema) values ($1, $2, $3, $4) on conflict do nothing";
    const { rowCount } = await transaction.query(sql, [id, seq, hash, schema]);
    const isTaken = rowCount === 0 || (await this.list()).some((other) => isSameContext(other, id));
    if (isTaken) throw new Failure("input-rejected", { what: TENANT_EXISTS, where: id });
    await this.log(id).writeSnapshot(transaction, seq, content);
    await transaction.commit();
  }

  /** Removes entries of earlier days that are in a snapshot, and plans and attempts that have ended. */
  async removeOld(days: number): Promise<void> {
    await this.#connections.query(REMOVE_OLD, [days]);
  }

  /** Returns the database's time, which is the same for all computers. */
  async now(): Promise<Date> {
    const sql = "select extract(epoch from clock_timestamp())::float8 * 1000 as ms";
    return new Date((await this.#connections.query<{ ms: number }>(sql))[0]?.ms ?? Number.NaN);
  }

  async #queryIds(sql: string, values?: unknown[]): Promise<readonly string[]> {
    return (await this.#connections.query<{ id: string }>(sql, values)).map(({ id }) => id);
  }

  close(): Promise<void> {
    return this.#connections.close();
  }
}

const STORE_EXISTS = text("the database has a store already", "このデータベースには、すでに保存先があります");
const TENANT_EXISTS = text(
  "the store has a tenant of this name already",
  "この名前のテナントは、すでに保存先にあります",
);
const NO_TABLES = text(
  "the database has no tables of this version of clomoctl",
  "データベースに、このバージョンの clomoctl の表がありません",
);
const NOT_SYNCHRONOUS = text(
  "changes would be lost in a crash: synchronous_commit of the database must be on",
  "障害時に変更が失われます。データベースの synchronous_commit を on にしてください",
);
