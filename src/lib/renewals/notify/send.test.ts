import { afterEach, beforeEach, expect, test } from "vitest";
import type { NewRenewalItem } from "../../client/index.ts";
import { Failure } from "../../errors/index.ts";
import { REMINDER_LEASE_MS } from "../../tenant/subjects/renewals.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
import { text } from "../../text/index.ts";
import type { Message, DeliveryFault } from "./message.ts";
import { listFailedReminders, loadReminders, type ReminderClient, type ReminderTenant } from "./tenant.ts";
import { deliverReminders } from "./send.ts";
import type { NotifySettings, Recipient } from "./settings-schema.ts";

const EXPIRY = "2027-03-01T03:00:00.000Z";
const NOW = "2027-01-30T00:00:00.000Z";

const SETTINGS: NotifySettings = {
  language: "ja",
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

interface LoadChoice {
  readonly context: string;
  readonly timezone: string;
  readonly from: TestTenant;
  readonly client: ReminderClient;
}

/** Loads what is due in a tenant of `Asia/Tokyo`, or of another time zone. */
const load = async (
  now: string,
  { context = "local", timezone = "Asia/Tokyo", from = tenant, client }: Partial<LoadChoice> = {},
): Promise<ReminderTenant> =>
  loadReminders(
    { context, tenant: context, timezone, client: client ?? from.client },
    await from.client.renewals.list(),
    new Date(now),
  );

class Post {
  readonly sent: { readonly to: string; readonly message: Message; readonly names: readonly string[] }[] = [];
  readonly answers = new Map<string, DeliveryFault>();

  readonly deliver = async (recipient: Recipient, message: Message): Promise<DeliveryFault> => {
    const to = recipient.way === "mail" ? recipient.address : recipient.name;
    const delivery = this.answers.get(to);
    const names = [...message.text.matchAll(/^- .*[ 「]([^ ]+)(?:」| expire)/gm)].map(([, name = ""]) => name);
    if (delivery === undefined) this.sent.push({ to, message, names });
    return delivery;
  };

  /** Sends what is due. Returns what was sent to whom, and who could not be reached. */
  async send(now: string, tenants?: readonly ReminderTenant[]): Promise<readonly string[]> {
    tenant.surroundings.time = Date.parse(now);
    other.surroundings.time = Date.parse(now);
    const before = this.sent.length;
    const failed = await deliverReminders({
      tenants: tenants ?? [await load(now)],
      settings: SETTINGS,
      now: new Date(now),
      deliver: this.deliver,
    });
    const stages = await this.#loadStages();
    return [
      ...this.sent
        .slice(before)
        .flatMap(({ to, names }) => names.map((name) => `${name} ${stages(name, to)} ${to.replace(/@.*/, "")}`)),
      ...failed.map(({ recipient, reason }) => `${recipient.name}: ${reason.en}`),
    ];
  }

  /** Loads the latest stage that was claimed for an item and a recipient, in either tenant. */
  async #loadStages(): Promise<(name: string, to: string) => number> {
    const claimed = await Promise.all(
      [tenant, other].map(async ({ client: { renewals } }) => {
        const names = new Map((await renewals.list()).map(({ id, name }) => [id, name]));
        return (await renewals.notices()).map((notice) => ({ ...notice, name: names.get(notice.itemId) }));
      }),
    );
    const notices = claimed.flat();
    return (name, to) =>
      Math.min(...notices.filter((one) => one.name === name && one.recipient === to).map(({ stage }) => stage));
  }
}

test("a failing recipient is retried, and blocks neither other recipients nor later stages", async () => {
  await add();
  const post = new Post();
  post.answers.set("it@example.jp", text("451 later", "451 later"));
  expect(await post.send(NOW)).toEqual(["本社 30 ops", "it: 451 later"]);
  const [notice, ...others] = listFailedReminders(await load(NOW));
  expect([notice, others]).toMatchObject([{ recipient: "it@example.jp", error: "451 later", stage: 30 }, []]);
  post.answers.clear();
  expect(await post.send(NOW)).toEqual(["本社 30 it"]);
  expect(post.sent.at(-1)?.message.messageId).toBe(notice?.messageId);
  expect(listFailedReminders(await load(NOW))).toEqual([]);
  post.answers.set("it@example.jp", text("451 later", "451 later"));
  expect(await post.send("2027-02-22T00:00:00Z")).toEqual(["本社 7 ops", "it: 451 later"]);
  post.answers.clear();
  expect(await post.send("2027-03-01T00:00:00Z")).toEqual(["本社 0 it", "本社 0 ops"]);
  expect(await post.send("2027-03-02T00:00:00Z")).toEqual(["本社 -1 it", "本社 -1 ops"]);
  expect(await post.send("2027-03-02T05:00:00Z")).toEqual([]);
});

