import { runProcess, type Ran } from "./process.ts";

/** The programs that clomoctl is measured beside. */
export const TOOLS = ["python3", "openpyxl", "iconv", "sqlite3", "openssl", "sha256sum"] as const;
export type Tool = (typeof TOOLS)[number];

/** A tool of this machine. */
export interface FoundTool {
  /** the program itself, never a script that looks for it: that would cost the peer time */
  readonly path: string;
  readonly version: string;
}

const LOOK: Readonly<Record<Tool, string>> = {
  python3: "python3 -c 'import sys; print(sys.executable); print(sys.version)'",
  openpyxl: "python3 -c 'import openpyxl, sys; print(sys.executable); print(openpyxl.__version__)'",
  iconv: "command -v iconv && iconv --version",
  sqlite3: "command -v sqlite3 && sqlite3 --version",
  openssl: "command -v openssl && openssl version",
  sha256sum: "command -v sha256sum && sha256sum --version",
};

const READ_BY_PYTHON = `
import csv, sys
for row in csv.reader(open(sys.argv[1], encoding='cp932', newline='')):
    pass
`;

const READ_JSON_BY_PYTHON = `
import json, sys
for path in sys.argv[1:]:
    for line in open(path, encoding='utf-8'):
        json.loads(line)
`;

const READ_BY_OPENPYXL = `
import openpyxl, sys
for row in openpyxl.load_workbook(sys.argv[1], read_only=True).active.iter_rows(values_only=True):
    pass
`;

const TABLE = "create table u (name, kana, mail unique, org, title, code, tel, account unique)";

const DEVICE_TABLE = "create table u (serial unique, platform, status, name, imei, tel, mac, memo)";

/** The peers, each a whole process or a pipe of two, as a person would type them. */
export class Peers {
  readonly #tools: ReadonlyMap<Tool, FoundTool>;
  readonly #folder: string;
  readonly #signal: AbortSignal;

  private constructor(tools: ReadonlyMap<Tool, FoundTool>, folder: string, signal: AbortSignal) {
    this.#tools = tools;
    this.#folder = folder;
    this.#signal = signal;
  }

  /** Looks for the tools; `folder` is where the peers run. */
  static async find(folder: string, signal: AbortSignal): Promise<Peers> {
    const tools = new Map<Tool, FoundTool>();
    const peers = new Peers(tools, folder, signal);
    for (const tool of TOOLS) {
      const found = await peers.#shell(LOOK[tool]).catch(() => undefined);
      signal.throwIfAborted();
      const [path, version = ""] = found?.stdout.split("\n") ?? [];
      if (path !== undefined) tools.set(tool, { path, version: /\d+(?:\.\d+)+/.exec(version)?.[0] ?? version });
    }
    return peers;
  }

  /** What was found, by name. */
  get tools(): ReadonlyMap<Tool, FoundTool> {
    return this.#tools;
  }

  /** Those of `needed` that this machine lacks. */
  missing(needed: readonly Tool[]): readonly Tool[] {
    return needed.filter((tool) => !this.#tools.has(tool));
  }

  /** Reads a CP932 file record by record and does nothing with it. */
  readCsv(path: string): Promise<Ran> {
    return this.#run(this.#path("python3"), "-c", READ_BY_PYTHON, path);
  }

  /** Reads a workbook row by row and does nothing with it. */
  readWorkbook(path: string): Promise<Ran> {
    return this.#run(this.#path("openpyxl"), "-c", READ_BY_OPENPYXL, path);
  }

  /** Brings a CP932 file into a new database with two unique indexes. */
  importCsv(path: string, database: string): Promise<Ran> {
    const script = `"$1" -f CP932 -t UTF-8 "$3" | "$2" "$4" "${TABLE}" ".import --csv --skip 1 /dev/stdin u"`;
    return this.#shell(script, this.#path("iconv"), this.#path("sqlite3"), path, database);
  }

  /** Brings a file in UTF-8 into a new database with one unique index. */
  importDevices(path: string, database: string): Promise<Ran> {
    return this.#run(this.#path("sqlite3"), database, DEVICE_TABLE, `.import --csv --skip 1 "${path}" u`);
  }

  /** Brings all rows of such a database into a CP932 file, in the order they lie there. */
  exportCsv(database: string, path: string): Promise<Ran> {
    const script = `"$2" -csv "$3" "select * from u" | "$1" -f UTF-8 -t CP932 > "$4"`;
    return this.#shell(script, this.#path("iconv"), this.#path("sqlite3"), database, path);
  }

  /** Writes a tenant's table of users to nowhere, as JSON. */
  listUsers(database: string): Promise<Ran> {
    return this.#shell('"$1" -json "$2" "select * from user" > /dev/null', this.#path("sqlite3"), database);
  }

  /** Writes tables of a tenant as CSV, each into a file of its name in a folder. */
  dumpTables(database: string, tables: readonly string[], folder: string): Promise<Ran> {
    const script = 'for table in $4; do "$1" -csv "$2" "select * from $table" > "$3/$table.csv" || exit 1; done';
    return this.#shell(script, this.#path("sqlite3"), database, folder, tables.join(" "));
  }

  /** Compares the hashes of a bundle's files. */
  checkSums(folder: string): Promise<Ran> {
    return this.#shell('cd "$2" && "$1" --quiet -c SHA256SUMS', this.#path("sha256sum"), folder);
  }

  /** Reads every line of files as JSON and does nothing with it. */
  readJsonLines(paths: readonly string[]): Promise<Ran> {
    return this.#run(this.#path("python3"), "-c", READ_JSON_BY_PYTHON, ...paths);
  }

  /** Compares files of two folders, and merges their sorted lines. */
  mergeLines(one: string, other: string, paths: readonly string[]): Promise<Ran> {
    const script =
      'for path in $3; do cmp -s "$1/$path" "$2/$path"; sort -m "$1/$path" "$2/$path" > /dev/null || exit 1; done';
    return this.#shell(script, one, other, paths.join(" "));
  }

  /** One process of openssl, with these words. */
  openssl(...words: readonly string[]): Promise<Ran> {
    return this.#run(this.#path("openssl"), ...words);
  }

  /** Hashes a file. */
  sha256sum(path: string): Promise<Ran> {
    return this.#run(this.#path("sha256sum"), path);
  }

  /** Rows of such a database. */
  async countRows(database: string): Promise<number> {
    return Number((await this.#run(this.#path("sqlite3"), database, "select count(*) from u")).stdout);
  }

  #path(tool: Tool): string {
    const found = this.#tools.get(tool);
    if (found === undefined) throw new Error(`${tool} is missing`);
    return found.path;
  }

  #shell(script: string, ...args: readonly string[]): Promise<Ran> {
    return this.#run("/bin/sh", "-c", script, "sh", ...args);
  }

  #run(file: string, ...args: readonly string[]): Promise<Ran> {
    const { PATH = "", HOME = "" } = process.env;
    return runProcess({ file, args, env: { PATH, HOME, LC_ALL: "C.UTF-8" }, folder: this.#folder }, this.#signal);
  }
}
