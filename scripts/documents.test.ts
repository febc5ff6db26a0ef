import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseTypedWords } from "../src/cli/parse.ts";
import { readTypedLine } from "#support/cli/typed-line.ts";

const ROOT = join(import.meta.dirname, "..");
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const glob = (pattern: string): readonly string[] =>
  globSync(pattern, { cwd: ROOT, exclude: ["node_modules/**"] }).map((path) => path.replaceAll("\\", "/"));

/** A path from the root of the repository, or the end of the path of a source file. */
const PATH = /`((?:src\/(?:cli|commands|lib)|test|scripts|docs|fixtures|bench)\/[\w./-]+|(?:[\w-]+\/)*[\w.-]+\.ts)`/g;

test("every file and folder that a document names exists", () => {
  const pages = glob("{*.md,docs/*.md,docs/{decisions,development}/*.md}");
  const tree = glob("{src,test,scripts,docs,fixtures,bench}/**").map((path) => `/${path}`);
  const known = new Set(tree);
  const isThere = (path: string): boolean =>
    known.has(`/${path.replace(/\/$/, "")}`) || (path.endsWith(".ts") && tree.some((one) => one.endsWith(`/${path}`)));
  const missing = pages.flatMap((page) =>
    [...read(page).matchAll(PATH)]
      .filter(([, path = ""]) => !path.includes("*") && !isThere(path))
      .map(([, path]) => `${page}: ${path}`),
  );
  expect(pages.length).toBeGreaterThan(30);
  expect(missing).toEqual([]);
});

test.each(["en", "ja"])("every command and option that docs/commands.%s.md explains exists", (language) => {
  const explained = read(`docs/commands.${language}.md`)
    .split(/^## /m)
    .slice(1)
    .flatMap((section) => {
      const noun = /^\S+/.exec(section)?.[0] ?? "";
      const reference = read(`docs/commands/${noun}.md`) + read("docs/commands/README.md");
      const verbs = [...section.matchAll(/(?<=^- \*\*.*)[a-z][a-z -]+(?=.*?\*\*:)/gm)];
      const options = [...section.matchAll(/(?<=`[^`\n]*)--[a-z-]+/g)];
      const words = [...verbs.map(([verb]) => `clomoctl ${noun} ${verb} `), ...options.map(([option]) => option)];
      return words.map((word) => ({ noun, word, isThere: reference.includes(word) }));
    });
  expect(explained.length).toBeGreaterThan(30);
  expect(explained.filter(({ isThere }) => !isThere)).toEqual([]);
});

/** A line of a code block that types a command, without its comment and what its output goes to. */
const TYPED = /^(?:\$ | {4})(?:.*? )?(clomoctl [a-z].*?)(?:\s+#.*|\s+>.*)?$/gm;

test("every command line in the blocks of a document is valid", async () => {
  const pages = glob("{README*.md,docs/*.md,docs/guides/**/*.md}");
  const lines = pages.flatMap((page) =>
    [...read(page).matchAll(TYPED)].flatMap(([, line = ""]) =>
      line.split(" | ").filter((part) => part.startsWith("clomoctl ")),
    ),
  );
  expect(lines.length).toBeGreaterThan(200);
  for (const line of new Set(lines)) {
    const typed = await readTypedLine(line);
    expect(() => parseTypedWords(typed), line).not.toThrow();
  }
});

test("the files that docs/adding-a-noun.md names exist for a noun, and only the index names all nouns", () => {
  const [, table = ""] = read("docs/adding-a-noun.md").split("\n| file of its own | what |\n");
  const own = table.split("\n\n", 1)[0]?.match(/(?<=^\| `)src\/[^`]+/gm) ?? [];
  const there = own.map((file) => glob(file.replace("<noun>", "{device,devices}")).length);
  expect(there).toEqual([1, 1, 1, 1]);
  const nouns = glob("src/lib/nouns/*.ts").filter((file) => !/(?:index|\.test)\.ts$/.test(file));
  const isList = (file: string): boolean => {
    const source = read(file);
    const named = nouns.filter((noun) => source.includes(noun.replace(/^.*(?=\/)/, "") + '"'));
    return named.length >= nouns.length - 1 && !source.startsWith("// Generated");
  };
  expect(glob("src/**/*.ts").filter(isList)).toEqual(["src/lib/nouns/index.ts"]);
});
