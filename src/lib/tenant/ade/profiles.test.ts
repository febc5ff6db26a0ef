import { setImmediate } from "node:timers/promises";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { Failure } from "../../errors/index.ts";
import { ROOT_ORG_ID } from "../../model/organisation.ts";
import { same } from "../../text/index.ts";
import { connectToService, DeviceService, syncAllDevices } from "#support/tenant/device-service.ts";
import { Rehearsal } from "#support/tenant/rehearsal.ts";
import { failureOf, TestTenant } from "#support/tenant/tenant.ts";

const tenant = new TestTenant();
afterAll(() => tenant[Symbol.asyncDispose]());

let service: DeviceService;
const serials = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => `SIM${String(n).padStart(6, "0")}`);

async function begin(count: number, kind: "simulator" | "other" = "simulator"): Promise<void> {
  tenant.clear();
  service = new DeviceService();
  for (const serial of serials(count)) service.devices.set(serial, {});
  await connectToService(tenant, service, kind);
  service.requests.length = 0;
}

beforeEach(() => begin(5));

const NEW = { name: "本社", url: "https://mdm.example.jp/enroll" };
const create = async (more: object = {}) => (await tenant.client.profiles.create({ ...NEW, ...more })).profile;

const states = async () =>
  (await Array.fromAsync(tenant.client.ade.devices({}))).map(({ profileStatus, profileUuid }) => [
    profileStatus,
    profileUuid,
  ]);

const actions = () =>
  tenant
    .sql("select action from audit where action like 'ade.profiles.%' order by seq desc limit 3")
    .map(({ action }) => action);

describe("a new profile", () => {
  test("has CLOMO's recommended values unless others are given", async () => {
    const { profile, unknownItems } = await tenant.client.profiles.create({
      ...NEW,
      skipItems: ["パスコード", "siri", "Siri", "NewPane"],
      department: "例",
    });
    expect(profile).toMatchObject({
      ...NEW,
      supervised: true,
      removable: false,
      pairing: true,
      mandatory: true,
      skipItems: ["Passcode", "Siri", "NewPane"],
      department: "例",
      supportMail: null,
      state: "active",
      devices: 0,
      automatic: [],
    });
    expect(unknownItems).toEqual(["NewPane"]);
    expect(service.profiles.get(profile.uuid)).toEqual({
      profile_name: "本社",
      url: NEW.url,
      is_supervised: true,
      is_mdm_removable: false,
      allow_pairing: true,
      is_mandatory: true,
      is_multi_user: false,
      await_device_configured: false,
      auto_advance_setup: false,
      skip_setup_items: ["Passcode", "Siri", "NewPane"],
      department: "例",
    });
    expect(await tenant.client.profiles.list()).toEqual([profile]);
    expect(actions()[0]).toBe("ade.profiles.create");
  });

  test("with the name of an active profile is rejected with a hint; a disabled profile's name is free", async () => {
    const { id, name } = await create();
    for (const wanted of [{ from: id }, { from: id, dryRun: true }, NEW]) {
      const failure = await failureOf(tenant.client.profiles.create(wanted));
      expect(failure).toMatchObject({ code: "input-rejected", where: "name" });
      expect(failure?.hint?.en).toContain("clomoctl ade profiles create NAME --from 本社");
    }
    tenant.database.run("update ade_profile set state = 'disabled'");
    expect((await tenant.client.profiles.create({ from: id })).profile).toMatchObject({ name, state: "active" });
  });

  test("can be created from another profile", async () => {
    const first = await create({ supervised: false, removable: true, supportPhone: "03" });
    const { profile } = await tenant.client.profiles.create({ from: first.id, name: "支社", supportPhone: "" });
    expect(profile).toMatchObject({
      name: "支社",
      url: NEW.url,
      supervised: false,
      removable: true,
      supportPhone: null,
    });
    expect(profile.uuid).not.toBe(first.uuid);
  });

  test("is not created by a dry run", async () => {
    expect(await tenant.client.profiles.create({ ...NEW, dryRun: true })).toMatchObject({ dryRun: true });
    expect(service.requests).toEqual([]);
    expect(await tenant.client.profiles.list()).toEqual([]);
  });

  test.each([
    [{ name: "" }, "name"],
    [{ name: "a".repeat(126) }, "name"],
    [{ name: "a\nb" }, "name"],
    [{ url: "" }, "url"],
    [{ url: "http://mdm.example.jp" }, "url"],
    [{ url: `https://a.example/${"a".repeat(2000)}` }, "url"],
    [{ webUrl: "mdm" }, "webUrl"],
    [{ department: "a".repeat(126) }, "department"],
    [{ supportPhone: "0".repeat(51) }, "supportPhone"],
    [{ supportMail: "nobody" }, "supportMail"],
    [{ supervised: false }, "removable"],
    [{ skipItems: ["Si ri!"] }, "skipItems"],
  ])("is rejected before any request is sent: %j", async (wrong, where) => {
    const failure = await failureOf(tenant.client.profiles.create({ ...NEW, ...wrong }));
    expect(failure).toMatchObject({ code: "input-rejected", where });
    expect(service.requests).toEqual([]);
  });

  test("needs an endpoint, which must be a simulator in a mirror", async () => {
    tenant.database.run("delete from ade_server");
    expect(await failureOf(create())).toMatchObject({ code: "input-rejected", where: "ade endpoint" });
    await begin(0, "other");
    tenant.database.run("update tenant set mirroredAt = '2026-04-01T00:00:00.000Z'");
    expect(await failureOf(create())).toMatchObject({ code: "not-permitted" });
    expect(service.requests).toEqual([]);
  });
});

