import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import type { Ade, Import, RenewalItem, Tenant, Whoami } from "../lib/client/index.ts";
import { Failure } from "../lib/errors/index.ts";
import { addRun, type Job, type JobRun } from "../lib/model/job.ts";
import { EMPTY_TENANT_PROFILE } from "../lib/nouns/tenant.ts";
import { parseExposition } from "#support/renewals/exposition.ts";
import { parsePluginOutput } from "#support/renewals/plugin-output.ts";
import { openChatServer, type ChatServer } from "#support/renewals/post-office.ts";
import { item } from "#support/commands/renewals/item.ts";
import { freshFolder, run, runInBoth, type Circumstances } from "#support/commands/program.ts";
import { example, type Answers } from "#support/commands/tenant.ts";
import { TestTenant } from "#support/tenant/tenant.ts";

const NOW = new Date("2026-11-20T01:00:00Z");

const due = (number: number, day: string, change: Partial<RenewalItem> = {}): RenewalItem =>
  item(number, { name: `契約${number}`, expiresAt: `${day}T14:59:59.000Z`, ...change });

const tenantOf = (change: Partial<Tenant> = {}): Tenant =>
  example<Tenant>("tenant", {
    mirroredAt: "2026-11-18T01:00:00.000Z",
    consoleTasks: 0,
    profile: { ...EMPTY_TENANT_PROFILE, ios: false, macos: false, android: false },
    ...change,
  });

const having = (items: readonly RenewalItem[], more: Answers = {}): Answers => ({
  tenant: tenantOf(),
  ade: example<Ade>("ade", { mirror: true, token: null }),
  imports: { items: [] },
  listRenewals: { items },
  // reminders are read only if an item has a date
  ...(items.some(({ expiresAt }) => expiresAt !== null) && { listNotices: { items: [] } }),
  ...more,
});

const plan = (change: Partial<Import>): Import => ({
  ...example<Import>("import"),
  kind: "users",
  fileName: "people.csv",
  state: "planned",
  ...change,
});

let home = "";
beforeEach(async () => {
  home = freshFolder();
  for (const name of ["kanto", "osaka"]) {
    await run(`context add ${name} --embedded`, { home });
    mkdirSync(join(home, "tenants", name), { recursive: true });
  }
});

const look = (words: string, tenants: Record<string, Answers | Failure>, more: Circumstances = {}) =>
  runInBoth(`status ${words}`.trim(), { home, tenants, now: NOW, ...more });

const CALM = having([due(1, "2027-10-01")]);

test.each([{}, { terminal: {} }])("prints one line if all is well (%o)", async (more) => {
  const { en } = await look("", { kanto: CALM, osaka: CALM }, more);
  expect(en).toMatchObject({
    exit: 0,
    stdout:
      "2 tenants: no problems; last daily run none; next: kanto: other date 契約1 expires on 2027-10-01, 315 days left\n",
  });
});

test("one line for each thing, the most urgent first, of all tenants or one", async () => {
  const tenants = {
    kanto: having([
      due(1, "2026-12-01"),
      due(2, "2027-01-01"),
      due(3, "2026-11-10"),
      item(4, { name: "謎", expiresAt: null }),
    ]),
    osaka: new Failure("unavailable", { what: { en: "no answer", ja: "応答がありません" } }),
  };
  const { en, ja } = await look("", tenants);
  expect([en.exit, ja.exit]).toEqual([2, 2]);
  expect(en.stdout.split("\n")).toEqual([
    "2 tenants: 1 expired, 1 critical, 2 unknown, 1 warning",
    "EXPIRED kanto: other date 契約3 expired on 2026-11-10, 10 days ago: clomoctl renewals guide 契約3 --context kanto",
    "CRITICAL kanto: other date 契約1 expires on 2026-12-01, 11 days left: clomoctl renewals guide 契約1 --context kanto",
    "UNKNOWN kanto: other date 謎: no expiry date is recorded: clomoctl renewals guide 謎 --context kanto",
    "UNKNOWN osaka: cannot read the tenant: no answer",
    "WARNING kanto: other date 契約2 expires on 2027-01-01, 42 days left: clomoctl renewals guide 契約2 --context kanto",
    "",
  ]);
  const { en: one } = await look("--context osaka", tenants);
  expect(one).toMatchObject({
    exit: 3,
    stdout: "1 tenant: 1 unknown\nUNKNOWN osaka: cannot read the tenant: no answer\n",
  });
  expect((await look("--context nowhere", tenants)).en).toMatchObject({ exit: 3, stdout: "" });
  for (const [CLOMOCTL_CONTEXT, exit] of Object.entries({ osaka: 3, "": 2 }))
    expect((await look("", tenants, { environment: { CLOMOCTL_CONTEXT } })).en.exit).toBe(exit);
});

