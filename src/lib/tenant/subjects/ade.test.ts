import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Rehearsal } from "#support/tenant/rehearsal.ts";
import { FIRST_SERVER } from "#support/apple/simulator/simulator.ts";
import { APPLE_ADE_URL } from "../../nouns/ade-device.ts";
import type { Failure } from "../../errors/index.ts";

const HOUR_MS = 3_600_000;

async function startSynced(devices: number): Promise<Rehearsal> {
  const rehearsal = new Rehearsal({ devices });
  await rehearsal.setUp();
  await rehearsal.sync();
  return rehearsal;
}

const serialsOf = (rehearsal: Rehearsal): string[] => [...rehearsal.simulated().keys()];

const expectSame = async (rehearsal: Rehearsal): Promise<void> =>
  expect(await rehearsal.devices()).toEqual(rehearsal.simulated());

const rejection = async (done: Promise<unknown>): Promise<Failure> =>
  done.then(
    () => expect.unreachable(),
    (error: unknown) => error as Failure,
  );

/** Everything that a sync may change. */
const contentOf = (rehearsal: Rehearsal): unknown => [
  rehearsal.tenant.sql("select * from ade_device order by pk"),
  rehearsal.tenant.sql("select cursor, cursorAt, fullAt from ade_server"),
  rehearsal.tenant.sql("select count(*) as count from device"),
  rehearsal.tenant.sql("select count(*) as count from audit"),
];

describe("a sync", () => {
  test("fetches all pages, and pre-registers the devices in one change", async () => {
    await using rehearsal = new Rehearsal({ devices: 10 });
    await rehearsal.setUp();
    expect(await rehearsal.sync()).toMatchObject({
      kind: "full",
      devices: 10,
      created: 10,
      registered: 10,
      released: 0,
    });
    expect(rehearsal.asked.filter((line) => line === "POST /server/devices")).toHaveLength(4);
    await expectSame(rehearsal);
    const records = await Array.fromAsync(rehearsal.tenant.client.devices.list());
    expect(new Set(records.map(({ serialNumber }) => serialNumber))).toEqual(new Set(serialsOf(rehearsal)));
    expect(new Set(records.map(({ status }) => status))).toEqual(new Set(["事前登録"]));
    expect(await rehearsal.tenant.client.ade.show()).toMatchObject({
      devices: 10,
      notReady: 10,
      server: { name: FIRST_SERVER, admin: "admin@example.jp" },
    });
  });

  test("is a delta as long as the last full sync is recent, and changes nothing if nothing has changed", async () => {
    await using rehearsal = await startSynced(5);
    const [first = "", second = ""] = serialsOf(rehearsal);
    const added = rehearsal.simulator.add({ count: 4 });
    rehearsal.simulator.assign([first], undefined);
    rehearsal.simulator.assign([second], "Elsewhere");
    rehearsal.simulator.assign([second], FIRST_SERVER);
    expect(await rehearsal.sync()).toMatchObject({ kind: "delta", created: 4, released: 1, registered: 4 });
    await expectSame(rehearsal);
    expect(await rehearsal.tenant.client.devices.find({ name: first })).toHaveLength(1);
    const audited = rehearsal.tenant.sql("select count(*) as count from audit");
    expect(await rehearsal.sync()).toMatchObject({ kind: "delta", devices: 0, change: null });
    expect(rehearsal.tenant.sql("select count(*) as count from audit")).toEqual(audited);
    rehearsal.tenant.surroundings.time += 24 * HOUR_MS;
    expect(await rehearsal.sync()).toMatchObject({ kind: "full", devices: 8, created: 0, changed: 0, released: 0 });
    expect(added).toHaveLength(4);
  });

  test("stores changed devices, with the newest of several records", async () => {
    await using rehearsal = await startSynced(4);
    const [device] = [...rehearsal.simulator.present()];
    if (device === undefined) throw new TypeError("there are no devices");
    rehearsal.simulator.devices.setStatus(device, "assigned");
    rehearsal.simulator.devices.setStatus(device, "pushed");
    rehearsal.fault("duplicate-device", { count: 1 });
    expect(await rehearsal.sync()).toMatchObject({ kind: "delta", changed: 1, created: 0 });
    await expectSame(rehearsal);
    const listed = await Array.fromAsync(rehearsal.tenant.client.ade.devices({ notReady: true }));
    expect(listed).toHaveLength(3);
  });

  test("falls back to a full sync if Apple refuses the position, or if it is from another server", async () => {
    await using rehearsal = await startSynced(4);
    rehearsal.fault("expired-cursor", { count: 1 });
    expect(await rehearsal.sync({ kind: "delta" })).toMatchObject({ kind: "full", devices: 4 });
    rehearsal.tenant.surroundings.time += 8 * 24 * HOUR_MS;
    expect(await rejection(rehearsal.sync({ kind: "delta" }))).toMatchObject({ code: "input-rejected" });
    await rehearsal.sync();
    await rehearsal.newToken("Branch");
    const before = contentOf(rehearsal);
    expect(await rehearsal.sync({ maxDeletions: { count: 0 } })).toMatchObject({ missing: 4, kind: "full" });
    expect(contentOf(rehearsal)).toEqual(before);
  });

  test("does not register a device whose record was deleted, until Apple lists it anew", async () => {
    await using rehearsal = await startSynced(3);
    const [serial = ""] = serialsOf(rehearsal);
    rehearsal.tenant.database.run("delete from device where serialNumber = :serial", { serial });
    expect(await rehearsal.sync({ kind: "full" })).toMatchObject({ registered: 0 });
    rehearsal.simulator.assign([serial], undefined);
    await rehearsal.sync();
    rehearsal.simulator.assign([serial], FIRST_SERVER);
    expect(await rehearsal.sync()).toMatchObject({ created: 1, registered: 1 });
  });
});

