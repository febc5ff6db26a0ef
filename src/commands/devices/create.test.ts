import { expect, test } from "vitest";
import type { Device, OrgDetail, User, WrittenDevice } from "../../lib/client/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const { after } = example<WrittenDevice>("createDevice");
const made = (change: Partial<Device> = {}, more: Partial<WrittenDevice> = {}): WrittenDevice => ({
  before: null,
  after: { ...after, ...change },
  consoleTask: null,
  dryRun: false,
  ...more,
});
const org = example<{ items: OrgDetail[] }>("findOrgs").items[0] as OrgDetail;
const user = example<{ items: User[] }>("findUsers").items[0] as User;

test("sends each value in its field, and owners by their IDs", async () => {
  const words = [
    "devices",
    "create",
    "SERIAL000001",
    "--platform",
    "Android",
    "--status",
    "事前登録",
    "--memo",
    "x",
    "--identification-name",
    "1 号機",
    "--imei",
    "00 000000 000000 0",
    "--phone-number",
    "080",
    "--wifi-mac",
    "0",
    "--android-id",
    "1",
    "--android-mode",
    "comp",
    "--owner",
    "hanako@example.co.jp",
    "--tag",
    "b",
    "--tag",
    "a",
  ];
  const tenant = { findUsers: { items: [user] }, createDevice: made({ owner: null }) };
  const { en } = await runInBoth(words, { tenant });
  expect(en.requests).toEqual([
    { operation: "findUsers", query: { name: "hanako@example.co.jp" } },
    {
      operation: "createDevice",
      json: {
        serialNumber: "SERIAL000001",
        platform: "Android",
        status: "事前登録",
        identificationName: "1 号機",
        imei: "00 000000 000000 0",
        phoneNumber: "080",
        wifiMac: "0",
        androidId: "1",
        owner: user.id,
        memo: "x",
        androidMode: "comp",
        tags: ["b", "a"],
        dryRun: false,
      },
    },
  ]);
  expect(en.stderr).toBe("created: SERIAL000001\n");
});

test("an organisation can be the owner, and a dry run is sent as a dry run", async () => {
  const tenant = { findOrgs: { items: [org] }, createDevice: made({}, { dryRun: true }) };
  const { requests, stderr } = await run("devices create S1 --owner-org 営業部 --dry-run", { tenant });
  expect(requests[1]).toEqual({
    operation: "createDevice",
    json: { serialNumber: "S1", ownerOrg: org.id, dryRun: true },
  });
  expect(stderr).toBe("would be created: SERIAL000001\ndry run: nothing was changed\n");
});
