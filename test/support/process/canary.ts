import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createEncoder } from "../../../src/lib/csv/encoding/encode.ts";
import { start, type Outcome, type RunOptions } from "./program.ts";

/** Returns a secret that is unique to this run and consists of letters and digits, as パスワード requires. */
export const newSecret = (name: string): string => `Kanarie${name}${randomBytes(9).toString("hex")}`;

const inShiftJis = (secret: string): Buffer => {
  const encoder = createEncoder("shift_jis", { onUnmappable: "error", report: () => undefined });
  return Buffer.concat([...encoder.write(secret), ...encoder.end()].map((bytes) => Buffer.from([bytes].flat())));
};

/**
 * Returns the base64 forms of bytes for each alignment, without the characters that depend on the bytes around them.
 */
const inBase64 = (bytes: Buffer): readonly string[] =>
  [0, 1, 2].map((offset) => {
    const whole = Buffer.concat([Buffer.alloc(offset), bytes]);
    const text = whole.subarray(0, whole.length - (whole.length % 3)).toString("base64");
    return text.slice(offset === 0 ? 0 : 4);
  });

/** Returns the forms in which a secret could be found: plain and in various encodings. */
function formsOf(secret: string): readonly Buffer[] {
  const bytes = Buffer.from(secret);
  const base64 = inBase64(bytes);
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
  return [bytes, inShiftJis(secret), wide, Buffer.from(wide).swap16(), ...texts.map((text) => Buffer.from(text))];
}

/** Secrets, and the places where they were found. */
export class Canaries {
  readonly #forms: readonly (readonly [secret: string, form: Buffer])[];
  /** all places of all runs, without duplicates */
  readonly found = new Set<string>();

  constructor(secrets: readonly string[]) {
    this.#forms = secrets.flatMap((secret) => formsOf(secret).map((form) => [secret, form] as const));
  }

  /** Searches bytes for the secrets, and records where they are found. */
  look(place: string, bytes: Buffer): void {
    for (const [secret, form] of this.#forms) {
      if (bytes.includes(form)) this.found.add(`${place}: ${secret} as ${form.toString("latin1")}`);
    }
  }

  /**
   * Searches the files below a folder.
   *
   * @param allowed returns true for a file that may contain secrets, by its path below the folder
   */
  lookBelow(folder: string, allowed: (path: string) => boolean): void {
    for (const path of filesBelow(folder)) {
      if (allowed(path)) continue;
      const bytes = contentOf(join(folder, path));
      if (bytes !== undefined) this.look(path, bytes);
    }
  }

  /**
   * Searches the command lines and environments of all descendants of a process. The environment of the process is not
   * searched, because its caller sets it. A child has the same environment until it executes another program, so it is
   * skipped until then.
   */
  lookAt(pid: number): void {
    const own = contentOf(`/proc/${pid}/cmdline`);
    for (const child of childrenOf(pid)) {
      const line = contentOf(`/proc/${child}/cmdline`);
      if (line === undefined || own?.equals(line) !== false) continue;
      for (const what of ["cmdline", "environ"]) {
        const bytes = contentOf(`/proc/${child}/${what}`);
        if (bytes !== undefined) this.look(`${what} of a child`, bytes);
      }
      this.lookAt(child);
    }
  }
}

/** Returns the content of a file, or undefined if the file is gone or cannot be read. */
function contentOf(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

function filesBelow(folder: string): readonly string[] {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1));
  } catch {
    return [];
  }
}

const childrenOf = (pid: number): readonly number[] =>
  (contentOf(`/proc/${pid}/task/${pid}/children`)?.toString("utf8") ?? "").split(" ").filter(Boolean).map(Number);

/** How often the search is repeated while a program runs. */
const EVERY_MS = 20;

/** The folders that are searched, and the files that may contain secrets. */
export interface Places {
  readonly folders: readonly string[];
  /** true for a file that may contain secrets, by its path below one of the folders */
  readonly mayHold: (path: string) => boolean;
  /** true for a file that may contain secrets only while the program runs (mode 0600) */
  readonly mayPass: (path: string) => boolean;
}

/**
 * Runs a program and searches for secrets: in its folders and its descendants while it runs, then in its output and in
 * the files that it left.
 */
export async function runWatched(
  canaries: Canaries,
  args: readonly string[],
  { folders, mayHold, mayPass, ...options }: RunOptions & Places,
): Promise<Outcome> {
  const running = start(args, options);
  const pid = running.process.pid ?? 0;
  const timer = setInterval(() => {
    canaries.lookAt(pid);
    for (const folder of folders) canaries.lookBelow(folder, (path) => mayHold(path) || mayPass(path));
  }, EVERY_MS);
  const outcome = await running.ended;
  clearInterval(timer);
  for (const folder of folders) canaries.lookBelow(folder, mayHold);
  canaries.look(`stdout of ${args.join(" ")}`, outcome.stdout);
  canaries.look(`stderr of ${args.join(" ")}`, Buffer.from(outcome.stderr));
  return outcome;
}