test.each<[string, Answers, string]>([
  [
    "an import that was refused",
    { imports: { items: [plan({ number: "P12", rejected: true }), plan({ createdAt: "2026-01-01T00:00:00.000Z" })] } },
    "WARNING kanto: the last import was rejected: users, people.csv: clomoctl imports show P12 --context kanto",
  ],
  [
    "an import that waits",
    { imports: { items: [plan({ number: "P11", fileName: "-" })] } },
    "WARNING kanto: an import is waiting to be committed: users: clomoctl imports commit P11 --context kanto",
  ],
  [
    "tasks of a week",
    {
      tenant: tenantOf({ consoleTasks: 2 }),
      consoleTasks: { items: [{ openedAt: "2026-11-12T00:00:00.000Z" }, { openedAt: "2026-11-19T00:00:00.000Z" }] },
    },
    "WARNING kanto: 2 tasks to do in the console; the oldest has been open for 8 days: clomoctl console list --context kanto",
  ],
  [
    "a kind that is not recorded",
    { tenant: tenantOf({ profile: { ...EMPTY_TENANT_PROFILE, ios: true, ade: false, vpp: false, android: false } }) },
    "WARNING kanto: not recorded as a renewal item: MDM push certificate: clomoctl renewals add NAME --kind push-certificate --file FILE --context kanto",
  ],
  [
    "an overdue synchronisation",
    {
      tenant: tenantOf({ mirroredAt: null }),
      ade: example<Ade>("ade", { mirror: false, lastSyncAt: "2026-11-10T00:00:00.000Z", notReady: 0 }),
    },
    "WARNING kanto: ADE: no sync has completed for 10 days: clomoctl ade sync --context kanto",
  ],
])("finds %s", async (_, answers, expected) => {
  const { en } = await look("--context kanto", { kanto: having([], answers) });
  expect(en).toMatchObject({ exit: 1, stderr: "", stdout: expect.stringContaining(expected) });
});

test("names together the tenants without a date, until they say that they have none", async () => {
  const said = { ...EMPTY_TENANT_PROFILE, windows: true };
  const silent = having([], { tenant: tenantOf({ profile: said }) });
  const { en, ja } = await look("", { kanto: silent, osaka: silent });
  expect(en).toMatchObject({
    exit: 1,
    stdout:
      "2 tenants: 2 warning\nWARNING 2 tenants: no date is recorded: kanto, osaka: clomoctl renewals add FOLDER --context kanto\n",
  });
  expect(ja.stdout).toMatch(/^注意 2 テナント: 期限が 1 件も登録されていません: kanto、osaka: /m);
  const { en: one } = await look("--format json", { kanto: silent, osaka: having([]) });
  expect(JSON.parse(one.stdout)).toMatchObject([{ level: "warning", tenant: "kanto", what: "no date is recorded" }]);
});