describe("assigning", () => {
  test("by serial number splits requests to Apple's limit, and skips devices that have the profile already", async () => {
    service.maximum = 2;
    const { id, uuid } = await create();
    service.requests.length = 0;
    const done = await tenant.client.profiles.assign(id, { serials: serials(5) });
    expect(done).toMatchObject({ devices: 5, success: 5, failed: 0, retryAt: null, server: "SIMULATOR" });
    expect(service.requests.filter((line) => line.includes("/profile/devices"))).toEqual([
      "POST /profile/devices 2",
      "POST /profile/devices 2",
      "POST /profile/devices 1",
    ]);
    expect(await states()).toEqual(serials(5).map(() => ["assigned", uuid]));
    expect((await tenant.client.profiles.list())[0]).toMatchObject({ devices: 5 });
    expect(actions()).toEqual(["ade.profiles.assign", "ade.profiles.assign", "ade.profiles.assign"]);
    service.requests.length = 0;
    expect(await tenant.client.profiles.assign(id, { serials: serials(5) })).toMatchObject({ devices: 0 });
    expect(service.requests).toEqual([]);
  });

  test("stores each response while the next request is under way, and keeps them if a later request fails", async () => {
    service.maximum = 2;
    const { id, uuid } = await create();
    const records = () => tenant.database.count("select count(*) from audit where action = 'ade.profiles.assign'");
    const before = records();
    const kept = () => records() - before;
    const atRequest: number[] = [];
    tenant.apple = (request) => {
      if (!request.url.endsWith("/profile/devices")) return service.send(request);
      atRequest.push(kept());
      if (atRequest.length < 3) return service.send(request);
      return Promise.reject(new Failure("unavailable", { what: same("gone") }));
    };
    const failure = await failureOf(tenant.client.profiles.assign(id, { unassigned: true }));
    expect(failure).toMatchObject({ code: "unavailable" });
    // the one that fails is asked again, as assigning twice is assigning once
    expect(atRequest.slice(0, 3)).toEqual([0, 0, 1]);
    expect(await states()).toEqual([...serials(4).map(() => ["assigned", uuid]), [null, null]]);
    expect(kept()).toBe(2);
  });

  test("stores responses even if storing failed at first, and sends no further requests", async () => {
    service.maximum = 2;
    const { id, uuid } = await create();
    tenant.database.exec(`create trigger full before update on ade_device begin select raise(abort, 'no room'); end`);
    let requests = 0;
    tenant.apple = async (request) => {
      if (request.url.endsWith("/profile/devices")) requests += 1;
      if (requests === 2) {
        // by then the first answer could not be kept
        for (let turn = 0; turn < 20; turn += 1) await setImmediate();
        tenant.database.exec("drop trigger full");
      }
      return service.send(request);
    };
    await failureOf(tenant.client.profiles.assign(id, { unassigned: true }));
    expect(requests).toBe(2);
    expect((await states()).map(([, has]) => has)).toEqual([uuid, uuid, uuid, uuid, null]);
  });

  test("stops when it is interrupted, and keeps all responses received so far", async () => {
    service.maximum = 2;
    const { id, uuid } = await create();
    const stop = new AbortController();
    let requests = 0;
    tenant.apple = async (request) => {
      if (request.url.endsWith("/profile/devices")) requests += 1;
      if (requests === 2) stop.abort(new Failure("interrupted", { what: same("stop") }));
      return service.send(request);
    };
    const body = JSON.stringify({ unassigned: true });
    const headers = { "content-type": "application/json" };
    const asked = new Request(`http://tenant/v1/profiles/${id}/assign`, {
      method: "POST",
      headers,
      body,
      signal: stop.signal,
    });
    expect((await tenant.fetch(asked)).ok).toBe(false);
    expect(requests).toBe(2);
    expect((await states()).map(([, has]) => has)).toEqual([uuid, uuid, uuid, uuid, null]);
  });

  test("records Apple's responses in the audit log, grouped by result", async () => {
    const { id } = await create();
    const [a, b = "", ...others] = serials(5);
    service.refusals.set(b, "FAILED");
    await tenant.client.profiles.assign(id, { unassigned: true });
    const [record] = tenant.sql("select record ->> 'detail' as detail from audit order by seq desc limit 1");
    expect(JSON.parse(String(record?.["detail"]))).toEqual({ results: { SUCCESS: [a, ...others], FAILED: [b] } });
  });

  test("accepts a list of a hundred thousand serial numbers, including a duplicate", async () => {
    const { id } = await create();
    const many = Array.from({ length: 100_000 }, (_, n) => `NONE${String(n).padStart(8, "0")}`);
    const failure = await failureOf(tenant.client.profiles.assign(id, { serials: many }));
    expect(failure).toMatchObject({ code: "not-found", what: { en: expect.stringContaining("(100000)") } });
    const [a = ""] = serials(1);
    expect(await tenant.client.profiles.assign(id, { serials: [a, a] })).toMatchObject({ devices: 1, success: 1 });
  });

  test("accepts serial numbers in any letter case, and counts each device once", async () => {
    const { id } = await create();
    const [a = "", b = ""] = serials(2);
    const small = [a.toLowerCase(), a, b.toLowerCase()];
    expect(await tenant.client.profiles.assign(id, { serials: small })).toMatchObject({ devices: 2, success: 2 });
    expect(await tenant.client.ade.findDevices({ name: b.toLowerCase() })).toMatchObject([{ serialNumber: b }]);
    expect(await tenant.client.profiles.unassign({ serials: [a.toLowerCase()] })).toMatchObject({ devices: 1 });
  });

  test("can select all devices without a profile, or those of an organisation and everything below it", async () => {
    const { id } = await create();
    const { after: org } = await tenant.client.orgs.create({ name: "本社" });
    const { after: below } = await tenant.client.orgs.create({ name: "営業", parentId: org.id });
    const devices = await tenant.devices();
    const ids = devices.map((device) => device.id);
    await tenant.client.devices.setOwner({ ids: ids.slice(0, 1), owner: null, ownerOrg: org.id });
    await tenant.client.devices.setOwner({ ids: ids.slice(1, 2), owner: null, ownerOrg: below.id });
    expect(await tenant.client.profiles.assign(id, { org: org.id })).toMatchObject({ devices: 2, success: 2 });
    expect(await tenant.client.profiles.assign(id, { unassigned: true })).toMatchObject({ devices: 3, success: 3 });
  });

  test("reports each device that Apple refuses, and a later sync retries it when its time has come", async () => {
    const { id, uuid } = await create();
    const [a = "", b = "", c = "", d = ""] = serials(5);
    service.refusals.set(a, "THROTTLED").set(b, "FAILED").set(c, "NOT_ACCESSIBLE");
    service.retryAfterSeconds = 3600;
    const done = await tenant.client.profiles.assign(id, { serials: [a, b, c, d] });
    const at = new Date(tenant.surroundings.time + 3_600_000).toISOString();
    expect(done).toMatchObject({ devices: 4, success: 1, throttled: 1, failed: 1, notAccessible: 1, retryAt: at });
    expect(done.results).toContainEqual({ serialNumber: a, result: "THROTTLED" });
    tenant.database.run("update ade_server set consumer = :c", { c: "0".repeat(64) });
    const { ade } = tenant.client;
    const { waiting } = await ade.show();
    expect(waiting).toMatchObject({ devices: 2, notReady: 2 });
    expect(Date.parse(at) - Date.parse(waiting?.retryAt ?? "")).toBeLessThan(1000);
    service.refusals.clear();
    await syncAllDevices(tenant);
    expect((await ade.show()).sync).toMatchObject({ assigned: 0 });
    expect((await states()).filter(([, has]) => has === uuid)).toHaveLength(1);
    tenant.surroundings.time += 3_600_000;
    await syncAllDevices(tenant);
    expect((await states()).filter(([, has]) => has === uuid)).toHaveLength(3);
    expect(await ade.show()).toMatchObject({ waiting: null, sync: { assigned: 2 } });
    expect(tenant.sql("select * from ade_pending")).toEqual([]);
  });

  test("rejects serial numbers that Apple does not have before any request is sent", async () => {
    const { id } = await create();
    service.requests.length = 0;
    const failure = await failureOf(tenant.client.profiles.assign(id, { serials: [...serials(1), "NONE"] }));
    expect(failure).toMatchObject({ code: "not-found", what: { en: expect.stringContaining(": NONE;") } });
    expect(service.requests).toEqual([]);
  });

  test.each([{}, { serials: ["A"], unassigned: true }])(
    "requires exactly one way to select devices: %j",
    async (meant) => {
      const { id } = await create();
      expect(await failureOf(tenant.client.profiles.assign(id, meant))).toMatchObject({ code: "input-rejected" });
    },
  );

  test("marks a profile that Apple has disabled, which can then be created again", async () => {
    const { id, uuid } = await create();
    service.profiles.delete(uuid);
    expect(await failureOf(tenant.client.profiles.assign(id, { unassigned: true }))).toMatchObject({
      code: "not-found",
    });
    expect(await tenant.client.profiles.list()).toMatchObject([{ state: "disabled" }]);
    expect(await failureOf(tenant.client.profiles.assign(id, { unassigned: true }))).toMatchObject({
      code: "input-rejected",
      hint: { en: expect.stringContaining(`--from ${id}`) },
    });
    const { profile } = await tenant.client.profiles.create({ from: id });
    expect(await tenant.client.profiles.assign(profile.id, { unassigned: true })).toMatchObject({ success: 5 });
  });

  test("rejects a profile of another MDM server and says why", async () => {
    const { id, uuid } = await create();
    await tenant.client.profiles.automatic({ org: ROOT_ORG_ID, profile: id });
    service.profiles.delete(uuid);
    service.server = "S2";
    tenant.database.run("update ade_server set otherServer = 1");
    // what is found by the contact itself, too
    for (const _ of [1, 2]) {
      expect(await failureOf(tenant.client.profiles.assign(id, { unassigned: true }))).toMatchObject({
        code: "input-rejected",
        what: { en: 'the ADE profile "本社" was created at another MDM server' },
        hint: { en: expect.stringContaining(`create --from ${id}`) },
      });
    }
    expect(await tenant.client.profiles.list()).toMatchObject([{ state: "other-server" }]);
    expect(await tenant.client.profiles.check(id, {})).toMatchObject({ state: "other-server" });
    service.devices.set("NEW1", {});
    await syncAllDevices(tenant);
    const { profile } = await tenant.client.profiles.create({ from: id });
    expect(profile).toMatchObject({ name: "本社", state: "active" });
    expect(await tenant.client.profiles.assign(profile.id, { unassigned: true })).toMatchObject({ success: 6 });
    // at the server that it was made at it is good again
    service.server = "S1";
    tenant.database.run("update ade_server set otherServer = 1");
    await syncAllDevices(tenant);
    expect((await tenant.client.profiles.list()).map(({ state }) => state)).toEqual(["active", "other-server"]);
  });

  test("requires the number of devices as confirmation, unless the endpoint is a simulator", async () => {
    await begin(3, "other");
    const { id } = await create();
    service.requests.length = 0;
    const tried = await tenant.client.profiles.assign(id, { unassigned: true, dryRun: true });
    expect(tried).toMatchObject({ devices: 3, success: 0, dryRun: true, endpoint: { kind: "other" } });
    for (const more of [{}, { confirmDevices: 2 }]) {
      const failure = await failureOf(tenant.client.profiles.assign(id, { unassigned: true, ...more }));
      expect(failure).toMatchObject({ code: "input-rejected", where: "json.confirmDevices" });
    }
    expect(service.requests).toEqual([]);
    const done = await tenant.client.profiles.assign(id, { unassigned: true, confirmDevices: 3 });
    expect(done).toMatchObject({ success: 3 });
  });
});

