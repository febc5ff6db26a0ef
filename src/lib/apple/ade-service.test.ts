import { describe, expect, test } from "vitest";
import type { AppleRequest } from "./retry.ts";
import { FakeApple, createJsonResponse, type FakeAppleResponse } from "#support/apple/apple.ts";
import { isCursorRefusal } from "./ade-session.ts";
import { openDeviceService } from "./ade-service.ts";

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

/** Session s1, which r2, r3, … replace; `answer` for all other requests, counted from 1. */
function service(answer: (request: AppleRequest, count: number) => FakeAppleResponse) {
  let sessions = 0;
  let count = 0;
  const apple = new FakeApple((request) => {
    if (isSession(request)) {
      const opened = createJsonResponse({ auth_session_token: `s${(sessions += 1)}` });
      return sessions === 1 ? opened : { ...opened, headers: { "x-adm-auth-session": `r${sessions}` } };
    }
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
    expect(isCursorRefusal(await ade.syncDevices("c").catch((error: unknown) => error))).toBe(true);
    await ade.account();
    expect(calls(apple).map(sessionOf)).toEqual(["s1", "t1"]);
  });

  test.each([
    ["401", { status: 401, body: "Unauthorized" }],
    ["403 of depsim", { status: 403, body: '"FORBIDDEN"' }],
  ])("is opened again if it ended (%s), and the same request is sent once more", async (_, over) => {
    const { apple, service: ade } = service((__, count) =>
      count === 1 ? over : createJsonResponse({ devices: [], cursor: "d", more_to_follow: false }),
    );
    await ade.syncDevices("c");
    expect(apple.lines).toEqual(["GET /session", "POST /devices/sync", "GET /session", "POST /devices/sync"]);
    const [first, second] = calls(apple);
    expect(second?.body).toBe(first?.body);
    expect(calls(apple).map(sessionOf)).toEqual(["s1", "r2"]);
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
    const page = await ade.fetchDevices();
    expect(page).toMatchObject({ devices: [{ serialNumber: "A" }], cursor: "c2", moreToFollow: false });
    await ade.fetchDevices("c1");
    await ade.syncDevices("c2");
    expect(calls(apple).map(sentOf)).toEqual([
      ["POST", "https://a.example/server/devices", { limit: 1000 }],
      ["POST", "https://a.example/server/devices", { cursor: "c1", limit: 1000 }],
      ["POST", "https://a.example/devices/sync", { cursor: "c2", limit: 1000 }],
    ]);
  });

  test("are fetched again after a truncated response, as often as after a missing one", async () => {
    const cut = { body: JSON.stringify(PAGE).slice(0, -3), headers: { "x-adm-auth-session": "t1" } };
    const { apple, service: ade } = service((_, count) => (count < 3 ? cut : createJsonResponse(PAGE)));
    expect(await ade.fetchDevices()).toMatchObject({ cursor: "c2" });
    expect(apple.waits).toEqual([1000, 2000]);
    expect(calls(apple).map(sessionOf)).toEqual(["s1", "t1", "t1"]);
    const never = service(() => cut);
    await expect(never.service.account()).rejects.toThrow("is not as documented: JSON");
    expect(calls(never.apple)).toHaveLength(4);
  });
});
