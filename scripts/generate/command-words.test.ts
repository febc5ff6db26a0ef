import { expect, test } from "vitest";
import { GLOBAL_OPTIONS } from "../../src/commands/globals.ts";
import { insertCommandWords } from "./command-words.ts";
import { readCommands } from "./commands.ts";

const MARKED =
  "before\n// words of the commands: written by `npm run generate`\nold\n// end of the words of the commands\nafter";

test("the words between the marks are those of the commands", async () => {
  const program = await readCommands(new URL("../../src/commands", import.meta.url).pathname);
  const source = insertCommandWords(MARKED, program, GLOBAL_OPTIONS);
  expect(source).toMatch(/^before\n\/\/ words.*\n\n\/\*\*/);
  expect(source).toMatch(/;\n\n\/\/ end of the words of the commands\nafter$/);
  expect(source).not.toContain("old");
  expect(insertCommandWords(source, program, GLOBAL_OPTIONS)).toBe(source);
  const words = (name: string): readonly string[] =>
    (new RegExp(`const ${name} =\\s+"(.*)";`).exec(source)?.[1] ?? "").split("|");
  expect(words("BOOLEAN_OPTIONS")).toEqual(expect.arrayContaining(["dry-run", "help-all", "no-input", "yes"]));
  expect(words("BOOLEAN_OPTIONS")).not.toContain("context");
  // an alias is a noun as well; `csv` and `context` use no tenant
  expect(words("TENANT_NOUNS")).toEqual(expect.arrayContaining(["push-cert", "push-certificate", "users"]));
  for (const other of ["csv", "context", "tenant"]) expect(words("TENANT_NOUNS")).not.toContain(other);
  expect(words("TENANT_NOUNS_WITHOUT_ARGUMENTS")).toEqual(["tenant"]);
  expect(words("SECOND_NOUNS")).toEqual(expect.arrayContaining(["fields", "schemes", "tokens"]));
  expect(words("TENANT_VERBS")).toEqual(expect.arrayContaining(["serve (?:init)", "serve", "status", "undo"]));
  expect(words("TENANT_VERBS")).not.toContain("completion");
  expect(words("VERBS_WITH_CHOICES")).toEqual(expect.arrayContaining(["notify (?:init", "test)"]));
});

test("a source without the marks is refused", async () => {
  const program = await readCommands(new URL("../../src/commands", import.meta.url).pathname);
  expect(() => insertCommandWords("before", program, GLOBAL_OPTIONS)).toThrow(RangeError);
});