test("finds the end of an access token, and a recipient who was not reached", async () => {
  await run("context add far --url https://far.example.jp", { home });
  const token = { name: "nightly", expiresAt: "2026-11-25T00:00:00.000Z" };
  const notice = { itemId: due(1, "2026-12-01").id, expiresAt: "2026-12-01T14:59:59.000Z", stage: 15, state: "failed" };
  const at = "2026-11-20T00:00:00.000Z";
  const answers = having([due(1, "2026-12-01")], {
    whoami: example<Whoami>("whoami", { token } as Partial<Whoami>),
    listNotices: { items: [{ ...notice, at, way: "mail", recipient: "it@example.jp", error: "451 later" }] },
  });
  const { en } = await look("--context far", { far: answers });
  expect(en.exit).toBe(2);
  expect(en.stdout).toContain(
    "CRITICAL far: the access token nightly expires on 2026-11-25: clomoctl access-tokens create",
  );
  expect(en.stdout).toContain("CRITICAL far: could not notify it@example.jp: 451 later: clomoctl renewals notify test");
});

test("a tenant is named by its domain where people read, and by its context in commands", async () => {
  const tenant = tenantOf({ profile: { ...EMPTY_TENANT_PROFILE, domain: "minato" } });
  const imports = { items: [plan({ number: "P11", fileName: "-" })] };
  const kanto = having([due(1, "2026-12-01")], { tenant, imports });
  const { en } = await look("--context kanto", { kanto });
  expect(en.stdout).toContain("CRITICAL minato: other date 契約1 expires");
  expect(en.stdout).toContain("WARNING minato: an import is waiting to be committed: users");
  expect(en.stdout.match(/ --context kanto$/gm)).toHaveLength(2);
  const { en: well } = await look("--context kanto", { kanto: { ...CALM, tenant } }, { terminal: {} });
  expect(well.stdout).toContain("next: minato: other date 契約1 expires on 2027-10-01");
  const answers = { listRenewals: { items: [due(1, "2026-12-01")] }, tenant };
  const checked = await run("renewals check --context kanto --lang en", {
    home,
    tenants: { kanto: answers },
    now: NOW,
  });
  expect(checked.stdout).toContain("CRITICAL minato: other date 契約1 expires on 2026-12-01, 11 days left: clomoctl");
});

test("an item that ends before the next daily run is due today, with its time", async () => {
  const ends = (expiresAt: string) => look("--context kanto", { kanto: having([due(1, "", { expiresAt })]) });
  const { en, ja } = await ends("2026-11-20T15:00:00.000Z");
  expect(en.stdout).toMatch(/^CRITICAL .* expires on 2026-11-21 00:00, before the next daily run: /m);
  expect(ja.stdout).toContain("の期限は 2026-11-21 00:00(次の自動実行の前)");
  expect((await ends("2026-11-20T14:59:59.000Z")).en.stdout).toContain(" expires today, 2026-11-20 23:59: ");
  expect((await ends("2026-11-19T15:30:00.000Z")).en.stdout).toContain(" expired today, 2026-11-20 00:30: ");
  expect((await ends("2026-11-21T14:59:59.000Z")).en.stdout).toContain(" expires on 2026-11-21 23:59, 1 day left: ");
});

test("the same findings as JSON, as a line for Nagios and as metrics", async () => {
  const tenants = { kanto: having([due(1, "2026-12-01")]), osaka: CALM };
  const { en } = await look("--format json --prometheus a.prom", tenants, { folder: home });
  expect(JSON.parse(en.stdout)).toEqual([
    {
      level: "critical",
      tenant: "kanto",
      group: "renewals",
      what: "other date 契約1 expires on 2026-12-01, 11 days left",
      next: "clomoctl renewals guide 契約1 --context kanto",
      id: expect.stringMatching(/^renewals \S+ critical 2026-12-01T14:59:59.000Z 15$/),
      kind: "custom",
      name: "契約1",
      expiresAt: "2026-12-01T14:59:59.000Z",
      daysLeft: 11,
    },
  ]);
  const samples = parseExposition(readFileSync(join(home, "a.prom"), "utf8"));
  expect(samples.map(({ name }) => name)).toContain("clomoctl_findings");
  expect(samples.find(({ name }) => name === "clomoctl_renewal_state")?.value).toBe(2);
  const { en: watched } = await look("--nagios", tenants);
  expect(watched.exit).toBe(2);
  expect(parsePluginOutput(watched.stdout)).toMatchObject({
    service: "STATUS",
    status: "CRITICAL",
    said: expect.stringMatching(/^1 critical: CRITICAL kanto: other date 契約1/),
  });
  expect((await look("--nagios --format json", tenants)).en.exit).toBe(3);
});

