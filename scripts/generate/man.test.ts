import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { defineCommand } from "../../src/commands/kit/command.ts";
import { same, text } from "../../src/lib/text/index.ts";
import type { NounFolder } from "./commands.ts";
import { readCommands } from "./commands.ts";
import { renderManPages } from "./man.ts";

const ROOT = join(import.meta.dirname, "..", "..");

const program = await readCommands(join(ROOT, "src", "commands"));
const pages = renderManPages(program, "1.2.3");

test("package.json lists every English page; the program and each noun have a page per language", () => {
  const { man } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { man: readonly string[] };
  const english = pages.map(({ path }) => path).filter((path) => !path.startsWith("ja/"));
  expect(man.toSorted()).toEqual(english.map((path) => `man/${path}`).toSorted());
  expect(pages.map(({ path }) => path)).toEqual([...english, ...english.map((path) => `ja/${path}`)]);
  expect(english).toContain("clomoctl-users.1");
});

const command = defineCommand({
  summary: text("do 'it' \\ to ~all", "行う"),
  details: [same(".not a request\n'nor this")],
  args: { file: { kind: "file", required: true, about: same("a-b") } },
  options: { dryRun: { kind: "boolean", about: same("`x`^") } },
  examples: [{ line: ".hidden --dry-run" }],
  exits: ["not-found"],
  run: async () => undefined,
});
const small: NounFolder = {
  name: "clomoctl",
  path: [],
  noun: { summary: same("all") },
  nouns: [],
  verbs: [{ name: "do", file: "do.ts", command }],
};

test("declared texts are shown literally and never become groff requests", () => {
  const page = renderManPages(small, "1.2.3").find(({ path }) => path === "clomoctl-do.1")?.page ?? "";
  expect(page).toContain('.TH "CLOMOCTL\\-DO" "1" "" "clomoctl 1.2.3"');
  expect(page).toContain(String.raw`clomoctl\-do \- do \(aqit\(aq \e to \(tiall`);
  expect(page).toContain("\n\\&.not a request\n\\(aqnor this\n");
  expect(page).toContain('.B "\\-\\-dry\\-run"\n\\(gax\\(ga\\(ha\n');
  expect(page).toContain("\n\\&.hidden \\-\\-dry\\-run\n.fi");
  expect(page).toContain('.B "6"\nnot found\n');
});

const GROFF = spawnSync("groff", ["--version"]).status === 0;

test.each(GROFF ? [] : ["manual pages"])("%s: not formatted because groff is not installed", () => {
  expect(GROFF).toBe(false);
});

test.each(GROFF ? pages : [])("groff formats $path without a warning", ({ path, page }) => {
  // as man does below a folder ja
  const macros = path.startsWith("ja/") ? ["-mja"] : [];
  const options = ["-man", ...macros, "-ww", "-Kutf8", "-Tutf8", "-P-cbou", "-rLL=78n"];
  const { status, stdout, stderr } = spawnSync("groff", options, { input: page, encoding: "utf8" });
  // a long address or a text of the console's cannot be broken
  const warnings = stderr.split("\n").filter((line) => line !== "" && !line.endsWith("can't break line"));
  expect({ status, warnings }).toEqual({ status: 0, warnings: [] });
  expect(stdout).toContain("clomoctl 1.2.3");
});
