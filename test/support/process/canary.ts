import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { createEncoder } from "../../../src/lib/csv/encoding/encode.ts";
import { start, type Outcome, type RunOptions } from "./program.ts";

/** Returns a secret that is unique to this run. It consists of letters and digits, as パスワード requires. */
export const newSecret = (name: string): string => `Kanarie${name}${randomBytes(9).toString("hex")}`;

const encodeShiftJis = (secret: string): Buffer => {
  const encoder = createEncoder("shift_jis", { onUnmappable: "error", report: () => undefined });
  return Buffer.concat([...encoder.write(secret), ...encoder.end()].map((bytes) => Buffer.from([bytes].flat())));
};

/** Returns the base64 forms of bytes, one per alignment, without the characters that depend on adjacent bytes. */
const encodeBase64Forms = (bytes: Buffer): readonly string[] =>
  [0, 1, 2].map((offset) => {
    const whole = Buffer.concat([Buffer.alloc(offset), bytes]);
    const text = whole.subarray(0, whole.length - (whole.length % 3)).toString("base64");
    return text.slice(offset === 0 ? 0 : 4);
  });

function listEncodedForms(secret: string): readonly Buffer[] {
  const bytes = Buffer.from(secret);
  const base64 = encodeBase64Forms(bytes);
  const hex = bytes.toString("hex");
  const texts = [
    ...base64,
    ...base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_")),
    hex,
    hex.toUpperCase(),
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    [...secret].map((one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`).join(""),
    [...secret].toReversed().join(""),
  ];
  const wide = Buffer.from(secret, "utf16le");
  return [bytes, encodeShiftJis(secret), wide, Buffer.from(wide).swap16(), ...texts.map((text) => Buffer.from(text))];
}

export class Canaries {
  readonly #forms: readonly (readonly [secret: string, form: Buffer])[];
  /** all places with secrets, of all runs, without duplicates */
  readonly found = new Set<string>();
  /** the state of each file at the time of the search; see {@link getFileState} */
  readonly #searched = new Map<string, string>();

  constructor(secrets: readonly string[]) {
    this.#forms = secrets.flatMap((secret) => listEncodedForms(secret).map((form) => [secret, form] as const));
  }

  look(place: string, bytes: Buffer): void {
    for (const [secret, form] of this.#forms) {
      if (bytes.includes(form)) this.found.add(`${place}: ${secret} as ${form.toString("latin1")}`);
    }
  }

  /** Searches the files below a folder that have changed since the last search. @param allowed files with secrets */
  lookBelow(folder: string, allowed: (path: string) => boolean): void {
    for (const path of listFilesBelow(folder)) {
      if (allowed(path)) continue;
      const file = join(folder, path);
      // the state is read before the search, so that a change during the search leads to another search
      const state = getFileState(file);
      if (state !== undefined && state === this.#searched.get(file)) continue;
      const bytes = readIfPresent(file);
      if (bytes === undefined) continue;
      this.look(path, bytes);
      if (state !== undefined) this.#searched.set(file, state);
    }
  }

  /**
   * Searches command lines and environments of a process's descendants, but not of forks that still run the same
   * program.
   */
  lookAt(pid: number): void {
    const own = readIfPresent(`/proc/${pid}/cmdline`);
    for (const child of listChildProcesses(pid)) {
      const line = readIfPresent(`/proc/${child}/cmdline`);
      if (line === undefined || own?.equals(line) !== false) continue;
      for (const what of ["cmdline", "environ"]) {
        const bytes = readIfPresent(`/proc/${child}/${what}`);
        if (bytes !== undefined) this.look(`${what} of a child`, bytes);
      }
      this.lookAt(child);
    }
  }
}

const CHANGE_TIME_PRECISION_MS = 20;

/**
 * Returns a text that changes with a file; undefined if the file is gone, or if a further change might not be visible.
 */
function getFileState(path: string): string | undefined {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  // SQLite changes this index of the log in memory
  if (stats === undefined || path.endsWith("-shm")) return undefined;
  if (Date.now() - Number(stats.ctimeMs) < CHANGE_TIME_PRECISION_MS) return undefined;
  return `${stats.ino} ${stats.size} ${stats.ctimeNs}`;
}

function readIfPresent(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

function listFilesBelow(folder: string): readonly string[] {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1));
  } catch {
    return [];
  }
}

const listChildProcesses = (pid: number): readonly number[] =>
  (readIfPresent(`/proc/${pid}/task/${pid}/children`)?.toString("utf8") ?? "").split(" ").filter(Boolean).map(Number);

/** The time between searches while a program runs, in milliseconds. */
const SEARCH_INTERVAL_MS = 20;

export interface SearchedPlaces {
  readonly folders: readonly string[];
  /** returns true if a file, given by its path below the folder, may contain secrets */
  readonly mayHold: (path: string) => boolean;
  /** returns true if a file, given by its path below the folder, may contain secrets during the run (mode 0600) */
  readonly mayPass: (path: string) => boolean;
}

/** Runs a program and searches for secrets: first in its folders and processes, and then in its output and files. */
export async function runWatched(
  canaries: Canaries,
  args: readonly string[],
  { folders, mayHold, mayPass, ...options }: RunOptions & SearchedPlaces,
): Promise<Outcome> {
  const running = start(args, options);
  const pid = running.process.pid ?? 0;
  const timer = setInterval(() => {
    canaries.lookAt(pid);
    for (const folder of folders) canaries.lookBelow(folder, (path) => mayHold(path) || mayPass(path));
  }, SEARCH_INTERVAL_MS);
  const outcome = await running.ended;
  clearInterval(timer);
  for (const folder of folders) canaries.lookBelow(folder, mayHold);
  canaries.look(`stdout of ${args.join(" ")}`, outcome.stdout);
  canaries.look(`stderr of ${args.join(" ")}`, Buffer.from(outcome.stderr));
  return outcome;
}
