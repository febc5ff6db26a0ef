import { expect, test } from "vitest";
import { z } from "zod";
import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { createPlainTextSchema, readYaml, createWholeNumberSchema, type YamlFile } from "./yaml.ts";

const HINT = text("see the help", "ヘルプを参照してください");

const file = (content: string, change: Partial<YamlFile> = {}): YamlFile => ({
  content,
  where: "a.yaml",
  hint: HINT,
  maxLength: 1000,
  ...change,
});

const SCHEMA = z.strictObject({
  name: createPlainTextSchema(),
  colour: z.enum(["red", "blue"]).optional(),
  sizes: z.array(createWholeNumberSchema(0, 9)).optional(),
  parts: z
    .array(
      z.discriminatedUnion("by", [
        z.strictObject({ by: z.literal("hand"), who: createPlainTextSchema() }),
        z.strictObject({ by: z.literal("post") }),
      ]),
    )
    .optional(),
  inner: z.strictObject({ deep: createPlainTextSchema() }).optional(),
});

const refusalOf = (read: () => unknown): Failure => {
  try {
    read();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error("nothing was refused");
};

test("every scalar is the written text, unless the schema converts it", () => {
  const { value } = readYaml(SCHEMA, file("name: 001\nsizes: [7, 0]\nparts:\n  - {by: hand, who: no}\n  - by: post\n"));
  expect(value).toEqual({ name: "001", sizes: [7, 0], parts: [{ by: "hand", who: "no" }, { by: "post" }] });
});

test.each([
  ["a: [\nb", 2, /not valid YAML/],
  ["", 1, /the file must consist of/],
  ["- a", 1, /the file must consist of/],
  ["# nothing\n\ncolour: red", 3, /name is missing/],
  ["name: a\nname: b", 2, /not valid YAML/],
  ["name: a\nsize: 1", 2, /^unknown key "size" in the file; allowed keys: name, colour, sizes, parts, inner$/],
  ["name: a\ninner:\n  deep: a\n  deeper: b", 4, /^unknown key "deeper" in inner; allowed keys: deep$/],
  ["name: a\nparts:\n  - by: post\n    who: b", 4, /^unknown key "who" in parts; allowed keys: by$/],
  ["name: a\nparts:\n  - by: post\n  - {}", 4, /^by is missing$/],
  ["name: a\nparts:\n  - by: fax", 3, /^"fax" is not one of these values: hand, post$/],
  ["name: a\nparts:\n  - by: {}", 3, /plain text/],
  ["name: a\nparts:\n  - fax", 3, /^parts must consist of/],
  ["name: a\ncolour:\n  green", 3, /^"green" is not one of these values: red, blue$/],
  ["name: a\ncolour: ' '", 2, /plain text/],
  ["name:\n  - a", 2, /plain text/],
  ["name: ' '", 1, /plain text/],
  ["name:", 1, /plain text/],
  ["name: a\nsizes: 7", 2, /list/],
  ["name: a\nsizes:\n  - 7\n  - 10", 4, /0 to 9/],
  ["name: a\nsizes:\n  - 7.0", 3, /0 to 9/],
  ["name: &x a\ncolour: *x", 2, /alias/],
  ["name: a\n? [b]\n: c", 2, /plain text/],
  ["name: a\n# \u0002", 2, /control character/],
  ["name: a\n# a\rcolour: red", 2, /control character/],
  ["name: !!int 5", 1, /not valid YAML/],
  ["name: a\n__proto__: {colour: red}", 2, /^unknown key "__proto__" in the file/],
  ["__proto__: {name: a}", 1, /^name is missing$|__proto__/],
  ["name: a\nconstructor: b", 2, /^unknown key "constructor" in the file/],
])("refuses %j at line %i", (content, line, what) => {
  const failure = refusalOf(() => readYaml(SCHEMA, file(content)));
  expect([failure.code, failure.where, failure.hint]).toEqual(["input-rejected", `a.yaml:${line}`, HINT]);
  expect(failure.what.en).toMatch(what);
  expect(failure.what.ja).not.toBe("");
  expect(failure.what.ja).not.toBe(failure.what.en);
});

test("reports the first of several faults in the file", () => {
  const content = "name: a\ninner: {deeper: b}\nsizes: [x]\ncolour: green\n";
  expect(refusalOf(() => readYaml(SCHEMA, file(content))).where).toBe("a.yaml:2");
});

const OWN_KEYS = z.strictObject({ columns: z.map(z.string(), z.string()) });
const hasOwnKeys = (path: readonly (string | number)[]): boolean => path.length === 1 && path[0] === "columns";

test("a fault that the schema cannot find is reported at the line of its value or parent", () => {
  const { refuse } = readYaml(OWN_KEYS, file("columns:\n  a: b\n  __proto__: c\n", { hasOwnKeys }));
  const what = text("twice", "重複");
  expect(refuse(["columns", "__proto__"], what)).toMatchObject({ where: "a.yaml:3", what, hint: HINT });
  expect(refuse(["columns", "d"], what).where).toBe("a.yaml:2");
  expect(refuse(["rows", 3], what).where).toBe("a.yaml:1");
});

test("does not parse content that is too long", () => {
  expect(readYaml(SCHEMA, file("name: a", { maxLength: 7 })).value).toEqual({ name: "a" });
  const failure = refusalOf(() => readYaml(SCHEMA, file("[".repeat(1001))));
  expect([failure.code, failure.where]).toEqual(["input-rejected", "a.yaml"]);
});
