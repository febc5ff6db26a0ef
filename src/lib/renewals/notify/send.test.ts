import { afterEach, beforeEach, expect, test } from "vitest";
import type { NewRenewalItem } from "../../client/index.ts";
import { Failure } from "../../errors/index.ts";
import { REMINDER_LEASE_MS } from "../../tenant/renewals/renewals.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
import { text } from "../../text/index.ts";
import type { Digest } from "./digest.ts";
import type { Message } from "./message.ts";
import { createFailedDelivery, SENT_DELIVERY, type Delivery } from "./outcome.ts";
import type { ReminderTenant } from "./tenant.ts";
import { deliverReminders, type NotifyRun } from "./send.ts";
import type { NotifySettings, Recipient } from "./settings.ts";

const EXPIRY = "2027-03-01T03:00:00.000Z";
const NOW = "2027-01-30T00:00:00.000Z";

const SETTINGS: NotifySettings = {
  language: "ja",
  stages: [90, 30, 7, 0],
  smtp: { host: "127.0.0.1", port: 25, security: "none", from: "a@example.jp" },
  recipients: [
    { name: "it", way: "mail", address: "it@example.jp", language: "ja" },
    { name: "ops", way: "mail", address: "ops@example.jp", language: "en" },
  ],
};

let tenant: TestTenant;
let other: TestTenant;
beforeEach(() => {
  [tenant, other] = [new TestTenant(), new TestTenant()];
});
afterEach(() => Promise.all([tenant, other].map((one) => one[Symbol.asyncDispose]())));

const add = (item: Partial<NewRenewalItem> = {}, to = tenant) =>
  to.client.renewals.add({ kind: "push-certificate", name: "本社", expiresAt: EXPIRY, ...item });

const watched = (context: string, timezone: string, { client }: TestTenant): ReminderTenant => ({
  context,
  timezone,
  client,
  items: () => client.renewals.list(),
});

class Post {
  readonly sent: { readonly to: string; readonly message: Message; readonly digest: Digest }[] = [];
  readonly answers = new Map<string, Delivery>();
  readonly warnings: string[] = [];

  readonly deliver = async (recipient: Recipient, message: Message, digest: Digest): Promise<Delivery> => {
    const to = recipient.way === "mail" ? recipient.address : recipient.name;
    const delivery = this.answers.get(to) ?? SENT_DELIVERY;
    if (delivery.sent) this.sent.push({ to, message, digest });
    return delivery;
  };

  run(now: string, change: Partial<NotifyRun> = {}): NotifyRun {
    return {
      tenants: [watched("local", "Asia/Tokyo", tenant)],
      settings: SETTINGS,
      now: new Date(now),
      severalContexts: false,
      warn: async ({ en }) => void this.warnings.push(en),
      ...change,
    };
  }

  async send(now: string, change: Partial<NotifyRun> = {}): Promise<readonly string[]> {
    tenant.surroundings.time = Date.parse(now);
    other.surroundings.time = Date.parse(now);
    const { rows, incomplete } = await deliverReminders(this.run(now, change), { deliver: this.deliver });
    return [
      ...rows.map(({ due, recipient, outcome }) => `${due.item.name} ${due.stage} ${recipient.name} ${outcome}`),
      ...(incomplete ? ["incomplete"] : []),
    ];
  }
}

test("a failing recipient is retried, and blocks neither other recipients nor later stages", async () => {
  await add();
  const post = new Post();
  post.answers.set("it@example.jp", createFailedDelivery(text("451 later", "451 later")));
  expect(await post.send(NOW)).toEqual(["本社 30 it failed", "本社 30 ops sent", "incomplete"]);
  expect(post.warnings).toEqual(["could not notify it: 451 later"]);
  const notice = (await tenant.client.renewals.notices()).find(({ recipient }) => recipient === "it@example.jp");
  expect(notice).toMatchObject({ state: "failed", error: "451 later", stage: 30 });
  post.answers.clear();
  expect(await post.send(NOW)).toEqual(["本社 30 it sent"]);
  expect(post.sent.at(-1)?.message.messageId).toBe(notice?.messageId);
  post.answers.set("it@example.jp", createFailedDelivery(text("451 later", "451 later")));
  expect(await post.send("2027-02-22T00:00:00Z")).toEqual(["本社 7 it failed", "本社 7 ops sent", "incomplete"]);
  post.answers.clear();
  expect(await post.send("2027-03-01T00:00:00Z")).toEqual(["本社 0 it sent", "本社 0 ops sent"]);
  expect(await post.send("2027-03-02T00:00:00Z")).toEqual(["本社 -1 it sent", "本社 -1 ops sent"]);
  expect(await post.send("2027-03-02T05:00:00Z")).toEqual([]);
});

test("everything due is one message per recipient, and each stage of each item is settled separately", async () => {
  await add();
  await add({ name: "大阪", kind: "vpp-token", expiresAt: "2027-02-05T03:00:00.000Z", owner: "IT@example.jp" });
  const post = new Post();
  expect(await post.send(NOW)).toHaveLength(4);
  expect(post.sent.map(({ to, message }) => [to, message.subject])).toEqual([
    ["it@example.jp", "【年次更新・期限】あと 6 日: VPP サービストークン「大阪」 ほか 1 件"],
    ["ops@example.jp", '[Renewal] 6 days left: VPP content token "大阪" and 1 more'],
  ]);
  const notices = await tenant.client.renewals.notices();
  expect(notices.map(({ stage, recipient, state }) => `${stage} ${recipient} ${state}`).toSorted()).toEqual([
    "30 it@example.jp sent",
    "30 ops@example.jp sent",
    "7 it@example.jp sent",
    "7 ops@example.jp sent",
  ]);
});

