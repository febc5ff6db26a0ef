import { text, type Text } from "../text/index.ts";
import { INVISIBLE } from "./cell-text.ts";
import { describeProblem, severityOf } from "./problem.ts";
import { characterCount, faultsOf, TEXT, wrappingOf, type Rule } from "./rules.ts";
import type { Field } from "./thing.ts";

/** Why a value cannot be typed, and what may be typed in its place. */
export interface TypedFault {
  readonly reason: Text;
  readonly hint?: Text | undefined;
}

/** The rule of a field's values, typed or in a file. */
export const ruleOf = (field: Field): Rule => field.column?.rule ?? ("rule" in field ? field.rule : undefined) ?? TEXT;

/** What is wrong with a value by hand, blanks aside; files, and the console's exports, may hold such values. */
export const typedFault = (field: Field, value: string): TypedFault | undefined => {
  if (field.lines !== true && /[\r\n]/.test(value)) return { reason: text("has several lines", "改行があります") };
  if (/[^\P{Cc}\n]/u.test(value) || !value.isWellFormed() || value.search(INVISIBLE) !== -1)
    return { reason: text("has characters that nobody sees", "目に見えない文字があります") };
  if (value.trim() !== value) return { reason: text("has blanks at its ends", "前後に空白があります") };
  const rule = ruleOf(field);
  const fault = faultsOf(rule, value).find(({ code }) => severityOf(code) === "error");
  if (fault !== undefined) return { reason: describeProblem({ ...fault, params: { value, ...fault.params } }) };
  const wrapping = rule.kind === "mail-address" ? wrappingOf(value) : undefined;
  if (wrapping !== undefined) {
    const { code, bare } = wrapping;
    const hint = text(`type the address alone: ${bare}`, `アドレスだけを入力してください: ${bare}`);
    return { reason: describeProblem({ code, params: { value } }), hint };
  }
  const { longest = Infinity } = field.type === "text" ? field : {};
  return characterCount(value) > longest
    ? { reason: text(`at most ${longest} characters`, `${longest} 文字までです`) }
    : undefined;
};
