import { expect, test } from "vitest";
import { undoChange } from "#support/tenant/undo.ts";
import { describeBlockedRecord } from "../../derived/undo.ts";
import { failureOf, openForEachTest, type TestTenant } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
openForEachTest((opened) => (tenant = opened));

/** A profile and an app that are automatic in S1 and 全社, and by hand on A1 and A2. */
const start = async (devices = ["A1", "A2"]) => {
  const { orgs, apps, "config-profiles": profiles } = tenant.client;
  const { after: sales } = await orgs.create({ name: "営業部", code: "S1" });
  const { after: device } = await tenant.client.devices.create({ serialNumber: "A1" });
  await tenant.client.devices.create({ serialNumber: "A2" });
  const assigned = { orgs: ["S1", "全社"], devices };
  await profiles.create({ name: "VPN", kind: "vpn", ...assigned });
  await apps.create({ name: "受付", kind: "Enterprise", ...assigned });
  return { sales: sales.id, device: device.id };
};

const listAssigned = async () => {
  const { apps, "config-profiles": profiles } = tenant.client;
  const all = [...(await Array.fromAsync(profiles.list())), ...(await Array.fromAsync(apps.list()))];
  return [...new Set(all.map(({ orgs, devices }) => [...orgs, ...devices].join(" ")))];
};

const undoLast = async () => tenant.client.imports.commit(await undoChange(tenant.client, "last"));

test("assignments follow a code and a serial number that are changed by hand, and back", async () => {
  const { sales, device } = await start();
  await tenant.client.orgs.edit(sales, { code: "S2" });
  expect(await listAssigned()).toEqual(["S2 全社 A1 A2"]);
  await tenant.client.devices.edit(device, { serialNumber: "B1" });
  expect(await listAssigned()).toEqual(["S2 全社 A2 B1"]);
  const [history] = await tenant.client.apps.history({ name: "受付" });
  expect(history?.versions).toHaveLength(3);
  await undoLast();
  expect(await listAssigned()).toEqual(["S2 全社 A1 A2"]);
});

test("assignments follow a file that exchanges keys, and the undo of that file", async () => {
  await start(["A1"]);
  const header = "IMEI番号,シリアルナンバー\n";
  await tenant.import({ kind: "devices" }, `シリアルナンバー,IMEI番号\nA1,1\nA2,2`);
  await tenant.import({ kind: "devices", key: "imei" }, `${header}1,A2\n2,A1`);
  expect(await listAssigned()).toEqual(["S1 全社 A2"]);
  await undoLast();
  expect(await listAssigned()).toEqual(["S1 全社 A1"]);
});

test.each([
  ["orgs", "sales", "組織名,組織コード\n本社,H1", "S1", "--org CODE"],
  ["devices", "device", "シリアルナンバー\nA2", "A1", "--device SERIAL"],
] as const)(
  "of %s, what an assignment names is not deleted, but it can be in the console",
  async (kind, of, file, key, option) => {
    const { [of]: id } = await start();
    const edit = `\`clomoctl config-profiles edit VPN ${option}\``;
    const refused = `the configuration profile VPN is assigned to ${key}; change the assignment first: ${edit}`;
    const failure = await failureOf(tenant.client.imports.delete({ kind, ids: [id] }));
    expect(failure?.what.en).toContain(refused);
    const replacing = await tenant.plan({ kind, mode: "replace" }, file);
    const problems = await Array.fromAsync(tenant.client.imports.problems(replacing.id));
    expect(problems.map(({ params }) => params["en"])).toContain(refused);
    await tenant.import({ kind, fromConsole: true }, file);
    expect(await listAssigned()).toEqual([kind === "orgs" ? "全社 A1 A2" : "S1 全社 A2"]);
    await undoLast();
    expect(await listAssigned()).toEqual(["S1 全社 A1 A2"]);
  },
);

test("the code of an organisation that an assignment names is not cleared", async () => {
  const { sales } = await start();
  const failure = await failureOf(tenant.client.orgs.edit(sales, { code: null }));
  expect(failure?.what.en).toContain("the configuration profile VPN is assigned to S1");
});

