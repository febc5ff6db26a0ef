import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { freshHome, run, type Outcome } from "#support/cli/home.ts";

type Item = Readonly<Record<string, unknown>>;

const TOPIC = "com.apple.mgmt.External.5d0b5a1e-0000-4000-8000-000000000001";
const OTHER_TOPIC = "com.apple.mgmt.External.5d0b5a1e-0000-4000-8000-000000000002";

let files = "";
let home = "";

/** Makes a certificate that an authority of our own signs, or that signs itself. */
const certificate = (name: string, subject: string, days = 400, authority?: string): void => {
  const signer = authority === undefined ? [] : ["-CA", authority, "-CAkey", `${authority}.key`];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", `${name}.key`];
  const args = ["req", "-x509", ...key, "-out", name, "-days", String(days), "-subj", subject, ...signer];
  execFileSync("openssl", args, { cwd: files, stdio: "ignore" });
};

beforeAll(() => {
  files = mkdtempSync(join(tmpdir(), "clomoctl-items-"));
  certificate("authority.pem", "/CN=Authority", 1000);
  certificate("push.pem", `/UID=${TOPIC}/CN=APSP:1/C=JP`, 400, "authority.pem");
  certificate("push-new.pem", `/UID=${TOPIC}/CN=APSP:1/C=JP`, 700, "authority.pem");
  certificate("push-strange.pem", `/UID=${TOPIC}/CN=APSP:1/C=JP`, 700);
  certificate("push-other.pem", `/UID=${OTHER_TOPIC}/CN=APSP:2/C=JP`);
  certificate("server.pem", "/CN=mdm.example.jp");
  const both = ["push.pem", "server.pem", "push-other.pem"].map((name) => readFileSync(join(files, name), "utf8"));
  writeFileSync(join(files, "several.pem"), both.join(""));
  writeFileSync(join(files, "words.pem"), "本日は晴天なり");
  const token = { token: "x", expDate: "2027-01-15T09:00:00+0000", orgName: "株式会社例" };
  writeFileSync(join(files, "t.vpptoken"), Buffer.from(JSON.stringify(token)).toString("base64"));
});
afterAll(() => rmSync(files, { recursive: true, force: true }));
beforeEach(() => {
  home = freshHome();
});

const renewals = (...words: readonly string[]): Promise<Outcome> => run(["renewals", ...words], { home, cwd: files });
const done = async (...words: readonly string[]): Promise<Item> => {
  const { code, text, stderr } = await renewals(...words, "--format", "json");
  expect(code, stderr).toBe(0);
  return JSON.parse(text) as Item;
};
const listed = async (): Promise<readonly Item[]> =>
  JSON.parse((await renewals("list", "--format", "json")).text) as readonly Item[];

/** The same command in both languages: its exit code, and what it says in each. */
const refused = async (...words: readonly string[]): Promise<{ code: number; en: string; ja: string }> => {
  const english = await renewals(...words, "--lang", "en");
  const japanese = await renewals(...words, "--lang", "ja");
  expect(japanese.code).toBe(english.code);
  expect(english.text + japanese.text).toBe("");
  expect(japanese.stderr).toMatch(/^エラー:.*[ぁ-んァ-ヶ一-龠]/);
  return { code: english.code, en: english.stderr, ja: japanese.stderr };
};

describe("add", () => {
  test("a typed day ends in the tenant's time zone, and an instant is kept as typed", async () => {
    const words =
      "--kind push-certificate --expires 2099-03-01 --owner it@example.jp --account push@example.jp --phone 090-0000-0000 --phone-holder 金庫 --organisation 本社";
    const item = await done("add", "本社", ...words.split(" "), "--notes", "password: はここに書かない");
    expect(item).toMatchObject({
      context: "local",
      kind: "push-certificate",
      name: "本社",
      expiresAt: "2099-03-01T14:59:59.000Z",
      expiresOn: "2099-03-01",
      level: "ok",
      certainty: "typed",
      owner: "it@example.jp",
      account: "push@example.jp",
      phone: "090-0000-0000",
      phoneHolder: "金庫",
      organisation: "本社",
      notes: "password: はここに書かない",
      topic: null,
    });
    const instant = await done("add", "x", "--kind", "custom", "--expires", "2099-03-01T00:00:00+09:00");
    expect(instant).toMatchObject({ expiresAt: "2099-02-28T15:00:00.000Z", expiresOn: "2099-03-01" });
    const elsewhere = await done("add", "y", "--kind", "custom", "--expires", "2099-03-01", "--timezone", "UTC");
    expect(elsewhere).toMatchObject({ expiresAt: "2099-03-01T23:59:59.000Z" });
  });

  test("reads kind, date, topic, organisation and fingerprint from a file", async () => {
    const push = await done("add", "本社", "--file", "push.pem");
    expect(push).toMatchObject({ kind: "push-certificate", topic: TOPIC, certainty: "exact", level: "ok" });
    expect(push).toMatchObject({
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      source: join(files, "push.pem"),
    });
    expect(await done("add", "VPP", "--file", "t.vpptoken")).toMatchObject({
      kind: "vpp-token",
      organisation: "株式会社例",
      expiresAt: "2027-01-15T09:00:00.000Z",
    });
    expect(await done("add", "端末", "--file", "server.pem", "--kind", "device-certificate")).toMatchObject({
      kind: "device-certificate",
    });
  });

  test("counts the year of an owner account from its last login", async () => {
    const day = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
    const owner = await done("add", "所有者", "--kind", "android-owner", "--last-login", "2020-02-28");
    expect(owner).toMatchObject({ expiresOn: "2021-02-28", certainty: "estimated" });
    expect((await refused("add", "x", "--kind", "android-owner", "--last-login", day(3))).en).toContain(
      "in the future",
    );
  });

  test("does not record the same file twice", async () => {
    await done("add", "本社", "--file", "push.pem");
    expect(await refused("add", "又", "--file", "push.pem")).toMatchObject({
      code: 3,
      en: expect.stringContaining("本社"),
    });
  });
});

