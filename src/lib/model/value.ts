import type { ValueRule } from "./thing.ts";
import { same, text, type Text } from "../text/index.ts";
import { HIDDEN_CHARACTER_PATTERN, findHiddenCharacters } from "./cell-text.ts";
import { comparisonKey } from "./normalise.ts";
import { describeProblem, getProblemSeverity, type ProblemCode } from "./problem.ts";
import {
  countCharacters,
  listRuleFaults,
  findAddressWrapping,
  type RuleFault,
  MAX_KEY_BYTES,
  MAX_UNCHECKED_UNITS,
} from "./rules.ts";

const NO_FAULTS: readonly RuleFault[] = [];

const findCharacterFaults = ({ lines, secret }: ValueRule, value: string): readonly RuleFault[] => {
  if (value.includes("\ufffd")) return [{ code: "character-lost", params: {} }];
  if (secret) return NO_FAULTS;
  const characters = findHiddenCharacters(value);
  if (characters.length > 0) return [{ code: "value-hidden", params: { characters: characters.join(", ") } }];
  return !lines && LINE_BREAK.test(value) ? [{ code: "value-lines", params: {} }] : NO_FAULTS;
};

const LINE_BREAK = /[\n\r\u2028\u2029]/;

const findLengthFaults = ({ rule, max, key }: ValueRule, value: string): readonly RuleFault[] => {
  if (value.length <= Math.min(max, MAX_UNCHECKED_UNITS)) return NO_FAULTS;
  const length = countCharacters(value);
  const isRules = rule.kind === "text" && rule.max === max;
  if (length > max) return isRules ? NO_FAULTS : [{ code: "too-long", params: { length, max } }];
  if (key === undefined) return NO_FAULTS;
  const bytes = Math.max(Buffer.byteLength(value), Buffer.byteLength(comparisonKey(key, value)));
  return bytes > MAX_KEY_BYTES ? [{ code: "key-too-long", params: { bytes, max: MAX_KEY_BYTES } }] : NO_FAULTS;
};

export const findValueFaults = (of: ValueRule, value: string): readonly RuleFault[] => {
  if (value === "") return NO_FAULTS;
  const found = findCharacterFaults(of, value);
  // Bad characters may cause other faults, so only the bad characters are reported.
  return found.length > 0 ? found : [...findLengthFaults(of, value), ...listRuleFaults(of.rule, value)];
};

const CONSOLE_WARNING_CODES: ReadonlySet<ProblemCode> = new Set([
  "character-lost",
  "value-hidden",
  "value-lines",
  "too-long",
  "key-too-long",
]);

export const isWarningFromConsole = (code: ProblemCode): boolean => CONSOLE_WARNING_CODES.has(code);

export const describeRefusal = (of: ValueRule, value: string): Text | undefined => {
  const fault = findValueFaults(of, value).find(({ code }) => getProblemSeverity(code) === "error");
  return fault && describeProblem({ ...fault, params: of.secret ? fault.params : { value, ...fault.params } }, same);
};

export const describeValueWarning = ({ rule }: ValueRule, value: string): Text | undefined => {
  if (value.trim() !== value) return text("has spaces at the beginning or end", "前後に空白があります");
  const wrapping = rule.kind === "mail-address" ? findAddressWrapping(value) : undefined;
  if (wrapping === undefined) return undefined;
  const { en, ja } = describeProblem({ code: wrapping.code, params: { value } }, same);
  return text(`${en}; to enter only the address: ${wrapping.bare}`, `${ja}。アドレスだけなら: ${wrapping.bare}`);
};

/** A tab becomes a space. A single-line value also loses line breaks at its ends. */
export const removeHiddenCharacters = ({ lines }: ValueRule, value: string): string => {
  const seen = value.replaceAll("\t", " ").replaceAll(HIDDEN_CHARACTER_PATTERN, "");
  return lines ? seen : seen.replaceAll(/^[\n\r\u2028\u2029]+|[\n\r\u2028\u2029]+$/g, "");
};
