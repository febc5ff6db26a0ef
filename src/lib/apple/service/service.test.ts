import { describe, expect, test } from "vitest";
import { Failure } from "../../errors/index.ts";
import { same } from "../../text/index.ts";
import type { AppleRequest } from "../send.ts";
import { FakeApple, createJsonResponse, type FakeAppleResponse } from "#support/apple/apple.ts";
import { CursorRefusal } from "./errors.ts";
import { openDeviceService } from "./service.ts";

const TOKEN = {
  consumerKey: "CK_1",
  consumerSecret: "CS_SECRET",
  accessToken: "AT_1",
  accessSecret: "AS_SECRET",
  expiresAt: "2027-11-22T00:00:00Z",
};
const ACCOUNT = { server_name: "CLOMO", server_uuid: "U1", org_name: "例" };

const isSession = ({ url }: AppleRequest): boolean => url.endsWith("/session");
const sessionOf = ({ headers }: AppleRequest): string | undefined => headers["x-adm-auth-session"];

/** Sessions s1, s2, …; `answer` for all other requests, counted from 1. */
function service(answer: (request: AppleRequest, count: number) => FakeAppleResponse) {
  let sessions = 0;
  let count = 0;
  const apple = new FakeApple((request) => {
    if (isSession(request)) return createJsonResponse({ auth_session_token: `s${(sessions += 1)}` });
    return answer(request, (count += 1));
  });
  let used = 0;
  const opened = openDeviceService({
    ...apple.patience,
    base: "https://a.example",
    token: TOKEN,
    random: (size) => new Uint8Array(size).fill((used += 1)),
    program: "clomoctl/1.2.3",
  });
  return { apple, service: opened };
}

const sentOf = ({ method, url, body = "null" }: AppleRequest): readonly unknown[] => [method, url, JSON.parse(body)];

const calls = (apple: FakeApple) => apple.requests.filter((request) => !isSession(request));

describe("the session", () => {
  test("is opened by the first call, with a signature", async () => {
    const { apple, service: ade } = service(() => createJsonResponse(ACCOUNT));
    expect(apple.requests).toEqual([]);
    await ade.account();
    await ade.account();
    expect(apple.lines).toEqual(["GET /session", "GET /account", "GET /account"]);
    const [opening, call] = apple.requests;
    expect(opening?.headers).toMatchObject({
      authorization: expect.stringMatching(
        /^OAuth oauth_consumer_key="CK_1", oauth_nonce="(?:01){16}",.*oauth_timestamp="1795374000"/,
      ),
      "user-agent": "clomoctl/1.2.3",
    });
    expect(call).toMatchObject({
      url: "https://a.example/account",
      headers: {
        "user-agent": "clomoctl/1.2.3",
        accept: "application/json;charset=UTF8",
        "content-type": "application/json;charset=UTF8",
        "x-server-protocol-version": "10",
        "x-adm-auth-session": "s1",
      },
      body: undefined,
    });
    expect(call?.headers).not.toHaveProperty("authorization");
    expect(JSON.stringify(apple.requests)).not.toContain("SECRET");
  });

  test("is replaced by the session in any response", async () => {
    const { apple, service: ade } = service((_, count) => ({
      ...createJsonResponse(ACCOUNT),
      ...(count === 2 ? {} : { headers: { "x-adm-auth-session": `t${count}` } }),
    }));
    for (let n = 0; n < 4; n += 1) await ade.account();
    expect(calls(apple).map(sessionOf)).toEqual(["s1", "t1", "t1", "t3"]);
  });

  test("is replaced by the session in a refusal, too", async () => {
    const { apple, service: ade } = service((_, count) =>
      count === 1
        ? { status: 400, headers: { "x-adm-auth-session": "t1" }, body: "EXPIRED_CURSOR" }
        : createJsonResponse(ACCOUNT),
    );
    await expect(ade.syncDevices({ cursor: "c", limit: 10 })).rejects.toBeInstanceOf(CursorRefusal);
    await ade.account();
    expect(calls(apple).map(sessionOf)).toEqual(["s1", "t1"]);
  });

  test.each([
    ["401", { status: 401, body: "Unauthorized" }],
    ["403 of depsim", { status: 403, body: '"FORBIDDEN"' }],
  ])("is opened again if it ended (%s), and the same request is sent once more", async (_, over) => {
    const { apple, service: ade } = service((__, count) =>
      count === 1 ? over : createJsonResponse({ devices: { A: "SUCCESS" } }),
    );
    await ade.assign("P", ["A"]);
    expect(apple.lines).toEqual(["GET /session", "POST /profile/devices", "GET /session", "POST /profile/devices"]);
    const [first, second] = calls(apple);
    expect(second?.body).toBe(first?.body);
    expect(calls(apple).map(sessionOf)).toEqual(["s1", "s2"]);
  });

  test("causes a failure if it ends again", async () => {
    const { apple, service: ade } = service(() => ({ status: 401, body: "Unauthorized" }));
    await expect(ade.account()).rejects.toMatchObject({ code: "not-permitted" });
    expect(apple.lines).toEqual(["GET /session", "GET /account", "GET /session", "GET /account"]);
  });

  test("is not opened again if the terms are not accepted", async () => {
    const { apple, service: ade } = service(() => ({ status: 403, body: "T_C_NOT_SIGNEDForbidden" }));
    await expect(ade.account()).rejects.toMatchObject({ apple: "T_C_NOT_SIGNED" });
    expect(apple.requests).toHaveLength(2);
  });

  test("is requested once by simultaneous calls", async () => {
    const { apple, service: ade } = service((request) =>
      sessionOf(request) === "s1" ? { status: 401, body: "" } : createJsonResponse(ACCOUNT),
    );
    await Promise.all([ade.account(), ade.account(), ade.account()]);
    expect(apple.requests.filter(isSession)).toHaveLength(2);
  });

  test("each attempt has a new signature", async () => {
    const apple = new FakeApple((request, count) => {
      if (count === 1) return { status: 503 };
      return isSession(request) ? createJsonResponse({ auth_session_token: "s" }) : createJsonResponse(ACCOUNT);
    });
    let used = 0;
    await openDeviceService({
      ...apple.patience,
      base: "https://a.example",
      token: TOKEN,
      random: (size) => new Uint8Array(size).fill((used += 1)),
      program: "clomoctl/1",
    }).account();
    const nonces = apple.requests
      .filter(isSession)
      .map(({ headers }) => /nonce="(\w+)"/.exec(headers["authorization"] ?? "")?.[1]);
    expect(nonces).toEqual(["01".repeat(16), "02".repeat(16)]);
  });

  test.each([
    [createJsonResponse({}), "unavailable"],
    [createJsonResponse({ auth_session_token: "a\r\nx: y" }), "unavailable"],
    [{ body: "<html>" }, "unavailable"],
    [{ status: 403, body: "token_rejectedForbidden" }, "not-permitted"],
    [{ status: 401, body: "oauth_problem_adviceUnauthorized" }, "not-permitted"],
  ])("causes a failure if it is missing: %j", async (answer, code) => {
    const apple = new FakeApple(() => answer);
    const random = (size: number) => new Uint8Array(size);
    const access = { ...apple.patience, base: "https://a.example", token: TOKEN, random, program: "p/1" };
    await expect(openDeviceService(access).account()).rejects.toMatchObject({
      code,
      where: "GET https://a.example/session",
    });
    expect(apple.lines).toEqual(["GET /session"]);
  });
});