test("after the lease, resends a dead run's message unchanged, separately from new items", async () => {
  const first = await add();
  const second = await add({ name: "大阪" });
  const claims = [];
  for (const { id } of [second, first]) {
    const claim = { itemId: id, expiresAt: EXPIRY, stage: 30, way: "mail", recipient: "it@example.jp" };
    tenant.surroundings.time = Date.parse(NOW);
    claims.push(await tenant.client.renewals.claimNotice(claim));
  }
  await add({ name: "京都" });
  const post = new Post();
  const soon = new Date(Date.parse(NOW) + REMINDER_LEASE_MS / 2).toISOString();
  expect((await post.send(soon)).filter((row) => row.includes(" it "))).toEqual([
    "本社 30 it busy",
    "大阪 30 it busy",
    "京都 30 it busy",
  ]);
  const later = new Date(Date.parse(NOW) + 2 * REMINDER_LEASE_MS).toISOString();
  expect(await post.send(later)).toEqual(["本社 30 it sent", "大阪 30 it sent", "京都 30 it sent"]);
  const mails = post.sent.filter(({ to }) => to === "it@example.jp");
  expect(mails.map(({ digest }) => digest.due.map(({ item }) => item.name))).toEqual([["本社", "大阪"], ["京都"]]);
  expect(mails[0]?.message.messageId).toBe(claims.map(({ notice }) => notice.messageId).toSorted()[0]);
});

test("several tenants are one message, each by its midnight, and an unreachable one blocks no other", async () => {
  await add();
  await add({ name: "大阪", expiresAt: "2027-03-01T15:00:00.000Z" }, other);
  const post = new Post();
  const list = () => Promise.reject(new Failure("unavailable", { what: text("no answer", "応答なし") }));
  const tenants: ReminderTenant[] = [
    watched("kanto", "Asia/Tokyo", tenant),
    watched("osaka", "America/New_York", other),
  ];
  const several = { tenants, severalContexts: true };
  const night = "2027-01-29T16:00:00Z";
  expect(await post.send(night, several)).toEqual([
    "本社 30 it sent",
    "大阪 90 it sent",
    "本社 30 ops sent",
    "大阪 90 ops sent",
  ]);
  expect(post.sent).toHaveLength(2);
  expect(post.sent[0]?.message.text).toMatch(/テナント: kanto[^]*テナント: osaka/);
  const unreached = {
    context: "tokyo",
    timezone: "Asia/Tokyo",
    items: list,
  } as unknown as ReminderTenant;
  const next = await post.send("2027-01-30T16:00:00Z", { ...several, tenants: [unreached, ...tenants] });
  expect(next).toEqual(["大阪 30 it sent", "大阪 30 ops sent", "incomplete"]);
  expect(post.warnings).toEqual(["cannot read the tenant tokyo: no answer"]);
  await expect(post.send(NOW, { tenants: [unreached] })).rejects.toThrow("no answer");
});

test("simultaneous runs send it once", async () => {
  await add();
  await add({ name: "大阪" });
  const post = new Post();
  tenant.surroundings.time = Date.parse(NOW);
  await Promise.all(Array.from({ length: 8 }, () => deliverReminders(post.run(NOW), { deliver: post.deliver })));
  await post.send("2027-01-30T02:00:00Z");
  const said = post.sent.flatMap(({ to, digest }) => digest.due.map(({ item }) => `${to} ${item.name}`));
  expect(said.toSorted()).toEqual([...new Set(said)].toSorted());
  expect(said).toHaveLength(4);
});

test("reports a tenant that fails halfway, and still notifies the next recipient", async () => {
  await add();
  const post = new Post();
  const { client } = tenant;
  let refused = false;
  const renewals = {
    notices: () => client.renewals.notices(),
    claimNotice: (key: Parameters<typeof client.renewals.claimNotice>[0]) => client.renewals.claimNotice(key),
    settleNotice: async (...settled: Parameters<typeof client.renewals.settleNotice>) => {
      if (refused) return client.renewals.settleNotice(...settled);
      refused = true;
      throw new Failure("locked", { what: text("locked", "使用中") });
    },
  };
  const flaky = { renewals, users: client.users, tenant: client.tenant };
  const tenants = [{ ...watched("local", "Asia/Tokyo", tenant), client: flaky }];
  expect(await post.send(NOW, { tenants })).toEqual(["本社 30 ops sent", "incomplete"]);
  expect(post.warnings).toEqual(["it: locked"]);
});

test("every digest for its recipients and every run on stderr reports an item without a date", async () => {
  await add({ name: "大阪", kind: "android-owner", expiresAt: null });
  const post = new Post();
  const en = 'Android Enterprise owner account "大阪" (local) has no expiry date, so no reminders will be sent';
  expect(await post.send(NOW)).toEqual([]);
  expect(post.warnings).toEqual([en]);
  await add();
  const [it, ops] = SETTINGS.recipients;
  if (it === undefined || ops === undefined) throw new Error("no recipients");
  const settings = { ...SETTINGS, recipients: [it, { ...ops, kinds: ["push-certificate" as const] }] };
  expect(await post.send(NOW, { settings })).toEqual(["本社 30 it sent", "本社 30 ops sent"]);
  expect(post.sent.map(({ digest }) => digest.warnings.map((warning) => warning.ja))).toEqual([
    [
      "Android Enterprise 管理用 Gmail アカウント「大阪」(local)は期限が登録されていないため、期限が近づいても通知できません",
    ],
    [],
  ]);
  expect(post.sent[0]?.message.text).toContain("「大阪」(local)は期限が登録されていない");
});