/** A home whose recipient is a chat. */
async function openChat(): Promise<ChatServer> {
  const chat = await openChatServer();
  onTestFinished(() => chat.close());
  writeFileSync(join(home, "chat-url"), chat.url, { mode: 0o600 });
  const settings = "language: en\nrecipients: [{name: chat, way: webhook, url-file: chat-url}]\n";
  writeFileSync(join(home, "notify.yaml"), settings, { mode: 0o600 });
  return chat;
}

const textsOf = (chat: ChatServer): readonly string[] =>
  chat.posted.splice(0).map(({ body }) => (JSON.parse(body) as { text: string }).text);

test("--notify sends and prints what is new, and keeps the exit code of the whole state", async () => {
  const chat = await openChat();
  await using tenant = new TestTenant();
  tenant.surroundings.time = NOW.getTime();
  await tenant.client.renewals.add({ kind: "custom", name: "契約", expiresAt: "2026-12-01T14:59:59.000Z" });
  const morning = async (now = NOW, words = "") => {
    tenant.surroundings.time = now.getTime();
    const line = `status --notify --context kanto --lang en ${words}`.trim();
    const { exit, stdout, stderr } = await run(line, { home, tenants: { kanto: tenant.fetch }, now });
    expect(stderr).toBe("");
    return { exit, lines: stdout.split("\n").slice(0, -1) };
  };
  const first = await morning();
  expect(first).toMatchObject({
    exit: 2,
    lines: [expect.stringMatching(/^CRITICAL kanto: other date 契約 /), expect.any(String)],
  });
  expect(first.lines[1]).toMatch(/^OK kanto: expiry within 90 days: other date 契約 2026-12-01$/);
  const texts = textsOf(chat);
  expect(texts).toHaveLength(2);
  expect(texts[0]).toMatch(
    /^［Renewal］ kanto: other date 契約 expires on 2026-12-01, 11 days left\n\n- kanto: other date 契約 expires on 2026-12-01, 11 days left\n\nto see how to renew: /,
  );
  expect(texts[1]).toContain(first.lines[1]);
  expect(await morning()).toEqual({ exit: 2, lines: [] });
  expect(chat.posted).toEqual([]);

  // what could not be sent is new, and what is sent later is not printed again
  chat.status = 503;
  const failed = await morning(new Date("2026-11-25T01:00:00Z"));
  expect(failed.lines).toEqual([
    expect.stringContaining("契約 expires on 2026-12-01, 6 days left"),
    expect.stringMatching(/^CRITICAL kanto: could not notify chat: .*HTTP 503/),
  ]);
  expect((await morning(new Date("2026-11-25T02:00:00Z"))).lines).toEqual(failed.lines.slice(1));
  chat.status = 200;
  expect((await morning(new Date("2026-11-26T01:00:00Z"))).lines).toEqual([]);
  expect(textsOf(chat)).toEqual([expect.stringContaining("5 days left")]);
});

test("--notify sends nothing about a context whose reminders are off, and status and renewals say that they are", async () => {
  const chat = await openChat();
  await using tenant = new TestTenant();
  tenant.surroundings.time = NOW.getTime();
  await tenant.client.renewals.add({ kind: "custom", name: "契約", expiresAt: "2026-12-01T14:59:59.000Z" });
  const at = (line: string) => run(`${line} --lang en`, { home, tenants: { kanto: tenant.fetch }, now: NOW });
  await at("context set kanto --notify off");
  expect(await at("status --notify --context kanto")).toMatchObject({ exit: 0, stdout: "", stderr: "" });
  expect(chat.posted).toEqual([]);
  const { stdout } = await at("status --context kanto");
  expect(stdout).toContain("WARNING kanto: no reminders are sent: clomoctl context set kanto --notify on\n");
  for (const line of ["renewals list", "renewals check"])
    expect((await at(`${line} --context kanto --quiet`)).stderr).toBe(
      "warning: kanto: no reminders are sent; to change this: clomoctl context set kanto --notify on\n",
    );
  await at("context set kanto --notify on");
  expect((await at("status --notify --context kanto")).exit).toBe(2);
  expect(chat.posted).toHaveLength(2);
});

