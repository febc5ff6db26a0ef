import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readExpiringItems } from "../../lib/apple/index.ts";
import { describeWithOpenssl, createServerToken, OpensslWorkspace } from "#support/apple/openssl.ts";
import type { RenewalItem } from "../../lib/client/index.ts";
import { createVppToken } from "#support/renewals/vpp-token.ts";
import { freshFolder, runInBoth, run, type Circumstances } from "#support/commands/program.ts";
import type { Answers } from "#support/commands/tenant.ts";
import { idOf, item } from "#support/commands/renewals/item.ts";

const listing = (one: Partial<RenewalItem>): Answers => ({
  listRenewals: { items: [item(1, { name: "本社", ...one }), item(2)] },
});

const having = (one: Partial<RenewalItem>, after: Partial<RenewalItem> = one): Answers => ({
  ...listing(one),
  editRenewal: item(1, { name: "本社", ...after }),
});

/** The change that `edit 本社` with these words asks for, and what it says. */
async function change(words: readonly string[], one: Partial<RenewalItem> = {}, more: Circumstances = {}) {
  const ran = await run(["renewals", "edit", "本社", ...words], { tenant: having(one), ...more });
  expect(ran).toMatchObject({ exit: 0, requests: [{ operation: "listRenewals" }, { operation: "editRenewal" }] });
  expect(ran.requests[1]?.params).toEqual({ id: idOf(1) });
  return { json: ran.requests[1]?.json, stderr: ran.stderr };
}

describe("changes only what is given", () => {
  test.each([
    [["--name", "支社"], { name: "支社" }],
    [["--kind", "certificate"], { kind: "certificate" }],
    [["--expires", "2028-03-31"], { expiresAt: "2028-03-31T14:59:59.000Z", certainty: "typed" }],
    [["--expires", "2028-03-31", "--timezone", "UTC"], { expiresAt: "2028-03-31T23:59:59.000Z", certainty: "typed" }],
    [["--expires", ""], { expiresAt: null, certainty: "typed" }],
    [["--organisation", "関東"], { organisation: "関東" }],
    [["--organisation", ""], { organisation: null }],
    [["--owner", "", "--notes", "n"], { owner: null, notes: "n" }],
    [["--account", "a", "--phone-holder", "金庫"], { account: "a", phoneHolder: "金庫" }],
    [["--phone", "0300000000"], { phone: "0300000000" }],
    [
      ["--kind", "android-owner", "--last-login", "2026-04-01"],
      { kind: "android-owner", expiresAt: "2027-04-01T14:59:59.000Z", certainty: "estimated" },
    ],
  ])("%j", async (words, json) => {
    expect(await change(words, { topic: "t" })).toEqual({ json, stderr: "" });
  });

  test("the result is the item in its new state, with its date in the time zone", async () => {
    const tenant = having({}, { owner: "x", expiresAt: "2026-12-01T15:00:00.000Z" });
    const line = "renewals edit 本社 --owner x --fields context,owner,expiresOn,daysLeft,level";
    const { en, ja } = await runInBoth(line, { tenant });
    expect(en.stdout).toBe("context\towner\texpiresOn\tdaysLeft\tlevel\nlocal\tx\t2026-12-02\t12\tcritical\n");
    expect(ja.stdout).toBe(en.stdout);
    expect((await run(`${line} --timezone UTC`, { tenant })).stdout).toContain("2026-12-01\t11");
    const unnoticed =
      "the owner x does not receive reminders, because the owner must be a single email address; to change the owner: clomoctl";
    expect(en.stderr).toContain(unnoticed);
    expect((await run("renewals edit 本社 --notes n", { tenant })).stderr).not.toContain("notices");
    const drawn = await runInBoth("renewals edit 本社 --owner x", { tenant, terminal: {} });
    expect(drawn.en.stdout).toMatch(/^owner +x$/m);
  });
});

describe("a refusal leaves the item unchanged", () => {
  test.each([
    [["本社", "--last-login", "2026-04-01"], 2, "--last-login can be used only with the kind android-owner"],
    [["本社", "--file", "nowhere.pem"], 6, "no such file"],
    [["大阪", "--owner", "x"], 6, 'no item matches "大阪"'],
    [["019a9f3c", "--owner", "x"], 2, `other date 本社 ${idOf(1)}; other date 契約 2 関東 ${idOf(2)}`],
  ])("%j", async (words, exit, said) => {
    const items = [item(1, { name: "本社" }), item(2, { organisation: "関東" })];
    const ran = await run(["renewals", "edit", ...words], { tenant: { listRenewals: { items } } });
    expect(ran).toMatchObject({ exit, stdout: "", requests: [{ operation: "listRenewals" }] });
    expect(ran.stderr).toContain(said);
  });

  test.each([["renewals edit 本社 --nmae x", "did you mean --name?"]])(
    "%s makes no request to the tenant",
    async (line, told) => {
      const refused = await run(line, { tenant: {} });
      expect(refused).toMatchObject({ exit: 2, requests: [] });
      expect(refused.stderr).toContain(told);
    },
  );
});

