import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Send } from "../../lib/apple/send.ts";
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
      "serialNumber\trow\tresult\tprofileStatus\tserver\n" +
        "A1\t2\tready\tassigned\t\nA2\t3\tready\tpushed\t\nA3\t4\tno-profile\tempty\t\nA6\t5\tmissing\t\t\n",
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
    expect(en.stdout).toContain("A1\t1\tregistered\t\t\nA2\t2\tmissing\t\t\n");
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

  test("can be in Shift_JIS and can come from stdin", async () => {
    const sjis = Buffer.from("83568383838a83418b8b94d48d860d0a", "hex");
    const ran = await run("ade reconcile - --fields row", { tenant, stdin: "serial\nC8TJ500QF1MN\n" });
    expect(ran).toMatchObject({ exit: 0, stdout: "row\n2\n" });
    expect((await run(`${RECONCILE} --encoding shift_jis`, { tenant, ...listOf(sjis) })).exit).toBe(3);
  });

  test.each([
    ["", "no column of serial numbers"],
    ["serial\n", "no column of serial numbers"],
    ["a,b\n1,2\n", "no column of serial numbers"],
    ["serial,シリアル番号\nA,B\n", "no column of serial numbers, or several"],
    ["serial\n合計 10 台\n", "purchased.csv:2"],
    ['serial\n"A\n', "purchased.csv:2"],
  ])("is refused without a request to the tenant: %j", async (content, said) => {
    const { en } = await runInBoth(RECONCILE, { tenant: {}, ...listOf(content) });
    expect(en).toMatchObject({ exit: 3, stdout: "", requests: [], stderr: expect.stringContaining(said) });
  });
});

describe("the Apple Business API", () => {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const PEM = privateKey.export({ type: "pkcs8", format: "pem" });
  const SERVERS: Readonly<Record<string, string>> = { M1: "Head office", M2: "予備" };

  /** Apple's organisation has M1, M2 and M3; M3 is on no server. */
  const apple = (asked: string[] = [], keyIds: unknown[] = []): Send => {
    const answer = (status: number, value: unknown) => ({ status, headers: {}, body: JSON.stringify(value) });
    return async ({ method, url, body }) => {
      asked.push(`${method} ${url}`);
      const { pathname } = new URL(url);
      if (pathname === "/auth/oauth2/token") {
        const [header = ""] = (new URLSearchParams(String(body)).get("client_assertion") ?? "").split(".");
        keyIds.push((JSON.parse(Buffer.from(header, "base64url").toString()) as { kid?: unknown }).kid);
        return answer(200, { access_token: "t", expires_in: 3600 });
      }
      const serial = /orgDevices\/(\w+)\/assignedServer/.exec(pathname)?.[1];
      if (serial === undefined) {
        const data = ["M1", "M2", "M3"].map((serialNumber) => ({ id: serialNumber, attributes: { serialNumber } }));
        return answer(200, { data });
      }
      const serverName = SERVERS[serial];
      return serverName === undefined
        ? answer(404, { errors: [] })
        : answer(200, { data: { id: serverName, attributes: { serverName } } });
    };
  };

  function withKey(content: string, mode = 0o600): { readonly folder: string } {
    const place = listOf(content);
    writeFileSync(join(place.folder, "key.pem"), PEM, { mode });
    return place;
  }

  const API = `${RECONCILE} --apple-business --business-client-id BUSINESSAPI.1 --business-key-file key.pem`;
  const LIST = "serial\nA1\nM1\nM2\nM3\nM4\n";

  test("says where the missing devices are", async () => {
    const asked: string[] = [];
    const tenant = own({ serialNumber: "A1", profileStatus: "assigned" });
    const { en } = await runInBoth(API, { tenant, apple: apple(asked), ...withKey(LIST) });
    expect(en).toMatchObject({ exit: 9 });
    expect(en.stdout.split("\n").slice(1, -1)).toEqual([
      "A1\t2\tready\tassigned\t",
      "M1\t3\tnot-synced\t\tHead office",
      "M2\t4\tother-server\t\t予備",
      "M3\t5\tno-server\t\t",
      "M4\t6\tnot-in-organisation\t\t",
    ]);
    expect(en.stderr).toContain(
      "1 device not in the organisation: ask the seller to register them with Apple for your organisation",
    );
    expect(asked.every((line) => line.startsWith("GET ") || line.includes("/auth/oauth2/token"))).toBe(true);
    expect(asked[0]).toBe("POST http://127.0.0.1:8080/auth/oauth2/token");
  });

  test("is Apple's if the tenant has no endpoint, and a mirror does not know its server", async () => {
    const asked: string[] = [];
    const environment = { CLOMOCTL_BUSINESS_CLIENT_ID: "BUSINESSAPI.1", CLOMOCTL_BUSINESS_KEY_FILE: "key.pem" };
    const ran = await run(`${RECONCILE} --apple-business`, {
      tenant: mirror(),
      apple: apple(asked),
      environment,
      ...withKey("serial\nM1\n"),
    });
    expect(ran.stdout).toContain("M1\t2\tother-server\t\tHead office\n");
    expect(ran.stderr).toContain("if CLOMO uses this server");
    expect(asked).toEqual([
      "POST https://account.apple.com/auth/oauth2/token",
      "GET https://api-business.apple.com/v1/orgDevices/M1/assignedServer",
    ]);
  });

  test.each([
    ["", {}, undefined],
    ["", { CLOMOCTL_BUSINESS_KEY_ID: "K1" }, "K1"],
    [" --business-key-id K2", { CLOMOCTL_BUSINESS_KEY_ID: "K1" }, "K2"],
  ])("identifies the key by its ID, if an ID is given: %j %j", async (option, environment, keyId) => {
    const keyIds: unknown[] = [];
    const circumstances = { tenant: mirror(), apple: apple([], keyIds), ...withKey("serial\nM1\n") };
    await run(`${API}${option}`, { ...circumstances, environment });
    expect(keyIds).toEqual([keyId]);
  });

  test.each([
    [`${RECONCILE} --apple-business --business-key-file key.pem`, 2, "--apple-business requires --business-client-id"],
    [`${RECONCILE} --apple-business --business-client-id x`, 2, "--apple-business requires --business-key-file"],
    [`${RECONCILE} --apple-business --business-client-id x --business-key-file purchased.csv`, 3, ""],
  ])("is refused if a required option is missing: %s", async (line, exit, said) => {
    const { en } = await runInBoth(line, { tenant: {}, ...withKey("serial\nA1\n") });
    expect(en).toMatchObject({ exit, stdout: "", stderr: expect.stringContaining(said) });
  });
});
