import { expect, test } from "vitest";
import type { Device, OrgDetail, WrittenDevice } from "../../lib/client/index.ts";
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
