import { afterEach, beforeEach, expect, test } from "vitest";
import { TestTenant } from "#support/tenant/tenant.ts";
import { freshFolder, runInBoth, run, type Circumstances } from "#support/commands/program.ts";

let tenant: TestTenant;
beforeEach(() => {
  tenant = new TestTenant();
});
afterEach(() => tenant.close());

const here = (): Circumstances => ({ home: freshFolder(), tenant: tenant.fetch });

const onTerminal = (): Circumstances => ({ ...here(), terminal: { columns: 200 } });

const MANY = 150;

const TRANSFER = "transfer the support option and the renewal items";

const LINE = ["handover", "checklist", "--format", "json", "--leaver"];

const stepsOf = async (typed: string): Promise<readonly string[]> => {
  const { exit, stdout } = await run([...LINE, typed], here());
  expect(exit).toBe(0);
  const rows = JSON.parse(stdout) as readonly { readonly item: string; readonly what: string }[];
  return rows
    .map(({ what }) => what)
    .filter((what) => !/^successor|^export the bundle|^the leaver's computer/.test(what));
};

test("finds an exact name among any number of names that contain it, whatever its width", async () => {
  const { users, renewals } = tenant.client;
  for (let number = 1; number <= MANY; number += 1) {
    await users.create({ name: `佐藤 一郎${number}`, emails: [`sato${number}@example.jp`] });
  }
  const missing = await runInBoth([...LINE, "佐藤 一郎"], here());
  expect(missing.en).toMatchObject({
    exit: 6,
    stderr: expect.stringContaining('no recorded person matches "佐藤 一郎"'),
  });
  await users.create({ name: "佐藤 一郎", emails: ["sato@example.jp"] });
  await renewals.add({ kind: "custom", name: "契約", owner: "sato@example.jp" });
  for (const typed of ["佐藤 一郎", " 佐藤 一郎 "]) expect(await stepsOf(typed)).toEqual([TRANSFER]);
});

test("a person recorded with a department in full-width brackets is the same person", async () => {
  await tenant.client.tenant.set({ contactName: "佐藤 一郎（情報システム部）" });
  await tenant.client.renewals.add({ kind: "custom", name: "契約", owner: "佐藤 一郎（情シス）" });
  expect(await stepsOf("佐藤 一郎")).toEqual(["contact person of the contract", "owner of the renewal item 契約"]);
  const { ja } = await runInBoth(["handover", "checklist", "--leaver", "佐藤一郎"], onTerminal());
  expect(ja.stdout).toContain("「契約」の更新担当");
});