test("a tenant that the daily run leaves out is found, with the command that prints the run for all", async () => {
  const daily = {
    job: "status --notify",
    startedAt: NOW.toISOString(),
    endedAt: NOW.toISOString(),
    day: "2026-11-20",
    state: "good",
    exit: 0,
    error: null,
    errorJa: null,
    change: null,
    command: null,
    failures: 0,
    goodDays: ["2026-11-20"],
  };
  const { en } = await look("", { kanto: { ...CALM, "jobs.list": [daily] }, osaka: CALM });
  expect(en).toMatchObject({
    exit: 1,
    stdout: expect.stringContaining(
      "\nWARNING osaka: the daily run does not include this tenant: clomoctl renewals schedule\n",
    ),
  });
});

test("names the contexts in which one push certificate is recorded", async () => {
  const push = (number: number, change: Partial<RenewalItem> = {}) =>
    having([due(number, "2027-10-01", { kind: "push-certificate", topic: "t", ...change })]);
  const { en, ja } = await look("", { kanto: push(1), osaka: push(2) });
  const both = "kanto (契約1), osaka (契約2)";
  expect(en).toMatchObject({
    exit: 1,
    stdout: `2 tenants: 2 warning\nWARNING 2 tenants: the same MDM push certificate is recorded in ${both}: kanto, osaka: clomoctl renewals list --all-contexts\n`,
  });
  expect(ja.stdout).toContain(`同じ MDM プッシュ通知証明書が登録されています(${both})`);
  for (const change of [{ topic: "u" }, { kind: "certificate" }, { id: due(1, "2027-10-01").id }] as const)
    expect((await look("", { kanto: push(1), osaka: push(2, change) })).en.exit).toBe(0);
});

test("a clock that went back since the last run is found, by the next daily run, too", async () => {
  const jobs: Record<string, Job> = {};
  const add = (context: string) => (asked: { readonly json?: unknown }) =>
    (jobs[context] = addRun(jobs[context], asked.json as JobRun));
  const morning = async (days: number, words: string) => {
    const now = new Date(NOW.getTime() + days * 86_400_000);
    const tenants = Object.fromEntries(
      ["kanto", "osaka"].map((name) => {
        const known = jobs[name];
        const adds = words === "" ? {} : { "jobs.add": add(name) };
        return [name, having([due(1, "2028-10-01")], { "jobs.list": known === undefined ? [] : [known], ...adds })];
      }),
    );
    return run(`status --lang en ${words}`.trim(), { home, tenants, now });
  };
  const warning = "WARNING 2 tenants: the clock is 30 days behind the last run: kanto, osaka\n";
  await morning(30, "--notify");
  expect((await morning(29, "")).exit).toBe(0);
  expect(await morning(0, "")).toMatchObject({ exit: 1, stdout: expect.stringContaining(warning) });
  expect((await morning(0, "--notify")).stdout).toContain(warning);
  expect((await morning(1, "")).exit).toBe(0);
});