const LATER = new Date("2027-12-01T00:00:00Z");
const EARLIER = new Date("2027-01-15T09:00:00Z");

const nameless = Buffer.from(JSON.stringify({ token: "x", expDate: "2027-12-01T00:00:00+0000" })).toString("base64");

function tokens(): string {
  const folder = freshFolder();
  writeFileSync(join(folder, "early.vpptoken"), createVppToken(EARLIER, "例"));
  writeFileSync(join(folder, "late.vpptoken"), createVppToken(LATER, "例"));
  writeFileSync(join(folder, "nameless.vpptoken"), nameless);
  return folder;
}

const vpp = { kind: "vpp-token", organisation: "例", expiresAt: EARLIER.toISOString(), certainty: "exact" } as const;

/** A day that somebody typed, without a file. */
const TYPED = { kind: "vpp-token", fingerprint: null, certainty: "typed" } as const;

const REFUSED = "is not later than";

const fingerprintOf = (token: string): string => createHash("sha256").update(token).digest("hex");

/** What is said of a file without an organisation that is not recorded. */
async function refused(one: Partial<RenewalItem>, folder: string): Promise<string> {
  const ran = await run("renewals edit 本社 --file nameless.vpptoken", { tenant: listing(one), folder });
  expect(ran).toMatchObject({ exit: 3, requests: [{ operation: "listRenewals" }] });
  return ran.stderr;
}