describe("devices that a full sync does not find", () => {
  test("are removed if they are few or confirmed; otherwise nothing is changed", async () => {
    await using rehearsal = await startSynced(10);
    rehearsal.simulator.assign(serialsOf(rehearsal).slice(0, 2), undefined, true);
    rehearsal.simulator.add({ count: 1, silent: true });
    const before = contentOf(rehearsal);
    const full = { kind: "full" } as const;
    for (const maxDeletions of [{ count: 1 }, { percent: 10 }])
      expect(await rehearsal.sync({ ...full, maxDeletions })).toMatchObject({ missing: 2, released: 0, created: 0 });
    expect(await rejection(rehearsal.sync({ ...full, confirmDeletions: 3 }))).toMatchObject({ code: "input-rejected" });
    expect(contentOf(rehearsal)).toEqual(before);
    expect(await rehearsal.sync({ ...full, confirmDeletions: 2 })).toMatchObject({ released: 2, created: 1 });
    await expectSame(rehearsal);
    rehearsal.simulator.assign(serialsOf(rehearsal).slice(0, 1), undefined, true);
    expect(await rehearsal.sync({ ...full, maxDeletions: { percent: 50 } })).toMatchObject({ released: 1 });
    await expectSame(rehearsal);
    rehearsal.simulator.assign(serialsOf(rehearsal).slice(0, 6), undefined, true);
    expect(await rehearsal.sync(full)).toMatchObject({ missing: 6 });
    rehearsal.simulator.assign(serialsOf(rehearsal).slice(0, 5), undefined, true);
    await rehearsal.sync({ ...full, maxDeletions: { count: 100 } });
    await expectSame(rehearsal);
  });
});

describe("a sync that fails changes nothing", () => {
  test.each([
    ["terms", 9, "not-permitted", "business.apple.com"],
    ["inactive", 9, "not-permitted", "Apple Business Manager"],
    ["token-rejected", 9, "not-permitted", "ade token set"],
    ["clock", 9, "not-permitted", "clock of this computer is 60 minutes slow"],
    ["rate-limited", 9, "unavailable", "try again"],
    ["cut-json", 9, "unavailable", "try again"],
    ["stuck-cursor", 9, "unavailable", "try again"],
    ["unreadable-device", 9, "unavailable", "try again"],
  ] as const)("%s", async (fault, count, code, hint) => {
    await using rehearsal = await startSynced(7);
    rehearsal.simulator.add({ count: 7 });
    const before = contentOf(rehearsal);
    rehearsal.fault(fault, { count });
    const failure = await rejection(rehearsal.sync({ kind: "full" }));
    expect(failure).toMatchObject({ code });
    expect(failure.hint?.en).toContain(hint);
    expect(contentOf(rehearsal)).toEqual(before);
    rehearsal.simulator.faults.clear();
    await rehearsal.sync({ kind: "full" });
    await expectSame(rehearsal);
  });

  test("a fault that passes is survived", async () => {
    await using rehearsal = await startSynced(7);
    rehearsal.simulator.add({ count: 7 });
    for (const fault of ["unauthorized-once", "unavailable", "reset", "cut-json"] as const)
      rehearsal.fault(fault, { count: 1, after: 1 });
    expect(await rehearsal.sync({ kind: "full" })).toMatchObject({ created: 7 });
    await expectSame(rehearsal);
  });

  test("a rejected token is recorded until Apple accepts it again", async () => {
    await using rehearsal = await startSynced(1);
    const rejectedAt = async () => (await rehearsal.tenant.client.ade.show()).token?.rejectedAt;
    await rehearsal.reject();
    expect(await rejectedAt()).not.toBeNull();
    await rehearsal.sync();
    expect(await rejectedAt()).toBeNull();
  });

  test("the second of two syncs at once fails", async () => {
    await using rehearsal = await startSynced(4);
    rehearsal.simulator.add({ count: 3 });
    let isFirst = true;
    rehearsal.before = async ({ url }) => {
      if (!isFirst || !url.endsWith("/devices/sync")) return;
      isFirst = false;
      await rehearsal.sync();
    };
    expect(await rejection(rehearsal.sync())).toMatchObject({ code: "conflict" });
    await expectSame(rehearsal);
    expect(rehearsal.tenant.sql("select count(*) as count from device")).toEqual([{ count: 7 }]);
  });
});

