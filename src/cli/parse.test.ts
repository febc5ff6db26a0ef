import { expect, expectTypeOf, test } from "vitest";
import { defineCommand, type Command } from "../commands/command.ts";
import { Failure } from "../lib/errors/index.ts";
import { same } from "../lib/text/index.ts";
import { parse } from "./parse.ts";

const about = same("what it is for");

const sample = defineCommand({
  summary: about,
  args: { file: { kind: "file", required: true, about }, others: { kind: "string", repeatable: true, about } },
  options: {
    mode: { kind: "choice", choices: ["append", "replace"], default: "append", about },
    dryRun: { kind: "boolean", about },
    confirmDeletions: { kind: "number", min: 1, max: 500, about },
    map: { kind: "file", value: "FILE", short: "m", repeatable: true, about },
    orgs: { kind: "list", about },
    app: { kind: "choice", choices: ["docs", "mailer"], required: true, about },
  },
  examples: [],
  exits: [],
  async run(_tools, input) {
    expectTypeOf(input).branded.toEqualTypeOf<{
      readonly file: string;
      readonly others: readonly string[];
      readonly mode: "append" | "replace";
      readonly dryRun: boolean;
      readonly confirmDeletions: number | undefined;
      readonly map: readonly string[];
      readonly orgs: readonly string[] | undefined;
      readonly app: "docs" | "mailer";
    }>();
  },
});

const read = (line: string, command: Command = sample) => parse(["users", "import"], command, line.split(" "));

const failureOf = (line: string): Failure => {
  try {
    read(line);
  } catch (error) {
    if (error instanceof Failure) return error;
  }
  throw new Error(`${line} was accepted`);
};

test("defaults are filled in and values are what their kind says", () => {
  expect(read("a.csv --app docs").input).toEqual({
    file: "a.csv",
    others: [],
    mode: "append",
    dryRun: false,
    confirmDeletions: undefined,
    map: [],
    orgs: undefined,
    app: "docs",
  });
  expect(
    read("--app=mailer --dry-run a.csv b --confirm-deletions 12 -m x --map=y --orgs 1,2 --mode replace - c").input,
  ).toEqual({
    file: "a.csv",
    others: ["b", "-", "c"],
    mode: "replace",
    dryRun: true,
    confirmDeletions: 12,
    map: ["x", "y"],
    orgs: ["1", "2"],
    app: "mailer",
  });
});

test("global options are read beside the verb's own, the last of several values counts", () => {
  const { globals } = read("--format json a.csv --app docs --no-input --format ndjson --lang ja");
  expect(globals).toMatchObject({ format: "ndjson", noInput: true, lang: "ja", yes: false, progress: "auto" });
});

test("after -- everything is an argument", () => {
  expect(read("--app docs -- --dry-run --x").input).toMatchObject({
    file: "--dry-run",
    others: ["--x"],
    dryRun: false,
  });
});

test.each([
  ["a.csv --app docs --dryrun", "unknown option --dryrun", "did you mean --dry-run?"],
  ["a.csv --app docs --mod replace", "unknown option --mod", "did you mean --mode?"],
  ["a.csv --app docs --mode repalce", "--mode must be one of append, replace, not repalce", "did you mean replace?"],
  ["a.csv --app docs --confirm-deletions 1e2", "--confirm-deletions must be a whole number from 1 to 500, not 1e2", ""],
  ["a.csv --app docs --confirm-deletions 501", "--confirm-deletions must be a whole number from 1 to 500, not 501", ""],
  ["a.csv --app docs --confirm-deletions -1", "--confirm-deletions must be a whole number from 1 to 500, not -1", ""],
  ["a.csv --app docs --dry-run=yes", "--dry-run takes no value", ""],
  ["a.csv --app docs --map", "--map needs a value", ""],
  ["--app docs", "the argument FILE is missing", ""],
  ["a.csv", "the option --app docs|mailer is missing", ""],
  ["a.csv --app docs -x", "unknown option -x", ""],
])("%s: %s", (line, what, hint) => {
  const failure = failureOf(line);
  expect(failure.code).toBe("usage");
  expect(failure.what.en).toBe(what);
  expect(failure.where).toBe("clomoctl users import");
  expect(failure.hint?.en).toBe(hint === "" ? "see clomoctl users import --help" : hint);
});

test("an argument too many is refused", () => {
  const closed = defineCommand({ ...sample, args: { file: sample.args.file }, async run() {} });
  expect(() => read("a b --app docs", closed)).toThrow("unexpected argument b");
});

test("an option named like a property of every object is unknown like any other", () => {
  expect(failureOf("a.csv --app docs --__proto__ x").what.en).toBe("unknown option --__proto__");
  expect(failureOf("a.csv --app docs --constructor").what.en).toBe("unknown option --constructor");
});