describe("a renewed file", () => {
  test("waits for its confirmation with date, fingerprint and path, and the item keeps its name", async () => {
    const folder = tokens();
    const { json, stderr } = await change(["--file", "late.vpptoken", "--owner", "x"], vpp, { folder });
    expect(json).toEqual({
      kind: "vpp-token",
      organisation: "例",
      downloadedExpiresAt: LATER.toISOString(),
      downloadedCertainty: "exact",
      downloadedFingerprint: fingerprintOf(createVppToken(LATER, "例")),
      downloadedTopic: null,
      downloadedSource: join(folder, "late.vpptoken"),
      owner: "x",
    });
    expect(stderr).toBe(
      "warning: late.vpptoken: not checked: location; to check the file before the upload: clomoctl renewals verify --current OLD --new late.vpptoken\n",
    );
  });

  test.each<[string, Partial<RenewalItem>, string]>([
    ["the one in use, if it is not newer", { ...vpp, expiresAt: LATER.toISOString() }, "late.vpptoken"],
    [
      "the one in use, of whose date the day was typed",
      { ...TYPED, expiresAt: "2027-11-30T14:59:59.000Z" },
      "late.vpptoken",
    ],
    ["the one in use, if no date is recorded", { ...TYPED, expiresAt: null }, "late.vpptoken"],
  ])("is %s", async (_, before, file) => {
    const { json } = await change(["--file", file], before, { folder: tokens() });
    expect(json).toMatchObject({ expiresAt: LATER.toISOString(), certainty: "exact", downloadedExpiresAt: null });
  });

  describe("that was recorded as downloaded", () => {
    const download = {
      downloadedExpiresAt: LATER.toISOString(),
      downloadedFingerprint: "ab".repeat(32),
      downloadedSource: "/n.p7m",
    };
    const NONE = { downloadedExpiresAt: null, downloadedFingerprint: null, downloadedSource: null };
    const edited = (words: string, after: Partial<RenewalItem>) => {
      const before = item(1, { name: "本社", ...vpp, ...download });
      const tenant = { listRenewals: { items: [before] }, editRenewal: { ...before, ...after } };
      return runInBoth(`renewals edit 本社 ${words}`, { tenant, folder: tokens() });
    };

    test.each([
      ["--expires 2027-03-01", NONE],
      ["--file early.vpptoken", NONE],
      ["--file late.vpptoken", { downloadedFingerprint: "cd".repeat(32) }],
    ])("is dropped by %s with a warning, in both languages", async (words, after) => {
      const { en } = await edited(words, after);
      expect(en).toMatchObject({ exit: 0 });
      expect(en.stderr).toContain(
        "warning: the renewed file (expires 2027-12-01, /n.p7m) is no longer recorded as downloaded. If you still want to upload it: clomoctl renewals edit 本社 --file /n.p7m\n",
      );
    });
  });

  describe("that verify would refuse", () => {
    /** An item whose token in use is of Sapporo, and a newer one of Naha beside it. */
    const ofSapporo = () => {
      const folder = freshFolder();
      const [inUse, file] = ["sToken_for_Sapporo.vpptoken", "sToken_for_Naha.vpptoken"];
      writeFileSync(join(folder, inUse), createVppToken(EARLIER, "例"));
      writeFileSync(join(folder, file), createVppToken(LATER, "例"));
      const recorded = { source: join(folder, inUse), fingerprint: fingerprintOf(createVppToken(EARLIER, "例")) };
      return { folder, recorded: { ...vpp, ...recorded }, file };
    };

    test("is not recorded as downloaded, in both languages", async () => {
      const { folder, recorded, file: name } = ofSapporo();
      const file = `./${name}`;
      const { en } = await runInBoth(`renewals edit 本社 --file ${file}`, { tenant: listing(recorded), folder });
      expect(en).toMatchObject({ exit: 3, stdout: "", requests: [{ operation: "listRenewals" }] });
      expect(en.stderr).toBe(
        [
          'error: this file cannot renew "本社": location: this token belongs to another location (the licences of the current location would be missing): Sapporo → Naha',
          `  ${file}`,
          `  do not upload this file; to get the right file: clomoctl renewals guide 本社 . If this file is already in use, remove the item and add it again: clomoctl renewals remove 本社 , then clomoctl renewals add 本社 --file ${file}`,
          "",
        ].join("\n"),
      );
    });

    test("is not recorded as the file in use, either, if more than its age is wrong", async () => {
      const { folder, recorded, file } = ofSapporo();
      const tenant = listing({ ...recorded, expiresAt: "2028-01-15T09:00:00Z" });
      expect(await run(`renewals edit 本社 --file ${file}`, { tenant, folder })).toMatchObject({ exit: 3 });
    });
  });

  test("that is older is recorded with a warning, in both languages", async () => {
    const tenant = having({ ...vpp, expiresAt: LATER.toISOString() });
    const { en } = await runInBoth("renewals edit 本社 --file early.vpptoken", { tenant, folder: tokens() });
    expect(en.exit).toBe(0);
    expect(en.requests.map(({ operation }) => operation)).toEqual(["listRenewals", "editRenewal"]);
    expect(en.stderr).toMatch(
      /^warning: early\.vpptoken: later expiry: 2027-01-15 18:00.* is not later than 2027-12-01/,
    );
    expect(en.stderr.split("\n")).toHaveLength(3);
    const utc = await run("renewals edit 本社 --file early.vpptoken --timezone UTC", { tenant, folder: tokens() });
    expect(utc.stderr).toContain("2027-01-15 09:00");
  });

  test("is compared with the file in use if that file is still at its recorded path", async () => {
    const folder = tokens();
    const late = { expiresAt: LATER.toISOString(), source: join(folder, "late.vpptoken") };
    const itself = { ...vpp, ...late, fingerprint: fingerprintOf(createVppToken(LATER, "例")) };
    const { stderr } = await change(["--file", "late.vpptoken"], itself, { folder });
    expect(stderr).toContain("this file is the same as the file in use");
    // the recorded date is earlier, yet the file that was recorded says another: the file counts
    const early = { ...itself, expiresAt: EARLIER.toISOString() };
    expect(await refused(early, folder)).toContain("is not later than");
    // another file lies there now: the record counts
    const replaced = { ...early, fingerprint: "0".repeat(64) };
    expect((await change(["--file", "nameless.vpptoken"], replaced, { folder })).stderr).not.toContain(REFUSED);
    const gone = { ...early, source: join(folder, "gone.vpptoken") };
    expect((await change(["--file", "nameless.vpptoken"], gone, { folder })).stderr).not.toContain(REFUSED);
  });

  test("is compared with the record if the file in use is a folder, too long or unreadable", async () => {
    const folder = tokens();
    writeFileSync(join(folder, "broken.vpptoken"), "broken");
    // a token with so much behind it that no token is that long
    writeFileSync(join(folder, "long.vpptoken"), `${createVppToken(LATER, "例")}${"\n".repeat(1024 * 1024)}`);
    for (const source of [folder, join(folder, "broken.vpptoken"), join(folder, "long.vpptoken")]) {
      const one = { ...vpp, source, fingerprint: fingerprintOf(createVppToken(LATER, "例")) };
      expect((await change(["--file", "nameless.vpptoken"], one, { folder })).stderr).not.toContain(REFUSED);
    }
  });

  test("of another topic is refused, in both languages, and nothing is changed", async () => {
    const items = [item(1, { name: "本社", kind: "vpp-token", topic: "com.apple.mgmt.1" })];
    const line = "renewals edit 本社 --file late.vpptoken";
    const { en } = await runInBoth(line, { tenant: { listRenewals: { items } }, folder: tokens() });
    expect(en).toMatchObject({ exit: 3, stdout: "", requests: [{ operation: "listRenewals" }] });
    expect(en.stderr).toContain("the topic differs (none, recorded: com.apple.mgmt.1)");
    expect(en.stderr).toContain("every enrolled device would stop responding");
    expect(en.stderr).toContain("\n  late.vpptoken\n");
  });
});

