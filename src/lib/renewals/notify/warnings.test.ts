import { expect, test } from "vitest";
import { text } from "../../text/index.ts";
import type { ReminderRecord } from "../../model/renewal.ts";
import type { DatedItem } from "../judge.ts";
import {
  BOUNCE_PREFIX,
  Bounces,
  findDateWarning,
  findRecipientWarnings,
  findOwnerWarning,
  listUndatedWarnings,
} from "./warnings.ts";
import type { Addressee, RecipientItems } from "./recipients.ts";
import { LoadedTenant } from "./tenant.ts";
import type { Recipient } from "./settings.ts";
import { createDueReminder } from "#support/renewals/digest.ts";
import {
  createReminderTenant,
  createPastReminder,
  type ReminderTenantContent,
} from "#support/renewals/notice-tenant.ts";

const NOW = new Date("2027-01-30T00:00:00.000Z");
const IT: Recipient = { name: "it", way: "mail", address: "it@example.jp", language: "ja" };
const ADDRESSEE: Addressee = { way: "mail", recipient: "it@example.jp" };
const target = (addressee: Addressee): RecipientItems => ({ recipient: IT, addressee, tenantItems: [] });

const past = createPastReminder;
const bouncedAt = (at: string, change: Partial<ReminderRecord> = {}): ReminderRecord =>
  past(at, { state: "failed", error: `${BOUNCE_PREFIX}550 gone`, ...change });

/** A tenant with one thing that has reached a stage, where these notices were. */
const tenantOf = (notices: readonly ReminderRecord[], known: Omit<ReminderTenantContent, "notices"> = {}) => {
  const { tenant, asked } = createReminderTenant({ items: [createDueReminder().item], ...known, notices });
  return { asked, loaded: LoadedTenant.load(tenant, { now: NOW, stages: [90, 30] }) };
};

test.each<[string, readonly ReminderRecord[], boolean]>([
  ["nothing was said yet", [], false],
  ["the only mail came back", [bouncedAt("2027-01-01")], true],
  ["the latest came back", [past("2027-01-01"), bouncedAt("2027-01-02")], true],
  [
    "the latest came back, though it is not the last that is listed",
    [bouncedAt("2027-01-02"), past("2027-01-01")],
    true,
  ],
  ["a later one arrived", [bouncedAt("2027-01-01"), past("2027-01-02")], false],
  [
    "a later one failed for now",
    [bouncedAt("2027-01-01"), past("2027-01-02", { state: "failed", error: "451 later" })],
    false,
  ],
  ["a later one is under way", [bouncedAt("2027-01-01"), past("2027-01-02", { state: "sending" })], true],
  ["what was sent says so in its error", [past("2027-01-01", { error: `${BOUNCE_PREFIX}x` })], false],
  ["another's came back", [bouncedAt("2027-01-01", { recipient: "ops@example.jp" })], false],
  ["a webhook of that name failed so", [bouncedAt("2027-01-01", { way: "webhook" })], false],
])("whether a recipient's mail bounces: %s", async (_, notices, bounced) => {
  const { loaded } = tenantOf(notices);
  const bounces = new Bounces([target(ADDRESSEE)], [await loaded]);
  expect(bounces.has(ADDRESSEE)).toBe(bounced);
  expect(bounces.warningsFor({ way: "mail", recipient: "ops@example.jp" })).toHaveLength(bounced ? 1 : 0);
});

test("the latest result of all tenants decides", async () => {
  const [older, newer] = [tenantOf([bouncedAt("2027-01-01")]), tenantOf([past("2027-01-02")])];
  expect(new Bounces([target(ADDRESSEE)], [await older.loaded, await newer.loaded]).has(ADDRESSEE)).toBe(false);
  const again = tenantOf([bouncedAt("2027-01-03")]);
  expect(new Bounces([target(ADDRESSEE)], [await again.loaded, await newer.loaded]).has(ADDRESSEE)).toBe(true);
});

test("only mail bounces, and a webhook of the same name is never recorded as bounced", async () => {
  const webhook: Addressee = { way: "webhook", recipient: "it@example.jp" };
  const { loaded } = tenantOf([bouncedAt("2027-01-01", { way: "webhook" })]);
  const bounces = new Bounces([target(webhook)], [await loaded]);
  expect(bounces.has(webhook)).toBe(false);
  bounces.learn(webhook, true);
  expect([bounces.has(webhook), bounces.has(ADDRESSEE)]).toEqual([false, false]);
  bounces.learn(ADDRESSEE, true);
  expect([bounces.has(webhook), bounces.has(ADDRESSEE)]).toEqual([false, true]);
  bounces.learn(webhook, false);
  expect(bounces.has(ADDRESSEE)).toBe(true);
  bounces.learn(ADDRESSEE, false);
  expect(bounces.has(ADDRESSEE)).toBe(false);
});

test("other recipients are warned about bounced mail, but not its own recipient", () => {
  const bounces = new Bounces([], []);
  for (const recipient of ["it@example.jp", "ops@example.jp"]) bounces.learn({ way: "mail", recipient }, true);
  const heard = (recipient: string) =>
    bounces.warningsFor({ way: "mail", recipient }).map(({ en, ja }) => [/\S+@\S+/.exec(en)?.[0], ja.split(" ")[0]]);
  expect(heard("it@example.jp")).toEqual([["ops@example.jp", "ops@example.jp"]]);
  expect(heard("chat")).toEqual([
    ["it@example.jp", "it@example.jp"],
    ["ops@example.jp", "ops@example.jp"],
  ]);
});

