import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { z } from "zod";
import { parseNotifySettings } from "../renewals/notify/settings-schema.ts";
import * as kit from "../tenant/ledger/inputs.ts";
import { renewals } from "../tenant/subjects/renewal-operations.ts";
import { FORMATS } from "../derived/formats.ts";
import { RECORDED_FIELDS, RENEWAL_KINDS } from "../nouns/renewal.ts";
import {
  listRuleFaults,
  satisfiesRule,
  acceptsAnyText,
  EMAIL_ADDRESS_RULE,
  SENDABLE_ADDRESS_RULE,
  type Rule,
} from "./rules.ts";
import { type Field, valueRuleOf } from "./thing.ts";
import { describeRefusal } from "./value.ts";

const newItem = renewals.add.input?.(kit);

const rules: readonly (readonly [string, Rule])[] = [
  ...Map.groupBy(
    Object.values(FORMATS).flatMap(({ columns }) => columns),
    ({ value }) => JSON.stringify(value.rule),
  ).values(),
].flatMap((columns) => {
  const [first] = columns;
  return first === undefined
    ? []
    : [[[...new Set(columns.map(({ field }) => field))].join(", "), first.value.rule] as const];
});

const inSettings = (written: string): boolean => {
  try {
    parseNotifySettings(written, "notify.yaml");
    return true;
  } catch {
    return false;
  }
};

/** Settings with a value, by the rule that it must satisfy. A JSON text is one of YAML, too. */
const SMTP = "smtp: {host: h, from: a@example.jp}";
const SETTINGS: readonly (readonly [string, Rule, (value: string) => string])[] = [
  [
    "a recipient's address",
    SENDABLE_ADDRESS_RULE,
    (to) => `${SMTP}\nrecipients: [{name: a, way: mail, address: ${to}}]`,
  ],
  ["a sender's address", SENDABLE_ADDRESS_RULE, (from) => `smtp: {host: h, from: ${from}}`],
  ["a port", { kind: "port" }, (port) => `smtp: {host: h, from: a@example.jp, port: ${port}}`],
];

const of = (...units: readonly string[]) => fc.string({ unit: fc.constantFrom(...units), maxLength: 8 });

const values = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 12 }),
  fc.string({ unit: "binary", maxLength: 12 }),
  of("a", "Z", "9", "@", "\u{20BB7}", "表", " ", "\u0085"),
  fc
    .tuple(of("a", "山", ".", "<", "\\", "]"), of("@"), of("b", "例", ".", "'", "\u0007", "\u200b"))
    .map((parts) => parts.join("")),
  fc
    .tuple(of("a", "\u{20BB7}"), fc.integer({ min: 310, max: 325 }))
    .map(([start, length]) => `${start}@`.padEnd(length, "b")),
  fc.constantFrom(
    "",
    "TRUE",
    "false",
    "tRuE",
    "Exchange",
    "a@b",
    "a b@c",
    "abc012",
    "\n",
    " ",
    ...Object.keys(RENEWAL_KINDS),
  ),
  fc.integer({ min: -1, max: 70_000 }).map(String),
  fc.integer({ min: 0, max: 70_000 }).map((port) => String(port).padStart(6, "0")),
  fc.integer({ min: 250, max: 260 }).chain((length) => fc.constantFrom("a".repeat(length), "\u{20BB7}".repeat(length))),
);

const RUNS = { seed: 20, numRuns: 100 } as const;

describe.each([...rules, ["an address to send to", SENDABLE_ADDRESS_RULE] as const])("the rule of %s", (_, rule) => {
  it("accepts some values and refuses others, unless it accepts all", () => {
    const verdicts = new Set(fc.sample(values, RUNS).map((value) => listRuleFaults(rule, value).length === 0));
    expect(verdicts).toEqual(new Set(acceptsAnyText(rule) ? [true] : [true, false]));
  });
});

describe.each(SETTINGS)("%s in the settings file", (_, rule, write) => {
  it("is accepted exactly if its rule accepts it", () => {
    fc.assert(
      fc.property(values, (value) => {
        expect([value, inSettings(write(JSON.stringify(value)))]).toEqual([value, satisfiesRule(rule, value)]);
      }),
      RUNS,
    );
  });
});

test("every address that can receive mail is a valid email address", () => {
  fc.assert(
    fc.property(values, (value) => {
      expect([value, satisfiesRule(SENDABLE_ADDRESS_RULE, value) && !satisfiesRule(EMAIL_ADDRESS_RULE, value)]).toEqual(
        [value, false],
      );
    }),
    RUNS,
  );
});

describe.each(
  Object.entries<Field>(RECORDED_FIELDS).flatMap(([name, field]) =>
    "longest" in field ? [[name, field, field.longest ?? 0] as const] : [],
  ),
)("the %s of a renewal", (name, field, longest) => {
  it("has the maximum length of the API document, in characters", () => {
    const { anyOf = [], ...schema } = z.toJSONSchema(newItem?.shape[name as "notes"] ?? z.never());
    const [{ maxLength } = schema] = anyOf;
    expect(maxLength).toBe(longest);
    const lengths = fc.tuple(fc.constantFrom("a", "\u{20BB7}"), fc.integer({ min: longest - 2, max: longest + 2 }));
    fc.assert(
      fc.property(lengths, ([character, length]) => {
        const isRefused = describeRefusal(valueRuleOf(field), character.repeat(length)) !== undefined;
        expect([length, isRefused]).toEqual([length, length > longest]);
      }),
    );
  });
});

test("the tenant API accepts the same kinds as the settings file", () => {
  fc.assert(
    fc.property(values, (kind) => newItem?.shape.kind.safeParse(kind).success === Object.hasOwn(RENEWAL_KINDS, kind)),
    RUNS,
  );
});
