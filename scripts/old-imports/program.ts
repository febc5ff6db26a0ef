import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";

/** How a command of the old program ended. */
export interface Answer {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** An import in a tenant's file. */
export interface StoredImport {
  readonly id: string;
  readonly state: string;
  readonly creates: number;
}

/** The built program of another checkout, on one tenant of a home. */
export class OldProgram {
  readonly #root: string;
  readonly #home: string;
  readonly #tenant: string;
  /** where relative names of files start */
  readonly folder: string;

  constructor({
    root,
    home,
    tenant,
    folder,
  }: {
    readonly root: string;
    readonly home: string;
    readonly tenant: string;
    readonly folder: string;
  }) {
    this.#root = root;
    this.#home = home;
    this.#tenant = tenant;
    this.folder = folder;
  }

  get tenantFolder(): string {
    return join(this.#home, "tenants", this.#tenant);
  }

  get database(): string {
    return join(this.tenantFolder, "tenant.db");
  }

  get #options() {
    return {
      cwd: this.folder,
      env: {
        PATH: process.env["PATH"] ?? "",
        HOME: this.#home,
        LANG: "C",
        CLOMOCTL_HOME: this.#home,
        CLOMOCTL_CONTEXT: this.#tenant,
      },
    };
  }

  get #door(): string {
    return join(this.#root, "bin", "clomoctl.js");
  }

  tell(line: string): Answer {
    const options = { ...this.#options, encoding: "utf8" } as const;
    const { status, stdout, stderr } = spawnSync(process.execPath, [this.#door, ...line.split(" ")], options);
    return { exit: status, stdout, stderr };
  }

  /** @throws where the command ends with anything but 0 */
  ask(line: string): string {
    const { exit, stdout, stderr } = this.tell(line);
    if (exit !== 0) throw new Error(`${line} ended with ${exit}: ${stderr}${stdout}`);
    return stdout;
  }

  /** Runs `body` with the program on a copy of the home. */
  onCopy<T>(body: (copy: OldProgram) => T): T {
    const home = mkdtempSync(join(tmpdir(), "old-imports-"));
    try {
      cpSync(this.#home, home, { recursive: true });
      return body(new OldProgram({ root: this.#root, home, tenant: this.#tenant, folder: this.folder }));
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  }

  /** What only its library can do: `body`, an expression over `client` and `fetch`, awaited in a process that then ends. */
  library(body: string): void {
    const from = (path: string): string => pathToFileURL(join(this.#root, "src", "lib", path)).href;
    const script = `
      const { openTenant } = await import("${from("tenant/index.ts")}");
      const { TenantClient } = await import("${from("client/index.ts")}");
      const { default: assert } = await import("node:assert");
      const { randomBytes } = await import("node:crypto");
      const { fetch, close } = openTenant({
        folder: ${JSON.stringify(this.tenantFolder)}, name: "", actor: "owner",
        surroundings: { now: Date.now, random: randomBytes },
        processes: { self: process.pid, isAlive: () => false },
      });
      const client = new TenantClient(fetch);
      await ${body};
      await close();`;
    const options = { ...this.#options, encoding: "utf8" } as const;
    const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], options);
    if (status !== 0) throw new Error(`${body} ended with ${status}: ${stderr}`);
  }

  /** Its imports, as they lie in its file: a command would end those that were killed. */
  imports(): readonly StoredImport[] {
    return this.onCopy((copy) => {
      using database = new DatabaseSync(copy.database);
      const sql = "select id, state, coalesce(detail ->> '$.counts.create', 0) as creates from import order by pk";
      return database.prepare(sql).all() as unknown as StoredImport[];
    });
  }

  /** Kills an import with signal 9 as soon as something is in its staging file. */
  async killWhileUploading(line: string): Promise<void> {
    const folder = join(this.tenantFolder, "imports");
    const before = new Set(readdirSync(folder));
    const isStaging = (): boolean =>
      readdirSync(folder).some((file) => !before.has(file) && statSync(join(folder, file)).size > 0);
    const child = spawn(process.execPath, [this.#door, ...line.split(" ")], { ...this.#options, stdio: "ignore" });
    const ended = new Promise<void>((resolve) => {
      child.once("exit", () => resolve());
    });
    while (child.exitCode === null && !isStaging()) {
      await new Promise((resolve) => {
        setTimeout(resolve, 1);
      });
    }
    child.kill("SIGKILL");
    await ended;
    if (child.signalCode !== "SIGKILL") throw new Error(`${line} ended before it could be killed`);
  }
}
