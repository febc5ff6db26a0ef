import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { BusinessSimulator, type BusinessFault } from "#support/apple/business/simulator.ts";
import { Organisation } from "#support/apple/business/organisation.ts";
import { Rehearsal } from "#support/tenant/rehearsal.ts";
import type { Failure } from "../../errors/index.ts";
import { copyTenantFile } from "../ledger/tenant-copy.ts";

const CLOMO = "CLOMO MDM";

const DAY_MS = 24 * 3600 * 1000;

const serialsFrom = (prefix: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => `${prefix}${String(at + 1).padStart(5, "0")}`);

const rejection = async (done: Promise<unknown>): Promise<Failure> =>
  done.then(
    () => expect.unreachable(),
    (error: unknown) => error as Failure,
  );

async function expectSame(organisation: Organisation): Promise<void> {
  const owned = await organisation.owned();
  expect(new Map(owned)).toEqual(organisation.simulated());
  expect(owned).toHaveLength(organisation.simulated().size);
}

describe("the key of the Apple Business API", () => {
  test("is stored sealed, in a mirror as well, and no answer, audit record or copy contains it", async () => {
    await using organisation = await new Organisation().setUp();
    const { tenant, simulator } = organisation;
    const shown = await organisation.ade.show();
    expect(shown.business).toMatchObject({
      key: { client: simulator.clientId, id: simulator.keyId, rejectedAt: null },
      lastSyncAt: null,
    });
    const secret = simulator.privateKey.split("\n")[1] ?? "";
    expect(secret.length).toBeGreaterThan(40);
    const [{ apiKey: sealed } = {}] = tenant.sql("select apiKey from ade_server");
    expect(String(sealed)).not.toContain(secret);
    for (const text of [JSON.stringify(shown), JSON.stringify(tenant.sql("select * from audit"))])
      expect(text).not.toContain(secret);
    const copy = readFileSync(await copyTenantFile(tenant.database));
    expect(copy.includes(String(sealed))).toBe(false);
    // the sealed key is found where it is
    const ownFiles =
      readFileSync(tenant.database.path).toString("latin1") +
      readFileSync(`${tenant.database.path}-wal`).toString("latin1");
    expect(ownFiles).toContain(String(sealed));
  });

  test("is used at Apple's own address unless another was given", async () => {
    await using organisation = await new Organisation().setUp();
    const { url: _, ...key } = organisation.key();
    await organisation.ade.setBusinessKey({ key });
    const asked: string[] = [];
    organisation.tenant.apple = (request) => {
      asked.push(new URL(request.url).origin);
      return organisation.simulator.send(request);
    };
    await organisation.ade.sync();
    expect(asked).toContain("https://api-business.apple.com");
  });

  test("keeps another sealing key from being used for the key pair", async () => {
    await using organisation = await new Organisation().setUp({ isMirror: false });
    organisation.tenant.sealingKey = "another";
    await organisation.ade.setEndpoint({});
    expect(await rejection(organisation.ade.createKeyPair({}))).toMatchObject({ code: "input-rejected" });
  });

  test.each([
    [
      "a P-384 key",
      generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey.export({ type: "pkcs8", format: "pem" }),
    ],
    [
      "an RSA key",
      generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs8", format: "pem" }),
    ],
    [
      "a public key",
      generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ type: "spki", format: "pem" }),
    ],
    ["something else", "secret-text"],
  ])("is refused if it is %s, without quoting it", async (_, pem) => {
    await using organisation = await new Organisation().setUp();
    const before = organisation.tenant.sql("select * from ade_server");
    const failure = await rejection(organisation.ade.setBusinessKey({ key: organisation.key(String(pem)) }));
    expect(failure).toMatchObject({ code: "input-rejected", where: "key.pem" });
    expect(JSON.stringify(failure)).not.toContain(String(pem).slice(0, 11));
    expect(organisation.tenant.sql("select * from ade_server")).toEqual(before);
  });

  test("is needed, at an address that is safe", async () => {
    await using organisation = new Organisation();
    const { ade } = organisation;
    for (const refused of [
      ade.setBusinessKey({ server: CLOMO }),
      ade.setBusinessKey({ key: { ...organisation.key(), clientId: "" } }),
      ade.setBusinessKey({ key: { ...organisation.key(), url: "http://apple.example.jp" } }),
      ade.sync({ kind: "business" }),
      ade.devices({ organisation: "released" }),
    ])
      expect(await rejection(Promise.resolve(refused).then((list) => Array.fromAsync(list as never)))).toMatchObject({
        code: "input-rejected",
      });
  });

  test("that Apple rejects is reported until Apple accepts a key", async () => {
    await using organisation = await new Organisation().setUp();
    organisation.simulator.isClosed = true;
    expect(await rejection(organisation.ade.sync({}))).toMatchObject({ code: "not-permitted" });
    expect((await organisation.ade.show()).business?.key?.rejectedAt).not.toBeNull();
    organisation.simulator.isClosed = false;
    await organisation.ade.sync({});
    expect((await organisation.ade.show()).business?.key?.rejectedAt).toBeNull();
    await organisation.ade.setBusinessKey({ key: organisation.key(new BusinessSimulator(() => 0).privateKey) });
    expect(await rejection(organisation.ade.sync({}))).toMatchObject({ code: "not-permitted" });
  });
});