test.each([
  ["is no user", "sato@example.jp", ["yamada@example.jp"], true],
  ["is a user", "Yamada@example.jp", ["yamada@example.jp"], false],
  ["is none, where no users are known", "sato@example.jp", [], false],
  ["is no address", "総務課", ["yamada@example.jp"], false],
  ["is not known", null, ["yamada@example.jp"], false],
])("whether there is a warning for an owner who %s", async (_, owner, users, warned) => {
  const due = createDueReminder({ context: "kanto", item: { owner } });
  const warning = await findOwnerWarning(await tenantOf([], { users }).loaded, due);
  expect(warning !== undefined).toBe(warned);
  const both = `${warning?.en} ${warning?.ja}`;
  for (const part of warned ? [owner, "本社", "kanto"] : [])
    expect(both.split(String(part))).toHaveLength(part === owner ? 3 : 5);
});

test("an owner is looked up once in any letter case, and users are read only while necessary", async () => {
  const { asked, loaded } = tenantOf([], { users: ["yamada@example.jp"] });
  const tenant = await loaded;
  expect(asked.pages).toBe(0);
  const answers = [
    tenant.isGone("Sato@example.jp"),
    tenant.isGone("sato@EXAMPLE.jp"),
    tenant.isGone("yamada@example.jp"),
  ];
  expect(await Promise.all(answers)).toEqual([true, true, false]);
  expect(asked).toMatchObject({ found: ["Sato@example.jp", "yamada@example.jp"], pages: 1 });
});

test("requests reminders only if an item has reached a stage", async () => {
  const { item } = createDueReminder();
  const far = tenantOf([], { items: [{ ...item, expiresAt: "2027-12-01T00:00:00.000Z" }] });
  expect(await far.loaded).toMatchObject({ items: [], undated: [], past: [] });
  expect(far.asked.notices).toBe(0);
  const near = tenantOf([past("2027-01-01")]);
  expect(await near.loaded).toMatchObject({ items: [{ name: "本社" }], undated: [], past: [{ stage: 30 }] });
  expect(near.asked.notices).toBe(1);
});

test("reports a date that differs between file and record in one line", () => {
  const { item, ...due } = createDueReminder();
  expect(findDateWarning({ ...due, item })).toBeUndefined();
  expect(findDateWarning({ ...due, item: { ...item, remark: null } })).toBeUndefined();
  const remark = text("the file says\n2028", "ファイルでは\n2028");
  expect(findDateWarning({ ...due, item: { ...item, remark } })).toEqual({
    en: 'MDM push certificate "本社": the file says 2028',
    ja: expect.stringMatching(/「本社」: ファイルでは 2028$/),
  });
});

test("an item without a date is reported to its recipients, or to everybody", async () => {
  const undated: DatedItem = { ...createDueReminder().item, name: "所有者", kind: "android-owner", expiresAt: null };
  const tenants = [await tenantOf([], { items: [createDueReminder().item, undated] }).loaded];
  const warned = (recipient?: Recipient) =>
    listUndatedWarnings(tenants, recipient).map(({ en, ja }) =>
      [en, ja].every((line) => line.includes("所有者") && line.includes("kanto")),
    );
  expect(tenants.map(({ items, undated }) => [items.length, undated.length])).toEqual([[1, 1]]);
  expect(warned()).toEqual([true]);
  expect(warned(IT)).toEqual([true]);
  expect(warned({ ...IT, kinds: ["push-certificate"] })).toEqual([]);
});

const STANDING = { recorded: true, system: 2, supported: [], leavers: [], revoked: ["Ops@example.jp"], contact: null };

test("who misses reminders is reported to recipients, but not to those notified of their own items only", async () => {
  const loaded = await tenantOf([], { administration: STANDING, deleted: ["it@example.jp"] }).loaded;
  const chat: Recipient = {
    name: "chat",
    way: "webhook",
    service: "slack",
    url: { env: "X" },
    language: "ja",
  } as never;
  const heard = async (recipient: Recipient) =>
    (await findRecipientWarnings([loaded], recipient, [IT, chat])).map(({ en }) => en);
  expect(await heard(chat)).toEqual([
    expect.stringMatching(
      /^kanto: nobody has the support option, .*; to fix this: `clomoctl clomo-account edit NAME --support-option --notice-mail --context kanto`$/,
    ),
    expect.stringMatching(
      /^kanto: it@example\.jp, a recipient of reminders, is a user who was deleted: enter another recipient in .*: `clomoctl renewals notify test --context kanto`$/,
    ),
  ]);
  const ops: Recipient = { ...IT, name: "ops", address: "ops@example.jp" };
  expect((await findRecipientWarnings([loaded], IT, [ops])).at(-1)?.en).toContain("a user whose role was revoked");
  expect(await heard({ ...IT, kinds: [] })).toEqual([]);
  expect(await heard({ ...IT, contexts: ["osaka"] })).toEqual([]);
});

test("an address that belongs to a user again, or never did, is not that of a leaver", async () => {
  const again = tenantOf([], { users: ["it@example.jp"], deleted: ["it@example.jp"] });
  const shared = tenantOf([], { users: ["yamada@example.jp"] });
  for (const { loaded } of [again, shared]) expect(await findRecipientWarnings([await loaded], IT, [IT])).toEqual([]);
});

test("if the tenant does not return its administrators, reminders are sent without that warning", async () => {
  const { loaded } = tenantOf([], { administration: new Error("cut") });
  expect(await findRecipientWarnings([await loaded], IT, [])).toEqual([]);
});
