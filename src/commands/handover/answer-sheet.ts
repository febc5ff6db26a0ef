import type { RecordProblem, RecordSink } from "../../lib/csv/records/record.ts";
import type { NewAnswer } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { openInput } from "../../lib/files/index.ts";
import type { AskedQuestion, ChecklistRow } from "../../lib/handover/checklist/index.ts";
import { formatActor } from "../../lib/model/actor.ts";
import { parseAnswer } from "../../lib/model/question.ts";
import { getProblemSeverity } from "../../lib/model/problem.ts";
import { parseTypedDate } from "../../lib/model/time.ts";
import { formatCount, joinTexts, same, text, type Text } from "../../lib/text/index.ts";
import { renderProblem } from "../csv/file/check-report.ts";
import { detectInputFormat, readRecords } from "../imports/plan/reading.ts";
import type { Tools } from "../tools.ts";
import { createChecklistColumns } from "./rows.ts";

const MAX_SHOWN_PROBLEMS = 20;

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
    if (cell(question) === "" && cell(value) === "") return;
    this.rows.push({ question: cell(question), value: cell(value), by: cell(by), at: cell(at), where });
  }

  /** true if the sheet says when each question was answered */
  get hasTimes(): boolean {
    return (this.#columns?.at ?? -1) !== -1;
  }

  problem(problem: RecordProblem): void {
    if (getProblemSeverity(problem.code) !== "error") return;
    throw createSheetFailure(this.#place, renderProblem(this.#place, { ...problem, header: "" }));
  }
}

const NO_COLUMNS = text("the first row has no columns question and value", "1 行目に「質問」と「値」の列がありません");

const NO_ANSWER_ROW = text(
  "this row takes no answer: restore or clear its value",
  "この行に回答は書けません。「値」を元に戻すか、消してください",
);

const createSheetFailure = (where: string, what: Text): Failure => new Failure("input-rejected", { what, where });

/** What the tenant has now, with which a sheet is compared. */
interface KnownAnswers {
  readonly questions: readonly AskedQuestion[];
  /** the checklist, whose other rows have values that are no answers */
  readonly rows: readonly ChecklistRow[];
}

/** Returns a value as it is compared: a table program writes days in its own way. */
const toPlainValue = (value: string): string => {
  const typed = parseTypedDate(value);
  return typed !== undefined && "day" in typed ? typed.day : value;
};

/**
 * Reads the answers in a sheet of the checklist, a workbook or CSV. Blank and unchanged values are no answers.
 *
 * @throws Failure `input-rejected`, after a line for each row: an unknown question, a wrong value, a value where none
 * belongs, two answers to a question, or an answer that was changed after the sheet was written
 */
export async function readAnswerSheet(tools: Tools, name: string, known: KnownAnswers): Promise<NewAnswer[]> {
  const { terminal, clock, signal } = tools;
  await using file = await openInput(tools, name);
  const reader = new SheetReader(file.label);
  const format = await detectInputFormat(file, { encoding: "auto", signal });
  for await (const _ of readRecords(file.chunks(), format, file.label, reader));
  const now = clock.now().toISOString();
  const answers = new Map<string, NewAnswer>();
  const problems: Text[] = [];
  const readRow = ({ question: id, value, by, at }: SheetRow): Text | undefined => {
    const question = known.questions.find((one) => one.id === id);
    if (question === undefined) {
      if (id !== "") return text(`no question is named "${id}"`, `「${id}」という質問はありません`);
      const isKnown = known.rows.some((row) => row.state === "recorded" && row.value === toPlainValue(value));
      return isKnown ? undefined : NO_ANSWER_ROW;
    }
    const { answer, recorded } = question;
    const read = parseAnswer(question, value, now);
    if ("wrong" in read) return read.wrong;
    const isSame = read.value === answer?.value;
    if ((at !== "" && isSame) || read.value === recorded) return undefined;
    const shownAt = reader.rows.find((row) => row.question === id && row.at !== "")?.at ?? "";
    if (
      reader.hasTimes &&
      answer !== undefined &&
      !isSame &&
      ![answer.at, terminal.moment(answer.at)].includes(shownAt)
    )
      return text(`${id} was answered after this sheet was written`, `${id} は、この表の書き出し後に回答されています`);
    if (answers.has(id)) return text(`${id} is answered twice`, `${id} の回答が 2 つあります`);
    // the author of the former answer is not the author of a changed one
    const isFormer = at !== "" && answer !== undefined && [answer.by, formatActor(answer.by).ja].includes(by);
    answers.set(id, { question: id, value: read.value, by: isFormer || by === "" ? undefined : by });
    return undefined;
  };
  for (const row of reader.rows) {
    const wrong = row.value === "" ? undefined : readRow(row);
    if (wrong !== undefined) problems.push(joinTexts([same(row.where), wrong], same(": ")));
  }
  if (problems.length === 0) return [...answers.values()];
  for (const problem of problems.slice(0, MAX_SHOWN_PROBLEMS)) await terminal.problem(problem);
  const wrong = formatCount(problems.length, "wrong row");
  throw createSheetFailure(
    file.label,
    text(`${wrong}; nothing was recorded`, `正しくない行が ${problems.length} 行あるため、何も登録していません`),
  );
}
