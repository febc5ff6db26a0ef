import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { freshFolder, runInBoth, run, type RunResult } from "#support/commands/program.ts";

const lastLine = ({ stderr }: RunResult): unknown => JSON.parse(stderr.trimEnd().split("\n").at(-1) ?? "");

describe("version and help", () => {
  test.each(["--version", "-V", "--lang ja --version", "--version users bogus", "users --version"])(
    "%s prints the version",
    async (line) => {
      expect(await run(line)).toMatchObject({ exit: 0, stdout: `clomoctl ${manifest.version}\n`, stderr: "" });
    },
  );

  test.each([[[]], [["--help"]], [["-h"]]])("%j prints the program's help, in both languages", async (words) => {
    const { en, ja } = await runInBoth(words);
    expect(en).toMatchObject({ exit: 0, stderr: "" });
    expect(en.stdout).toMatch(
      /^ {2}clomoctl users import [^]+\nDaily work {2}\S[^]+\n {12}users +\S[^]+\nMore: .*\nclomoctl status: .*\nOptions of every command: clomoctl --help-all\n$/,
    );
    expect(ja).toMatchObject({ exit: 0, stdout: expect.stringMatching(/^その他: /m) });
  });

  test.each([
    ["users --help", /^users of CLOMO PANEL\n/],
    ["--help users", /^users of CLOMO PANEL\n/],
    ["help users", /^users of CLOMO PANEL\n/],
    ["users help list", /\n {2}clomoctl users list \[OPTIONS\]\n/],
    ["users fields -h", /^custom user fields\n/],
    ["users list --bogus -h", /\n {2}clomoctl users list \[OPTIONS\]\n/],
    ["--format json secured users show --help", /\n {2}clomoctl secured users show USER --app APP \[OPTIONS\]\n/],
  ])("%s prints the help of the command that it names", async (line, help) => {
    const { exit, stdout, stderr, requests } = await run(line);
    expect({ exit, stderr, requests }).toEqual({ exit: 0, stderr: "", requests: [] });
    expect(stdout).toMatch(help);
  });

  test("a noun alone prints its help and is a usage error, in both languages", async () => {
    const { en, ja } = await runInBoth("users fields");
    expect([en.exit, ja.exit, en.stdout, ja.stdout]).toEqual([2, 2, "", ""]);
    expect(en.stderr).toMatch(/^custom user fields\n/);
    expect(en.stderr).toMatch(/\nerror: specify a subcommand\n {2}clomoctl users fields\n$/);
    expect(ja.stderr).toContain("\nエラー: サブコマンドを指定してください\n");
    for (const { stderr } of Object.values(await runInBoth("users")))
      expect(stderr.split("\n").length).toBeLessThanOrEqual(24);
    const json = await run("users --format json");
    expect(JSON.parse(json.stderr.trimEnd().split("\n").at(-1) ?? "")).toMatchObject({ type: "usage" });
  });
});

describe("global options", () => {
  test("are refused if their value is invalid, in both languages", async () => {
    const { en, ja } = await runInBoth("context list --format xml");
    expect(en).toMatchObject({ exit: 2, stdout: "" });
    expect(en.stderr).toContain("--format must be one of table, json, ndjson, csv, tsv, xlsx, not xml");
    expect(ja.stderr).toContain("--format には table, json, ndjson, csv, tsv, xlsx のいずれか");
    expect(await run("context list --quiet --verbose")).toMatchObject({ exit: 2, stdout: "" });
    expect((await run("context list --format")).stderr).toContain("--format requires a value");
    expect((await run("--format")).exit).toBe(0);
  });
});

describe("a failure with --format json ends with a problem object", () => {
  test.each([
    ["users --format json lst", 2, { type: "usage", status: 400, where: "clomoctl users lst" }],
    ["users list --format json --bogus", 2, { type: "usage", status: 400, where: "clomoctl users list" }],
    ["context use kinki --format=json", 6, { type: "not-found", status: 404 }],
    ["context add local --embedded --format json", 3, { type: "input-rejected", status: 422, where: "local" }],
    ["csv check nowhere.csv --as users --format json", 6, { type: "not-found", status: 404, where: "nowhere.csv" }],
  ])("%s: %i", async (line, exit, problem) => {
    const { en, ja } = await runInBoth(line);
    expect(en).toMatchObject({ exit, stdout: "" });
    expect(ja).toMatchObject({ exit, stdout: "" });
    expect(en.stderr).toMatch(/^error: /);
    expect(lastLine(en)).toMatchObject(problem);
    expect(lastLine(ja)).toMatchObject(problem);
  });
});

test("settings that cannot be read are rejected input that names the file, in any command", async () => {
  const home = freshFolder();
  writeFileSync(join(home, "contexts.json"), "{");
  for (const words of ["context list", "ade sync --no-input --quiet", "users list", "status"]) {
    const { en, ja } = await runInBoth(words, { home });
    expect(en).toMatchObject({ exit: 3, stdout: "", stderr: expect.stringContaining(join(home, "contexts.json")) });
    expect(ja).toMatchObject({ exit: 3, stderr: expect.stringMatching(/^エラー: /) });
  }
});

test("every command that has --all-contexts refuses it together with --context, in both languages", async () => {
  for (const [words, failure] of [
    ["renewals check", 3],
    ["renewals list", 2],
  ] as const) {
    const { en, ja } = await runInBoth(`${words} --all-contexts --context nowhere`);
    expect([en.exit, ja.exit]).toEqual([failure, failure]);
    expect(en.stderr).toMatch(/^error: --context and --all-contexts cannot be used together\n/);
    expect(ja.stderr).toMatch(/^エラー: --context と --all-contexts は同時に指定できません\n/);
  }
  const { exit, stdout } = await run("--context nowhere renewals check --nagios --all-contexts");
  expect(exit).toBe(3);
  expect(stdout).toBe("RENEWALS UNKNOWN - --context and --all-contexts cannot be used together\n");
  expect(await run("status --all-contexts", { environment: { CLOMOCTL_CONTEXT: "nowhere" } })).not.toMatchObject({
    exit: 2,
  });
});

describe("a monitoring system", () => {
  test("gets a refused command line on stdout with the monitoring exit code, in both languages", async () => {
    const { en, ja } = await runInBoth("renewals check --nagios --bogus");
    expect(en).toMatchObject({ exit: 3, stdout: "RENEWALS UNKNOWN - unknown option --bogus\n" });
    expect(en.stderr).toMatch(/^error: unknown option --bogus\n/);
    expect(ja).toMatchObject({ exit: 3, stdout: expect.stringMatching(/^RENEWALS UNKNOWN - .*--bogus/) });
    expect(await run("--bogus renewals check --nagios")).toMatchObject({
      exit: 3,
      stdout: expect.stringMatching(/^RENEWALS UNKNOWN/),
    });
  });

  test("gets no output unless it asks for it, and the exit code stays the same", async () => {
    expect(await run("renewals check --bogus")).toMatchObject({ exit: 3, stdout: "" });
    expect(await run("renewals list --nagios")).toMatchObject({ exit: 2, stdout: "" });
    expect(await run("renewals chek --nagios")).toMatchObject({ exit: 2, stdout: "" });
    expect(await run("renewals check --bogus -- --nagios")).toMatchObject({ exit: 3, stdout: "" });
    expect(await run("renewals check --bogus")).toMatchObject({ exit: 3, stdout: "" });
    // the value of an option is not a verb
    expect(await run("renewals --context check list --bogus")).toMatchObject({ exit: 2, stdout: "" });
  });
});
