import type { Answer } from "../model/answer.ts";
import type { TenantProfile } from "../model/tenant.ts";
import { same, text, type Text } from "../text/index.ts";
import type { Manifest } from "./bundle/manifest.ts";
import { presenceOf, type Absence } from "./bundle/presence.ts";
import type { HandoverFacts } from "./checklist/facts.ts";
import { questionFor, type ChecklistContext } from "./checklist/item.ts";
import type { QuestionGroup } from "./checklist/question.ts";

/** What of a tenant the console alone knows. */
interface ConsoleTopic {
  readonly name: "profiles" | "automatic-profiles" | "apps" | "tags" | "secured-administrators";
  readonly title: Text;
  /** where it is in the console */
  readonly where: Text;
  /** what somebody is asked to write down */
  readonly ask: Text;
  /** what has to be used for it; undefined: it is there in any case */
  readonly of?: "securedApps" | undefined;
}

/** What no bundle has by itself, as clomoctl never sees it; somebody writes it down. @see seed 003, 10 and 11; facts 4.3 */
export const NOT_KNOWN_HERE: readonly ConsoleTopic[] = [
  {
    name: "profiles",
    title: text("profiles, and where they are installed", "プロファイルと適用先"),
    where: same("CLOMO PANEL > Settings > Mobile Device Management"),
    ask: text(
      "Which profiles are there, and where are they installed? (or where that is written)",
      "どのプロファイルがあり、どこに適用していますか?(内容、または記載している文書の場所)",
    ),
  },
  {
    name: "automatic-profiles",
    title: text("automatic profiles, of all and by organisation", "自動適用プロファイル(全社・組織別)"),
    where: same("CLOMO PANEL > Settings > Mobile Device Management > iOS/macOS > 基本設定 > 「自動適用プロファイル」"),
    ask: text(
      "Which profiles are automatic, for all and by organisation? (or where that is written)",
      "全社・組織別に自動適用しているプロファイルはどれですか?(内容、または記載している文書の場所)",
    ),
  },
  {
    name: "apps",
    title: text("apps, and where they are installed", "アプリケーションと配布先"),
    where: same("CLOMO PANEL > HOME > 「Applications」"),
    ask: text(
      "Which apps are there, and where are they installed? (or where that is written)",
      "どのアプリケーションがあり、どこに配布していますか?(内容、または記載している文書の場所)",
    ),
  },
  {
    name: "tags",
    title: text("what tags are used for", "タグの使い分け"),
    where: same("CLOMO PANEL > Devices"),
    ask: text(
      "What is each tag used for? (or where that is written)",
      "タグはどう使い分けていますか?(内容、または記載している文書の場所)",
    ),
  },
  {
    name: "secured-administrators",
    title: text("administrators of SECURED APPs MANAGER", "SECURED APPs MANAGER の管理者"),
    where: same("SECURED APPs MANAGER > Settings > Administrators"),
    ask: text(
      "Who administers SECURED APPs MANAGER? (or where that is written)",
      "SECURED APPs MANAGER の管理者は誰ですか?(内容、または記載している文書の場所)",
    ),
    of: "securedApps",
  },
];

/** What of it may be there, by what the tenant uses. */
const notKnownIn = (profile: Pick<TenantProfile, "securedApps"> | undefined): readonly ConsoleTopic[] =>
  NOT_KNOWN_HERE.filter(({ of }) => of === undefined || profile?.[of] !== false);

const GROUP = "console";

const questionOf = <N extends ConsoleTopic["name"]>(name: N): `${typeof GROUP}.${N}` => `${GROUP}.${name}`;

/** What the console alone knows, as questions: `console.apps`. None of them is a gap of the checklist. */
export const askedOfConsole = (
  { answers, tenant }: Pick<HandoverFacts, "answers" | "tenant">,
  day: Pick<ChecklistContext, "asOf" | "timezone">,
): QuestionGroup & { readonly id: string } => ({
  id: GROUP,
  title: text("What the console alone knows", "管理画面にしかない情報"),
  questions: notKnownIn(tenant).map(({ name, title, ask }) =>
    questionFor({ answers }, day, { id: questionOf(name), label: title, wording: ask, yearly: true }),
  ),
});

/** A file that somebody attached. */
export interface AttachedFile {
  /** in the bundle: `attached/apps/apps.pdf` */
  readonly path: string;
  readonly bytes: number;
  /** in lower-case hexadecimal digits */
  readonly sha256: string;
}

/** One of {@link NOT_KNOWN_HERE} in a bundle. */
interface ConsoleNote {
  readonly name: string;
  /** what somebody answered, and when (a UTC instant); null where nobody did */
  readonly filled: { readonly what: string; readonly by: string; readonly at: string } | null;
  /** in the order of their paths' bytes */
  readonly files: AttachedFile[];
}

const FOLDER = "attached";

/** The path in a bundle of a file that is attached to one of {@link NOT_KNOWN_HERE}. */
export const pathOfAttached = (name: string, file: string): string => `${FOLDER}/${name}/${file}`;

/** What is written down of what the console alone knows: by the tenant's answers, and the files attached. */
export const writtenDown = (
  answers: readonly Pick<Answer, "question" | "subject" | "value" | "by" | "at">[],
  files: readonly AttachedFile[],
): ConsoleNote[] =>
  NOT_KNOWN_HERE.map(({ name }) => {
    const answer = answers.find(({ question, subject }) => question === questionOf(name) && subject === "");
    return {
      name,
      filled: answer === undefined ? null : { what: answer.value, by: answer.by, at: answer.at },
      files: files.filter(({ path }) => path.startsWith(pathOfAttached(name, ""))),
    };
  });

/** One of {@link NOT_KNOWN_HERE} as a bundle has it: what is recorded of it, or why nothing is. */
interface ConsoleKnowledge extends ConsoleTopic, Pick<ConsoleNote, "filled" | "files"> {
  readonly state: "recorded" | "not-recorded" | Absence;
}

/** Returns what a bundle has of what the console alone knows, of all that the tenant may use. */
export const consoleKnowledge = (
  manifest: Manifest,
  profile: Pick<TenantProfile, "securedApps"> | undefined,
): readonly ConsoleKnowledge[] => {
  const presence = presenceOf(manifest, "answers");
  return notKnownIn(profile).map((one) => {
    const { filled = null, files = [] } = manifest.notKnownHere.find(({ name }) => name === one.name) ?? {};
    const isRecorded = filled !== null || files.length > 0;
    return {
      ...one,
      filled,
      files,
      state: isRecorded ? "recorded" : presence === "present" ? "not-recorded" : presence,
    };
  });
};
