import { expect, test } from "vitest";
import { Failure } from "../lib/errors/index.ts";
import { run } from "#support/commands/program.ts";
import { displayWidth } from "../lib/terminal/width.ts";
import { text } from "../lib/text/index.ts";
import { PROGRAM } from "../commands/index.ts";
import { findVerb, selectErrorStyle } from "./command-line.ts";
import { renderReport } from "../lib/terminal/failure.ts";
import { asFailure } from "./report.ts";

const styleOf = (words: readonly string[], environment: Readonly<Record<string, string>>) =>
  selectErrorStyle(findVerb(PROGRAM, words).options, environment);

test("on a terminal, a failure is folded but its commands are not; program output is not folded", () => {
  const long = new Failure("usage", {
    what: text(`--lang must be one of ${"ja, en, ".repeat(12)}not fr`, `--lang は${"日本語か英語".repeat(12)}です`),
    where: "clomoctl roles show",
    hint: text(`run: clomoctl clomo-account settings set --help ${"for what it takes ".repeat(4)}`, "参照してください"),
  });
  for (const language of ["en", "ja"] as const) {
    const style = { language, json: true, verbose: false };
    const lines = renderReport(long, { ...style, columns: 80 })
      .trimEnd()
      .split("\n");
    const problem = lines.pop();
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(80);
    expect(problem).toMatch(/^\{"type":"usage".*\}$/);
    const unfolded = renderReport(long, style).trimEnd().split("\n");
    expect(unfolded).toHaveLength(4);
    expect(unfolded.at(-1)).toBe(problem);
  }
});

test("explains a denied permission if the error has the path", () => {
  const denied = (more: object) =>
    Object.assign(new Error("EACCES: permission denied, fstat"), { code: "EACCES" }, more);
  expect(asFailure(denied({ path: "notify.yaml" }))).toMatchObject({ code: "not-permitted", where: "notify.yaml" });
  expect(asFailure(denied({}))).toMatchObject({ code: "unexpected" });
});

test.each([
  ["a quota that is used up", Object.assign(new Error("EDQUOT"), { code: "EDQUOT" }), true],
  ["another error of the disk", Object.assign(new Error("EIO: i/o error"), { code: "EIO" }), false],
  ["an error without a code", new Error("ENOSPC"), false],
  ["what is no error", { code: "ENOSPC" }, false],
])("%s: reported as a full disk: %s", (_, thrown, full) => {
  expect(asFailure(thrown).what.en.includes("no space left")).toBe(full);
});

test("an error that is not a failure is unexpected, and its stack is shown only on request", () => {
  const unexpected = asFailure(new TypeError("x is \u001b[31mnot a function"));
  expect(unexpected.code).toBe("unexpected");
  const shown = renderReport(unexpected, styleOf([], {}));
  expect(shown).toContain(String.raw`unexpected error: x is \x1b[31mnot a function`);
  expect(shown).not.toContain("report.test.ts");
  expect(renderReport(unexpected, styleOf(["--verbose"], {}))).toContain("report.test.ts");
  expect(asFailure("thrown text").what.en).toBe("unexpected error: thrown text");
});

const CREATE_TOKEN = "access-tokens create cron --read-only";

test.each([
  [CREATE_TOKEN, "createAccessToken", "json.name", "NAME"],
  [CREATE_TOKEN, "createAccessToken", "json.readOnly", "--read-only"],
  [`${CREATE_TOKEN} --expires 30d`, "createAccessToken", "json.expiresAt", "--expires"],
  [CREATE_TOKEN, "createAccessToken", "json.other", "json.other"],
  [CREATE_TOKEN, "createAccessToken", "name", "name"],
  ["users list --search 山", "users", "query.search", "--search"],
  ["secured users edit u1 --app docs --group 総務", "findSecuredUsers", "json.groups", "--group"],
])("%s: the field of the API that %s refuses is named as it was typed: %s → %s", async (line, route, where, typed) => {
  const tenant = { [route]: new Failure("usage", { what: text("too long", "長すぎます"), where }) };
  expect((await run(line, { tenant })).stderr).toContain(`too long\n  ${typed}\n`);
});
