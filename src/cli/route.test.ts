import { expect, test } from "vitest";
import type { NounNode } from "../commands/kit/command.ts";
import type { Failure } from "../lib/errors/index.ts";
import { same } from "../lib/text/index.ts";
import { findVerb, type Route } from "./command-line.ts";
import { createStrayFailure, readWords } from "./parse.ts";

const noun = (
  name: string,
  nouns: readonly NounNode[],
  verbs: readonly string[],
  aliases: string[] = [],
): NounNode => ({
  name,
  aliases,
  nouns,
  summary: same(name),
  examples: [],
  verbs: verbs.map((name) => ({
    name,
    summary: same(name),
    load: () => Promise.reject(new Error("a route loads nothing")),
  })),
});

const program = noun(
  "clomoctl",
  [
    noun("users", [noun("fields", [], ["add", "remove"])], ["list", "import", "create"]),
    noun("secured", [noun("users", [], ["import"])], []),
    noun("clomo-account", [], ["edit"], ["account"]),
    noun("imports", [], ["list"]),
  ],
  [],
);

const syntax = {
  args: { words: { kind: "string", repeatable: true, about: same("") } },
  options: {},
  examples: [],
} as const;

const lineOf = (line: string) => findVerb(program, line === "" ? [] : line.split(" "));
const to = (line: string): Route & { readonly help: boolean } => {
  const route = lineOf(line);
  if (route.stray !== undefined) throw createStrayFailure(route.stray);
  const read = route.verb && readWords(route.path, syntax, route.words);
  return { ...route, help: "help" in { ...route.options, ...read?.options } };
};

test.each([
  ["users list", "users list", []],
  ["--format json users --lang ja list a --x y", "users list", ["--format", "json", "--lang", "ja", "a", "--x", "y"]],
  ["--format=json secured users import -", "secured users import", ["--format=json", "-"]],
  ["--quiet users --yes list", "users list", ["--quiet", "--yes"]],
  ["users fields add", "users fields add", []],
  ["account edit", "clomo-account edit", []],
  ["users list -- --help", "users list", ["--", "--help"]],
])("%s", (line, path, words) => {
  expect(to(line)).toMatchObject({ path: path.split(" "), help: false, words });
});

test("help and the version are asked for before, behind and between the words", () => {
  expect(lineOf("--lang ja --version").options).toEqual({ lang: ["ja"], version: [""] });
  expect(to("users")).toMatchObject({ path: ["users"], help: false, verb: undefined });
  expect(to("users list help")).toMatchObject({ help: false, words: ["help"] });
  expect(to("")).toMatchObject({ path: [], help: false });
  expect(to("-h")).toMatchObject({ path: [], help: true });
  expect(to("secured --help users")).toMatchObject({ path: ["secured", "users"], help: true, verb: undefined });
  expect(to("users import a.csv --nonsense --help")).toMatchObject({ path: ["users", "import"], help: true });
  expect(to("-h users import -- a.csv")).toMatchObject({ path: ["users", "import"], help: true });
});

const getHint = (line: string): string => {
  try {
    return to(line).path.join(" ");
  } catch (error) {
    return (error as Failure).hint?.en ?? "";
  }
};

test.each([
  ["user list", "unknown command user", "did you mean clomoctl users?"],
  ["users lst", "unknown command lst", "did you mean clomoctl users list?"],
  ["acount grant", "unknown command acount", "did you mean clomoctl account?"],
  ["users frobnicate", "unknown command frobnicate", "see clomoctl users --help"],
  ["import people.csv", "unknown command import", "did you mean clomoctl users import?"],
  ["secured import a.csv", "unknown command import", "did you mean clomoctl secured users import?"],
  ["version", "unknown command version", "did you mean clomoctl --version?"],
  ["-v", "unknown option -v before the subcommand", "did you mean clomoctl --version?"],
  ["us", "unknown command us", "see clomoctl --help"],
  ["--fromat json users list", "unknown option --fromat before the subcommand", "did you mean clomoctl --format?"],
  ["--constructor users list", "unknown option --constructor before the subcommand", "see clomoctl --help"],
  ["--versoin", "unknown option --versoin before the subcommand", "did you mean clomoctl --version?"],
  ["users --hlep", "unknown option --hlep before the subcommand", "did you mean clomoctl users --help?"],
  ["__proto__ list", "unknown command __proto__", "see clomoctl --help"],
])("%s: %s", (line, what, hint) => {
  expect(() => to(line)).toThrow(
    expect.objectContaining({ code: "usage", what: expect.objectContaining({ en: what }) }),
  );
  expect(getHint(line)).toBe(hint);
});

test.each([
  ["--limt 3 users list", "list"],
  ["secured --bogus users import x", "import"],
  ["users lst", undefined],
  ["--bogus", undefined],
  ["users --context import lst", undefined],
  ["--context users secured users import --bogus", "import"],
])("the verb of %s is %s", (line, name) => {
  expect(lineOf(line).verb?.name).toBe(name);
});
