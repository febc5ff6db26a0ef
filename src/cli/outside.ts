import { fstatSync, writeSync } from "node:fs";
import { homedir, hostname, userInfo } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../commands/tools.ts";
import type { AppleSockets } from "./apple.ts";
import type { ChosenContext } from "../lib/config/index.ts";
import type { Machine, OpenTenant } from "./tenant.ts";

/** The part of `process` the program uses. */
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
  | "arch"
  | "versions"
  | "cwd"
  | "on"
  | "exit"
>;

/** Opens the tenant of a context. @throws as `openTenant` of `tenant.ts` */
export type TenantOpener = (machine: Machine, chosen: ChosenContext) => Promise<OpenTenant>;

/** The program's environment; tests pass one in memory. */
export interface Outside {
  readonly host: Host;
  readonly clock: Clock;
  /** `os.homedir()` */
  readonly userFolder: string;
  /** `os.userInfo().username`; undefined if the user id has no name */
  readonly userName: string | undefined;
  /** `process.geteuid()`; undefined on platforms where files have neither owner nor mode */
  readonly userId: number | undefined;
  /** folder of systemd's system-wide units */
  readonly systemUnits: string;
  /** `os.hostname()` */
  readonly hostName: string;
  /** Whether a file descriptor is a terminal now; a terminal whose window was closed is none. */
  readonly isTerminal: (descriptor: number) => boolean;
  /** Writes a short text to stdout (1) or stderr (2) synchronously; a closed pipe or window is not an error. */
  readonly writeNow: (descriptor: 1 | 2, content: string) => void;
  readonly openTenant: TenantOpener;
  /** Opens the way to Apple's services. */
  readonly openApple: () => Promise<AppleSockets>;
}

/** Whether stdin was a terminal, and its window is closed. */
export const isHungUp = ({ host: { stdin }, isTerminal }: Pick<Outside, "host" | "isTerminal">): boolean =>
  stdin.isTTY && !isTerminal(0);

/** The environment of the program when it runs as a process. */
export const outsideOf = (host: Host): Outside => ({
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
  systemUnits: "/etc/systemd/system",
  // the module of terminals brings that of sockets along
  isTerminal: (descriptor) => process.getBuiltinModule("node:tty").isatty(descriptor),
  writeNow,
  openTenant: async (machine, chosen) => (await import("./tenant.ts")).openTenant(machine, chosen),
  openApple: async () => (await import("./apple.ts")).openAppleSockets(),
});

const PAUSE = new Int32Array(new SharedArrayBuffer(4));
const PAUSE_MS = 5;

/** Avoids streams, which cost milliseconds at start, and is complete even if the process ends right after. */
function writeNow(descriptor: 1 | 2, content: string): void {
  let rest = Buffer.from(content);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EPIPE" || code === "EOF") return;
      // a terminal whose window was closed, which no longer counts as a terminal
      if (code === "EIO" && fstatSync(descriptor).isCharacterDevice()) return;
      // what is said beside the result: nobody is left to be told
      if (descriptor === 2 && (code === "ENOSPC" || code === "EDQUOT" || code === "EIO")) return;
      if (code !== "EAGAIN") throw error;
      Atomics.wait(PAUSE, 0, 0, PAUSE_MS);
    }
  }
}
