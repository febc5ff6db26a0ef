import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

const SOURCE = join(import.meta.dirname, "fault.c");

/** A call of the program for one of the files watched. */
export interface Call {
  /** from 1, over all threads */
  readonly number: number;
  /** `pwrite64`, `fsync`, … */
  readonly name: string;
  /** its file below the folder, numbers of processes and ids of imports left out */
  readonly file: string;
}

/** When a program is killed: before a call, once half of what it writes is written, after it. */
export type Moment = "before" | "within" | "after";

/** What befalls a program. */
export interface Fault {
  /** at which call; 0: at none */
  readonly number: number;
  /** it is killed; else the call fails */
  readonly kill?: Moment;
  /** takes a line for each call */
  readonly log?: string;
}

/** The ids of imports, which differ from run to run. */
export const IDS = /[0-9a-f]{8}-[0-9a-f-]{27}/g;

/** A library that lets one call of a program fail, as a faulty disk does, or kills the program there. */
export class FaultyDisk {
  readonly #library: string;
  /** removed once the test file that compiled it has ended: its library, and what is rehearsed with it */
  readonly folder: string;

  private constructor(library: string, folder: string) {
    this.#library = library;
    this.folder = folder;
  }

  /** Compiles the library; undefined where the machine has no C compiler, or preloads no libraries. */
  static compile(): FaultyDisk | undefined {
    if (process.platform !== "linux") return undefined;
    const folder = mkdtempSync(join(tmpdir(), "clomoctl-fault-"));
    const library = join(folder, "fault.so");
    const made = spawnSync("cc", ["-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", library, SOURCE, "-ldl"]);
    if (made.error !== undefined) {
      rmSync(folder, { recursive: true });
      return undefined;
    }
    if (made.status !== 0) throw new Error(made.stderr.toString());
    afterAll(() => rmSync(folder, { recursive: true }));
    return new FaultyDisk(library, folder);
  }

  /**
   * The environment of a program.
   *
   * @param under the folder whose files are watched
   */
  environment(under: string, { number, kill, log }: Fault): Readonly<Record<string, string>> {
    return {
      LD_PRELOAD: this.#library,
      FAULT_UNDER: under,
      FAULT_AT: String(number),
      ...(kill === undefined ? {} : { FAULT_KILL: kill }),
      ...(log === undefined ? {} : { FAULT_LOG: log }),
    };
  }
}

/** The calls that a log tells of. */
export function callsOf(log: string, under: string): readonly Call[] {
  return readFileSync(log, "utf8")
    .trimEnd()
    .split("\n")
    .flatMap((line) => {
      const [, number, name, path] = /^(\d+) (\w+) (.*)$/.exec(line) ?? [];
      if (number === undefined || name === undefined || path === undefined) return [];
      const file = path.slice(under.length + 1).replace(IDS, "ID");
      return [{ number: Number(number), name, file: file.replace(/(\.new-|\.)\d+/g, "$1PID") }];
    });
}

const WRITING =
  /^(?:create|p?writev?(?:64)?|f(?:data)?sync|ftruncate64|f?chmod|mkdir|rmdir|unlink|rename|link|copy_file_range)$/;

/** Whether a call may change what is on the disk. */
export const isWriting = ({ name }: Call): boolean => WRITING.test(name);

/** Multiples of it lie evenly in a circle. */
const GOLDEN = 0.618_034;

/**
 * At most `count` calls that differ in name and file, spread over all of them; of calls alike the one in the middle.
 *
 * @param turn number of the work: each begins elsewhere, so few calls of many works meet all kinds
 */
export function spread(calls: readonly Call[], count: number, turn: number): readonly Call[] {
  const alike = Map.groupBy(calls, ({ name, file }) => `${name} ${file}`);
  const chosen = [...alike.values()].flatMap((same) => same[Math.floor(same.length / 2)] ?? []);
  const step = Math.max(1, chosen.length / count);
  const start = (turn * GOLDEN) % 1;
  return Array.from(
    { length: Math.min(count, chosen.length) },
    (_, n) => chosen[Math.floor((n + start) * step)],
  ).filter((call) => call !== undefined);
}
