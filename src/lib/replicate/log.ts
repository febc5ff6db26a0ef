import pg from "pg";
import { Failure } from "../errors/index.ts";
import type { ChangeLog, LogEntry, LogHead, LogTurn } from "../tenant/store/change-log.ts";
import { text, type Text } from "../text/index.ts";
import { EXISTS_ALREADY, hasState, LOCK_TAKEN, type Connections, type Transaction } from "./connections.ts";
import type { Place, Sealer } from "./sealer.ts";

export type Content = AsyncIterable<Uint8Array>;

/**
 * Where a file stands: at the end of the log; behind, with all entries after it in the log; outdated, if some of them were
 * removed, so that only a snapshot helps; foreign, if it has what the log does not have.
 */
export type Standing = "current" | "behind" | "outdated" | "foreign";

export interface PostgresTurn extends LogTurn {
  /** From the next position on, the tenant is another file, which is there. */
  readonly replace: (next: LogHead, content: Content) => Promise<void>;
  /** Removes the tenant from the store. */
  readonly remove: () => Promise<void>;
}

const MAX_READ_BYTES = 8 << 20;
const LAST = Number.MAX_SAFE_INTEGER;
const PART_BYTES = 4 << 20;

/** A standby may be behind. */
const HEAD = `
select seq::float8 as seq, hash, schema, current_setting('transaction_read_only') = 'on' as "isStandby" from clomoctl.tenant`;

const READ = `
select seq::float8 as seq, schema, before, hash, continues, changes from (
  select *, sum(octet_length(changes)) over (order by seq) - octet_length(changes) as "bytesBefore"
  from clomoctl.entry where tenant = $1 and seq > $2 order by seq limit 500
) as entries where "bytesBefore" < ${MAX_READ_BYTES} order by seq`;

/** If the head is not the entry before, null makes the transaction fail, also if nobody waits; so in the next one. */
const APPEND = `
with moved as (
  update clomoctl.tenant set seq = $2, hash = $5, schema = $3 where id = $1 and seq = $2::bigint - 1 and hash = $4 returning id
) insert into clomoctl.entry (tenant, seq, schema, before, hash, continues, changes)
values ((select id from moved), $2, $3, $4, $5, $6, $7)`;

const REPLACE = `
update clomoctl.tenant set seq = case seq when $2::bigint - 1 then $2 end, hash = $3, schema = $4 where id = $1`;

const STANDING = `
select tenant.*, (select count(*)::float8 from clomoctl.entry where tenant = $1 and seq > $2) as later,
  coalesce((select before from clomoctl.entry where tenant = $1 and seq = $2::bigint + 1),
    (select hash from clomoctl.entry where tenant = $1 and seq = $2)) as known from (${HEAD} where id = $1) as tenant`;

const NEW_SNAPSHOT = `
insert into clomoctl.snapshot (tenant, seq) select $1, $2::bigint
where not exists (select from clomoctl.snapshot where tenant = $1 and seq >= $2::bigint)`;

const PART = `
select bytes, s.seq::float8 as seq, n = (select max(n) from clomoctl.part where tenant = $1 and snapshot = s.seq) as "isLast"
from clomoctl.part join (select max(seq) as seq from clomoctl.snapshot where tenant = $1) as s on snapshot = s.seq
where tenant = $1 and n = $2`;

type HeadRow = LogHead & { readonly isStandby: boolean };
type StandingRow = HeadRow & { readonly later: number; readonly known: string | null };
type PartRow = Readonly<{ bytes: Buffer; seq: number; isLast: boolean }>;

const placeOf = (id: string, { seq, schema, before, hash, continues }: Omit<LogEntry, "changes">): Place => [
  "entry",
  id,
  seq,
  schema,
  before,
  hash,
  continues,
];

const readHead = <R extends HeadRow>([row]: readonly R[], where: string): Omit<R, "isStandby"> => {
  if (row === undefined) throw new Failure("not-found", { what: NO_TENANT, where });
  const { isStandby, ...head } = row;
  if (isStandby) throw new Failure("unavailable", { what: STANDBY, where, retryAfterMs: 1000 });
  return head;
};

/** The log of one tenant in PostgreSQL. */
export class PostgresLog implements ChangeLog {
  readonly #id: string;
  readonly #connections: Connections;
  readonly #sealer: Sealer;

  constructor(id: string, connections: Connections, sealer: Sealer) {
    this.#id = id;
    this.#connections = connections;
    this.#sealer = sealer;
  }