test("a profile can be removed from devices", async () => {
  const { id } = await create();
  await tenant.client.profiles.assign(id, { unassigned: true });
  expect(await tenant.client.profiles.unassign({ serials: serials(2) })).toMatchObject({ devices: 2, success: 2 });
  expect((await states()).slice(0, 3).map(([status]) => status)).toEqual(["removed", "removed", "assigned"]);
});

describe("deleting", () => {
  test("removes the profile from its devices, and then deletes its record", async () => {
    const { id } = await create();
    await tenant.client.profiles.assign(id, { serials: serials(2) });
    await tenant.client.profiles.automatic({ org: ROOT_ORG_ID, profile: id });
    expect(await tenant.client.profiles.delete(id, { dryRun: true })).toMatchObject({ devices: 2, dryRun: true });
    expect(await tenant.client.profiles.delete(id, {})).toMatchObject({ devices: 2, success: 2 });
    expect(await tenant.client.profiles.list()).toEqual([]);
    expect(tenant.sql("select * from ade_automatic")).toEqual([]);
    expect(await failureOf(tenant.client.profiles.delete(id, {}))).toMatchObject({ code: "not-found" });
  });

  test("keeps the record of a profile that Apple did not remove from every device", async () => {
    const { id } = await create();
    await tenant.client.profiles.assign(id, { serials: serials(2) });
    service.refusals.set(serials(1)[0] ?? "", "THROTTLED");
    expect(await tenant.client.profiles.delete(id, {})).toMatchObject({ success: 1, throttled: 1 });
    expect(await tenant.client.profiles.list()).toMatchObject([{ id, devices: 1 }]);
  });
});

