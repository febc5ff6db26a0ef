import { buildSealHeader } from "../config/sealed-bytes.ts";
import { Failure } from "../errors/index.ts";
import type { ChangeLog, LogEntry, LogHead, LogTurn } from "../tenant/store/change-log.ts";
import { text } from "../text/index.ts";
import { readParts, storeParts, type Content, type StoredFile } from "./parts.ts";
import type { Connections, Transaction } from "./postgres.ts";
import { seal, unseal, type SealingKeys } from "./sealer.ts";
import { PostgresState } from "./shared.ts";

/**
 * What a file is: a copy of the log's beginning; outdated, if entries after it were removed, so that only a snapshot helps;
 * foreign, if it has what the log does not have.
 */
export type Standing = "copy" | "outdated" | "foreign";

export interface PostgresTurn extends LogTurn {
  /** Removes the tenant from the store. */
  readonly remove: () => Promise<unknown>;
}

const MAX_READ_BYTES = 8 << 20;
const COMMAND_IDLE_MS = 600_000;

/** A standby may be behind. */
const HEAD = `
select seq::float8 as seq, hash, schema, current_setting('transaction_read_only') = 'on' as "isStandby",
  (select before from clomoctl.entry where tenant = $1 and seq = $2::bigint + 1) as next
from clomoctl.tenant where id = $1`;

/** What refers to the tenant, such as a new snapshot, does not wait for this lock. */
const TURN = "select seq::float8 as seq, hash, schema from clomoctl.tenant where id = $1 for no key update";

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

/**
 * Nothing is found if the state is not of this log, if there is a newer snapshot, or one of this state with this key, or while
 * another process stores one. Until the end, nobody can take the tenant out.
 */
const OLDER_SNAPSHOT = `
select from clomoctl.tenant as t join clomoctl.part as p on p.tenant = t.id and p.plan = '' and p.n = 0
where t.id = $1 and (p.seq < $2 or (p.seq = $2 and substr(p.bytes, 1, length($3::bytea)) <> $3)) and $4 = case t.seq
  when $2 then t.hash else (select before from clomoctl.entry where tenant = $1 and seq = $2::bigint + 1) end
for update of p skip locked`;

type HeadRow = LogHead & { readonly isStandby: boolean; readonly next: string | null };

export class PostgresLog implements ChangeLog {
  hasMismatch = false;
  readonly shared: PostgresState;
  readonly #id: string;
  readonly #connections: Connections;
  readonly #keys: SealingKeys;

  constructor(id: string, connections: Connections, keys: SealingKeys) {
    [this.#id, this.#connections, this.#keys] = [id, connections, keys];
    this.shared = new PostgresState(id, connections, keys);
  }

  async head(): Promise<LogHead> {
    const { seq, hash, schema } = await this.#readHead(0);
    return { seq, hash, schema };
  }

  async read(after: number): Promise<readonly LogEntry[]> {
    const rows = await this.#connections.query<LogEntry>(READ, [this.#id, after]);
    const open = ({ seq, hash, changes }: LogEntry) => unseal(this.#keys, [this.#id, "entry", seq, hash], changes);
    return rows.map((row) => ({ ...row, changes: open(row) }));
  }

  /** @param others `wait`: for a command that may compute for minutes; throws if another process keeps the turn for seconds */
  async tryTurn(others: "skip" | "wait" = "skip"): Promise<PostgresTurn | undefined> {
    const id = this.#id;
    await using began = new AsyncDisposableStack();
    const transaction = began.use(
      await this.#connections.begin(undefined, others === "wait" ? COMMAND_IDLE_MS : undefined),
    );
    const [head] = (await transaction.query<LogHead>(others === "skip" ? `${TURN} skip locked` : TURN, [id])).rows;
    if (head === undefined) {
      await this.head();
      return undefined;
    }
    began.move();
    return {
      head,
      append: async (entry) => {
        const { seq, schema, before, hash, continues, changes } = entry;
        const sealed = seal(this.#keys, [id, "entry", seq, hash], changes);
        await transaction.query(APPEND, [id, seq, schema, before, hash, continues, sealed]);
      },
      remove: () => transaction.query("delete from clomoctl.tenant where id = $1", [id]),
      commit: transaction.commit,
      abandon: transaction[Symbol.asyncDispose],
    };
  }

  async findStanding({ seq, hash }: Pick<LogHead, "seq" | "hash">): Promise<Standing> {
    const head = await this.#readHead(seq);
    if (seq < head.seq && head.next === null) return "outdated";
    return hash === (seq === head.seq ? head.hash : head.next) ? "copy" : "foreign";
  }

  /** Stores a copy of a file at this position instead of an older snapshot, while others write. Returns false if it does not. */
  async putSnapshot(at: LogHead, content: Content): Promise<boolean> {
    await using transaction = await this.#connections.begin();
    const values = [this.#id, at.seq, buildSealHeader(this.#keys.current), at.hash];
    if ((await transaction.query(OLDER_SNAPSHOT, values)).rowCount === 0) return false;
    await transaction.query("delete from clomoctl.part where tenant = $1 and plan = ''", [this.#id]);
    await this.writeSnapshot(transaction, at.seq, content);
    await transaction.commit();
    return true;
  }

  async writeSnapshot(transaction: Transaction, seq: number, content: Content): Promise<void> {
    await storeParts(transaction, this.#keys, this.#snapshot, content, seq);
  }

  async *getSnapshot(): AsyncGenerator<Buffer> {
    await this.head();
    yield* readParts(this.#connections, this.#keys, this.#snapshot);
  }

  get #snapshot(): StoredFile {
    return { tenant: this.#id, plan: "" };
  }

  async #readHead(at: number): Promise<HeadRow> {
    const where = this.#id;
    const [row] = await this.#connections.query<HeadRow>(HEAD, [where, at]);
    if (row === undefined) throw new Failure("not-found", { what: NO_TENANT, where });
    if (row.isStandby) throw new Failure("unavailable", { what: STANDBY, where, retryAfterMs: 1000 });
    return row;
  }
}

const NO_TENANT = text("the store has no such tenant", "保存先にこのテナントはありません");
const STANDBY = text("the store is a standby at the moment", "現在、保存先は待機系です");
