/** What a file of answers may hold. It loads zod, so that commands import it only where such a file is read or written. */
import { z } from "zod";
import { dayOf } from "../../model/time.ts";
import type { Failure } from "../../errors/index.ts";
import { plainText, readYaml } from "../../files/yaml.ts";
import { yamlQuoted } from "../../text/yaml-text.ts";
import { DECEPTIVE } from "../../text/shell-word.ts";
import { text, type Language, type Text } from "../../text/index.ts";
import { questionsOf } from "./index.ts";
import type { Item } from "./item.ts";
import { QUESTION_KINDS, readAnswer } from "../../model/question.ts";
import { toldValue, valueOf, type Question, type QuestionGroup } from "./question.ts";

const MAX_LENGTH = 1_000_000;

const hintOf = (template: string): Text =>
  text(`to write a file to fill in: ${template}`, `記入用のファイルを作るには: ${template}`);

const FILE = z.strictObject({
  by: z.string().optional(),
  answers: z.array(
    z.strictObject({
      question: plainText(),
      about: z.string().optional(),
      value: z.string().optional(),
      by: z.string().optional(),
      remove: z.enum(["yes", "no", "true", "false", ""]).optional(),
    }),
  ),
});

/** An answer that a file has; null takes back the one before. */
export interface FileAnswer {
  readonly question: string;
  readonly subject: string;
  readonly value: string | null;
  readonly by: string | undefined;
}

/** The question that a file means: by what it is about, which one that is asked of one alone need not say. */
function questionNamed(questions: readonly Question[], name: string, about: string): Question | undefined {
  const named = questions.filter(({ id }) => id === name);
  const [only, ...others] = named;
  if (about === "" && others.length === 0) return only;
  return named.find((question) => question.subject === about || question.about === about);
}

/** Questions, and where none is asked of an item, why, and what to type. */
export type AnswerGroup = QuestionGroup & { readonly id?: string | undefined } & Partial<Pick<Item, "why" | "gaps">>;

/** What answers are read by. */
interface AnswersContext {
  readonly groups: readonly AnswerGroup[];
  /** a UTC instant, after which no date may be */
  readonly now: string;
  /** the command that writes a file to fill in */
  readonly template: string;
}

/** What a blank leaves out. */
const orNothing = (written: string | undefined): string | undefined =>
  written === undefined || written.trim() === "" ? undefined : written.trim();

/**
 * Reads a file of answers, by the questions that there are. An answer without a value is none.
 *
 * @param where the file's name, for messages
 * @throws Failure `input-rejected` with the line
 */
export function readAnswers(
  content: string,
  where: string,
  { groups, now, template }: AnswersContext,
): readonly FileAnswer[] {
  const { value: file, refuse } = readYaml(FILE, { content, where, hint: hintOf(template), maxLength: MAX_LENGTH });
  const questions = questionsOf(groups);
  const given = new Map<string, number>();
  return file.answers.flatMap((answer, at): readonly FileAnswer[] => {
    const path = ["answers", at] as const;
    const isRemoved = answer.remove === "yes" || answer.remove === "true";
    const name = answer.question.trim();
    const question = questionNamed(questions, name, orNothing(answer.about) ?? "");
    const typed = orNothing(answer.value);
    if (question === undefined) {
      const isKnown = questions.some(({ id }) => id === name);
      // of another machine, say; nothing is said of it
      if (isKnown && typed === undefined && !isRemoved) return [];
      throw isKnown
        ? refuse(
            [...path, "about"],
            text(`about names nothing that ${name} is asked of`, `about が、${name} を尋ねる対象ではありません`),
          )
        : notAsked(name, groups, (what) => refuse([...path, "question"], what));
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
          `${what.en}, first at ${first}; keep one of them`,
          `${what.ja}(1 つ目: ${first})。どちらかを消してください`,
        ),
      );
    }
    given.set(JSON.stringify([id, subject]), at);
    const by = orNothing(answer.by) ?? orNothing(file.by);
    if (isRemoved) return [{ question: id, subject, value: null, by }];
    const read = readAnswer(question, typed ?? "", now);
    if ("wrong" in read) throw refuse([...path, "value"], read.wrong);
    return [{ question: id, subject, value: read.value, by }];
  });
}

/** The refusal of a question that there is none: of an item that does not apply, or may not, why, and what to type. */
function notAsked(name: string, groups: readonly AnswerGroup[], refuse: (what: Text) => Failure): Failure {
  const { why = null, gaps = [] } = groups.find(({ id }) => id !== undefined && name.startsWith(`${id}.`)) ?? {};
  if (why === null) return refuse(text(`"${name}" is not asked`, `「${name}」という質問はありません`));
  const failure = refuse(text(`"${name}" is not asked: ${why.en}`, `「${name}」は質問の対象ではありません: ${why.ja}`));
  const mend = gaps.find(({ code }) => code === "unsaid")?.mend;
  return mend === undefined ? failure : failure.with({ hint: text(`say it: ${mend.en}`, `登録: ${mend.ja}`) });
}

/** A line of a comment: what names hold ends none. */
const comment = (line: string): string => `  # ${line.replaceAll(DECEPTIVE, " ")}`;

/** The file to fill in: the questions as comments, with what is known. No value is given: sent again, it would count as confirmed. */
export function answersTemplate(groups: readonly QuestionGroup[], language: Language, timezone: string): string {
  const lines = groups.flatMap(({ title, questions }) =>
    questions.length === 0
      ? []
      : [
          "",
          comment(`== ${title[language]}`),
          ...questions.flatMap((question) => linesOf(question, language, timezone)),
        ],
  );
  const head = text(
    "# Fill in the values, and leave out what nobody knows. A place is asked for, never the password itself.",
    "# 値を記入してください。わからないものは空のままで構いません。パスワードは場所だけを書き、パスワード自体は書かないでください。",
  );
  const by = text("# who answers", "# 回答者");
  const all = lines.length === 0 ? ["answers: []"] : ["answers:", ...lines];
  return [head[language], by[language], 'by: ""', ...all, ""].join("\n");
}

/** A value as people read it. */
const toldIn = ({ kind, choices = {} }: Question, value: string): Text =>
  Object.entries(choices).find(([choice]) => choice === value)?.[1] ?? toldValue(kind, value);

function linesOf(question: Question, language: Language, timezone: string): readonly string[] {
  const { id, subject, about, kind, choices, wording, required, answer, recorded, due } = question;
  const { [kind]: named } = QUESTION_KINDS;
  const known = valueOf(question);
  const optional = required ? "" : text(", optional", "、任意")[language];
  const said = answer === null ? "" : ` (${answer.by}, ${dayOf(answer.at, timezone)})`;
  const whose = about === undefined ? "" : `${about}: `;
  return [
    comment(`${whose}${wording[language]} (${named[language]}${optional})`),
    ...Object.entries(choices ?? {}).map(([value, name]) => comment(`  ${value}: ${name[language]}`)),
    ...(known === null
      ? []
      : [comment(`${text("so far", "これまで")[language]}: ${toldIn(question, known)[language]}${said}`)]),
    ...(due === "differs" ? [comment(`${text("recorded", "登録")[language]}: ${recorded}`)] : []),
    `  - question: ${id}`,
    ...(subject === "" ? [] : [`    about: ${yamlQuoted(subject)}`]),
    '    value: ""',
  ];
}
