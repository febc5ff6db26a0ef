import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { compileFunction } from "node:vm";
import { expect, it, onTestFinished } from "vitest";
import { instrumentSource, renderSwitchSource } from "./instrument.ts";
import { findMutants } from "./mutants.ts";

/** A module with all its mutants in it, without its import. */
function code(text: string): string {
  const numbered = findMutants(text).map((mutant, at) => ({ ...mutant, id: at + 1 }));
  return instrumentSource(text, numbered, "./switch.js").replace('import { __isMutated } from "./switch.js";', "");
}

/** What a function body gives with one mutant active; 0 is none. */
function valueOf(body: string, id: number, ...args: readonly unknown[]): unknown {
  const source = stripTypeScriptTypes(code(`function f(a: any, b?: any, c?: any): unknown { ${body} }`));
  const made = compileFunction(`${source}; return f;`, ["__isMutated"]) as (
    isMutated: (asked: number) => boolean,
  ) => unknown;
  return (made((asked) => asked === id) as (...args: readonly unknown[]) => unknown)(...args);
}

const byText = (a: string, b: string): number => (a < b ? -1 : 1);

/** The values of a body with none active, then with each of its mutants. */
const valuesOf = (body: string, mutants: number, ...args: readonly unknown[]): readonly unknown[] =>
  Array.from({ length: mutants + 1 }, (_, id) => valueOf(body, id, ...args));

it("mutants of the same place are siblings, and inner mutants are nested in the original", () => {
  const text = "f = a < b && c;";
  expect(code(text)).toBe(
    "f = (__isMutated(1)?(c):__isMutated(3)?(a < b || c):__isMutated(4)?(a < b):((__isMutated(2)?(a <= b):(a < b)) && c));",
  );
});

it("a removed statement gets a block of its own, so that an else stays with its if", () => {
  expect(code("if (a === b) c(); else d();")).toBe(
    "if ((__isMutated(1)?(a !== b):(a === b))) {if(__isMutated(2)){}else{c();}} else {if(__isMutated(3)){}else{d();}}",
  );
});

it.each([
  ["return a < b;", [2, 2], [false, true]],
  ["return a || b && c;", [true, true, false], [true, false, false, true, true, true, true]],
  ["return a as number ?? 1;", [undefined], [1, undefined, 2]],
  ["if (a!) return 'x'; return 'y';", [true], ["x", "y", "y"]],
  ["return (a ?? b)?.c === 'x';", [undefined, { c: "x" }], [true, false, false, false]],
  ["return -1 + a;", [1], [0, -1, -2]],
])("%s called with %j returns %j", (body, args, expected) => {
  expect(
    valuesOf(body, expected.length - 1, ...args)
      .map(String)
      .toSorted(byText),
  ).toEqual(expected.map(String).toSorted(byText));
  expect(valueOf(body, 0, ...args)).toBe(expected[0]);
});

it("lines stay where they are", () => {
  const text = "a();\nif (b &&\n  c) {\n  d();\n}\ne();\n";
  const lines = code(text).split("\n");
  expect(lines.at(-2)).toContain("e();");
  expect(instrumentSource("a();\n", [], "./s.js")).toBe('import { __isMutated } from "./s.js";a();\n');
});

it("the switch reads which mutant is active, or reports each mutant once when it is reached", async () => {
  const folder = await mkdtemp(join(tmpdir(), "mutate-switch-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const active = join(folder, "active");
  await writeFile(active, "2");
  await writeFile(join(folder, "a.js"), renderSwitchSource(active));
  const load = async (name: string): Promise<(id: number) => boolean> =>
    ((await import(pathToFileURL(join(folder, name)).href)) as { __isMutated: (id: number) => boolean }).__isMutated;
  const isMutated = await load("a.js");
  expect([1, 2, 3].map(isMutated)).toEqual([false, true, false]);

  await writeFile(active, `?${join(folder, "reached")}`);
  await writeFile(join(folder, "b.js"), renderSwitchSource(active));
  const records = await load("b.js");
  expect([7, 9, 7].map(records)).toEqual([false, false, false]);
  expect(await readFile(join(folder, "reached"), "utf8")).toBe("7\n9\n");
});
