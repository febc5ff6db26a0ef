import { expect, test } from "vitest";
import type { Device, OrgDetail, User, WrittenDevice } from "../../lib/client/index.ts";
import { run } from "#support/commands/program.ts";
import { example, toWritten } from "#support/commands/tenant.ts";

const { after } = example<WrittenDevice>("createDevice");
const made = (change: Partial<Device> = {}, more: Partial<WrittenDevice> = {}): WrittenDevice =>
  toWritten(null, { ...after, ...change }, more);
const org = example<{ items: OrgDetail[] }>("findOrgs").items[0] as OrgDetail;

test("an organisation can be the owner, and a dry run is sent as a dry run", async () => {
  const tenant = { findOrgs: { items: [org] }, createDevice: made({}, { dryRun: true }) };
  const { requests, stderr } = await run("devices create S1 --owner-org 営業部 --dry-run", { tenant });
  expect(requests[1]).toEqual({
    operation: "createDevice",
    json: { serialNumber: "S1", ownerOrg: org.id, dryRun: true },
  });
  expect(stderr).toBe("would be created: SERIAL000001\ndry run: nothing was changed\n");
});

test.each([
  [null, true],
  ["taro01", false],
])("the owner of a Fully Managed device needs a CLOMO account (%s)", async (accountName, warns) => {
  const [user] = example<{ items: User[] }>("findUsers").items;
  const owner = { id: String(user?.id), name: "太郎", email: "taro@example.jp" };
  const tenant = {
    findUsers: { items: [{ ...user, accountName }] },
    createDevice: made({ platform: "Android", androidMode: "fully-managed", owner }),
  };
  const { stderr } = await run("devices create S1 --platform Android --owner taro@example.jp", { tenant });
  expect(stderr.includes("太郎 <taro@example.jp> has no CLOMO account")).toBe(warns);
});
