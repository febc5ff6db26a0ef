import { text, type Text } from "../text/index.ts";
import { isTelephoneNumber } from "./renewal.ts";
import { parseTypedDate } from "./time.ts";

/** Kinds of answers that questions ask for. For a password, questions ask only for the place where it is kept. */
export const QUESTION_KINDS = {
  text: text("text", "文字列"),
  person: text("person", "人"),
  phone: text("telephone number", "電話番号"),
  date: text("date", "日付"),
  "yes-no": text("yes or no", "はい・いいえ"),
  link: text("document or link", "文書またはリンク"),
  place: text("place", "場所"),
  choice: text("one of the following", "次のいずれか"),
} as const satisfies Readonly<Record<string, Text>>;

export type QuestionKind = keyof typeof QUESTION_KINDS;

/** The kind of answer that a question expects, and the possible answers if they are limited. */
export interface AnswerFormat {
  readonly kind: QuestionKind;
  /** for a `choice`: the labels of the possible answers, by the value that is stored */
  readonly choices?: Readonly<Record<string, Text>> | undefined;
}

export type AccountPrefix = "push-certificate" | "apple-business" | "android";

const ACCOUNT_QUESTIONS = {
  account: "text",
  company: "yes-no",
  holder: "person",
  since: "date",
  phone: "phone",
  "phone-holder": "person",
  tried: "date",
  "password-place": "place",
} as const satisfies Readonly<Record<string, QuestionKind>>;

export type RuleCase = "lost" | "broken" | "exchanged";

const RULE_QUESTIONS = { document: "link", owner: "person", reviewed: "date" } as const satisfies Readonly<
  Record<string, QuestionKind>
>;

