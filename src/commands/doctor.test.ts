import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Failure } from "../lib/errors/index.ts";
import { text } from "../lib/text/index.ts";
import { createTestMachine, type TestMachine } from "#support/commands/renewals/machine.ts";
import { runInBoth, run, type Circumstances } from "#support/commands/program.ts";
import { type Answers } from "#support/commands/tenant.ts";

const OWN: Answers = { listRenewals: { items: [] } };

const fresh = (): TestMachine => {
  const one = createTestMachine();
  mkdirSync(join(one.home, "clomoctl"), { mode: 0o700 });
  return one;
};

const of = ({ home, circumstances }: TestMachine, more: Circumstances = {}): Circumstances => ({
  ...circumstances,
  ...more,
  home: join(home, "clomoctl"),
  environment: { ...circumstances.environment, ...more.environment },
});

interface Row {
  readonly state: string;
  readonly check: string;
  readonly context: string | null;
  readonly what: string;
  readonly mend: string | null;
}

/** What `doctor` finds, by check. */
async function findings(circumstances: Circumstances, words = ""): Promise<readonly Row[]> {
  const { stdout } = await run(`doctor --format json ${words}`.trim(), circumstances);
  return JSON.parse(stdout) as Row[];
}

test("a fresh home works in both languages, without a question, a request or a new folder", async () => {
  const { en, ja } = await runInBoth("doctor", of(fresh()));
  expect(en).toMatchObject({ exit: 0, stderr: "0 problems, 0 warnings\n", requests: [] });
  expect(ja).toMatchObject({ exit: 0, stderr: "問題 0 件、警告 0 件\n", requests: [] });
  expect(en.stdout.split("\n")[0]).toBe("state\tcheck\tcontext\twhat\tmend");
  expect(
    new Set(
      en.stdout
        .trimEnd()
        .split("\n")
        .slice(1)
        .map((line) => line.split("\t")[0]),
    ),
  ).toEqual(new Set(["ok"]));
  expect(en.stdout).toContain("ok\ttenant\tlocal\tno data yet\t\n");
  expect(ja.stdout).toContain("ok\ttenant\tlocal\tまだデータがありません\t\n");
});

test("lists problems first, each with what to type on its own line, and exits with 3", async () => {
  const one = fresh();
  writeFileSync(join(one.home, "clomoctl", "notify.yaml"), "recipients: [", { mode: 0o600 });
  const { en, ja } = await runInBoth("doctor --format table", of(one));
  expect(en).toMatchObject({ exit: 3, stderr: "1 problem, 0 warnings\n" });
  expect(en.stdout).toMatch(
    /^problem {2}reminders: not valid YAML[^]+?\n {9}-> to see the format: clomoctl renewals notify --help-all/,
  );
  expect(ja).toMatchObject({ exit: 3, stderr: "問題 1 件、警告 0 件\n" });
  expect(ja.stdout).toMatch(/^問題 {5}通知: /);
});

test("a terminal shows the states in colours and in words, in lines that fit it", async () => {
  const one = fresh();
  const circumstances = of(one, { terminal: { columns: 50 }, environment: { LANG: "ja_JP.UTF-8", SHELL: "/bin/sh" } });
  const ran = await run("doctor", circumstances);
  expect(ran.exit).toBe(0);
  expect(Buffer.from(ran.bytes).toString("utf8")).toContain("\u001b[32m正常\u001b[39m     ");
  expect(ran.stdout).toContain("正常     アクセス権: ");
});

test("the help explains the exit codes and the limits", async () => {
  const { en, ja } = await runInBoth("doctor --help");
  expect(en.stdout.replaceAll(/\s+/g, " ")).toContain("0 no problem · 1 unexpected error");
  expect(en.stdout.replaceAll(/\s+/g, " ")).toContain("3 a problem was found");
  expect(ja.stdout.replaceAll(/\s+/g, "")).toContain("3問題がある");
});

test("an unknown context and unreadable settings are problems", async () => {
  const unknown = await findings(of(fresh(), { environment: { CLOMOCTL_CONTEXT: "gone" } }));
  expect(unknown[0]).toMatchObject({ state: "problem", check: "contexts", what: 'no context is named "gone"' });
  const one = fresh();
  writeFileSync(join(one.home, "clomoctl", "contexts.json"), "{", { mode: 0o600 });
  const [first] = await findings(of(one));
  expect(first).toMatchObject({
    state: "problem",
    check: "contexts",
    mend: "correct the file, or move it to another place",
  });
  expect(first?.what).toContain("contexts.json");
});

describe("a tenant on a server", () => {
  const served = async (): Promise<TestMachine> => {
    const one = fresh();
    await run("context add far --url https://far.example.jp", of(one));
    return one;
  };

  test("is asked only with --online", async () => {
    const one = await served();
    const offline = await findings(of(one, { tenant: {} }));
    expect(offline).toContainEqual(
      expect.objectContaining({
        context: "far",
        state: "ok",
        what: expect.stringContaining("not contacted; to contact it, pass --online"),
      }),
    );
    const online = await findings(of(one, { tenants: { far: OWN } }), "--online");
    expect(online).toContainEqual(
      expect.objectContaining({ context: "far", what: "https://far.example.jp/ responds" }),
    );
  });

  test("is the only one that is checked if --context names it", async () => {
    const one = await served();
    await run("context add silent --url https://silent.example.jp", of(one));
    const silent = new Failure("unavailable", { what: text("no answer", "応答なし") });
    const checked = await findings(of(one, { tenants: { far: OWN, silent } }), "--online --context far");
    expect(new Set(checked.map(({ context }) => context))).toEqual(new Set([null, "far"]));
    const none = await findings(of(one, { tenants: { far: OWN, silent } }), "--online --context gone");
    expect(none.map(({ context }) => context).filter((name) => name !== null)).toEqual([]);
  });

  test("that does not respond is a problem", async () => {
    const silent = new Failure("unavailable", { what: text("no answer", "応答なし"), where: "far.example.jp" });
    const { en, ja } = await runInBoth(
      "doctor --online --format table",
      of(await served(), { tenants: { far: silent } }),
    );
    expect(en).toMatchObject({ exit: 3, stdout: expect.stringMatching(/^problem {2}tenant far: no answer: far/) });
    expect(en.stdout).toContain("\n         -> clomoctl context list\n");
    expect(ja).toMatchObject({ exit: 3, stdout: expect.stringMatching(/^問題 {5}テナント far: 応答なし: far/) });
  });
});