describe("an automatic profile", () => {
  test("is assigned to new devices, but not to existing ones", async () => {
    const { id, uuid } = await create();
    const set = await tenant.client.profiles.automatic({ org: ROOT_ORG_ID, profile: id });
    expect(set).toMatchObject({ devices: 5, profile: { id, automatic: [""] } });
    await syncAllDevices(tenant);
    expect((await states()).every(([, has]) => has === null)).toBe(true);
    service.devices.set("NEW1", {});
    await syncAllDevices(tenant);
    expect(service.devices.get("NEW1")).toEqual({ profileUuid: uuid });
    expect((await states()).at(-1)).toEqual(["assigned", uuid]);
    service.devices.set("NEW2", {});
    await tenant.client.profiles.automatic({ org: ROOT_ORG_ID, profile: null });
    await syncAllDevices(tenant);
    expect(service.devices.get("NEW2")).toEqual({});
  });

  test("is taken from the nearest organisation", async () => {
    const [whole, own] = [await create(), await create({ name: "営業" })];
    const { after: org } = await tenant.client.orgs.create({ name: "営業部" });
    const { after: below } = await tenant.client.orgs.create({ name: "一課", parentId: org.id });
    await tenant.client.devices.create({ serialNumber: "NEW1", ownerOrg: below.id });
    await tenant.client.profiles.automatic({ org: ROOT_ORG_ID, profile: whole.id });
    await tenant.client.profiles.automatic({ org: org.id, profile: own.id });
    service.devices.set("NEW1", {}).set("NEW2", {});
    await syncAllDevices(tenant);
    expect(service.devices.get("NEW1")).toEqual({ profileUuid: own.uuid });
    expect(service.devices.get("NEW2")).toEqual({ profileUuid: whole.uuid });
  });

  test("requires confirmation unless the endpoint is a simulator", async () => {
    await begin(3, "other");
    const { id } = await create();
    const asked = { org: ROOT_ORG_ID, profile: id };
    expect(await failureOf(tenant.client.profiles.automatic(asked))).toMatchObject({ where: "json.confirmDevices" });
    expect(await tenant.client.profiles.automatic({ ...asked, dryRun: true })).toMatchObject({
      dryRun: true,
      devices: 3,
    });
    expect(tenant.sql("select * from ade_automatic")).toEqual([]);
    await tenant.client.profiles.automatic({ ...asked, confirmDevices: 3 });
    expect(tenant.sql("select * from ade_automatic")).toHaveLength(1);
  });
});

