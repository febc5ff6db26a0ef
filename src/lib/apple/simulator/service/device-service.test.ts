import { expect, test } from "vitest";
import { parseBody, simulateApple, type Device, type Mdm } from "#support/apple/simulator/mdm.ts";

const DAY_MS = 24 * 3600 * 1000;

const serialsOf = (devices: Iterable<{ readonly serial: string }>): string[] =>
  [...devices].map(({ serial }) => serial);
const told = (devices: readonly Device[]): (string | undefined)[] => devices.map((device) => device["serial_number"]);

const PROFILE = { profile_name: "all", url: "https://mdm.example.jp/enrol" };

const defined = async (mdm: Mdm): Promise<string> =>
  String(parseBody(await mdm.ask("POST /profile", PROFILE))["profile_uuid"]);

test("apple 3: /account returns server, administrator, organisation and limits", async () => {
  const { mdm } = simulateApple();
  await mdm.signIn();
  const account = parseBody(await mdm.ask("GET /account"));
  expect(account).toMatchObject({
    server_name: "SIMULATOR MDM Server",
    server_uuid: expect.stringMatching(/^[0-9A-F]{32}$/),
    admin_id: "admin@simulator.example.jp",
    org_name: expect.stringContaining("SIMULATOR"),
    org_type: "org",
    org_version: "v2",
    urls: expect.arrayContaining([
      { uri: "/server/devices", http_method: ["POST"], limit: { default: 100, maximum: 1000 } },
    ]),
  });
  const older = parseBody(await mdm.ask("GET /account", undefined, { "x-server-protocol-version": "2" }));
  expect(Object.keys(older)).not.toContain("urls");
});

test("another server has its own name, and sees only its own devices", async () => {
  const { simulator, mdm } = simulateApple();
  const [first = ""] = serialsOf(simulator.devices());
  await mdm.control("POST", "/devices/assign", { serials: [first], server: "other" });
  await mdm.download({ server: "other", admin: "other@example.jp" });
  await mdm.signIn();
  expect(parseBody(await mdm.ask("GET /account"))).toMatchObject({
    server_name: "SIMULATOR other",
    admin_id: "other@example.jp",
  });
  const { devices, cursor } = await mdm.fetch(1000);
  expect(told(devices)).toEqual([first]);
  expect(serialsOf(simulator.devices())).not.toContain(first);
  await mdm.download();
  await mdm.signIn();
  expect(await mdm.ask("POST /devices/sync", { cursor })).toMatchObject({ status: 400, body: "INVALID_CURSOR" });
});

test("a fetch returns every device once, in pages, and the same seed returns the same devices", async () => {
  const { simulator, mdm } = simulateApple();
  await mdm.signIn();
  const { devices, pages } = await mdm.fetch(10);
  expect(told(devices)).toEqual(serialsOf(simulator.devices()));
  expect([devices.length, pages, new Set(told(devices)).size]).toEqual([25, 3, 25]);
  expect(serialsOf(simulateApple().simulator.devices())).toEqual(serialsOf(simulator.devices()));
  expect(serialsOf(simulateApple({ seed: "other" }).simulator.devices())).not.toEqual(serialsOf(simulator.devices()));
  expect(devices[0]).toEqual({
    serial_number: expect.stringMatching(/^SIM[0-9A-Z]{9}$/),
    model: expect.any(String),
    description: expect.any(String),
    color: expect.any(String),
    device_family: expect.stringMatching(/^(?:iPhone|iPad|Mac|AppleTV)$/),
    os: expect.stringMatching(/^(?:iOS|iPadOS|OSX|tvOS)$/),
    profile_status: "empty",
    device_assigned_by: "simulator@example.jp",
    device_assigned_date: "2026-11-20T01:00:00Z",
  });
});

test("apple 2: older protocol versions return no os or no iPadOS", async () => {
  const { mdm } = simulateApple();
  await mdm.signIn();
  const page = async (version: string) =>
    parseBody(await mdm.ask("POST /server/devices", {}, { "x-server-protocol-version": version }))[
      "devices"
    ] as Device[];
  expect((await page("1")).some((device) => "os" in device || "device_family" in device)).toBe(false);
  expect((await page("6")).map((device) => device["os"])).not.toContain("iPadOS");
  expect((await page("7")).map((device) => device["os"])).toContain("iPadOS");
});

