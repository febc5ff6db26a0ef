import { expect, expectTypeOf, test } from "vitest";
import { defineCommand, type Command } from "../commands/kit/command.ts";
import { Failure } from "../lib/errors/index.ts";
import type { TypedDate } from "../lib/model/time.ts";
import { same } from "../lib/text/index.ts";
import { parseCommandLine } from "./parse.ts";

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

const { excludes: _, ...bare } = sample;

const read = (line: string, command: Command = sample) =>
  parseCommandLine(["users", "import"], command, line.split(" "));

const failureOf = (line: string, command: Command = sample): Failure => {
  try {
    read(line, command);
  } catch (error) {
    if (error instanceof Failure) return error;
  }
  throw new Error(`${line} was accepted`);
};

test("fills in defaults and converts values to their kind", () => {
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

test("reads global options together with the verb's own options, and uses the last value", () => {
  const { globals } = read("--format json a.csv --app docs --no-input --format ndjson --lang ja");
  expect(globals).toMatchObject({ format: "ndjson", noInput: true, lang: "ja", yes: false, progress: "auto" });
});

test("treats everything after -- as an argument", () => {
  expect(read("--app docs -- --dry-run --x").input).toMatchObject({
    file: "--dry-run",
    others: ["--x"],
    dryRun: false,
  });
});

test.each([
  ["a.csv --app docs --dryrun", "unknown option --dryrun", "did you mean --dry-run?"],
  ["a.csv --app docs --mode repalce", "--mode must be one of append, replace, not repalce", ""],
  ["a.csv --app docs --mode ,", "--mode must be one of append, replace, not ,", ""],
  ["a.csv --app docs --confirm-deletions 1e2", "--confirm-deletions must be a whole number from 1 to 500, not 1e2", ""],
  ["a.csv --app docs --confirm-deletions 501", "--confirm-deletions must be a whole number from 1 to 500, not 501", ""],
  ["a.csv --app docs --confirm-deletions -1", "--confirm-deletions must be a whole number from 1 to 500, not -1", ""],
  ["a.csv --app docs --dry-run=yes", "--dry-run does not take a value", ""],
  ["a.csv --app docs --map", "--map requires a value", ""],
  ["a.csv --app docs --map --dry-run", "--map requires a value", ""],
  ["--app docs", "the argument FILE is missing", ""],
  ["a.csv", "the option --app docs|mailer is missing", ""],
  ["- --app docs --token-file -", "only one of these can read stdin: --token-file, FILE", ""],
  ["a.csv --app docs -x", "unknown option -x", ""],
  ["a.csv --app docs --bogus=1", "unknown option --bogus", ""],
])("%s: %s", (line, what, hint) => {
  const failure = failureOf(line);
  expect(failure.code).toBe("usage");
  expect(failure.what.en).toBe(what);
  expect(failure.where).toBe("clomoctl users import");
  expect(failure.hint?.en).toBe(hint === "" ? "see clomoctl users import --help" : hint);
});

test("a choice with a direction is not named again in a message", () => {
  const choices = ["name", "name:desc", "title"];
  const choosing = defineCommand({
    ...bare,
    args: {},
    options: { sort: { kind: "choice", choices, about } },
    async run() {},
  });
  expect(read("--sort name:desc", choosing).input["sort"]).toBe("name:desc");
  const { what } = failureOf("--sort 名前", choosing);
  expect(what.ja).toBe("--sort には name, title のいずれかを指定してください(指定した値: 名前)");
});

test("splits lists at commas and removes blanks, even in defaults", () => {
  const lists = defineCommand({
    ...bare,
    args: { names: { kind: "list", about } },
    options: { orgs: { kind: "list", default: "a,b", about }, more: { kind: "list", repeatable: true, about } },
    async run() {},
  });
  const { input } = parseCommandLine(["try"], lists, []);
  expect(input).toMatchObject({ orgs: ["a", "b"], more: [] });
  expect(read("p,q --more 1,2 --more=3", lists).input).toMatchObject({ names: ["p", "q"], more: [["1", "2"], ["3"]] });
  expect(parseCommandLine(["try"], lists, ["--more", " a , b "]).input).toMatchObject({ more: [["a", "b"]] });
});

test("a required list of arguments accepts one or more", () => {
  const args = { files: { kind: "file", required: true, repeatable: true, about } } as const;
  const many = defineCommand({ ...bare, args, options: {}, async run() {} });
  expect(read("a b -- -c", many).input).toEqual({ files: ["a", "b", "-c"] });
  expect(() => parseCommandLine(["try"], many, [])).toThrow("FILES is missing");
});

test("rejects a blank value", () => {
  expect(failureOf("a.csv --app docs --map=").what.en).toBe("-m, --map must not be blank");
  expect(() => parseCommandLine(["try"], sample, ["", "--app", "docs"])).toThrow("FILE must not be blank");
  expect(() => parseCommandLine(["try"], sample, ["a.csv", "　", "--app", "docs"])).toThrow("OTHERS must not be blank");
});

test("accepts only a time zone that exists, and returns its official name", () => {
  expect(read("a.csv --app docs --timezone asia/tokyo").globals.timezone).toBe("Asia/Tokyo");
  expect(failureOf("a.csv --app docs --timezone Nowhere").what.en).toMatch(/Asia\/Tokyo, not Nowhere$/);
});

const dated = defineCommand({
  ...bare,
  args: {},
  options: {
    within: { kind: "duration", about },
    at: { kind: "date", about },
    expires: { kind: "date", blank: true, about },
  },
  async run(_tools, input) {
    expectTypeOf(input).branded.toEqualTypeOf<{
      readonly within: number | undefined;
      readonly at: TypedDate | undefined;
      readonly expires: TypedDate | null | undefined;
    }>();
  },
});

test("a duration is a number of days or weeks", () => {
  expect(read("--within 90d", dated).input).toEqual({ within: 90, at: undefined, expires: undefined });
  expect(["12w", "0d", "9999d"].map((typed) => read(`--within ${typed}`, dated).input["within"])).toEqual([
    84, 0, 9999,
  ]);
  for (const wrong of ["90", "3m", "9.5d", "99999d", "nonsense"]) {
    expect(() => read(`--within=${wrong}`, dated)).toThrow(`, not ${wrong}`);
  }
});

test("a date is a day or an instant, and can be blank only if a blank means no date", () => {
  expect(read("--at 2027/3/1 --expires 2027-03-01T09:00:00+09:00", dated).input).toMatchObject({
    at: { day: "2027-03-01" },
    expires: { instant: "2027-03-01T00:00:00.000Z" },
  });
  expect(read("--expires=", dated).input).toMatchObject({ at: undefined, expires: null });
  expect(() => read("--at=", dated)).toThrow("--at must not be blank");
  expect(() => read("--expires tomorrow", dated)).toThrow("not tomorrow");
});

test("--as accepts only one value, but other options use the last value", () => {
  expect(read("a.csv --app docs --as hana --as hana --lang ja --lang en").globals).toMatchObject({
    as: "hana",
    lang: "en",
  });
  expect(failureOf("a.csv --as hana --app docs --as taro").what.en).toContain("twice");
});

test("rejects options that exclude each other, but accepts the default value of a choice", () => {
  const excluding = defineCommand({
    ...bare,
    args: {},
    options: {
      mode: { kind: "choice", choices: ["append", "replace"], default: "append", about },
      all: { kind: "boolean", about },
      only: { kind: "string", repeatable: true, about },
    },
    excludes: [
      ["all", "mode"],
      ["all", "only"],
    ],
    async run() {},
  });
  expect(read("--all --mode append", excluding).input).toMatchObject({ all: true, mode: "append", only: [] });
  expect(read("--mode replace --only a", excluding).input).toMatchObject({ all: false, mode: "replace" });
  const { what, hint, code } = failureOf("--all --only a", excluding);
  expect([code, what.en, hint?.ja]).toEqual([
    "usage",
    "--all and --only cannot be used together",
    "どちらかを外してください",
  ]);
  expect(failureOf("--all --mode replace", excluding).what.ja).toBe("--all と --mode は同時に指定できません");
});

test.each([
  ["--on", "specify NAME or --file"],
  ["a --on --file b", "NAME and --file cannot be used together"],
  ["a", "specify --on, --off, or --to"],
  ["a --on --direct", "--direct requires --org"],
  ["a --on --direct --org b", undefined],
  ["--file b --to c", undefined],
])("checks the relations that a command declares: %j", (line, said) => {
  const related = defineCommand({
    ...bare,
    args: { name: { kind: "string", about } },
    options: {
      file: { kind: "string", about },
      org: { kind: "string", about },
      direct: { kind: "boolean", requires: "org", about },
      on: { kind: "boolean", about },
      off: { kind: "boolean", about },
      to: { kind: "string", about },
    },
    anyOf: [["on", "off", "to"]],
    oneOf: [["name", "file"]],
    async run() {},
  });
  const refusal = (): string | undefined => {
    try {
      read(line, related);
    } catch (error) {
      return error instanceof Failure ? error.what.en : undefined;
    }
    return undefined;
  };
  expect(refusal()).toBe(said);
});
