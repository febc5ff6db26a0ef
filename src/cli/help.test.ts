import { toPlainCommands } from "../lib/terminal/commands.ts";
import { expect, test } from "vitest";
import { defineCommand, type NounNode, type VerbNode } from "../commands/kit/command.ts";
import { toFlagName } from "../commands/kit/field.ts";
import { GLOBAL_OPTIONS } from "../commands/kit/globals.ts";
import { PROGRAM } from "../commands/index.ts";
import { runInBoth } from "#support/commands/program.ts";
import { COMMANDS, VERBS } from "#support/commands/verbs.ts";
import { displayWidth } from "../lib/terminal/width.ts";
import { parseNotifySettings } from "../lib/renewals/notify/settings-schema.ts";
import { parseServeSettings } from "../lib/serve/settings.ts";
import { same, text } from "../lib/text/index.ts";
import { renderNounHelp, renderVerbHelp } from "./help.ts";

const about = text("what for", "用途");

/** Help in its parts, each a list of lines: the heading, then the lines below it. */
const parts = (help: string): string[][] => {
  expect(help.endsWith("\n")).toBe(true);
  return help
    .trimEnd()
    .split("\n\n")
    .map((part) => part.split("\n"));
};

/** The part that contains this line. */
const partWith = (help: string, line: RegExp): string[] =>
  parts(help).find((part) => part.some((one) => line.test(one))) ?? [];

const codes = (part: readonly string[] = []): readonly string[] =>
  part.flatMap((line) => /^ {2}(\d+) /.exec(line)?.[1] ?? []);

const codesIn = (help: string): readonly string[] => codes(partWith(help, /^ {2}130 /));

const command = defineCommand({
  summary: text("do it", "実行する"),
  details: [text("First.", "その一。"), text("Second.", "その二。")],
  args: { file: { kind: "file", required: true, about } },
  options: {
    limit: { kind: "number", about },
    aVeryLongOptionIndeedForTests: { kind: "string", value: "SOMETHING", about },
  },
  examples: [
    { line: `clomoctl it ${"a".repeat(30)}.csv` },
    { line: "clomoctl it b.csv", about: text("with b", "b の例") },
  ],
  exits: ["conflict"],
  opensTenant: false,
  async run() {},
});

test("a verb's help has its parts in order, with examples first and global options on request", () => {
  const [summary, usage, examples, args, options, everywhere, first, second, exits, ...more] = parts(
    renderVerbHelp(["it"], command, "en", true),
  );
  expect(more).toEqual([]);
  expect(summary).toEqual(["do it"]);
  expect(usage?.slice(1)).toEqual(["  clomoctl it FILE [OPTIONS]"]);
  expect(examples?.slice(1)).toEqual([`  clomoctl it ${"a".repeat(30)}.csv`, "  clomoctl it b.csv  with b"]);
  expect(args?.slice(1)).toEqual(["  FILE  what for"]);
  expect(options?.slice(1)).toEqual([
    "  --limit N  what for",
    "  --a-very-long-option-indeed-for-tests SOMETHING",
    "             what for",
  ]);
  expect(everywhere?.slice(-2).join("\n")).toMatch(/^ {2}-h, --help +\S.+\n {2}--help-all +\S/);
  expect([first, second]).toEqual([["First."], ["Second."]]);
  expect(codes(exits)).toEqual(["0", "1", "2", "5", "130"]);
  const short = { ...command, args: {}, details: [], examples: [] };
  expect(parts(renderVerbHelp(["it"], short, "en", false))[3]).toEqual([
    "Options of every command: clomoctl it --help-all",
  ]);
});

test("help that is longer than a screen explains the options of its examples and names the others", () => {
  const several = { kind: "number", about: same("word ".repeat(40).trim()) } as const;
  const options = {
    ...command.options,
    many: several,
    alias: { ...several, short: "o" },
    must: { ...several, required: true },
  } as const;
  const long = { ...command, examples: [{ line: "clomoctl it a.csv --limit 3 -o 4" }], options };
  const help = renderVerbHelp(["it"], long, "en", false);
  const explained = partWith(help, /^Options$/).filter((line) => /^ {2}-/.test(line));
  expect(explained.map((line) => line.trim().split(" ")[0])).toEqual([
    "--limit",
    "--a-very-long-option-indeed-for-tests",
    "-o,",
    "--must",
  ]);
  expect(partWith(help, /^All options/)).toEqual([
    "All options, details and exit codes: clomoctl it --help-all",
    "  --many",
  ]);
  expect(help).not.toContain("First.");
  expect(parts(renderVerbHelp(["it"], { ...long, caution: text("Take care.", "注意") }, "en", false))[0]).toEqual([
    "do it",
    "Take care.",
  ]);
});