test("the limit is 100 by default and at most 1000, and anything but a number is refused", async () => {
  const { mdm } = simulateApple({ devices: 1500 });
  await mdm.signIn();
  const count = async (body: unknown) =>
    (parseBody(await mdm.ask("POST /server/devices", body))["devices"] as unknown[]).length;
  expect(await count({})).toBe(100);
  expect(await count("")).toBe(100);
  expect(await count({ limit: 5000 })).toBe(1000);
  for (const limit of [-1, 1.5, "10"]) {
    expect(await mdm.ask("POST /server/devices", { limit })).toMatchObject({ status: 400 });
  }
  for (const body of ["{", "[]", "null", '"a"']) {
    expect(await mdm.ask("POST /server/devices", body)).toMatchObject({ status: 400, body: "MALFORMED_REQUEST_BODY" });
  }
});

test("a change during a fetch appears in the sync that follows it", async () => {
  const { simulator, mdm } = simulateApple();
  await mdm.signIn();
  const first = parseBody(await mdm.ask("POST /server/devices", { limit: 10 }));
  const [early = ""] = told(first["devices"] as Device[]);
  const added = parseBody(await mdm.control("POST", "/devices", { count: 3 }))["serials"] as string[];
  await mdm.control("POST", "/devices/release", { serials: [early] });
  const rest = await mdm.fetch(10, String(first["cursor"]));
  expect(told(rest.devices)).toHaveLength(15);
  const { devices } = await mdm.sync(1000, rest.cursor);
  expect(devices.map((device) => [device["serial_number"], device["op_type"]])).toEqual([
    ...added.map((serial) => [serial, "added"]),
    [early, "deleted"],
  ]);
  expect(serialsOf(simulator.devices())).toHaveLength(27);
});

test("the stream returns additions, changes and deletions since the cursor in pages, the newest last", async () => {
  const { simulator, mdm } = simulateApple();
  await mdm.signIn();
  const { cursor } = await mdm.fetch(1000);
  expect((await mdm.sync(10, cursor)).devices).toEqual([]);
  const [one = "", two = ""] = serialsOf(simulator.devices());
  const uuid = await defined(mdm);
  await mdm.ask("PUT /profile/devices", { profile_uuid: uuid, devices: [one, two] });
  await mdm.control("POST", "/devices/activate", { serials: [one] });
  await mdm.control("POST", "/devices/release", { serials: [two] });
  const { devices, pages, cursor: next } = await mdm.sync(1, cursor);
  expect(pages).toBe(3);
  expect(devices.map((device) => [device["serial_number"], device["op_type"], device["profile_status"]])).toEqual([
    // that the second one got a profile is told no more: it is gone
    [one, "modified", "pushed"],
    [one, "modified", "pushed"],
    [two, "deleted", "empty"],
  ]);
  const dates = devices.map((device) => device["op_date"] ?? "");
  expect(dates[0] && dates[1] && dates[0] < dates[1]).toBe(true);
  expect((await mdm.sync(1000, next)).devices).toEqual([]);
});

test("apple 3: only a full fetch finds what Apple omits from its stream", async () => {
  const { simulator, mdm } = simulateApple();
  await mdm.signIn();
  const { cursor } = await mdm.fetch(1000);
  const [gone = ""] = serialsOf(simulator.devices());
  await mdm.control("POST", "/devices", { serials: ["C02QUIET0001"], silent: true });
  await mdm.control("POST", "/devices/release", { serials: [gone], silent: true });
  expect((await mdm.sync(1000, cursor)).devices).toEqual([]);
  const full = told((await mdm.fetch(1000)).devices);
  expect(full).toContain("C02QUIET0001");
  expect(full).not.toContain(gone);
  await mdm.control("POST", "/devices", { serials: [gone] });
  expect(told((await mdm.sync(1000, cursor)).devices)).toEqual([gone]);
});

const sync = (mdm: Mdm, cursor: unknown) => mdm.ask("POST /devices/sync", { cursor });
const fetched = (mdm: Mdm, cursor: unknown) => mdm.ask("POST /server/devices", { cursor, limit: 10 });