describe("a sync of the organisation", () => {
  test("stores all devices and their servers, and changes nothing the second time", async () => {
    await using organisation = await new Organisation([CLOMO, "Jamf"]).setUp({ server: CLOMO });
    const { simulator, ade, tenant } = organisation;
    simulator.pageSize = 3;
    simulator.buy(serialsFrom("A", 8), CLOMO);
    simulator.buy(serialsFrom("J", 4), "Jamf");
    simulator.buy(serialsFrom("U", 2));
    expect(await ade.sync({})).toMatchObject({
      kind: "business",
      devices: 14,
      created: 14,
      released: 0,
      registered: 0,
    });
    await expectSame(organisation);
    const [device] = await ade.findDevices({ name: "a00001" });
    expect(device).toMatchObject({
      serialNumber: "A00001",
      status: "ASSIGNED",
      server: CLOMO,
      model: "iPhone 16e",
      color: "BLACK",
      deviceFamily: "iPhone",
      orderNumber: "4711",
      profileStatus: null,
      releasedAt: null,
    });
    expect(device?.addedAt).toMatch(/^2026-04-01T00:00:\d\dZ$/);
    expect(tenant.sql("select count(*) as count from device")).toEqual([{ count: 0 }]);
    expect(simulator.asked.every((line) => line.startsWith("GET ") || line === "POST /auth/oauth2/token")).toBe(true);
    // neither a request per device nor a new token per request
    expect(simulator.asked.filter((line) => line.startsWith("GET /v1/orgDevices/"))).toEqual([]);
    expect(simulator.issuedTokens).toBe(1);
    expect(await ade.sync({})).toMatchObject({ devices: 14, created: 0, changed: 0, released: 0, change: null });
  });

  test("keeps released devices as released until they are back", async () => {
    await using organisation = await new Organisation().setUp();
    const { simulator, ade } = organisation;
    simulator.buy(serialsFrom("A", 4), CLOMO);
    await ade.sync({});
    simulator.release(["A00001"]);
    simulator.release(["A00002"]);
    organisation.record(["A00001"]);
    expect(await ade.sync({})).toMatchObject({ devices: 2, released: 2, created: 0, changed: 0 });
    expect(await organisation.devices({ organisation: "released" })).toMatchObject([
      { serialNumber: "A00001", server: null, status: null, difference: "released" },
      { serialNumber: "A00002", releasedAt: expect.any(String) as unknown, difference: null },
    ]);
    expect((await ade.show()).business).toMatchObject({ devices: 2, released: 1, notInClomo: 2 });
    expect(await ade.sync({})).toMatchObject({ released: 0, changed: 0 });
    simulator.buy(["A00001"], CLOMO);
    expect(await ade.sync({})).toMatchObject({ changed: 1, released: 0 });
    expect(await organisation.serials({ organisation: "released" })).toEqual(["A00002"]);
  });

  test("changes nothing if more devices are missing than may be, unless they are confirmed", async () => {
    await using organisation = await new Organisation().setUp();
    const { simulator, ade } = organisation;
    simulator.buy(serialsFrom("A", 20), CLOMO);
    await ade.sync({});
    simulator.release(serialsFrom("A", 6));
    expect(await ade.sync({})).toMatchObject({ kind: "business", missing: 6, released: 0 });
    expect(await organisation.owned()).toHaveLength(20);
    expect(await rejection(ade.sync({ confirmDeletions: 5 }))).toMatchObject({ code: "input-rejected" });
    expect(await ade.sync({ confirmDeletions: 6 })).toMatchObject({ missing: 0, released: 6 });
    await expectSame(organisation);
  });

  test.each([
    ["rate-limited", "unavailable"],
    ["unavailable", "unavailable"],
    ["gateway", "unavailable"],
    ["reset", "unavailable"],
    ["cut-json", "unavailable"],
    ["unauthorized", "not-permitted"],
    ["forbidden", "not-permitted"],
  ] as const)("that fails by %s changes nothing; a fault that passes is survived", async (fault, code) => {
    await using organisation = await new Organisation().setUp();
    const { simulator, ade, tenant } = organisation;
    simulator.pageSize = 3;
    simulator.buy(serialsFrom("A", 7), CLOMO);
    await ade.sync({});
    simulator.buy(serialsFrom("B", 7), CLOMO);
    const before = tenant.sql("select * from business_device");
    const startedAt = tenant.surroundings.time;
    simulator.fail(fault, { count: 9, after: 3 });
    expect(await rejection(ade.sync({}))).toMatchObject({ code });
    expect(tenant.surroundings.time - startedAt).toBeLessThan(61_000);
    expect(tenant.sql("select * from business_device")).toEqual(before);
    simulator.recover();
    if (fault !== "forbidden") simulator.fail(fault, { after: 2 });
    expect(await ade.sync({})).toMatchObject({ created: 7, changed: 0 });
    await expectSame(organisation);
  });

  test("waits as long as Apple asks, and renews a token before it ends", async () => {
    await using organisation = await new Organisation().setUp();
    const { simulator, ade, tenant } = organisation;
    simulator.pageSize = 2;
    simulator.buy(serialsFrom("A", 8), CLOMO);
    const startedAt = tenant.surroundings.time;
    simulator.fail("rate-limited", { after: 3 });
    await ade.sync({});
    expect(tenant.surroundings.time - startedAt).toBeGreaterThanOrEqual(2000);
    const { issuedTokens, asked } = simulator;
    const asking = asked.length;
    simulator.before = () => void (tenant.surroundings.time += 20 * 60_000);
    await ade.sync({});
    expect(simulator.issuedTokens).toBeGreaterThan(issuedTokens + 1);
    // four pages of devices, the servers and four pages of one server: no request was refused because of an old token
    expect(asked.slice(asking).filter((line) => line.startsWith("GET "))).toHaveLength(4 + 1 + 4);
    await expectSame(organisation);
  });

  test("the second of two syncs at once fails", async () => {
    await using organisation = await new Organisation().setUp();
    const { simulator, ade, tenant } = organisation;
    simulator.buy(serialsFrom("A", 3), CLOMO);
    let isFirst = true;
    simulator.before = async (path) => {
      if (!isFirst || path !== "/v1/orgDevices") return;
      isFirst = false;
      tenant.surroundings.time += 1000;
      await ade.sync({});
    };
    expect(await rejection(ade.sync({}))).toMatchObject({ code: "conflict" });
    await expectSame(organisation);
  });
});

