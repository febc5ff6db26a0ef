import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FORMATS } from "../model/formats.ts";
import { severityOf } from "../model/problem.ts";
import { characterCount, faultsOf, type Rule } from "../model/rules.ts";
import { ruleKeywords, schemaOf, type RuleKeywords } from "./rule-schema.ts";

/** Each rule of a column of any file, under the names of its columns. */
const rules: readonly (readonly [string, Rule])[] = [
  ...Map.groupBy(
    Object.values(FORMATS).flatMap(({ columns }) => columns),
    ({ rule }) => JSON.stringify(rule),
  ).values(),
].flatMap((columns) => {
  const [first] = columns;
  return first === undefined ? [] : [[[...new Set(columns.map(({ field }) => field))].join(", "), first.rule] as const];
});

/** The verdict of a JSON Schema validator on the keywords. @see JSON Schema 2020-12 validation 6.1.2, 6.3 */
const validates = ({ maxLength, pattern, enum: choices }: RuleKeywords, value: string): boolean =>
  (maxLength === undefined || characterCount(value) <= maxLength) &&
  (pattern === undefined || new RegExp(pattern, "u").test(value)) &&
  (choices === undefined || choices.includes(value));

const values = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 12 }),
  fc.string({ unit: fc.constantFrom("a", "Z", "9", "@", "\u{20BB7}", "表", " ", "\u0085"), maxLength: 8 }),
  fc
    .constantFrom("", "TRUE", "false", "Exchange", "a@b", "a b@c", "0", "70000", "\n")
    .chain((value) => fc.constant(value)),
  fc.integer({ min: 250, max: 260 }).chain((length) => fc.constantFrom("a".repeat(length), "\u{20BB7}".repeat(length))),
);

describe.each(rules)("the schema of the rule of %s", (_, rule) => {
  it("takes what the rule takes, and its JSON Schema says the same", () => {
    const schema = schemaOf(rule);
    fc.assert(
      fc.property(values, (value) => {
        const kept = faultsOf(rule, value).every(({ code }) => severityOf(code) !== "error");
        expect([value, schema.safeParse(value).success, validates(ruleKeywords(rule), value)]).toEqual([
          value,
          kept,
          kept,
        ]);
      }),
      { seed: 20, numRuns: 500 },
    );
  });
});
