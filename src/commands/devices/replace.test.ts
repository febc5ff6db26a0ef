import { afterEach, beforeEach, expect, test } from "vitest";
import { run, runInBoth } from "#support/commands/program.ts";
import { TestTenant } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
beforeEach(async () => {
  tenant = new TestTenant();
  const { users, devices } = tenant.client;
  const owner = (await users.create({ name: "佐藤", emails: ["sato@example.jp"] })).after.id;
  const used = { owner, status: "管理中", phoneNumber: "090-0000-0001", tags: ["貸出用"] };
  await devices.create({ serialNumber: "S1", platform: "iOS", ...used });
  await devices.create({ serialNumber: "A1", platform: "Android", androidMode: "comp", ...used });
});
afterEach(() => tenant[Symbol.asyncDispose]());

const at = () => ({ tenant: tenant.fetch });

const stateOf = async () =>
  (await tenant.devices()).map(({ serialNumber, owner, phoneNumber, tags }) => [
    serialNumber,
    owner?.name ?? null,
    phoneNumber,
    tags.join(" "),
  ]);

test("moves the use to a device that is created, says what changed, and how to undo it", async () => {
  const dry = await runInBoth("devices replace S1 S9 --create --dry-run", at());
  expect(dry.en.stderr).toContain("S9: would be created: S9\nS1: telephone number: 090-0000-0001 → (blank)\n");
  expect(dry.ja.stderr).toContain("S1: タグ: 貸出用 → 返却済み\n");
  expect(await tenant.devices()).toHaveLength(2);
  const done = await run("devices replace S1 S9 --create", at());
  expect(done).toMatchObject({ exit: 0, stderr: expect.stringContaining("undo: clomoctl undo ") });
  expect(await stateOf()).toEqual([
    ["S1", null, null, "返却済み"],
    ["A1", "佐藤", "090-0000-0001", "貸出用"],
    ["S9", "佐藤", "090-0000-0001", "貸出用"],
  ]);
  const [, number = ""] = /clomoctl undo (\d+)/.exec(done.stderr) ?? [];
  expect(await run(`undo ${number} --confirm-deletions 1`, at())).toMatchObject({ exit: 0 });
  expect((await stateOf()).map(([serial]) => serial)).toEqual(["S1", "A1"]);
});

test("refuses a device with an owner (exit 5), and unknown devices (exit 6)", async () => {
  const taken = await runInBoth("devices replace S1 A1", at());
  expect(taken.en).toMatchObject({ exit: 5, stderr: expect.stringContaining("A1 already belongs to 佐藤") });
  expect(taken.ja.stderr).toContain("clomoctl devices set-owner A1 --none");
  expect(await run("devices replace S7 S9", at())).toMatchObject({ exit: 6 });
});

test("a new serial number that no device has is refused (exit 6)", async () => {
  await tenant.client.devices.create({ serialNumber: "SN000201" });
  const before = await stateOf();
  const { en, ja } = await runInBoth("devices replace S1 SN00020", at());
  expect(en).toMatchObject({
    exit: 6,
    stderr: expect.stringContaining('no device has the serial number "SN00020"'),
  });
  expect(en.stderr).toContain("if the serial number is right: clomoctl devices replace S1 SN00020 --create\n");
  expect(ja.stderr).toContain("シリアルナンバー「SN00020」のデバイスはありません");
  expect(await stateOf()).toEqual(before);
  expect(await run("devices replace S1 SN000201 --create", at())).toMatchObject({ exit: 0 });
});

test("a wipe of the old device is confirmed by its number", async () => {
  const before = await stateOf();
  const asked = await run("devices replace A1 S9 --create", at());
  expect(asked).toMatchObject({ exit: 3, stderr: expect.stringContaining("--confirm-wipes 1") });
  expect(await run("devices replace A1 S9 --create --confirm-wipes 2", at())).toMatchObject({ exit: 3 });
  expect(await stateOf()).toEqual(before);
  const typed = await run("devices replace A1 S9 --create", { ...at(), terminal: { typing: [["type 1:", "1\r"]] } });
  expect(typed.exit).toBe(0);
  expect(await run("undo last --confirm-deletions 1", at())).toMatchObject({ exit: 0 });
  expect(await run("devices replace A1 S9 --create --confirm-wipes 1", at())).toMatchObject({ exit: 0 });
});

test("refuses an old device that has nothing to move, and a second run, and changes nothing", async () => {
  await tenant.client.devices.create({ serialNumber: "N1" });
  const unused = await runInBoth("devices replace N1 N9 --create", at());
  expect(unused.en).toMatchObject({
    exit: 3,
    stderr: expect.stringContaining("N1 has no owner, telephone number, tags"),
  });
  expect(unused.ja.stderr).toContain("clomoctl devices show N1");
  expect(await run("devices replace S1 S9 --create", at())).toMatchObject({ exit: 0 });
  const before = await stateOf();
  for (const next of ["S9", "S8"]) {
    const again = await run(`devices replace S1 ${next} --create`, at());
    expect(again).toMatchObject({
      exit: 3,
      stdout: "",
      stderr: expect.stringContaining("it has been returned already"),
    });
  }
  expect(await stateOf()).toEqual(before);
});
