import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import type { AdeSync } from "../../contract/index.ts";
import { Failure } from "../../errors/index.ts";
import { ROOT_ORG_ID } from "../../model/organisation.ts";
import { text } from "../../text/index.ts";
import { Database } from "../store/sqlite/database.ts";
import { Rehearsal, SIMULATOR_URL } from "#support/tenant/rehearsal.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let rehearsal: Rehearsal;
beforeEach(() => {
  rehearsal = new Rehearsal({ devices: 10 });
});
afterEach(() => rehearsal[Symbol.asyncDispose]());

const failing = async (work: Promise<unknown>): Promise<Failure> => {
  const error: unknown = await work.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (error instanceof Failure) return error;
  throw new TypeError("no failure");
};

const advance = (ms: number): void => {
  rehearsal.tenant.surroundings.time += ms;
};

describe("endpoint, key and token", () => {
  test("the endpoint is unset at first, and every operation that contacts Apple says what to type", async () => {
    const { ade } = rehearsal.tenant.client;
    expect(await ade.show()).toMatchObject({ endpoint: null, token: null, sync: null, mirror: false });
    for (const work of [() => ade.createKeyPair({}), () => ade.sync({}), () => ade.contact({})]) {
      expect(await failing(work())).toMatchObject({ code: "input-rejected", where: "ade endpoint" });
    }
  });

  test.each(["ftp://x", "http://u:p@x", "http://x?a", "x", ""])("rejects an invalid endpoint: %j", async (url) => {
    const { ade } = rehearsal.tenant.client;
    const response = await rehearsal.tenant.fetch(
      new Request("http://tenant/v1/ade/endpoint", {
        method: "PUT",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ kind: "other", url }),
      }),
    );
    expect([400, 422]).toContain(response.status);
    expect((await ade.show()).endpoint).toBeNull();
  });

  test("a simulator endpoint must respond like clomoctl's simulator", async () => {
    rehearsal.tenant.apple = async () => ({ status: 200, headers: {}, body: "{}" });
    const { ade } = rehearsal.tenant.client;
    const failure = await failing(ade.setEndpoint({ kind: "simulator", url: SIMULATOR_URL }));
    expect(failure).toMatchObject({ code: "input-rejected", where: SIMULATOR_URL });
    expect((await ade.show()).endpoint).toBeNull();
  });

  test("Apple's own address counts as the Apple endpoint even if it is set as another address", async () => {
    const { ade } = rehearsal.tenant.client;
    const set = await ade.setEndpoint({ kind: "other", url: "https://mdmenrollment.apple.com/" });
    expect(set.endpoint).toEqual({ kind: "apple", url: "https://mdmenrollment.apple.com" });
  });

  test("the staged key is returned again until a token is set with it, and no response contains a secret", async () => {
    const { ade } = rehearsal.tenant.client;
    await ade.setEndpoint({ kind: "simulator", url: SIMULATOR_URL });
    const first = await ade.createKeyPair({});
    expect(first.created).toBe(true);
    expect(await ade.createKeyPair({})).toEqual({ ...first, created: false });
    const other = await ade.createKeyPair({ startOver: true });
    expect(other.certificate).not.toBe(first.certificate);
    const set = await rehearsal.newToken();
    expect(set).toMatchObject({ stagedKey: null, token: { simulated: true, setBy: "owner" } });
    expect(set.key).not.toBeNull();
    const stored = JSON.stringify(rehearsal.tenant.sql("select * from ade_server"));
    const told = JSON.stringify([set, await Array.fromAsync(rehearsal.tenant.client.audit.list({}))]);
    for (const secret of ["PRIVATE KEY", "CK_", "CS_", "AT_", "AS_", "consumerSecret"]) {
      expect(stored).not.toContain(secret);
      expect(told).not.toContain(secret);
    }
  });

  test("the token's expiry date becomes a renewal item, and the next token updates it", async () => {
    await rehearsal.setUp();
    const [item] = await rehearsal.tenant.client.renewals.list();
    expect(item).toMatchObject({ kind: "ade-token", name: "SIMULATOR", certainty: "exact" });
    advance(300 * DAY_MS);
    await rehearsal.newToken();
    const items = await rehearsal.tenant.client.renewals.list();
    expect(items).toHaveLength(1);
    expect(Date.parse(items[0]?.expiresAt ?? "")).toBeGreaterThan(Date.parse(item?.expiresAt ?? ""));
  });

  test("setting the same token again changes nothing; a token for another key or an expired one is rejected", async () => {
    const { ade } = rehearsal.tenant.client;
    await ade.setEndpoint({ kind: "simulator", url: SIMULATOR_URL });
    const { certificate } = await ade.createKeyPair({});
    const { body } = await rehearsal.control("POST", "/tokens", { certificate });
    const file = { name: "t.p7m", content: Buffer.from(body).toString("base64") };
    expect(await ade.setToken(file)).toMatchObject({ unchanged: false });
    expect(await ade.setToken(file)).toMatchObject({ unchanged: true });
    advance(366 * DAY_MS);
    const { body: stale } = await rehearsal.control("POST", "/tokens", { certificate });
    advance(366 * DAY_MS);
    const content = Buffer.from(stale).toString("base64");
    expect(await failing(ade.setToken({ name: "t.p7m", content }))).toMatchObject({ code: "input-rejected" });
    const other = await rehearsal.tenant.client.ade.createKeyPair({ startOver: true });
    expect(other.created).toBe(true);
    const noise = Buffer.from("MIME").toString("base64");
    expect(await failing(ade.setToken({ name: "t.p7m", content: noise }))).toMatchObject({ code: "input-rejected" });
  });

  test("the Apple endpoint rejects a simulator's token", async () => {
    const { ade } = rehearsal.tenant.client;
    await ade.setEndpoint({ kind: "apple" });
    const { certificate } = await ade.createKeyPair({});
    const { body } = await rehearsal.control("POST", "/tokens", { certificate });
    const file = { name: "t.p7m", content: Buffer.from(body).toString("base64") };
    expect(await failing(ade.setToken(file))).toMatchObject({ code: "input-rejected", where: "t.p7m" });
    expect((await ade.show()).token).toBeNull();
  });

  test("a token of another administrator or server is accepted only if that is allowed explicitly", async () => {
    await rehearsal.setUp();
    await rehearsal.sync();
    expect(await failing(rehearsal.newToken({ admin: "b@example.jp" }))).toMatchObject({ code: "input-rejected" });
    await rehearsal.newToken({ admin: "b@example.jp", otherAdmin: true });
    expect((await rehearsal.tenant.client.ade.contact({})).account.adminId).toBe("b@example.jp");
    // another server entry: found at the next contact, and stops everything
    await rehearsal.newToken({ server: "SIMULATOR 2", otherAdmin: true });
    const before = await rehearsal.devices();
    const run = await rehearsal.sync();
    expect(run).toMatchObject({ state: "failed", error: { type: "input-rejected", where: "server_uuid" } });
    expect(await rehearsal.devices()).toEqual(before);
    expect(run.error?.hint).toMatchObject({
      en: expect.stringContaining("marked released if there are at most 5 of them (or 5 %, if that is more)"),
    });
    await rehearsal.newToken({ server: "SIMULATOR 2", otherServer: true });
    // said at once, and not only once the former position is refused
    expect(await failing(rehearsal.tenant.client.ade.sync({ kind: "delta" }))).toMatchObject({
      code: "input-rejected",
    });
    const begun = await rehearsal.tenant.client.ade.sync({ most: { count: 10 } });
    expect(begun).toMatchObject({ kind: "full", reason: "other-server" });
    expect(await rehearsal.ended(begun.id)).toMatchObject({ kind: "full", state: "done", released: 10 });
    expect(await rehearsal.sync()).toMatchObject({ kind: "delta" });
  });

  /** A token's file for a public key, as the simulator gives it. */
  const issued = async (certificate: string, more: object = {}) => {
    const { body } = await rehearsal.control("POST", "/tokens", { certificate, ...more });
    return { name: "t.p7m", content: Buffer.from(body).toString("base64") };
  };

  test("the previous key is kept until a token for the next key has worked", async () => {
    const { ade } = rehearsal.tenant.client;
    await ade.setEndpoint({ kind: "simulator", url: SIMULATOR_URL });
    const { certificate: first } = await ade.createKeyPair({});
    await ade.setToken(await issued(first));
    await ade.contact({});
    const unread = await issued(first);
    const { certificate: second } = await ade.createKeyPair({});
    await ade.setToken({ ...(await issued(second, { server: "SIMULATOR 2" })), otherAdmin: true });
    expect(await failing(ade.contact({}))).toMatchObject({ where: "server_uuid" });
    // back to the server of before, with a token that was made for its key
    const key = (await ade.show()).key?.fingerprint;
    const back = await ade.setToken({ ...unread, otherAdmin: true });
    expect(back.ade.key?.fingerprint).not.toBe(key);
    // and once more to the other one, as nothing is proven yet
    await ade.setToken({ ...(await issued(second, { server: "SIMULATOR 2" })), otherAdmin: true });
    await ade.setToken({ ...(await issued(first)), otherAdmin: true });
    await ade.contact({});
    const gone = await failing(ade.setToken(await issued(second)));
    expect(gone).toMatchObject({ code: "input-rejected", what: { en: "the token is encrypted for another key" } });
  });

  test("two keys that no contact has confirmed do not replace the key of the token that last worked", async () => {
    const { ade } = rehearsal.tenant.client;
    await ade.setEndpoint({ kind: "simulator", url: SIMULATOR_URL });
    const { certificate: first } = await ade.createKeyPair({});
    await ade.setToken(await issued(first));
    await ade.contact({});
    for (const _ of [1, 2]) await ade.setToken(await issued((await ade.createKeyPair({})).certificate));
    expect(await ade.setToken(await issued(first))).toMatchObject({ unchanged: false });
  });

  test("inspecting a token shows its content and its key without setting it", async () => {
    const { ade } = rehearsal.tenant.client;
    await ade.setEndpoint({ kind: "simulator", url: SIMULATOR_URL });
    const { certificate: first } = await ade.createKeyPair({});
    const file = await issued(first);
    expect(await ade.inspectToken(file)).toEqual({
      server: null,
      expiresAt: expect.stringMatching(/^2027-/),
      key: "staged",
      inForce: false,
      sameAdmin: null,
      simulated: true,
    });
    expect((await ade.show()).token).toBeNull();
    await ade.setToken(file);
    expect(await ade.inspectToken(file)).toMatchObject({ key: "current", inForce: true, sameAdmin: true });
    const { certificate: second } = await ade.createKeyPair({});
    const next = await issued(second, { admin: "b@example.jp" });
    expect(await ade.inspectToken(next)).toMatchObject({ key: "staged", inForce: false, sameAdmin: false });
    await ade.setToken({ ...next, otherAdmin: true });
    expect(await ade.inspectToken(file)).toMatchObject({ key: "former", inForce: false });
    await ade.contact({});
    const failure = await failing(ade.inspectToken(file));
    expect(failure).toMatchObject({ code: "input-rejected", where: "t.p7m" });
    expect(JSON.stringify(rehearsal.tenant.sql("select * from audit"))).not.toMatch(/CK_|inspect/);
  });

  test("after another administrator's token is set, its administrator is unknown until the next contact", async () => {
    await rehearsal.setUp();
    const { ade } = rehearsal.tenant.client;
    await ade.contact({});
    expect((await ade.show()).server?.admin).toMatch(/@/);
    const set = await rehearsal.newToken({ admin: "b@example.jp", otherAdmin: true });
    expect(set.server).toMatchObject({ name: "SIMULATOR MDM Server", admin: null });
    await ade.contact({});
    expect((await ade.show()).server?.admin).toBe("b@example.jp");
  });

  test("a token for a new key is accepted even if the previous keys are sealed with a lost key", async () => {
    await rehearsal.setUp();
    const { tenant } = rehearsal;
    tenant.database.run("update ade_server set privateKey = 'sealed elsewhere'");
    await tenant.client.ade.createKeyPair({ startOver: true });
    expect(await rehearsal.newToken()).toMatchObject({ stagedKey: null, token: { simulated: true } });
  });

  test("if a token is replaced during a contact, the failure does not ask for a new token", async () => {
    await rehearsal.setUp();
    const { tenant } = rehearsal;
    const through = tenant.apple;
    let isReplaced = false;
    tenant.apple = async (request) => {
      if (!isReplaced) {
        isReplaced = true;
        await rehearsal.newToken();
      }
      return through(request);
    };
    const failure = await failing(tenant.client.ade.contact({}));
    expect(failure).toMatchObject({ code: "conflict", hint: { en: "run the command again" } });
    expect(failure.what.en).toContain("the server token was replaced in the meantime");
    expect(await tenant.client.ade.contact({})).toMatchObject({ account: { serverName: "SIMULATOR MDM Server" } });
  });

  test("if the sealing key is lost, a new key pair is created only when starting over", async () => {
    await rehearsal.setUp();
    const { client } = rehearsal.tenant;
    rehearsal.tenant.sealingKey = "other-";
    expect(await failing(client.ade.createKeyPair({}))).toMatchObject({ code: "input-rejected" });
    expect((await client.ade.show()).stagedKey).toBeNull();
    expect(await client.ade.createKeyPair({ startOver: true })).toMatchObject({ created: true });
  });

  test("a public key is not returned again if its private key can no longer be opened", async () => {
    const { tenant } = rehearsal;
    const { ade } = tenant.client;
    await ade.setEndpoint({ kind: "simulator", url: SIMULATOR_URL });
    const { certificate } = await ade.createKeyPair({});
    tenant.sealingKey = "other-";
    expect(await failing(ade.createKeyPair({}))).toMatchObject({ code: "input-rejected" });
    tenant.sealingKey = "first-";
    expect(await ade.createKeyPair({})).toEqual({ certificate, created: false });
    tenant.sealingKey = "other-";
    expect(await ade.createKeyPair({ startOver: true })).toMatchObject({ created: true });
    expect(await ade.createKeyPair({})).toMatchObject({ created: false });
  });

  test("with a simulator, hints name its commands and not Apple's portal", async () => {
    const { ade } = rehearsal.tenant.client;
    await ade.setEndpoint({ kind: "simulator", url: SIMULATOR_URL });
    const told = async (work: Promise<unknown>): Promise<string> => {
      const { hint } = await failing(work);
      expect(hint?.en).not.toMatch(/Business Manager/);
      expect(hint?.ja).not.toMatch(/Business Manager/);
      return hint?.en ?? "";
    };
    expect(await told(ade.contact({}))).toContain("clomoctl ade simulator do token");
    const { certificate } = await ade.createKeyPair({});
    const file = await issued(certificate);
    await ade.createKeyPair({ startOver: true });
    expect(await told(ade.setToken(file))).toMatch(
      /clomoctl ade keypair create -o (?<key>\S+\.pem)`\).*\(`clomoctl ade simulator do token --public-key \k<key> /,
    );
    await rehearsal.newToken();
    await rehearsal.fault("terms");
    expect(await told(ade.contact({}))).toContain(
      "clomoctl ade simulator do faults --clear --url http://127.0.0.1:8080",
    );
    rehearsal.tenant.apple = () => Promise.reject(new Failure("unavailable", { what: text("refused", "拒否") }));
    expect(await told(ade.contact({}))).toContain("clomoctl ade simulator start");
  });

  test("data from another endpoint is discarded only on request", async () => {
    const { ade } = rehearsal.tenant.client;
    await rehearsal.setUp();
    await rehearsal.sync();
    expect(await failing(ade.setEndpoint({ kind: "apple" }))).toMatchObject({ code: "input-rejected" });
    const after = await ade.setEndpoint({ kind: "apple", startOver: true });
    expect(after).toMatchObject({ token: null, key: null, sync: null, counts: { present: 0 } });
    expect(await rehearsal.tenant.devices()).toHaveLength(10);
  });
});

