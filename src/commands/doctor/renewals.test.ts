import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createTestMachine, type TestMachine } from "#support/commands/renewals/machine.ts";
import { item } from "#support/commands/renewals/item.ts";
import { run } from "#support/commands/program.ts";
import type { EnvironmentVariables } from "../../lib/terminal/index.ts";
import type { Tools } from "../tools.ts";
import type { Finding } from "./finding.ts";
import { checkRenewals, type HostLookup } from "./renewals.ts";

const CANARY = "hunter2-canary";

interface Given {
  readonly count?: number;
  readonly isPart?: boolean;
  readonly online?: boolean;
  readonly resolve?: HostLookup;
  readonly environment?: EnvironmentVariables;
  readonly platform?: string;
  readonly onTerminal?: boolean;
  readonly now?: string;
}

/** What is found on a machine. */
async function check(one: TestMachine, given: Given = {}): Promise<readonly Finding[]> {
  const { count = 1, isPart = false, online = false, resolve, environment, platform = "linux", now } = given;
  const { home } = one;
  const tools = {
    environment: { ...one.circumstances.environment, ...environment },
    home: { data: home, settings: home, temporary: join(home, "tmp"), userId: process.geteuid?.() },
    machine: { platform, userFolder: home, systemUnits: one.systemUnits, timezone: "Asia/Tokyo" },
    clock: { now: () => new Date(now ?? "2026-11-20T01:00:00Z") },
    temporary: {},
    globals: { timezone: "Asia/Tokyo" },
    terminal: { onTerminal: given.onTerminal ?? false },
    signal: new AbortController().signal,
  } as unknown as Tools;
  const items = Array.from({ length: count }, (_, at) => item(at + 1));
  const asking = resolve === undefined ? { online } : { online, resolve };
  return checkRenewals(tools, { items, isPart }, asking);
}

const wrongOf = (findings: readonly Finding[], name: string) =>
  findings.filter((finding) => finding.check === name && finding.state !== "ok");

/** Without the time of day, which cron keeps in the machine's own zone. */
const timeless = (finding: Finding | undefined): string =>
  (finding?.what.en ?? "").replace(/ at \d\d:\d\d \S+?(?=[:;])/, "");

const settings = (one: TestMachine, content: string): void =>
  writeFileSync(join(one.home, "notify.yaml"), content, { mode: 0o600 });