describe("devices", () => {
  const PAGE = { devices: [{ serial_number: "A" }], cursor: "c2", more_to_follow: false };

  test("are fetched, and their changes are synchronised", async () => {
    const { apple, service: ade } = service(() => createJsonResponse(PAGE));
    const page = await ade.fetchDevices({ limit: 1000 });
    expect(page).toMatchObject({ devices: [{ serialNumber: "A" }], cursor: "c2", moreToFollow: false });
    await ade.fetchDevices({ cursor: "c1", limit: 10 });
    await ade.syncDevices({ cursor: "c2", limit: 10 });
    expect(calls(apple).map(sentOf)).toEqual([
      ["POST", "https://a.example/server/devices", { limit: 1000 }],
      ["POST", "https://a.example/server/devices", { cursor: "c1", limit: 10 }],
      ["POST", "https://a.example/devices/sync", { cursor: "c2", limit: 10 }],
    ]);
  });

  test("are fetched again if there was no response", async () => {
    const reset = new Failure("unavailable", { what: same("connection lost") });
    const { apple, service: ade } = service((_, count) => (count < 3 ? reset : createJsonResponse(PAGE)));
    await ade.syncDevices({ cursor: "c", limit: 10 });
    expect(calls(apple)).toHaveLength(3);
    expect(apple.waits).toEqual([1000, 2000]);
  });

  test("are fetched again after a truncated response, as often as after a missing one", async () => {
    const cut = { body: JSON.stringify(PAGE).slice(0, -3) };
    const { apple, service: ade } = service((_, count) => (count < 3 ? cut : createJsonResponse(PAGE)));
    expect(await ade.fetchDevices({ limit: 10 })).toMatchObject({ cursor: "c2" });
    expect(apple.waits).toEqual([1000, 2000]);
    const never = service(() => cut);
    await expect(never.service.account()).rejects.toThrow("does not match Apple's documentation: JSON");
    expect(calls(never.apple)).toHaveLength(4);
  });

  test("are looked up by serial number", async () => {
    const { service: ade } = service(() =>
      createJsonResponse({
        devices: {
          A: { serial_number: "A", model: "IPHONE", response_status: "SUCCESS" },
          B: { response_status: "NOT_ACCESSIBLE" },
          constructor: { response_status: "SUCCESS" },
        },
      }),
    );
    const devices = await ade.devices(["A", "B", "C", "toString"]);
    expect([...devices]).toMatchObject([
      ["A", { result: "SUCCESS", device: { serialNumber: "A", model: "IPHONE" } }],
      ["B", { result: "NOT_ACCESSIBLE", device: null }],
      ["C", { result: "FAILED", device: null }],
      ["toString", { result: "FAILED", device: null }],
    ]);
  });
});

