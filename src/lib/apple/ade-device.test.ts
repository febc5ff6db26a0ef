import { describe, expect, test } from "vitest";
import { parseAccount, parseDevice, parseDevicePage } from "./ade-service.ts";

const WHERE = "POST https://a.example/server/devices";

const ROW = {
  serial_number: "C8TJ500QF1MN",
  model: "IPHONE 15",
  description: "IPHONE 15 BLACK 128GB-JPN",
  color: "BLACK",
  asset_tag: "A-1",
  profile_status: "assigned",
  profile_uuid: "88FC4E378FEA4021A94B2D7268FBF767",
  profile_assign_time: "2026-11-01T00:00:00Z",
  profile_push_time: "2026-11-02T00:00:00Z",
  device_assigned_date: "2026-10-31T15:00:00Z",
  device_assigned_by: "admin@example.jp",
  os: "iOS",
  device_family: "iPhone",
  mdm_migration_deadline: "2027-02-28T15:00:00Z",
  op_type: "added",
  op_date: "2026-10-31T15:00:01Z",
};

describe("a device", () => {
  test("has the properties that Apple returns", () => {
    const camel = (name: string): string => name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
    const expected = Object.fromEntries(Object.entries(ROW).map(([name, value]) => [camel(name), value]));
    expect(parseDevice(WHERE, { ...ROW, something_new: { a: 1 } })).toEqual(expected);
  });

  test("has null for properties that Apple omits", () => {
    const device = parseDevice(WHERE, { serial_number: "A", model: null, op_date: "", device_assigned_by: "-1" });
    expect(Object.entries(device).filter(([, value]) => value !== null)).toEqual([
      ["serialNumber", "A"],
      ["deviceAssignedBy", "-1"],
    ]);
    expect(Object.keys(device)).toHaveLength(16);
  });

  test.each([
    ["2026-11-01T09:00:00+0900", "2026-11-01T00:00:00Z"],
    ["2026-11-01T00:00:00.123Z", "2026-11-01T00:00:00Z"],
    ["2028-02-29T00:00:00Z", "2028-02-29T00:00:00Z"],
    ["2026-04-30T00:00:00Z", "2026-04-30T00:00:00Z"],
  ])("has %s as a UTC instant", (op_date, opDate) => {
    expect(parseDevice(WHERE, { serial_number: "A", op_date })).toMatchObject({ opDate });
  });

  test.each([
    ["serial_number", undefined],
    ["serial_number", ""],
    ["serial_number", "A".repeat(65)],
    ["serial_number", "A\u001B[31m"],
    ["serial_number", "あ"],
    ["serial_number", 1],
    ["model", 7],
    ["description", ["SECRET"]],
    ["color", "\0"],
    ["asset_tag", "\uD800"],
    ["asset_tag", "A".repeat(5000)],
    ["profile_status", {}],
    ["op_date", "2026-02-30T00:00:00Z"],
    ["op_date", "2026-04-31T00:00:00Z"],
    ["op_date", "SECRET"],
    ["op_date", 1_700_000_000],
    ["profile_assign_time", "2026-11-01T25:00:00Z"],
  ])("is refused with only the member name %s if the value is %j", (member, value) => {
    expect(() => parseDevice(WHERE, { ...ROW, [member]: value })).toThrow(
      expect.objectContaining({
        code: "unavailable",
        where: WHERE,
        message: `Apple's response is not as documented: ${member}`,
        cause: undefined,
      }),
    );
  });
});

describe("a page", () => {
  const PAGE = { devices: [ROW], cursor: "c1", fetched_until: "2026-11-22T19:00:00Z", more_to_follow: true };

  test("has devices and a cursor", () => {
    expect(parseDevicePage(WHERE, PAGE)).toMatchObject({
      devices: [{ serialNumber: ROW.serial_number }],
      cursor: "c1",
      moreToFollow: true,
    });
    expect(parseDevicePage(WHERE, { cursor: "c", more_to_follow: false })).toEqual({
      devices: [],
      cursor: "c",
      moreToFollow: false,
    });
  });

  test.each([
    ["devices", { SN: ROW }],
    ["cursor", undefined],
    ["cursor", ""],
    ["cursor", "c".repeat(5000)],
    ["more_to_follow", "false"],
    ["more_to_follow", undefined],
  ])("is refused with the member name %s if the value is %j", (member, value) => {
    expect(() => parseDevicePage(WHERE, { ...PAGE, [member]: value })).toThrow(`not as documented: ${member}`);
  });
});

describe("an account", () => {
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

  test("has a server, an organisation", () => {
    expect(parseAccount(WHERE, ACCOUNT)).toEqual({
      serverName: "CLOMO",
      serverUuid: "677CAB70FE18AB3C",
      adminId: "admin@example.jp",
      orgName: "株式会社例",
    });
  });

  test.each([
    ["server_name", undefined],
    ["server_uuid", ""],
    ["org_name", 1],
  ])("is refused with the member name %s if the value is %j", (member, value) => {
    expect(() => parseAccount(WHERE, { ...ACCOUNT, [member]: value })).toThrow(`not as documented: ${member}`);
  });
});