test("a check detects a profile that Apple no longer has", async () => {
  const { id, uuid } = await create();
  expect(await tenant.client.profiles.check(id, {})).toMatchObject({ state: "active" });
  service.profiles.delete(uuid);
  expect(await tenant.client.profiles.check(id, {})).toMatchObject({ state: "disabled" });
});

test("the simulator's devices get and lose profiles as the tenant requests", async () => {
  await using rehearsal = new Rehearsal({ devices: 7 });
  const { profiles } = rehearsal.tenant.client;
  await rehearsal.setUp();
  await rehearsal.sync();
  const { profile } = await profiles.create({ ...NEW, skipItems: ["Siri"] });
  const same = async () => expect(await rehearsal.devices()).toEqual(rehearsal.simulated());

  const [held = ""] = [...(await rehearsal.devices()).keys()];
  await rehearsal.fault("throttled", { serials: [held], seconds: 60, count: 1 });
  const work = await profiles.assign(profile.id, { unassigned: true });
  expect(work).toMatchObject({ devices: 7, success: 6, throttled: 1 });
  await same();
  rehearsal.tenant.surroundings.time += 61_000;
  await rehearsal.sync();
  expect([...rehearsal.simulated().values()].every((status) => status === "assigned")).toBe(true);
  await same();

  await profiles.automatic({ org: ROOT_ORG_ID, profile: profile.id });
  const [fresh = ""] = await rehearsal.add({ count: 1 });
  expect(await rehearsal.sync()).toMatchObject({ kind: "delta", created: 1 });
  expect(rehearsal.simulated().get(fresh)).toBe("assigned");
  await same();

  await profiles.unassign({ serials: [fresh] });
  expect(await profiles.delete(profile.id, {})).toMatchObject({ devices: 7, success: 7 });
  await rehearsal.sync({ kind: "full" });
  await same();
  expect([...rehearsal.simulated().values()].some((status) => status === "assigned")).toBe(false);
});

