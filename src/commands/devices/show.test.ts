import { expect, test } from "vitest";
import type { Device } from "../../lib/client/index.ts";
import { inBoth, run } from "#support/commands/program.ts";
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

test("asks for what was typed, its blanks included, and shows everything of the one there is", async () => {
  const line = ["devices", "show", "00 000000 000000 0", "--format", "json"];
  const { exit, stdout, requests } = await run(line, { tenant: finding(spare) });
  expect(exit).toBe(0);
  expect(requests).toEqual([{ operation: "findDevices", query: { name: "00 000000 000000 0" } }]);
  const owning = { owner: null, ownerEmail: null, ownerId: null, ownerOrg: null, ownerOrgCode: null, ownerOrgId: null };
  const of = { org: spare.org?.path, orgCode: spare.org?.code, orgId: spare.org?.id };
  expect(JSON.parse(stdout)).toEqual({ ...spare, ...owning, ...of });
});

test("a terminal shows a field a line, in the person's language", async () => {
  const { en, ja } = await inBoth("devices show SERIAL000001", { tenant: finding(owned), terminal: {} });
  expect(en.stdout).toMatch(/\nserial number +SERIAL000001\n[^]*IMEI +00 000000 000000 0\n[^]*owner +髙橋 花子\n/);
  expect(ja.stdout).toMatch(/\nシリアルナンバー +SERIAL000001\n[^]+\n所有者メールアドレス +hanako@example.co.jp\n/);
  expect(en.stdout).toMatch(/\ntags +貸出用\norganisation +営業部\n/);
  expect(ja.stdout).toMatch(/\nタグ +貸出用\n組織 +営業部\n組織コード +S01\n/);
});

test("none is not found, with the command that lists them", async () => {
  const { en, ja } = await inBoth("devices show SERIAL9", { tenant: finding() });
  expect(en).toMatchObject({ exit: 6, stdout: "" });
  expect(en.stderr).toBe("error: no device is named SERIAL9\n  see clomoctl devices list\n");
  expect(ja.exit).toBe(6);
  expect(ja.stderr).toContain("「SERIAL9」というデバイス");
});

test("several are told apart by serial number, identification name and id", async () => {
  const { en, ja } = await inBoth("devices show 0", { tenant: finding(owned, spare) });
  expect(en).toMatchObject({ exit: 2, stdout: "" });
  expect(en.stderr).toContain(`0 matches 2: SERIAL000001 営業部 1 号機 ${owned.id}; SERIAL000002 ${spare.id}\n`);
  expect(ja.stderr).toContain("「0」は 2 件");
});

test.each(["devices show", "devices show a b", "devices show a --limit 1"])("%s is refused", async (line) => {
  expect(await run(line)).toMatchObject({ exit: 2, stdout: "", requests: [] });
});
