import { line, step } from "../../lib/advice/index.ts";
import type { Answer, NewAnswer } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import {
  buildChecklist,
  listQuestions,
  type QuestionState,
  type ChecklistRow,
} from "../../lib/handover/checklist/index.ts";
import { formatActor } from "../../lib/model/actor.ts";
import { ANSWER } from "../../lib/nouns/answer.ts";
import { describeQuestion, parseAnswer, YES_NO_CHOICES } from "../../lib/derived/question.ts";
import { dayOf, parseTypedDate } from "../../lib/model/time.ts";
import { formatCount, joinTexts, same, text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { defineOption } from "../kit/field.ts";
import { buildFieldColumns, listColumns } from "../kit/list/list.ts";
import { DRY_RUN_OPTION } from "../kit/columns/field-options.ts";
import { DRY_RUN_NOTE, proposeUndo } from "../kit/columns/change-result.ts";
import { confirmPasswords, requirePasswordConfirmation } from "../kit/password-question.ts";
import type { Tools } from "../kit/tools.ts";
import { collectHandoverFacts, getChecklistDay } from "./facts.ts";
import { HANDOVER_NOUNS } from "../kit/files/tenant-copy.ts";
import { readTable } from "../kit/read-list/open-table.ts";
import { showProblems } from "./bundle.ts";
import { createChecklistColumns } from "./rows.ts";

const SHEET_COLUMNS = ["question", "value", "by", "at"] as const;

const findColumn = (cells: readonly string[], key: (typeof SHEET_COLUMNS)[number]): number => {
  const header = createChecklistColumns("en").find((column) => column.key === key)?.header;
  return cells.findIndex((cell) => cell === key || cell === header?.en || cell === header?.ja);
};

async function readSheet(tools: Tools, name: string) {
  const { label, rows: all } = await readTable(tools, name);
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

async function readAnswerSheet(
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

export const ANSWER_COLUMNS = buildFieldColumns<Answer>(ANSWER.fields).map((column) =>
  column.key === "by" ? { ...column, name: ({ by }: Answer) => formatActor(by) } : column,
);

export default defineCommand({
  summary: text("record answers that clomoctl cannot find out itself", "担当者しか知らない情報を登録する"),
  details: [
    text(
      "Asks, one at a time, the questions that are unanswered or were last answered more than a year ago, and shows the previous answer. Each answer is saved at once, so you can stop at any time; a blank answer skips the question. If you pass a name (`push-certificate`, `rules.lost`), all its questions are asked again. Each answer is recorded with its author and date.",
      "未回答の質問と 1 年以上前に回答した質問を、以前の回答とともに 1 問ずつ尋ねます。回答はその都度登録するため、いつ中断しても失われません。空のまま Enter で次に進みます。名前(`push-certificate`、`rules.lost` など)を指定すると、その質問だけをすべて尋ねます。回答には回答者と日時を記録します。",
    ),
    text(
      "Never enter a password. The questions ask only where a password is kept. If you pass VALUE, it is recorded as the answer without a prompt. --file reads a checklist file in which you filled in the column value. Either all of its answers are recorded, or none.",
      "パスワード自体は入力しないでください。尋ねるのは保管場所だけです。VALUE を指定すると、尋ねずにその質問の回答とします。--file では、「値」の列に記入した引き継ぎ確認リストを取り込みます。すべての回答を登録するか、何も登録しないかのどちらかです。",
    ),
  ],
  args: {
    question: {
      kind: "string",
      value: "QUESTION",
      about: text("name of a question, or the first part of the name", "質問の名前、またはその先頭の部分"),
    },
    value: { kind: "string", value: "VALUE", about: text("answer to this question", "この質問への回答") },
  },
  options: {
    file: defineOption(
      "file",
      "SHEET.xlsx",
      "record the answers in this checklist file, a workbook or CSV (-: stdin)",
      "この引き継ぎ確認リストのファイル(Excel ブックか CSV。- は標準入力)に記入した回答を登録する",
    ),
    by: defineOption("string", "NAME", "author of the answers (default: you)", "回答者(既定: 実行者)"),
    dryRun: DRY_RUN_OPTION,
  },
  excludes: [["question", "file"]],
  examples: [
    { line: "clomoctl handover answer push-certificate.holder '髙橋 花子'" },
    { line: "clomoctl handover answer --file checklist.xlsx --by '髙橋 花子' --dry-run" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: ANSWER_COLUMNS,
  async run(tools, { question, value, file, by, dryRun }) {
    const { terminal } = tools;
    const tenant = await tools.tenant(...HANDOVER_NOUNS);
    const day = getChecklistDay(tools, tenant);
    const facts = await collectHandoverFacts(tenant);
    const questions = listQuestions(facts, day);
    const kept: Answer[] = [];
    const keep = async (answers: readonly NewAnswer[]): Promise<void> => {
      if (answers.length === 0) return;
      const body = { answers: answers.map((answer) => ({ ...answer, by: by ?? answer.by })), dryRun };
      const { changed } = await tenant.client.answers.set(body);
      kept.push(...changed.flatMap(({ after }) => after ?? []));
    };
    await requirePasswordConfirmation(tools, { "--by": by });
    const now = tools.clock.now().toISOString();
    if (file !== undefined || (question !== undefined && value !== undefined)) {
      const answers =
        file === undefined
          ? [buildTypedAnswer(questions, { question: question ?? "", value: value ?? "", now })]
          : await readAnswerSheet(tools, file, { questions, rows: buildChecklist(facts, day) });
      await requirePasswordConfirmation(tools, Object.fromEntries(answers.flatMap(listTexts)));
      await keep(answers);
    } else
      for (const one of chooseQuestions(questions, question)) {
        const typed = await askQuestion(tools, one, day.timezone);
        if (typed !== undefined) await keep([{ question: one.id, value: typed }]);
      }
    const { length } = kept;
    if (length === 0) await terminal.note(text("there are no new answers", "新しい回答はありませんでした"));
    else await terminal.list(listColumns(terminal, ANSWER_COLUMNS, ["question", "value", "by"]), kept);
    if (dryRun) return terminal.note(DRY_RUN_NOTE);
    if (length > 0)
      await terminal.note(text(`${formatCount(length, "answer")} recorded`, `回答を ${length} 件登録しました`));
    await proposeUndo(tools);
    await terminal.note(step("to see what is missing", "不足を確認するには", line("handover checklist", [])));
  },
});

const listTexts = ({ question, value, by }: NewAnswer) => [
  [question, value] as const,
  [`${question} (by)`, by] as const,
];

function buildTypedAnswer(
  questions: readonly QuestionState[],
  { question: id, value, now }: { readonly question: string; readonly value: string; readonly now: string },
): NewAnswer {
  const question = questions.find((one) => one.id === id);
  if (question === undefined) throw createUnknownQuestionFailure(id);
  const read = parseAnswer(question, value, now);
  if ("wrong" in read) throw new Failure("usage", { what: read.wrong, where: id });
  return { question: id, value: read.value };
}

function chooseQuestions(questions: readonly QuestionState[], named: string | undefined): readonly QuestionState[] {
  if (named === undefined) return questions.filter(({ due }) => due !== null);
  const chosen = questions.filter(({ id }) => id === named || id.startsWith(`${named}.`));
  if (chosen.length === 0) throw createUnknownQuestionFailure(named);
  return chosen;
}

const createUnknownQuestionFailure = (named: string): Failure =>
  new Failure("not-found", {
    what: text(`no question is named "${named}"`, `「${named}」という質問はありません`),
    hint: step("to list all questions", "質問の一覧を見るには", line("handover checklist", [], { full: true })),
  });

async function askQuestion(tools: Tools, question: QuestionState, timezone: string): Promise<string | undefined> {
  const now = tools.clock.now().toISOString();
  const typed = await tools.terminal.prompts.input({
    message: buildPrompt(question, timezone),
    flag: "VALUE",
    check: (one) => {
      const read = parseAnswer(question, one, now);
      return one.trim() !== "" && "wrong" in read ? read.wrong : undefined;
    },
  });
  if (typed.trim() === "") return undefined;
  return (await confirmPasswords(tools, { [question.id]: typed })) ? typed : askQuestion(tools, question, timezone);
}

const SKIP_HINT = text("leave blank to skip", "空のまま Enter で、未回答のまま次へ");
const KEEP_ANSWER_HINT = text("leave blank to keep the answer", "空のまま Enter で、変更せずに次へ");

const describeFormat = ({ kind, choices }: QuestionState): readonly Text[] => {
  if (kind === "date") return [same("YYYY-MM-DD")];
  if (choices === undefined) return [];
  return choices === YES_NO_CHOICES ? [text("yes/no", "はい/いいえ")] : [same(Object.keys(choices).join("/"))];
};

function buildPrompt(question: QuestionState, timezone: string): Text {
  const { answer, recorded, choices } = question;
  const known = answer?.value ?? recorded;
  const hint = joinTexts(
    [...describeFormat(question), known === null ? SKIP_HINT : KEEP_ANSWER_HINT],
    text("; ", "、"),
  );
  const about = describeQuestion(question);
  const [en, ja] = [`${about.en} (${hint.en})`, `${about.ja}(${hint.ja})`];
  if (known === null) return text(en, ja);
  const told = choices?.[known] ?? same(known);
  const said = answer === undefined ? [] : [formatActor(answer.by), same(dayOf(answer.at, timezone))];
  const all = joinTexts([told, ...said], same(", "));
  return text(`${en} [current answer: ${all.en}]`, `${ja}[これまで: ${all.ja}]`);
}
