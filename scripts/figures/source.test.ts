import { describe, expect, it } from "vitest";
import { parseSource } from "./source.ts";

const source = (...lines: readonly string[]): ReturnType<typeof parseSource> => parseSource(`${lines.join("\n")}\n`);

describe("lines", () => {
  it("are code, comment or blank; code with a comment is code", () => {
    expect(source("// 注", "", "const a = 1; // one", "/* two */ const b = 2;", "  /* three */ // four")).toMatchObject(
      {
        lines: 5,
        codeLines: 2,
        commentLines: 2,
      },
    );
  });

  it("in a docstring are comments, including empty lines", () => {
    const found = source("/**", " * One.", "", " * Two.", " */", "export const a = 1;");
    expect(found).toMatchObject({ codeLines: 1, commentLines: 4 });
  });

  it.each([
    ["a text", ["const a = \"// no\", b = '/* no';", "const c = 1;", 'const d = "*/";']],
    ["a text after characters of several bytes", ['const a = "全社 // 髙橋 𠮷野", b = "/*";', "const c = 1;"]],
    ["a template", ["const a = `// no", "/* no", "${1 + 1} // no`;", "const b = `*/`;"]],
    ["a type of texts", ["type A = `//${string}/*`;", "const a = 1;"]],
    ["a regular expression", [String.raw`const a = /\/\/ no|["'/*]/u;`, "const b = 1 / 2 / 3;"]],
    ["what begins with a star", ["class A {", "  *each() {}", "}", "const a = 2", "  * 3;"]],
  ])("with text that only looks like a comment, in %s, are code", (_, lines) => {
    expect(source(...lines)).toMatchObject({ lines: lines.length, codeLines: lines.length, commentLines: 0 });
  });

  it("in a template are code, including empty lines, but a comment in its braces is a comment", () => {
    const found = source("const a = `", "", "// no", "${", "  // yes", "  1", "}", "", "`;");
    expect(found).toMatchObject({ lines: 9, codeLines: 8, commentLines: 1 });
  });

  it("are counted even if the last line has no line break", () => {
    expect(parseSource("const a = 1;\n\n// end")).toMatchObject({ lines: 3, codeLines: 1, commentLines: 1 });
  });
});

it("imports include values, types, exports and import()", () => {
  const { imports } = source(
    'import a from "./a.ts";',
    'import type { B } from "./b.ts";',
    'export * from "./c.ts";',
    'export { d } from "./d.ts";',
    'type E = import("./e.ts").E;',
    'const load = () => import("./f.ts");',
    'const no = [a, "./g.ts", load("./h.ts")];',
    '// import "./i.ts";',
    "export { no };",
  );
  expect(imports.toSorted()).toEqual(["./a.ts", "./b.ts", "./c.ts", "./d.ts", "./e.ts", "./f.ts"]);
});

it.each([
  [["/** Alone because. */", "", "export const a = 1;"], true],
  [["/**", " * Alone because.", " */", 'import a from "./a.ts";'], true],
  [["/** What a is. */", "export const a = 1;"], false],
  [["// Alone because.", "", "export const a = 1;"], false],
  [["export const a = 1;", "/** Late. */", "", "export const b = 1;"], false],
])("%j: has a file docstring: %s", (lines, expected) => {
  expect(source(...lines).isExplained).toBe(expected);
});

it("a file that calls defineCommand is a verb", () => {
  expect(source("export default defineCommand({ args: {} });").isVerb).toBe(true);
  expect(source("export function defineCommand() {}", "// defineCommand({})").isVerb).toBe(false);
});

it("lists the top-level types and classes of a file", () => {
  const { types } = source(
    "interface A { readonly b: B; }",
    "export type B = string;",
    "export class C {}",
    "type D<T> = T;",
    "const e = () => {",
    "  type F = string;",
    "};",
    'import type { G } from "./g.ts";',
    'export type { H } from "./h.ts";',
  );
  expect(types).toEqual(["A", "B", "C", "D"]);
});

it("lists the top-level constants and functions of a file", () => {
  const { values } = source(
    "export const a = 1, b = 2;",
    "async function c() {}",
    "let d;",
    "const { e } = { e: 1 };",
    "const f = () => {",
    "  const g = 1;",
    "};",
    "class H {}",
  );
  expect(values).toEqual(["a", "b", "c", "d", "f"]);
});

it("counts command lines in texts, except in examples", () => {
  const { spelled } = parseSource(
    'const a = { examples: [{ line: "clomoctl users list" }], b: "run: clomoctl orgs list" };\nconst c = `clomoctl imports show ${a} // clomoctl audit list`;\n// clomoctl vpp status\n',
  );
  expect(spelled).toEqual(["orgs list", "imports show", "audit list"]);
});
