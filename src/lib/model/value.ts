import { text, type Text } from "../text/index.ts";
import { HIDDEN, hiddenIn } from "./cell-text.ts";
import { comparisonKey } from "./normalise.ts";
import { describeProblem, severityOf, type ProblemCode } from "./problem.ts";
import { characterCount, faultsOf, wrappingOf, type RuleFault } from "./rules.ts";
import { MAX_KEY_BYTES, SURE_UNITS, type ValueRule } from "./value-rule.ts";

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