test("a finding that is gone and comes back is new again", async () => {
  const chat = await openChat();
  const refused = having([], { imports: { items: [plan({ number: "P1", rejected: true })] } });
  const lines = async (kanto: Answers) =>
    (await run("status --notify --context kanto --lang en", { home, tenants: { kanto }, now: NOW })).stdout
      .split("\n")
      .slice(0, -1);
  expect(await lines(refused)).toHaveLength(2);
  expect([await lines(refused), await lines(having([]))]).toEqual([[], []]);
  chat.status = 503;
  const unreached = expect.stringMatching(/^CRITICAL kanto: could not notify chat: /);
  expect(await lines(refused)).toEqual([unreached, expect.stringContaining("was rejected")]);
  expect(await lines(refused)).toEqual([unreached]);
  chat.status = 200;
  chat.posted.length = 0;
  expect(await lines(refused)).toEqual([]);
  const texts = textsOf(chat);
  expect(texts).toHaveLength(1);
  expect(texts[0]).toMatch(/^［clomoctl］ kanto: the last import was rejected: users, people.csv\n/);
});

test("one monthly line for all tenants of a recipient", async () => {
  const chat = await openChat();
  const settings = [
    "language: en",
    "recipients:",
    "  - {name: chat, way: webhook, url-file: chat-url}",
    "  - {name: osaka, way: webhook, url-file: chat-url, contexts: [osaka]}",
  ];
  writeFileSync(join(home, "notify.yaml"), settings.join("\n"), { mode: 0o600 });
  const now = new Date("2026-12-01T00:00:00Z");
  await using kanto = new TestTenant();
  kanto.surroundings.time = now.getTime();
  await kanto.client.renewals.add({ kind: "custom", name: "契約1", expiresAt: "2027-02-28T00:00:00.000Z" });
  const tenants = { kanto: kanto.fetch, osaka: CALM };
  const { stdout } = await run("status --notify --lang en", { home, tenants, now });
  const line = "OK 2 tenants: expiry within 90 days: kanto: other date 契約1 2027-02-28; nothing in 1 tenant\n";
  expect(stdout).toContain(line);
  const texts = textsOf(chat).filter((text) => text.includes("within 90 days"));
  expect(texts).toHaveLength(2);
  expect(texts[0]).toContain(line.trim());
  expect(texts[1]).toContain("OK osaka: expiry within 90 days: nothing");
  expect((await run("status --notify --lang en", { home, tenants, now })).stdout).toBe("");
  for (const month of ["2027-01-01T00:00:00Z", "2027-02-01T00:00:00Z"]) {
    const next = await run("status --notify --lang en", { home, tenants, now: new Date(month) });
    expect(next.stdout).toContain("OK 2 tenants: expiry within 90 days: ");
  }
});

test("a recipient whose contexts match none is named in every run, and the pattern of another is followed", async () => {
  const chat = await openChat();
  const settings = [
    "language: en",
    "recipients:",
    "  - {name: ka, way: webhook, url-file: chat-url, contexts: ['KAN*']}",
    "  - {name: lost, way: webhook, url-file: chat-url, contexts: ['kanto-*']}",
  ];
  writeFileSync(join(home, "notify.yaml"), settings.join("\n"), { mode: 0o600 });
  const notify = () => run("status --notify --lang en", { home, tenants: { kanto: CALM, osaka: CALM }, now: NOW });
  for (const count of [1, 0]) {
    expect(await notify()).toMatchObject({
      exit: 2,
      stdout: expect.stringContaining("CRITICAL notify.yaml: could not notify lost: no context matches kanto-*"),
    });
    expect(textsOf(chat)).toHaveLength(count);
  }
});

test("a heartbeat follows a complete run, and a run that fails is told without a record", async () => {
  const chat = await openChat();
  writeFileSync(
    join(home, "notify.yaml"),
    "language: en\nrecipients: [{name: chat, way: webhook, url-file: chat-url}, {name: dead man, way: heartbeat, url-file: chat-url}]\n",
    { mode: 0o600 },
  );
  const notify = () => run("status --notify --lang en", { home, tenants: { kanto: CALM, osaka: CALM }, now: NOW });
  expect((await notify()).exit).toBe(0);
  expect(chat.posted.splice(0).filter(({ method }) => method === "GET")).toHaveLength(1);
  rmSync(join(home, "runs"), { recursive: true, force: true });
  writeFileSync(join(home, "runs"), "in the way");
  expect((await notify()).exit).toBe(3);
  expect(chat.posted.map(({ method, body }) => [method, body.includes("could not run")])).toEqual([["POST", true]]);
});

