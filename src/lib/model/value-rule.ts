import type { Comparison } from "./normalise.ts";
import { ANY_TEXT_RULE, type Rule } from "./rules.ts";
import type { Field } from "./thing.ts";

/** Maximum length, in characters (code points), of a text for which no manual states a limit (a clomoctl rule). */
export const MAX_CHARACTERS = 10_000;

/** Maximum length, in UTF-16 units, of a text that is searched for in all values of records (a clomoctl rule). */
export const MAX_SEARCH_LENGTH = 1000;

/**
 * Maximum length, in UTF-8 bytes, of a value that is compared by key, and of its key. A clomoctl rule, so that keys fit
 * into a PostgreSQL index.
 */
export const MAX_KEY_BYTES = 2_600;

/**
 * Maximum number of bytes that one UTF-16 unit takes in a comparison key: NFC normalisation turns it into up to three
 * characters, and case folding turns each of these into up to three.
 */
const MAX_KEY_BYTES_PER_UNIT = 27;

/** Maximum length, in UTF-16 units, at which no value exceeds a clomoctl length limit, whatever its characters. */
export const MAX_UNCHECKED_UNITS = Math.floor(MAX_KEY_BYTES / MAX_KEY_BYTES_PER_UNIT);

/** The requirements for the values of a field, whoever writes them: a person, a file, a program or a bundle. */
export interface ValueRule {
  readonly rule: Rule;
  /** true if a value may have several lines */
  readonly lines: boolean;
  /** true if values are never stored and never shown */
  readonly secret: boolean;
  /** maximum length in characters */
  readonly max: number;
  /** how values are compared, if records are found by this field */
  readonly key: Comparison | undefined;
}

const ruleOf = (field: Field): Rule =>
  field.column?.rule ?? ("rule" in field ? field.rule : undefined) ?? ANY_TEXT_RULE;

export const valueRuleOf = (field: Field): ValueRule => {
  const rule = ruleOf(field);
  const { longest = rule.kind === "text" ? (rule.max ?? MAX_CHARACTERS) : MAX_CHARACTERS } =
    field.type === "text" ? field : {};
  const { comparison = "exact", unique, resolves } = field;
  const isKey = resolves === undefined && (unique === true || comparison !== "exact");
  return {
    rule,
    lines: field.lines === true,
    secret: field.secret === true,
    max: longest,
    key: isKey ? comparison : undefined,
  };
};

/** The requirements for the value of a custom field of the tenant (カスタムユーザー情報). */
export const CUSTOM_VALUE_RULE = valueRuleOf({ type: "text", lines: true });
