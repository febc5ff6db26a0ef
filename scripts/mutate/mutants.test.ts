import { describe, expect, it } from "vitest";
import { findMutants } from "./mutants.ts";

/** `kind: after` of all mutants of a text. */
const changes = (text: string): readonly string[] => findMutants(text).map(({ kind, after }) => `${kind}: ${after}`);

describe("mutated code", () => {
  it.each([
    ["f = a < b;", ["comparison: a <= b"]],
    ["f = a >= b;", ["comparison: a > b"]],
    ["f = a === b;", ["comparison: a !== b"]],
    ["f = a + b;", ["arithmetic: a - b"]],
    ["f = a - -b;", ["arithmetic: a + -b"]],
    ["a += b;", ["arithmetic: a -= b"]],
    ["f = 41;", ["number: 42"]],
    ["f = true;", ["boolean: false"]],
    ["f = a ?? b;", ["?? dropped: a"]],
    ["f = a && b;", ["side dropped: b", "logical: a || b", "side dropped: a"]],
    ["a(); await b(); void c?.(); new D();", ["call removed: ", "call removed: ", "call removed: "]],
    ["class A extends B { constructor() { super(); } }", []],
    ["if (a) b;", ["condition negated: !(a)"]],
    ["while (!a) b;", ["condition negated: a"]],
    ["f = a.b ? c : d;", ["condition negated: !(a.b)"]],
    ["while (true);", ["boolean: false"]],
    ["if (a === b) c;", ["comparison: a !== b"]],
  ])("%s", (text, expected) => {
    expect(changes(text)).toEqual(expected);
  });

  it("a guard that leaves can be removed, but other conditions are only negated", () => {
    const kinds = (text: string): readonly string[] => findMutants(text).map(({ kind }) => kind);
    expect(kinds("function f() { if (a) return; }")).toEqual(["guard removed", "condition negated"]);
    expect(kinds("function f() { if (a) { throw b; } }")).toEqual(["guard removed", "condition negated"]);
    expect(kinds("for (;;) if (a) continue;")).toEqual(["guard removed", "condition negated"]);
    expect(kinds("function f() { if (a) return; else b; }")).toEqual(["condition negated"]);
    expect(kinds("function f() { if (a) { b = c; return; } }")).toEqual(["condition negated"]);
  });

  it("texts are emptied if they are compared", () => {
    expect(changes('switch (a) { case "b": f("c"); }')).toEqual(['text emptied: ""', "call removed: "]);
    expect(changes('f = a !== "b";')).toEqual(['comparison: a === "b"', 'text emptied: ""']);
    expect(changes('f = a === "";')).toEqual(['comparison: a !== ""']);
    expect(changes('f = g("a", { b: "c" });')).toEqual([]);
  });
});

describe("precedence", () => {
  it("operands that bind more loosely get parentheses when || becomes &&", () => {
    expect(changes("f = a || b || c;")).toContain("logical: (a || b) && c");
    expect(changes("f = a && b || c;")).toContain("logical: (a && b) && c");
  });
});

describe("code that is not mutated", () => {
  it.each([
    'import a from "b";',
    'export * from "b";',
    "type A = 1 | true;",
    "interface A { b: true; c(d: 2): void }",
    "declare const a: 1;",
    "const a = { 1: b };",
    "const a = { b: [1, 2] } as const;",
    "const a: 1 | undefined = b;",
    "const a = f<1>;",
  ])("%s", (text) => {
    expect(changes(text)).toEqual([]);
  });
});

it("places are the operator's line and column, even after letters of several code units", () => {
  const [mutant] = findMutants('// 髙橋 𠮷野\nf =\n  "𠮷".a\n  === b;');
  expect(mutant).toMatchObject({ line: 4, column: 3, before: '"𠮷".a\n  === b' });
});
