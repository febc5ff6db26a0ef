import { guessDelimiter } from "../../lib/csv/layout/delimiter.ts";
import { findColumnByAnyHeader } from "../../lib/csv/layout/columns.ts";
import { isReasonHeader } from "../../lib/csv/layout/layout.ts";
import { CONSOLE_DIALECT, type RecordProblem, type RecordSink } from "../../lib/csv/records/record.ts";
import { Failure } from "../../lib/errors/index.ts";
import { FORMATS } from "../../lib/model/formats.ts";
import { getProblemSeverity } from "../../lib/model/problem.ts";
import { text } from "../../lib/text/index.ts";
import { SheetChoiceFailure } from "../../lib/xlsx/workbook-failures.ts";
import { renderProblem } from "../csv/file/check-report.ts";
import { isWorkbook } from "../csv/file/sheet.ts";
import { readRecords } from "../imports/plan/reading.ts";
import type { TypedName } from "./typed-names.ts";

interface NameColumns {
  readonly mails: readonly number[];
  readonly codes: readonly number[];
  readonly names: readonly number[];
  readonly reason: number;
}

function findNameColumns(cells: readonly string[]): NameColumns | undefined {
  const fields = cells.map((cell) => findColumnByAnyHeader(FORMATS.users.columns, cell)?.field);
  const listOf = (field: string): readonly number[] => fields.flatMap((one, at) => (one === field ? [at] : []));
  const [mails, codes] = [listOf("emails"), listOf("employeeCode")];
  if (mails.length === 0 && codes.length === 0) return undefined;
  return { mails, codes, names: listOf("name").slice(0, 1), reason: cells.findIndex(isReasonHeader) };
}

class NameTableReader implements RecordSink {
  readonly rows: TypedName[] = [];
  readonly #place: string;
  readonly #max: number;
  #columns: NameColumns | undefined;

  constructor(place: string, max: number) {
    this.#place = place;
    this.#max = max;
  }

  /** @throws `usage` if no row was a header */
  requireHeader(): void {
    if (this.#columns === undefined) throw createNoColumnFailure(this.#place);
  }

  record(all: readonly string[], count: number, _row: number, line: number): void {
    const cells = all.slice(0, count).map((cell) => cell.trim());
    if (this.#columns === undefined) {
      // rows above the header are titles
      this.#columns = findNameColumns(cells);
      return;
    }
    if (this.rows.length > this.#max || cells.every((cell) => cell === "")) return;
    const { mails, codes, names, reason } = this.#columns;
    const name = [...mails, ...codes].map((at) => cells[at] ?? "").find((cell) => cell !== "");
    if (name === undefined) throw createUnnamedRowFailure(`${this.#place}:${line}`);
    const fullName = cells[names[0] ?? -1] ?? "";
    this.rows.push({
      name,
      where: `${this.#place}:${line}`,
      fullName: fullName === "" ? undefined : fullName,
      reason: cells[reason],
    });
  }

  problem(problem: RecordProblem): void {
    if (getProblemSeverity(problem.code) !== "error") return;
    throw new Failure("usage", {
      what: renderProblem(this.#place, { ...problem, header: "" }),
      hint: text("correct the list; nothing was changed", "一覧を直してください。何も変更していません"),
    });
  }
}

/**
 * Returns the rows of a workbook, or of text whose first line is a header with the email address or the employee code;
 * undefined for other text.
 *
 * @param content the text; undefined if the bytes are not text
 * @param max rows after which reading may end
 * @throws `usage` if a workbook has no such header, or a row does not name a user
 */
export async function readNameTable(
  place: string,
  bytes: Uint8Array,
  { content, max }: { readonly content: string | undefined; readonly max: number },
): Promise<readonly TypedName[] | undefined> {
  const reader = new NameTableReader(place, max);
  async function* read(chunk: Uint8Array): AsyncGenerator<Uint8Array> {
    yield chunk;
  }
  if (isWorkbook(bytes)) {
    try {
      for await (const _ of readRecords(read(bytes), { encoding: "xlsx", dialect: CONSOLE_DIALECT }, place, reader));
    } catch (error) {
      throw error instanceof SheetChoiceFailure ? error.with({ where: place, hint: ONE_SHEET_HINT }) : error;
    }
    reader.requireHeader();
    return reader.rows;
  }
  const [first = ""] = content?.split(/\r\n|[\r\n]/, 1) ?? [];
  const delimiter = guessDelimiter(first, 1);
  const header = first.split(delimiter).map((cell) => cell.replaceAll('"', ""));
  if (content === undefined || findNameColumns(header) === undefined) return undefined;
  const form = { encoding: "utf-8", dialect: { delimiter } } as const;
  for await (const _ of readRecords(read(new TextEncoder().encode(content)), form, place, reader));
  return reader.rows;
}

const ONE_SHEET_HINT = text(
  "keep only the sheet with the list in the workbook",
  "一覧のシートだけを残したブックにしてください",
);

const createNoColumnFailure = (where: string): Failure =>
  new Failure("usage", {
    what: text(
      "no row is a header with the column メールアドレス or 社員コード",
      "「メールアドレス」か「社員コード」の列がある見出しの行がありません",
    ),
    where,
    hint: text(
      "add one of these headers, or write one user per line to a text file",
      "どちらかの見出しを付けるか、1 行に 1 人ずつ書いたテキストファイルにしてください",
    ),
  });

const createUnnamedRowFailure = (where: string): Failure =>
  new Failure("usage", {
    what: text(
      "the row has neither an email address nor an employee code; nothing was changed",
      "この行にはメールアドレスも社員コードもありません。何も変更していません",
    ),
    where,
    hint: text("complete the row or remove it", "行を補うか、削除してください"),
  });
