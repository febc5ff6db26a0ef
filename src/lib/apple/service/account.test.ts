import { describe, expect, test } from "vitest";
import { parseAccount, findDeviceLimit } from "./account.ts";

const WHERE = "GET https://a.example/account";

/** As micromdm keeps one: dep/testdata/account_response.json. */
const ACCOUNT = {
  server_name: "CLOMO",
  server_uuid: "677CAB70FE18AB3C",
  facilitator_id: "facilitator@example.jp",
  admin_id: "admin@example.jp",
  org_name: "株式会社例",
  org_email: "it@example.jp",
  org_phone: "03-0000-0000",
  org_address: "東京都",
  org_type: "org",
  org_version: "v2",
  org_id: "1234",
  org_id_hash: "abcd",
  urls: [
    { uri: "/session", http_method: ["GET"] },
    { uri: "/server/devices", http_method: ["POST"], limit: { default: 100, maximum: 500 } },
    { uri: "/profile/devices", http_method: ["POST", "PUT"], limit: { maximum: 250 } },
  ],
};

test("an account has a server, an organisation and limits", () => {
  expect(parseAccount(WHERE, ACCOUNT)).toEqual({
    serverName: "CLOMO",
    serverUuid: "677CAB70FE18AB3C",
    adminId: "admin@example.jp",
    orgName: "株式会社例",
    limits: [
      { path: "/server/devices", method: "POST", maximum: 500 },
      { path: "/profile/devices", method: "POST", maximum: 250 },
      { path: "/profile/devices", method: "PUT", maximum: 250 },
    ],
  });
});

test("limits depend on method and path, with Apple's limits as the default", () => {
  const account = parseAccount(WHERE, ACCOUNT);
  expect(findDeviceLimit(account, "/server/devices", "POST")).toBe(500);
  expect(findDeviceLimit(account, "/server/devices", "GET")).toBe(1000);
  expect(findDeviceLimit(account, "/devices", "POST")).toBe(1000);
});

describe("an undocumented response", () => {
  const limited = (limit: unknown, http_method: unknown = ["POST"]) => ({
    urls: [{ uri: "/devices", http_method, limit }],
  });

  test.each([
    ["server_name", { server_name: undefined }],
    ["server_uuid", { server_uuid: "" }],
    ["org_name", { org_name: 1 }],
    ["urls", { urls: "none" }],
    ["urls", { urls: [1] }],
    ["uri", { urls: [{ limit: { maximum: 1 } }] }],
    ["limit", limited(0)],
    ["limit", limited({ maximum: 0 })],
    ["limit", limited({ maximum: 1.5 })],
    ["http_method", limited({ maximum: 1 }, "POST")],
    ["http_method", limited({ maximum: 1 }, [1])],
  ])("is refused with the name of the member %s", (member, change) => {
    expect(() => parseAccount(WHERE, { ...ACCOUNT, ...change })).toThrow(
      expect.objectContaining({ code: "unavailable", message: expect.stringMatching(`: ${member}$`) }),
    );
  });
});
