import { EventEmitter } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeWithOpenssl, OpensslWorkspace, type IssuedCertificate } from "#support/apple/openssl.ts";
import type { RenewalItem } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
import { createVppToken } from "#support/renewals/vpp-token.ts";
import { freshFolder, runInBoth, run, type Circumstances } from "#support/commands/program.ts";
import type { ReceivedRequest } from "#support/commands/tenant.ts";
import { item } from "#support/commands/renewals/item.ts";

const added = { addRenewal: item(1) };

const told = (requests: readonly ReceivedRequest[]): Record<string, unknown> => {
  const last = requests.at(-1);
  expect(last?.operation).toBe("addRenewal");
  return last?.json as Record<string, unknown>;
};

/** `add` with these words, and the item it made. */
async function addedBy(words: readonly string[], circumstances: Circumstances = {}) {
  const ran = await run(["renewals", "add", ...words], { tenant: added, ...circumstances });
  expect(ran.stderr).toBe("");
  expect(ran.exit).toBe(0);
  return told(ran.requests);
}

const custom = ["契約", "--kind", "custom"];

test("a signal while the item is shown says that the item was recorded", async () => {
  const signals = new EventEmitter();
  const onOutput = () => void signals.emit("SIGTERM");
  const ended = await runInBoth(["renewals", "add", ...custom], { tenant: added, signals, onOutput });
  expect(ended.en).toMatchObject({
    exit: 143,
    stderr: "error: interrupted: the change was made; the output may be incomplete\n",
  });
});

describe("given options", () => {
  test("a kind and a name are enough, and nothing else is invented", async () => {
    const { exit, requests } = await run(["renewals", "add", ...custom], { tenant: added });
    expect(exit).toBe(0);
    expect(requests).toEqual([{ operation: "addRenewal", json: { kind: "custom", name: "契約" } }]);
  });

  test.each([
    [["--expires", "2027-03-31"], { expiresAt: "2027-03-31T14:59:59.000Z", certainty: "typed" }],
    [["--expires", "2027-03-31", "--timezone", "UTC"], { expiresAt: "2027-03-31T23:59:59.000Z", certainty: "typed" }],
    [["--expires", "2027-03-31T09:00:00+09:00"], { expiresAt: "2027-03-31T00:00:00.000Z", certainty: "typed" }],
    [["--expires", " "], { expiresAt: null, certainty: "typed" }],
    [["--organisation", "本社"], { organisation: "本社" }],
    [["--owner", " it@example.jp"], { owner: " it@example.jp" }],
    [["--owner", "  "], { owner: null }],
    [["--account", "push@example.jp"], { account: "push@example.jp" }],
    [["--phone", "090-0000-0000"], { phone: "090-0000-0000" }],
    [["--phone", "＋８１ 90 0000 0000 (業務用)"], { phone: "＋８１ 90 0000 0000 (業務用)" }],
    [["--phone", "内線 4001"], { phone: "内線 4001" }],
    [["--phone", " "], { phone: null }],
    [["--phone-holder", "金庫"], { phoneHolder: "金庫" }],
    [["--notes", "a b"], { notes: "a b" }],
  ])("%j", async (words, said) => {
    const { requests } = await run(["renewals", "add", ...custom, ...words], { tenant: added });
    expect(told(requests)).toEqual({ kind: "custom", name: "契約", ...said });
  });

  test.each([
    // a day is over at its end, today is not: then it was now
    ["2026-04-01", "2027-04-01T14:59:59.000Z"],
    ["2026-11-20", "2027-11-20T01:00:00.000Z"],
    ["2026-11-20T01:00:00Z", "2027-11-20T01:00:00.000Z"],
    ["2024-02-29", "2025-02-28T14:59:59.000Z"],
  ])("counts a year from the last login on %s", async (at, expiresAt) => {
    const words = ["所有者", "--kind", "android-owner", "--last-login", at];
    const { requests } = await run(["renewals", "add", ...words], { tenant: added });
    expect(told(requests)).toEqual({ kind: "android-owner", name: "所有者", expiresAt, certainty: "estimated" });
  });
});