describe("pages that change while they are fetched", () => {
  test.each([true, false])("lose and double nothing (Apple counts the rows: %s)", async (counts) => {
    await using organisation = await new Organisation([CLOMO, "Jamf"]).setUp({ server: CLOMO });
    const { simulator, ade } = organisation;
    simulator.pageSize = 5;
    simulator.counts = counts;
    simulator.buy(serialsFrom("A", 30), CLOMO);
    simulator.buy(serialsFrom("J", 10), "Jamf");
    await ade.sync({});
    let page = 0;
    simulator.before = (path) => {
      page += 1;
      // a device of an earlier page goes, so that the following pages begin one device too late
      if (page === 4) simulator.release(["A00001"]);
      // a device moves to the server whose devices were fetched already, and one leaves it
      if (path.includes(Buffer.from("Jamf").toString("hex").toUpperCase())) {
        simulator.assign(["J00009"], CLOMO);
        simulator.assign(["A00030"], undefined);
      }
    };
    // the device that went was listed before it went: only the next sync lacks it
    expect(await ade.sync({})).toMatchObject({ created: 0, released: 0, missing: 0 });
    const owned = await organisation.owned();
    expect(owned.map(([serial]) => serial).toSorted()).toEqual(["A00001", ...simulator.devices.keys()].toSorted());
    expect(new Map(owned).get("J00009")).toBe(CLOMO);
    expect(new Map(owned).get("A00030")).toBeNull();
    simulator.before = () => {};
    expect(await ade.sync({})).toMatchObject({ created: 0, released: 1, missing: 0 });
    await expectSame(organisation);
  });

  test("a new device that a page skips is found by the number that Apple counts", async () => {
    await using organisation = await new Organisation().setUp();
    const { simulator, ade } = organisation;
    simulator.pageSize = 5;
    simulator.buy(serialsFrom("A", 23));
    let page = 0;
    simulator.before = () => {
      page += 1;
      if (page === 4) simulator.release(["A00001", "A00002"]);
    };
    await ade.sync({});
    const serials = new Set((await organisation.owned()).map(([serial]) => serial));
    expect([...simulator.devices.keys()].filter((serial) => !serials.has(serial))).toEqual([]);
  });
});

