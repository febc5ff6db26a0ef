import { fstatSync, writeSync } from "node:fs";
import { homedir, hostname, userInfo } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../commands/kit/tools.ts";
import type { AppleSockets } from "./apple.ts";
import type { ChosenContext } from "../lib/config/index.ts";
import type { ConnectionEnvironment, OpenTenant } from "./tenant.ts";

export type Host = Pick<
  NodeJS.Process,
  | "argv"
  | "env"
  | "execPath"
  | "geteuid"
  | "pid"
  | "kill"
  | "stdin"
  | "stdout"
  | "stderr"
  | "platform"
  | "cwd"
  | "on"
  | "exit"
>;

export interface ProgramEnvironment {
  readonly host: Host;
  readonly clock: Clock;
  readonly userFolder: string;
  /** result of `os.userInfo().username`; undefined if the user id has no name */
  readonly userName: string | undefined;
  /** result of `process.geteuid()`; undefined on platforms without file owners */
  readonly userId: number | undefined;
  readonly hostName: string;
  /** Returns false for a terminal whose window was closed. */
  readonly isTerminal: (descriptor: number) => boolean;
  readonly writeNow: (descriptor: 1 | 2, content: string) => void;
  readonly openTenant: (machine: ConnectionEnvironment, chosen: ChosenContext) => Promise<OpenTenant>;
  readonly openApple: () => Promise<AppleSockets>;
}

export const isHungUp = ({ host: { stdin }, isTerminal }: Pick<ProgramEnvironment, "host" | "isTerminal">): boolean =>
  stdin.isTTY && !isTerminal(0);

export const createProgramEnvironment = (host: Host): ProgramEnvironment => ({
  host,
  clock: {
    now: () => new Date(),
    elapsedMs: () => performance.now(),
    wait: (delayMs, signal) => sleep(delayMs, undefined, { signal }),
  },
  userId: host.geteuid?.(),
  get userFolder() {
    return homedir();
  },
  get userName() {
    try {
      return userInfo().username;
    } catch {
      return undefined;
    }
  },
  get hostName() {
    return hostname();
  },
  // a static import of node:tty would also load the modules for sockets
  isTerminal: (descriptor) => process.getBuiltinModule("node:tty").isatty(descriptor),
  writeNow,
  openTenant: async (machine, chosen) => (await import("./tenant.ts")).openTenant(machine, chosen),
  openApple: async () => (await import("./apple.ts")).openAppleSockets(),
});

const PAUSE_BUFFER = new Int32Array(new SharedArrayBuffer(4));
const WRITE_RETRY_PAUSE_MS = 5;

/** Does not use streams, because they load slowly. The process may end right after the call. */
function writeNow(descriptor: 1 | 2, content: string): void {
  let rest = Buffer.from(content);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EPIPE" || code === "EOF") return;
      // ignore the error, because the terminal's window was closed and nobody can read the output
      if (code === "EIO" && fstatSync(descriptor).isCharacterDevice()) return;
      // errors of writing to stderr cannot be reported anywhere
      if (descriptor === 2 && (code === "ENOSPC" || code === "EDQUOT" || code === "EIO")) return;
      if (code !== "EAGAIN") throw error;
      Atomics.wait(PAUSE_BUFFER, 0, 0, WRITE_RETRY_PAUSE_MS);
    }
  }
}