test("if Apple's response cannot be read, the devices are not ready, and the next request sends them again", async () => {
  await using rehearsal = new Rehearsal({ devices: 3 });
  const { profiles } = rehearsal.tenant.client;
  await rehearsal.setUp();
  await rehearsal.sync();
  const { profile } = await profiles.create(NEW);
  const { profile: other } = await profiles.create({ ...NEW, name: "支社" });
  await profiles.assign(profile.id, { unassigned: true });
  const [serial = ""] = [...(await rehearsal.devices()).keys()];
  const statusOf = async () => (await rehearsal.devices()).get(serial);

  await rehearsal.fault("cut-json", { path: "/profile/devices", lasting: true });
  const lost = await failureOf(profiles.assign(other.id, { serials: [serial] }));
  expect(lost?.hint?.en).toContain(
    "Apple may still have carried out the request for 1 device; to check: `clomoctl ade sync --full`",
  );
  await rehearsal.control("DELETE", "/faults");
  expect(await statusOf()).toBe("empty");
  expect(await profiles.assign(profile.id, { serials: [serial] })).toMatchObject({ success: 1 });
  expect([await statusOf(), rehearsal.simulated().get(serial)]).toEqual(["assigned", "assigned"]);

  await rehearsal.fault("cut-json", { path: "/profile/devices", lasting: true });
  await failureOf(profiles.unassign({ serials: [serial] }));
  await rehearsal.control("DELETE", "/faults");
  expect(rehearsal.simulated().get(serial)).toBe("removed");
  expect(await profiles.assign(profile.id, { serials: [serial] })).toMatchObject({ success: 1 });
  expect(rehearsal.simulated().get(serial)).toBe("assigned");
});