/** Questions that are not repeated for several accounts or cases, by name. */
const SINGLE_QUESTIONS = {
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

/** Ways to manage iOS devices: supervised or not, with or without ADE. @see seed 003 */
export const MANAGEMENT_METHODS = {
  purchased: text(
    "supervised, with ADE devices bought from a reseller",
    "監視対象モード: ADE デバイスを代理店から購入する",
  ),
  manual: text("supervised, with devices added to ADE manually", "監視対象モード: 手動で ADE デバイスにする"),
  "supervised-only": text("supervised, without ADE", "監視対象モード: ADE を使わない"),
  unsupervised: text("not supervised", "非監視対象モード(通常モード)"),
} as const satisfies Readonly<Record<string, Text>>;

/** What the HOME screen of CLOMO PANEL can show for a certificate or token that is renewed each year. */
export const HOME_EXPIRY_CHOICES = {
  date: text("an expiry date", "有効期限が表示されている"),
  none: text("no expiry date", "有効期限が表示されていない"),
} as const satisfies Readonly<Record<string, Text>>;

const getQuestionChoices = (name: string): Readonly<Record<string, Text>> =>
  name === "onboarding.way" ? MANAGEMENT_METHODS : HOME_EXPIRY_CHOICES;

export type QuestionName =
  | `${AccountPrefix}.${keyof typeof ACCOUNT_QUESTIONS}`
  | `rules.${RuleCase}.${keyof typeof RULE_QUESTIONS}`
  | keyof typeof SINGLE_QUESTIONS;

const buildPrefixedQuestions = (
  prefixes: readonly string[],
  kinds: Readonly<Record<string, QuestionKind>>,
): readonly (readonly [string, QuestionKind])[] =>
  prefixes.flatMap((prefix) => Object.entries(kinds).map(([name, kind]) => [`${prefix}.${name}`, kind] as const));

const ACCOUNT_PREFIXES: readonly AccountPrefix[] = ["push-certificate", "apple-business", "android"];
const RULE_CASES: readonly RuleCase[] = ["lost", "broken", "exchanged"];

const ANSWER_FORMATS: ReadonlyMap<string, AnswerFormat> = new Map(
  [
    ...buildPrefixedQuestions(ACCOUNT_PREFIXES, ACCOUNT_QUESTIONS),
    ...buildPrefixedQuestions(
      RULE_CASES.map((name) => `rules.${name}`),
      RULE_QUESTIONS,
    ),
    ...Object.entries(SINGLE_QUESTIONS),
  ].map(([name, kind]) => [name, { kind, choices: kind === "choice" ? getQuestionChoices(name) : undefined }] as const),
);

export const QUESTION_NAMES = [...ANSWER_FORMATS.keys()] as readonly QuestionName[];

/** Returns the format of the answers to a question, or undefined if no question has this name. */
export const findAnswerFormat = (name: string): AnswerFormat | undefined => ANSWER_FORMATS.get(name);

/** Returns the format of the answers to a question. @throws TypeError if no question has this name */
export const getAnswerFormat = (name: QuestionName): AnswerFormat => {
  const form = findAnswerFormat(name);
  if (form === undefined) throw new TypeError(`no question ${name}`);
  return form;
};

/** Labels of the answers to a yes-or-no question. */
export const YES_NO = { yes: text("yes", "はい"), no: text("no", "いいえ") } as const satisfies Readonly<
  Record<string, Text>
>;

const YES_PATTERN = /^(?:y|yes|はい)$/iu;
const NO_PATTERN = /^(?:n|no|いいえ)$/iu;

/** An answer in the form in which it is stored, or the reason why it is invalid. */
export type ParsedAnswer = { readonly value: string } | { readonly wrong: Text };

const MAX_HOURS_AHEAD = 14;
const HOUR_MS = 60 * 60 * 1000;

/** Returns true if the day has not begun in any time zone yet. @param now a UTC instant */
const isFutureEverywhere = (day: string, now: string): boolean =>
  Date.parse(day) - MAX_HOURS_AHEAD * HOUR_MS > Date.parse(now);

const parseChoiceAnswer = (choices: Readonly<Record<string, Text>>, typed: string): ParsedAnswer => {
  const found = Object.entries(choices).find(([value, { en, ja }]) => [value, en, ja].includes(typed));
  if (found !== undefined) return { value: found[0] };
  const all = Object.keys(choices).join(", ");
  return {
    wrong: text(
      `"${typed}" is not a possible answer; use one of: ${all}`,
      `「${typed}」は選択肢にありません。選択肢: ${all}`,
    ),
  };
};

/**
 * Parses a typed answer: a date such as `2027-03-31`, "yes" or "no" in several spellings, a choice by its value or its
 * label. A date must not be in the future, because questions ask when something started or was last done.
 *
 * @param now a UTC instant
 */
export function parseAnswer({ kind, choices = {} }: AnswerFormat, typed: string, now: string): ParsedAnswer {
  const value = typed.trim();
  switch (kind) {
    case "yes-no":
      if (YES_PATTERN.test(value)) return { value: "yes" };
      if (NO_PATTERN.test(value)) return { value: "no" };
      return {
        wrong: text(`"${value}" is neither yes nor no`, `「${value}」は「はい」「いいえ」のどちらでもありません`),
      };
    case "date": {
      const date = parseTypedDate(value);
      if (date !== undefined && "day" in date) {
        return isFutureEverywhere(date.day, now) ? { wrong: describeFutureDay(date.day) } : { value: date.day };
      }
      return {
        wrong: text(
          `"${value}" is not a date; use the format 2027-03-31`,
          `「${value}」は日付ではありません。2027-03-31 のように入力してください`,
        ),
      };
    }
    case "phone":
      if (isTelephoneNumber(value)) return { value };
      return { wrong: text(`"${value}" is not a telephone number`, `「${value}」は電話番号ではありません`) };
    case "choice":
      return parseChoiceAnswer(choices, value);
    case "text":
    case "person":
    case "link":
    case "place":
      return { value };
  }
}

const describeFutureDay = (day: string): Text =>
  text(
    `${day} is in the future; enter today or an earlier day`,
    `${day} は未来の日付です。今日までの日付を入力してください`,
  );