describe("a rehearsal leaves real data alone", () => {
  const real = { name: "本番", kind: "ade-token", expiresAt: "2026-05-01T00:00:00.000Z" } as const;

  test("in a mirror, a rehearsal records no renewal item", async () => {
    await rehearsal.tenant.client.renewals.add(real);
    rehearsal.tenant.database.run("update tenant set mirroredAt = '2026-04-01T00:00:00.000Z'");
    await rehearsal.setUp();
    expect(await rehearsal.tenant.client.renewals.list()).toMatchObject([real]);
  });

  test("in a tenant that is not a mirror, a rehearsal has its own renewal item, removed with the endpoint", async () => {
    const { client } = rehearsal.tenant;
    await client.renewals.add({ ...real, name: "SIMULATOR" });
    await rehearsal.setUp();
    expect((await client.renewals.list()).map(({ name }) => name).toSorted()).toEqual(["SIMULATOR", "SIMULATOR (2)"]);
    await client.ade.setEndpoint({ kind: "simulator", url: SIMULATOR_URL, startOver: true });
    expect(await client.ade.show()).toMatchObject({ token: null, endpoint: { kind: "simulator" } });
    expect(await client.renewals.list()).toMatchObject([{ name: "SIMULATOR", expiresAt: real.expiresAt }]);
  });

  test("a token that turns out to be another server's can be allowed by setting the same file again", async () => {
    await rehearsal.setUp();
    await rehearsal.sync();
    const { ade } = rehearsal.tenant.client;
    const { certificate } = await ade.createKeyPair({});
    const { body } = await rehearsal.control("POST", "/tokens", { certificate, server: "SIMULATOR 2" });
    const file = { name: "t.p7m", content: Buffer.from(body).toString("base64") };
    await ade.setToken({ ...file, otherAdmin: true });
    expect(await rehearsal.sync()).toMatchObject({ state: "failed" });
    const { sync: failed } = await ade.show();
    expect(failed?.error?.where).toBe("server_uuid");
    const permitted = await ade.setToken({ ...file, otherServer: true });
    expect(permitted).toMatchObject({ unchanged: false });
    expect((permitted.ade.token?.setAt ?? "") >= (failed?.finishedAt ?? "none")).toBe(true);
    expect(await rehearsal.sync({ most: { count: 10 } })).toMatchObject({ state: "done", released: 10 });
  });
});