describe("the connection", () => {
  test("a mirror refuses all of it, and names the page of the console", async () => {
    await using rehearsal = new Rehearsal();
    const { client } = rehearsal.tenant;
    await rehearsal.setUp();
    rehearsal.tenant.database.run("update tenant set mirroredAt = '2026-01-01T00:00:00.000Z'");
    const content = Buffer.from("x").toString("base64");
    for (const refused of [
      client.ade.setEndpoint({}),
      client.ade.createKeyPair({}),
      client.ade.setToken({ name: "a.p7m", content }),
      client.ade.sync({ kind: "full" }),
    ])
      expect(await rejection(refused)).toMatchObject({
        code: "not-permitted",
        what: { en: expect.stringContaining("基本設定 > Automated Device Enrollment") as unknown },
      });
    const { code, hint } = await rejection(client.ade.sync({}));
    expect([code, hint?.en]).toEqual(["input-rejected", expect.stringContaining("ade business-key set")]);
    expect(rehearsal.asked).toEqual([]);
  });

  test("accepts Apple, https, and http only on this computer; another endpoint starts anew", async () => {
    await using rehearsal = await startSynced(2);
    const { ade } = rehearsal.tenant.client;
    for (const url of ["http://mdm.example.jp", "https://a:b@mdm.example.jp", "https://mdm.example.jp?x=1", "ftp://a"])
      expect(await rejection(ade.setEndpoint({ url }))).toMatchObject({ code: "input-rejected" });
    expect(await ade.setEndpoint({ url: "http://127.0.0.1:8080/" })).toMatchObject({ devices: 2 });
    const moved = await ade.setEndpoint({});
    expect(moved).toMatchObject({ endpoint: APPLE_ADE_URL, key: null, token: null, server: null, devices: 0 });
    expect(rehearsal.tenant.sql("select count(*) as count from device")).toEqual([{ count: 2 }]);
  });

  test("hands out the same public key until the key is replaced, or its private key is lost", async () => {
    await using rehearsal = new Rehearsal();
    const { ade } = rehearsal.tenant.client;
    expect(await rejection(ade.createKeyPair({}))).toMatchObject({ code: "input-rejected" });
    await ade.setEndpoint({});
    const { certificate, created } = await ade.createKeyPair({});
    expect(created).toBe(true);
    expect(await ade.createKeyPair({})).toEqual({ certificate, created: false });
    rehearsal.tenant.sealingKey = "another";
    expect(await rejection(ade.createKeyPair({}))).toMatchObject({ code: "input-rejected" });
    expect(await ade.createKeyPair({ replace: true })).toMatchObject({ created: true });
  });

  test("refuses a token that is for another key, expired or older; takes the same token twice", async () => {
    await using rehearsal = new Rehearsal();
    const { tenant, simulator } = rehearsal;
    await rehearsal.setUp();
    const { certificate } = await tenant.client.ade.createKeyPair({});
    const set = (content: string) =>
      tenant.client.ade.setToken({ name: "a.p7m", content: Buffer.from(content).toString("base64") });
    const older = simulator.token(certificate).content;
    tenant.surroundings.time += HOUR_MS;
    const newer = simulator.token(certificate).content;
    expect(await set(newer)).toMatchObject({ unchanged: false });
    expect(await set(newer)).toMatchObject({ unchanged: true });
    expect(await rejection(set(older))).toMatchObject({ code: "input-rejected" });
    const key = readFileSync(new URL(import.meta.url), "utf8");
    expect(await rejection(set(key))).toMatchObject({ code: "input-rejected" });
    tenant.surroundings.time += 400 * 24 * HOUR_MS;
    expect(await rejection(set(simulator.token(certificate, "x").content.slice(0, 300)))).toMatchObject({
      code: "input-rejected",
    });
    expect(await rejection(set(older))).toMatchObject({ code: "input-rejected" });
    expect(await rejection(rehearsal.sync())).toMatchObject({ code: "not-permitted" });
  });

  test("records the token's date as one renewal item", async () => {
    await using rehearsal = new Rehearsal();
    for (const name of ["Office", "Office (2)"]) await rehearsal.tenant.client.renewals.add({ kind: "custom", name });
    await rehearsal.setUp();
    rehearsal.tenant.surroundings.time += HOUR_MS;
    const { token } = await rehearsal.newToken();
    const items = (await rehearsal.tenant.client.renewals.list()).filter(({ kind }) => kind === "ade-token");
    expect(items).toMatchObject([{ name: "Office (3)", expiresAt: token?.expiresAt }]);
    expect(items[0]?.id).toBe(token?.renewal);
  });
});