test("--within and --critical move the limits, also for Nagios", async () => {
  const tenants = { kanto: having([due(1, "2026-12-31")]), osaka: CALM };
  expect((await look("", tenants)).en.exit).toBe(1);
  expect((await look("--within 30d --critical 7d", tenants)).en.exit).toBe(0);
  const { en } = await look("--within 60d --critical 50d --nagios", tenants);
  expect([en.exit, en.stdout]).toEqual([2, expect.stringContaining("=41;@~:60;@~:50;;")]);
});

const NONE = { change: null, command: null };

test("two computers tell each finding of a served tenant once", async () => {
  const chat = await openChat();
  await using kanto = new TestTenant();
  kanto.surroundings.time = NOW.getTime();
  const failed = { job: "users import hr.csv", startedAt: NOW.toISOString(), endedAt: NOW.toISOString(), exit: 3 };
  await kanto.client.jobs.add({
    ...failed,
    day: "2026-11-20",
    state: "failed",
    error: "wrong",
    errorJa: "誤り",
    ...NONE,
  });
  const other = freshFolder();
  await run("context add kanto --embedded", { home: other });
  mkdirSync(join(other, "tenants", "kanto"), { recursive: true });
  for (const name of ["chat-url", "notify.yaml"])
    writeFileSync(join(other, name), readFileSync(join(home, name)), { mode: 0o600 });
  const notify = (own: string) =>
    run("status --notify --context kanto --lang en", { home: own, tenants: { kanto: kanto.fetch }, now: NOW });
  const [one, two] = [await notify(home), await notify(other)];
  const texts = textsOf(chat);
  expect(texts).toHaveLength(1);
  expect(texts[0]).toContain("users import hr.csv failed (exit 3): wrong");
  expect(texts[0]).toContain("expiry within 90 days");
  expect([one.exit, two.exit]).toEqual([1, 1]);
});

test("a reminder of a clock that was ahead is withdrawn in a tenant in which nothing is due", async () => {
  const chat = await openChat();
  await using kanto = new TestTenant();
  await kanto.client.renewals.add({ kind: "custom", name: "契約", expiresAt: "2027-03-01T14:59:59.000Z" });
  const nights: number[] = [];
  for (const night of [0, 12, 1, 12]) {
    const now = new Date(NOW.getTime() + night * 86_400_000);
    kanto.surroundings.time = now.getTime();
    await run("status --notify --lang en", { home, tenants: { kanto: kanto.fetch, osaka: CALM }, now });
    if (textsOf(chat).some((one) => one.includes("- kanto: other date 契約 expires"))) nights.push(night);
  }
  expect(nights).toEqual([12, 12]);
});

test("tenants that cannot be read for the same reason are one line", async () => {
  const damaged = (name: string) =>
    new Failure("unexpected", { what: { en: "damaged", ja: "壊れています" }, where: `/srv/${name}/tenant.db` });
  const { en } = await look("", { kanto: damaged("kanto"), osaka: damaged("osaka") });
  expect(en.stdout.split("\n").slice(1)).toEqual([
    "UNKNOWN 2 tenants: cannot read the tenant: damaged (/srv/kanto/tenant.db): kanto, osaka",
    "",
  ]);
});

test("the daily run of a tenant that cannot be read has failed", async () => {
  const tenants = { kanto: new Failure("unexpected", { what: { en: "damaged", ja: "壊れています" } }), osaka: CALM };
  expect((await run("status --notify", { home, tenants, now: NOW })).exit).toBe(3);
  const { stdout } = await run("status --jobs --format json", { home, tenants: { ...tenants, kanto: CALM }, now: NOW });
  expect(JSON.parse(stdout)).toEqual([
    expect.objectContaining({ tenant: "kanto", state: "failed", error: expect.stringContaining("damaged") }),
  ]);
});