test("undo does not bring back an assignment to what does not exist any more", async () => {
  const { sales } = await start();
  const { apps, "config-profiles": profiles, imports } = tenant.client;
  const change = async () => {
    for (const list of [apps, profiles])
      for (const { id } of await Array.fromAsync<{ id: string }>(list.list())) await list.edit(id, { orgs: [] });
  };
  await change();
  const { change: number } = await imports.commit(await imports.delete({ kind: "orgs", ids: [sales] }));
  const failure = await failureOf(undoChange(tenant.client, (number ?? 0) - 1));
  expect(failure?.what.en).toBe("the configuration profile VPN: organisation not found: S1");
});

const FILES = {
  "config-profiles": "プロファイル名,種類,自動適用する組織コード,個別適用するシリアルナンバー\nWi-Fi,vpn,D1,B1",
  apps: "アプリ名,種類,自動適用する組織コード,個別適用するシリアルナンバー\n受付,Enterprise,D1,B1",
} as const;

test.each(["config-profiles", "apps"] as const)("a plan of %s conflicts if what it names has changed", async (kind) => {
  const { orgs, devices, imports } = tenant.client;
  const { after: org } = await orgs.create({ name: "総務部", code: "D1" });
  const { after: device } = await devices.create({ serialNumber: "B1" });
  const changes = [
    () => orgs.edit(org.id, { code: "D2" }),
    () => devices.edit(device.id, { serialNumber: "B2" }),
    async () => imports.commit(await imports.delete({ kind: "orgs", ids: [org.id] })),
    async () => imports.commit(await imports.delete({ kind: "devices", ids: [device.id] })),
  ];
  for (const change of changes) {
    const plan = await tenant.plan({ kind }, FILES[kind]);
    await change();
    expect((await failureOf(imports.commit(plan)))?.code).toBe("conflict");
    await undoLast();
  }
  const plan = await tenant.plan({ kind }, FILES[kind]);
  await orgs.edit(org.id, { name: "庶務部" });
  await imports.commit(plan);
  expect(await listAssigned()).toEqual(["D1 B1"]);
});

test.each(["orgs", "devices"] as const)("a plan that deletes %s conflicts if they are assigned since", async (kind) => {
  const { orgs, devices, apps, imports } = tenant.client;
  await orgs.create({ name: "総務部", code: "D1" });
  await devices.create({ serialNumber: "B1" });
  const [file, named] =
    kind === "orgs" ? ["組織名,組織コード\n本社,H1", { orgs: ["D1"] }] : ["シリアルナンバー\nA2", { devices: ["B1"] }];
  const plan = await tenant.plan({ kind, mode: "replace" }, file);
  await apps.create({ name: "受付", kind: "Enterprise", ...named });
  expect((await failureOf(imports.commit(plan)))?.code).toBe("conflict");
});

test("an undo in part leaves the lists that follow a record which it leaves", async () => {
  const { sales } = await start(["A1"]);
  const { orgs, devices, imports } = tenant.client;
  const lastChange = () => tenant.database.count("select max(number) from change");
  await orgs.edit(sales, { code: "X1" });
  const number = lastChange();
  await orgs.create({ name: "新営業", code: "S1" });
  const { blocked } = await imports.undo(number, { skipBlocked: true });
  const told = "the organisation 新営業 <S1> already uses the same value";
  expect(blocked?.first.map((one) => describeBlockedRecord(one).en)).toEqual([
    `the app 受付: ${told}`,
    `the configuration profile VPN: ${told}`,
    `the organisation 営業部 <X1>: ${told} (組織コード)`,
  ]);
  await tenant.import({ kind: "devices" }, `シリアルナンバー,IMEI番号\nA1,1\nA2,2`);
  await tenant.client.apps.create({ name: "両方", kind: "Enterprise", devices: ["A1", "A2"] });
  await tenant.import({ kind: "devices", key: "imei" }, "IMEI番号,シリアルナンバー\n1,B1\n2,B2");
  await devices.create({ serialNumber: "A1" });
  await imports.commit(await imports.undo(lastChange() - 1, { skipBlocked: true }));
  expect(await listAssigned()).toEqual(["X1 全社 B1", "A2 B1"]);
});
