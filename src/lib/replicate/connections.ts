import pg, { type Pool, type PoolConfig, type QueryResult, type QueryResultRow } from "pg";
import { Failure, getErrorCode, hasErrorCode, ServerFault } from "../errors/index.ts";
import { same, text } from "../text/index.ts";

export interface Limits extends Pick<PoolConfig, "max" | "maxUses" | "connectionTimeoutMillis" | "query_timeout"> {
  /** how long a process may keep a transaction without a sign of life, as when it was stopped */
  readonly idleMs?: number;
}

const LIMITS = { max: 10, connectionTimeoutMillis: 5000, query_timeout: 30_000, idleMs: 5000 };
const LOCK_WAIT_MS = 5000;
const RETRY_AFTER_MS = 1000;

/** @see https://www.postgresql.org/docs/current/errcodes-appendix.html */
export const hasState = (error: unknown, ...states: readonly string[]): boolean =>
  error instanceof ServerFault && hasErrorCode(error.cause.cause, ...states);
export const [LOCK_TAKEN, EXISTS_ALREADY] = ["55P03", "23505"] as const;

const createFault = (error: unknown, where: string): ServerFault => {
  const reason = error instanceof Error && error.message !== "" ? error.message : getErrorCode(error);
  return new ServerFault({
    what: text("the server cannot use its store at the moment", "現在、サーバーは保存先を利用できません"),
    retryAfterMs: RETRY_AFTER_MS,
    cause: error instanceof Failure ? error : new Failure("unavailable", { what: same(reason), where, cause: error }),
  });
};

export type Transaction = Awaited<ReturnType<Connections["begin"]>>;

/** Works through a pooler, too: a session has no state. All methods throw {@link ServerFault}, whose cause is the reason. */
export class Connections {
  readonly where: string;
  readonly #idleMs: number;
  readonly #readers: Pool;
  /** apart, because a transaction waits for reads */
  readonly #writers: Pool;

  constructor(config: PoolConfig, limits: Limits = {}) {
    const { idleMs, ...all } = { ...LIMITS, ...limits };
    this.#idleMs = idleMs;
    this.where = `${config.host}:${config.port}/${config.database}`;
    // what waits for a connection gets its error
    const ignore = (): void => undefined;
    const open = (): Pool =>
      new pg.Pool({ ...config, ...all, keepAlive: true, pipeline: true })
        .on("error", ignore)
        .on("connect", (client) => client.on("error", ignore));
    [this.#readers, this.#writers] = [open(), open()];
  }

  async query<R extends QueryResultRow>(sql: string, values: unknown[] = []): Promise<readonly R[]> {
    return (await this.#readers.query<R>(sql, values).catch(this.#throwFault)).rows;
  }

  /** @param first a statement without parameters, in the same message */
  async begin(first = "select 1", mode = "read committed") {
    const client = await this.#writers.connect().catch(this.#throwFault);
    let [isOver, fault]: [boolean, unknown] = [false, undefined];
    const beat = setInterval(() => void client.query("select 1").catch(() => undefined), this.#idleMs / 3).unref();
    const query = async <R extends QueryResultRow>(sql: string, values?: unknown[]): Promise<QueryResult<R>> => {
      // the connection may be another's already
      if (isOver) throw new TypeError("the transaction is over");
      return client.query<R>(sql, values).catch((error: unknown) => this.#throwFault((fault ??= error)));
    };
    const end = async (statement: "commit" | "rollback"): Promise<void> => {
      const ended = query(statement);
      if (!isOver)
        ended.then(
          () => client.release(),
          () => client.release(true),
        );
      isOver = true;
      clearInterval(beat);
      // PostgreSQL answers so to the commit of what has failed
      if ((await ended).command === "ROLLBACK" && statement === "commit") this.#throwFault(fault);
    };
    /** Does nothing after the end. Never throws. */
    const abandon = () => end("rollback").catch(() => undefined);
    try {
      const limits = `idle_in_transaction_session_timeout = ${this.#idleMs}; set local lock_timeout = ${LOCK_WAIT_MS}`;
      const results = await query(`begin isolation level ${mode}; set local ${limits}; ${first}`);
      const rows = (results as unknown as readonly QueryResult[]).at(-1)?.rows ?? [];
      return { rows, query, commit: () => end("commit"), abandon, [Symbol.asyncDispose]: abandon };
    } catch (error) {
      await abandon();
      throw error;
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#readers.end(), this.#writers.end()]);
  }

  readonly #throwFault = (error: unknown): never => {
    throw createFault(error, this.where);
  };
}