describe("a folder", () => {
  test("is recorded by file, without known items, and unreadable or refused files are reported", async () => {
    const folder = freshFolder();
    const write = (name: string, content: string) => writeFileSync(join(folder, "certs", name), content);
    mkdirSync(join(folder, "certs"));
    write("a.vpptoken", createVppToken(new Date("2027-01-15T09:00:00Z"), "例 A"));
    write("b.vpptoken", "broken");
    write("c.vpptoken", createVppToken(new Date("2027-02-15T09:00:00Z"), "例 C"));
    const line = "renewals add certs --owner it@example.jp --fields name,source";
    const { en } = await runInBoth(line, { folder, tenant: { listRenewals: { items: [] }, ...added } });
    expect(en).toMatchObject({ exit: 8, stdout: "name\tsource\n契約 1\t\n契約 1\t\n" });
    expect(en.stderr).toMatch(/^certs\/b\.vpptoken: not recorded: not a certificate.*\n$/);
    expect(en.requests.map(({ json }) => json)).toEqual([
      undefined,
      ...["A", "C"].map((one): unknown =>
        expect.objectContaining({
          name: `例 ${one}`,
          kind: "vpp-token",
          owner: "it@example.jp",
          source: join(folder, "certs", `${one.toLowerCase()}.vpptoken`),
        }),
      ),
    ]);
    const sent = en.requests[1]?.json as { readonly fingerprint: string };
    const taken = new Failure("input-rejected", { what: { en: "same topic as x", ja: "x と同じトピックです" } });
    const known = { listRenewals: { items: [item(3, { fingerprint: sent.fingerprint })] }, addRenewal: taken };
    const again = await run(line, { folder, tenant: known });
    expect(again).toMatchObject({ exit: 3, stdout: "name\tsource\n" });
    expect(again.stderr).toContain(
      "certs/a.vpptoken: not recorded: different file: this file is the same as the file in use",
    );
    expect(again.stderr).toContain("certs/c.vpptoken: not recorded: same topic as x\n");
  });

  test("of two content tokens of one location records only the newer one, and names the older one", async () => {
    const folder = freshFolder();
    const [older, newer] = ["sToken_for_Tokyo_.vpptoken", "sToken_for_Tokyo_ (1).vpptoken"];
    writeFileSync(join(folder, older), createVppToken(new Date("2026-12-01T00:00:00Z"), "例"));
    writeFileSync(join(folder, newer), createVppToken(new Date("2027-12-01T00:00:00Z"), "例"));
    const tenant = { listRenewals: { items: [] }, ...added };
    const { en } = await runInBoth("renewals add . --owner x", { folder, tenant });
    expect(en).toMatchObject({ exit: 0, stderr: `${older}: not recorded: superseded by ${newer}\n` });
    const sent = en.requests.filter(({ operation }) => operation === "addRenewal");
    expect(sent.map(({ json }) => json)).toMatchObject([{ expiresAt: "2027-12-01T00:00:00.000Z" }]);
    const { en: checked } = await runInBoth("renewals check .", { folder });
    expect(checked).toMatchObject({ exit: 0, stdout: `1 ok, 1 superseded: ${older}\n` });
  });

  describe("with content tokens of two years for the same full-width location", () => {
    const folder = (first: string, second: string): string => {
      const made = freshFolder();
      writeFileSync(join(made, first), createVppToken(new Date("2026-12-01T00:00:00Z"), "例"));
      writeFileSync(join(made, second), createVppToken(new Date("2027-12-01T00:00:00Z"), "例"));
      return made;
    };

    test("records the token that ends first, and proposes the other as its renewal, also in a second run", async () => {
      const place = folder("sToken_for___ (1).vpptoken", "sToken_for___.vpptoken");
      const recorded = (json: unknown = {}): RenewalItem => item(1, { kind: "vpp-token", ...(json as object) });
      const ran = await runInBoth("renewals add . --owner it@example.jp", {
        folder: place,
        tenant: { listRenewals: { items: [] }, addRenewal: recorded({ name: "例" }) },
      });
      expect(ran.en.exit).toBe(8);
      const added = ran.en.requests.filter(({ operation }) => operation === "addRenewal");
      expect(added.map(({ json }) => json)).toEqual([
        expect.objectContaining({ name: "例", expiresAt: "2026-12-01T00:00:00.000Z" }),
      ]);
      const renews =
        'sToken_for___.vpptoken: not recorded: this file renews "例"; to record it: clomoctl renewals renew 例 sToken_for___.vpptoken\n';
      expect(ran.en.stderr).toContain(renews);
      const again = await run("renewals add .", {
        folder: place,
        tenant: { listRenewals: { items: [recorded(added[0]?.json)] } },
      });
      expect(again).toMatchObject({ exit: 3, stderr: expect.stringContaining(renews) });
      expect(again.stderr).toContain("sToken_for___ (1).vpptoken: not recorded: different file: ");
      const checked = await runInBoth("renewals check . --fields level,tenant", { folder: place });
      expect(checked.en).toMatchObject({
        exit: 2,
        stdout: "level\ttenant\ncritical\tsToken_for___ (1).vpptoken\nok\tsToken_for___.vpptoken\n",
      });
    });
  });
});

