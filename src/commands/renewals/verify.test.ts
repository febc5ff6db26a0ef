import { mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  describeWithOpenssl,
  createPropertyList,
  OpensslWorkspace,
  type IssuedCertificate,
} from "#support/apple/openssl.ts";
import { createVppToken } from "#support/renewals/vpp-token.ts";
import { freshFolder, runInBoth, run, type Circumstances, type RunResult } from "#support/commands/program.ts";

const token = (expiresAt: string): string => createVppToken(new Date(expiresAt), "例");

function tokens(): string {
  const folder = freshFolder();
  writeFileSync(join(folder, "old.vpptoken"), token("2026-12-01T00:00:00Z"));
  writeFileSync(join(folder, "new.vpptoken"), token("2027-12-01T00:00:00Z"));
  writeFileSync(join(folder, "older.vpptoken"), token("2026-11-30T00:00:00Z"));
  writeFileSync(join(folder, "sToken_for_Tokyo_.vpptoken"), token("2026-12-01T00:00:00Z"));
  writeFileSync(join(folder, "sToken_for_Tokyo_ (1).vpptoken"), token("2027-12-01T00:00:00Z"));
  return folder;
}

const line = (next: string, ...more: readonly string[]): readonly string[] => [
  "renewals",
  "verify",
  "--current",
  "old.vpptoken",
  "--new",
  next,
  ...more,
];

const results = ({ stdout }: RunResult): Readonly<Record<string, string>> => {
  const rows = JSON.parse(stdout) as readonly { readonly check: string; readonly result: string }[];
  return Object.fromEntries(rows.map(({ check, result }) => [check, result]));
};

test("confirms a file that can replace the current one, with each check, in both languages", async () => {
  const [old, next] = ["sToken_for_Tokyo_.vpptoken", "sToken_for_Tokyo_ (1).vpptoken"];
  const { en } = await runInBoth(["renewals", "verify", "--current", old, "--new", next], { folder: tokens() });
  expect(en).toMatchObject({ exit: 0, requests: [], stderr: `${next} can replace the file in use\n` });
  expect(en.stdout).toBe(
    [
      "check\tresult\twhy",
      "kind\tgood\tsame kind: VPP content token",
      "organisation\tgood\tunchanged: 例",
      "location\tgood\tunchanged: Tokyo",
      "expiry\tgood\textended from 2026-12-01 09:00:00 (Asia/Tokyo) to 2027-12-01 09:00:00 (Asia/Tokyo)",
      "validity\tgood\tvalid now",
      "",
    ].join("\n"),
  );
});

test("lists what the files do not show as left to check, and --strict refuses it, in both languages", async () => {
  const folder = tokens();
  for (const year of ["2026", "2027"]) {
    mkdirSync(join(folder, year));
    writeFileSync(join(folder, year, "sToken_for___.vpptoken"), token(`${year}-12-01T00:00:00Z`));
  }
  const words = "renewals verify --current 2026/sToken_for___.vpptoken --new 2027/sToken_for___.vpptoken";
  const { en } = await runInBoth(words, { folder });
  expect(en).toMatchObject({
    exit: 0,
    stderr: expect.stringMatching(/can replace the file in use once you have checked: location\n$/),
  });
  const strict = await runInBoth(`${words} --strict`, { folder });
  expect(strict.en).toMatchObject({
    exit: 3,
    stderr: expect.stringMatching(/do not upload it until you have checked: location\n$/),
  });
});

test("exits with 3 and lists every check for a file that cannot replace the current one, in both languages", async () => {
  const { en, ja } = await runInBoth(line("older.vpptoken", "--format", "json"), { folder: tokens() });
  expect(en).toMatchObject({ exit: 3, stderr: "older.vpptoken: do not upload it\n" });
  expect(results(en)).toMatchObject({ kind: "good", expiry: "bad", validity: "good" });
  expect(results(ja)).toEqual(results(en));
  const quiet = await run(line("older.vpptoken", "--quiet"), { folder: tokens() });
  expect(quiet.stderr).toContain("older.vpptoken: do not upload it\n");
});

test("either file can come from stdin", async () => {
  const folder = tokens();
  const next = await run(line("-"), { folder, stdin: token("2027-12-01T00:00:00Z") });
  expect(next).toMatchObject({
    exit: 0,
    stderr: expect.stringContaining("- can replace the file in use once you have checked"),
  });
  const words = ["renewals", "verify", "--current", "-", "--new", "new.vpptoken"];
  expect(await run(words, { folder, stdin: token("2026-12-01T00:00:00Z") })).toMatchObject({ exit: 0 });
});

describe("an unreadable file", () => {
  test.each([
    ["the new one is not there", line("gone.vpptoken"), "no such file", "gone.vpptoken"],
    ["the new one is a folder", line("."), "this is a folder", "."],
    ["the new one is something else", line("words.pem"), "words.pem", "words.pem"],
    [
      "the one in use is not there",
      ["renewals", "verify", "--current", "gone", "--new", "new.vpptoken"],
      "no such",
      "gone",
    ],
    ["a key is not there", line("new.vpptoken", "--key", "gone.key"), "no such file", "gone.key"],
    ["a key is none", line("new.vpptoken", "--key", "words.pem"), "not a private key", "words.pem"],
    ["the request is not there", line("new.vpptoken", "--csr", "gone.csr"), "no such file", "gone.csr"],
    ["the request is none", line("new.vpptoken", "--csr", "words.pem"), "words.pem", "words.pem"],
  ])("exits with 3 in both languages if %s", async (_, words, said, where) => {
    const folder = tokens();
    writeFileSync(join(folder, "words.pem"), "本日は晴天なり");
    const { en } = await runInBoth(words, { folder });
    expect(en).toMatchObject({ exit: 3, stdout: "" });
    expect(en.stderr).toMatch(/^error: /);
    expect(en.stderr).toContain(said);
    expect(en.stderr).toContain(where);
  });
});

