import { findColumnByAnyHeader } from "../../lib/csv/layout/columns.ts";
import { guessDelimiter } from "../../lib/csv/layout/delimiter.ts";
import { CONSOLE_DIALECT, type RecordProblem, type RecordSink } from "../../lib/csv/records/record.ts";
import { Failure } from "../../lib/errors/index.ts";
import { readNamedFile } from "../../lib/files/index.ts";
import { FORMATS } from "../../lib/model/formats.ts";
import { getProblemSeverity } from "../../lib/model/problem.ts";
import { text } from "../../lib/text/index.ts";
import { renderProblem } from "../csv/file/check-report.ts";
import { isWorkbook } from "../csv/file/sheet.ts";
import { readRecords } from "../imports/plan/reading.ts";
import type { Tools } from "../tools.ts";

/** A name that was typed or read from a file, and its line in the file. */
export interface TypedName {
  readonly name: string;
  readonly where?: string | undefined;
  /** the full name in the same row of a table, which must be that of the user */
  readonly fullName?: string | undefined;
}

/** Maximum size of a list of names. A larger file is not a list. */
const MAX_LIST_BYTES = 1024 * 1024;

const MAX_NAMES = 2_000;

const decodeList = (bytes: Uint8Array): string => {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("shift_jis").decode(bytes);
  }
};

/** The columns with an email address or an employee code, and the one with the full name. */
interface NameColumns {
  readonly keys: readonly number[];
  readonly fullName: number;
}

function findNameColumns(cells: readonly string[]): NameColumns | undefined {
  const fields = cells.map((cell) => findColumnByAnyHeader(FORMATS.users.columns, cell)?.field);
  const keys = ["emails", "employeeCode"].flatMap((key) => fields.flatMap((field, at) => (field === key ? [at] : [])));
  if (keys.length === 0) return undefined;
  return { keys, fullName: fields.indexOf("name") };
}

/** Reads the users of a table. Rows above the header are titles. */
class NameTableReader implements RecordSink {
  readonly rows: TypedName[] = [];
  readonly #place: string;
  #columns: NameColumns | undefined;

  constructor(place: string) {
    this.#place = place;
  }

  /** @throws `usage` if no row was a header */
  end(): readonly TypedName[] {
    if (this.#columns === undefined) throw createNotAListFailure(this.#place);
    return this.rows;
  }

  record(all: readonly string[], count: number, _row: number, line: number): void {
    const cells = all.slice(0, count).map((cell) => cell.trim());
    if (this.#columns === undefined) {
      this.#columns = findNameColumns(cells);
      return;
    }
    if (this.rows.length > MAX_NAMES || cells.every((cell) => cell === "")) return;
    const { keys, fullName } = this.#columns;
    const where = `${this.#place}:${line}`;
    const name = keys.map((at) => cells[at] ?? "").find((cell) => cell !== "");
    if (name === undefined) throw createUnnamedRowFailure(where);
    this.rows.push({ name, where, fullName: cells[fullName] || undefined });
  }

  problem(problem: RecordProblem): void {
    if (getProblemSeverity(problem.code) !== "error") return;
    throw new Failure("usage", { what: renderProblem(this.#place, { ...problem, header: "" }) });
  }
}

/** Returns the users of a workbook, or of text whose first line is a header; undefined for other text. */
async function readNameTable(
  place: string,
  bytes: Uint8Array,
  content: string | undefined,
): Promise<readonly TypedName[] | undefined> {
  const [first = ""] = content?.split(/\r\n|[\r\n]/, 1) ?? [];
  const delimiter = guessDelimiter(first, 1);
  const header = first.split(delimiter).map((cell) => cell.replaceAll('"', ""));
  if (content !== undefined && findNameColumns(header) === undefined) return undefined;
  const reader = new NameTableReader(place);
  const [form, chunk] =
    content === undefined
      ? [{ encoding: "xlsx", dialect: CONSOLE_DIALECT } as const, bytes]
      : [{ encoding: "utf-8", dialect: { delimiter } } as const, new TextEncoder().encode(content)];
  async function* read(): AsyncGenerator<Uint8Array> {
    yield chunk;
  }
  for await (const _ of readRecords(read(), form, place, reader));
  return reader.end();
}

async function readNamesFromFile(tools: Tools, file: string, mayBeTable: boolean): Promise<readonly TypedName[]> {
  const { name: label, bytes } = await readNamedFile(tools, file, MAX_LIST_BYTES);
  const place = label === "-" ? "stdin" : label;
  const isBook = isWorkbook(bytes);
  const isText = !bytes.includes(0) || (bytes[0] === 0xff && bytes[1] === 0xfe);
  if (bytes.length > MAX_LIST_BYTES || (isBook ? !mayBeTable : !isText)) throw createNotAListFailure(file);
  const content = isBook ? undefined : decodeList(bytes);
  const rows = mayBeTable ? await readNameTable(place, bytes, content) : undefined;
  if (rows !== undefined) return rows;
  return (content ?? "").split(/\r\n|[\r\n]/).flatMap((line, at) => {
    // emails and tables contain non-breaking spaces
    const name = line.replaceAll("\u00a0", " ").trim();
    return name === "" ? [] : [{ name, where: `${place}:${at + 1}` }];
  });
}

const createNotAListFailure = (where: string): Failure =>
  new Failure("usage", {
    what: text(
      "the file has neither one name per line nor a column メールアドレス or 社員コード",
      "1 行に 1 件ずつ書いたテキストでも、「メールアドレス」か「社員コード」の列のある表でもありません",
    ),
    where,
  });

const createUnnamedRowFailure = (where: string): Failure =>
  new Failure("usage", {
    what: text(
      "the row has neither an email address nor an employee code; nothing was changed",
      "この行にはメールアドレスも社員コードもありません。何も変更していません",
    ),
    where,
  });

/** Returns the names from the arguments and the file, each once.  @param mayBeTable true if the file may be a table */
export async function readTypedNames(
  tools: Tools,
  {
    names,
    file,
    mayBeTable = false,
  }: {
    readonly names: readonly string[];
    readonly file: string | undefined;
    readonly mayBeTable?: boolean | undefined;
  },
): Promise<readonly TypedName[]> {
  const typed = names.map((name): TypedName => ({ name: name.trim() })).filter(({ name }) => name !== "");
  const listed = file === undefined ? [] : await readNamesFromFile(tools, file, mayBeTable);
  const once = [
    ...Map.groupBy([...typed, ...listed], ({ name, fullName }) => JSON.stringify([name, fullName])).values(),
  ].flatMap(([first]) => first ?? []);
  if (once.length > MAX_NAMES) throw createTooManyNamesFailure(once.length);
  return once;
}

const createTooManyNamesFailure = (count: number): Failure =>
  new Failure("usage", {
    what: text(
      `${count} names are given, but one run accepts at most ${MAX_NAMES}`,
      `名前が ${count} 件あります。1 回に指定できるのは ${MAX_NAMES} 件までです`,
    ),
  });
