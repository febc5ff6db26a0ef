import { text, type Text } from "../text/index.ts";
import type { ProblemCode, ProblemParams } from "./problem.ts";

/** The rule for a single value of a field, as plain data: checks, schemas, texts and messages are derived from it. */
export type Rule =
  | {
      readonly kind: "text";
      /** in characters (code points) */
      readonly min?: number | undefined;
      /** in characters (code points) */
      readonly max?: number | undefined;
      readonly charset?: keyof typeof CHARACTERS | undefined;
    }
  | { readonly kind: keyof typeof PATTERNS }
  | { readonly kind: "choice"; readonly choices: readonly string[] }
  | { readonly kind: "port" };

/** The characters of a charset, as a class of a pattern. */
const CHARACTERS = { "half-width-alphanumeric": "[0-9A-Za-z]" } as const;

/** The kinds of rules that a pattern decides; it matches blank, too, and also stands in the API document. */
const PATTERNS = {
  // one @ with something on both sides, no white space, no control character; nothing more can be required
  "mail-address": {
    pattern: /^(?:[^@\s\p{Cc}]+@[^@\s\p{Cc}]+)?$/u,
    code: "not-mail-address",
    about: text("a mail address", "メールアドレス"),
  },
  // of these at most 320 characters, none of which quotes or separates addresses in a header
  "sendable-address": {
    pattern: /^(?:(?!.{321})[^@\s\p{Cc}<>,;:"'()[\]\\]+@[^@\s\p{Cc}<>,;:"'()[\]\\]+)?$/u,
    code: "not-mail-address",
    about: text("a mail address", "メールアドレス"),
  },
  boolean: {
    pattern: /^(?:[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])?$/u,
    code: "not-boolean",
    about: text("TRUE, FALSE or blank", "TRUE、FALSE、空欄のいずれか"),
  },
} as const;

/** Any text. */
export const TEXT = { kind: "text" } as const satisfies Rule;

/** A user's mail address: as lenient as the console's import. Not what mail can be sent to. */
export const MAIL_ADDRESS = { kind: "mail-address" } as const satisfies Rule;

/** One address that mail can be sent to, and nothing else: stricter than {@link MAIL_ADDRESS}. */
export const SENDABLE_ADDRESS = { kind: "sendable-address" } as const satisfies Rule;

/** What closes what stands around addresses in mails and lists, and what opens it. */
const CLOSED: ReadonlyMap<string, string> = new Map(
  [
    "<>",
    "()",
    "[]",
    "{}",
    '""',
    "''",
    "``",
    "“”",
    "‘’",
    "«»",
    "‹›",
    "〈〉",
    "《》",
    "「」",
    "『』",
    "【】",
    "〔〕",
  ].map(([open = "", close = ""]) => [close, open]),
);

/** What stands around a mail address that was taken from a mail or a list. */
export interface AddressWrapping {
  readonly code: "mail-scheme" | "mail-enclosed";
  /** the address alone */
  readonly bare: string;
}

/**
 * What of a mail address is no part of it: `mailto:`, or brackets and quotes, also behind a name; undefined for nearly
 * all. {@link MAIL_ADDRESS} lets it pass: the console may hold such values.
 */
export const wrappingOf = (address: string): AddressWrapping | undefined => {
  const value = address.normalize("NFKC");
  if (/^mailto:/iu.test(value)) {
    const bare = value.slice("mailto:".length);
    return { code: "mail-scheme", bare: wrappingOf(bare)?.bare ?? bare };
  }
  const at = value.indexOf("@");
  // brackets of a domain open behind the @, quotes of a local part close before it
  const opener = CLOSED.get(value.slice(-1));
  const open = opener === undefined || at < 0 ? -1 : value.slice(0, at).lastIndexOf(opener);
  if (open < 0) return undefined;
  const bare = value.slice(open + 1, -1);
  return { code: "mail-enclosed", bare: wrappingOf(bare)?.bare ?? bare };
};

/** One violation of a rule. */
export interface RuleFault {
  readonly code: ProblemCode;
  readonly params: ProblemParams;
}

const NO_FAULTS: readonly RuleFault[] = [];
const NO_PARAMS: ProblemParams = {};

/** The length in characters: full-width and half-width count 1, a surrogate pair counts 1. */
export const characterCount = (value: string): number => {
  let count = value.length;
  for (let i = 1; i < value.length; i += 1) {
    if ((value.charCodeAt(i) & 0xfc00) === 0xdc00 && (value.charCodeAt(i - 1) & 0xfc00) === 0xd800) count -= 1;
  }
  return count;
};

const ALPHANUMERIC = new RegExp(`^${CHARACTERS["half-width-alphanumeric"]}*$`);

const isPort = (value: string): boolean => /^\d+$/.test(value) && Number(value) >= 1 && Number(value) <= 65_535;

const one = (fits: boolean, code: ProblemCode, params: ProblemParams = NO_PARAMS): readonly RuleFault[] =>
  fits ? NO_FAULTS : [{ code, params }];

const textFaults = (rule: Extract<Rule, { kind: "text" }>, value: string): readonly RuleFault[] => {
  const { min, max } = rule;
  // a value has at most `length` and at least `length / 2` characters: most values are decided without counting
  const long = max !== undefined && value.length > max && characterCount(value) > max;
  const short = min !== undefined && value.length < min * 2 && characterCount(value) < min;
  const foreign = rule.charset !== undefined && !ALPHANUMERIC.test(value);
  if (!long && !short && !foreign) return NO_FAULTS;
  const length = characterCount(value);
  const faults: RuleFault[] = [];
  if (long) faults.push({ code: "too-long", params: { length, max } });
  if (short) faults.push({ code: "too-short", params: { length, min } });
  if (foreign) faults.push({ code: "not-alphanumeric", params: NO_PARAMS });
  return faults;
};

/**
 * All violations of `rule` by `value`; a shared empty list if there are none. A blank value (`""`) violates no
 * rule: whether a field may be blank is up to its column. The severity of a fault is that of its code.
 *
 * @see facts 6.1: the documented limits; a port outside 1-65535 is a warning; nothing else is a rule
 */
export const faultsOf = (rule: Rule, value: string): readonly RuleFault[] => {
  if (value === "") return NO_FAULTS;
  if (rule.kind === "text") return textFaults(rule, value);
  if (rule.kind === "port") return one(isPort(value), "port-range");
  if (rule.kind === "choice") {
    return rule.choices.includes(value) ? NO_FAULTS : one(false, "not-choice", { choices: rule.choices.join(" / ") });
  }
  const { pattern, code } = PATTERNS[rule.kind];
  return one(pattern.test(value), code);
};

/** True if the value is not blank and violates nothing. */
export const fits = (rule: Rule, value: string): boolean => value !== "" && faultsOf(rule, value).length === 0;

/** True if no value can violate the rule. */
export const isUnlimited = (rule: Rule): boolean =>
  rule.kind === "text" && rule.min === undefined && rule.max === undefined && rule.charset === undefined;

/**
 * The pattern of a rule for the API document; undefined if it has none. It matches blank, too. The greatest length of a
 * text is not in it, nor is what only causes a warning.
 */
export const patternOf = (rule: Rule): string | undefined => {
  if (rule.kind === "choice" || rule.kind === "port") return undefined;
  if (rule.kind !== "text") return PATTERNS[rule.kind].pattern.source;
  const { min, charset } = rule;
  const character = charset === undefined ? "[\\s\\S]" : CHARACTERS[charset];
  if (min !== undefined) return `^(?:${character}{${min},})?$`;
  return charset === undefined ? undefined : `^${character}*$`;
};

/** The stored form of a value that satisfies `rule`: blank is null, a boolean is `TRUE` or `FALSE`. */
export const canonicalValue = (rule: Rule, value: string): string | null => {
  if (value === "") return null;
  return rule.kind === "boolean" ? value.toUpperCase() : value;
};

const describeLength = (min: number | undefined, max: number | undefined): Text => {
  if (min !== undefined && max !== undefined) return text(`${min} to ${max} characters`, `${min}〜${max} 文字`);
  if (max !== undefined) return text(`at most ${max} characters`, `${max} 文字まで`);
  if (min !== undefined) return text(`at least ${min} characters`, `${min} 文字以上`);
  return text("any text", "任意の文字列");
};

/** A rule in words, for help, documents and schema descriptions. */
export const describeRule = (rule: Rule): Text => {
  if (rule.kind === "port") return text("a port from 1 to 65535", "1〜65535 のポート番号");
  if (rule.kind === "choice") {
    const choices = rule.choices.join(" / ");
    return text(`one of ${choices}`, `${choices} のいずれか`);
  }
  if (rule.kind !== "text") return PATTERNS[rule.kind].about;
  const length = describeLength(rule.min, rule.max);
  return rule.charset === undefined
    ? length
    : text(`${length.en}, half-width letters and digits`, `${length.ja}、半角英数字`);
};
