import { text, type Text } from "../text/index.ts";
import { isTelephoneNumber } from "./renewal.ts";
import { parseTypedDate } from "./typed-date.ts";

/** What an answer is. Of a password only the place where it is kept is asked. */
export const QUESTION_KINDS = {
  text: text("text", "文字列"),
  person: text("person", "人"),
  phone: text("telephone number", "電話番号"),
  date: text("date", "日付"),
  "yes-no": text("yes or no", "はい・いいえ"),
  link: text("document or link", "文書またはリンク"),
  place: text("place", "場所"),
  choice: text("one of these", "次のいずれか"),
} as const satisfies Readonly<Record<string, Text>>;

export type QuestionKind = keyof typeof QUESTION_KINDS;

/** What a question's answer has to be. */
export interface QuestionForm {
  readonly kind: QuestionKind;
  /** of a `choice`: what may be answered, by the values that are kept */
  readonly choices?: Readonly<Record<string, Text>> | undefined;
}

/** The accounts at Apple and Google that are asked about: the first part of their questions' names. */
export type AccountPrefix = "push-certificate" | "apple-business" | "android";

/** The questions about such an account. */
const OF_ACCOUNT = {
  account: "text",
  company: "yes-no",
  holder: "person",
  since: "date",
  phone: "phone",
  "phone-holder": "person",
  tried: "date",
  "password-place": "place",
} as const satisfies Readonly<Record<string, QuestionKind>>;

/** The cases that rules of the house are for. */
export type RuleCase = "lost" | "broken" | "exchanged";

/** The questions about the rules of the house for a case. */
const OF_RULES = { document: "link", owner: "person", reviewed: "date" } as const satisfies Readonly<
  Record<string, QuestionKind>
>;

/** The questions that are asked once, by their names. */
const SINGLE = {
  "contact.dealer": "text",
  "contact.since": "date",
  "contact.confirmed": "date",
  "administrators.mailbox": "yes-no",
  "administrators.person": "person",
  "administrators.mfa": "yes-no",
  "administrators.backup-codes": "place",
  "push-certificate.topic": "text",
  "apple-business.mdm-server": "text",
  "apple-business.location": "text",
  "android.last-login": "date",
  "android.second-owner": "person",
  "android.organisation-id": "text",
  "clomoctl.machine": "text",
  "clomoctl.user": "text",
  "clomoctl.owner": "person",
  "clomoctl.home-backup": "place",
  "clomoctl.mail-account": "text",
  "clomoctl.business-key": "place",
  "clomoctl.readers": "text",
  "console.profiles": "text",
  "console.automatic-profiles": "text",
  "console.apps": "text",
  "console.tags": "text",
  "console.secured-administrators": "text",
  "onboarding.school": "yes-no",
  "onboarding.way": "choice",
  "onboarding.agent": "yes-no",
  "onboarding.prepared": "yes-no",
  "onboarding.login": "yes-no",
  "onboarding.home.push-certificate": "choice",
  "onboarding.home.ade-token": "choice",
  "onboarding.home.vpp-token": "choice",
  "onboarding.profiles": "yes-no",
  "onboarding.apps": "yes-no",
} as const satisfies Readonly<Record<string, QuestionKind>>;

/** How devices come to be managed. @see seed 003 */
export const MANAGED_WAYS = {
  purchased: text("supervised, bought as ADE devices", "監視対象モード: ADE デバイスを代理店から購入する"),
  manual: text("supervised, made ADE devices by hand", "監視対象モード: 手動で ADE デバイスにする"),
  "supervised-only": text("supervised without ADE", "監視対象モード: ADE を使わない"),
  unsupervised: text("not supervised", "非監視対象モード(通常モード)"),
} as const satisfies Readonly<Record<string, Text>>;

/** What HOME of the console shows of something that is renewed each year. */
export const SHOWN_AT_HOME = {
  date: text("a date", "有効期限が表示されている"),
  none: text("no date at all", "有効期限が表示されていない"),
} as const satisfies Readonly<Record<string, Text>>;

const choicesOf = (name: string): Readonly<Record<string, Text>> =>
  name === "onboarding.way" ? MANAGED_WAYS : SHOWN_AT_HOME;

export type QuestionName =
  | `${AccountPrefix}.${keyof typeof OF_ACCOUNT}`
  | `rules.${RuleCase}.${keyof typeof OF_RULES}`
  | keyof typeof SINGLE;

