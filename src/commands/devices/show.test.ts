import { expect, test } from "vitest";
import type { Device } from "../../lib/client/index.ts";
import { run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const [owned] = example<{ items: readonly [Device] }>("findDevices").items;
const spare: Device = {
  ...owned,
  id: owned.id.replace(/\d$/, "9"),
  serialNumber: "SERIAL000002",
  identificationName: null,
  owner: null,
};

const finding = (...items: readonly Device[]) => ({ findDevices: { items } });

test("sends the typed name with its blanks, and shows the whole device that was found", async () => {
  const line = ["devices", "show", "00 000000 000000 0", "--format", "json"];
  const { exit, stdout, requests } = await run(line, { tenant: finding(spare) });
  expect(exit).toBe(0);
  expect(requests).toEqual([{ operation: "findDevices", query: { name: "00 000000 000000 0" } }]);
  const owning = { owner: null, ownerEmail: null, ownerId: null, ownerOrg: null, ownerOrgCode: null, ownerOrgId: null };
  const of = { org: spare.org?.path, orgCode: spare.org?.code, orgId: spare.org?.id };
  expect(JSON.parse(stdout)).toEqual({ ...spare, ...owning, ...of });
});
