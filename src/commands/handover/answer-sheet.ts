import type { NewAnswer } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import type { QuestionState, ChecklistRow } from "../../lib/handover/checklist/index.ts";
import { formatActor } from "../../lib/model/actor.ts";
import { parseAnswer } from "../../lib/derived/question.ts";
import { parseTypedDate } from "../../lib/model/time.ts";
import { formatCount, joinTexts, same, text, type Text } from "../../lib/text/index.ts";
import { readTable } from "../kit/plan/read-table.ts";
import type { Tools } from "../kit/tools.ts";
import { showProblems } from "./bundle.ts";
import { createChecklistColumns } from "./rows.ts";

const SHEET_COLUMNS = ["question", "value", "by", "at"] as const;

const findColumn = (cells: readonly string[], key: (typeof SHEET_COLUMNS)[number]): number => {
  const header = createChecklistColumns("en").find((column) => column.key === key)?.header;
  return cells.findIndex((cell) => cell === key || cell === header?.en || cell === header?.ja);
};

async function readSheet(tools: Tools, name: string) {
  const { label, rows: all } = await readTable(tools, name, { encoding: "auto" });
  const table = all.map(({ line, cells }) => ({ cells: cells.map((cell) => cell.trim()), where: `${label}:${line}` }));
  const [header = { cells: [], where: label }, ...rest] = table;
  const places = new Map(SHEET_COLUMNS.map((key) => [key, findColumn(header.cells, key)]));
  if (places.get("question") === -1 || places.get("value") === -1)
    throw createAnswerSheetFailure(header.where, MISSING_COLUMNS);
  const rows = rest.map(({ cells, where }) => {
    const cell = (key: (typeof SHEET_COLUMNS)[number]): string => cells[places.get(key) ?? -1] ?? "";
    return { question: cell("question"), value: cell("value"), by: cell("by"), at: cell("at"), where };
  });
  return { label, rows, hasTimes: places.get("at") !== -1 };
}

const MISSING_COLUMNS = text(
  'the columns "question" and "value" are missing',
  "1 行目に「質問」と「値」の列がありません",
);

const ROW_WITHOUT_QUESTION = text(
  "this row is not a question: clear its value cell, or restore the original value",
  "この行は質問ではないため、回答を書けません。「値」の列を元の値に戻すか、空にしてください",
);

const createAnswerSheetFailure = (where: string, what: Text): Failure => new Failure("input-rejected", { what, where });

/** Returns days as YYYY-MM-DD, because spreadsheet programs change the format of days. */
const toPlainValue = (value: string): string => {
  const typed = parseTypedDate(value);
  return typed !== undefined && "day" in typed ? typed.day : value;
};

export async function readAnswerSheet(
  tools: Tools,
  name: string,
  known: { readonly questions: readonly QuestionState[]; readonly rows: readonly ChecklistRow[] },
): Promise<NewAnswer[]> {
  const { terminal, clock } = tools;
  const { label, rows, hasTimes } = await readSheet(tools, name);
  const now = clock.now().toISOString();
  const answers = new Map<string, NewAnswer>();
  const problems: Text[] = [];
  const readRow = ({ question: id, value, by, at }: (typeof rows)[number]): Text | undefined => {
    const question = known.questions.find((one) => one.id === id);
    if (question === undefined) {
      if (id !== "") return text(`no question is named "${id}"`, `「${id}」という質問はありません`);
      const isKnown = known.rows.some(
        (row) => row.state !== "answered" && [value, toPlainValue(value)].includes(row.value ?? ""),
      );
      return isKnown ? undefined : ROW_WITHOUT_QUESTION;
    }
    const { answer, recorded } = question;
    const read = parseAnswer(question, value, now);
    if ("wrong" in read) return read.wrong;
    const isChanged = answer !== undefined && read.value !== answer.value;
    if ((at !== "" && read.value === answer?.value) || read.value === recorded) return undefined;
    const shownAt = rows.find((row) => row.question === id && row.at !== "")?.at ?? "";
    if (hasTimes && isChanged && ![answer.at, terminal.moment(answer.at)].includes(shownAt))
      return text(`the answer recorded for ${id} is newer`, `${id} にはこの表より新しい回答があります`);
    if (answers.has(id)) return text(`${id} is answered twice in this sheet`, `この表に ${id} の回答が 2 つあります`);
    // if a user changes only the value, the sheet still names the previous author
    const isFormer = at !== "" && answer !== undefined && [answer.by, formatActor(answer.by).ja].includes(by);
    answers.set(id, { question: id, value: read.value, by: isFormer || by === "" ? undefined : by });
    return undefined;
  };
  for (const row of rows) {
    const wrong = row.value === "" ? undefined : readRow(row);
    if (wrong !== undefined) problems.push(joinTexts([same(row.where), wrong], same(": ")));
  }
  if (problems.length === 0) return [...answers.values()];
  await showProblems(terminal, problems);
  const wrong = formatCount(problems.length, "wrong row");
  throw createAnswerSheetFailure(
    label,
    text(`${wrong}; nothing was recorded`, `正しくない行が ${problems.length} 行あるため、何も登録していません`),
  );
}
