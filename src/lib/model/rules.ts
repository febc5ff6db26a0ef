import { text, type Text } from "../text/index.ts";
import type { ProblemCode, ProblemParams } from "./problem.ts";
import { isCalendarDay, parseTypedDate } from "./time.ts";

export type ChoiceNames = Readonly<Record<string, Text>>;

export type Rule =
  | {
      readonly kind: "text";
      readonly min?: number | undefined;
      /** maximum number of characters (code points) */
      readonly max?: number | undefined;
      readonly charset?: "half-width-alphanumeric" | undefined;
    }
  | { readonly kind: keyof typeof PATTERN_RULES }
  | { readonly kind: "choice"; readonly choices: readonly string[]; readonly names?: ChoiceNames | undefined }
  | { readonly kind: "port" };

const PATTERN_RULES = {
  // Existing addresses must be accepted, so this pattern is lenient.
  "mail-address": {
    pattern: /^(?:[^@\s\p{Cc}]+@[^@\s\p{Cc}]+)?$/u,
    code: "not-mail-address",
    about: text("an email address", "メールアドレス"),
  },
  "sendable-address": {
    pattern: /^(?:(?!.{321})[^@\s\p{Cc}<>,;:"'()[\]\\]+@[^@\s\p{Cc}<>,;:"'()[\]\\]+)?$/u,
    code: "not-mail-address",
    about: text("an email address", "メールアドレス"),
  },
  boolean: {
    pattern: /^(?:[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])?$/u,
    code: "not-boolean",
    about: text("TRUE, FALSE or blank", "TRUE、FALSE、空欄のいずれか"),
  },
  day: {
    pattern: /^\d{4}-\d\d-\d\d$/u,
    code: "not-day",
    about: text("a date such as 2027-03-31", "2027-03-31 のような日付"),
  },
  integer: {
    pattern: /^(?:0|-?[1-9]\d{0,14})$/u,
    code: "not-integer",
    about: text("a whole number", "整数"),
  },
  count: {
    pattern: /^(?:0|[1-9]\d{0,14})$/u,
    code: "not-count",
    about: text("a whole number, 0 or more", "0 以上の整数"),
  },
} as const;

export const ANY_TEXT_RULE = { kind: "text" } as const satisfies Rule;

/** Accepts what the console's import accepts, even addresses to which no email can be sent. */
export const EMAIL_ADDRESS_RULE = { kind: "mail-address" } as const satisfies Rule;

export const SENDABLE_ADDRESS_RULE = { kind: "sendable-address" } as const satisfies Rule;

const BRACKETS = `<> () [] {} "" '' \`\` “” ‘’ «» ‹› 〈〉 《》 「」 『』 【】 〔〕`;
const OPENING_MARKS: ReadonlyMap<string, string> = new Map(
  BRACKETS.split(" ").map(([open = "", close = ""]) => [close, open]),
);

/** Finds `mailto:`, brackets or quotes around an address, also after a name. */
export const findAddressWrapping = (
  address: string,
): { readonly code: "mail-scheme" | "mail-enclosed"; readonly bare: string } | undefined => {
  const value = address.normalize("NFKC");
  if (/^mailto:/iu.test(value)) {
    const bare = value.slice("mailto:".length);
    return { code: "mail-scheme", bare: findAddressWrapping(bare)?.bare ?? bare };
  }
  const at = value.indexOf("@");
  // Brackets that open after the @ and quotes that close before the @ belong to the address.
  const opener = OPENING_MARKS.get(value.slice(-1));
  const open = opener === undefined || at < 0 ? -1 : value.slice(0, at).lastIndexOf(opener);
  if (open < 0) return undefined;
  const bare = value.slice(open + 1, -1);
  return { code: "mail-enclosed", bare: findAddressWrapping(bare)?.bare ?? bare };
};

export interface RuleFault {
  readonly code: ProblemCode;
  readonly params: ProblemParams;
}

const NO_FAULTS: readonly RuleFault[] = [];
const NO_PARAMS: ProblemParams = {};

/** Returns the number of characters. A surrogate pair counts as one character. */
export const countCharacters = (value: string): number => {
  let count = value.length;
  for (let i = 1; i < value.length; i += 1) {
    if ((value.charCodeAt(i) & 0xfc00) === 0xdc00 && (value.charCodeAt(i - 1) & 0xfc00) === 0xd800) count -= 1;
  }
  return count;
};

const ALPHANUMERIC_PATTERN = /^[0-9A-Za-z]*$/;

const createFaultUnless = (fits: boolean, code: ProblemCode, params: ProblemParams = NO_PARAMS): readonly RuleFault[] =>
  fits ? NO_FAULTS : [{ code, params }];

const findTextFaults = (rule: Extract<Rule, { kind: "text" }>, value: string): readonly RuleFault[] => {
  const { min, max } = rule;
  // A character has one or two UTF-16 code units, so most values need no counting.
  const long = max !== undefined && value.length > max && countCharacters(value) > max;
  const short = min !== undefined && value.length < min * 2 && countCharacters(value) < min;
  const foreign = rule.charset !== undefined && !ALPHANUMERIC_PATTERN.test(value);
  if (!long && !short && !foreign) return NO_FAULTS;
  const length = countCharacters(value);
  const faults: RuleFault[] = [];
  if (long) faults.push({ code: "too-long", params: { length, max } });
  if (short) faults.push({ code: "too-short", params: { length, min } });
  if (foreign) faults.push({ code: "not-alphanumeric", params: NO_PARAMS });
  return faults;
};

export const listRuleFaults = (rule: Rule, value: string): readonly RuleFault[] => {
  if (value === "") return NO_FAULTS;
  if (rule.kind === "text") return findTextFaults(rule, value);
  if (rule.kind === "port")
    return createFaultUnless(/^\d+$/.test(value) && Number(value) >= 1 && Number(value) <= 65_535, "port-range");
  if (rule.kind === "choice") {
    return rule.choices.includes(value)
      ? NO_FAULTS
      : createFaultUnless(false, "not-choice", { choices: rule.choices.join(" / ") });
  }
  const { pattern, code } = PATTERN_RULES[rule.kind];
  return createFaultUnless(pattern.test(value) && (rule.kind !== "day" || isCalendarDay(value)), code);
};

export const satisfiesRule = (rule: Rule, value: string): boolean =>
  value !== "" && listRuleFaults(rule, value).length === 0;

export const acceptsAnyText = (rule: Rule): boolean =>
  rule.kind === "text" && rule.min === undefined && rule.max === undefined && rule.charset === undefined;

export const toStoredValue = (rule: Rule, value: string): string | null => {
  if (value === "") return null;
  return rule.kind === "boolean" ? value.toUpperCase() : value;
};

/** Accepts the label of a choice in either language, and a day such as `2027/3/31`. */
export const toCanonicalValue = (rule: Rule, value: string): string => {
  if (rule.kind === "choice")
    return rule.choices.find((choice) => Object.values(rule.names?.[choice] ?? {}).includes(value)) ?? value;
  const date = rule.kind === "day" ? parseTypedDate(value) : undefined;
  return date !== undefined && "day" in date ? date.day : value;
};

const describeLength = (min: number | undefined, max: number | undefined): Text => {
  if (min !== undefined && max !== undefined) return text(`${min} to ${max} characters`, `${min}〜${max} 文字`);
  if (max !== undefined) return text(`at most ${max} characters`, `${max} 文字まで`);
  if (min !== undefined) return text(`at least ${min} characters`, `${min} 文字以上`);
  return text("any text", "任意の文字列");
};

export const describeRule = (rule: Rule): Text => {
  if (rule.kind === "port") return text("a port number from 1 to 65535", "1〜65535 のポート番号");
  if (rule.kind === "choice") {
    const choices = rule.choices.join(" / ");
    return text(`one of ${choices}`, `${choices} のいずれか`);
  }
  if (rule.kind !== "text") return PATTERN_RULES[rule.kind].about;
  const length = describeLength(rule.min, rule.max);
  return rule.charset === undefined
    ? length
    : text(`${length.en}, only half-width letters and digits`, `${length.ja}、半角英数字のみ`);
};

/** Maximum length of a field, in code points, if CLOMO's manual states no limit. This limit is clomoctl's own. */
export const MAX_FIELD_CHARACTERS = 10_000;

/** Maximum number of UTF-16 code units in a search. This limit is clomoctl's own. */
export const MAX_SEARCH_LENGTH = 1000;

/** Maximum size of a unique value, and of the key by which it is compared. Both must fit into a PostgreSQL index. */
export const MAX_KEY_BYTES = 2_600;

const MAX_KEY_BYTES_PER_UNIT = 27;

/** Values with at most this number of UTF-16 code units are below all other limits of clomoctl. */
export const MAX_UNCHECKED_UNITS = Math.floor(MAX_KEY_BYTES / MAX_KEY_BYTES_PER_UNIT);

const NAMED_PASSWORD = /(?:pass(?:word|wd|phrase|code)?|pw|パスワード|暗証番号)\s*(?:[:=：＝]\s*\S|は\s*[!-~]{4})/iu;
const ADDRESS_OR_UUID = /^[^@\s]+@[^@\s]+\.[a-z]{2,}$|:\/\/|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/iu;
const MIN_SUSPECT_LENGTH = 8;
/** Random passwords alternate between letters and digits more often than names such as `Server01`. */
const MIN_LETTER_DIGIT_CHANGES = 3;

export function looksLikePassword(typed: string): boolean {
  const word = typed.trim();
  if (NAMED_PASSWORD.test(word)) return true;
  if (word.length < MIN_SUSPECT_LENGTH || !/^[!-~]+$/.test(word) || ADDRESS_OR_UUID.test(word)) return false;
  const hasMark = /[!#$%&*?@^~+=|\\<>{}[\]`]/.test(word);
  if (!/[a-z]/i.test(word) || !/\d/.test(word)) return false;
  const changes = [...word.matchAll(/[a-z](?=\d)|\d(?=[a-z])/gi)].length;
  return hasMark || (/[a-z]/.test(word) && /[A-Z]/.test(word) && changes >= MIN_LETTER_DIGIT_CHANGES);
}
