import { EventEmitter } from "node:events";
import { PassThrough, type Duplex } from "node:stream";
import type { Host, ProgramEnvironment } from "../../../src/cli/environment.ts";

/** An in-memory environment of the program, and its state after a run. */
export interface FakeEnvironment {
  readonly outside: ProgramEnvironment;
  /** emits the signals that the program receives */
  readonly host: EventEmitter;
  readonly environment: Record<string, string | undefined>;
  readonly stdout: Duplex;
  /** everything written to stderr so far */
  readonly stderr: () => string;
  /** the tenants that were opened and closed, in order: `open kanto`, `close kanto` */
  readonly tenants: string[];
}

/** Process 1 always exists and was not started by a test. */
const PID = 1;

/** @param home CLOMOCTL_HOME */
export function createFakeEnvironment(home: string, stdout: Duplex = new PassThrough()): FakeEnvironment {
  const environment: Record<string, string | undefined> = { CLOMOCTL_HOME: home, LANG: "C" };
  const stderr = new PassThrough();
  const said: Buffer[] = [];
  stderr.on("data", (chunk: Buffer) => void said.push(chunk));
  const tenants: string[] = [];
  const host = Object.assign(new EventEmitter(), {
    argv: ["node", "/opt/clomoctl/bin/clomoctl.js"],
    execPath: "/opt/node/bin/node",
    env: environment,
    pid: PID,
    kill: (pid: number): true => {
      if (pid === PID) return true;
      throw Object.assign(new Error("no such process"), { code: "ESRCH" });
    },
    exit: () => undefined,
    stdin: new PassThrough(),
    stdout,
    stderr,
    platform: "linux",
    arch: "x64",
    versions: { node: "24.21.0" },
    cwd: () => home,
  });
  const outside: ProgramEnvironment = {
    host: host as unknown as Host,
    clock: { now: () => new Date("2026-11-20T01:00:00Z"), elapsedMs: () => 0, wait: async () => undefined },
    userFolder: home,
    userName: "admin",
    userId: undefined,
    hostName: "test",
    isTerminal: () => true,
    writeNow: (descriptor, content) => void (descriptor === 1 ? stdout : stderr).write(content),
    openTenant: async (_, chosen) => {
      const { name } = chosen.context;
      tenants.push(`open ${name}`);
      const transport = () => Promise.reject(new TypeError("nobody is asked"));
      return {
        ...chosen,
        connection: { transport },
        close: async () => void tenants.push(`close ${name}`),
      };
    },
    openApple: () => Promise.reject(new TypeError("Apple is not asked")),
  };
  return { outside, host, environment, stdout, stderr: () => Buffer.concat(said).toString(), tenants };
}
