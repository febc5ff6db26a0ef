import { EXAMPLE_RENEWAL_ITEM } from "#support/examples.ts";
import { mkdir, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { describeWithOpenssl, createServerToken, OpensslWorkspace, readExpiringItems } from "#support/apple/openssl.ts";
import { gatherItems, applySourceDate, gatherScannedItems } from "./sources.ts";
import { type RenewalItem } from "../nouns/renewal.ts";
import type { CheckItem } from "./expiry-status.ts";
import { createVppToken } from "#support/renewals/vpp-token.ts";
import { freshFolder } from "#support/folder.ts";

async function place(): Promise<string> {
  const folder = freshFolder();
  return folder;
}

const DAY = new Date("2027-03-01T00:00:00Z");
const LATER = new Date("2028-03-01T00:00:00Z");
const KEY = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
const BROKEN = "-----BEGIN CERTIFICATE-----\nbroken\n-----END CERTIFICATE-----\n";
const REQUEST = "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n";

const told = ({ source, kind, remark, expiresAt }: CheckItem): string => `${source} ${kind ?? remark?.en} ${expiresAt}`;

test("reports each of many broken files by name, and lists the good ones but no keys", async () => {
  const folder = await place();
  await mkdir(join(folder, "certs"));
  const contents = new Map([
    ["a.pem", ""],
    ["b.pem", BROKEN],
    ["c.der", "\u0000\u0001"],
    ["d.vpptoken", createVppToken(DAY, "本社")],
    ["e.p7m", "MIAGCSqGSIb3DQEHA6CAMIACAQAx"],
    ["f.key", KEY],
    ["g.key", "0\u0082\u0004"],
    ["h.pem", REQUEST],
    ["i.pem", KEY + REQUEST],
    ["j.vpptoken", "e30="],
    ["k.vpptoken", createVppToken(LATER, "大阪")],
  ]);
  for (const [name, content] of contents) await writeFile(join(folder, "certs", name), content, "latin1");
  const all = await Array.fromAsync(gatherItems("certs", folder));
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
  test("a broken certificate does not hide a good one in the same file", async () => {
    const workshop = new OpensslWorkspace();
    onTestFinished(() => workshop.close());
    const { certificate } = workshop.certificate({
      subject: "/CN=good",
      from: "20200101000000Z",
      to: "20210101000000Z",
    });
    const folder = await place();
    const file = join(folder, "a.pem");
    await writeFile(file, certificate + BROKEN + certificate.replace("MII", "MIX"));
    expect((await Array.fromAsync(gatherItems("a.pem", folder))).map(told)).toEqual([
      "a.pem certificate 2021-01-01T00:00:00Z",
      "a.pem certificate 2 is broken or truncated null",
      "a.pem certificate 3 is broken or truncated null",
    ]);
    const item = recordedAs(file, { kind: "certificate" });
    expect(await applySourceDate(item, { lookAtSource: true, timezone: "Asia/Tokyo" })).toMatchObject({
      expiresAt: "2021-01-01T00:00:00.000Z",
    });
  });
});

describeWithOpenssl("a server token of openssl", () => {
  test("keeps the recorded date, which a key has opened, if its file has only an estimated one", async () => {
    const workshop = new OpensslWorkspace();
    onTestFinished(() => workshop.close());
    const own = workshop.certificate({ subject: "/CN=own" });
    const plain = workshop.file("token", createServerToken("2027-02-01T00:00:00Z"));
    const token = workshop.run("cms", "-encrypt", "-binary", "-aes256", "-in", plain, own.certificateFile);
    const name = "本社_Token_2026-03-01T05-00-00Z_smime.p7m";
    const path = join(await place(), name);
    await writeFile(path, token);
    const [inside] = await readExpiringItems({ name, bytes: token });
    const more = {
      kind: "ade-token",
      fingerprint: inside?.fingerprint ?? null,
      expiresAt: "2027-06-01T00:00:00Z",
    } as const;
    const recorded = recordedAs(path, more);
    expect(await applySourceDate(recorded, { lookAtSource: true, timezone: "Asia/Tokyo" })).toMatchObject({
      expiresAt: "2027-06-01T00:00:00Z",
      certainty: "exact",
      remark: null,
    });
  });
});

test("a folder without anything that expires is unknown, and so is a named key", async () => {
  const folder = await place();
  await writeFile(join(folder, "a.key"), KEY);
  expect((await Array.fromAsync(gatherItems(".", folder))).map(told)).toEqual([
    ". nothing in this folder expires null",
  ]);
  expect((await Array.fromAsync(gatherItems("a.key", folder))).map(told)).toEqual([
    "a.key not a certificate, token or provisioning profile, or the file is damaged null",
  ]);
});

test("reads bytes from stdin like a named file", async () => {
  const bytes = Buffer.from(createVppToken(DAY, "本社"));
  expect(await gatherScannedItems({ where: "-", name: "-", bytes, named: true })).toMatchObject([
    { kind: "vpp-token", organisation: "本社", source: "-" },
  ]);
});

const recordedAs = (source: string | null, more: Partial<RenewalItem> = {}): RenewalItem => ({
  ...EXAMPLE_RENEWAL_ITEM,
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
    /the recorded date is 2027-03-01, but the date in .+ is 2028-03-01; the earlier date is used/,
  ],
  ["an earlier date", new Date("2026-12-01T00:00:00Z"), "2026-12-01T00:00:00.000Z", /; the earlier date is used/],
])("if the source has %s, the earlier of the two dates counts", async (_name, inFile, expiresAt, remark) => {
  const source = join(await place(), "a.vpptoken");
  await writeFile(source, createVppToken(inFile, "本社"));
  const gathered = await applySourceDate(recordedAs(source), { lookAtSource: true, timezone: "Asia/Tokyo" });
  expect(gathered.expiresAt).toBe(expiresAt);
  expect(gathered.remark?.en ?? "").toMatch(remark ?? /^$/);
  expect(await applySourceDate(recordedAs(source), { lookAtSource: false, timezone: "Asia/Tokyo" })).toMatchObject({
    expiresAt: DAY.toISOString(),
    remark: null,
  });
});

