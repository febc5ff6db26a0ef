/** Reads and writes files of answers. Loads zod, so commands import it only to read or write such a file. */
import { z } from "zod";
import type { CommandLine } from "../../advice/index.ts";
import { dayOf } from "../../model/time.ts";
import type { Failure } from "../../errors/index.ts";
import { createPlainTextSchema, readYaml } from "../../files/yaml.ts";
import { quoteYamlString } from "../../text/yaml-text.ts";
import { DECEPTIVE_CHARACTERS } from "../../text/shell-word.ts";
import { text, type Language, type Text } from "../../text/index.ts";
import { collectQuestions } from "./index.ts";
import type { ChecklistItem } from "./item.ts";
import { QUESTION_KINDS, parseAnswer } from "../../model/question.ts";
import { describeKnownValue, getCurrentValue, type Question, type QuestionGroup } from "./question.ts";

const MAX_FILE_LENGTH = 1_000_000;

const describeTemplateCommand = (template: CommandLine): Text =>
  text(`to create a file to fill in: ${template}`, `記入用のファイルを作るには: ${template}`);

const ANSWERS_FILE_SCHEMA = z.strictObject({
  by: z.string().optional(),
  answers: z.array(
    z.strictObject({
      question: createPlainTextSchema(),
      about: z.string().optional(),
      value: z.string().optional(),
      by: z.string().optional(),
      remove: z.enum(["yes", "no", "true", "false", ""]).optional(),
    }),
  ),
});

/** An answer in a file. The value null removes the previous answer. */
export interface FileAnswer {
  readonly question: string;
  readonly subject: string;
  readonly value: string | null;
  readonly by: string | undefined;
}

/**
 * Returns the question to which an entry of the file refers. `about` may be missing if only one question has this name.
 */
function findQuestion(questions: readonly Question[], name: string, about: string): Question | undefined {
  const named = questions.filter(({ id }) => id === name);
  const [only, ...others] = named;
  if (about === "" && others.length === 0) return only;
  return named.find((question) => question.subject === about || question.about === about);
}

/**
 * Questions about an item. If the item has no questions, also the reason, and what to type to record whether the item
 * is used.
 */
export type AnswerGroup = QuestionGroup & { readonly id?: string | undefined } & Partial<
    Pick<ChecklistItem, "why" | "gaps">
  >;

interface AnswersContext {
  readonly groups: readonly AnswerGroup[];
  /** a UTC instant; dates after it are rejected */
  readonly now: string;
  readonly template: CommandLine;
}

const toOptionalText = (written: string | undefined): string | undefined =>
  written === undefined || written.trim() === "" ? undefined : written.trim();

/**
 * Reads a file of answers to the given questions. Ignores entries without a value.
 *
 * @param where the file name, for messages
 * @throws Failure `input-rejected` with the line
 */
export function readAnswers(
  content: string,
  where: string,
  { groups, now, template }: AnswersContext,
): readonly FileAnswer[] {
  const { value: file, refuse } = readYaml(ANSWERS_FILE_SCHEMA, {
    content,
    where,
    hint: describeTemplateCommand(template),
    maxLength: MAX_FILE_LENGTH,
  });
  const questions = collectQuestions(groups);
  const given = new Map<string, number>();
  return file.answers.flatMap((answer, at): readonly FileAnswer[] => {
    const path = ["answers", at] as const;
    const isRemoved = answer.remove === "yes" || answer.remove === "true";
    const name = answer.question.trim();
    const question = findQuestion(questions, name, toOptionalText(answer.about) ?? "");
    const typed = toOptionalText(answer.value);
    if (question === undefined) {
      const isKnown = questions.some(({ id }) => id === name);
      // the entry may be about another machine, for example, so it is ignored without a message
      if (isKnown && typed === undefined && !isRemoved) return [];
      throw isKnown
        ? refuse(
            [...path, "about"],
            text(
              `no question ${name} matches this value of "about"`,
              `この about の値に対応する質問 ${name} はありません`,
            ),
          )
        : createNotAskedFailure(name, groups, (what) => refuse([...path, "question"], what));
    }
    const { id, subject } = question;
    if (!isRemoved && typed === undefined) return [];
    const before = given.get(JSON.stringify([id, subject]));
    if (before !== undefined) {
      const what = text(`${id} is answered twice`, `${id} の回答が 2 つあります`);
      const { where: first } = refuse(["answers", before, "question"], what);
      throw refuse(
        [...path, "question"],
        text(
          `${what.en} (first answer: ${first}); keep only one of the answers`,
          `${what.ja}(1 つ目: ${first})。どちらかを消してください`,
        ),
      );
    }
    given.set(JSON.stringify([id, subject]), at);
    const by = toOptionalText(answer.by) ?? toOptionalText(file.by);
    if (isRemoved) return [{ question: id, subject, value: null, by }];
    const read = parseAnswer(question, typed ?? "", now);
    if ("wrong" in read) throw refuse([...path, "value"], read.wrong);
    return [{ question: id, subject, value: read.value, by }];
  });
}

