import { text, type Text } from "../text/index.ts";
import { HIDDEN, hiddenIn } from "./cell-text.ts";
import { comparisonKey, type Comparison } from "./normalise.ts";
import { describeProblem, severityOf, type ProblemCode } from "./problem.ts";
import { characterCount, faultsOf, TEXT, wrappingOf, type Rule, type RuleFault } from "./rules.ts";
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

const NO_FAULTS: readonly RuleFault[] = [];

/** Returns what is wrong with the characters of a value: those that nobody sees, and line breaks where there is one line. */
const characterFaults = ({ lines, secret }: ValueRule, value: string): readonly RuleFault[] => {
  if (secret) return NO_FAULTS;
  const characters = hiddenIn(value);
  if (characters.length > 0) return [{ code: "value-hidden", params: { characters: characters.join(", ") } }];
  return !lines && LINE_BREAK.test(value) ? [{ code: "value-lines", params: {} }] : NO_FAULTS;
};

const LINE_BREAK = /[\n\r\u2028\u2029]/;

const lengthFaults = ({ rule, max, key }: ValueRule, value: string): readonly RuleFault[] => {
  if (value.length <= Math.min(max, SURE_UNITS)) return NO_FAULTS;
  const length = characterCount(value);
  // the rule itself says so
  const isRules = rule.kind === "text" && rule.max === max;
  if (length > max) return isRules ? NO_FAULTS : [{ code: "too-long", params: { length, max } }];
  if (key === undefined) return NO_FAULTS;
  const bytes = Math.max(Buffer.byteLength(value), Buffer.byteLength(comparisonKey(key, value)));
  return bytes > MAX_KEY_BYTES ? [{ code: "key-too-long", params: { bytes, max: MAX_KEY_BYTES } }] : NO_FAULTS;
};

/** Returns all that is wrong with a value that is not blank; a blank violates nothing. The severity is that of the code. */
export const valueFaults = (of: ValueRule, value: string): readonly RuleFault[] => {
  if (value === "") return NO_FAULTS;
  const found = characterFaults(of, value);
  // what else is wrong with such a value may follow from them
  return found.length > 0 ? found : [...lengthFaults(of, value), ...faultsOf(of.rule, value)];
};

/** What may be wrong with a value of the console's own data: it stays as the console has it, and is a warning. */
const KEPT_OF_CONSOLE: ReadonlySet<ProblemCode> = new Set(["value-hidden", "value-lines", "too-long", "key-too-long"]);

/** Returns whether a fault is a warning where the value comes from the console. */
export const isKeptOfConsole = (code: ProblemCode): boolean => KEPT_OF_CONSOLE.has(code);

/** Returns why a value is refused, without the value of a secret; undefined if it is not. */
export const refusalOf = (of: ValueRule, value: string, isOfConsole = false): Text | undefined => {
  const fault = valueFaults(of, value).find(
    ({ code }) => severityOf(code) === "error" && !(isOfConsole && isKeptOfConsole(code)),
  );
  return fault && describeProblem({ ...fault, params: of.secret ? fault.params : { value, ...fault.params } });
};

/** Returns what is probably wrong with a value that is taken nevertheless, as files often have it. */
export const doubtOf = ({ rule }: ValueRule, value: string): Text | undefined => {
  if (value.trim() !== value) return text("has blanks at its ends", "前後に空白があります");
  const wrapping = rule.kind === "mail-address" ? wrappingOf(value) : undefined;
  if (wrapping === undefined) return undefined;
  const { en, ja } = describeProblem({ code: wrapping.code, params: { value } });
  return text(`${en}; the address alone: ${wrapping.bare}`, `${ja}。アドレスだけなら: ${wrapping.bare}`);
};

/** Returns a value without what nobody sees: a tab becomes a blank, and of one line the line breaks at its ends are removed. */
export const withoutHidden = ({ lines }: ValueRule, value: string): string => {
  const seen = value.replaceAll("\t", " ").replaceAll(HIDDEN, "");
  return lines ? seen : seen.replaceAll(/^[\n\r\u2028\u2029]+|[\n\r\u2028\u2029]+$/g, "");
};