describe("the daily run", () => {
  const installed = async (way: "cron" | "systemd"): Promise<TestMachine> => {
    const one = createTestMachine();
    const ran = await run(`renewals schedule install --${way} --at 09:00`, one.circumstances);
    expect(ran.exit).toBe(0);
    return one;
  };

  test("is a warning if it is not installed and something expires", async () => {
    const one = createTestMachine();
    expect(wrongOf(await check(one), "schedule")).toMatchObject([
      {
        state: "warning",
        what: { en: "not installed, so renewal items are not checked every day (1 item)" },
        mend: { en: "`clomoctl renewals schedule install`" },
      },
    ]);
    const [none] = await check(one, { count: 0 });
    expect(none).toMatchObject({ state: "ok", what: { en: "not installed; no renewal items are recorded" } });
    const [unread] = await check(one, { count: 0, isPart: true });
    expect(unread?.what.ja).toContain("年次更新・期限の一部の項目は読み込んでいません");
    const [windows] = await check(one, { platform: "win32" });
    expect(windows).toMatchObject({ state: "ok", mend: { en: "`clomoctl renewals schedule show`" } });
  });

  test.each([
    [
      "linux",
      ["crontab", "systemctl"],
      "; the crontab command is not available on this computer, and systemd does not respond",
    ],
    ["linux", ["crontab"], undefined],
    ["linux", ["systemctl"], undefined],
    ["darwin", ["crontab"], "; the crontab command is not available on this computer"],
  ])("on %s without %j, names what is missing and another way", async (platform, missing, named) => {
    const one = createTestMachine();
    for (const name of missing) one.program(name);
    const [found] = wrongOf(await check(one, { platform }), "schedule");
    const ways = /^install cron.*: `clomoctl renewals schedule install`; or .* renewals check --quiet`$/;
    expect(found?.what.en).toBe(`not installed, so renewal items are not checked every day (1 item)${named ?? ""}`);
    expect(found?.mend?.en).toMatch(named === undefined ? /^`clomoctl renewals schedule install`$/ : ways);
    expect(found?.mend?.ja).toMatch(
      named === undefined ? /^`clomoctl renewals schedule install`$/ : /^cron を導入して/,
    );
  });

  test.each(["cron", "systemd"] as const)("by %s is ok if it has not run yet", async (way) => {
    const [found] = await check(await installed(way));
    expect(found).toMatchObject({ check: "schedule", state: "ok" });
    expect(timeless(found)).toBe(`${way}; no run recorded yet`);
  });

  test.each([
    ["2026-11-20T00:00:00Z 0", "ok", "cron; last run 2026-11-20 09:00, exit code 0"],
    ["2026-11-20T00:00:00Z 7", "warning", "cron; last run 2026-11-20 09:00, exit code 7"],
    ["2026-11-18T00:00:00Z 0", "warning", "cron; last run 2026-11-18 09:00, exit code 0 (more than a day ago)"],
    ["nonsense", "ok", "cron; no run recorded yet"],
  ])("with the note %s is %s", async (note, state, what) => {
    const one = await installed("cron");
    writeFileSync(join(one.home, "schedule", "renewals-cron.last"), `${note}\n`);
    const [found] = await check(one);
    expect([found?.state, timeless(found)]).toEqual([state, what]);
  });

  test("is a problem if its launcher is missing, its timer is stopped or its crontab is edited", async () => {
    const cron = await installed("cron");
    const launcher = join(cron.home, "schedule", "renewals-cron.sh");
    rmSync(launcher);
    const [gone, ...more] = wrongOf(await check(cron), "schedule");
    expect([gone?.state, timeless(gone), more]).toEqual(["problem", `cron: ${launcher} is missing`, []]);
    cron.setCrontab("# >>> clomoctl renewals >>>\n");
    expect(wrongOf(await check(cron), "schedule")).toMatchObject([
      {
        state: "problem",
        what: {
          en: expect.stringContaining("the clomoctl markers in the crontab are damaged; the crontab was not changed"),
        },
      },
    ]);
    const systemd = await installed("systemd");
    systemd.program("systemctl", "\necho inactive\n");
    expect(wrongOf(await check(systemd), "schedule")).toMatchObject([
      { state: "problem", mend: { en: "systemctl --user enable --now clomoctl-renewals.timer" } },
    ]);
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
    service: slack
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

  test("look up the mail server only with --online", async () => {
    const asked: string[] = [];
    const resolve: HostLookup = async (host) => void asked.push(host);
    const offline = await check(ready(), { environment, resolve });
    expect(offline.at(-1)).toMatchObject({ check: "mail-server", state: "ok" });
    expect(asked).toEqual([]);
    const online = await check(ready(), { environment, resolve, online: true });
    expect(online.at(-1)).toMatchObject({ state: "ok", what: { en: "the name smtp.example.jp can be resolved" } });
    expect(asked).toEqual(["smtp.example.jp"]);
    const refuse: HostLookup = () => Promise.reject(new Error("ENOTFOUND"));
    expect((await check(ready(), { environment, resolve: refuse, online: true })).at(-1)).toMatchObject({
      check: "mail-server",
      state: "problem",
      what: { ja: "smtp.example.jp の名前を解決できません" },
    });
  });
});

test("a recipient's command is a problem if it is not on this machine by its path or on PATH", async () => {
  const one = createTestMachine();
  one.program("pager", "\n");
  const given = (program: string): void =>
    settings(one, `recipients:\n  - name: duty\n    way: command\n    command: [${program}, now]\n`);
  given("no-such-pager");
  expect(wrongOf(await check(one), "notify")).toMatchObject([
    {
      state: "problem",
      what: {
        en: "duty: the program no-such-pager was not found on this computer",
        ja: expect.stringContaining("no-such-pager が"),
      },
      mend: { en: expect.stringContaining("notify.yaml") },
    },
  ]);
  for (const program of ["pager", join(one.home, "programs", "pager"), "./programs/pager"]) {
    given(program);
    expect(wrongOf(await check(one), "notify")).toEqual([]);
  }
});