test("an interrupted run sends nothing more, and the next run sends the rest", async () => {
  await add();
  const post = new Post();
  const interruption = new AbortController();
  const deliver: Post["deliver"] = async (...one) => {
    interruption.abort(new Error("interrupted"));
    return post.deliver(...one);
  };
  tenant.surroundings.time = Date.parse(NOW);
  const run = { tenants: [await load(NOW)], settings: SETTINGS, now: new Date(NOW), deliver };
  await expect(deliverReminders({ ...run, signal: interruption.signal })).rejects.toThrow("interrupted");
  expect(post.sent.map(({ to }) => to)).toEqual(["it@example.jp"]);
  expect(await post.send(NOW)).toEqual(["本社 30 ops"]);
});

test("everything due is one message per recipient, and each stage of each item is settled separately", async () => {
  await add();
  await add({ name: "大阪", kind: "vpp-token", expiresAt: "2027-02-05T03:00:00.000Z", owner: "IT@example.jp" });
  const post = new Post();
  expect(await post.send(NOW)).toHaveLength(4);
  expect(post.sent).toHaveLength(2);
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
  expect((await post.send(soon)).filter((row) => row.endsWith(" it"))).toEqual([]);
  const later = new Date(Date.parse(NOW) + 2 * REMINDER_LEASE_MS).toISOString();
  expect(await post.send(later)).toEqual(["本社 30 it", "大阪 30 it", "京都 30 it"]);
  const mails = post.sent.filter(({ to }) => to === "it@example.jp");
  expect(mails.map(({ names }) => names)).toEqual([["本社", "大阪"], ["京都"]]);
  expect(mails[0]?.message.messageId).toBe(claims.map(({ notice }) => notice.messageId).toSorted()[0]);
});

test("a message that may have arrived is sent again alone, because mail programs hide a second one of its ID", async () => {
  await add();
  const post = new Post();
  post.answers.set("it@example.jp", text("connection lost", "切断"));
  await post.send(NOW);
  await add({ name: "大阪" });
  post.answers.clear();
  await post.send("2027-01-31T00:00:00Z");
  expect(post.sent.flatMap(({ to, names }) => (to === "it@example.jp" ? [names] : []))).toEqual([["本社"], ["大阪"]]);
});

test("several tenants are one message, each by its midnight", async () => {
  await add();
  await add({ name: "大阪", expiresAt: "2027-03-01T15:00:00.000Z" }, other);
  const post = new Post();
  const tenants = (now: string) =>
    Promise.all([
      load(now, { context: "kanto" }),
      load(now, { context: "osaka", timezone: "America/New_York", from: other }),
    ]);
  const night = "2027-01-29T16:00:00Z";
  expect(await post.send(night, await tenants(night))).toEqual([
    "本社 30 it",
    "大阪 60 it",
    "本社 30 ops",
    "大阪 60 ops",
  ]);
  expect(post.sent).toHaveLength(2);
  expect(post.sent[0]?.message.text).toMatch(/^- kanto: .*\n- osaka: /);
  const next = "2027-01-30T16:00:00Z";
  expect(await post.send(next, await tenants(next))).toEqual(["大阪 30 it", "大阪 30 ops"]);
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
  expect(await post.send(NOW, [await load(NOW, { client: { renewals } })])).toEqual([
    "本社 30 it",
    "本社 30 ops",
    "it: locked",
  ]);
});

test("a tenant whose disk is full does not keep back the reminders of the others", async () => {
  await add({}, other);
  await add({ name: "大阪" });
  const post = new Post();
  const claimNotice = () => Promise.reject(new Failure("unavailable", { what: text("disk full", "空きなし") }));
  const broken = { renewals: { ...other.client.renewals, claimNotice } };
  const tenants = [await load(NOW, { from: other, client: broken }), await load(NOW)];
  expect(await post.send(NOW, tenants)).toEqual(["大阪 30 it", "大阪 30 ops", "it: disk full", "ops: disk full"]);
});
