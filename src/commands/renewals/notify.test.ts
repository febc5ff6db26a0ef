import { EventEmitter } from "node:events";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { RenewalItem } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { openChatServer, type ChatServer } from "#support/renewals/post-office.ts";
import { createVppToken } from "#support/renewals/vpp-token.ts";
import { Rehearsal } from "#support/tenant/rehearsal.ts";
import { freshFolder, runInBoth, run, type Circumstances } from "#support/commands/program.ts";
import { example, type Answers, type ReceivedRequest } from "#support/commands/tenant.ts";
import { idOf, item } from "#support/commands/renewals/item.ts";

/** Twelve days before its end: the stage of 15 days. */
const due = item(1, { name: "契約", expiresAt: "2026-12-02T14:59:59.000Z" });
const far = item(2, { name: "先" });

let home = "";
let chat: ChatServer;

beforeEach(async () => {
  home = freshFolder();
  chat = await openChatServer();
  onTestFinished(() => chat.close());
});

const CHAT = "  - {name: chat, way: webhook, url-env: CHAT_URL}";

/** Writes whom to tell: a chat, unless told otherwise. */
const settings = (...lines: readonly string[]): void =>
  writeFileSync(join(home, "notify.yaml"), (lines.length > 0 ? lines : ["recipients:", CHAT]).join("\n"), {
    mode: 0o600,
  });

const having = (...items: readonly RenewalItem[]): Answers => ({
  listRenewals: { items },
  listNotices: { items: [] },
});

const taking = (claimed = true): Answers => ({
  claimNotice: ({ json }: ReceivedRequest) => {
    const notice = { ...example<{ notice: object }>("claimNotice").notice, ...(json as object) };
    return { claimed, notice };
  },
  ...(claimed ? { settleNotice: example("settleNotice") } : {}),
});

const CLAIM = { itemId: idOf(1), expiresAt: due.expiresAt, stage: 15, way: "webhook", recipient: "chat" };
const ASKED = [{ operation: "listRenewals" }, { operation: "listNotices" }];

const here = (tenant: NonNullable<Circumstances["tenant"]>, more: Circumstances = {}): Circumstances => ({
  home,
  tenant,
  environment: { CHAT_URL: chat.url },
  ...more,
});

describe("a plan", () => {
  test("shows who would receive which reminder, without sending or recording it", async () => {
    settings();
    const { en, ja } = await runInBoth("renewals notify --dry-run --format json", here(having(due, far)));
    expect(en).toMatchObject({ exit: 0, stderr: "", requests: ASKED });
    expect(JSON.parse(en.stdout)).toEqual([
      {
        context: "local",
        kind: "custom",
        name: "契約",
        expiresOn: "2026-12-02",
        daysLeft: 12,
        stage: 15,
        recipient: "chat",
        way: "webhook",
        language: "ja",
        outcome: "due",
        reason: null,
        itemId: idOf(1),
      },
    ]);
    expect(ja.stdout).toBe(en.stdout);
    expect(chat.posted).toEqual([]);
  });

  test.each([
    ["", "2026-12-06\t16\t30"],
    ["--timezone UTC", "2026-12-05\t15\t15"],
  ])("counts days in the context's time zone or in the given one: %s", async (words, said) => {
    settings();
    const night = { ...due, expiresAt: "2026-12-05T16:00:00.000Z" };
    const line = `renewals notify --dry-run --fields expiresOn,daysLeft,stage ${words}`.trim();
    expect((await run(line, here(having(night)))).stdout).toBe(`expiresOn\tdaysLeft\tstage\n${said}\n`);
  });

  test("uses the earlier of the recorded and the file's dates, and warns that they differ", async () => {
    settings();
    const source = join(home, "a.vpptoken");
    writeFileSync(source, createVppToken(new Date("2026-12-01T00:00:00Z"), "例"));
    const vpp = item(3, { name: "VPP", kind: "vpp-token", source });
    const { en } = await runInBoth("renewals notify --dry-run --fields name,expiresOn", here(having(vpp)));
    expect(en.stdout).toBe("name\texpiresOn\nVPP\t2026-12-01\n");
    expect(en.stderr).toMatch(
      /^warning: .*VPP.*the recorded date is 2027-11-20, but the date in \S*\/a\.vpptoken is 2026-12-01;/,
    );
  });
});

