import { expect, test } from "vitest";
import { defineCommand } from "../commands/command.ts";
import { flagName } from "../commands/field.ts";
import { GLOBAL_OPTIONS } from "../commands/globals.ts";
import { PROGRAM } from "../commands/index.ts";
import type { NounNode, VerbNode } from "../commands/node.ts";
import { inBoth, run } from "../commands/testing/program.ts";
import { text } from "../lib/text/index.ts";
import { nounHelp, verbHelp } from "./help.ts";

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

const codesIn = (help: string): readonly string[] =>
  partWith(help, /^ {2}130 /)
    .slice(1)
    .map((line) => line.trim().split(" ")[0] ?? "");

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
  async run() {},
});

test("a verb's help has its parts in order", () => {
  const [summary, usage, first, second, args, options, everywhere, examples, exits, ...more] = parts(
    verbHelp(["it"], command, "en"),
  );
  expect(more).toEqual([]);
  expect(summary).toEqual(["do it"]);
  expect(usage?.slice(1)).toEqual(["  clomoctl it FILE [OPTIONS]"]);
  expect([first, second]).toEqual([["First."], ["Second."]]);
  expect(args?.slice(1)).toEqual(["  FILE  what for"]);
  expect(options?.slice(1)).toEqual([
    `  --limit N${" ".repeat(25)}  what for`,
    "  --a-very-long-option-indeed-for-tests SOMETHING",
    `  ${" ".repeat(34)}  what for`,
  ]);
  expect(everywhere?.at(-1)).toMatch(/^ {2}-h, --help +\S/);
  expect(examples?.slice(1)).toEqual([
    `  clomoctl it ${"a".repeat(30)}.csv`,
    `  clomoctl it b.csv${" ".repeat(34 - 17)}  with b`,
  ]);
  expect(exits?.slice(1).map((line) => line.trim().split(" ")[0])).toEqual(["0", "1", "2", "5", "130"]);
});

test("terms are padded to the longest of their list", () => {
  const help = verbHelp(
    ["it"],
    { ...command, options: { limit: command.options.limit, as: { kind: "string", about } } },
    "en",
  );
  expect(help).toContain("\n  --limit N  what for\n  --as AS    what for\n");
});

test("a part without entries is left out, and all is in the person's language", () => {
  const { details: _, ...plain } = command;
  const help = verbHelp(["it"], { ...plain, args: {}, options: {}, examples: [] }, "ja");
  const all = parts(help);
  expect(all).toHaveLength(4);
  expect(all[0]).toEqual(["実行する"]);
  expect(help).toMatch(/\n {2}0 +完了\n/);
  // the long term of --format has a line of its own
  expect(all[2]?.length).toBe(Object.keys(GLOBAL_OPTIONS).length + 3);
});

const verb = (name: string): VerbNode => ({
  name,
  summary: about,
  load: () => Promise.reject(new Error("not loaded")),
});
const noun = (more: Partial<NounNode>): NounNode => ({
  name: "clomo-account",
  aliases: ["account"],
  summary: about,
  examples: [],
  nouns: [],
  verbs: [],
  ...more,
});

test("a noun's help lists nouns with their other names, then verbs", () => {
  const root = noun({ name: "clomoctl", nouns: [noun({})], verbs: [verb("go")], examples: ["clomoctl go"] });
  const [summary, usage, nouns, verbs, everywhere, examples, exits, ...more] = parts(nounHelp([], root, "ja"));
  expect(more).toEqual([]);
  expect(summary).toEqual(["用途"]);
  expect(usage?.slice(1)).toEqual(["  clomoctl <command> <subcommand> [OPTIONS]"]);
  expect(nouns?.slice(1)).toEqual(["  clomo-account, account  用途"]);
  expect(verbs?.slice(1)).toEqual(["  go  用途"]);
  expect(everywhere).toHaveLength(1 + Object.keys(GLOBAL_OPTIONS).length + 3);
  expect(everywhere?.at(-2)).toMatch(/^ {2}-h, --help /);
  expect(everywhere?.at(-1)).toMatch(/^ {2}-V, --version /);
  expect(examples?.slice(1)).toEqual(["  clomoctl go"]);
  expect(exits?.slice(1).map((line) => line.trim().split(" ")[0])).toEqual([
    "0",
    "1",
    "2",
    "3",
    "4",
    "5",
    "6",
    "7",
    "8",
    "9",
    "130",
  ]);
});

test("below the top there is no version, and no exit code but the usual ones", () => {
  const help = nounHelp(["clomo-account"], noun({ verbs: [verb("grant")] }), "en");
  expect(help).toContain("\n  clomoctl clomo-account <subcommand> [OPTIONS]\n");
  expect(help).not.toContain("--version");
  expect(codesIn(help)).toEqual(["0", "1", "2", "130"]);
});

const nounsBelow = (node: NounNode, path: readonly string[] = []): (readonly [string, NounNode])[] => [
  [path.join(" "), node],
  ...node.nouns.flatMap((below) => nounsBelow(below, [...path, below.name])),
];

const NOUNS = nounsBelow(PROGRAM);
const VERBS = NOUNS.flatMap(([path, node]) =>
  node.verbs.map((one) => [`${path} ${one.name}`.trimStart(), one] as const),
);

test.each(NOUNS)("%s --help names what stands below it, in both languages", async (path, node) => {
  const { en, ja } = await inBoth([...path.split(" ").filter((word) => word !== ""), "--help"]);
  expect(en).toMatchObject({ exit: 0, stderr: "", requests: [] });
  expect(en.stdout.startsWith(`${node.summary.en}\n`)).toBe(true);
  expect(ja.stdout.startsWith(`${node.summary.ja}\n`)).toBe(true);
  for (const { name, summary } of [...node.nouns, ...node.verbs]) {
    expect(en.stdout).toMatch(new RegExp(String.raw`^ {2}${name}\b`, "m"));
    expect(en.stdout).toContain(`  ${summary.en}\n`);
    expect(ja.stdout).toContain(`  ${summary.ja}\n`);
  }
});

test.each(VERBS)("%s --help names its options, examples and exit codes, in both languages", async (path, { load }) => {
  const { default: declared } = await load();
  const { en, ja } = await inBoth([...path.split(" "), "-h"]);
  expect(en).toMatchObject({ exit: 0, stderr: "", requests: [] });
  expect(en.stdout).toContain(`\n  clomoctl ${path}`);
  for (const { stdout, language } of [{ ...en, language: "en" } as const, { ...ja, language: "ja" } as const]) {
    expect(stdout.startsWith(`${declared.summary[language]}\n`)).toBe(true);
    for (const [key, field] of Object.entries({ ...GLOBAL_OPTIONS, ...declared.options })) {
      expect(stdout).toMatch(new RegExp(String.raw`^ {2}(-\w, )?--${flagName(key)}\b`, "m"));
      expect(stdout).toContain(field.about[language]);
    }
    for (const { line } of declared.examples) expect(stdout).toContain(`\n  ${line}`);
  }
  expect(codesIn(en.stdout)).toEqual(codesIn(ja.stdout));
});

test("a renewals check has exit codes of its own", async () => {
  const { stdout } = await run("renewals check --help");
  expect(codesIn(stdout)).toEqual(["0", "1", "2", "3", "130"]);
});
