import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Ade, AdeDeviceRecord, Device } from "../../lib/client/index.ts";
import { example, type Answers } from "#support/commands/tenant.ts";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";

const ADE = example<Ade>("ade");
const MIRROR: Ade = { ...ADE, endpoint: null, mirror: true, server: null, token: null, key: null };
const [ADE_DEVICE] = example<{ items: readonly AdeDeviceRecord[] }>("findAdeDevices").items;
const [DEVICE] = example<{ items: readonly Device[] }>("findDevices").items;

interface Asked {
  readonly query?: { readonly name?: string };
}

const own = (...devices: readonly Partial<AdeDeviceRecord>[]): Answers => ({
  ade: ADE,
  findAdeDevices: ({ query }: Asked) => ({
    items: devices
      .filter(({ serialNumber }) => serialNumber === query?.name)
      .map((device) => ({ ...ADE_DEVICE, ...device })),
  }),
});

const mirror = (...serials: readonly string[]): Answers => ({
  ade: MIRROR,
  findDevices: ({ query }: Asked) => ({
    items: serials.filter((serial) => serial === query?.name).map((serialNumber) => ({ ...DEVICE, serialNumber })),
  }),
});

function listOf(content: string | Uint8Array, name = "purchased.csv"): { readonly folder: string } {
  const folder = freshFolder();
  writeFileSync(join(folder, name), content);
  return { folder };
}

const RECONCILE = "ade reconcile purchased.csv";

describe("the devices known from Apple", () => {
  const tenant = own(
    { serialNumber: "A1", profileStatus: "assigned" },
    { serialNumber: "A2", profileStatus: "pushed" },
    { serialNumber: "A3", profileStatus: "empty" },
  );

  test("reports the state of each purchased device and what to do, in both languages", async () => {
    const list = listOf("注文番号,シリアル番号\n1,A1\n1,A2\n1,A3\n1,A6\n");
    const { en } = await runInBoth(RECONCILE, { tenant, ...list });
    expect(en).toMatchObject({ exit: 9 });
    expect(en.stdout).toBe(
      "serialNumber\trow\tresult\tprofileStatus\n" +
        "A1\t2\tready\tassigned\nA2\t3\tready\tpushed\nA3\t4\tno-profile\tempty\nA6\t5\tmissing\t\n",
    );
    expect(en.stderr).toContain("2 devices ready\n");
    expect(en.stderr).toContain("1 device without a profile: assign an ADE profile");
    expect(en.stderr).toContain("1 device missing: run a full sync first: clomoctl ade sync --full");
  });
});

describe("a mirror", () => {
  test("compares the devices in the console's export", async () => {
    const { en } = await runInBoth(RECONCILE, { tenant: mirror("A1"), ...listOf("A1\nA2\n") });
    expect(en).toMatchObject({ exit: 9 });
    expect(en.stdout).toContain("A1\t1\tregistered\t\nA2\t2\tmissing\t\n");
    expect(en.stderr).toContain("1 device missing: in the console: 基本設定");
    expect((await run(RECONCILE, { tenant: mirror("A1"), ...listOf("A1\n") })).exit).toBe(0);
  });
});

describe("the list", () => {
  const tenant = own({ serialNumber: "C8TJ500QF1MN", profileStatus: "assigned" });

  test.each([
    ["a column of many", "No.,シリアルナンバー,型番\n1,C8TJ500QF1MN,MTP03J/A\n,,\n"],
    ["below a title", "納品書,,\n2026-11-01,,\n注文,シリアル番号,数量\n1,C8TJ500QF1MN,1\n"],
    ["another name", "S/N;model\nC8TJ500QF1MN;iPhone\n"],
    ["only that", "C8TJ500QF1MN\r\n"],
    ["full width, small letters and blanks", "シリアルNo.\n c8tj500qf1mn \n"],
    ["tabs and quotes", 'Serial No.\tName\n"C8TJ500QF1MN"\tx\n'],
  ])("is read: %s", async (_, content) => {
    expect(await run(`${RECONCILE} --fields serialNumber`, { tenant, ...listOf(content) })).toMatchObject({
      exit: 0,
      stdout: "serialNumber\nC8TJ500QF1MN\n",
    });
  });

  test.each([
    ["", "exactly one column of serial numbers"],
    ["serial\n", "exactly one column of serial numbers"],
    ["a,b\n1,2\n", "exactly one column of serial numbers"],
    ["serial,シリアル番号\nA,B\n", "exactly one column of serial numbers"],
    ["serial\n合計 10 台\n", "purchased.csv:2"],
    ['serial\n"A\n', "purchased.csv:2"],
  ])("is refused without a request to the tenant: %j", async (content, said) => {
    const { en } = await runInBoth(RECONCILE, { tenant: {}, ...listOf(content) });
    expect(en).toMatchObject({ exit: 3, stdout: "", requests: [], stderr: expect.stringContaining(said) });
  });
});
