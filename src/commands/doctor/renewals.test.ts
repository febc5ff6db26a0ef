import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createTestMachine, type TestMachine } from "#support/commands/renewals/machine.ts";
import { item } from "#support/commands/renewals/item.ts";
import type { EnvironmentVariables } from "../../lib/terminal/index.ts";
import type { Tools } from "../tools.ts";
import type { Finding } from "./finding.ts";
import { checkRenewals } from "./renewals.ts";

const CANARY = "hunter2-canary";

interface Given {
  readonly count?: number;
  readonly environment?: EnvironmentVariables;
  readonly onTerminal?: boolean;
  readonly now?: string;
}

async function check(one: TestMachine, given: Given = {}): Promise<readonly Finding[]> {
  const { count = 1, environment, now } = given;
  const { home } = one;
  const tools = {
    environment: { ...one.circumstances.environment, ...environment },
    home: { data: home, settings: home, temporary: join(home, "tmp"), userId: process.geteuid?.() },
    machine: { platform: "linux", userFolder: home, timezone: "Asia/Tokyo" },
    clock: { now: () => new Date(now ?? "2026-11-20T01:00:00Z") },
    temporary: {},
    globals: { timezone: "Asia/Tokyo" },
    terminal: { onTerminal: given.onTerminal ?? false },
    signal: new AbortController().signal,
  } as unknown as Tools;
  const items = Array.from({ length: count }, (_, at) => item(at + 1));
  return checkRenewals(tools, { items, contexts: ["kanto"] });
}

const wrongOf = (findings: readonly Finding[], name: string) =>
  findings.filter((finding) => finding.check === name && finding.state !== "ok");

const settings = (one: TestMachine, content: string): void =>
  writeFileSync(join(one.home, "notify.yaml"), content, { mode: 0o600 });

describe("the daily run", () => {
  const noted = (note: string): TestMachine => {
    const one = createTestMachine();
    mkdirSync(join(one.home, "runs"));
    writeFileSync(join(one.home, "runs", "kanto"), `${note}\n`);
    return one;
  };

  test.each([
    ["2026-11-20T00:00:00.000Z 0", "ok", undefined],
    ["2026-11-20T00:00:00.000Z 7", "warning", "`clomoctl renewals notify test --context kanto`"],
    ["2026-11-18T00:00:00.000Z 0", "warning", "`clomoctl renewals schedule`"],
    ["nonsense", "warning", "`clomoctl renewals schedule`"],
  ])("with the note %s is %s", async (note, state, mend) => {
    const [found] = await check(noted(note));
    expect([found?.check, found?.context, found?.state, found?.mend?.en]).toEqual(["schedule", "kanto", state, mend]);
  });

  test("is a warning if it never ran and something expires", async () => {
    const one = createTestMachine();
    expect(wrongOf(await check(one), "schedule")).toMatchObject([
      { state: "warning", mend: { en: "`clomoctl renewals schedule`" } },
    ]);
    expect(wrongOf(await check(one, { count: 0 }), "schedule")).toEqual([]);
  });
});

describe("reminders", () => {
  test("are a warning if they are not set up and something expires", async () => {
    expect(wrongOf(await check(createTestMachine()), "notify")).toMatchObject([
      { state: "warning", mend: { en: "`clomoctl renewals notify init`" } },
    ]);
    expect(wrongOf(await check(createTestMachine(), { count: 0 }), "notify")).toEqual([]);
  });

  test("without recipients are a warning, and wrong or unsafe settings are a problem", async () => {
    const one = createTestMachine();
    settings(one, "recipients: []\n");
    expect(wrongOf(await check(one), "notify")).toMatchObject([{ state: "warning" }]);
    settings(one, "recipients:\n  - name: it\n    way: pigeon\n");
    expect(wrongOf(await check(one), "notify")).toMatchObject([
      { state: "problem", what: { en: expect.stringContaining("notify.yaml:3") } },
    ]);
    chmodSync(join(one.home, "notify.yaml"), 0o666);
    expect(wrongOf(await check(one), "notify")).toMatchObject([
      { state: "problem", what: { en: expect.stringContaining("other users can write to this file") } },
    ]);
  });

  const WEBHOOKS = `smtp:
  host: smtp.example.jp
  from: it@example.jp
  user: it
  password-file: smtp-password
recipients:
  - name: chat
    way: webhook
    url-env: SLACK_URL
`;
  const ready = (): TestMachine => {
    const one = createTestMachine();
    settings(one, WEBHOOKS);
    writeFileSync(join(one.home, "smtp-password"), `${CANARY}\n`, { mode: 0o600 });
    return one;
  };
  const environment = { SLACK_URL: `https://${CANARY}.example.jp` };

  test("whose secrets exist are ok, and no secret is shown", async () => {
    const findings = await check(ready(), { environment });
    expect(wrongOf(findings, "secrets")).toEqual([]);
    expect(findings.find((finding) => finding.check === "secrets")?.what.en).toBe("2 found, readable only by you");
    expect(findings.find((finding) => finding.check === "notify")?.what.en).toBe("chat (webhook)");
    expect(JSON.stringify(findings)).not.toContain(CANARY);
  });

  test("whose secrets are missing or readable by others are problems, and no secret is shown", async () => {
    const one = ready();
    chmodSync(join(one.home, "smtp-password"), 0o644);
    const findings = await check(one);
    expect(wrongOf(findings, "secrets")).toMatchObject([
      {
        state: "problem",
        what: { en: expect.stringContaining("mail server password: other users can read the secret file") },
        mend: { en: `run: chmod 600 ${join(one.home, "smtp-password")}` },
      },
      { state: "problem", what: { ja: "chat: Webhook の URL: この環境変数が設定されていません: SLACK_URL" } },
    ]);
    expect(JSON.stringify(findings)).not.toContain(CANARY);
    // a person's terminal need not have the environment of the daily run
    const seen = await check(one, { onTerminal: true });
    expect(wrongOf(seen, "secrets").map(({ state }) => state)).toEqual(["problem", "warning"]);
    rmSync(join(one.home, "smtp-password"));
    mkdirSync(join(one.home, "smtp-password"));
    expect(wrongOf(await check(one, { environment }), "secrets")).toMatchObject([{ state: "problem" }]);
  });
});