test("apple 3: refuses missing, invalid, unfinished, exhausted and eight-day-old cursors", async () => {
  const { mdm } = simulateApple();
  await mdm.signIn();
  const unfinished = parseBody(await fetched(mdm, undefined))["cursor"];
  const { cursor } = await mdm.fetch(1000);
  const refused = (body: string) => ({ status: 400, body });
  for (const none of [undefined, "", null]) expect(await sync(mdm, none)).toMatchObject(refused("CURSOR_REQUIRED"));
  for (const garbage of ["x", `${cursor}A`, cursor.slice(1), 7, Buffer.from("sync:0:0:0:").toString("base64url")]) {
    expect(await sync(mdm, garbage)).toMatchObject(refused("INVALID_CURSOR"));
    expect(await fetched(mdm, garbage)).toMatchObject(refused("INVALID_CURSOR"));
  }
  expect(await sync(mdm, unfinished)).toMatchObject(refused("INVALID_CURSOR"));
  expect(await fetched(mdm, cursor)).toMatchObject(refused("EXHAUSTED_CURSOR"));
  await mdm.control("POST", "/advance", { ms: 7 * DAY_MS });
  await mdm.signIn();
  expect(await sync(mdm, cursor)).toMatchObject({ status: 200 });
  await mdm.control("POST", "/advance", { ms: DAY_MS });
  await mdm.signIn();
  expect(await sync(mdm, cursor)).toMatchObject(refused("EXPIRED_CURSOR"));
  expect(await fetched(mdm, unfinished)).toMatchObject(refused("EXPIRED_CURSOR"));
});

test("apple 3: returns the details of devices, and of another server's devices", async () => {
  const { simulator, mdm } = simulateApple();
  await mdm.signIn();
  const [one = "", two = ""] = serialsOf(simulator.devices());
  await mdm.control("POST", "/devices/assign", { serials: [two], none: true });
  const { devices } = parseBody(await mdm.ask("POST /devices", { devices: [one, two, '"x'] })) as { devices: object };
  expect(devices).toMatchObject({
    [one]: { serial_number: one, profile_status: "empty", response_status: "SUCCESS" },
    [two]: { response_status: "NOT_ACCESSIBLE" },
    '"x': { response_status: "NOT_ACCESSIBLE" },
  });
});

test("apple 3: an assignment by POST or PUT returns a result per serial number, and DELETE has a body", async () => {
  const { simulator, mdm } = simulateApple();
  await mdm.signIn();
  const [one = "", two = ""] = serialsOf(simulator.devices());
  const uuid = await defined(mdm);
  expect(uuid).toMatch(/^[0-9A-F]{32}$/);
  for (const [method, serial] of [
    ["POST", one],
    ["PUT", two],
  ] as const) {
    const answer = await mdm.ask(`${method} /profile/devices`, { profile_uuid: uuid, devices: [serial, "ELSEWHERE"] });
    expect(parseBody(answer)).toEqual({
      profile_uuid: uuid,
      devices: { [serial]: "SUCCESS", ELSEWHERE: "NOT_ACCESSIBLE" },
    });
  }
  const state = () =>
    [...simulator.devices()].slice(0, 2).map(({ profileStatus, profileUuid }) => [profileStatus, profileUuid]);
  expect(state()).toEqual([
    ["assigned", uuid],
    ["assigned", uuid],
  ]);
  await mdm.control("POST", "/devices/activate", { serials: [one] });
  expect(parseBody(await mdm.ask("POST /devices", { devices: [one] }))).toMatchObject({
    devices: {
      [one]: {
        profile_status: "pushed",
        profile_assign_time: expect.any(String),
        profile_push_time: expect.any(String),
      },
    },
  });
  const removed = await mdm.ask("DELETE /profile/devices", { devices: [one, "ELSEWHERE"] });
  expect(parseBody(removed)).toEqual({ devices: { [one]: "SUCCESS", ELSEWHERE: "NOT_ACCESSIBLE" } });
  expect(state()).toEqual([
    ["removed", undefined],
    ["assigned", uuid],
  ]);
  const defining = parseBody(await mdm.ask("POST /profile", { ...PROFILE, devices: [one] }));
  expect(defining["devices"]).toEqual({ [one]: "SUCCESS" });
});

