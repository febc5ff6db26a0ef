import { expect, test } from "vitest";
import {
  SIMULATOR_BASE_URL,
  parseBody,
  simulateApple,
  SIMULATOR_START_TIME,
  type Device,
  type Mdm,
} from "#support/apple/simulator/mdm.ts";

const fault = (mdm: Mdm, name: string, more: object = {}) => mdm.control("POST", "/faults", { fault: name, ...more });

async function signedIn(devices = 25) {
  const { simulator, mdm } = simulateApple({ devices });
  await mdm.signIn();
  const serials = [...simulator.devices()].map(({ serial }) => serial);
  return { simulator, mdm, serials };
}

test.each([
  ["terms", 403, "T_C_NOT_SIGNED"],
  ["access-denied", 403, "ACCESS_DENIED"],
  ["inactive", 403, "SERVER_INACTIVE"],
])("apple 2: %s fails all calls until it is cleared", async (name, status, body) => {
  const { mdm } = await signedIn();
  await fault(mdm, name);
  for (let n = 0; n < 2; n += 1) expect(await mdm.ask("GET /account")).toMatchObject({ status, body });
  expect(await mdm.openSession()).toMatchObject({ status, body });
  await mdm.control("DELETE", "/faults");
  expect(await mdm.ask("GET /account")).toMatchObject({ status: 200 });
});

test.each([
  ["token-rejected", 403, "token_rejectedForbidden"],
  ["signature-invalid", 403, "signature_invalidForbidden"],
])("apple 2: %s fails only the sign-in", async (name, status, body) => {
  const { mdm } = await signedIn();
  await fault(mdm, name);
  expect(await mdm.ask("GET /account")).toMatchObject({ status: 200 });
  expect(await mdm.openSession()).toMatchObject({ status, body });
});

test("a wrong clock: the sign-in fails, and the date of the response shows the difference", async () => {
  const { mdm } = await signedIn();
  await fault(mdm, "clock");
  expect(await mdm.openSession()).toMatchObject({
    status: 401,
    body: "oauth_problem_adviceUnauthorized",
    headers: { date: new Date(SIMULATOR_START_TIME + 3600 * 1000).toUTCString() },
  });
});

test.each([
  ["unauthorized-once", 401, {}],
  ["rate-limited", 429, { "retry-after": "7" }],
  ["unavailable", 503, { "retry-after": "7" }],
])("%s happens once, after the preceding calls succeed", async (name, status, headers) => {
  const { mdm } = await signedIn();
  await fault(mdm, name, { after: 1, seconds: name === "unauthorized-once" ? undefined : 7 });
  expect(await mdm.ask("GET /account")).toMatchObject({ status: 200 });
  expect(await mdm.ask("GET /account")).toMatchObject({ status, headers });
  expect(await mdm.ask("GET /account")).toMatchObject({ status: 200 });
  expect(parseBody(await mdm.control("GET", "/faults"))).toEqual([]);
});

test("a fault happens the given number of times at the given path, VPP's too", async () => {
  const { mdm } = await signedIn();
  await fault(mdm, "unavailable", { count: 2, path: "/profile" });
  await fault(mdm, "unavailable", { path: "/mdm/v2" });
  expect(await mdm.ask("GET /account")).toMatchObject({ status: 200 });
  const waits = { status: 503, headers: { "retry-after": "1" } };
  for (const answer of [waits, waits, { status: 400 }]) expect(await mdm.ask("GET /profile")).toMatchObject(answer);
  const config = () => mdm.send({ method: "GET", url: `${SIMULATOR_BASE_URL}/mdm/v2/service/config`, headers: {} });
  expect([(await config()).status, (await config()).status]).toEqual([503, 200]);
});

test.each([
  ["reset", "connection lost"],
  ["slow", "timed out waiting for a response"],
])("after %s the change is made, but its response is lost", async (name, message) => {
  const { simulator, mdm, serials } = await signedIn();
  await fault(mdm, name, { path: "/profile" });
  const profile = { profile_name: "a", url: "https://mdm.example.jp", devices: serials.slice(0, 1) };
  await expect(mdm.ask("POST /profile", profile)).rejects.toMatchObject({ code: "unavailable", message });
  expect([...simulator.devices()][0]).toMatchObject({ profileStatus: "assigned" });
});

test("a truncated response is not valid JSON", async () => {
  const { mdm } = await signedIn();
  await fault(mdm, "cut-json");
  const { status, body } = await mdm.ask("POST /server/devices", {});
  expect(status).toBe(200);
  expect(() => void JSON.parse(body)).toThrow("JSON");
});

