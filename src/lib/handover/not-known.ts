import type { Answer } from "../model/answer.ts";
import type { TenantProfile } from "../model/tenant.ts";
import { same, text, type Text } from "../text/index.ts";
import type { HandoverFacts } from "./checklist/facts.ts";
import { buildQuestion, type ChecklistContext } from "./checklist/item.ts";
import type { QuestionGroup } from "./checklist/question.ts";

interface ConsoleTopic {
  readonly name: "profiles" | "automatic-profiles" | "apps" | "tags" | "secured-administrators";
  readonly title: Text;
  /** where the console shows the information */
  readonly where: Text;
  /** question to the person who records the information */
  readonly ask: Text;
  /** the product that a tenant must use for the topic to apply; undefined if the topic always applies */
  readonly of?: "securedApps" | undefined;
}

/** Topics that clomoctl cannot read from the console, so people record them.  @see seed 003, 10 and 11; facts 4.3 */
export const CONSOLE_TOPICS: readonly ConsoleTopic[] = [
  {
    name: "profiles",
    title: text("profiles and where they are installed", "プロファイルと適用先"),
    where: same("CLOMO PANEL > Settings > Mobile Device Management"),
    ask: text(
      "Which profiles are there, and where are they installed? (the answer, or where it is documented)",
      "どのプロファイルがあり、どこに適用していますか?(内容、または記載している文書の場所)",
    ),
  },
  {
    name: "automatic-profiles",
    title: text("automatic profiles (whole company, and by organisation)", "自動適用プロファイル(全社・組織別)"),
    where: same("CLOMO PANEL > Settings > Mobile Device Management > iOS/macOS > 基本設定 > 「自動適用プロファイル」"),
    ask: text(
      "Which profiles are installed automatically, for the whole company and by organisation? (the answer, or where it is documented)",
      "全社・組織別に自動適用しているプロファイルはどれですか?(内容、または記載している文書の場所)",
    ),
  },
  {
    name: "apps",
    title: text("apps and where they are installed", "アプリケーションと配布先"),
    where: same("CLOMO PANEL > HOME > 「Applications」"),
    ask: text(
      "Which apps are there, and where are they installed? (the answer, or where it is documented)",
      "どのアプリケーションがあり、どこに配布していますか?(内容、または記載している文書の場所)",
    ),
  },
  {
    name: "tags",
    title: text("what tags are used for", "タグの使い分け"),
    where: same("CLOMO PANEL > Devices"),
    ask: text(
      "What is each tag used for? (the answer, or where it is documented)",
      "タグはどう使い分けていますか?(内容、または記載している文書の場所)",
    ),
  },
  {
    name: "secured-administrators",
    title: text("administrators of SECURED APPs MANAGER", "SECURED APPs MANAGER の管理者"),
    where: same("SECURED APPs MANAGER > Settings > Administrators"),
    ask: text(
      "Who are the administrators of SECURED APPs MANAGER? (the answer, or where it is documented)",
      "SECURED APPs MANAGER の管理者はだれですか?(内容、または記載している文書の場所)",
    ),
    of: "securedApps",
  },
];

const listConsoleTopics = (profile: Pick<TenantProfile, "securedApps"> | undefined): readonly ConsoleTopic[] =>
  CONSOLE_TOPICS.filter(({ of }) => of === undefined || profile?.[of] !== false);

const CONSOLE_GROUP_ID = "console";

const questionIdOf = <N extends ConsoleTopic["name"]>(name: N): `${typeof CONSOLE_GROUP_ID}.${N}` =>
  `${CONSOLE_GROUP_ID}.${name}`;

/** Returns the topics as questions, such as `console.apps`. An unanswered question is never a gap of the checklist. */
export const buildConsoleQuestions = (
  { answers, tenant }: Pick<HandoverFacts, "answers" | "tenant">,
  day: Pick<ChecklistContext, "asOf" | "timezone">,
): QuestionGroup & { readonly id: string } => ({
  id: CONSOLE_GROUP_ID,
  title: text("Information that is only in the console", "管理画面にしかない情報"),
  questions: listConsoleTopics(tenant).map(({ name, title, ask }) =>
    buildQuestion({ answers }, day, { id: questionIdOf(name), label: title, wording: ask, yearly: true }),
  ),
});

/** One of {@link CONSOLE_TOPICS} with its answer; null if nobody answered. */
type ConsoleKnowledge = ConsoleTopic & { readonly answer: Pick<Answer, "value" | "by" | "at"> | null };

/** Returns the answer to each console topic that applies, or may apply, to the tenant. */
export const collectConsoleKnowledge = ({
  answers,
  tenant,
}: Pick<HandoverFacts, "answers" | "tenant">): readonly ConsoleKnowledge[] =>
  listConsoleTopics(tenant).map((topic) => ({
    ...topic,
    answer: answers.find(({ question, subject }) => question === questionIdOf(topic.name) && subject === "") ?? null,
  }));
