import { expect, test } from "vitest";
import { REMINDER_LEASE_MS } from "./renewals.ts";
import { readAuditLog } from "#support/tenant/audit.ts";
import { failureOf, TestTenant, openForEachTest } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
openForEachTest((opened) => (tenant = opened));

const PUSH = { kind: "push-certificate", name: "本社", expiresAt: "2027-03-01T00:00:00.000Z" } as const;

test("a change keeps other fields and updates the time", async () => {
  const { renewals } = tenant.client;
  const item = await renewals.add({ ...PUSH, certainty: "exact", account: "apple@example.jp", notes: "金庫" });
  expect(item).toMatchObject({ certainty: "exact", account: "apple@example.jp", createdAt: item.updatedAt });
  const changed = await renewals.edit(item.id, { notes: null, certainty: "typed" });
  expect(changed).toEqual({ ...item, notes: null, certainty: "typed", updatedAt: changed.updatedAt });
  expect(changed.updatedAt > item.updatedAt).toBe(true);
  expect(await renewals.list()).toEqual([changed]);
  const unknown = item.id.replace(/.{12}$/, "0".repeat(12));
  expect(await failureOf(renewals.edit(unknown, { notes: "x" }))).toMatchObject({ code: "not-found" });
});

test("items without a date come first, then the earliest, then by name", async () => {
  const { renewals } = tenant.client;
  const later = { ...PUSH, name: "大阪", expiresAt: "2028-03-01T00:00:00.000Z" };
  for (const item of [later, PUSH, { ...PUSH, name: "A" }, { kind: "android-owner", name: "Z" } as const])
    await renewals.add(item);
  expect((await renewals.list()).map(({ name, expiresAt }) => `${name} ${expiresAt?.slice(0, 4)}`)).toEqual([
    "Z undefined",
    "A 2027",
    "本社 2027",
    "大阪 2028",
  ]);
});

test("an invalid text is rejected with the name of its field by every operation", async () => {
  const { renewals } = tenant.client;
  const { id } = await renewals.add(PUSH);
  const refusals = async (change: Partial<typeof PUSH> & { readonly notes?: string }) => [
    await failureOf(renewals.add({ ...PUSH, name: "B", ...change })),
    await failureOf(renewals.edit(id, change)),
  ];
  const what = { en: "notes: 3000 characters; the maximum is 2000", ja: "メモ: 3000 文字あります(上限 2000 文字)" };
  for (const failure of await refusals({ notes: "a".repeat(3000) }))
    expect(failure).toMatchObject({ code: "input-rejected", what });
  for (const name of ["", "a".repeat(256)]) {
    for (const failure of await refusals({ name: name as typeof PUSH.name }))
      expect([failure?.code, failure?.what.ja]).toEqual(["input-rejected", expect.stringMatching(/^名前: /)]);
  }
  const confirmed = await failureOf(renewals.renew(id, { by: "b".repeat(2001), at: "2026-11-20T00:00:00.000Z" }));
  expect(confirmed?.code).toBe("input-rejected");
  const longest = await renewals.edit(id, { name: "a".repeat(255), notes: "a".repeat(2000) });
  expect(longest.notes).toHaveLength(2000);
});

test("removing an item removes its reminders and no others", async () => {
  const { renewals } = tenant.client;
  const [one, other] = [await renewals.add(PUSH), await renewals.add({ ...PUSH, name: "大阪" })];
  const claim = { expiresAt: PUSH.expiresAt, stage: 90, way: "mail", recipient: "a@example.jp" };
  for (const { id } of [one, other]) await renewals.claimNotice({ ...claim, itemId: id });
  const toNobody = await failureOf(renewals.claimNotice({ ...claim, itemId: one.id, recipient: " " }));
  expect(toNobody).toMatchObject({ code: "input-rejected" });
  await renewals.remove(one.id);
  expect((await renewals.notices()).map(({ itemId }) => itemId)).toEqual([other.id]);
  expect(await renewals.list()).toEqual([other]);
});

test("every change is in the audit log with actor and item", async () => {
  const { renewals } = tenant.client;
  const added = await renewals.add({ kind: "android-owner", name: "所有者" });
  const { id } = added;
  const edited = await renewals.edit(id, { phoneHolder: "金庫" });
  const confirmed = await renewals.renew(id, { by: "髙橋", at: "2026-04-01T00:00:00.000Z" });
  await renewals.remove(id);
  expect(
    readAuditLog(tenant.database).map(({ actor, action, objects, before, after }) => [
      actor,
      action,
      objects,
      before,
      after,
    ]),
  ).toEqual(
    (
      [
        ["renewals.add", undefined, added],
        ["renewals.edit", added, edited],
        ["renewals.renew", edited, confirmed],
        ["renewals.remove", confirmed, undefined],
      ] as const
    ).map(([action, ...states]) => ["owner", action, [{ thing: "renewal_item", id, name: "所有者" }], ...states]),
  );
});