describe("profiles", () => {
  test("are defined and shown", async () => {
    const { apple, service: ade } = service(({ method }) =>
      method === "POST"
        ? createJsonResponse({ profile_uuid: "P1", devices: { A: "SUCCESS" } })
        : createJsonResponse({ profile_name: "本社" }),
    );
    const defined = await ade.defineProfile({ profile_name: "本社", devices: ["A"] });
    expect(defined).toEqual({ profileUuid: "P1", results: new Map([["A", "SUCCESS"]]) });
    expect(await ade.profile("P1&x=1")).toEqual({ profile_name: "本社" });
    expect(apple.lines).toEqual(["GET /session", "POST /profile", "GET /profile?profile_uuid=P1%26x%3D1"]);
  });

  test("are not found if Apple does not have them", async () => {
    const { service: ade } = service(() => ({ status: 404, body: "NOT_FOUND" }));
    await expect(ade.profile("P1")).rejects.toMatchObject({
      code: "not-found",
      where: "GET https://a.example/profile",
    });
    await expect(ade.assign("P1", ["A"])).rejects.toMatchObject({ code: "not-found" });
  });

  test("are assigned and removed, with a result for each device", async () => {
    const devices = { A: "SUCCESS", B: "NOT_ACCESSIBLE", C: "FAILED", D: "THROTTLED", E: "LATER", X: "SUCCESS" };
    const { apple, service: ade } = service(() => createJsonResponse({ devices, retry_after_seconds: 90 }));
    const expected = {
      results: new Map([
        ["A", "SUCCESS"],
        ["B", "NOT_ACCESSIBLE"],
        ["C", "FAILED"],
        ["D", "THROTTLED"],
        ["E", "FAILED"],
        ["F", "FAILED"],
      ]),
      retryAfterSeconds: 90,
    };
    const serials = ["A", "B", "C", "D", "E", "F"];
    expect(await ade.assign("P1", serials)).toEqual(expected);
    expect(await ade.unassign(serials)).toEqual(expected);
    expect(calls(apple).map(sentOf)).toEqual([
      ["POST", "https://a.example/profile/devices", { profile_uuid: "P1", devices: serials }],
      ["DELETE", "https://a.example/profile/devices", { devices: serials }],
    ]);
  });

  test("ask to wait for at most a week", async () => {
    const { service: ade } = service(() => createJsonResponse({ devices: {}, retry_after_seconds: 1e15 }));
    expect(await ade.assign("A1", ["SERIAL1"])).toMatchObject({ retryAfterSeconds: 604_800 });
  });

  test.each([-1, "60", null])("do not ask to wait if the value is %j", async (retry_after_seconds) => {
    const { service: ade } = service(() => createJsonResponse({ devices: {}, retry_after_seconds }));
    expect(await ade.assign("P1", [])).toEqual({ results: new Map() });
  });

  test.each([
    ["lost", new Failure("unavailable", { what: same("connection lost") })],
    ["cut off", { body: '{"devices":{"A":"SUC' }],
  ])("are assigned again if the response was %s, unlike other changes", async (_, answer) => {
    const lost = service((_request, count) =>
      count === 1 ? answer : createJsonResponse({ devices: { A: "SUCCESS" } }),
    );
    expect((await lost.service.assign("P1", ["A"])).results).toEqual(new Map([["A", "SUCCESS"]]));
    expect(calls(lost.apple)).toHaveLength(2);
    for (const change of ["unassign", "defineProfile"] as const) {
      const once = service(() => answer);
      const work = change === "unassign" ? once.service.unassign(["A"]) : once.service.defineProfile({});
      await expect(work).rejects.toMatchObject({ code: "unavailable" });
      expect(calls(once.apple)).toHaveLength(1);
    }
  });

  test("are sent again if the server was busy", async () => {
    const busy = service((_, count) => (count === 1 ? { status: 429 } : createJsonResponse({ devices: {} })));
    await busy.service.assign("P1", ["A"]);
    expect(calls(busy.apple)).toHaveLength(2);
  });

  test("must have an object of results", async () => {
    const { service: ade } = service(() => createJsonResponse({ devices: ["A"] }));
    await expect(ade.assign("P1", ["A"])).rejects.toThrow("does not match Apple's documentation: devices");
  });
});