describe("restrictions in a mirror", () => {
  test("a mirror rejects every endpoint except a simulator, and its device records are left alone", async () => {
    const { ade } = rehearsal.tenant.client;
    rehearsal.tenant.database.run("update tenant set mirroredAt = '2026-04-01T00:00:00.000Z'");
    expect((await failing(ade.setToken({ name: "t", content: "TUlNRQ==" }))).hint).toEqual({
      en: expect.stringMatching(/`clomoctl renewals guide ade-token`$/),
      ja: expect.stringMatching(/`clomoctl renewals guide ade-token`$/),
    });
    for (const work of [
      () => ade.setEndpoint({ kind: "apple" }),
      () => ade.setEndpoint({ kind: "other", url: "https://mdm.example.jp" }),
      () => ade.createKeyPair({}),
      () => ade.setToken({ name: "t", content: "TUlNRQ==" }),
      () => ade.contact({}),
      () => ade.sync({}),
    ]) {
      expect(await failing(work())).toMatchObject({ code: "not-permitted" });
    }
    expect(rehearsal.asked).toEqual([]);
    await rehearsal.setUp();
    expect(await rehearsal.sync()).toMatchObject({ state: "done", created: 10, registered: 0 });
    expect(await rehearsal.tenant.devices()).toEqual([]);
  });

  test("a local tenant that becomes a mirror is restricted from then on", async () => {
    const { ade } = rehearsal.tenant.client;
    await ade.setEndpoint({ kind: "apple" });
    await ade.createKeyPair({});
    rehearsal.tenant.database.run("update tenant set mirroredAt = '2026-04-01T00:00:00.000Z'");
    expect(await failing(ade.createKeyPair({}))).toMatchObject({ code: "not-permitted" });
    expect(await failing(ade.sync({}))).toMatchObject({ code: "not-permitted" });
  });
});

