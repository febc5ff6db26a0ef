import { expect, test } from "vitest";
import type { Device, OrgDetail, User, WrittenDevice } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { text } from "../../lib/text/index.ts";
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

test("warns if the owner has another Android device, because the account is for one device", async () => {
  const using: Device = { ...after, platform: "Android", status: "管理中", androidMode: "comp" };
  const other = { ...using, id: after.id.replace(/.$/, "7"), serialNumber: "S7" };
  const elsewhere = { ...other, id: after.id.replace(/.$/, "8"), platform: "iOS" };
  const devices = { items: [using, elsewhere, other], next: null };
  const { en } = await runInBoth("devices create S1", { tenant: { createDevice: made(using), devices } });
  expect(en.requests[1]).toEqual({ operation: "devices", query: { owner: using.owner?.id } });
  expect(en.stderr).toContain(
    "warning: SERIAL000001: 髙橋 花子 <hanako@example.co.jp> also owns the Android device S7; each account is intended for only one device\n",
  );
});

test("keeps a created device even if the owner's other devices cannot be read", async () => {
  const using: Device = { ...after, platform: "Android", status: "管理中", androidMode: "comp" };
  const locked = new Failure("locked", { what: text("locked", "使用中です") });
  const ran = await run("devices create S1 --lang en", { tenant: { createDevice: made(using), devices: locked } });
  expect(ran.exit).toBe(0);
  expect(ran.stderr).toBe("created: SERIAL000001\n");
});
