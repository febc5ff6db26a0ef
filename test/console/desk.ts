import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { asFailure } from "../../src/cli/report.ts";
import { exitOf } from "../../src/cli/exit-codes.ts";
import { parse } from "../../src/cli/parse.ts";
import { route } from "../../src/cli/route.ts";
import { PROGRAM } from "../../src/commands/index.ts";
import type { Tools } from "../../src/commands/tools.ts";
import { Contexts, locateHome, systemProcesses } from "../../src/lib/config/index.ts";
import { ERRORS } from "../../src/lib/errors/index.ts";
import { TestTenant } from "../../src/lib/tenant/testing/tenant.ts";
import { Terminal } from "../../src/lib/terminal/index.ts";

/** What a command said and how it ended. */
export interface Said {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

class Kept extends Writable {
  readonly #chunks: Buffer[] = [];

  override _write(chunk: Buffer | string, _: BufferEncoding, done: () => void): void {
    this.#chunks.push(Buffer.from(chunk));
    done();
  }

  get text(): string {
    return Buffer.concat(this.#chunks).toString("utf8");
  }
}

/** A folder in memory where the platform has one: nothing here is about disks, and every commit would wait for one. */
const memoryFolder = (): string => (existsSync("/dev/shm") ? "/dev/shm" : tmpdir());

const newFolder = (parent: string): string => mkdtempSync(join(parent, "clomoctl-desk-"));

/**
 * The program's commands in this process, on one tenant that stays open: many a time faster than a process for each.
 * Everything from the words of the command line to the exit code is the program's own, but for signals.
 */
export class Desk implements AsyncDisposable {
  readonly tenant = new TestTenant(newFolder(memoryFolder()));
  /** where files named in a command lie */
  readonly folder = newFolder(tmpdir());
  readonly #home = locateHome({
    platform: "linux",
    environment: { CLOMOCTL_HOME: join(this.tenant.folder, "home") },
    userFolder: this.tenant.folder,
    workingFolder: this.tenant.folder,
  });

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Runs a command line, its words parted by blanks, without a terminal. @param stdin what a file named `-` holds */
  async run(line: string, stdin: Uint8Array = new Uint8Array()): Promise<Said> {
    const found = route(PROGRAM, line.split(" "));
    if (found.to !== "verb") throw new Error(`${line} is no command`);
    const { default: command } = await found.verb.load();
    const [stdout, stderr] = [new Kept(), new Kept()];
    const { globals, input } = parse(found.path, command, found.words);
    const streams = { stdin: Readable.from([Buffer.from(stdin)]), stdout, stderr };
    const tools = this.#tools(globals, streams);
    let code = 0;
    try {
      const outcome = await command.run(tools, input as never);
      code = exitOf(outcome);
    } catch (error) {
      const failure = asFailure(error);
      await tools.terminal.failure(failure);
      code = ERRORS[failure.code].exit;
    }
    await tools.terminal.close();
    return { stdout: stdout.text, stderr: stderr.text, code };
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

  #tools(globals: Tools["globals"], streams: { stdin: Readable; stdout: Writable; stderr: Writable }): Tools {
    const environment = { LANG: "C" };
    const { signal } = new AbortController();
    const contexts = new Contexts(this.#home);
    const clock = { now: () => new Date(this.tenant.surroundings.now()), elapsedMs: () => 0 };
    return {
      terminal: new Terminal(
        { ...streams, environment, clock: clock.elapsedMs, signal },
        { ...globals, progress: "none", color: false },
      ),
      globals,
      environment,
      home: this.#home,
      contexts,
      temporary: {
        temporaryFolder: this.#home.temporary,
        processes: systemProcesses(1, () => undefined, "test"),
      },
      clock,
      machine: {
        platform: "linux",
        userFolder: this.folder,
        timezone: "UTC",
        node: process.execPath,
        door: join(this.folder, "clomoctl"),
      },
      stdin: streams.stdin,
      workingFolder: this.folder,
      signal,
      tenant: async () => ({ ...(await contexts.choose(undefined, environment)), client: this.tenant.client }),
      tenantOf: async (context) => ({ context, source: "default", client: this.tenant.client }),
      describeState: () => undefined,
    };
  }
}
