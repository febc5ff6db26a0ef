import { expect, test } from "vitest";
import { Failure } from "../lib/errors/index.ts";
import { displayWidth } from "../lib/terminal/table/width.ts";
import { text } from "../lib/text/index.ts";
import { PROGRAM } from "../commands/index.ts";
import { errorStyleOf } from "./error-style.ts";
import { readLine } from "./line.ts";
import { asFailure, reportOf, stackOf } from "./report.ts";

const styleOf = (words: readonly string[], environment: Readonly<Record<string, string>>) =>
  errorStyleOf(readLine(PROGRAM, words), environment);

const failure = new Failure("conflict", {
  what: text("the tenant changed", "テナントが変更されました"),
  where: "people.csv",
  hint: text("run it again", "やり直してください"),
});

test("a failure is three lines, in the language asked for", () => {
  expect(reportOf(failure, styleOf(["--lang", "en"], {}))).toBe(
    "error: the tenant changed\n  people.csv\n  run it again\n",
  );
  expect(reportOf(failure, styleOf([], { LC_ALL: "ja_JP.UTF-8" }))).toBe(
    "エラー: テナントが変更されました\n  people.csv\n  やり直してください\n",
  );
});

test("on a terminal it is folded at its width, commands whole; what programs read is not", () => {
  const long = new Failure("usage", {
    what: text(`--lang must be one of ${"ja, en, ".repeat(12)}not fr`, `--lang は${"日本語か英語".repeat(12)}です`),
    where: "clomoctl roles show",
    hint: text(`see clomoctl clomo-account settings set --help ${"for what it takes ".repeat(4)}`, "参照してください"),
  });
  for (const language of ["en", "ja"] as const) {
    const style = { language, json: true, verbose: false };
    const lines = reportOf(long, { ...style, columns: 80 })
      .trimEnd()
      .split("\n");
    const problem = lines.pop();
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(80);
    expect(problem).toMatch(/^\{"type":"usage".*\}$/);
    const unfolded = reportOf(long, style).trimEnd().split("\n");
    expect(unfolded).toHaveLength(4);
    expect(unfolded.at(-1)).toBe(problem);
  }
});

test("permission denied is explained if the error has the path", () => {
  const denied = (more: object) =>
    Object.assign(new Error("EACCES: permission denied, fstat"), { code: "EACCES" }, more);
  expect(asFailure(denied({ path: "notify.yaml" }))).toMatchObject({ code: "not-permitted", where: "notify.yaml" });
  expect(asFailure(denied({}))).toMatchObject({ code: "unexpected" });
});

test("a full disk is said plainly", () => {
  const failure = asFailure(Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" }));
  expect(failure).toMatchObject({ code: "unexpected", what: { en: expect.stringContaining("no space left") } });
});

test.each([
  ["a quota that is used up", Object.assign(new Error("EDQUOT"), { code: "EDQUOT" }), true],
  ["another error of the disk", Object.assign(new Error("EIO: i/o error"), { code: "EIO" }), false],
  ["an error without a code", new Error("ENOSPC"), false],
  ["what is no error", { code: "ENOSPC" }, false],
])("%s: said as a full disk is %s", (_, thrown, full) => {
  expect(asFailure(thrown).what.en.includes("no space left")).toBe(full);
});

test("of an error only the places are told, and none of a failure", () => {
  const [first, ...rest] = stackOf(new TypeError("boom"));
  expect(first).toMatch(/^ +at .*report\.test\.ts/);
  expect(rest.length).toBeGreaterThan(0);
  expect(stackOf(failure)).toEqual([]);
  expect(stackOf("thrown text")).toEqual([]);
});

test("with --format json the last line is a problem object", () => {
  const last = reportOf(failure, styleOf(["users", "list", "--format=json"], {}))
    .trimEnd()
    .split("\n")
    .at(-1);
  expect(JSON.parse(last ?? "")).toMatchObject({
    type: "conflict",
    status: 409,
    detail: "the tenant changed",
    where: "people.csv",
    hint: "run it again",
  });
});

test("what is no failure is unexpected; its stack is shown only when asked for", () => {
  const unexpected = asFailure(new TypeError("x is \u001b[31mnot a function"));
  expect(unexpected.code).toBe("unexpected");
  const shown = reportOf(unexpected, styleOf([], {}));
  expect(shown).toContain(String.raw`unexpected error: x is \x1b[31mnot a function`);
  expect(shown).not.toContain("report.test.ts");
  expect(reportOf(unexpected, styleOf(["--verbose"], {}))).toContain("report.test.ts");
  expect(asFailure("thrown text").what.en).toBe("unexpected error: thrown text");
});

test("the manner is read off a command line that is wrong elsewhere", () => {
  expect(styleOf(["--lang", "fr", "--format"], { CLOMOCTL_LANG: "ja" })).toEqual({
    language: "en",
    json: false,
    verbose: false,
  });
  expect(styleOf(["--format", "csv", "--format", "json", "--", "--verbose"], {})).toMatchObject({
    json: true,
    verbose: false,
  });
});
