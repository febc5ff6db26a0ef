import { findColumnByAnyHeader } from "../../lib/csv/layout/columns.ts";
import type { HeaderFinder } from "../../lib/csv/layout/find-header.ts";
import { readHeader } from "../../lib/csv/layout/header.ts";
import { RowChecker } from "../../lib/csv/layout/rows.ts";
import type { Encoding, RecordProblem, RecordSink } from "../../lib/csv/records/record.ts";
import { Failure } from "../../lib/errors/index.ts";
import { openInput, type InputFile } from "../../lib/files/index.ts";
import { FORMATS } from "../../lib/model/formats.ts";
import type { Problem } from "../../lib/model/problem.ts";
import { text } from "../../lib/text/index.ts";
import { renderProblem } from "../csv/file/check-report.ts";
import { detectInputFormat, readRecords } from "../imports/plan/reading.ts";
import { findHeaderInFile } from "../imports/plan/send.ts";
import type { Tools } from "../tools.ts";

export interface TypedName {
  readonly name: string;
  readonly where?: string | undefined;
  /** the full name in the same row of a table, which must be that of the user */
  readonly fullName?: string | undefined;
}

const MAX_LIST_BYTES = 1024 * 1024;

const MAX_NAMES = 2_000;

const findNameColumns = (cells: readonly string[]) => {
  const fields = cells.map((cell) => findColumnByAnyHeader(FORMATS.users.columns, cell)?.field);
  const keys = ["emails", "employeeCode"].flatMap((key) => fields.flatMap((field, at) => (field === key ? [at] : [])));
  return { keys, fullName: fields.indexOf("name") };
};

class TableReader implements RecordSink {
  readonly names: TypedName[] = [];
  readonly #label: string;
  readonly #columns: ReturnType<typeof findNameColumns>;
  readonly #header: HeaderFinder;
  readonly #checker: RowChecker;

  constructor(label: string, header: HeaderFinder) {
    const options = { readsLikely: true, allowUnknownColumns: true };
    this.#label = label;
    this.#header = header;
    this.#columns = findNameColumns(header.header);
    this.#checker = new RowChecker(readHeader(header.header, FORMATS.users, options).layout, this.#refuse, {});
  }

  record(all: readonly string[], count: number, row: number, line: number): void {
    if (row <= this.#header.row || this.#checker.skips(all, count, row, line)) return;
    const { keys, fullName } = this.#columns;
    const name = keys.map((at) => (all[at] ?? "").trim()).find((cell) => cell !== "");
    const where = `${this.#label}:${line}`;
    if (name === undefined)
      throw new Failure("usage", {
        what: text(
          "the row has neither an email address nor an employee code; nothing was changed",
          "この行にはメールアドレスも社員コードもありません。何も変更していません",
        ),
        where,
      });
    this.names.push({ name, where, fullName: all[fullName]?.trim() || undefined });
  }

  problem(problem: RecordProblem): void {
    if (problem.row > this.#header.row) this.#checker.noteFound({ ...problem, header: "" });
  }

  #refuse = (problem: Problem): never => {
    throw new Failure("usage", { what: renderProblem(this.#label, problem) });
  };
}

interface ListReading {
  readonly sheet?: string | undefined;
  readonly encoding?: Encoding | "auto" | undefined;
}

async function readTable(
  { signal }: Tools,
  file: InputFile,
  { sheet, encoding = "auto" }: ListReading,
): Promise<readonly TypedName[] | undefined> {
  const reading = await detectInputFormat(file, { encoding, sheet, signal });
  const header = await findHeaderInFile(file, reading, FORMATS.users, { signal });
  const isTable = findNameColumns(header.header).keys.length > 0;
  if (!isTable && reading.encoding === "xlsx") throw createNotAListFailure(file.label);
  if (!isTable) return undefined;
  const reader = new TableReader(file.label, header);
  for await (const _ of readRecords(file.chunks(), { ...reading, headerRow: header.row }, file.label, reader));
  return reader.names;
}

const decodeList = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("shift_jis").decode(bytes);
  }
};

async function readLines(file: InputFile): Promise<readonly TypedName[]> {
  if (file.bytes > MAX_LIST_BYTES) throw createNotAListFailure(file.label);
  const bytes = Buffer.concat(await Array.fromAsync(file.chunks()));
  if (bytes.includes(0)) throw createNotAListFailure(file.label);
  const lines = decodeList(bytes).split(/\r\n|\n|\r/);
  return lines.flatMap((one, at) =>
    one.trim() === "" ? [] : [{ name: one.trim(), where: `${file.label}:${at + 1}` }],
  );
}

async function readNamesFromFile(tools: Tools, name: string, reading: ListReading | undefined) {
  await using file = await openInput(tools, name);
  return (reading && (await readTable(tools, file, reading))) ?? (await readLines(file));
}

const createNotAListFailure = (where: string): Failure =>
  new Failure("usage", {
    what: text(
      "the file has neither one name per line nor a column メールアドレス or 社員コード",
      "1 行に 1 件ずつ書いたテキストでも、「メールアドレス」か「社員コード」の列のある表でもありません",
    ),
    where,
  });

export interface NameSources extends ListReading {
  readonly names: readonly string[];
  readonly file: string | undefined;
}

/** Returns the names from the arguments and the file, each once.  @param mayBeTable true if the file may be a table */
export async function readTypedNames(
  tools: Tools,
  { names, file, ...reading }: NameSources,
  mayBeTable: boolean,
): Promise<readonly TypedName[]> {
  const typed = names.map((name): TypedName => ({ name: name.trim() })).filter(({ name }) => name !== "");
  const listed = file === undefined ? [] : await readNamesFromFile(tools, file, mayBeTable ? reading : undefined);
  const once = new Map([...typed, ...listed].map((one) => [JSON.stringify([one.name, one.fullName]), one]));
  if (once.size <= MAX_NAMES) return [...once.values()];
  throw new Failure("usage", {
    what: text(
      `${once.size} names are given, but one run accepts at most ${MAX_NAMES}`,
      `名前が ${once.size} 件あります。1 回に指定できるのは ${MAX_NAMES} 件までです`,
    ),
  });
}