describe("a run", () => {
  test("begins each reminder, sends it and records that it was sent", async () => {
    settings();
    const ran = await run(
      "renewals notify --fields name,recipient,outcome",
      here({ ...having(due, far), ...taking() }),
    );
    expect(ran).toMatchObject({ exit: 0, stdout: "name\trecipient\toutcome\n契約\tchat\tsent\n", stderr: "" });
    expect(ran.requests).toEqual([
      ...ASKED,
      { operation: "claimNotice", json: CLAIM },
      {
        operation: "settleNotice",
        params: { id: example<{ id: string }>("settleNotice").id },
        json: { state: "sent", error: null },
      },
    ]);
    expect(chat.posted).toHaveLength(1);
    expect(chat.posted[0]?.body).toContain("契約");
    expect(chat.posted[0]?.body).not.toContain("テナント: ");
    const quiet = await run("renewals notify --quiet", here({ ...having(due), ...taking() }));
    expect(quiet).toMatchObject({ exit: 0, stdout: "", stderr: "" });
  });

  test("skips a reminder that another run is sending", async () => {
    settings();
    const tenant = { ...having(due), ...taking(false) };
    const { en, ja } = await runInBoth("renewals notify --fields outcome", here(tenant));
    expect(en).toMatchObject({ exit: 7, stdout: "outcome\nbusy\n" });
    expect(en.stderr).toMatch(/^warning: another run is notifying chat; the next run sends .*\n$/);
    expect(ja).toMatchObject({ exit: 7, stdout: en.stdout, stderr: expect.stringContaining("別の実行が通知中です") });
    const drawn = await run("--lang ja renewals notify --fields outcome", here(tenant, { terminal: {} }));
    expect(drawn.stdout).toContain("別の実行で送信中");
    expect(chat.posted).toEqual([]);
  });

  test("exits with 7, records the failure and reports its reason in both languages if sending fails", async () => {
    settings();
    chat.status = 500;
    const { en } = await runInBoth(
      "renewals notify --quiet --fields outcome,reason",
      here({ ...having(due), ...taking() }),
    );
    const reason = `${new URL(chat.url).host}: HTTP 500`;
    expect(en).toMatchObject({ exit: 7, stdout: `outcome\treason\nfailed\t${reason}\n` });
    expect(en.stderr).toBe(`warning: could not notify chat: ${reason}\n`);
    expect(en.requests.at(-1)?.json).toEqual({ state: "failed", error: reason });
    const drawn = await run(
      "--lang ja renewals notify --fields outcome",
      here({ ...having(due), ...taking() }, { terminal: {} }),
    );
    expect(drawn.stdout).toBe("結果\n失敗\n");
  });
});

test("an interruption stops between two recipients and reports how many were sent", async () => {
  settings("recipients:", CHAT, CHAT.replace("chat", "other"));
  const signals = new EventEmitter();
  const settleNotice = (): unknown => {
    signals.emit("SIGTERM");
    return example("settleNotice");
  };
  const tenant = { ...having(due), ...taking(), settleNotice };
  const ran = await run("renewals notify", here(tenant, { signals }));
  expect(ran).toMatchObject({ exit: 143, stdout: "", stderr: expect.stringContaining(" 1 message") });
  expect(chat.posted).toHaveLength(1);
});

describe("when nothing is due", () => {
  const nothing = { listRenewals: { items: [far] } };

  test("prints nothing, so that cron sends no mail", async () => {
    settings();
    for (const words of ["", " --dry-run"]) {
      const ran = await run(`renewals notify${words}`, here(nothing));
      expect(ran).toMatchObject({ exit: 0, stdout: "", stderr: "", requests: [{ operation: "listRenewals" }] });
    }
  });

  test("warns in both languages about items without a date and items without a recipient", async () => {
    settings("recipients:", `${CHAT.slice(0, -1)}, kinds: [vpp-token]}`);
    const tenant = having(due, item(3, { name: "謎", expiresAt: null }));
    const { en } = await runInBoth("renewals notify", here(tenant));
    expect(en).toMatchObject({ exit: 0, stdout: "" });
    expect(en.stderr).toMatch(/^warning: .*契約.*\nwarning: .*謎.*\n$/);
    expect(await run("renewals notify --quiet", here(tenant))).toMatchObject({ exit: 0, stdout: "", stderr: "" });
  });
});