  async head(): Promise<LogHead> {
    return readHead(await this.#connections.query<HeadRow>(`${HEAD} where id = $1`, [this.#id]), this.#id);
  }

  async read(after: number): Promise<readonly LogEntry[]> {
    const rows = await this.#connections.query<LogEntry>(READ, [this.#id, after]);
    if (rows.some(({ seq }, at) => seq !== after + at + 1)) throw this.#refuse(GAP);
    return rows.map((row) => ({ ...row, changes: this.#sealer.unseal(placeOf(this.#id, row), row.changes) }));
  }

  async tryTurn(): Promise<PostgresTurn | undefined> {
    const [id, sealer] = [this.#id, this.#sealer];
    // what refers to the tenant, such as a new snapshot, does not wait for this lock
    const lock = `${HEAD} where id = ${pg.escapeLiteral(id)} for no key update nowait`;
    const begun = await this.#connections.begin(lock).catch((error: unknown) => {
      if (!hasState(error, LOCK_TAKEN)) throw error;
    });
    if (begun === undefined) return undefined;
    const { rows, query, commit, abandon } = begun;
    if (rows.length === 0) await abandon();
    return {
      head: readHead(rows as HeadRow[], id),
      append(entry) {
        const { seq, schema, before, hash, continues, changes } = entry;
        const sealed = sealer.seal(placeOf(id, entry), changes);
        const done = query(APPEND, [id, seq, schema, before, hash, continues, sealed]).then(() => undefined);
        // who does not wait gets the error from the commit
        done.catch(() => undefined);
        return done;
      },
      async replace({ seq, hash, schema }, content) {
        await query(REPLACE, [id, seq, hash, schema]);
        await writeSnapshot(begun, id, seq, content, sealer);
      },
      remove: async () => void (await query("delete from clomoctl.tenant where id = $1", [id])),
      commit,
      abandon,
    };
  }

  /** @param file at position Infinity if it is damaged */
  async findStanding({ seq, hash }: Pick<LogHead, "seq" | "hash">): Promise<Standing> {
    const log = readHead(
      await this.#connections.query<StandingRow>(STANDING, [this.#id, Math.min(seq, LAST)]),
      this.#id,
    );
    if (seq >= log.seq) return seq === log.seq && hash === log.hash ? "current" : "foreign";
    if (log.known !== null && log.known !== hash) return "foreign";
    return log.later === log.seq - seq ? "behind" : "outdated";
  }

  /**
   * Stores a copy of a file that is at this position, instead of older copies. Others can write meanwhile.
   * @returns false if there is one of this position or a later one
   */
  async putSnapshot(at: LogHead, content: Content): Promise<boolean> {
    if (!["current", "behind"].includes(await this.findStanding(at))) throw this.#refuse(NOT_IN_LOG);
    await using transaction = await this.#connections.begin();
    try {
      const isNew = await writeSnapshot(transaction, this.#id, at.seq, content, this.#sealer);
      if (isNew) await transaction.commit();
      return isNew;
    } catch (error) {
      if (hasState(error, EXISTS_ALREADY, LOCK_TAKEN)) return false;
      throw error;
    }
  }

  /** Returns the newest snapshot in parts. */
  async *getSnapshot(): AsyncGenerator<Buffer> {
    await this.head();
    await using transaction = await this.#connections.begin("select 1", "repeatable read, read only");
    for (let [n, isLast] = [0, false]; !isLast; n++) {
      const [part] = (await transaction.query<PartRow>(PART, [this.#id, n])).rows;
      isLast = part?.isLast ?? false;
      yield this.#sealer.unseal(["part", this.#id, part?.seq ?? 0, n, isLast], part?.bytes ?? Buffer.of());
    }
  }

  #refuse(what: Text): Failure {
    return new Failure("unavailable", { what, where: this.#id });
  }
}

/** @returns false if there is one of this position or a later one */
export async function writeSnapshot(
  transaction: Transaction,
  id: string,
  seq: number,
  content: Content,
  sealer: Sealer,
): Promise<boolean> {
  if ((await transaction.query(NEW_SNAPSHOT, [id, seq])).rowCount === 0) return false;
  let [n, held] = [0, Buffer.of()];
  const put = (bytes: Uint8Array, isLast: boolean) => {
    const values = [id, seq, n, sealer.seal(["part", id, seq, n, isLast], bytes)];
    n += 1;
    return transaction.query("insert into clomoctl.part (tenant, snapshot, n, bytes) values ($1, $2, $3, $4)", values);
  };
  for await (const chunk of content)
    for (held = Buffer.concat([held, chunk]); held.length > PART_BYTES; held = held.subarray(PART_BYTES))
      await put(held.subarray(0, PART_BYTES), false);
  await put(held, true);
  await transaction.query("delete from clomoctl.snapshot where tenant = $1 and seq < $2", [id, seq]);
  return true;
}

const NO_TENANT = text("the store has no such tenant", "保存先にこのテナントはありません");
const STANDBY = text("the store is a standby at the moment", "現在、保存先は待機系です");
const GAP = text("the store no longer has the next change", "次の変更は保存先から削除されました");
const NOT_IN_LOG = text("this file is not a copy of the tenant", "このファイルはテナントの写しではありません");
