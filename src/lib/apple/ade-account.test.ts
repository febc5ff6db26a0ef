import { describe, expect, test } from "vitest";
import { parseAccount } from "./ade-service.ts";

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
};

test("an account has a server, an organisation", () => {
  expect(parseAccount(WHERE, ACCOUNT)).toEqual({
    serverName: "CLOMO",
    serverUuid: "677CAB70FE18AB3C",
    adminId: "admin@example.jp",
    orgName: "株式会社例",
  });
});

describe("an undocumented response", () => {
  test.each([
    ["server_name", { server_name: undefined }],
    ["server_uuid", { server_uuid: "" }],
    ["org_name", { org_name: 1 }],
  ])("is refused with the name of the member %s", (member, change) => {
    expect(() => parseAccount(WHERE, { ...ACCOUNT, ...change })).toThrow(
      expect.objectContaining({ code: "unavailable", message: expect.stringMatching(`: ${member}$`) }),
    );
  });
});
