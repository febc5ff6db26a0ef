import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { line } from "../advice/index.ts";
import { readExpiring } from "../apple/index.ts";
import { describeWithOpenssl, serverToken, Workshop } from "#support/apple/openssl.ts";
import { gatherFiles, gatherRecorded, gatherScanned } from "./sources.ts";
import { RENEWAL_ITEM, type RenewalItem } from "../model/renewal.ts";
import { exampleOf } from "../model/thing.ts";
import type { CheckItem } from "./judge.ts";
import { vppToken } from "#support/renewals/vpp-token.ts";

async function place(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "clomoctl-sources-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const DAY = new Date("2027-03-01T00:00:00Z");
const LATER = new Date("2028-03-01T00:00:00Z");
const KEY = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
const BROKEN = "-----BEGIN CERTIFICATE-----\nbroken\n-----END CERTIFICATE-----\n";
const REQUEST = "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n";

const told = ({ source, kind, remark, expiresAt }: CheckItem): string => `${source} ${kind ?? remark?.en} ${expiresAt}`;

test("many broken files beside good ones: each is told by its name, the good ones are there, keys are no items", async () => {
  const folder = await place();
  await mkdir(join(folder, "certs"));
  const contents = new Map([
    ["a.pem", ""],
    ["b.pem", BROKEN],
    ["c.der", "\u0000\u0001"],
    ["d.vpptoken", vppToken(DAY, "本社")],
    ["e.p7m", "MIAGCSqGSIb3DQEHA6CAMIACAQAx"],
    ["f.key", KEY],
    ["g.key", "0\u0082\u0004"],
    ["h.pem", REQUEST],
    ["i.pem", KEY + REQUEST],
    ["j.vpptoken", "e30="],
    ["k.vpptoken", vppToken(LATER, "大阪")],
  ]);
  for (const [name, content] of contents) await writeFile(join(folder, "certs", name), content, "latin1");
  const all = await Array.fromAsync(gatherFiles("certs", folder));
  expect(all.filter(({ kind }) => kind !== null).map(told)).toEqual([
    "certs/d.vpptoken vpp-token 2027-03-01T00:00:00Z",
    "certs/k.vpptoken vpp-token 2028-03-01T00:00:00Z",
  ]);
  expect(all.filter(({ kind }) => kind === null).map(({ name }) => name)).toEqual([
    "certs/a.pem",
    "certs/b.pem",
    "certs/c.der",
    "certs/e.p7m",
    "certs/j.vpptoken",
  ]);
});

describeWithOpenssl("certificates of openssl", () => {
  test("a broken one hides no good one of the same file", async () => {
    const workshop = new Workshop();
    onTestFinished(() => workshop.close());
    const { certificate } = workshop.certificate({
      subject: "/CN=good",
      from: "20200101000000Z",
      to: "20210101000000Z",
    });
    const folder = await place();
    const file = join(folder, "a.pem");
    await writeFile(file, certificate + BROKEN + certificate.replace("MII", "MIX"));
    expect((await Array.fromAsync(gatherFiles("a.pem", folder))).map(told)).toEqual([
      "a.pem certificate 2021-01-01T00:00:00Z",
      "a.pem certificate 2 in the file is broken or truncated null",
      "a.pem certificate 3 in the file is broken or truncated null",
    ]);
    const item = recordedAs(file, { kind: "certificate" });
    expect(await gatherRecorded(item, { lookAtSource: true, timezone: "Asia/Tokyo" })).toMatchObject({
      expiresAt: "2021-01-01T00:00:00Z",
    });
  });
});

describeWithOpenssl("a server token of openssl", () => {
  test("is opened by a key beside it in a folder, and by one that is given", async () => {
    const workshop = new Workshop();
    onTestFinished(() => workshop.close());
    const own = workshop.certificate({ subject: "/CN=own" });
    const plain = workshop.file("token", serverToken("2027-02-01T00:00:00Z"));
    const token = workshop.run("cms", "-encrypt", "-binary", "-aes256", "-in", plain, own.certificateFile);
    const [folder, name] = [await place(), "本社_Token_2026-03-01T05-00-00Z_smime.p7m"];
    await mkdir(join(folder, "certs"));
    await mkdir(join(folder, "alone"));
    for (const at of ["certs", "alone"]) await writeFile(join(folder, at, name), token);
    await writeFile(join(folder, "certs", "zz.pem"), own.key);
    await writeFile(join(folder, "certs", "broken.key"), KEY);
    const datesOf = async (where: string, keys: readonly string[] = []) =>
      (await Array.fromAsync(gatherFiles(where, folder, { keys }))).map(({ expiresAt, certainty }) => [
        certainty,
        expiresAt,
      ]);
    const [exact, estimated] = [
      ["exact", "2027-02-01T00:00:00Z"],
      ["estimated", "2027-03-01T05:00:00Z"],
    ];
    expect(await datesOf("certs")).toEqual([exact]);
    expect(await datesOf("alone")).toEqual([estimated]);
    expect(await datesOf("alone", [own.key])).toEqual([exact]);
    const [inside] = readExpiring({ name, bytes: token });
    const more = {
      kind: "ade-token",
      fingerprint: inside?.fingerprint ?? null,
      expiresAt: "2027-06-01T00:00:00Z",
    } as const;
    const recorded = recordedAs(join(folder, "alone", name), more);
    expect(await gatherRecorded(recorded, { lookAtSource: true, timezone: "Asia/Tokyo" })).toMatchObject({
      expiresAt: "2027-06-01T00:00:00Z",
      certainty: "exact",
      remark: null,
    });
  });
});

test("a folder without anything that expires is unknown, and so is a key that is named", async () => {
  const folder = await place();
  await writeFile(join(folder, "a.key"), KEY);
  expect((await Array.fromAsync(gatherFiles(".", folder))).map(told)).toEqual([
    ". nothing that expires was found in this folder null",
  ]);
  expect((await Array.fromAsync(gatherFiles("a.key", folder))).map(told)).toEqual([
    "a.key a private key does not expire null",
  ]);
});

test("bytes of stdin are read as a file that is named", async () => {
  const bytes = Buffer.from(vppToken(DAY, "本社"));
  expect(await gatherScanned({ where: "-", name: "-", bytes, named: true })).toMatchObject([
    { kind: "vpp-token", organisation: "本社", source: "-" },
  ]);
});

const recordedAs = (source: string | null, more: Partial<RenewalItem> = {}): RenewalItem => ({
  ...exampleOf(RENEWAL_ITEM.fields),
  kind: "vpp-token",
  name: "本社",
  expiresAt: DAY.toISOString(),
  topic: null,
  source,
  ...more,
});

test.each([
  ["the same date", DAY, "2027-03-01T00:00:00.000Z", undefined],
  [
    "a later date",
    LATER,
    "2027-03-01T00:00:00.000Z",
    /recorded as 2027-03-01, but .+ has 2028-03-01; using the earlier date/,
  ],
  ["an earlier date", new Date("2026-12-01T00:00:00Z"), "2026-12-01T00:00:00Z", /using the earlier date/],
])("where the source has %s, the earlier of both counts", async (_name, inFile, expiresAt, remark) => {
  const source = join(await place(), "a.vpptoken");
  await writeFile(source, vppToken(inFile, "本社"));
  const gathered = await gatherRecorded(recordedAs(source), { lookAtSource: true, timezone: "Asia/Tokyo" });
  expect(gathered.expiresAt).toBe(expiresAt);
  expect(gathered.remark?.en ?? "").toMatch(remark ?? /^$/);
  expect(await gatherRecorded(recordedAs(source), { lookAtSource: false, timezone: "Asia/Tokyo" })).toMatchObject({
    expiresAt: DAY.toISOString(),
    remark: null,
  });
});

test("a typed date that the source contradicts is told with how it counts", async () => {
  const source = join(await place(), "a.vpptoken");
  await writeFile(source, vppToken(new Date("2026-12-01T00:00:00Z"), "本社"));
  const typed = { ...recordedAs(source), certainty: "typed" } as const;
  const { remark } = await gatherRecorded(typed, { lookAtSource: true, timezone: "Asia/Tokyo" });
  const confirm = line("renewals confirm", [typed.name], { consoleShows: "2027-03-01" });
  expect(remark?.en).toContain(`using the earlier date. If the console shows 2027-03-01: ${confirm}`);
  expect(remark?.ja).toContain(`早い方で判定します。管理画面の期限が 2027-03-01 なら: ${confirm}`);
});

test("a renewed file that waits is said beside what the source has", async () => {
  const source = join(await place(), "a.vpptoken");
  await writeFile(source, vppToken(LATER, "本社"));
  const waiting = { downloadedExpiresAt: LATER.toISOString() };
  const gathered = await gatherRecorded(recordedAs(source, waiting), { lookAtSource: true, timezone: "Asia/Tokyo" });
  expect(gathered.expiresAt).toBe(DAY.toISOString());
  expect(gathered.remark?.en).toMatch(
    /^renewed file \(until 2028-03-01\) downloaded, .*; recorded as 2027-03-01, but /,
  );
});

test("of several things in a source the recorded one is the one of its fingerprint", async () => {
  const source = join(await place(), "a.vpptoken");
  await writeFile(source, vppToken(DAY, "本社"));
  const [inside] = readExpiring({ name: "a.vpptoken", bytes: Buffer.from(vppToken(DAY, "本社")) });
  const item = recordedAs(source, { kind: "custom", fingerprint: inside?.fingerprint ?? null, expiresAt: null });
  expect(await gatherRecorded(item, { lookAtSource: true, timezone: "Asia/Tokyo" })).toMatchObject({
    expiresAt: "2027-03-01T00:00:00Z",
    certainty: "exact",
    remark: null,
  });
});

test("the record alone counts where the source is gone, broken, of another kind, or not on this machine", async () => {
  const folder = await place();
  await writeFile(join(folder, "broken.pem"), "broken");
  await writeFile(join(folder, "other.vpptoken"), vppToken(LATER, "x"));
  const remarkOf = async (source: string, more: Partial<RenewalItem> = {}): Promise<string | undefined> => {
    const gathered = await gatherRecorded(recordedAs(source, more), { lookAtSource: true, timezone: "Asia/Tokyo" });
    expect(gathered.expiresAt).toBe(DAY.toISOString());
    return gathered.remark?.en;
  };
  expect(await remarkOf(join(folder, "gone.pem"))).toBeUndefined();
  expect(await remarkOf("relative.pem")).toBeUndefined();
  expect(await remarkOf(relative(process.cwd(), join(folder, "broken.pem")))).toBeUndefined();
  expect(await remarkOf(join(folder, "broken.pem"))).toMatch(/^using the recorded date; .+broken\.pem: /);
  expect(await remarkOf(join(folder, "other.vpptoken"), { kind: "certificate" })).toBeUndefined();
});

test("what has no date is said to have none", async () => {
  const gathered = await gatherRecorded(recordedAs(null, { expiresAt: null }), {
    lookAtSource: true,
    timezone: "Asia/Tokyo",
  });
  expect(gathered).toMatchObject({ expiresAt: null, remark: { ja: "期限が記録されていません" } });
});
