import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../commands/program.ts";
import { TestTenant } from "../tenant/tenant.ts";

/** What a command said and how it ended. */
export interface Said {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

const newFolder = (): string => mkdtempSync(join(tmpdir(), "clomoctl-desk-"));

/** The program's commands in this process, on one tenant that stays open: many a time faster than a process for each. */
export class Desk implements AsyncDisposable {
  readonly tenant = new TestTenant(newFolder());
  /** where files named in a command lie */
  readonly folder = newFolder();

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Runs a command line, its words parted by blanks, without a terminal. @param stdin what a file named `-` holds */
  async run(line: string, stdin: Uint8Array = new Uint8Array()): Promise<Said> {
    const { tenant, folder } = this;
    const now = new Date(tenant.surroundings.now());
    const home = join(tenant.folder, "home");
    const { stdout, stderr, exit } = await run(line, { tenant: tenant.fetch, home, folder, stdin, now });
    return { stdout, stderr, code: exit };
  }

  /** What a command gives as JSON. @throws Error where it does not end well */
  async json<T>(line: string, stdin?: Uint8Array): Promise<T> {
    const said = await this.run(`${line} --format json`, stdin);
    if (said.code !== 0) throw new Error(`${line} ended with ${said.code}: ${said.stderr}`);
    return JSON.parse(said.stdout) as T;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.tenant[Symbol.asyncDispose]();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
