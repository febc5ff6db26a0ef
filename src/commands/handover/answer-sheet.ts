import { CONSOLE_DIALECT, type RecordProblem, type RecordSink } from "../../lib/csv/records/record.ts";
import type { NewAnswer } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { readNamedFile } from "../../lib/files/index.ts";
import type { AskedQuestion } from "../../lib/handover/checklist/index.ts";
import { parseAnswer } from "../../lib/model/question.ts";
import { getProblemSeverity } from "../../lib/model/problem.ts";
import { text, type Text } from "../../lib/text/index.ts";
import { renderProblem } from "../csv/file/check-report.ts";
import { isWorkbook } from "../csv/file/sheet.ts";
import { readRecords } from "../imports/plan/reading.ts";
import type { Tools } from "../tools.ts";
import { createChecklistColumns } from "./rows.ts";

const MAX_SHEET_BYTES = 10_000_000;

const READ_COLUMNS = ["question", "value", "by", "at"] as const;

type SheetRow = Readonly<Record<(typeof READ_COLUMNS)[number], string>> & { readonly where: string };

const matchesHeader = (key: string, cell: string): boolean => {
  const header = createChecklistColumns("en").find((column) => column.key === key)?.header;
  return cell === key || cell === header?.en || cell === header?.ja;
};

class SheetReader implements RecordSink {
  readonly rows: SheetRow[] = [];
  readonly #place: string;
  #columns: Readonly<Record<(typeof READ_COLUMNS)[number], number>> | undefined;

  constructor(place: string) {
    this.#place = place;
  }

  record(all: readonly string[], count: number, _row: number, line: number): void {
    const cells = all.slice(0, count).map((cell) => cell.trim());
    const where = `${this.#place}:${line}`;
    if (this.#columns === undefined) {
      const [question, value, by, at] = READ_COLUMNS.map((key) =>
        cells.findIndex((cell) => matchesHeader(key, cell)),
      ) as [number, number, number, number];
      if (question === -1 || value === -1) throw createSheetFailure(where, NO_COLUMNS);
      this.#columns = { question, value, by, at };
      return;
    }
    const { question, value, by, at } = this.#columns;
    const cell = (place: number): string => cells[place] ?? "";
    if (cell(question) === "" || cell(value) === "") return;
    this.rows.push({ question: cell(question), value: cell(value), by: cell(by), at: cell(at), where });
  }

  problem(problem: RecordProblem): void {
    if (getProblemSeverity(problem.code) !== "error") return;
    throw createSheetFailure(this.#place, renderProblem(this.#place, { ...problem, header: "" }));
  }
}

const NO_COLUMNS = text("the first row has no columns question and value", "1 行目に「質問」と「値」の列がありません");

const createSheetFailure = (where: string, what: Text): Failure => new Failure("input-rejected", { what, where });

/**
 * Reads the answers in a sheet of the checklist, a workbook or CSV in UTF-8. Blank and unchanged values are no answers.
 *
 * @throws Failure `input-rejected` with the line, for an unknown question, a wrong value, or two answers to a question
 */
export async function readAnswerSheet(
  tools: Tools,
  file: string,
  questions: readonly AskedQuestion[],
): Promise<NewAnswer[]> {
  const { name, bytes } = await readNamedFile(tools, file, MAX_SHEET_BYTES);
  const place = name === "-" ? "stdin" : name;
  const reader = new SheetReader(place);
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield bytes;
  }
  const encoding = isWorkbook(bytes) ? "xlsx" : "utf-8";
  for await (const _ of readRecords(chunks(), { encoding, dialect: CONSOLE_DIALECT }, place, reader));
  const now = tools.clock.now().toISOString();
  const seen = new Set<string>();
  return reader.rows.flatMap(({ question: id, value, by, at, where }): readonly NewAnswer[] => {
    const question = questions.find((one) => one.id === id);
    // answered before the sheet was made, and no longer asked
    if (question === undefined && at !== "") return [];
    if (question === undefined)
      throw createSheetFailure(where, text(`no question is named "${id}"`, `「${id}」という質問はありません`));
    const read = parseAnswer(question, value, now);
    if ("wrong" in read) throw createSheetFailure(where, read.wrong);
    if ((at !== "" && read.value === question.answer?.value) || read.value === question.recorded) return [];
    if (seen.has(id)) throw createSheetFailure(where, text(`${id} is answered twice`, `${id} の回答が 2 つあります`));
    seen.add(id);
    // the author of the former answer is not the author of a changed one
    const author = at === "" && by !== "" ? by : undefined;
    return [{ question: id, value: read.value, by: author }];
  });
}
