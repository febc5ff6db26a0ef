import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { displayWidth } from "../../lib/terminal/table/width.ts";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";

describe("a guide", () => {
  test.each(["purchased", "manual", "supervised-only", "unsupervised"])(
    "for %s first says what ends CLOMO's own enrolment, in both languages, without a request",
    async (way) => {
      const { en, ja } = await runInBoth(`ade guide ${way}`, { tenant: {} });
      expect(en).toMatchObject({ exit: 0, requests: [] });
      const line = `clomoctl ade guide ${way} --through commands\n`;
      expect(en.stderr).toBe(`to see the steps for a local tenant that is not a mirror, or for a simulator: ${line}`);
      expect(ja.stderr).toBe(`ミラーではないテナントやシミュレーターでの手順を見るには: ${line}`);
      expect(en.stdout).toMatch(
        /^How to enrol .*\n\n {2}first of all: Never upload a public key of clomoctl .*\n[^]*\n\n1\. /,
      );
      expect(ja.stdout).toMatch(/^登録の手順: .*\n\n {2}最初に: CLOMO が使用している .*\n[^]*\n\n1\. /);
    },
  );

  test("is for the console unless commands are requested", async () => {
    const console = await run("ade guide purchased");
    expect(console.stdout).toContain("「全件を取得する」");
    expect(console.stdout).not.toContain("clomoctl ade sync");
    const commands = await run("ade guide purchased --through commands");
    expect(commands.stdout).toContain("clomoctl ade sync --full");
    expect(commands.stdout).not.toContain("CLOMO PANEL");
    expect(commands.stderr).toBe("");
  });

  test.each([
    ["--format markdown", /^# How to enrol [^]*\n1\. \[ \] /],
    ["--format html", /^<!DOCTYPE html>[^]*<html lang="en">/],
    ["-o -", /^How to enrol /],
  ])("%s is written to stdout", async (words, form) => {
    expect((await run(`ade guide manual ${words}`)).stdout).toMatch(form);
  });

  test("is folded on a terminal, but its commands are not", async () => {
    const { en, ja } = await runInBoth("ade guide purchased --through commands", { terminal: { columns: 80 } });
    for (const { stdout } of [en, ja]) {
      for (const line of stdout.split("\n")) {
        expect(displayWidth(line) <= 80 || /^ *clomoctl \S/.test(line), line).toBe(true);
      }
      expect(stdout).toMatch(/clomoctl devices set-owner SERIAL --user MAIL\n$/);
    }
    expect(ja.stdout).toMatch(/^ {3}注意: .+\n {5}\S/m);
  });

  test("can be written to a file", async () => {
    const folder = freshFolder();
    const ran = await run("ade guide manual --format html -o manual.html --lang ja", { folder });
    expect(ran).toMatchObject({ exit: 0, stdout: "" });
    expect(readFileSync(join(folder, "manual.html"), "utf8")).toContain('<html lang="ja">');
  });

  test("is data if a format or fields are requested", async () => {
    const { en, ja } = await runInBoth("ade guide manual --format json", {});
    const steps = JSON.parse(en.stdout) as readonly Record<string, unknown>[];
    expect(steps.map(({ number }) => number)).toEqual(steps.map((_, index) => index + 1));
    expect(Object.keys(steps[0] ?? {})).toEqual(["number", "id", "what", "where", "trap", "check"]);
    expect((JSON.parse(ja.stdout) as typeof steps).map(({ id }) => id)).toEqual(steps.map(({ id }) => id));
    expect((await run("ade guide unsupervised --fields number,id")).stdout).toBe(
      "number\tid\n1\tdecide\n2\tinstall\n3\tin-devices\n",
    );
  });
});

test.each([
  ["", "the argument purchased|manual|supervised-only|unsupervised is missing"],
  ["bought", "must be one of purchased, manual, supervised-only, unsupervised"],
  ["purchased --through api", "must be one of console, commands"],
  ["purchased --format html --fields id", "--fields selects from records, so it cannot be used with --format html"],
  ["purchased -o a --format json", "--format xlsx and -o FILE must be used together"],
  [
    "purchased --as html --format pdf",
    "must be one of text, markdown, html, table, json, ndjson, csv, tsv, xlsx, not pdf",
  ],
])("is refused if the command line is wrong: %s", async (words, said) => {
  const { en, ja } = await runInBoth(`ade guide ${words}`.trim(), {});
  expect(en).toMatchObject({ exit: 2, stdout: "", stderr: expect.stringContaining(said) });
  expect(ja).toMatchObject({ exit: 2, stdout: "", stderr: expect.stringMatching(/^エラー: /) });
});