describe("which MDM server CLOMO uses", () => {
  test("is the only one, or the one that was named; otherwise the servers are named", async () => {
    await using organisation = await new Organisation([CLOMO, "Jamf"]).setUp();
    const { simulator, ade } = organisation;
    simulator.buy(["A1"], CLOMO);
    simulator.buy(["J1"], "Jamf");
    await ade.sync({});
    expect((await ade.show()).business).toMatchObject({ server: null, servers: [CLOMO, "Jamf"] });
    for (const difference of ["not-in-clomo", "other-server", "released"] as const) {
      const failure = await rejection(organisation.devices({ organisation: difference }));
      expect(failure).toMatchObject({ code: "input-rejected" });
      expect(`${failure.what.en} ${failure.hint?.en ?? ""}`).toMatch(/CLOMO MDM, Jamf.*--server/s);
    }
    expect(await rejection(ade.setBusinessKey({ server: "Nowhere" }))).toMatchObject({ code: "input-rejected" });
    expect((await ade.setBusinessKey({ server: "Jamf" })).business).toMatchObject({ server: "Jamf", otherServer: 1 });
    await ade.setBusinessKey({ server: CLOMO });
    expect(await organisation.serials({ organisation: "other-server" })).toEqual(["J1"]);
    expect(await organisation.serials({ organisation: "not-in-clomo" })).toEqual(["A1"]);
  });
});

