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
      readonly charset?: "half-width-alphanumeric" | undefined;
    }
  | { readonly kind: "mail-address" }
  | { readonly kind: "boolean" }
  | { readonly kind: "choice"; readonly choices: readonly string[] }
  | { readonly kind: "port" };

/** Any text. */
export const TEXT = { kind: "text" } as const satisfies Rule;

/** A user's mail address: as lenient as the console's import. Not what mail can be sent to. */
export const MAIL_ADDRESS = { kind: "mail-address" } as const satisfies Rule;

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

const isAlphanumeric = (value: string): boolean => {
  for (let i = 0; i < value.length; i += 1) {
    const c = value.charCodeAt(i);
    const letter = c | 0x20;
    if (!((c >= 0x30 && c <= 0x39) || (letter >= 0x61 && letter <= 0x7a && c < 0x7b))) return false;
  }
  return true;
};

const WHITE_SPACE_OR_CONTROL = /[\s\p{Cc}]/u;

/** One `@` with something on both sides, no white space, no control character; nothing more can be required. */
const isMailAddress = (value: string): boolean => {
  let at = -1;
  let ascii = true;
  for (let i = 0; i < value.length; i += 1) {
    const c = value.charCodeAt(i);
    if (c === 0x40) {
      if (at >= 0) return false;
      at = i;
    } else if (c <= 0x20 || c === 0x7f) return false;
    else if (c > 0x7f) ascii = false;
  }
  return at > 0 && at < value.length - 1 && (ascii || !WHITE_SPACE_OR_CONTROL.test(value));
};

const isBoolean = (value: string): boolean => value === "TRUE" || value === "FALSE" || /^(?:true|false)$/i.test(value);

const PORT = /^[0-9]{1,5}$/;
const isPort = (value: string): boolean => PORT.test(value) && Number(value) >= 1 && Number(value) <= 65_535;

const one = (fits: boolean, code: ProblemCode, params: ProblemParams = NO_PARAMS): readonly RuleFault[] =>
  fits ? NO_FAULTS : [{ code, params }];

const textFaults = (rule: Extract<Rule, { kind: "text" }>, value: string): readonly RuleFault[] => {
  const { min, max } = rule;
  // a value has at most `length` and at least `length / 2` characters: most values are decided without counting
  const long = max !== undefined && value.length > max && characterCount(value) > max;
  const short = min !== undefined && value.length < min * 2 && characterCount(value) < min;
  const foreign = rule.charset !== undefined && !isAlphanumeric(value);
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
  switch (rule.kind) {
    case "text":
      return textFaults(rule, value);
    case "mail-address":
      return one(isMailAddress(value), "not-mail-address");
    case "boolean":
      return one(isBoolean(value), "not-boolean");
    case "choice":
      return rule.choices.includes(value) ? NO_FAULTS : one(false, "not-choice", { choices: rule.choices.join(" / ") });
    case "port":
      return one(isPort(value), "port-range");
  }
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
  switch (rule.kind) {
    case "text": {
      const length = describeLength(rule.min, rule.max);
      return rule.charset === undefined
        ? length
        : text(`${length.en}, half-width letters and digits`, `${length.ja}、半角英数字`);
    }
    case "mail-address":
      return text("a mail address", "メールアドレス");
    case "boolean":
      return text("TRUE, FALSE or blank", "TRUE、FALSE、空欄のいずれか");
    case "choice":
      return text(`one of ${rule.choices.join(" / ")}`, `${rule.choices.join(" / ")} のいずれか`);
    case "port":
      return text("a port from 1 to 65535", "1〜65535 のポート番号");
  }
};