test("the fingerprint identifies the recorded one of several items in a source", async () => {
  const source = join(await place(), "a.vpptoken");
  await writeFile(source, createVppToken(DAY, "本社"));
  const [inside] = await readExpiringItems({ name: "a.vpptoken", bytes: Buffer.from(createVppToken(DAY, "本社")) });
  const item = recordedAs(source, { kind: "custom", fingerprint: inside?.fingerprint ?? null, expiresAt: null });
  expect(await applySourceDate(item, { lookAtSource: true, timezone: "Asia/Tokyo" })).toMatchObject({
    expiresAt: DAY.toISOString(),
    certainty: "exact",
    remark: null,
  });
});

test("only the record counts if the source is missing, broken, of another kind or on another computer", async () => {
  const folder = await place();
  await writeFile(join(folder, "broken.pem"), "broken");
  await writeFile(join(folder, "other.vpptoken"), createVppToken(LATER, "x"));
  const remarkOf = async (source: string, more: Partial<RenewalItem> = {}): Promise<string | undefined> => {
    const gathered = await applySourceDate(recordedAs(source, more), { lookAtSource: true, timezone: "Asia/Tokyo" });
    expect(gathered.expiresAt).toBe(DAY.toISOString());
    return gathered.remark?.en;
  };
  expect(await remarkOf(join(folder, "gone.pem"))).toBeUndefined();
  expect(await remarkOf("relative.pem")).toBeUndefined();
  expect(await remarkOf(relative(process.cwd(), join(folder, "broken.pem")))).toBeUndefined();
  expect(await remarkOf(join(folder, "broken.pem"))).toMatch(
    /^the recorded date is used, because .+broken\.pem could not be read: /,
  );
  expect(await remarkOf(join(folder, "other.vpptoken"), { kind: "certificate" })).toBeUndefined();
});
