import { describe, expect, test } from "vitest";
import { EXAMPLES } from "../../lib/contract/examples.ts";
import type { Device, Tenant } from "../../lib/client/index.ts";
import { inBoth, run } from "#support/commands/program.ts";
import { example, inTurn } from "#support/commands/tenant.ts";

const [owned] = example<{ items: readonly [Device] }>("devices").items;
const spare: Device = { ...owned, id: owned.id.replace(/\d$/, "9"), serialNumber: "SERIAL000002", owner: null };

const page = (next: string | null, ...items: readonly Device[]) => ({ items, next });

test("all pages are fetched; a device without an owner has three blank columns", async () => {
  const tenant = { devices: inTurn(page("7", owned), page(null, spare)) };
  const { exit, stdout, requests } = await run("devices list --fields serialNumber,owner,ownerEmail", { tenant });
  expect(exit).toBe(0);
  expect(stdout).toBe(
    "serialNumber\towner\townerEmail\nSERIAL000001\t髙橋 花子\thanako@example.co.jp\nSERIAL000002\t\t\n",
  );
  expect(requests).toEqual([{ operation: "devices" }, { operation: "devices", query: { cursor: "7" } }]);
});

test.each([
  ["本社/営業部", "本社/営業部"],
  ["", "全社"],
])("people read the organisation that owns a device, %j, as its owner", async (path, told) => {
  const tenant = { devices: page(null, { ...spare, ownerOrg: { id: spare.id, code: null, path } }) };
  const line = "devices list --fields serialNumber,owner";
  const { stdout } = await run(line, { tenant, terminal: { columns: 100 } });
  expect(stdout).toMatch(new RegExp(`SERIAL000002 +${told}\n`));
});

test("filters go to the tenant; no page is fetched that --limit does not need", async () => {
  const tenant = { devices: inTurn(page("7", owned, spare)) };
  const line = "devices list --filter-name 営業部 --filter-id SERIAL --limit 1 --fields imei";
  const { stdout, requests } = await run(line, { tenant });
  expect(stdout).toBe("imei\n00 000000 000000 0\n");
  expect(requests).toEqual([{ operation: "devices", query: { filterName: "営業部", filterId: "SERIAL" } }]);
});

test("an organisation is looked up by its name; what else narrows the list goes to the tenant too", async () => {
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

test("the devices of one user are asked for by the user's id", async () => {
  const [user] = example<{ items: readonly [{ id: string }] }>("findUsers").items;
  const tenant = { findUsers: { items: [user] }, devices: page(null, owned) };
  const { exit, requests } = await run("devices list --owner hanako@example.co.jp", { tenant });
  expect(exit).toBe(0);
  expect(requests).toEqual([
    { operation: "findUsers", query: { name: "hanako@example.co.jp" } },
    { operation: "devices", query: { owner: user.id } },
  ]);
});

test("every field is shown where it is not told which", async () => {
  const { stdout } = await run("devices list --format json", { tenant: { devices: page(null, owned, spare) } });
  const shown = ({ owner, ownerOrg, org, ...fields }: Device) => ({
    ...fields,
    owner: owner?.name ?? null,
    ownerEmail: owner?.email ?? null,
    ownerId: owner?.id ?? null,
    ownerOrg: ownerOrg?.path ?? null,
    ownerOrgCode: ownerOrg?.code ?? null,
    ownerOrgId: ownerOrg?.id ?? null,
    org: org?.path ?? null,
    orgCode: org?.code ?? null,
    orgId: org?.id ?? null,
  });
  expect(JSON.parse(stdout)).toEqual([shown(owned), shown(spare)]);
});

test("a table shows the usual ones, in the person's language", async () => {
  const circumstances = { tenant: { devices: page(null, owned) }, terminal: { columns: 200 } };
  const { en, ja } = await inBoth("devices list", circumstances);
  expect(en.stdout).toMatch(/^serial number +platform +status +identification name +owner\n/);
  expect(en.stdout).toContain("管理中");
  expect(ja.stdout).toMatch(/^シリアルナンバー +プラットフォーム +ステータス +端末識別名 +所有者\n/);
});

const LINE: object = EXAMPLES.get("devices")?.line ?? {};

test("ndjson with all fields is passed on as the tenant makes it", async () => {
  const lines = [LINE, { ...LINE, owner: null, ownerEmail: null, ownerId: null }];
  const line = "devices list --format ndjson --filter-id SERIAL";
  const all = await run(line, { tenant: { devices: lines } });
  expect(all.stdout).toBe(lines.map((one) => `${JSON.stringify(one)}\n`).join(""));
  expect(all.requests).toEqual([
    { operation: "devices", query: { filterId: "SERIAL" }, accept: "application/x-ndjson" },
  ]);
  const first = await run(`${line} --limit 1`, { tenant: { devices: lines } });
  expect(first.stdout).toBe(`${JSON.stringify(LINE)}\n`);
  const pages = await run("devices list --format ndjson --fields status", { tenant: { devices: page(null, owned) } });
  expect(pages.stdout).toBe('{"status":"管理中"}\n');
});

describe("none, on a terminal", () => {
  const none = { mirroredAt: "2026-11-18T01:00:00.000Z", devices: 0 };

  test.each([
    ["of a mirror into which none were taken it is said so", none, true],
    ["of one that has others, nothing is", { ...none, devices: 3 }, false],
    ["of a tenant that mirrors nothing, nothing is", { ...none, mirroredAt: null }, false],
  ])("%s", async (_case, change, told) => {
    const tenant = { devices: page(null), tenant: example<Tenant>("tenant", change) };
    const { en, ja } = await inBoth("devices list", { tenant, terminal: { columns: 100 } });
    expect(en.exit).toBe(0);
    expect(en.stderr.includes("devices: not taken in from the console; to take them in: clomoctl devices import")).toBe(
      told,
    );
    expect(ja.stderr.includes("デバイス: 管理画面から取り込まれていません。")).toBe(told);
  });

  test("a pipe asks for nothing more", async () => {
    const { requests } = await run("devices list", { tenant: { devices: page(null) } });
    expect(requests).toEqual([{ operation: "devices" }]);
  });
});