describe("--all-contexts", () => {
  beforeEach(async () => {
    settings();
    mkdirSync(join(home, "tenants", "local"), { recursive: true });
    await run("context add kanto --embedded", { home });
    await run("context add osaka --url https://osaka.example.jp", { home });
  });

  const gone = new Failure("unavailable", { what: { en: "no answer", ja: "応答なし" } });
  const kanto = { ...having({ ...due, id: idOf(5), name: "関東" }), ...taking() };
  const all = (tenants: Circumstances["tenants"]): Circumstances => ({
    home,
    environment: { CHAT_URL: chat.url },
    tenants: tenants ?? {},
  });

  test("sends each recipient one digest that names the tenants", async () => {
    const tenants = {
      local: { ...having(due), ...taking() },
      kanto,
      osaka: { listRenewals: { items: [] } },
    };
    const ran = await run("renewals notify --all-contexts --fields context,name,outcome", all(tenants));
    expect(ran).toMatchObject({ exit: 0, stderr: "" });
    expect(ran.stdout).toBe("context\tname\toutcome\nlocal\t契約\tsent\nkanto\t関東\tsent\n");
    expect(chat.posted).toHaveLength(1);
    expect(chat.posted[0]?.body).toMatch(/テナント: local[^]*テナント: kanto/);
  });

  test("reports a tenant that cannot be opened in both languages, and still processes the others", async () => {
    const tenants = { local: gone, kanto, osaka: { listRenewals: { items: [] } } };
    const { en } = await runInBoth("renewals notify --all-contexts --fields context", all(tenants));
    expect(en).toMatchObject({
      exit: 7,
      stdout: "context\nkanto\n",
      stderr: "warning: local: no answer\n",
    });
    const plan = await run("renewals notify --all-contexts --dry-run", all({ ...tenants, kanto: having(due) }));
    expect(plan.exit).toBe(7);
  });
});

describe("refuses to run and notifies nobody", () => {
  test("if other users can write the settings file, in both languages", async () => {
    settings();
    chmodSync(join(home, "notify.yaml"), 0o622);
    const { en } = await runInBoth("renewals notify", here({}));
    expect(en).toMatchObject({ exit: 4, stdout: "", requests: [] });
    expect(en.stderr).toContain(`chmod go-w ${join(home, "notify.yaml")}`);
  });

  test("if the tenant cannot be opened or read, in both languages", async () => {
    settings();
    const locked = new Failure("locked", { what: { en: "locked by 7", ja: "7 が使用中" } });
    for (const tenant of [locked, { listRenewals: locked }]) {
      const { en } = await runInBoth("renewals notify", here(tenant));
      expect(en).toMatchObject({ exit: 5, stdout: "", stderr: "error: locked by 7\n" });
    }
    expect(chat.posted).toEqual([]);
  });

  test.each([
    ["renewals notify now", 2],
    ["renewals notify --to a", 2],
    ["renewals notify --timezone Mars/Olympus", 2],
    ["renewals notify --context nowhere", 6],
  ])("if the command line is invalid: %s", async (line, exit) => {
    settings();
    expect(await run(line, here({}))).toMatchObject({ exit, stdout: "", requests: [] });
  });
});

test("an account that may not write renewals is refused before anything is read, even for a dry run", async () => {
  settings();
  const whoami = { ...example<object>("whoami"), account: "taro01", role: "operator", operations: [] };
  for (const options of ["", " --dry-run", " --all-contexts"]) {
    const { en } = await runInBoth(`renewals notify${options} --as taro01`, here({ whoami }));
    expect(en).toMatchObject({ exit: 4, stdout: "" });
    expect(en.requests.map(({ operation }) => operation)).toEqual(["whoami"]);
    expect(en.stderr).toContain(
      "taro01 is not permitted to record renewal items and reminders: an operator does not have this right",
    );
  }
});

test("a server token that Apple rejected a year early causes daily reminders in both languages", async () => {
  settings();
  const rehearsal = new Rehearsal({ devices: 2 });
  onTestFinished(() => rehearsal[Symbol.asyncDispose]());
  await rehearsal.setUp();
  await rehearsal.sync();
  const { tenant } = rehearsal;
  const circumstances = (days = 0): Circumstances =>
    here(tenant.fetch, { now: new Date(tenant.surroundings.time + days * 86_400_000) });
  const plan = "renewals notify --dry-run --fields daysLeft,stage";
  expect((await run(plan, circumstances())).stdout).toBe("");
  await rehearsal.reject();
  const { en, ja } = await runInBoth(plan, circumstances());
  expect([en.stdout, ja.stdout]).toEqual(Array(2).fill("daysLeft\tstage\n0\t0\n"));
  await run("renewals notify", circumstances());
  await run("renewals notify", circumstances());
  await run("renewals notify", circumstances(2));
  expect(chat.posted).toHaveLength(2);
  expect(chat.posted[0]?.body).toContain("本日 Apple が拒否");
  expect(chat.posted[0]?.body).toContain("理由: Apple がサーバートークンを拒否しました");
  expect(chat.posted[1]?.body).toContain("Apple が拒否(2 日経過)");
});
