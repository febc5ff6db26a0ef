import { expect, test } from "vitest";
import { openForEachTest, type TestTenant } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
openForEachTest((opened) => (tenant = opened));

test("a contract can lose its start", async () => {
  for (const from of ["2026-04-01", null]) await tenant.client.tenant.set({ contracts: [{ name: "MDM", from }] });
  expect((await tenant.client.tenant.show()).profile?.contracts).toMatchObject([{ name: "MDM", from: null }]);
});

test("a profile can lose its start and its memo", async () => {
  const { "config-profiles": profiles } = tenant.client;
  const created = await profiles.create({ name: "VPN", kind: "custom", since: "2026-04-01", memo: "x" });
  const { after } = await profiles.edit(created.after.id, { since: null, memo: null });
  expect(after).toMatchObject({ since: null, memo: null });
});

test("the memo of a device can have several lines", async () => {
  const { devices } = tenant.client;
  const { after } = await devices.create({ serialNumber: "SERIAL1", memo: "一\n二" });
  expect(after).toMatchObject({ memo: "一\n二" });
});

test("a user can be marked as an administrator by hand", async () => {
  const { users } = tenant.client;
  const created = await users.create({ name: "次郎", emails: ["jiro@example.jp"] });
  const { after } = await users.edit(created.after.id, { administrator: true });
  expect(after).toMatchObject({ administrator: true });
});