test("a throttled assignment is not retried after the profile was unassigned or is no longer automatic", async () => {
  await using rehearsal = new Rehearsal({ devices: 3 });
  const { profiles } = rehearsal.tenant.client;
  await rehearsal.setUp();
  await rehearsal.sync();
  const { profile } = await profiles.create(NEW);
  const [held = ""] = [...(await rehearsal.devices()).keys()];
  const later = async () => {
    rehearsal.tenant.surroundings.time += 61_000;
    await rehearsal.sync();
  };
  await rehearsal.fault("throttled", { serials: [held], seconds: 60, count: 1 });
  await profiles.assign(profile.id, { serials: [held] });
  expect(await profiles.unassign({ serials: [held] })).toMatchObject({ devices: 0 });
  await later();
  expect(rehearsal.simulated().get(held)).toBe("empty");

  await profiles.automatic({ org: ROOT_ORG_ID, profile: profile.id });
  const [fresh = ""] = await rehearsal.add({ count: 1 });
  await rehearsal.fault("throttled", { serials: [fresh], seconds: 60, count: 1 });
  await rehearsal.sync();
  await profiles.automatic({ org: ROOT_ORG_ID, profile: null });
  await later();
  expect(rehearsal.simulated().get(fresh)).toBe("empty");
});

/** Kills the process at its so manyth request to a path. */
const killAt = (rehearsal: Rehearsal, path: string, which: number): void => {
  let asked = 0;
  rehearsal.fate = ({ url }) => (url.endsWith(path) && (asked += 1) === which ? "killed" : undefined);
};

async function syncKilled(rehearsal: Rehearsal): Promise<void> {
  await rehearsal.tenant.client.ade.sync({});
  await expect.poll(() => rehearsal.isHanging).toBe(true);
  rehearsal.crash();
  rehearsal.fate = () => undefined;
}

test("a full sync that resumes does not undo a profile that devices got in the meantime", async () => {
  const { ade, profiles } = tenant.client;
  const { id, uuid } = await create();
  const refused = { status: 403, headers: {}, body: "T_C_NOT_SIGNED" };
  tenant.apple = async (request) => (request.url.endsWith("/devices/sync") ? refused : service.send(request));
  const begun = await ade.sync({ kind: "full" });
  await expect.poll(async () => (await ade.findSync(begun.id)).state).toBe("failed");
  expect(await profiles.assign(id, { unassigned: true })).toMatchObject({ success: 5 });
  tenant.apple = service.send;
  await syncAllDevices(tenant);
  expect(await ade.findSync(begun.id)).toMatchObject({ state: "done", reason: "resumed" });
  expect(await states()).toEqual(serials(5).map(() => ["assigned", uuid]));
});

test("a full sync that is killed after it compared devices resumes with their profiles", async () => {
  await using rehearsal = new Rehearsal({ devices: 7 });
  const { profiles } = rehearsal.tenant.client;
  await rehearsal.setUp();
  const { profile } = await profiles.create(NEW);
  await profiles.automatic({ org: ROOT_ORG_ID, profile: profile.id });
  killAt(rehearsal, "/profile/devices", 2);
  await syncKilled(rehearsal);
  expect((await rehearsal.devices()).size).toBe(7);
  expect(await rehearsal.sync()).toMatchObject({ reason: "resumed", state: "done", created: 7, registered: 7 });
  expect(new Set((await rehearsal.devices()).values())).toEqual(new Set(["assigned"]));
  expect(rehearsal.tenant.sql("select count(*) as left from ade_arrival")).toEqual([{ left: 0 }]);
});

test("a full fetch shows the current state, whatever its dates", async () => {
  const [first = ""] = serials(1);
  const change = {
    serial_number: first,
    profile_status: "pushed",
    op_type: "modified",
    op_date: "2026-06-01T00:00:00Z",
  };
  tenant.apple = async (request) => {
    const answer = await service.send(request);
    const body = JSON.parse(answer.body) as { devices?: object[] };
    if (request.url.endsWith("/devices/sync")) body.devices = [change];
    if (request.url.endsWith("/server/devices")) {
      body.devices = (body.devices ?? []).map((row) => ({ ...row, op_date: "2026-01-01T00:00:00Z" }));
    }
    return { ...answer, body: JSON.stringify(body) };
  };
  await syncAllDevices(tenant);
  expect((await states())[0]).toEqual(["pushed", null]);
  tenant.apple = service.send;
  await syncAllDevices(tenant);
  expect(await states()).toEqual(serials(5).map(() => ["empty", null]));
});