describe("edit", () => {
  test("changes given values, clears blank ones and keeps the rest", async () => {
    const { id } = await done("add", "本社", "--kind", "custom", "--owner", "a", "--notes", "b");
    const edited = await done(
      "edit",
      String(id).slice(0, 13),
      "--owner",
      "",
      "--expires",
      "2099-01-01",
      "--name",
      "支社",
    );
    expect(edited).toMatchObject({ id, name: "支社", owner: null, notes: "b", expiresOn: "2099-01-01" });
    expect(await done("edit", "支社", "--expires", "")).toMatchObject({ expiresAt: null, level: "unknown" });
  });

  test("records the date of a renewed file, and refuses another topic", async () => {
    await done("add", "本社", "--file", "push.pem", "--organisation", "関東");
    const [before] = await listed();
    const refusal = await refused("edit", "本社", "--file", "push-other.pem");
    expect(refusal).toMatchObject({
      code: 3,
      en: expect.stringContaining("every enrolled device would stop responding"),
    });
    expect(refusal.ja).toContain("全デバイスが応答しなくなります");
    expect(await listed()).toEqual([before]);
    const renewed = await done("edit", "本社", "--file", "push-new.pem");
    const { expiresAt, source } = before ?? {};
    expect(renewed).toMatchObject({ topic: TOPIC, organisation: "関東", expiresAt, source, state: "downloaded" });
    const shown = String(renewed["downloadedExpiresAt"]).slice(0, 10);
    expect(await refused("confirm", "本社", "--console-shows", String(expiresAt).slice(0, 10))).toMatchObject({
      code: 3,
    });
    const confirmed = await done("confirm", "本社", "--console-shows", shown);
    expect(confirmed).toMatchObject({ topic: TOPIC, source: join(files, "push-new.pem"), state: null });
    expect(Number(confirmed["daysLeft"])).toBeGreaterThan(Number(before?.["daysLeft"]));
  });

  test("refuses a file that verify refuses, so that no guide suggests uploading it", async () => {
    await done("add", "本社", "--file", "push.pem");
    const before = (await renewals("guide", "本社")).text;
    const refusal = await refused("edit", "本社", "--file", "push-strange.pem");
    expect(refusal).toMatchObject({
      code: 3,
      en: expect.stringContaining("issuer: different issuer, and not Apple: "),
    });
    expect((await renewals("guide", "本社")).text).toBe(before);
  });

  test("records an older file as the one in use, with a warning", async () => {
    await done("add", "本社", "--file", "push-new.pem");
    const earlier = await renewals("edit", "本社", "--file", "push.pem", "--lang", "ja");
    expect([earlier.code, earlier.stderr]).toEqual([0, expect.stringMatching(/^警告: push\.pem: 期限の延長: /m)]);
    const bytes = readFileSync(join(files, "push-new.pem"), "utf8");
    const good = await run(["renewals", "edit", "本社", "--file", "-"], { home, cwd: files, stdin: bytes });
    expect([good.code, good.stderr]).toEqual([
      0,
      expect.stringContaining(
        "to check the file before the upload: clomoctl renewals verify --current OLD --new NEW --csr CSR",
      ),
    ]);
  });

  test("refuses an edit without changes, an unknown item and a duplicate name", async () => {
    await done("add", "所有者", "--kind", "android-owner");
    expect(await refused("edit", "所有者")).toMatchObject({
      code: 2,
      en: expect.stringContaining("nothing to change: no option sets a value"),
    });
    expect(await refused("edit", "誰", "--owner", "x")).toMatchObject({ code: 6 });
    expect(await refused("add", "所有者", "--kind", "custom")).toMatchObject({
      code: 3,
      en: expect.stringContaining("renewals edit"),
    });
    expect(await listed()).toHaveLength(1);
  });
});

describe("confirm", () => {
  test("records who logged in and when, and counts a year from then", async () => {
    await done("add", "所有者", "--kind", "android-owner", "--last-login", "2020-12-01");
    expect(await done("confirm", "所有者", "--by", "髙橋", "--at", "2021-03-01")).toMatchObject({
      confirmedBy: "髙橋",
      confirmedAt: "2021-03-01T14:59:59.000Z",
      expiresOn: "2022-03-01",
      certainty: "estimated",
    });
    const { confirmedBy, daysLeft } = await done("confirm", "所有者");
    expect(confirmedBy).toBe(userInfo().username);
    expect(Number(daysLeft)).toBeGreaterThanOrEqual(364);
    expect(await refused("confirm", "所有者", "--at", "2021-04-01")).toMatchObject({ code: 3 });
  });
});

describe("list", () => {
  test("lists the items of all contexts, each with its context", async () => {
    await run(["context", "add", "kanto", "--embedded"], { home });
    await done("add", "b", "--kind", "custom", "--expires", "2099-01-01", "--context", "local");
    await done("add", "a", "--kind", "custom", "--expires", "2098-01-01", "--context", "kanto");
    const words = ["list", "--all-contexts", "--format", "tsv", "--fields", "context,name,expiresOn"];
    const { text } = await renewals(...words);
    expect(text).toBe("context\tname\texpiresOn\nkanto\ta\t2098-01-01\nlocal\tb\t2099-01-01\n");
    expect((await renewals(...words, "--limit", "1")).text.split("\n")).toHaveLength(3);
  });
});
