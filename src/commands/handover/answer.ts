import { commandName, line, step } from "../../lib/advice/index.ts";
import type { Answer, NewAnswer } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { readNamedText } from "../../lib/files/index.ts";
import type { AnswerGroup } from "../../lib/handover/checklist/answers-file.ts";
import type { HandoverFacts } from "../../lib/handover/checklist/facts.ts";
import { evaluate, questionsOf } from "../../lib/handover/checklist/index.ts";
import { readAnswer } from "../../lib/model/question.ts";
import { toldValue, valueOf, type Question } from "../../lib/handover/checklist/question.ts";
import { askedOfConsole } from "../../lib/handover/not-known.ts";
import { ANSWER } from "../../lib/model/answer.ts";
import { dayOf } from "../../lib/model/time.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { counted, joined, same, text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { columnsOfFields } from "../listing/columns.ts";
import { isUsualTable, listColumns } from "../listing/list.ts";
import { DRY_RUN } from "../records/options.ts";
import { BEFORE_WRITING, describeWritten, DRY, WHILE_WRITING } from "../records/written.ts";
import type { Tools } from "../tools.ts";
import { factsOf, handedOver, today, type HandoverTenant } from "./facts.ts";

/** What pipes get of an answer that was just given. */
const USUAL = ["question", "value", "by"];

const ANSWER_COLUMNS = columnsOfFields<Answer>(ANSWER.fields);