const withPrefixes = (
  prefixes: readonly string[],
  kinds: Readonly<Record<string, QuestionKind>>,
): readonly (readonly [string, QuestionKind])[] =>
  prefixes.flatMap((prefix) => Object.entries(kinds).map(([name, kind]) => [`${prefix}.${name}`, kind] as const));

const PREFIXES: readonly AccountPrefix[] = ["push-certificate", "apple-business", "android"];
const CASES: readonly RuleCase[] = ["lost", "broken", "exchanged"];

/** All questions that are asked, with what their answers have to be. */
const FORMS: ReadonlyMap<string, QuestionForm> = new Map(
  [
    ...withPrefixes(PREFIXES, OF_ACCOUNT),
    ...withPrefixes(
      CASES.map((name) => `rules.${name}`),
      OF_RULES,
    ),
    ...Object.entries(SINGLE),
  ].map(([name, kind]) => [name, { kind, choices: kind === "choice" ? choicesOf(name) : undefined }] as const),
);

export const QUESTION_NAMES = [...FORMS.keys()] as readonly QuestionName[];

/** Returns what the answer to a question has to be; undefined if no question has this name. */
export const findForm = (name: string): QuestionForm | undefined => FORMS.get(name);

/** Returns what the answer to a question has to be. @throws TypeError for a name that no question has */
export const formOf = (name: QuestionName): QuestionForm => {
  const form = findForm(name);
  if (form === undefined) throw new TypeError(`no question ${name}`);
  return form;
};

/** The answers to a question of yes and no, for people. */
export const YES_NO = { yes: text("yes", "はい"), no: text("no", "いいえ") } as const satisfies Readonly<
  Record<string, Text>
>;

const YES = /^(?:y|yes|はい)$/iu;
const NO = /^(?:n|no|いいえ)$/iu;

/** An answer as it is kept, or what is wrong with it. */
export type ReadAnswer = { readonly value: string } | { readonly wrong: Text };

/** Hours by which the first zone to begin a day is ahead of UTC. */
const MAX_HOURS_AHEAD = 14;
const HOUR_MS = 60 * 60 * 1000;

/** Whether a day has begun nowhere yet. @param now a UTC instant */
const isAhead = (day: string, now: string): boolean => Date.parse(day) - MAX_HOURS_AHEAD * HOUR_MS > Date.parse(now);

const chosenFrom = (choices: Readonly<Record<string, Text>>, typed: string): ReadAnswer => {
  const found = Object.entries(choices).find(([value, { en, ja }]) => [value, en, ja].includes(typed));
  if (found !== undefined) return { value: found[0] };
  const all = Object.keys(choices).join(", ");
  return { wrong: text(`"${typed}" is none of: ${all}`, `「${typed}」は選べません。使えるもの: ${all}`) };
};

/**
 * Reads a typed answer: a date as `2027-03-31`, yes and no as these words, a choice as its value or its words. Dates are asked of what has been: since when,
 * when last.
 *
 * @param now a UTC instant
 */
export function readAnswer({ kind, choices = {} }: QuestionForm, typed: string, now: string): ReadAnswer {
  const value = typed.trim();
  switch (kind) {
    case "yes-no":
      if (YES.test(value)) return { value: "yes" };
      if (NO.test(value)) return { value: "no" };
      return {
        wrong: text(`"${value}" is neither yes nor no`, `「${value}」は「はい」「いいえ」のどちらでもありません`),
      };
    case "date": {
      const date = parseTypedDate(value);
      if (date !== undefined && "day" in date) {
        return isAhead(date.day, now) ? { wrong: inFuture(date.day) } : { value: date.day };
      }
      return {
        wrong: text(
          `"${value}" is not a date; write it as 2027-03-31`,
          `「${value}」は日付ではありません。2027-03-31 のように入力してください`,
        ),
      };
    }
    case "phone":
      if (isTelephoneNumber(value)) return { value };
      return { wrong: text(`"${value}" is not a telephone number`, `「${value}」は電話番号ではありません`) };
    case "choice":
      return chosenFrom(choices, value);
    case "text":
    case "person":
    case "link":
    case "place":
      return { value };
  }
}

const inFuture = (day: string): Text =>
  text(
    `${day} is in the future; write today or an earlier day`,
    `${day} は未来の日付です。今日までの日付を入力してください`,
  );