test.each([
  ["2026-12-31T15:00:00.000Z", "2027-12-31T15:00:00.000Z"],
  ["2027-02-28T00:00:00.000Z", "2028-02-28T00:00:00.000Z"],
  ["2027-03-01T00:00:00.000Z", "2028-03-01T00:00:00.000Z"],
  ["2028-02-29T03:00:00.000Z", "2029-02-28T03:00:00.000Z"],
])("a login at %s is valid until %s", async (at, expiresAt) => {
  const { renewals } = tenant.client;
  const { id } = await renewals.add({ kind: "android-owner", name: "所有者", certainty: "exact" });
  expect(await renewals.renew(id, { by: "x", at })).toMatchObject({ expiresAt, certainty: "estimated" });
});

test("a second item with the same name, topic or file is rejected, with a hint to renew the first", async () => {
  const { renewals } = tenant.client;
  const first = await renewals.add({ ...PUSH, name: "本社 A", topic: "com.apple.mgmt.1", fingerprint: "a".repeat(64) });
  const again = renewals.add({ kind: "custom", name: "本社 A" });
  await expect(again).rejects.toMatchObject({
    code: "input-rejected",
    what: { en: 'already recorded as "本社 A"' },
    hint: { en: expect.stringContaining("clomoctl renewals renew '本社 A' FILE") },
  });
  const topic = renewals.add({ ...PUSH, name: "新", topic: "com.apple.mgmt.1" });
  const same = renewals.add({ ...PUSH, name: "写し", fingerprint: "a".repeat(64) });
  for (const added of [topic, same])
    await expect(added).rejects.toMatchObject({ what: { ja: "「本社 A」として登録済みです" } });
  const other = await renewals.add({ kind: "custom", name: "大阪" });
  await expect(renewals.edit(other.id, { name: "本社 A" })).rejects.toMatchObject({ code: "input-rejected" });
  expect(await renewals.edit(first.id, { topic: "com.apple.mgmt.1", notes: "x" })).toMatchObject({ notes: "x" });
});

test("the name of a contract is taken, too", async () => {
  await tenant.client.tenant.set({ contracts: [{ name: "契約", until: "2027-03-31" }] });
  const again = await failureOf(tenant.client.renewals.add({ kind: "custom", name: "契約" }));
  expect(again?.code).toBe("input-rejected");
});

test("a new item and an edited one need a telephone number as phone", async () => {
  const { renewals } = tenant.client;
  const { id } = await renewals.add({ ...PUSH, phone: "03-0000-0012" });
  for (const refused of [renewals.add({ ...PUSH, name: "大阪", phone: "金庫" }), renewals.edit(id, { phone: "金庫" })])
    expect(await failureOf(refused)).toMatchObject({ code: "input-rejected", where: "phone" });
});

test("a field that renewal items do not have is rejected", async () => {
  const { renewals } = tenant.client;
  const { id } = await renewals.add(PUSH);
  const more = { notes: "x", colour: "red" };
  for (const refused of [renewals.add({ ...PUSH, name: "大阪", ...more }), renewals.edit(id, more)])
    expect((await failureOf(refused))?.code).toBe("input-rejected");
});

test("a login before the recorded one is rejected and changes nothing", async () => {
  const { client } = tenant;
  const { id } = await client.renewals.add({ kind: "android-owner", name: "所有者" });
  await client.renewals.renew(id, { by: "a", at: "2026-04-01T00:00:00.000Z" });
  await expect(client.renewals.renew(id, { by: "b", at: "2024-01-01T00:00:00.000Z" })).rejects.toMatchObject({
    code: "input-rejected",
    what: { en: "a later login is recorded for 所有者" },
  });
  expect(await client.renewals.list()).toMatchObject([{ confirmedBy: "a", expiresAt: "2027-04-01T00:00:00.000Z" }]);
});

const FILE = {
  expiresAt: "2028-02-20T00:00:00.000Z",
  certainty: "exact",
  fingerprint: "b".repeat(64),
  topic: "com.apple.mgmt.1",
  organisation: "例",
  source: "/new.pem",
} as const;
const BY = { by: "髙橋", at: "2027-02-21T00:00:00.000Z" };