test("a token that another context has is recorded with a warning, alone and in a folder", async () => {
  const [home, folder] = [freshFolder(), freshFolder()];
  for (const name of ["kanto", "osaka"]) {
    await run(`context add ${name} --embedded`, { home });
    mkdirSync(join(home, "tenants", name), { recursive: true });
  }
  writeFileSync(join(folder, "a.vpptoken"), createVppToken(new Date("2027-01-15T09:00:00Z"), "例"));
  const sent = await addedBy(["本社", "--file", "a.vpptoken"], { folder });
  const known = { listRenewals: { items: [item(7, { ...sent, name: "別" })] } };
  const line = "--context kanto --owner x --lang en";
  const warning = "warning: the context osaka has the same VPP content token, as 別\n";
  const recorded = { addRenewal: item(1, sent) };
  const alone = { home, folder, tenants: { kanto: recorded, osaka: known } };
  const { stderr } = await run(`renewals add 本社 --file a.vpptoken ${line}`, { ...alone, terminal: {} });
  for (const said of [warning.trim(), "clomoctl renewals guide 本社 --context kanto"])
    expect(stderr.replaceAll(/\s+/g, " ")).toContain(said);
  const kanto = { listRenewals: { items: [] }, ...recorded };
  const all = await run(`renewals add . ${line}`, { ...alone, tenants: { kanto, osaka: known } });
  expect(all).toMatchObject({ exit: 0, stderr: warning });
  const locked = new Failure("locked", { what: { en: "locked by 7", ja: "7 が使用中" } });
  const unread = { ...alone, tenants: { kanto: recorded, osaka: locked } };
  expect((await run(`renewals add 本社 --file a.vpptoken ${line}`, unread)).exit).toBe(0);
  // the same tenant in two contexts has the same items
  const itself = { kanto, osaka: { listRenewals: { items: [item(1, sent)] } } };
  expect((await run(`renewals add . ${line}`, { ...alone, tenants: itself })).stderr).toBe("");
});

describe("a file", () => {
  const token = { "a.vpptoken": createVppToken(new Date("2027-01-15T09:00:00Z"), "株式会社例") };

  const folderOf = (files: Readonly<Record<string, string | Uint8Array>>): string => {
    const folder = freshFolder();
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    return folder;
  };

  test("provides kind, date, organisation and fingerprint, and its path is kept", async () => {
    const folder = folderOf(token);
    expect(await addedBy(["VPP", "--file", "a.vpptoken"], { folder })).toEqual({
      kind: "vpp-token",
      name: "VPP",
      organisation: "株式会社例",
      expiresAt: "2027-01-15T09:00:00.000Z",
      certainty: "exact",
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      topic: null,
      source: join(folder, "a.vpptoken"),
    });
  });

  test("can come from stdin, and given options take precedence", async () => {
    const words = ["VPP", "--file", "-", "--kind", "vpp-token", "--organisation", "関東"];
    expect(await addedBy(words, { stdin: token["a.vpptoken"] })).toMatchObject({
      kind: "vpp-token",
      organisation: "関東",
      source: null,
    });
  });

  test.each([
    ["nowhere.pem", [], 6, "no such file", "nowhere.pem"],
    [".", [], 2, "this is a folder", "."],
    ["words.pem", [], 3, "words.pem", "words.pem"],
    ["a.vpptoken", ["--kind", "certificate"], 3, "the file contains: VPP content token", "a.vpptoken"],
    ["a.vpptoken", ["--kind", "custom"], 3, "the file does not contain an item of this kind", "a.vpptoken"],
    ["a.vpptoken", ["--key", "words.pem"], 3, "not a private key", "words.pem"],
    ["a.vpptoken", ["--key", "gone.key"], 6, "no such file", "gone.key"],
  ])("%s %j is refused, and nothing is recorded", async (file, more, exit, said, where) => {
    const folder = folderOf({ ...token, "words.pem": "本日は晴天なり" });
    const ran = await run(["renewals", "add", "x", "--file", file, ...more], { folder, tenant: {} });
    expect(ran).toMatchObject({ exit, stdout: "", requests: [], stderr: expect.stringContaining(said) });
    expect(ran.stderr).toContain(where);
  });
});