test.each([
  ["renewals notify init", "smtp", (sample: string) => parseNotifySettings(sample, "x").recipients[1]?.name, "chat"],
  ["serve", "listen", (sample: string) => parseServeSettings(sample, "x").operators[0]?.role, "division"],
])("the sample settings of %s stay unchanged, so that they can be copied", async (words, first, parse, read) => {
  const { en, ja } = await runInBoth(`${words} --help-all`);
  for (const { stdout } of [en, ja]) {
    const [sample = ""] = new RegExp(`^ {4}${first}:.*\\n(?: {4}.*\\n)+`, "m").exec(stdout) ?? [];
    expect(parse(sample)).toBe(read);
  }
});

test("an example that is wider than the terminal is folded before an option, as a shell reads it", () => {
  const line = `clomoctl it '${"a --b ".repeat(8)}' --of "x --y" ${"z".repeat(20)} --dry-run`;
  const folded = { ...command, examples: [{ line, about }, { line: "clomoctl it" }] };
  const examples = partWith(renderVerbHelp(["it"], folded, "en", true), /^Examples/);
  expect(examples).toEqual([
    "Examples",
    `  clomoctl it '${"a --b ".repeat(8)}' \\`,
    `    --of "x --y" ${"z".repeat(20)} --dry-run`,
    expect.stringMatching(/^ +what for$/),
    "  clomoctl it",
  ]);
  const noun = { name: "it", aliases: [], summary: about, nouns: [], verbs: [], examples: [line] };
  expect(renderNounHelp(["it"], noun, "en", true)).toContain(examples.slice(1, 3).join("\n"));
});

const verb = (name: string): VerbNode => ({
  name,
  summary: about,
  load: () => Promise.reject(new Error("not loaded")),
});
const noun = (more: Partial<NounNode>): NounNode => ({
  name: "clomo-account",
  aliases: ["account"],
  group: "tenant",
  summary: about,
  examples: [],
  nouns: [],
  verbs: [],
  ...more,
});

test("a noun's help lists nouns with their aliases, then verbs", () => {
  const node = noun({ nouns: [noun({ group: undefined })], verbs: [verb("go")], examples: ["clomoctl go"] });
  const [summary, examples, below, everywhere, ...more] = parts(renderNounHelp(["it"], node, "ja", true));
  expect(more).toEqual([]);
  expect(summary).toEqual(["用途"]);
  expect(examples?.slice(1)).toEqual(["  clomoctl go"]);
  expect(below?.slice(1)).toEqual(["  clomo-account, account  用途", "  go                      用途"]);
  expect(everywhere?.at(-1)).toMatch(/^ {2}--help-all /);
});

test("the first screen has the nouns by group and the verbs by name", () => {
  const below = [noun({ name: "b", group: "apple" }), noun({ name: "c" }), noun({ name: "d" })];
  const root = noun({ nouns: below, verbs: [verb("go"), verb("status")], examples: ["clomoctl it"] });
  expect(renderNounHelp([], root, "en", false)).toBe(
    [
      "  clomoctl it",
      "Tenant      c  what for",
      "            d  what for",
      "Apple       b  what for",
      "More: go",
      "clomoctl status: what for",
      "Options of every command: clomoctl --help-all",
      "",
    ].join("\n"),
  );
  const [, everywhere, exits] = parts(renderNounHelp([], root, "en", true));
  expect(everywhere?.at(-1)).toMatch(/^ {2}-V, --version /);
  expect(codes(exits)).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "130"]);
});

/** The lines it takes on a terminal of 80 columns, and one for the prompt. */
const screenful = (help: string): number =>
  help.split("\n").reduce((rows, line) => rows + Math.max(1, Math.ceil(displayWidth(line) / 80)), 0);

const unwrapped = (words: string): string => words.replaceAll(/\s/g, "");

/** With each command on one line, as a shell reads it. */
const unfolded = (help: string): string => help.replaceAll(/ \\\n +/g, " ");

const nounsBelow = (node: NounNode, path: readonly string[] = []): (readonly [string, NounNode])[] => [
  [path.join(" "), node],
  ...node.nouns.flatMap((below) => nounsBelow(below, [...path, below.name])),
];

