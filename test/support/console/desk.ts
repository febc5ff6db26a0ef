import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../commands/program.ts";
import { TestTenant } from "../tenant/tenant.ts";

export interface CommandOutput {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** Runs commands in this process, on a tenant that stays open. This is much faster than a process per command. */
export class Desk implements AsyncDisposable {
  readonly tenant = new TestTenant();
  readonly folder = mkdtempSync(join(tmpdir(), "clomoctl-desk-"));

  path(name: string): string {
    return join(this.folder, name);
  }

  /**
   * Runs a command line, with words separated by spaces, without a terminal. @param stdin content of a file argument
   * `-`
   */
  async run(line: string, stdin: Uint8Array = new Uint8Array()): Promise<CommandOutput> {
    const { tenant, folder } = this;
    const now = new Date(tenant.surroundings.now());
    const home = join(tenant.folder, "home");
    const { stdout, stderr, exit } = await run(line, { tenant: tenant.fetch, home, folder, stdin, now });
    return { stdout, stderr, code: exit };
  }

  /** Runs a command and returns its JSON output. @throws Error if the exit code is not 0 */
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