describe("refusals", () => {
  test.each([
    [["x"], "no such folder, and the kind is missing\n  x\n"],
    [["x", "--last-login", "2026-04-01"], "kind is missing"],
    [["x", "--kind", "custom", "--last-login", "2026-03-01"], "--last-login requires the kind android-owner"],
    [["x", "--kind", "android-owner", "--last-login", "2026-11-21"], "2026-11-21 is in the future\n  --last-login\n"],
    [["x", "--kind", "android-owner", "--last-login", "2026-11-20T01:00:01Z"], "is in the future"],
    [["x", "--kind", "android-owner", "--last-login", "2026-11-20T23:59:59+09:00"], "is in the future"],
  ])("%j is a usage error", async (words, said) => {
    const { exit, stderr, requests } = await run(["renewals", "add", ...words], { tenant: {} });
    expect([exit, requests]).toEqual([2, []]);
    expect(stderr).toContain(said);
  });
});

test.each(["情報システム部の金庫", "本社4F 1204号室", "090"])(
  "refuses %s as a telephone number and names the option for holder and place",
  async (typed) => {
    await using tenant = new TestTenant();
    const { en } = await runInBoth(["renewals", "add", ...custom, "--phone", typed], { tenant: tenant.fetch });
    expect(en).toMatchObject({ exit: 3, stderr: expect.stringContaining(`"${typed}" is not a telephone number`) });
    expect(en.stderr).toContain("--phone-holder");
  },
);

describeWithOpenssl("certificates", () => {
  let workshop: OpensslWorkspace;
  let all: readonly IssuedCertificate[] = [];

  beforeAll(() => {
    workshop = new OpensslWorkspace();
    const key = workshop.key("ec");
    const subjects = ["/UID=com.apple.mgmt.External.1/CN=APSP:1/C=JP", "/CN=a", "/CN=b"];
    all = subjects.map((subject) => workshop.certificate({ subject }, key));
  });
  afterAll(() => workshop.close());

  const fileOf = (...made: readonly IssuedCertificate[]): string =>
    workshop.file("several.pem", made.map(({ certificate }) => certificate).join(""));

  test("reads the topic of a push certificate, but the kind of other certificates must be given", async () => {
    const [push, plain] = all as [IssuedCertificate, IssuedCertificate];
    expect(await addedBy(["本社", "--file", push.certificateFile])).toMatchObject({
      kind: "push-certificate",
      topic: "com.apple.mgmt.External.1",
      expiresAt: "2027-03-01T05:00:00.000Z",
    });
    expect(await addedBy(["a", "--file", plain.certificateFile])).toMatchObject({ kind: "certificate" });
    for (const kind of ["agent-build-certificate", "agent-push-certificate", "device-certificate", "custom"]) {
      expect(await addedBy(["a", "--file", plain.certificateFile, "--kind", kind])).toMatchObject({ kind });
    }
    const wrong = await run(["renewals", "add", "a", "--file", plain.certificateFile, "--kind", "vpp-token"], {
      tenant: {},
    });
    expect(wrong).toMatchObject({ exit: 3, stderr: expect.stringContaining("the file contains: certificate") });
  });

  test("selects one of several by its kind", async () => {
    const file = fileOf(...all);
    const { en } = await runInBoth(["renewals", "add", "x", "--file", file], { tenant: {} });
    expect(en).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining("error: the file contains several matching items (3)\n"),
    });
    expect(await addedBy(["x", "--file", file, "--kind", "push-certificate"])).toMatchObject({
      topic: "com.apple.mgmt.External.1",
    });
  });
});