const NOUNS = nounsBelow(PROGRAM);
test.each([...NOUNS, ...VERBS].map(([path]) => path))(
  "no line of %s --help is wider than 80 columns or ends in a blank",
  async (path) => {
    const words = path.split(" ").filter((word) => word !== "");
    for (const flag of ["--help", "--help-all"]) {
      const { en, ja } = await runInBoth([...words, flag]);
      const wide = `${en.stdout}${ja.stdout}`
        .split("\n")
        .filter((line) => displayWidth(line) > 80 || line.endsWith(" "));
      expect(wide).toEqual([]);
    }
  },
);

test.each(NOUNS)("%s --help lists its subcommands, in both languages", async (path, node) => {
  const { en, ja } = await runInBoth([...path.split(" ").filter((word) => word !== ""), "--help"]);
  expect(en).toMatchObject({ exit: 0, stderr: "", requests: [] });
  expect(Math.max(screenful(en.stdout), screenful(ja.stdout))).toBeLessThanOrEqual(24);
  const isRoot = path === "";
  expect(unwrapped(en.stdout).startsWith(unwrapped(node.summary.en))).toBe(!isRoot);
  expect(unwrapped(ja.stdout).startsWith(unwrapped(node.summary.ja))).toBe(!isRoot);
  // the program has too many commands for a line each
  const also = isRoot
    ? [...node.verbs.filter(({ name }) => name !== "status"), ...node.nouns.filter(({ group }) => group === undefined)]
    : [];
  const rows = isRoot
    ? [...node.nouns.filter(({ group }) => group !== undefined), ...node.verbs.filter(({ name }) => name === "status")]
    : [...node.nouns, ...node.verbs];
  for (const { name } of also) expect(en.stdout).toMatch(new RegExp(String.raw`^More: .*\b${name}\b`, "m"));
  for (const { name, summary } of rows) {
    expect(en.stdout).toMatch(new RegExp(String.raw`(?:^| {2}|clomoctl )${name}\b`, "m"));
    expect(unwrapped(en.stdout)).toContain(unwrapped(summary.en));
    expect(unwrapped(ja.stdout)).toContain(unwrapped(summary.ja));
    // the first screen has one line for each noun, so a long summary would be cut
    const uncut = [en, ja].map(({ stdout }) => stdout.replaceAll("\n", "$\n"));
    expect(!isRoot || (uncut[0]?.includes(`${summary.en}$`) && uncut[1]?.includes(`${summary.ja}$`))).toBe(true);
  }
});

test.each(COMMANDS)(
  "%s --help names its options, examples and exit codes, in both languages",
  async (path, declared) => {
    const short = await runInBoth([...path.split(" "), "--help"]);
    expect(Math.max(screenful(short.en.stdout), screenful(short.ja.stdout))).toBeLessThanOrEqual(24);
    const brief = Object.entries(declared.options).filter(([, field]) => field.brief !== undefined);
    const shown = brief.length === 0 ? declared.options : Object.fromEntries(brief);
    for (const key of Object.keys(shown)) expect(short.en.stdout).toContain(`--${toFlagName(key)}`);
    const { en, ja } = await runInBoth([...path.split(" "), "--help-all"]);
    expect(en).toMatchObject({ exit: 0, stderr: "", requests: [] });
    expect(en.stdout).toContain(`\n  clomoctl ${path}`);
    for (const { stdout, language } of [{ ...en, language: "en" } as const, { ...ja, language: "ja" } as const]) {
      expect(unwrapped(stdout).startsWith(unwrapped(declared.summary[language]))).toBe(true);
      for (const [key, field] of Object.entries({ ...GLOBAL_OPTIONS, ...declared.options })) {
        expect(stdout).toMatch(new RegExp(String.raw`^ {2}(-\w, )?--${toFlagName(key)}\b`, "m"));
        expect(unwrapped(stdout)).toContain(unwrapped(toPlainCommands(field.about[language], {})));
      }
      for (const { line } of declared.examples) expect(unfolded(stdout)).toContain(`\n  ${line}`);
    }
    expect(codesIn(en.stdout)).toEqual(codesIn(ja.stdout));
  },
);

test.each(["users", "orgs", "devices"])(
  "%s: each page of help says what is not confirmed about the files",
  async (noun) => {
    for (const verb of ["import", "export", "template"]) {
      const { en, ja } = await runInBoth(`${noun} ${verb} --help`);
      expect(unwrapped(en.stdout)).toMatch(/encodings?.*notconfirmed/);
      expect(unwrapped(ja.stdout)).toContain("文字コードは確認されてい");
    }
  },
);