test.each([
  ["renewals verify", "--current"],
  ["renewals verify --current a", "--new"],
  ["renewals verify --current a --new b --timezone Mars/Olympus", "Mars/Olympus"],
])("%s is a usage error", async (words, said) => {
  expect(await run(words)).toMatchObject({ exit: 2, stdout: "", stderr: expect.stringContaining(said) });
});

describeWithOpenssl("certificates", () => {
  const PUSH = "/UID=com.apple.mgmt.External.1/CN=APSP:1/C=JP";
  let workshop: OpensslWorkspace;
  let apple: IssuedCertificate;
  let [oldKey, newKey] = ["", ""];

  beforeAll(() => {
    workshop = new OpensslWorkspace();
    apple = workshop.certificate({
      subject: "/CN=Apple Application Integration 2 Certification Authority/O=Apple Inc./C=US",
      extensions: "basicConstraints = critical, CA:TRUE\nsubjectKeyIdentifier = hash",
    });
    [oldKey, newKey] = [workshop.key("ec"), workshop.key("ec")];
  });
  afterAll(() => workshop.close());

  const issued = (subject: string, key: string, from: string, to: string): IssuedCertificate =>
    workshop.certificate({ subject, from, to, issuer: apple, extensions: "authorityKeyIdentifier = keyid" }, key);
  const inUse = (): IssuedCertificate => issued(PUSH, oldKey, "20251201000000Z", "20261201000000Z");
  const renewed = (subject = PUSH): IssuedCertificate => issued(subject, newKey, "20261119000000Z", "20271119000000Z");

  /** The request as the console gives it. */
  const request = (key: string): string => {
    const der = workshop.run("req", "-new", "-key", key, "-subj", "/CN=a/C=JP", "-outform", "DER");
    const list = createPropertyList(`<key>PushCertRequestCSR</key><string>${der.toString("base64")}</string>`);
    return workshop.file("CertificateSigningRequest.csr", Buffer.from(list).toString("base64"));
  };

  const verify = (
    current: string,
    next: string,
    words: readonly string[] = [],
    more: Circumstances = {},
  ): Promise<RunResult> =>
    run(["renewals", "verify", "--current", current, "--new", next, ...words, "--format", "json"], more);

  test("the request shows whether the certificate was made from it, and its file time whether it is old", async () => {
    const [current, next] = [inUse().certificateFile, renewed().certificateFile];
    const csr = request(newKey);
    utimesSync(csr, new Date("2026-11-19T00:00:00Z"), new Date("2026-11-19T00:00:00Z"));
    const right = await verify(current, next, ["--csr", csr]);
    expect(right.exit).toBe(0);
    expect(results(right)).toMatchObject({ "request-key": "good", "request-age": "good", issuer: "good" });
    const without = await verify(current, next);
    expect([without.exit, results(without)["request-key"]]).toEqual([0, "unknown"]);
    expect(without.stderr).toContain("can replace the file in use once you have checked: matches the CSR");
    expect((await verify(current, next, ["--strict"])).exit).toBe(3);
    const another = await verify(current, next, ["--csr", request(workshop.key("ec"))]);
    expect([another.exit, results(another)["request-key"]]).toEqual([3, "bad"]);
    utimesSync(csr, new Date("2025-11-19T00:00:00Z"), new Date("2025-11-19T00:00:00Z"));
    const stale = await verify(current, next, ["--csr", csr]);
    expect([stale.exit, results(stale)["request-age"]]).toEqual([0, "warning"]);
    expect((await verify(current, next, ["--csr", csr, "--strict"])).exit).toBe(3);
    const piped = await verify(current, next, ["--csr", "-"], { stdin: readFileSync(csr) });
    expect(results(piped)).toMatchObject({ "request-key": "good", "request-age": "unknown" });
  });

  test("accepts a file of a key and a certificate, or of several certificates with one push certificate", async () => {
    const [old, next] = [inUse(), renewed()];
    const server = workshop.certificate({ subject: "/CN=a" }, newKey);
    const file = (...parts: readonly string[]): string => workshop.file("several.pem", parts.join(""));
    expect((await verify(file(old.key, old.certificate), next.certificateFile)).exit).toBe(0);
    expect(
      (await verify(file(server.certificate, old.certificate), file(next.certificate, server.certificate))).exit,
    ).toBe(0);
    const years = file(old.certificate, next.certificate);
    const same = await verify(years, next.certificateFile);
    expect([same.exit, results(same)["file"]]).toEqual([3, "bad"]);
    expect((await verify(old.certificateFile, years)).exit).toBe(0);
    const other = renewed("/UID=com.apple.mgmt.External.2/CN=APSP:2/C=JP");
    const two = file(other.certificate, next.certificate);
    const { en } = await runInBoth(["renewals", "verify", "--current", two, "--new", next.certificateFile]);
    expect(en).toMatchObject({ exit: 3, stdout: "", stderr: expect.stringContaining("several certificates") });
    expect(en.stderr).toContain("several.pem");
    const plain = file(server.certificate, workshop.certificate({ subject: "/CN=b" }, newKey).certificate);
    expect(await verify(old.certificateFile, plain)).toMatchObject({ exit: 3, stdout: "" });
  });
});
