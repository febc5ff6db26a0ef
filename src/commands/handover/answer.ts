import { line, step } from "../../lib/advice/index.ts";
import type { Answer, NewAnswer } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import type { HandoverFacts } from "../../lib/handover/checklist/facts.ts";
import { buildChecklist, collectQuestions } from "../../lib/handover/checklist/index.ts";
import { parseAnswer } from "../../lib/model/question.ts";
import {
  describeKnownValue,
  getCurrentValue,
  type Question,
  type QuestionGroup,
} from "../../lib/handover/checklist/question.ts";
import { buildQuestion } from "../../lib/handover/checklist/item.ts";
import { buildConsoleQuestions } from "../../lib/handover/not-known.ts";
import { QUESTIONS, QUESTION_NAMES } from "../../lib/onboarding/facts.ts";
import { ANSWER } from "../../lib/model/answer.ts";
import { dayOf } from "../../lib/model/time.ts";
import { formatCount, joinTexts, same, text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { buildFieldColumns, listColumns } from "../listing/list.ts";
import { DRY_RUN_OPTION } from "../records/options.ts";
import { DRY_RUN_NOTE, proposeUndo } from "../records/change-result.ts";
import { requireRight } from "../rights.ts";
import type { Tools } from "../tools.ts";
import { collectHandoverFacts, openHandoverTenant, getChecklistDay, type HandoverTenant } from "./facts.ts";

const DEFAULT_ANSWER_COLUMNS = ["question", "value", "by"];

const ANSWER_COLUMNS = buildFieldColumns<Answer>(ANSWER.fields);

export default defineCommand({
  summary: text("record information that only people know", "人しか知らない情報を登録する"),
  details: [
    text(
      "Asks, one at a time, the questions that are unanswered or were last answered more than a year ago, and shows the previous answer. Each answer is saved at once, so you can stop at any time; a blank answer skips the question. If you pass a name (`push-certificate`, `rules.lost.owner`), all its questions are asked again. Each answer is recorded with its author and date.",
      "未回答のもの、1 年以上前に回答したものを、以前の回答とともに 1 問ずつ尋ねます。回答はその都度登録するため、いつ中断しても失われません。空のまま Enter で次に進みます。名前(`push-certificate`、`rules.lost.owner` など)を指定すると、その質問だけをすべて尋ねます。回答には回答者と日時を記録します。",
    ),
    text(
      "Never enter a password: you are asked only where it is kept. VALUE answers one question without asking. --file reads a sheet of the checklist in which the column value was filled in: either all of its answers are recorded, or none.",
      "パスワード自体は入力しないでください。尋ねるのは保管場所だけです。VALUE を指定すると、尋ねずにその質問の回答とします。--file は「値」の列に記入した確認リストの表を取り込みます(全部登録するか、何も登録しないかのどちらか)。",
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
    file: {
      kind: "file",
      value: "SHEET.xlsx",
      about: text(
        "record the answers in this checklist, a workbook or CSV (-: stdin)",
        "この確認リスト(Excel ブックか CSV。- は標準入力)の回答を登録する",
      ),
    },
    by: {
      kind: "string",
      value: "NAME",
      about: text("author of the answers (default: you)", "回答者(既定: 実行した人)"),
    },
    dryRun: DRY_RUN_OPTION,
  },
  excludes: [["question", "file"]],
  examples: [
    { line: "clomoctl handover answer push-certificate" },
    { line: "clomoctl handover answer rules.lost.owner '髙橋 花子'" },
    { line: "clomoctl handover answer --file checklist.xlsx --by '髙橋 花子' --dry-run" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: ANSWER_COLUMNS,
  async run(tools, { question, value, file, by, dryRun }) {
    const { terminal } = tools;
    const tenant = await openHandoverTenant(tools);
    await requireRight(tools, "tenant.write", { asked: RECORD_ANSWERS_LABEL });
    const facts = await collectHandoverFacts(tenant);
    const day = getChecklistDay(tools, tenant);
    const keeper = new AnswerWriter(tenant, { by, dryRun });
    if (file !== undefined) {
      const { readAnswerSheet } = await import("./answer-sheet.ts");
      await keeper.keep(await readAnswerSheet(tools, file, collectQuestions(listQuestionGroups(facts, day))));
    } else if (question !== undefined && value !== undefined) {
      const all = collectQuestions(listQuestionGroups(facts, day));
      await keeper.keep([buildTypedAnswer(all, { question, value, now: tools.clock.now().toISOString() })]);
    } else await askQuestions(tools, facts, { question, day, keeper });
    const { length } = keeper.changed;
    if (length === 0) await terminal.note(text("there are no new answers", "新しい回答はありませんでした"));
    else await terminal.list(listColumns(terminal, ANSWER_COLUMNS, DEFAULT_ANSWER_COLUMNS), keeper.changed);
    if (dryRun) return terminal.note(DRY_RUN_NOTE);
    if (length > 0)
      await terminal.note(text(`${formatCount(length, "answer")} recorded`, `回答を ${length} 件登録しました`));
    await proposeUndo(tools);
    await terminal.note(step("to see what is missing", "不足を確認", line("handover checklist", [])));
  },
});

const RECORD_ANSWERS_LABEL = text("record the information for a handover", "引き継ぎ情報の登録");

/** @throws Failure `not-found` for an unknown question, `usage` for one that is asked of several, or a wrong value */
function buildTypedAnswer(
  questions: readonly Question[],
  { question: id, value, now }: { readonly question: string; readonly value: string; readonly now: string },
): NewAnswer {
  const [question, ...others] = questions.filter((one) => one.id === id);
  if (question === undefined) throw createUnknownQuestionFailure(id);
  if (others.length > 0) {
    throw new Failure("usage", {
      what: text(`${id} is asked about several accounts`, `${id} は複数のアカウントについての質問です`),
      hint: step("to answer it for each of them", "それぞれについて回答するには", line("handover answer", [id])),
    });
  }
  const { subject } = question;
  const read = parseAnswer(question, value, now);
  if ("wrong" in read) throw new Failure("usage", { what: read.wrong, where: id });
  return { question: id, subject, value: read.value };
}

const MAX_ANSWERS_PER_REQUEST = 1000;

class AnswerWriter {
  readonly changed: Answer[] = [];
  readonly #tenant: HandoverTenant;
  readonly #options: { readonly by: string | undefined; readonly dryRun: boolean };

  constructor(tenant: HandoverTenant, options: { readonly by: string | undefined; readonly dryRun: boolean }) {
    this.#tenant = tenant;
    this.#options = options;
  }

  /** Saves all of the answers or none. @returns the answers that changed */
  async keep(answers: readonly NewAnswer[]): Promise<readonly Answer[]> {
    if (answers.length === 0) return [];
    if (answers.length > MAX_ANSWERS_PER_REQUEST) {
      throw new Failure("input-rejected", {
        what: text(
          `at most ${MAX_ANSWERS_PER_REQUEST} answers can be recorded at once`,
          `一度に登録できる回答は ${MAX_ANSWERS_PER_REQUEST} 件までです`,
        ),
      });
    }
    const { by, dryRun } = this.#options;
    const body = { answers: answers.map((answer) => ({ ...answer, by: by ?? answer.by })), dryRun };
    const { changed } = await this.#tenant.client.answers.set(body);
    const told = changed.map(({ before, after }) => after ?? before).filter((answer) => answer !== null);
    this.changed.push(...told);
    return told;
  }
}

const listQuestionGroups = (facts: HandoverFacts, day: Interview["day"]): readonly QuestionGroup[] => [
  ...buildChecklist(facts, day),
  buildConsoleQuestions(facts, day),
  {
    title: text("Set-up", "導入"),
    questions: QUESTION_NAMES.map((id) =>
      buildQuestion(facts, day, { id, label: same(id), wording: QUESTIONS[id].ask, required: false }),
    ),
  },
];

const keyOf = (question: string, subject: string): string => JSON.stringify([question, subject]);

interface Interview {
  /** the name of a question, or the first part of the name; undefined: all questions that are due */
  readonly question: string | undefined;
  readonly day: ReturnType<typeof getChecklistDay>;
  readonly keeper: AnswerWriter;
}

async function askQuestions(
  tools: Tools,
  facts: HandoverFacts,
  { question: named, day, keeper }: Interview,
): Promise<void> {
  const seen = new Set<string>();
  const answers = new Map(facts.answers.map((answer) => [keyOf(answer.question, answer.subject), answer]));
  const isNext = ({ id, subject, due }: Question): boolean =>
    !seen.has(keyOf(id, subject)) && (named === undefined ? due !== null : id === named || id.startsWith(`${named}.`));
  const next = (): Question | undefined =>
    collectQuestions(listQuestionGroups({ ...facts, answers: [...answers.values()] }, day)).find(isNext);
  if (named !== undefined && next() === undefined) throw createUnknownQuestionFailure(named);
  for (let question = next(); question !== undefined; question = next()) {
    const { id, subject } = question;
    seen.add(keyOf(id, subject));
    const value = await askQuestion(tools, question, day);
    if (value === undefined) continue;
    const kept = await keeper.keep([{ question: id, subject, value }]);
    for (const answer of kept) answers.set(keyOf(answer.question, answer.subject), answer);
  }
}

const createUnknownQuestionFailure = (named: string): Failure =>
  new Failure("not-found", {
    what: text(`no question is named "${named}"`, `「${named}」という質問はありません`),
    hint: step("to list all questions", "質問の一覧を見るには", line("handover checklist", [], { full: true })),
  });

/** Asks one question. @returns undefined if the question remains unanswered */
async function askQuestion(
  { terminal, clock }: Tools,
  question: Question,
  { timezone }: Interview["day"],
): Promise<string | undefined> {
  const typed = await terminal.prompts.input({
    message: buildPrompt(question, timezone),
    flag: "VALUE",
    check: (one) => {
      if (one.trim() === "") return undefined;
      const read = parseAnswer(question, one, clock.now().toISOString());
      return "wrong" in read ? read.wrong : undefined;
    },
  });
  if (typed.trim() === "") return undefined;
  const read = parseAnswer(question, typed, clock.now().toISOString());
  return "value" in read ? read.value : undefined;
}

const ANSWER_FORMATS: Partial<Readonly<Record<Question["kind"], Text>>> = {
  "yes-no": text("yes/no", "はい/いいえ"),
  date: text("YYYY-MM-DD", "YYYY-MM-DD"),
};

const BLANK_LEAVES_OPEN = text("leave blank to skip", "空のまま Enter: 未回答のまま");
const BLANK_KEEPS_ANSWER = text("leave blank to keep the answer", "空のまま Enter: 変更しない");

function buildPrompt(question: Question, timezone: string): Text {
  const { about, wording, answer, recorded, kind, choices } = question;
  const whose = about === undefined ? "" : `${about}: `;
  const known = getCurrentValue(question);
  // the previous answer already shows the format of a date
  const wanted = choices === undefined ? ANSWER_FORMATS[kind] : same(Object.keys(choices).join("/"));
  const form = kind === "yes-no" || known === null ? wanted : undefined;
  const hint = joinTexts(
    [...(form === undefined ? [] : [form]), known === null ? BLANK_LEAVES_OPEN : BLANK_KEEPS_ANSWER],
    text("; ", "、"),
  );
  const [en, ja] = [`${whose}${wording.en} (${hint.en})`, `${whose}${wording.ja}(${hint.ja})`];
  if (known === null) return text(en, ja);
  const told = describeKnownValue(kind, known);
  const said = answer === null ? "" : `, ${answer.by}, ${dayOf(answer.at, timezone)}`;
  const isOther = answer !== null && recorded !== null && recorded !== answer.value;
  const [otherwise, otherwiseJa] = isOther ? [`; recorded value: ${recorded}`, `。登録: ${recorded}`] : ["", ""];
  return text(
    `${en} [current answer: ${told.en}${said}${otherwise}]`,
    `${ja}[これまで: ${told.ja}${said}${otherwiseJa}]`,
  );
}
