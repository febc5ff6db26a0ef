import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const PRELOAD = join(import.meta.dirname, "preload");
const SOURCE = join(PRELOAD, "fault.c");
const STATEMENTS = pathToFileURL(join(PRELOAD, "statements.ts"));

/** The faults that can be applied to a call of a program. See preload/fault.c. */
export type FaultKind =
  | "eio"
  | "eacces"
  | "enospc"
  | "full"
  | "short"
  | "kill-before"
  | "kill-within"
  | "kill-after"
  | "lose-all"
  | "lose-data"
  | "lose-names"
  | "stop"
  | "INT"
  | "TERM"
  | "HUP"
  | "clock";

export interface Fault {
  readonly kind: FaultKind;
  /** number of the call, from 1, counted over all threads; -1 for the end of the program */
  readonly number: number;
  readonly seconds?: number;
}

/** A call of the program that concerns a watched file. */
export interface Call {
  readonly number: number;
  /** `pwrite64`, `fsync`, … */
  readonly name: string;
  /** the path of the file below the folder, without process ids and import ids */
  readonly file: string;
}

/** Matches the ids of imports, which differ from run to run. */
export const IMPORT_IDS = /[0-9a-f]{8}-[0-9a-f-]{27}/g;

/** Makes a call of a program fail like on a faulty disk, or ends the program at this call. */
export class FaultyDisk {
  /** the environment variables that preload the faults into a program */
  readonly #preload: Readonly<Record<string, string>>;

  private constructor(preload: Readonly<Record<string, string>>) {
    this.#preload = preload;
  }

  /** Creates a disk that counts only SQLite's writing statements, without a compiler and with fewer kinds of faults. */
  static ofStatements(): FaultyDisk {
    return new FaultyDisk({ NODE_OPTIONS: `--import=${STATEMENTS.href}` });
  }

  /** Compiles the library. @returns undefined if the machine does not have a C compiler or cannot preload libraries */
  static compile(folder: string): FaultyDisk | undefined {
    if (process.platform !== "linux") return undefined;
    const library = join(folder, "fault.so");
    const flags = ["-shared", "-fPIC", "-O2", "-Wall", "-Werror"];
    const compiled = spawnSync("cc", [...flags, "-o", library, SOURCE, "-ldl", "-lpthread"]);
    if (compiled.error !== undefined) return undefined;
    if (compiled.status !== 0) throw new Error(compiled.stderr.toString());
    return new FaultyDisk({ LD_PRELOAD: library });
  }

  logging(under: string, log: string): Readonly<Record<string, string>> {
    return { ...this.#preload, FAULT_UNDER: under, FAULT_LOG: log };
  }

  failing(under: string, { kind, number, seconds = 0 }: Fault): Readonly<Record<string, string>> {
    const save = `${under}-saved`;
    if (kind.startsWith("lose-")) mkdirSync(save);
    return {
      ...this.logging(under, `${under}.log`),
      FAULT_AT: String(number),
      FAULT_KIND: kind,
      FAULT_SECONDS: String(seconds),
      ...(kind.startsWith("lose-") && { FAULT_SAVE: save }),
    };
  }
}

export function readCalls(log: string, under: string): readonly Call[] {
  return readFileSync(log, "utf8")
    .trimEnd()
    .split("\n")
    .flatMap((line) => {
      const [, number, name, path] = /^(\d+) (\w+) (.*)$/.exec(line) ?? [];
      if (number === undefined || name === undefined || path === undefined) return [];
      const file = path.slice(under.length + 1).replace(IMPORT_IDS, "ID");
      return [{ number: Number(number), name, file: file.replace(/(\.new-|\.)\d+/g, "$1PID") }];
    });
}

const SPACE_CALLS = /^(?:create|mkdir|link|copy_file_range|p?writev?(?:64)?)$/;
const WRITE_CALLS =
  /^(?:create|p?writev?(?:64)?|f(?:data)?sync|ftruncate64|f?chmod|mkdir|rmdir|unlink|rename|link|copy_file_range)$/;
const PATH_CALLS = /^(?:open|create|mkdir|rmdir|unlink|access|f?chmod|rename|link|statx)$/;
const BYTE_CALLS = /^p?(?:read|write)v?(?:64)?$/;

export const needsSpace = ({ name }: Call): boolean => SPACE_CALLS.test(name);
export const isWrite = ({ name }: Call): boolean => WRITE_CALLS.test(name);
export const isByPath = ({ name }: Call): boolean => PATH_CALLS.test(name);
export const hasBytes = ({ name }: Call): boolean => BYTE_CALLS.test(name);