test("apple 3: missing devices and profiles cause Apple's error codes", async () => {
  const { mdm } = simulateApple();
  await mdm.signIn();
  const uuid = await defined(mdm);
  const refused = async (line: Parameters<Mdm["ask"]>[0], body: unknown, status: number, code: string) =>
    expect(await mdm.ask(line, body), JSON.stringify(body)).toMatchObject({ status, body: code });
  for (const devices of [undefined, [], "SIM", [1], [""]]) {
    await refused("POST /devices", { devices }, 400, "DEVICE_ID_REQUIRED");
    await refused("PUT /profile/devices", { profile_uuid: uuid, devices }, 400, "DEVICE_ID_REQUIRED");
    await refused("DELETE /profile/devices", { devices }, 400, "DEVICE_ID_REQUIRED");
  }
  await refused("POST /profile/devices", { devices: ["A"] }, 400, "PROFILE_UUID_REQUIRED");
  await refused("POST /profile/devices", { profile_uuid: "0".repeat(32), devices: ["A"] }, 404, "NOT_FOUND");
  await refused("GET /profile", undefined, 400, "PROFILE_UUID_REQUIRED");
  await refused("GET /profile?profile_uuid=ABC", undefined, 404, "NOT_FOUND");
  const many = Array.from({ length: 1001 }, (_, n) => `A${n}`);
  await refused("POST /devices", { devices: many }, 400, "MALFORMED_REQUEST_BODY");
});

test.each([
  [{ profile_name: undefined }, "CONFIG_NAME_REQUIRED"],
  [{ profile_name: "" }, "CONFIG_NAME_REQUIRED"],
  [{ profile_name: "a".repeat(126) }, "CONFIG_NAME_INVALID"],
  [{ profile_name: 7 }, "CONFIG_NAME_INVALID"],
  [{ url: undefined }, "CONFIG_URL_REQUIRED"],
  [{ url: "mdm" }, "CONFIG_URL_INVALID"],
  [{ url: `https://a.example/${"a".repeat(2000)}` }, "CONFIG_URL_INVALID"],
  [{ configuration_web_url: "ftp://a" }, "CONFIG_URL_INVALID"],
  [{ department: "a".repeat(126) }, "DEPARTMENT_INVALID"],
  [{ is_supervised: "yes" }, "FLAGS_INVALID"],
  [{ is_mdm_removable: false }, "FLAGS_INVALID"],
  [{ language: "Japanese!" }, "LOCALE_INVALID"],
  [{ region: "Japan" }, "LOCALE_INVALID"],
  [{ org_magic: "a".repeat(257) }, "MAGIC_INVALID"],
  [{ support_email_address: "a".repeat(251) }, "SUPPORT_EMAIL_INVALID"],
  [{ support_phone_number: "0".repeat(51) }, "SUPPORT_PHONE_INVALID"],
])("apple 3: a profile with %j is %s", async (change, code) => {
  const { mdm } = simulateApple();
  await mdm.signIn();
  expect(await mdm.ask("POST /profile", { ...PROFILE, ...change })).toMatchObject({ status: 400, body: code });
});

test("a profile is kept as defined, and a profile that Apple has disabled is not found", async () => {
  const { mdm } = simulateApple();
  await mdm.signIn();
  const given = {
    ...PROFILE,
    is_supervised: true,
    is_mdm_removable: false,
    skip_setup_items: ["Siri"],
    language: "ja",
    region: "JP",
  };
  const uuid = parseBody(await mdm.ask("POST /profile", given))["profile_uuid"];
  const asked = () => mdm.ask(`GET /profile?profile_uuid=${String(uuid)}`);
  expect(parseBody(await asked())).toEqual({ profile_uuid: uuid, ...given });
  await mdm.control("POST", "/profiles/disable", { uuid });
  expect(await asked()).toMatchObject({ status: 404 });
  expect(await mdm.control("POST", "/profiles/disable", { uuid: "other" })).toMatchObject({ status: 404 });
});

test("unknown paths such as disowning and activation lock are 404, and other methods are 405", async () => {
  const { mdm } = simulateApple();
  await mdm.signIn();
  for (const line of [
    "POST /devices/disown",
    "POST /device/activationlock",
    "GET /",
    "GET /os-beta-enrollment/tokens",
  ] as const) {
    expect(await mdm.ask(line, { devices: ["A"] })).toMatchObject({ status: 404 });
  }
  expect(await mdm.ask("DELETE /account")).toMatchObject({ status: 405, headers: { allow: "GET" } });
  expect(await mdm.ask("POST /session")).toMatchObject({ status: 405, headers: { allow: "GET" } });
});

test("refuses requests from a page in a browser", async () => {
  const { mdm } = simulateApple();
  await mdm.signIn();
  const headers = { origin: "https://evil.example" };
  expect(await mdm.ask("GET /account", undefined, headers)).toMatchObject({ status: 403 });
  expect(await mdm.ask("POST /_simulator/devices", { count: 1 }, headers)).toMatchObject({ status: 403 });
});
