import pg, { type PoolConfig, type QueryResult, type QueryResultRow } from "pg";
import readPasswordFile from "pgpass";
import { Failure, getErrorCode, ServerFault, tryOrUndefined } from "../errors/index.ts";
import { isLoopback } from "../model/address.ts";
import { same, text } from "../text/index.ts";

const FORM = text(
  "the store's address has the form postgres://USER@HOST:PORT/DATABASE or postgres:///DATABASE?host=/FOLDER&user=USER; sslmode is verify-full, or disable for a database on this computer",
  "保存先は postgres://USER@HOST:PORT/DATABASE か postgres:///DATABASE?host=/FOLDER&user=USER の形で指定してください。sslmode は verify-full です(このコンピューター上のデータベースでは disable も可)",
);
const PASSWORD = text(
  "the password of the database belongs into PGPASSWORD, or into a file that PGPASSFILE names and only you can read",
  "データベースのパスワードは、PGPASSWORD か、PGPASSFILE で指定する自分だけが読めるファイルに設定してください",
);

const decode = (part = ""): string => tryOrUndefined(() => decodeURIComponent(part)) ?? "";

/**
 * Does not accept what weakens the encryption, or what others can read. The driver asks for the password only if the database
 * does. @throws Failure `input-rejected`
 */
export function parseStoreAddress(address: string, fromEnvironment: string | undefined) {
  const url = tryOrUndefined(() => new URL(address));
  const where = url && `${url.host}${url.pathname}`;
  const { hostname = "", password = "" } = url ?? {};
  if (password !== "") throw new Failure("input-rejected", { what: PASSWORD, where });
  const isNear = hostname === "" || isLoopback(hostname);
  const {
    sslmode = isNear ? "disable" : "verify-full",
    host: folder = "",
    user = decode(url?.username),
    ...unknown
  } = Object.fromEntries(url?.searchParams ?? []);
  const database = decode(url?.pathname.slice(1));
  const isRight =
    /^postgres(?:ql)?:/.test(address) &&
    (hostname === "" ? folder.startsWith("/") : folder === "") &&
    (sslmode === "verify-full" || (sslmode === "disable" && isNear)) &&
    ![user, database].includes("") &&
    Object.keys(unknown).length === 0;
  if (!isRight) throw new Failure("input-rejected", { what: FORM, where });
  const host = folder || hostname.replaceAll(/^\[|\]$/g, "");
  const ssl = sslmode === "verify-full" && { rejectUnauthorized: true };
  const config = { host, port: Number(url?.port || 5432), user, database, ssl };
  const findPassword = async (): Promise<string> => {
    const fromFile = () => new Promise<string | undefined>((resolve) => readPasswordFile(config, resolve));
    const found = fromEnvironment ?? (await fromFile());
    if (found === undefined) throw new Failure("input-rejected", { what: PASSWORD, where: host });
    return found;
  };
  return { ...config, password: findPassword };
}

const POOL = { connectionTimeoutMillis: 5000, query_timeout: 30_000, keepAlive: true, pipeline: true };
const LOCK_WAIT_MS = 5000;
const RETRY_AFTER_MS = 1000;

const ignore = (): void => undefined;

export type Transaction = Awaited<ReturnType<Connections["begin"]>>;

/** Works through a pooler, too: a session has no state. All methods throw {@link ServerFault}, whose cause is the reason. */
export class Connections {
  readonly where: string;
  readonly #idleMs: number;
  /** apart, because a transaction waits for reads */
  readonly #pools: Readonly<Record<"reads" | "transactions", pg.Pool>>;

  /** @param idleMs how long a process may keep a transaction without a sign of life, as when it was stopped or computes */
  constructor(config: PoolConfig, idleMs = 20_000) {
    this.#idleMs = idleMs;
    this.where = `${config.host}:${config.port}/${config.database}`;
    // what waits for a connection gets its error
    const open = (max: number): pg.Pool =>
      new pg.Pool({ ...config, ...POOL, max })
        .on("error", ignore)
        .on("connect", (client) => client.on("error", ignore));
    // an import keeps its turn for seconds
    this.#pools = { reads: open(10), transactions: open(30) };
  }

  async query<R extends QueryResultRow>(sql: string, values: unknown[] = []): Promise<readonly R[]> {
    return (await this.#pools.reads.query<R>(sql, values).catch(this.#refuse)).rows;
  }

  /** Its end, by `commit` or else by disposal, gives the connection to others. */
  async begin(mode = "read committed", idleMs = this.#idleMs) {
    const client = await this.#pools.transactions.connect().catch(this.#refuse);
    const beat = setInterval(() => void client.query("select 1").catch(ignore), idleMs / 3).unref();
    let isOver = false;
    const query = async <R extends QueryResultRow>(sql: string, values?: unknown[]): Promise<QueryResult<R>> => {
      if (isOver) throw new TypeError("the transaction is over");
      return client.query<R>(sql, values).catch(this.#refuse);
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
      if ((await ended).command === "ROLLBACK" && statement === "commit") this.#refuse(new Error("it was rolled back"));
    };
    const limits = `idle_in_transaction_session_timeout = ${idleMs}; set local lock_timeout = ${LOCK_WAIT_MS}`;
    // sent together with the next statement, which fails if this one does
    query(`begin isolation level ${mode}; set local ${limits}`).catch(ignore);
    return { query, commit: () => end("commit"), [Symbol.asyncDispose]: () => end("rollback").catch(ignore) };
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.#pools).map((pool) => pool.end()));
  }

  readonly #refuse = (error: unknown): never => {
    const reason = error instanceof Error && error.message !== "" ? error.message : getErrorCode(error);
    const { where } = this;
    throw new ServerFault({
      what: text("the server cannot use its store at the moment", "現在、サーバーは保存先を利用できません"),
      retryAfterMs: RETRY_AFTER_MS,
      cause: error instanceof Failure ? error : new Failure("unavailable", { what: same(reason), where, cause: error }),
    });
  };
}
