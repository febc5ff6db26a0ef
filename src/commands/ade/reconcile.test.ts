import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Ade, AdeDeviceRecord, Device } from "../../lib/client/index.ts";
import { Organisation } from "#support/apple/business/organisation.ts";
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
    expect(en.stdout.replaceAll(/\t[^\t\n]*\n/g, "\n")).toBe(
      "serialNumber\trow\tresult\nA1\t2\tready\nA2\t3\tready\nA3\t4\tno-profile\nA6\t5\tmissing\n",
    );
    expect(en.stdout).toContain("A2\t3\tready\t\nA3\t4\tno-profile\tassign an ADE profile");
    expect(en.stderr).toContain("2 devices ready\n");
    expect(en.stderr).toContain("1 device without a profile: assign an ADE profile");
    expect(en.stderr).toContain("1 device missing: run a full sync: clomoctl ade sync --full");
  });

  test("are not called missing before the first sync", async () => {
    const never = { ...own(), ade: { ...ADE, lastSyncAt: null } };
    const { en } = await runInBoth(RECONCILE, { tenant: never, ...listOf("A1\n") });
    expect(en).toMatchObject({ exit: 9, stdout: expect.stringContaining("A1\t1\tnot-fetched\tfetch the devices") });
  });
});

describe("a mirror", () => {
  test("compares the devices in the console's export", async () => {
    const { en } = await runInBoth(RECONCILE, { tenant: mirror("A1"), ...listOf("A1\nA2\n") });
    expect(en).toMatchObject({ exit: 9 });
    expect(en.stdout).toContain("A1\t1\tregistered\t\nA2\t2\tnot-in-clomo\tin the console: 基本設定");
    expect(en.stderr).toContain("Apple Business does not report ADE profile states");
    expect(en.stderr).toContain("1 device not in CLOMO: in the console: 基本設定");
    expect((await run(RECONCILE, { tenant: mirror("A1"), ...listOf("A1\n") })).exit).toBe(0);
  });
});

describe("the organisation's devices", () => {
  const CLOMO = "CLOMO MDM";
  const row = (one: { readonly serialNumber: string; readonly result: string }) =>
    [one.serialNumber, one.result] as const;

  test("every difference of a mirror of 5,000, Apple's 5,300 and a list of 5,100 is named once, none invented", async () => {
    await using organisation = await new Organisation([CLOMO, "Jamf"]).setUp({ server: CLOMO });
    const { simulator, ade, tenant } = organisation;
    const of = (prefix: string, count: number): readonly string[] =>
      Array.from({ length: count }, (_, at) => `${prefix}${String(at).padStart(4, "0")}`);
    const truth: Readonly<Record<string, readonly string[]>> = {
      registered: of("K", 4630),
      "not-on-list": of("N", 190),
      "not-in-clomo": of("M", 210),
      unassigned: [...of("UA", 60), ...of("UC", 30)],
      "other-server": [...of("EA", 100), ...of("EC", 80)],
      released: [...of("GL", 20), ...of("GC", 15)],
      "not-at-apple": [...of("SL", 15), ...of("SC", 35)],
      "only-in-clomo": of("X", 20),
    };
    const all = (name: string, prefix = ""): readonly string[] =>
      (truth[name] ?? []).filter((serial) => serial.startsWith(prefix));
    simulator.buy([...all("registered"), ...all("not-on-list"), ...all("not-in-clomo")], CLOMO);
    simulator.buy(all("unassigned"));
    simulator.buy(all("other-server"), "Jamf");
    const gone = [...all("released"), ...of("OLD", 5)];
    simulator.buy(gone, CLOMO);
    await ade.sync({});
    simulator.release(gone);
    await ade.sync({});
    organisation.record([
      ...all("registered"),
      ...all("not-on-list"),
      ...all("unassigned", "UC"),
      ...all("other-server", "EC"),
      ...all("released", "GC"),
      ...all("not-at-apple", "SC"),
      ...all("only-in-clomo"),
    ]);
    tenant.database.run(
      "insert into device (id, serialNumber, platform, createdAt, updatedAt, revision) values ('a', 'ANDROID1', 'Android', '', '', 1)",
    );
    const listed = [
      ...all("registered"),
      ...all("not-in-clomo"),
      ...all("unassigned"),
      ...all("other-server", "EA"),
      ...all("released", "GL"),
      ...all("not-at-apple"),
    ];
    const counts = {
      clomo: tenant.sql("select count(*) as count from device where platform = 'iOS'")[0]?.["count"],
      apple: simulator.devices.size,
      seller: listed.length,
    };
    expect(counts).toEqual({ clomo: 5000, apple: 5300, seller: 5100 });
    const list = listOf(`シリアル番号\n${listed.map((serial) => serial.toLowerCase()).join("\n")}\n`);
    const { exit, stdout } = await run(`${RECONCILE} --format json`, { tenant: tenant.fetch, ...list });
    expect(exit).toBe(9);
    const found = (JSON.parse(stdout) as Parameters<typeof row>[0][]).map(row);
    const expected = Object.entries(truth).flatMap(([name, serials]) =>
      serials.map((serial) => [serial, name] as const),
    );
    expect(found).toHaveLength(expected.length);
    expect(new Map(found)).toEqual(new Map(expected));
    await ade.setBusinessKey({ server: "Jamf" });
    simulator.addServer("Third");
    tenant.database.run("update ade_server set clomoServer = null");
    const { en } = await runInBoth(RECONCILE, { tenant: tenant.fetch, ...list });
    expect(en).toMatchObject({ exit: 3, stdout: "", stderr: expect.stringContaining("CLOMO MDM, Jamf") });
  });

  test("four columns, one line per kind, and what Apple Business does not tell", async () => {
    await using organisation = await new Organisation().setUp();
    organisation.simulator.buy(["A1", "A2"], CLOMO);
    await organisation.ade.sync({});
    organisation.record(["A1"]);
    const { en, ja } = await runInBoth(RECONCILE, { tenant: organisation.tenant.fetch, ...listOf("A1\nA3\n") });
    expect(en.stdout.split("\n").map((line) => line.split("\t").slice(0, 3).join(" "))).toEqual([
      "serialNumber row result",
      "A1 1 registered",
      "A3 2 not-at-apple",
      "A2  not-in-clomo",
      "",
    ]);
    expect(en.stderr).toContain("1 device not at Apple: ask the seller");
    expect(ja.stderr).toContain("Apple Business からは ADE プロファイル状態がわかりません");
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