describeWithOpenssl("certificates", () => {
  let workshop: OpensslWorkspace;
  let key = "";

  beforeAll(() => {
    workshop = new OpensslWorkspace();
    key = workshop.key("ec");
  });
  afterAll(() => workshop.close());

  const push = (topic: string): string =>
    workshop.certificate({ subject: `/UID=com.apple.mgmt.External.${topic}/CN=APSP:1/C=JP` }, key).certificateFile;

  test("the topic in use is required, but an item without a topic accepts any topic", async () => {
    const recorded = {
      kind: "push-certificate",
      topic: "com.apple.mgmt.External.1",
      expiresAt: "2026-12-01T00:00:00Z",
    } as const;
    const { json, stderr } = await change(["--file", push("1")], recorded);
    expect(json).toMatchObject({ downloadedTopic: recorded.topic });
    expect(stderr).toMatch(/^warning: .*: not checked: issuer, matches the CSR; to check .* --csr CSR\n$/);
    const other = ["renewals", "edit", "本社", "--file", push("2")];
    const ran = await run(other, { tenant: { listRenewals: { items: [item(1, { name: "本社", ...recorded })] } } });
    expect(ran).toMatchObject({ exit: 3, requests: [{ operation: "listRenewals" }] });
    expect(ran.stderr).toContain(`(com.apple.mgmt.External.2, recorded: ${recorded.topic})`);
    expect((await change(["--file", push("2")], { ...recorded, topic: null })).json).toMatchObject({
      downloadedTopic: "com.apple.mgmt.External.2",
    });
  });

  test("a server token is judged by what its key opens", async () => {
    const own = workshop.certificate({ subject: "/CN=own" });
    const seal = (expiry: string, name: string): string => {
      const plain = workshop.file("token", createServerToken(expiry));
      return workshop.file(
        name,
        workshop.run("cms", "-encrypt", "-binary", "-aes256", "-in", plain, own.certificateFile),
      );
    };
    // by its name it is a year long, by what it holds it has ended long ago
    const file = seal("2026-01-01T00:00:00Z", "本社_Token_2026-11-19T05-00-00Z_smime.p7m");
    const recorded = { kind: "ade-token", expiresAt: "2026-12-01T00:00:00Z" } as const;
    const shut = await change(["--file", file], recorded);
    expect(shut.json).toMatchObject({ downloadedCertainty: "estimated" });
    expect(shut.stderr).toContain("not checked: encryption key, MDM server, consumer key");
    const open = await change(["--file", file, "--key", own.keyFile], recorded);
    expect(open.json).toMatchObject({ certainty: "exact", expiresAt: "2026-01-01T00:00:00.000Z" });
    expect(open.stderr).toMatch(/later expiry[^]*valid now/);
    // the key opens the one in use, too
    const inUse = seal("2026-12-01T00:00:00Z", "本社_Token_2025-12-01T05-00-00Z_smime.p7m");
    const renewed = seal("2027-11-19T00:00:00Z", "本社_Token_2026-11-19T05-00-00Z_smime.p7m");
    const sealed = {
      ...recorded,
      source: inUse,
      fingerprint:
        (await readExpiringItems({ name: basename(inUse), bytes: readFileSync(inUse) }))[0]?.fingerprint ?? "",
    };
    const opened = await change(["--file", renewed, "--key", own.keyFile], sealed);
    expect(opened.json).toMatchObject({ downloadedExpiresAt: "2027-11-19T00:00:00.000Z" });
    expect(opened.stderr).toBe("");
    const foreign = workshop.certificate({ subject: "/CN=other" });
    const elsewhere = workshop.file(
      "本社_Token_2026-11-19T05-00-00Z_smime.p7m",
      workshop.run("cms", "-encrypt", "-binary", "-aes256", "-in", inUse, foreign.certificateFile),
    );
    const closed = await run(["renewals", "edit", "本社", "--file", elsewhere], { tenant: listing(sealed) });
    expect(closed).toMatchObject({ exit: 3, requests: [{ operation: "listRenewals" }] });
    expect(closed.stderr).toContain("encryption key: encrypted for another key");
  });
});