test("apple 3: a stuck cursor does not advance, although more devices are announced", async () => {
  const { mdm, serials } = await signedIn();
  const first = parseBody(await mdm.ask("POST /server/devices", { limit: 10 }));
  await fault(mdm, "stuck-cursor");
  const stuck = parseBody(await mdm.ask("POST /server/devices", { limit: 10, cursor: first["cursor"] }));
  expect(stuck).toMatchObject({ cursor: first["cursor"], more_to_follow: true });
  const { devices, cursor } = await mdm.fetch(10, String(first["cursor"]));
  expect(devices.map((device) => device["serial_number"])).toEqual(serials.slice(10));
  await fault(mdm, "stuck-cursor");
  expect(parseBody(await mdm.ask("POST /devices/sync", { cursor }))).toMatchObject({ cursor, more_to_follow: true });
  await fault(mdm, "stuck-cursor");
  const begun = parseBody(await mdm.ask("POST /server/devices", { limit: 10 }));
  expect((await mdm.fetch(1000, String(begun["cursor"]))).devices).toHaveLength(25);
});

test("a device with an unreadable date is the given one or the first of a response, until it is cleared", async () => {
  const { mdm, serials } = await signedIn();
  const unreadable = async () =>
    (await mdm.fetch(1000)).devices.flatMap((device) =>
      device["device_assigned_date"] === "yesterday" ? [device["serial_number"]] : [],
    );
  await fault(mdm, "unreadable-device", { serials: serials.slice(3, 5) });
  expect([await unreadable(), await unreadable()]).toEqual([serials.slice(3, 5), serials.slice(3, 5)]);
  await mdm.control("DELETE", "/faults");
  await fault(mdm, "unreadable-device", { count: 1 });
  expect([await unreadable(), await unreadable()]).toEqual([serials.slice(0, 1), []]);
});

test("a cursor expires on request", async () => {
  const { mdm } = await signedIn();
  const { cursor } = await mdm.fetch(1000);
  await fault(mdm, "expired-cursor");
  expect(await mdm.ask("POST /devices/sync", { cursor })).toMatchObject({ status: 400, body: "EXPIRED_CURSOR" });
  expect(await mdm.ask("POST /devices/sync", { cursor })).toMatchObject({ status: 200 });
});

test("apple 3: a device appears twice, and the stream returns the older record last", async () => {
  const { mdm, serials } = await signedIn();
  await fault(mdm, "duplicate-device");
  const { devices, cursor } = await mdm.fetch(1000);
  const told = devices.map((device) => device["serial_number"]);
  expect([told.length, new Set(told).size, told.at(-1)]).toEqual([26, 25, told[0]]);
  await mdm.control("POST", "/devices/release", { serials: serials.slice(0, 1) });
  await fault(mdm, "duplicate-device");
  const [gone, older, ...rest] = (await mdm.sync(1000, cursor)).devices as [Device, Device];
  expect([gone["op_type"], older["op_type"], rest]).toEqual(["deleted", "modified", []]);
  expect(older["op_date"] && gone["op_date"] && older["op_date"] < gone["op_date"]).toBe(true);
});

test("apple 3: returns THROTTLED with its waiting time, FAILED, and omits a serial number", async () => {
  const { mdm, serials } = await signedIn();
  const [one = "", two = "", three = "", four = ""] = serials;
  const profile = parseBody(await mdm.ask("POST /profile", { profile_name: "a", url: "https://mdm.example.jp" }));
  const body = { profile_uuid: profile["profile_uuid"], devices: serials.slice(0, 4) };
  await fault(mdm, "throttled", { serials: [one], seconds: 90 });
  await fault(mdm, "failed", { serials: [two] });
  await fault(mdm, "left-out", { serials: [three], count: 3 });
  const answer = parseBody(await mdm.ask("PUT /profile/devices", body));
  expect(answer["devices"]).toEqual({ [one]: "THROTTLED", [two]: "FAILED", [four]: "SUCCESS" });
  expect(answer["retry_after_seconds"]).toBe(90);
  const older = async (version: string) =>
    parseBody(await mdm.ask("PUT /profile/devices", body, { "x-server-protocol-version": version }));
  expect(await older("9")).not.toHaveProperty("retry_after_seconds");
  expect((await older("8"))["devices"]).toMatchObject({ [one]: "FAILED" });
});

test("errors can be quoted, as in depsim", async () => {
  const { mdm } = await signedIn();
  await fault(mdm, "quoted");
  expect(await mdm.ask("POST /devices/sync", { cursor: "x" })).toMatchObject({ status: 400, body: '"INVALID_CURSOR"' });
  expect(await mdm.ask("GET /account")).toMatchObject({ status: 200 });
});
