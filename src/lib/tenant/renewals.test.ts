import { afterEach, beforeEach, expect, test } from "vitest";
import { NOTICE_LEASE_MS } from "./renewals.ts";
import { failureOf, TestTenant } from "./testing/tenant.ts";

let tenant: TestTenant;
beforeEach(() => {
  tenant = new TestTenant();
});
afterEach(() => tenant.close());

const PUSH = { kind: "push-certificate", name: "本社", expiresAt: "2027-03-01T00:00:00.000Z" } as const;

test("an item is added, changed, and forgotten with its notices", async () => {
  const { renewals } = tenant.client;
  const item = await renewals.add({ ...PUSH, topic: "com.apple.mgmt.External.1", owner: "admin@example.jp" });
  expect(item).toMatchObject({ ...PUSH, certainty: "typed", notes: null, confirmedAt: null });
  const changed = await renewals.edit(item.id, { notes: "金庫", owner: null });
  expect(changed).toMatchObject({ name: "本社", topic: "com.apple.mgmt.External.1", notes: "金庫", owner: null });
  const claim = { itemId: item.id, expiresAt: PUSH.expiresAt, stage: 90, way: "mail", recipient: "a@example.jp" };
  await renewals.claimNotice(claim);
  expect(await renewals.remove(item.id)).toEqual(changed);
  expect([await renewals.list(), await renewals.notices()]).toEqual([[], []]);
  expect((await failureOf(renewals.edit(item.id, {})))?.code).toBe("not-found");
});

test("a confirmed login counts a year, also from a leap day", async () => {
  const { renewals } = tenant.client;
  const { id } = await renewals.add({ kind: "android-owner", name: "第一所有者" });
  expect(await renewals.confirm(id, { by: "髙橋", at: "2028-02-29T03:00:00.000Z" })).toMatchObject({
    confirmedAt: "2028-02-29T03:00:00.000Z",
    confirmedBy: "髙橋",
    expiresAt: "2029-02-28T03:00:00.000Z",
    certainty: "estimated",
  });
});

test("a notice has one sender at a time, is never sent twice, and outlives a sender that died", async () => {
  const { renewals } = tenant.client;
  const { id: itemId } = await renewals.add(PUSH);
  const claim = { itemId, expiresAt: PUSH.expiresAt, stage: 30, way: "mail", recipient: "a@example.jp" };
  const first = await renewals.claimNotice(claim);
  expect(first).toMatchObject({ claimed: true, notice: { state: "sending", attempts: 1 } });
  expect((await renewals.claimNotice(claim)).claimed).toBe(false);
  expect((await renewals.claimNotice({ ...claim, recipient: "b@example.jp" })).claimed).toBe(true);
  tenant.surroundings.time += NOTICE_LEASE_MS;
  const second = await renewals.claimNotice(claim);
  expect(second).toMatchObject({ claimed: true, notice: { attempts: 2, messageId: first.notice.messageId } });
  await renewals.settleNotice(second.notice.id, { state: "failed", error: "550" });
  expect((await renewals.claimNotice(claim)).claimed).toBe(true);
  await renewals.settleNotice(second.notice.id, { state: "sent", error: null });
  tenant.surroundings.time += NOTICE_LEASE_MS;
  expect(await renewals.claimNotice(claim)).toMatchObject({ claimed: false, notice: { state: "sent", attempts: 3 } });
  expect((await renewals.claimNotice({ ...claim, expiresAt: "2028-03-01T00:00:00.000Z" })).claimed).toBe(true);
});