describe("sync", () => {
  beforeEach(() => rehearsal.setUp());

  test("the first sync is full and registers new devices; the next is a delta, and a day later full again", async () => {
    const first = await rehearsal.sync();
    expect(first).toMatchObject({ kind: "full", reason: "never-full", state: "done", created: 10, registered: 10 });
    expect(await rehearsal.devices()).toEqual(rehearsal.simulated());
    const devices = await rehearsal.tenant.devices();
    expect(devices).toHaveLength(10);
    expect(devices[0]).toMatchObject({ status: "事前登録", owner: null });
    const [added] = await rehearsal.add({ count: 1 });
    const delta = await rehearsal.sync();
    expect(delta).toMatchObject({ kind: "delta", reason: "full-recent", created: 1, registered: 1 });
    const told = await rehearsal.tenant.client.ade.syncChanges(delta.id, { which: "created" });
    expect(told.items).toEqual([added]);
    expect(await rehearsal.sync()).toMatchObject({ kind: "delta", created: 0, changed: 0, released: 0, registered: 0 });
    advance(22 * HOUR_MS);
    expect(await rehearsal.sync()).toMatchObject({ kind: "delta" });
    // each day, though a little earlier than the day before
    for (const minutes of [119, 24 * 60 - 1]) {
      advance(minutes * 60_000);
      expect(await rehearsal.sync()).toMatchObject({ kind: "full", reason: "full-due", created: 0, changed: 0 });
    }
  });

  test("a device recorded in another letter case does not get a second record", async () => {
    const [first = ""] = rehearsal.simulated().keys();
    await rehearsal.tenant.client.devices.create({ serialNumber: first.toLowerCase() });
    expect(await rehearsal.sync()).toMatchObject({ created: 10, registered: 9 });
    expect(await rehearsal.tenant.devices()).toHaveLength(10);
  });

  test("a requested delta needs a previous full sync and a cursor that is still valid", async () => {
    const { ade } = rehearsal.tenant.client;
    expect(await failing(ade.sync({ kind: "delta" }))).toMatchObject({ code: "input-rejected" });
    await rehearsal.sync();
    advance(8 * DAY_MS);
    expect(await rehearsal.sync({ kind: "delta" })).toMatchObject({ kind: "full", reason: "cursor-old" });
  });

  test("if Apple rejects the cursor, a full fetch follows automatically", async () => {
    await rehearsal.sync();
    await rehearsal.fault("expired-cursor");
    await rehearsal.add({ count: 2, silent: true });
    const run = await rehearsal.sync({ kind: "delta" });
    expect(run).toMatchObject({ kind: "full", reason: "cursor-refused", state: "done", created: 2 });
    expect(await rehearsal.devices()).toEqual(rehearsal.simulated());
  });

  test("a cursor that does not advance ends the sync with an error, and the next sync starts anew", async () => {
    await rehearsal.fault("stuck-cursor", { after: 1 });
    const run = await rehearsal.sync();
    expect(run).toMatchObject({ state: "failed", error: { type: "unavailable" } });
    expect(run.devices).toBeGreaterThan(0);
    // what had come is compared when all has
    expect((await rehearsal.devices()).size).toBe(0);
    expect(await rehearsal.sync()).toMatchObject({ state: "done", reason: "never-full", created: 10 });
    expect(await rehearsal.devices()).toEqual(rehearsal.simulated());
  });

  test("only a full sync finds devices missing from the changes; it releases a few, and keeps their records", async () => {
    await rehearsal.sync();
    const [first = ""] = rehearsal.simulated().keys();
    await rehearsal.control("POST", "/devices/release", { serials: [first], silent: true });
    expect(await rehearsal.sync()).toMatchObject({ kind: "delta", released: 0 });
    expect((await rehearsal.devices()).has(first)).toBe(true);
    expect(await rehearsal.sync({ kind: "full" })).toMatchObject({ released: 1, missing: 0, state: "done" });
    expect(await rehearsal.devices()).toEqual(rehearsal.simulated());
    expect(await rehearsal.tenant.devices()).toHaveLength(10);
  });

  test("more than five devices, or five percent, are only marked missing until confirmed or back at Apple", async () => {
    const { ade } = rehearsal.tenant.client;
    await rehearsal.sync();
    const gone = [...rehearsal.simulated().keys()].slice(0, 6);
    await rehearsal.control("POST", "/devices/release", { serials: gone, silent: true });
    const run = await rehearsal.sync({ kind: "full" });
    expect(run).toMatchObject({ state: "unconfirmed", missing: 6, released: 0 });
    expect((await ade.show()).counts).toEqual({
      present: 4,
      missing: 6,
      released: 0,
      notReady: 4,
      unreadable: 0,
    });
    expect(await failing(ade.release(run.id, { count: 5 }))).toMatchObject({ code: "input-rejected" });
    await rehearsal.control("POST", "/devices", { serials: [gone[0]] });
    const delta = await rehearsal.sync();
    expect(delta).toMatchObject({ kind: "delta", state: "done" });
    expect(await failing(ade.release(run.id, { count: 6 }))).toMatchObject({ code: "conflict" });
    const again = await rehearsal.sync({ kind: "full", most: { count: 4 } });
    expect(again).toMatchObject({ state: "unconfirmed", missing: 5 });
    expect(await ade.release(again.id, { count: 5 })).toMatchObject({ state: "done", released: 5, missing: 0 });
    expect(await rehearsal.devices()).toEqual(rehearsal.simulated());
  });

  test("a new device that goes missing early still gets its record, and its profile when it is back", async () => {
    const { ade, profiles } = rehearsal.tenant.client;
    await rehearsal.sync();
    const { profile } = await profiles.create({ name: "P", url: "https://mdm.example.jp/enroll" });
    await profiles.automatic({ org: ROOT_ORG_ID, profile: profile.id });
    const added = await rehearsal.add({ count: 8 });
    await rehearsal.fault("terms", { path: "/profile/devices", count: 1 });
    expect(await rehearsal.sync()).toMatchObject({ kind: "delta", state: "failed", created: 8 });
    await rehearsal.control("POST", "/devices/assign", { serials: added, none: true, silent: true });
    const { id } = await rehearsal.sync({ kind: "full" });
    expect(await ade.findSync(id)).toMatchObject({ state: "unconfirmed", missing: 8 });
    expect(await rehearsal.tenant.devices()).toHaveLength(18);
    await rehearsal.control("POST", "/devices/assign", { serials: added, silent: true });
    await rehearsal.sync({ kind: "full" });
    await rehearsal.sync({ kind: "full" });
    expect(await rehearsal.devices()).toEqual(rehearsal.simulated());
    for (const serial of added) expect(rehearsal.simulated().get(serial)).toBe("assigned");
  });

  test("a requested full sync fetches all devices anew, unless a run was cut off just before", async () => {
    const later = async (ms: number) => {
      rehearsal.fate = ({ url }) => (url.endsWith("/devices/sync") ? "killed" : undefined);
      const { id } = await rehearsal.tenant.client.ade.sync({ kind: "full" });
      await expect.poll(() => rehearsal.isHanging).toBe(true);
      rehearsal.crash();
      rehearsal.fate = () => undefined;
      rehearsal.tenant.surroundings.time += ms;
      const [gone = ""] = rehearsal.simulated().keys();
      await rehearsal.control("POST", "/devices/release", { serials: [gone], silent: true });
      const [fresh = ""] = await rehearsal.add({ count: 1, silent: true });
      const run = await rehearsal.sync({ kind: "full" });
      await rehearsal.bury();
      const devices = await rehearsal.devices();
      return { isSame: run.id === id, hasGone: devices.has(gone), hasFresh: devices.has(fresh) };
    };
    expect(await later(0)).toEqual({ isSame: true, hasGone: true, hasFresh: false });
    expect(await later(2 * HOUR_MS)).toEqual({ isSame: false, hasGone: false, hasFresh: true });
  });

  test("a run whose end cannot be stored, as on a full disk, is reported as cut off", async () => {
    rehearsal.tenant.database.exec(`create trigger full before update on ade_sync
      when new.pages > 1 or new.state = 'failed' begin select raise(abort, 'no room'); end`);
    const { id } = await rehearsal.tenant.client.ade.sync({});
    const ended = () => rehearsal.tenant.client.ade.findSync(id).then(({ state }) => state !== "running");
    await expect(vi.waitUntil(ended, 60_000)).rejects.toThrow("no room");
    expect((await rehearsal.tenant.client.ade.show()).sync).toMatchObject({ state: "cut-off" });
    rehearsal.tenant.database.exec("drop trigger full");
    expect(await rehearsal.sync()).toMatchObject({ id, state: "done", created: 10 });
  });

  test("a full disk is reported as the cause of a failed run, with a hint how to continue", async () => {
    const full = Object.assign(new Error("database or disk is full"), { code: "ERR_SQLITE_ERROR", errcode: 13 });
    const filled = vi.spyOn(Database.prototype, "runEach").mockImplementation(() => {
      throw full;
    });
    onTestFinished(() => filled.mockRestore());
    const ended = await rehearsal.sync();
    expect(ended).toMatchObject({ state: "failed", error: { detail: { en: "no space left on the disk" } } });
    expect(ended.error?.hint?.en).toBe("free some disk space, then resume the sync: `clomoctl ade sync`");
    expect((await rehearsal.tenant.client.ade.show()).sync).toEqual(ended);
    const { error } = ended;
    rehearsal.tenant.database.exec(`create trigger full before update on ade_sync
      when new.state = 'failed' begin select raise(abort, 'no room'); end`);
    expect(await failing(rehearsal.sync())).toMatchObject({ what: error?.detail, hint: error?.hint });
    rehearsal.tenant.database.exec("drop trigger full");
    filled.mockRestore();
    expect(await rehearsal.sync()).toMatchObject({ state: "done", created: 10 });
  });

  test("a given limit applies, both as a number and as a percentage", async () => {
    await rehearsal.sync();
    const serials = [...rehearsal.simulated().keys()].slice(0, 3);
    await rehearsal.control("POST", "/devices/release", { serials, silent: true });
    expect(await rehearsal.sync({ kind: "full", most: { percent: 29 } })).toMatchObject({ missing: 3 });
    expect(await rehearsal.sync({ kind: "full", most: { count: 2 } })).toMatchObject({ missing: 3 });
    expect(await rehearsal.sync({ kind: "full", most: { percent: 30 } })).toMatchObject({ released: 3 });
  });

  test("a device that was released and bought again is new, but keeps its record", async () => {
    await rehearsal.sync();
    const [first = ""] = rehearsal.simulated().keys();
    await rehearsal.control("POST", "/devices/release", { serials: [first] });
    expect(await rehearsal.sync()).toMatchObject({ kind: "delta", released: 1 });
    await rehearsal.add({ serials: [first] });
    expect(await rehearsal.sync()).toMatchObject({ kind: "delta", created: 1, registered: 0 });
    expect(await rehearsal.devices()).toEqual(rehearsal.simulated());
    expect(await rehearsal.tenant.devices()).toHaveLength(10);
  });

  test("of two syncs at once, one runs and the other fails because of the lock", async () => {
    const { ade } = rehearsal.tenant.client;
    rehearsal.fate = ({ url }) => (url.endsWith("/server/devices") ? "killed" : undefined);
    await ade.sync({});
    expect(await failing(ade.sync({}))).toMatchObject({ code: "locked" });
  });

  test("a run whose process was killed is resumed from the page that it had reached", async () => {
    let pages = 0;
    rehearsal.fate = ({ url }) => (url.endsWith("/server/devices") && (pages += 1) === 3 ? "killed" : undefined);
    const begun = await rehearsal.tenant.client.ade.sync({});
    await expect
      .poll(async () => [pages, (await rehearsal.tenant.client.ade.findSync(begun.id)).pages])
      .toEqual([3, 2]);
    rehearsal.crash();
    rehearsal.asked.length = 0;
    const run = await rehearsal.sync();
    expect(run).toMatchObject({ id: begun.id, reason: "resumed", state: "done", created: 10, registered: 10 });
    expect(rehearsal.asked.filter((request) => request === "POST /server/devices")).toHaveLength(2);
    expect(await rehearsal.devices()).toEqual(rehearsal.simulated());
  });

  test("a refusal by Apple is stored and reported with a hint", async () => {
    await rehearsal.fault("terms");
    const run = await rehearsal.sync();
    expect(run).toMatchObject({ state: "failed", error: { type: "not-permitted" } });
    expect((await rehearsal.tenant.client.ade.show()).sync?.error?.hint?.en).toContain("faults --clear");
    await rehearsal.control("DELETE", "/faults");
    expect(await rehearsal.sync()).toMatchObject({ state: "done" });
  });

  test("another host's clock that is far ahead does not lock syncs forever", async () => {
    await rehearsal.sync();
    const held = `update ade_sync set state = 'running', host = 'elsewhere', pid = 9, beatAt = :at`;
    const lockedAt = async (at: number) => {
      rehearsal.tenant.database.run(held, { at: new Date(at).toISOString() });
      return failing(rehearsal.tenant.client.ade.sync({}));
    };
    expect(await lockedAt(rehearsal.tenant.surroundings.time + 60_000)).toMatchObject({ code: "locked" });
    rehearsal.tenant.database.run(held, { at: "2036-01-01T00:00:00.000Z" });
    expect(await rehearsal.sync()).toMatchObject({ state: "done" });
  });

  test("devices are found by part of their serial number", async () => {
    await rehearsal.sync();
    const [first = ""] = [...(await rehearsal.devices()).keys()];
    const found = await Array.fromAsync(rehearsal.tenant.client.ade.devices({ search: first.slice(2) }));
    expect(found.map(({ serialNumber }) => serialNumber)).toEqual([first]);
  });

  test("a token is marked as rejected by Apple until Apple accepts it or another token is set", async () => {
    const { ade } = rehearsal.tenant.client;
    const rejectedAt = async () => (await ade.show()).token?.rejectedAt;
    await rehearsal.sync();
    for (const fault of ["terms", "clock", "unavailable"]) {
      await rehearsal.fault(fault, { lasting: true });
      expect(await rehearsal.sync()).toMatchObject({ state: "failed" });
      await rehearsal.control("DELETE", "/faults");
    }
    expect(await rejectedAt()).toBeNull();
    await rehearsal.fault("token-rejected");
    await rehearsal.sync();
    const first = await rejectedAt();
    expect(first).toMatch(/^2026-04-01T/);
    // another failure since says nothing of the token
    advance(HOUR_MS);
    await rehearsal.fault("unavailable", { lasting: true, path: "/session" });
    await rehearsal.sync();
    expect(await rejectedAt()).toBe(first);
    await rehearsal.control("DELETE", "/faults");
    await ade.contact({});
    expect(await rejectedAt()).toBeNull();
    await rehearsal.fault("signature-invalid");
    await failing(ade.contact({}));
    expect(await rejectedAt()).not.toBeNull();
    await rehearsal.newToken();
    expect(await rejectedAt()).toBeNull();
  });

  test("the token shows the renewal item that has its expiry date", async () => {
    const { renewal } = (await rehearsal.tenant.client.ade.show()).token ?? {};
    const items = await rehearsal.tenant.client.renewals.list();
    expect(items.map(({ id, kind }) => [id, kind])).toEqual([[renewal, "ade-token"]]);
  });

  test("devices that became not ready are listed once, by the next completed run", async () => {
    const { ade } = rehearsal.tenant.client;
    const notReady = async (run: AdeSync) => new Set((await ade.syncChanges(run.id, { which: "not-ready" })).items);
    expect(await notReady(await rehearsal.sync())).toEqual(new Set(rehearsal.simulated().keys()));
    expect(await notReady(await rehearsal.sync())).toEqual(new Set());
    const added = await rehearsal.add({ count: 2 });
    // what a run had stored before it failed, nobody was told of
    await rehearsal.fault("stuck-cursor", { path: "/devices/sync" });
    expect(await rehearsal.sync()).toMatchObject({ state: "failed", created: 2 });
    advance(DAY_MS);
    const next = await rehearsal.sync();
    expect(next).toMatchObject({ kind: "full", reason: "full-due", created: 0 });
    expect(await notReady(next)).toEqual(new Set(added));
    expect(await notReady(await rehearsal.sync({ kind: "full" }))).toEqual(new Set());
  });

  test("a run stores the interval of its schedule", async () => {
    await rehearsal.sync({ intervalMs: HOUR_MS });
    expect((await rehearsal.tenant.client.ade.show()).sync).toMatchObject({ intervalMs: HOUR_MS });
    await rehearsal.sync();
    expect((await rehearsal.tenant.client.ade.show()).sync).toMatchObject({ intervalMs: null });
  });

  describe("a record that cannot be read", () => {
    const broken = (...serials: string[]) => rehearsal.fault("unreadable-device", { serials });
    const mended = () => rehearsal.control("DELETE", "/faults");
    const serialsOf = () => [...rehearsal.simulated().keys()] as [string, string, ...string[]];
    const named = async ({ id }: AdeSync) =>
      (await rehearsal.tenant.client.ade.unreadable(id)).map(({ serialNumber, member }) => [serialNumber, member]);

    /** Takes the serial number out of the record of a device, in each answer. */
    const withoutSerial = (serial: string): void => {
      rehearsal.tenant.apple = async (request) => {
        const answer = await rehearsal.answering(request);
        return { ...answer, body: answer.body.replaceAll(`"serial_number":"${serial}",`, "") };
      };
    };

    test("is skipped, reported and counted, while the rest is stored; only a full sync fetches it again", async () => {
      const [, second] = serialsOf();
      await broken(second);
      const first = await rehearsal.sync();
      expect(first).toMatchObject({ state: "done", created: 9, unreadable: 1, registered: 9 });
      expect(await named(first)).toEqual([[second, "device_assigned_date"]]);
      const again = await rehearsal.sync();
      expect(again).toMatchObject({ kind: "full", reason: "unreadable", created: 0, unreadable: 1 });
      expect(await named(again)).toEqual([[second, "device_assigned_date"]]);
      expect((await rehearsal.tenant.client.ade.show()).counts).toMatchObject({ present: 9, unreadable: 1 });
      await mended();
      expect(await rehearsal.sync()).toMatchObject({ kind: "full", reason: "unreadable", created: 1, unreadable: 0 });
      expect(await rehearsal.devices()).toEqual(rehearsal.simulated());
      expect(await rehearsal.sync()).toMatchObject({ kind: "delta", unreadable: 0 });
    });

    test("in a delta does not stop the other new devices, and stays counted until a full sync", async () => {
      await rehearsal.sync();
      const [one = "", two = "", three = ""] = await rehearsal.add({ count: 3 });
      await broken(two);
      const delta = await rehearsal.sync();
      expect(delta).toMatchObject({ kind: "delta", state: "done", created: 2, registered: 2, unreadable: 1 });
      const devices = await rehearsal.devices();
      expect([one, two, three].map((serial) => devices.has(serial))).toEqual([true, false, true]);
      // a delta that is asked for has passed it, and names it no more
      expect(await rehearsal.sync({ kind: "delta" })).toMatchObject({ kind: "delta", unreadable: 0 });
      expect((await rehearsal.tenant.client.ade.show()).counts).toMatchObject({ unreadable: 1 });
      expect(await rehearsal.sync()).toMatchObject({ kind: "full", reason: "unreadable", unreadable: 1 });
      await mended();
      expect(await rehearsal.sync()).toMatchObject({ created: 1, unreadable: 0 });
      expect(await rehearsal.devices()).toEqual(rehearsal.simulated());
    });

    test("of a known device leaves the device as it is, not missing", async () => {
      await rehearsal.sync();
      const [first, second] = serialsOf();
      await broken(second);
      await rehearsal.control("POST", "/devices/release", { serials: [first], silent: true });
      const run = await rehearsal.sync({ kind: "full" });
      expect(run).toMatchObject({ state: "done", released: 1, missing: 0, changed: 0, unreadable: 1 });
      expect((await rehearsal.devices()).has(second)).toBe(true);
      const limited = await rehearsal.sync({ kind: "full", most: { count: 0 } });
      expect(limited).toMatchObject({ state: "done", released: 0, missing: 0, unreadable: 1 });
    });

    test("of a missing device shows that the device is back", async () => {
      await rehearsal.sync();
      const [first, second] = serialsOf();
      await rehearsal.control("POST", "/devices/assign", { serials: [first, second], none: true, silent: true });
      const most = { count: 0 };
      expect(await rehearsal.sync({ kind: "full", most })).toMatchObject({ state: "unconfirmed", missing: 2 });
      await rehearsal.control("POST", "/devices/assign", { serials: [second], silent: true });
      await broken(second);
      const run = await rehearsal.sync({ kind: "full", most });
      expect(run).toMatchObject({ state: "unconfirmed", missing: 1, unreadable: 1 });
      expect(await rehearsal.tenant.client.ade.release(run.id, { count: 1 })).toMatchObject({ released: 1 });
      expect(new Set((await rehearsal.devices()).keys())).toEqual(new Set(rehearsal.simulated().keys()));
    });

    test("without a serial number may belong to any device, so nothing is released or marked missing", async () => {
      await rehearsal.sync();
      const [first, second] = serialsOf();
      await rehearsal.control("POST", "/devices/release", { serials: [first], silent: true });
      withoutSerial(second);
      const run = await rehearsal.sync({ kind: "full" });
      expect(run).toMatchObject({ state: "done", released: 0, missing: 0, unreadable: 1 });
      expect(await named(run)).toEqual([[null, "serial_number"]]);
      expect((await rehearsal.devices()).size).toBe(10);
      rehearsal.tenant.apple = rehearsal.answering;
      expect(await rehearsal.sync()).toMatchObject({ reason: "unreadable", released: 1, unreadable: 0 });
      expect(await rehearsal.devices()).toEqual(rehearsal.simulated());
    });

    test("and was skipped by a killed run is still reported by the run that resumes it", async () => {
      const [first] = serialsOf();
      await broken(first);
      let pages = 0;
      rehearsal.fate = ({ url }) => (url.endsWith("/server/devices") && (pages += 1) === 3 ? "killed" : undefined);
      const begun = await rehearsal.tenant.client.ade.sync({});
      await expect.poll(async () => (await rehearsal.tenant.client.ade.findSync(begun.id)).pages).toBe(2);
      rehearsal.crash();
      rehearsal.fate = () => undefined;
      const run = await rehearsal.sync();
      expect(run).toMatchObject({ id: begun.id, state: "done", created: 9, unreadable: 1 });
      expect(await named(run)).toEqual([[first, "device_assigned_date"]]);
    });
  });

  test("a stopped run is cut off, and the next sync resumes it", async () => {
    rehearsal.fate = ({ url }) => (url.endsWith("/server/devices") ? "killed" : undefined);
    const begun = await rehearsal.tenant.client.ade.sync({});
    await expect.poll(() => rehearsal.asked).toContain("POST /server/devices");
    const closing = rehearsal.tenant.reopen();
    await rehearsal.bury();
    await closing;
    rehearsal.fate = () => undefined;
    expect(await rehearsal.tenant.client.ade.findSync(begun.id)).toMatchObject({ state: "cut-off", error: null });
    expect(await rehearsal.sync()).toMatchObject({ state: "done", created: 10 });
  });

  test("the audit log has one record of a sync that found changes, and none of a sync without changes", async () => {
    await rehearsal.sync();
    await rehearsal.sync();
    const records = await Array.fromAsync(rehearsal.tenant.client.audit.list({}));
    const actions = records.map(({ record }) => (typeof record === "string" ? record : record.action));
    expect(actions.filter((action) => action === "ade.sync")).toHaveLength(1);
  });
});