test("each device of 5,300 at Apple and 5,000 in a mirror has the one difference that it should have", async () => {
  await using organisation = await new Organisation([CLOMO, "Jamf"]).setUp({ server: CLOMO });
  const { simulator, ade } = organisation;
  const known = serialsFrom("K", 4880);
  const [missing, unassigned, elsewhere, moved, loose, gone] = [
    serialsFrom("M", 200),
    serialsFrom("U", 100),
    serialsFrom("E", 60),
    serialsFrom("V", 40),
    serialsFrom("L", 20),
    serialsFrom("G", 50),
  ];
  simulator.buy([...known, ...missing, ...moved, ...loose, ...gone], CLOMO);
  simulator.buy(unassigned);
  simulator.buy(elsewhere, "Jamf");
  await ade.sync({});
  simulator.assign(moved, "Jamf");
  simulator.assign(loose, undefined);
  simulator.release(gone);
  organisation.record([...known, ...moved, ...loose, ...gone, ...serialsFrom("X", 10)]);
  expect(await ade.sync({})).toMatchObject({ devices: 5300, changed: 60, released: 50 });
  expect(await organisation.serials({ organisation: "not-in-clomo" })).toEqual([...missing, ...unassigned]);
  expect(await organisation.serials({ organisation: "other-server" })).toEqual([...elsewhere, ...loose, ...moved]);
  expect(await organisation.serials({ organisation: "released" })).toEqual(gone);
  expect((await ade.show()).business).toMatchObject({ devices: 5300, notInClomo: 300, otherServer: 120, released: 50 });
  const differences = (await organisation.devices({ organisation: "all" })).map(({ difference }) => difference);
  expect(differences).toHaveLength(5350);
  expect(differences.filter((one) => one !== null)).toHaveLength(300 + 120 + 50);
});

test("a tenant with an own server and a key has both sources in one list", async () => {
  const rehearsal = new Rehearsal({ devices: 3 });
  await using organisation = Object.assign(new Organisation(), { tenant: rehearsal.tenant });
  await rehearsal.setUp();
  await rehearsal.sync();
  rehearsal.tenant.apple = organisation.simulator.send;
  const [first = ""] = rehearsal.simulated().keys();
  organisation.simulator.buy([first, "ELSEWHERE1"], CLOMO);
  await organisation.ade.setBusinessKey({ key: organisation.key() });
  expect(await organisation.ade.sync({ kind: "business" })).toMatchObject({ kind: "business", created: 2 });
  const listed = await organisation.devices();
  expect(listed).toHaveLength(3);
  expect(listed.find(({ serialNumber }) => serialNumber === first)).toMatchObject({
    server: CLOMO,
    profileStatus: "empty",
    orderNumber: "4711",
    difference: null,
  });
  expect(await organisation.serials({ organisation: "all" })).toEqual([first, "ELSEWHERE1"].toSorted());
  expect(await organisation.ade.findDevices({ name: "ELSEWHERE1" })).toMatchObject([{ difference: "not-in-clomo" }]);
  rehearsal.tenant.apple = rehearsal.answering;
  rehearsal.tenant.surroundings.time += DAY_MS;
  expect(await rehearsal.sync()).toMatchObject({ kind: "full", devices: 3 });
});

const FAULTS: readonly BusinessFault[] = ["rate-limited", "reset", "cut-json", "unauthorized", "gateway"];

test("random changes and faults during many syncs end in what Apple has", async () => {
  await using organisation = await new Organisation([CLOMO, "Jamf"]).setUp({ server: CLOMO });
  const { simulator, ade } = organisation;
  simulator.pageSize = 7;
  let state = 7;
  const next = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
  const change = (): void => {
    const all = [...simulator.devices.keys()];
    const one = all[next(Math.max(all.length, 1))] ?? "";
    const kind = next(4);
    if (kind === 0) simulator.buy([`R${next(1_000_000)}`], [CLOMO, "Jamf", undefined][next(3)]);
    else if (kind === 1) simulator.assign([one], [CLOMO, "Jamf", undefined][next(3)]);
    else if (kind === 2) simulator.release([one]);
  };
  simulator.buy(serialsFrom("A", 60), CLOMO);
  for (let round = 0; round < 20; round += 1) {
    simulator.before = () => {
      if (next(3) === 0) change();
    };
    if (next(2) === 0) simulator.fail(FAULTS[next(FAULTS.length)] ?? "reset", { after: next(20) });
    await ade.sync({ maxDeletions: { count: 1000 } });
    expect(
      organisation.tenant.sql("select count(*) - count(distinct serialNumber) as doubled from business_device"),
    ).toEqual([{ doubled: 0 }]);
    simulator.recover();
    simulator.before = () => {};
    await ade.sync({ maxDeletions: { count: 1000 } });
    await expectSame(organisation);
  }
});
