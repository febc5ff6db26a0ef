import pg, { type Pool, type PoolClient, type PoolConfig, type QueryResult, type QueryResultRow } from "pg";
import { Failure, getErrorCode, hasErrorCode, ServerFault } from "../errors/index.ts";
import { same, text } from "../text/index.ts";

export interface Limits extends Pick<PoolConfig, "max" | "maxUses" | "connectionTimeoutMillis" | "query_timeout"> {
  /** how long a process may keep a transaction without a sign of life, as when it was stopped */
  readonly idleMs?: number;
}

const LIMITS = { max: 10, connectionTimeoutMillis: 5000, query_timeout: 30_000, idleMs: 5000, keepAlive: true };
const LOCK_WAIT_MS = 5000;
const RETRY_AFTER_MS = 1000;

/** @see https://www.postgresql.org/docs/current/errcodes-appendix.html */
export const hasState = (error: unknown, ...states: readonly string[]): boolean =>
  error instanceof ServerFault && hasErrorCode(error.cause.cause, ...states);
export const [LOCK_TAKEN, EXISTS_ALREADY] = ["55P03", "23505"] as const;

const toFault = (error: unknown, where: string): ServerFault => {
  const reason = error instanceof Error && error.message !== "" ? error.message : getErrorCode(error);
  return new ServerFault({
    what: text("the server cannot use its store at the moment", "現在、サーバーは保存先を利用できません"),
    retryAfterMs: RETRY_AFTER_MS,
    cause: error instanceof Failure ? error : new Failure("unavailable", { what: same(reason), where, cause: error }),
  });
};

/**
 * Connections to PostgreSQL, also through a pooler that gives each transaction another one: a session has no state.
 * @throws ServerFault (all methods) with the reason as its cause
 */
export class Connections {
  readonly #where: string;
  readonly #idleMs: number;
  readonly #readers: Pool;
  /** apart, because a transaction waits for reads */
  readonly #writers: Pool;

  constructor(config: PoolConfig, limits: Limits = {}) {
    const { idleMs, ...all } = { ...LIMITS, ...limits };
    this.#where = `${config.host}:${config.port}/${config.database}`;
    this.#idleMs = idleMs;
    const open = (): Pool => {
      const pool = new pg.Pool({ ...config, ...all, pipeline: true });
      // what waits for the connection gets the error
      const ignore = (): void => undefined;
      return pool.on("error", ignore).on("connect", (client) => client.on("error", ignore));
    };
    [this.#readers, this.#writers] = [open(), open()];
  }

  async query<R extends QueryResultRow>(sql: string, values: unknown[] = []): Promise<readonly R[]> {
    return (await this.#readers.query<R>(sql, values).catch(this.#throwFault)).rows;
  }

  /** @param first a statement without parameters in the same message */
  async begin(first: string, mode = "read committed") {
    const transaction = new Transaction(
      await this.#writers.connect().catch(this.#throwFault),
      this.#throwFault,
      this.#idleMs,
    );
    const limits = `idle_in_transaction_session_timeout = ${this.#idleMs}; set local lock_timeout = ${LOCK_WAIT_MS}`;
    try {
      const results = await transaction.query(`begin isolation level ${mode}; set local ${limits}; ${first}`);
      return { transaction, rows: (results as unknown as readonly QueryResult[]).at(-1)?.rows ?? [] };
    } catch (error) {
      await transaction.abandon();
      throw error;
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#readers.end(), this.#writers.end()]);
  }

  readonly #throwFault = (error: unknown): never => {
    throw toFault(error, this.#where);
  };
}

export class Transaction {
  readonly #client: PoolClient;
  readonly #throwFault: (error: unknown) => never;
  readonly #beat: NodeJS.Timeout;
  #fault: unknown;
  #isOver = false;

  constructor(client: PoolClient, throwFault: (error: unknown) => never, idleMs: number) {
    this.#client = client;
    this.#throwFault = throwFault;
    this.#beat = setInterval(() => void client.query("select 1").catch(() => undefined), idleMs / 3).unref();
  }

  async query<R extends QueryResultRow>(sql: string, values?: unknown[]): Promise<QueryResult<R>> {
    if (this.#isOver) throw new TypeError("the transaction is over");
    return this.#client.query<R>(sql, values).catch((error: unknown) => {
      this.#fault ??= error;
      return this.#throwFault(error);
    });
  }

  /** After an error, the transaction may have been committed, unless an earlier query has failed. */
  commit(): Promise<void> {
    return this.#end("commit").catch(this.#throwFault);
  }

  /** Does nothing after the end. Never throws. */
  async abandon(): Promise<void> {
    if (!this.#isOver) await this.#end("rollback").catch(() => undefined);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.abandon();
  }

  async #end(statement: "commit" | "rollback"): Promise<void> {
    clearInterval(this.#beat);
    this.#isOver = true;
    const ended = await this.#client.query(statement).catch((error: unknown) => {
      this.#client.release(true);
      throw error;
    });
    this.#client.release();
    // PostgreSQL answers so to the commit of what has failed
    if (statement === "commit" && ended.command === "ROLLBACK") throw this.#fault;
  }
}