/**
 * Creates the failure for a question that is not asked. If the item of the question may not apply, the failure contains
 * the reason and what to type.
 */
function createNotAskedFailure(name: string, groups: readonly AnswerGroup[], refuse: (what: Text) => Failure): Failure {
  const { why = null, gaps = [] } = groups.find(({ id }) => id !== undefined && name.startsWith(`${id}.`)) ?? {};
  if (why === null) return refuse(text(`there is no question "${name}"`, `「${name}」という質問はありません`));
  const failure = refuse(
    text(`the question "${name}" is not asked: ${why.en}`, `「${name}」は質問の対象ではありません: ${why.ja}`),
  );
  const mend = gaps.find(({ code }) => code === "unsaid")?.mend;
  return mend === undefined
    ? failure
    : failure.with({ hint: text(`to record what is used: ${mend.en}`, `利用の有無を登録: ${mend.ja}`) });
}

/** Renders a comment line. Control characters in names are replaced, because they could end the comment. */
const renderComment = (line: string): string => `  # ${line.replaceAll(DECEPTIVE_CHARACTERS, " ")}`;

/** Renders the file to fill in. Known answers are comments, because values sent again would count as confirmed. */
export function renderAnswersTemplate(groups: readonly QuestionGroup[], language: Language, timezone: string): string {
  const lines = groups.flatMap(({ title, questions }) =>
    questions.length === 0
      ? []
      : [
          "",
          renderComment(`== ${title[language]}`),
          ...questions.flatMap((question) => renderQuestionLines(question, language, timezone)),
        ],
  );
  const head = text(
    "# Fill in the values. Leave a value blank if nobody knows it. For passwords, write only where they are kept, never the password itself.",
    "# 値を記入してください。わからないものは空のままで構いません。パスワードは場所だけを書き、パスワード自体は書かないでください。",
  );
  const by = text("# name of the person who answers", "# 回答者");
  const all = lines.length === 0 ? ["answers: []"] : ["answers:", ...lines];
  return [head[language], by[language], 'by: ""', ...all, ""].join("\n");
}

const describeAnswerValue = ({ kind, choices = {} }: Question, value: string): Text =>
  Object.entries(choices).find(([choice]) => choice === value)?.[1] ?? describeKnownValue(kind, value);

function renderQuestionLines(question: Question, language: Language, timezone: string): readonly string[] {
  const { id, subject, about, kind, choices, wording, required, answer, recorded, due } = question;
  const { [kind]: named } = QUESTION_KINDS;
  const known = getCurrentValue(question);
  const optional = required ? "" : text(", optional", "、任意")[language];
  const said = answer === null ? "" : ` (${answer.by}, ${dayOf(answer.at, timezone)})`;
  const whose = about === undefined ? "" : `${about}: `;
  return [
    renderComment(`${whose}${wording[language]} (${named[language]}${optional})`),
    ...Object.entries(choices ?? {}).map(([value, name]) => renderComment(`  ${value}: ${name[language]}`)),
    ...(known === null
      ? []
      : [
          renderComment(
            `${text("known so far", "これまでの内容")[language]}: ${describeAnswerValue(question, known)[language]}${said}`,
          ),
        ]),
    ...(due === "differs"
      ? [renderComment(`${text("recorded value", "登録されている値")[language]}: ${recorded}`)]
      : []),
    `  - question: ${id}`,
    ...(subject === "" ? [] : [`    about: ${quoteYamlString(subject)}`]),
    '    value: ""',
  ];
}
