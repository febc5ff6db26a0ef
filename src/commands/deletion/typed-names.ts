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
  return keys.length === 0 ? undefined : { keys, fullName: fields.indexOf("name") };
}

type HeaderPlace = "none" | "first" | "any";

/** Reads one name per line, or the users of a table. In a workbook, rows above the header are titles. */
class NameReader implements RecordSink {
  readonly names: TypedName[] = [];
  readonly #place: string;
  readonly #header: HeaderPlace;
  #columns: NameColumns | undefined;

  constructor(place: string, header: HeaderPlace) {
    this.#place = place;
    this.#header = header;
  }

  /** @throws `usage` if a workbook has no header */
  end(): readonly TypedName[] {
    if (this.#header === "any" && this.#columns === undefined) throw createNotAListFailure(this.#place);
    return this.names;
  }

  record(all: readonly string[], count: number, _row: number, line: number): void {
    const cells = all.slice(0, count).map((cell) => cell.trim());
    if (cells.every((cell) => cell === "")) return;
    const where = `${this.#place}:${line}`;
    if (this.#columns === undefined) {
      const mayBeHeader = this.#header === "any" || (this.#header === "first" && this.names.length === 0);
      this.#columns = mayBeHeader ? findNameColumns(cells) : undefined;
      if (this.#columns === undefined && this.#header !== "any") this.names.push({ name: cells.join(","), where });
      return;
    }
    const { keys, fullName } = this.#columns;
    const name = keys.map((at) => cells[at] ?? "").find((cell) => cell !== "");
    if (name === undefined)
      throw new Failure("usage", {
        what: text(
          "the row has neither an email address nor an employee code; nothing was changed",
          "この行にはメールアドレスも社員コードもありません。何も変更していません",
        ),
        where,
      });
    this.names.push({ name, where, fullName: cells[fullName] || undefined });
  }

  problem(problem: RecordProblem): void {
    if (getProblemSeverity(problem.code) !== "error") return;
    throw new Failure("usage", { what: renderProblem(this.#place, { ...problem, header: "" }) });
  }
}

async function readNamesFromFile(tools: Tools, file: string, mayBeTable: boolean): Promise<readonly TypedName[]> {
  const { name: label, bytes } = await readNamedFile(tools, file, MAX_LIST_BYTES);
  const isBook = isWorkbook(bytes);
  const isText = !bytes.includes(0) || (bytes[0] === 0xff && bytes[1] === 0xfe);
  if (bytes.length > MAX_LIST_BYTES || (isBook ? !mayBeTable : !isText)) throw createNotAListFailure(file);
  const place = label === "-" ? "stdin" : label;
  const content = isBook ? "" : decodeList(bytes);
  const chunk = isBook ? bytes : new TextEncoder().encode(content);
  const form = isBook
    ? ({ encoding: "xlsx", dialect: CONSOLE_DIALECT } as const)
    : ({ encoding: "utf-8", dialect: { delimiter: guessDelimiter(content, 1) } } as const);
  const reader = new NameReader(place, isBook ? "any" : mayBeTable ? "first" : "none");
  for await (const _ of readRecords(ReadableStream.from([chunk]), form, place, reader));
  return reader.end();
}

const createNotAListFailure = (where: string): Failure =>
  new Failure("usage", {
    what: text(
      "the file has neither one name per line nor a column メールアドレス or 社員コード",
      "1 行に 1 件ずつ書いたテキストでも、「メールアドレス」か「社員コード」の列のある表でもありません",
    ),
    where,
  });

/** Returns the names from the arguments and the file, each once.  @param mayBeTable true if the file may be a table */
export async function readTypedNames(
  tools: Tools,
  {
    names,
    file,
    mayBeTable,
  }: { readonly names: readonly string[]; readonly file: string | undefined; readonly mayBeTable: boolean },
): Promise<readonly TypedName[]> {
  const typed = names.map((name): TypedName => ({ name: name.trim() })).filter(({ name }) => name !== "");
  const listed = file === undefined ? [] : await readNamesFromFile(tools, file, mayBeTable);
  const once = new Map([...typed, ...listed].map((one) => [JSON.stringify([one.name, one.fullName]), one]));
  if (once.size <= MAX_NAMES) return [...once.values()];
  throw new Failure("usage", {
    what: text(
      `${once.size} names are given, but one run accepts at most ${MAX_NAMES}`,
      `名前が ${once.size} 件あります。1 回に指定できるのは ${MAX_NAMES} 件までです`,
    ),
  });
}