export default defineCommand({
  summary: text("record what only people know", "人だけが知っていることを登録する"),
  details: [
    text(
      "Asks what is missing, or was answered more than a year ago, one question after the other, with the former answer. Each answer is kept at once, so it can be stopped at any time; a blank leaves a question open. A name (`push-certificate`, `rules.lost.owner`) asks all of it again. Answers have an author and a date.",
      "未回答のもの、1 年以上前に回答したものを、以前の回答とともに 1 問ずつ尋ねます。回答はその都度登録するため、いつ中断しても失われません。空のまま Enter で次に進みます。名前(`push-certificate`、`rules.lost.owner` など)を指定すると、その質問だけをすべて尋ねます。回答には回答者と日時を記録します。",
    ),
    text(
      "Never answer with a password: only the place where one is kept is asked. --template writes a file to fill in, --answers takes it back, all of it or nothing.",
      "パスワード自体は入力しないでください。尋ねるのは保管場所だけです。--template で記入用のファイルを書き出し、--answers で取り込みます(全部登録するか、何も登録しないかのどちらか)。",
    ),
  ],
  args: {
    question: {
      kind: "string",
      value: "QUESTION",
      about: text("a question, or the first part of its name", "質問の名前、またはその先頭の部分"),
    },
  },
  options: {
    answers: {
      kind: "file",
      value: "FILE",
      about: text(
        "take the answers from this YAML file (-: stdin)",
        "この YAML ファイル(- は標準入力)の回答を登録する",
      ),
    },
    template: {
      kind: "boolean",
      about: text("write the questions as a YAML file to fill in", "質問を記入用の YAML として書き出す"),
    },
    by: {
      kind: "string",
      value: "NAME",
      about: text("who answers (default: you)", "回答者(既定: 実行した人)"),
    },
    dryRun: DRY_RUN,
  },
  examples: [
    { line: "clomoctl handover answer --template" },
    { line: "clomoctl handover answer --answers answers.yaml --by '髙橋 花子' --dry-run" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: ANSWER_COLUMNS,
  async run(tools, { question, answers: file, template, by, dryRun }) {
    tools.describeState(() => BEFORE_WRITING);
    refuseMisfits({ question, file, template });
    const { terminal } = tools;
    const tenant = await handedOver(tools);
    const facts = await factsOf(tools, tenant);
    const day = today(tools, tenant);
    if (template) {
      const { answersTemplate } = await import("../../lib/handover/checklist/answers-file.ts");
      return tools.terminal.out.write(answersTemplate(askedFor(facts, day), tools.terminal.language, day.timezone));
    }
    const keeper = new AnswerWriter(tools, tenant, { by, dryRun });
    if (file === undefined && terminal.interactive) await tellAuthor(tools, by);
    if (file === undefined) await askAll(tools, facts, { question, day, keeper });
    else await keeper.keep(await answersIn(tools, file, { groups: askedFor(facts, day) }));
    const { length } = keeper.changed;
    if (length === 0) await terminal.note(text("nothing was answered", "回答はありませんでした"));
    else if (isUsualTable(terminal))
      await terminal.list(peopleColumns(wordingsOf(facts, keeper.changed, day)), keeper.changed);
    else await terminal.list(listColumns(terminal, ANSWER_COLUMNS, USUAL), keeper.changed);
    if (dryRun) return terminal.note(DRY);
    if (length > 0) await terminal.note(text(`${counted(length, "answer")} kept`, `回答を ${length} 件登録しました`));
    await terminal.note(step("what is missing", "不足を確認", line("handover checklist", [])));
  },
});

/** What people are shown of an answer that they just gave: the question's name and wording, what was said, and by whom. */
const peopleColumns = (wordings: ReadonlyMap<string, Text>): readonly Column<Answer>[] => [
  ...ANSWER_COLUMNS.filter(({ key }) => key === "question").map((column) => ({ ...column, whole: true })),
  {
    key: "value",
    header: text("answer", "回答"),
    wraps: true,
    value: ({ value }) => value,
    name: ({ question, subject, value, by }) => {
      const { en, ja } = wordings.get(keyOf(question, subject)) ?? same("");
      return text(`${en} ${value} (${by})`.trim(), `${ja} ${value} (${by})`.trim());
    },
  },
];

/** The wordings of questions, by {@link keyOf}; those, too, that follow from what was answered. */
function wordingsOf(
  facts: HandoverFacts,
  changed: readonly Answer[],
  day: Interview["day"],
): ReadonlyMap<string, Text> {
  const answers = new Map(
    [...facts.answers, ...changed].map((answer) => [keyOf(answer.question, answer.subject), answer]),
  );
  const questions = questionsOf(askedFor({ ...facts, answers: [...answers.values()] }, day));
  return new Map(
    questions.map(({ id, subject, about, wording: { en, ja } }) => [
      keyOf(id, subject),
      about === undefined ? text(en, ja) : text(`${about}: ${en}`, `${about}: ${ja}`),
    ]),
  );
}

function refuseMisfits({
  question,
  file,
  template,
}: {
  readonly question: string | undefined;
  readonly file: string | undefined;
  readonly template: boolean;
}): void {
  if ([question !== undefined, file !== undefined, template].filter(Boolean).length <= 1) return;
  throw new Failure("usage", {
    what: text(
      "a question, --answers and --template do not go together",
      "質問の名前、--answers、--template は同時に指定できません",
    ),
    where: commandName("handover answer"),
  });
}

/** The most answers of one request. */
const MOST = 1000;

/** Keeps answers in the tenant, as they come. */
class AnswerWriter {
  readonly changed: Answer[] = [];
  readonly #tools: Tools;
  readonly #tenant: HandoverTenant;
  readonly #options: { readonly by: string | undefined; readonly dryRun: boolean };

  constructor(
    tools: Tools,
    tenant: HandoverTenant,
    options: { readonly by: string | undefined; readonly dryRun: boolean },
  ) {
    this.#tools = tools;
    this.#tenant = tenant;
    this.#options = options;
  }

  /** All of them or none. @returns what they came to */
  async keep(answers: readonly NewAnswer[]): Promise<readonly Answer[]> {
    if (answers.length === 0) return [];
    if (answers.length > MOST) {
      throw new Failure("input-rejected", {
        what: text(`more than ${MOST} answers at once`, `一度に登録できる回答は ${MOST} 件までです`),
      });
    }
    const { by, dryRun } = this.#options;
    const tools = this.#tools;
    // what was kept before stays so
    if (this.changed.length === 0) tools.describeState(() => WHILE_WRITING);
    const body = { answers: answers.map((answer) => ({ ...answer, by: by ?? answer.by })), dryRun };
    const { changed } = await this.#tenant.client.answers.set(body);
    if (dryRun) describeWritten(tools, dryRun);
    else tools.describeDone(text("what was answered so far is kept", "ここまでの回答は登録済みです"));
    const told = changed.map(({ before, after }) => after ?? before).filter((answer) => answer !== null);
    this.changed.push(...told);
    return told;
  }
}

async function answersIn(
  tools: Tools,
  file: string,
  asked: { readonly groups: readonly AnswerGroup[] },
): Promise<readonly NewAnswer[]> {
  const content = await readNamedText(tools, file);
  const { readAnswers } = await import("../../lib/handover/checklist/answers-file.ts");
  return readAnswers(content, file === "-" ? "stdin" : file, {
    ...asked,
    now: tools.clock.now().toISOString(),
    template: line("handover answer", [], { template: true }),
  });
}

/** Says before the first question as whose the answers are recorded: who sits at a machine need not be who knows. */
async function tellAuthor(tools: Tools, by: string | undefined): Promise<void> {
  const other = by?.trim() ?? "";
  if (other !== "")
    return tools.terminal.note(text(`recorded as answered by ${other}`, `回答者として ${other} を記録します`));
  const { account, owner } = await (await tools.tenant("whoami")).client.whoami.show();
  const own = account ?? owner;
  await tools.terminal.note(
    text(
      `recorded as answered by ${own}; to name somebody else: ${line("handover answer", [], { by: "NAME" })}`,
      `回答者として ${own} を記録します。別の人の回答として記録するには: ${line("handover answer", [], { by: "名前" })}`,
    ),
  );
}

/** All that is asked: by the checklist, and what the console alone knows. */
const askedFor = (facts: HandoverFacts, day: Interview["day"]): readonly AnswerGroup[] => [
  ...evaluate(facts, day),
  askedOfConsole(facts, day),
];

const keyOf = (question: string, subject: string): string => JSON.stringify([question, subject]);

interface Interview {
  /** a question, or the first part of its name; undefined: what is due */
  readonly question: string | undefined;
  readonly day: ReturnType<typeof today>;
  readonly keeper: AnswerWriter;
}

/** Asks one question after the other; what is asked next may follow from an answer. */
async function askAll(tools: Tools, facts: HandoverFacts, { question: named, day, keeper }: Interview): Promise<void> {
  const seen = new Set<string>();
  const answers = new Map(facts.answers.map((answer) => [keyOf(answer.question, answer.subject), answer]));
  const isAsked = ({ id, subject, due }: Question): boolean =>
    !seen.has(keyOf(id, subject)) && (named === undefined ? due !== null : id === named || id.startsWith(`${named}.`));
  const next = (): Question | undefined =>
    questionsOf(askedFor({ ...facts, answers: [...answers.values()] }, day)).find(isAsked);
  if (named !== undefined && next() === undefined) throw notAsked(named);
  for (let question = next(); question !== undefined; question = next()) {
    const { id, subject } = question;
    seen.add(keyOf(id, subject));
    const value = await ask(tools, question, day);
    if (value === undefined) continue;
    const kept = await keeper.keep([{ question: id, subject, value }]);
    for (const answer of kept) answers.set(keyOf(answer.question, answer.subject), answer);
  }
}

const notAsked = (named: string): Failure =>
  new Failure("not-found", {
    what: text(`no question is called ${named}`, `「${named}」という質問はありません`),
    hint: step("to see all of them", "一覧を見るには", line("handover answer", [], { template: true })),
  });

/** @returns undefined where it stays open */
async function ask(
  { terminal, clock }: Tools,
  question: Question,
  { timezone }: Interview["day"],
): Promise<string | undefined> {
  const typed = await terminal.prompts.input({
    message: messageOf(question, timezone),
    flag: "--answers FILE",
    check: (one) => {
      if (one.trim() === "") return undefined;
      const read = readAnswer(question, one, clock.now().toISOString());
      return "wrong" in read ? read.wrong : undefined;
    },
  });
  if (typed.trim() === "") return undefined;
  const read = readAnswer(question, typed, clock.now().toISOString());
  return "value" in read ? read.value : undefined;
}

/** How an answer is typed, if the question does not say so. */
const FORMS: Partial<Readonly<Record<Question["kind"], Text>>> = {
  "yes-no": text("yes/no", "はい/いいえ"),
  date: text("YYYY-MM-DD", "YYYY-MM-DD"),
};

/** What a blank does. */
const LEAVES_OPEN = text("blank: leave it open", "空のまま Enter: 未回答のまま");
const KEEPS = text("blank: keep it", "空のまま Enter: 変更しない");

/** What is asked, about whom, what was answered before, and what a blank does. */
function messageOf(question: Question, timezone: string): Text {
  const { about, wording, answer, recorded, kind, due } = question;
  const whose = about === undefined ? "" : `${about}: `;
  const known = valueOf(question);
  // a day that was answered before shows how it is typed
  const form = kind === "yes-no" || known === null ? FORMS[kind] : undefined;
  const hint = joined([...(form === undefined ? [] : [form]), known === null ? LEAVES_OPEN : KEEPS], text("; ", "、"));
  const [en, ja] = [`${whose}${wording.en} (${hint.en})`, `${whose}${wording.ja}(${hint.ja})`];
  if (known === null) return text(en, ja);
  const told = toldValue(kind, known);
  const said = answer === null ? "" : `, ${answer.by}, ${dayOf(answer.at, timezone)}`;
  const [otherwise, otherwiseJa] = due === "differs" ? [`; recorded: ${recorded}`, `。登録: ${recorded}`] : ["", ""];
  return text(`${en} [so far: ${told.en}${said}${otherwise}]`, `${ja}[これまで: ${told.ja}${said}${otherwiseJa}]`);
}
