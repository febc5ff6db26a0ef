import { expect, test } from "vitest";
import type { Device } from "../../lib/client/index.ts";
import { run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const [owned] = example<{ items: readonly [Device] }>("devices").items;
const spare: Device = { ...owned, id: owned.id.replace(/\d$/, "9"), serialNumber: "SERIAL000002", owner: null };

const page = (next: string | null, ...items: readonly Device[]) => ({ items, next });

test.each([
  ["本社/営業部", "本社/営業部"],
  ["", "全社"],
])("shows people the organisation that owns a device, %j, as its owner", async (path, told) => {
  const tenant = { devices: page(null, { ...spare, ownerOrg: { id: spare.id, code: null, path } }) };
  const { stdout } = await run("devices list --fields serialNumber,owner", { tenant, terminal: { columns: 100 } });
  expect(stdout).toMatch(new RegExp(`SERIAL000002 +${told}\n`));
});

test("looks up an organisation by its name, and sends the other filters to the tenant", async () => {
  const [org] = example<{ items: readonly [{ id: string }] }>("findOrgs").items;
  const tenant = { findOrgs: { items: [org] }, devices: page(null) };
  const line = "devices list --org 本社/営業部 --search 貸出 --status 事前登録 --platform Android --tag 貸出用";
  expect((await run(line, { tenant })).requests).toEqual([
    { operation: "findOrgs", query: { name: "本社/営業部" } },
    {
      operation: "devices",
      query: { org: org.id, search: "貸出", status: "事前登録", platform: "Android", tag: "貸出用" },
    },
  ]);
});

test("keeps serial numbers whole on a narrow terminal", async () => {
  const serials = ["SN000000000000001", "SN000000000000002"] as const;
  const devices = serials.map((serialNumber) => ({ ...owned, serialNumber, identificationName: "x".repeat(40) }));
  const line = "devices list --fields serialNumber,identificationName,phoneNumber,owner";
  const { stdout } = await run(line, { tenant: { devices: page(null, ...devices) }, terminal: { columns: 60 } });
  expect(stdout).toContain("x…");
  for (const serial of serials) expect(stdout).toContain(`\n${serial}  `);
});