test.each<[string, object]>([
  ["the console shows no date", {}],
  ["the console shows the old date", { consoleShows: "2027-03-01" }],
  ["the file is older", { consoleShows: "2026-03-01", file: { ...FILE, expiresAt: "2026-03-01T00:00:00.000Z" } }],
  ["the file ends when the old one does", { consoleShows: "2027-03-01", file: { ...FILE, expiresAt: PUSH.expiresAt } }],
  ["no file is given", { consoleShows: "2028-02-20", file: undefined }],
])("an uploaded file is not recorded if %s", async (_, given) => {
  const { renewals } = tenant.client;
  const item = await renewals.add({ ...PUSH, fingerprint: "a".repeat(64) });
  const failure = await failureOf(renewals.renew(item.id, { ...BY, file: FILE, ...given }));
  expect(failure?.code).toBe("input-rejected");
  expect(await renewals.list()).toEqual([item]);
});

test("a file is recorded with the date that the console shows, and a typed date replaces the file", async () => {
  const { renewals } = tenant.client;
  const { id } = await renewals.add({ ...PUSH, organisation: "本社" });
  const renewed = await renewals.renew(id, { ...BY, file: FILE, consoleShows: "2028-02-21" });
  expect(renewed).toMatchObject({ ...FILE, organisation: "本社", confirmedAt: BY.at, confirmedBy: BY.by });
  const typed = await renewals.edit(id, { expiresAt: "2028-02-20T14:59:59.000Z", certainty: "typed" });
  expect(typed).toMatchObject({ fingerprint: null, source: null, topic: FILE.topic });
  expect(await renewals.renew(id, { ...BY, file: FILE, consoleShows: "2028-02-20" })).toMatchObject({
    fingerprint: FILE.fingerprint,
  });
});

test("a reminder has one sender at a time, is never sent twice, and can be resumed if its sender dies", async () => {
  const { renewals } = tenant.client;
  const { id: itemId } = await renewals.add(PUSH);
  const claim = { itemId, expiresAt: PUSH.expiresAt, stage: 30, way: "mail", recipient: "a@example.jp" };
  const first = await renewals.claimNotice(claim);
  expect(first).toMatchObject({ claimed: true, notice: { state: "sending", attempts: 1 } });
  expect((await renewals.claimNotice(claim)).claimed).toBe(false);
  expect((await renewals.claimNotice({ ...claim, recipient: "b@example.jp" })).claimed).toBe(true);
  tenant.surroundings.time += REMINDER_LEASE_MS;
  const second = await renewals.claimNotice(claim);
  expect(second).toMatchObject({ claimed: true, notice: { attempts: 2, messageId: first.notice.messageId } });
  await renewals.settleNotice(second.notice.id, { state: "failed", error: "550" });
  expect((await renewals.claimNotice(claim)).claimed).toBe(true);
  await renewals.settleNotice(second.notice.id, { state: "sent", error: null });
  tenant.surroundings.time += REMINDER_LEASE_MS;
  expect(await renewals.claimNotice(claim)).toMatchObject({ claimed: false, notice: { state: "sent", attempts: 3 } });
  expect((await renewals.claimNotice({ ...claim, expiresAt: "2028-03-01T00:00:00.000Z" })).claimed).toBe(true);
});

test.each([
  ["a process that no longer runs is taken up at once", { self: 42, isAlive: () => false }, 0, true],
  ["a process that runs is left to it", { self: 42, isAlive: (pid: number) => pid === 41 }, 0, false],
  ["a process that runs is taken up after the lease", { self: 42, isAlive: () => true }, REMINDER_LEASE_MS, true],
  ["this process is left to it", { self: 41, isAlive: () => false }, 0, false],
  ["a process whose clock was ahead is taken up", { self: 42, isAlive: () => true }, -2 * REMINDER_LEASE_MS, true],
])("a reminder started by %s", async (_, processes, laterMs, claimed) => {
  const began = new TestTenant(tenant.folder, tenant.surroundings.time, { self: 41, isAlive: () => true });
  const { id: itemId } = await began.client.renewals.add(PUSH);
  const claim = { itemId, expiresAt: PUSH.expiresAt, stage: 30, way: "mail", recipient: "a@example.jp" };
  const { notice } = await began.client.renewals.claimNotice(claim);
  const next = new TestTenant(tenant.folder, began.surroundings.time + laterMs, processes);
  const again = await next.client.renewals.claimNotice(claim);
  expect(again).toMatchObject({ claimed, notice: { id: notice.id, messageId: notice.messageId, state: "sending" } });
  expect(Object.keys(again.notice)).toEqual(Object.keys(notice));
  await Promise.all([began.close(), next.close()]);
});
