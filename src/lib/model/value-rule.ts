import type { Comparison } from "./normalise.ts";
import { TEXT, type Rule } from "./rules.ts";
import type { Field } from "./thing.ts";

/** Maximum length of a text that no manual limits, in characters (code points); ours. */
export const MAX_CHARACTERS = 10_000;

/** Maximum length in UTF-8 of a value that is compared by a key, and of the key: an index of PostgreSQL has room for it; ours. */
export const MAX_KEY_BYTES = 2_600;

/** A unit of UTF-16 takes at most so many bytes in a comparison key: composed it is three characters, each of which folds into three. */
const MAX_KEY_BYTES_OF_UNIT = 27;

/** A value of at most so many UTF-16 units breaks no limit of length that is ours, whatever its characters are. */
export const SURE_UNITS = Math.floor(MAX_KEY_BYTES / MAX_KEY_BYTES_OF_UNIT);

/** What the values of a field are held to, whoever writes them: a person, a file, a program, a bundle. */
export interface ValueRule {
  readonly rule: Rule;
  /** a value may have several lines */
  readonly lines: boolean;
  /** its values are kept nowhere, and shown nowhere */
  readonly secret: boolean;
  /** in characters */
  readonly max: number;
  /** how its values are compared, if they are found by a key */
  readonly key: Comparison | undefined;
}

/** The rule of a field's single values. */
const ruleOf = (field: Field): Rule => field.column?.rule ?? ("rule" in field ? field.rule : undefined) ?? TEXT;

/** Returns what the values of a field are held to. */
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

/** The rule of a value of one of the tenant's own fields (カスタムユーザー情報). */
export const CUSTOM_VALUE = valueRuleOf({ type: "text", lines: true });
