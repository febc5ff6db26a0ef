import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { freshFolder, run } from "#support/commands/program.ts";
import { openForAllTests, TestTenant } from "#support/tenant/tenant.ts";

const CONTENT = '<plist version="1.0"><dict><key>PayloadType</key><string>Configuration</string></dict></plist>\r\n';

const tenant = openForAllTests();
beforeAll(async () => {
  const { orgs, devices, apps, "config-profiles": profiles } = tenant.client;
  const { after: sales } = await orgs.create({ name: "営業部", code: "S1" });
  await devices.create({ serialNumber: "A1", platform: "iOS" });
  await devices.create({ serialNumber: "B1", platform: "iOS", ownerOrg: sales.id, status: "管理中" });
  const file = Buffer.from(CONTENT).toString("base64");
  await profiles.create({ name: "P-all", kind: "vpn", orgs: ["全社"], file });
  await profiles.create({ name: "P-sales", kind: "vpn", orgs: ["S1"] });
  await profiles.create({ name: "P-one", kind: "single-app", devices: ["A1"] });
  await apps.create({ name: "App", kind: "MarketPlace", licences: 0, orgs: ["S1"] });
});

const listNames = async (line: string): Promise<readonly string[]> => {
  const { stdout } = await run(`${line} --format ndjson --fields name`, { tenant: tenant.fetch });
  return stdout
    .trim()
    .split("\n")
    .filter((one) => one !== "")
    .map((one) => (JSON.parse(one) as { name: string }).name);
};

test.each([
  ["config-profiles list", ["P-all", "P-sales", "P-one"]],
  ["config-profiles list --device A1", ["P-all", "P-one"]],
  ["config-profiles list --device B1", ["P-all", "P-sales"]],
  ["config-profiles list --org 営業部", ["P-all", "P-sales"]],
  ["config-profiles list --org 全社", ["P-all"]],
  ["apps list --org 全社", []],
  ["apps list --device B1 --short", ["App"]],
  ["apps list --device A1 --short", []],
])("%s", async (line, names) => {
  expect(await listNames(line)).toEqual(names);
});

test("a device shows what applies to it", async () => {
  const { stdout } = await run("devices show B1 --format json", { tenant: tenant.fetch });
  expect(JSON.parse(stdout)).toMatchObject({ "config-profiles": ["P-all", "P-sales"], apps: ["App"] });
});

test("a profile shows its purpose, and whether it is for supervised devices only", async () => {
  const { stdout } = await run("config-profiles show P-one --format json", { tenant: tenant.fetch });
  expect(JSON.parse(stdout)).toMatchObject({ kind: "single-app", purpose: "only one app", supervisedOnly: true });
  for (const format of ["tsv", "csv"]) {
    const line = `config-profiles show P-one --format ${format}`;
    const [one, other] = await Promise.all(
      ["ja", "en"].map((lang) => run(`${line} --lang ${lang}`, { tenant: tenant.fetch })),
    );
    expect(one?.stdout).toBe(other?.stdout);
  }
});

test("the file of a profile is written byte for byte", async () => {
  expect((await run("config-profiles file P-all", { tenant: tenant.fetch })).stdout).toBe(CONTENT);
  expect((await run("config-profiles file P-one", { tenant: tenant.fetch })).stderr).toContain(
    "this record has no file",
  );
});

test.each([
  ["config-profiles create X --kind vpn", "choose a .mobileconfig file"],
  ["apps create X --kind Enterprise", "choose a .mobileprovision file"],
])("%s: another file is refused with its option and the remedy", async (line, remedy) => {
  const { stderr } = await run([...line.split(" "), "--file", import.meta.filename], { tenant: tenant.fetch });
  expect(stderr).toContain(remedy);
  expect(stderr).toContain("\n  --file");
});

test("the option --version of apps is the version of the app", async () => {
  for (const line of ["apps create 受付 --kind MarketPlace --version 1.2", "apps edit 受付 --version 1.3"]) {
    const { stdout } = await run([...line.split(" "), "--fields", "version"], { tenant: tenant.fetch });
    expect(stdout).toBe(`version\n${line.slice(-3)}\n`);
  }
});

test("devices in lost mode are a finding", async () => {
  const devices = await Array.fromAsync(tenant.client.devices.list());
  await tenant.client["device-actions"].create({ kind: "lost-mode", ids: devices.map(({ id }) => id) });
  const home = freshFolder();
  mkdirSync(join(home, "tenants", "local"), { recursive: true });
  const { stdout } = await run("status --format json", { tenant: tenant.fetch, home });
  expect(stdout).toContain("2 devices in lost mode");
  expect(stdout).toContain("devices list --lost");
});

test("a name with a blank at its end is not that of another record", async () => {
  await using other = new TestTenant();
  const { "config-profiles": profiles } = other.client;
  for (const name of ["P", "P "]) await profiles.create({ name, kind: "vpn" });
  const line = ["config-profiles", "delete", "P ", "--confirm-deletions", "1", "--yes"];
  expect(await run(line, { tenant: other.fetch })).toMatchObject({ exit: 0 });
  expect(other.sql("select name from config_profile")).toEqual([{ name: "P" }]);
  // without such a record, the blank is a mistake
  expect(await run(line, { tenant: other.fetch })).toMatchObject({ exit: 0 });
  expect(other.sql("select name from config_profile")).toEqual([]);
});

test("organisations and devices of an assignment are found as elsewhere", async () => {
  await using other = new TestTenant();
  const { orgs, devices, "config-profiles": profiles } = other.client;
  const { after: head } = await orgs.create({ name: "本社", code: "H1" });
  await orgs.create({ name: "営業部", code: "S1", parentId: head.id });
  await orgs.create({ name: "総務部" });
  await devices.create({ serialNumber: "A1", imei: "00 000000 000000 0" });
  const given = ["本社/営業部", "H1", "全社"].flatMap((org) => ["--org", org]);
  const line = ["config-profiles", "create", "P", "--kind", "vpn", ...given, "--device", "00 000000 000000 0"];
  expect(await run(line, { tenant: other.fetch })).toMatchObject({ exit: 0 });
  expect((await profiles.find({ name: "P" }))[0]).toMatchObject({ orgs: ["H1", "S1", "全社"], devices: ["A1"] });
  expect(await run(["config-profiles", "edit", "P", "--org", ""], { tenant: other.fetch })).toMatchObject({ exit: 0 });
  expect((await profiles.find({ name: "P" }))[0]).toMatchObject({ orgs: [], devices: ["A1"] });
  const refused = await run("config-profiles edit P --org 総務部", { tenant: other.fetch });
  expect([refused.exit, refused.stderr]).toEqual([3, expect.stringContaining("clomoctl orgs edit 総務部 --code CODE")]);
  const unknown = await run("config-profiles edit P --org 人事部", { tenant: other.fetch });
  expect([unknown.exit, unknown.stderr]).toEqual([6, expect.stringContaining("人事部")]);
});
