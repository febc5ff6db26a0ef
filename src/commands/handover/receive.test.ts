import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { LONG_TIMEOUT } from "#support/drawn.ts";
import { filesBelow } from "#support/handover/spoiling.ts";
import { openForAllTests, TestTenant } from "#support/tenant/tenant.ts";
import { verifyOnConnection } from "../../lib/tenant/ledger/audit-verify.ts";
import { openTenant } from "../../cli/tenant.ts";
import { run, type RunResult } from "#support/commands/program.ts";
import { folderForAllTests } from "#support/folder.ts";

const folder = folderForAllTests();
const home = join(folder, "successor");
const tenant = openForAllTests();

const exportTo = (name: string) => run(`handover export -o ${name}`, { home: folder, folder, tenant: tenant.fetch });

const fingerprintOf = (name: string): string =>
  createHash("sha256")
    .update(readFileSync(join(folder, name, "SHA256SUMS")))
    .digest("hex");

/** Types a line with the fingerprint of the bundle that it begins with. */
const receive = (line: string): Promise<RunResult> => {
  const [name = ""] = line.split(" ");
  const known = existsSync(join(folder, name)) ? ["--fingerprint", fingerprintOf(name)] : [];
  return run(["handover", "receive", ...line.split(" "), ...known, "--lang", "en"], { home, folder });
};

const tenantPath = (context: string) => join(home, "tenants", context);

const openCopyOf = (path: string): TestTenant => {
  const copy = mkdtempSync(join(folder, "copy-"));
  cpSync(path, copy, { recursive: true });
  return new TestTenant(copy);
};

/** Opens a copy of what a context has. */
const openCopy = (context: string): TestTenant => openCopyOf(tenantPath(context));

beforeAll(async () => {
  tenant.addAdministrator("hanako", "hanako@example.co.jp");
  await addTestAccount(tenant, { name: "east", role: "division", org: "全社" });
  await tenant.client.tenant.set({ domain: "minato" });
  await tenant.client.renewals.add({ kind: "custom", name: "契約", owner: "hanako@example.co.jp" });
  await exportTo("whole --leaver hanako --leaves 2027-03-31");
  await exportTo("bare");
  rmSync(join(folder, "bare", "tenant.db"));
});

describe("handover receive", () => {
  test("with --dry-run creates neither a context nor a tenant", async () => {
    expect(await receive("whole --dry-run")).toMatchObject({ exit: 0, stdout: "" });
    expect((await run("context list --format json", { home, folder })).stdout).not.toContain("minato");
    expect(existsSync(tenantPath("minato"))).toBe(false);
  });

  test("compares the first 16 digits of the fingerprint, in any grouping", async () => {
    const digits = fingerprintOf("whole").slice(0, 16);
    const typed = (value: string) =>
      run(["handover", "receive", "whole", "--dry-run", "--fingerprint", value], { home, folder });
    expect((await run("handover receive whole --no-input", { home, folder })).exit).toBe(2);
    const other = fingerprintOf("whole").replace(/.$/, (digit) => (digit === "0" ? "1" : "0"));
    for (const [value, exit] of [
      [digits, 0],
      [digits.toUpperCase().replaceAll(/(.{4})/g, "$1 "), 0],
      [digits.replaceAll(/(.{4})(?=.)/g, "$1-"), 0],
      [fingerprintOf("whole"), 0],
      [digits.slice(0, 15), 2],
      [`${fingerprintOf("whole")}0`, 2],
      [digits.replace(/^./, "g"), 2],
      [digits.replace(/^./, (digit) => (digit === "0" ? "1" : "0")), 3],
      [other, 3],
    ] as const)
      expect([value, (await typed(value)).exit]).toEqual([value, exit]);
  });

  test("shows every administrator, keeps everything, and names what is not inside", async () => {
    const { exit, stderr } = await receive("whole");
    expect(exit).toBe(0);
    expect(stderr).toMatch(/administrator: .*\(hanako\): system administrator, all/);
    expect(stderr).toMatch(/administrator: .*\(east\): /);
    expect(stderr).toContain("does not contain passwords, keys, tokens");
    expect(stderr).toMatch(/clomoctl handover checklist --leaver hanako --leaves 2027-03-31.*\n/);
    await using received = openCopy("minato");
    // nothing tells the successor to remove her own tenant
    const listed = { home: folder, folder, tenant: received.fetch };
    const { stdout } = await run("handover checklist --leaver hanako --lang en", listed);
    expect(stdout).toContain("clomoctl handover transfer --from hanako");
    expect(stdout).not.toContain("owner of the renewal item");
    expect(stdout).not.toContain("context remove");
    expect(await received.users()).toEqual(await tenant.users());
    const [receipt, ...records] = await Array.fromAsync(received.client.audit.list());
    expect(receipt?.record).toMatchObject({
      action: "handover.receive",
      detail: { fingerprint: fingerprintOf("whole") },
    });
    expect(records).toEqual((await Array.fromAsync(tenant.client.audit.list())).slice(-records.length));
    expect(await received.client.audit.verify({ changes: true })).toMatchObject({ broken: null });
  });

  test("replaces a tenant without a terminal only with --yes, and keeps the former file", async () => {
    await tenant.client.orgs.create({ name: "営業部" });
    await exportTo("later");
    const question = /bundle lacks 1 record \(receive bundle 1\)[^]*pass --yes/;
    expect(await receive("later")).toMatchObject({ exit: 2, stderr: expect.stringMatching(question) });
    const { exit, stderr } = await receive("later --yes");
    expect({ exit, stderr }).toMatchObject({
      exit: 0,
      stderr: expect.stringContaining("will be replaced by a newer state: 1 change since"),
    });
    expect(readdirSync(tenantPath("minato")).toSorted()).toContain("tenant.db.former");
    await using received = openCopy("minato");
    expect((await Array.fromAsync(received.client.orgs.list())).map(({ name }) => name)).toContain("営業部");
  });

  test("never changes a tenant from which the bundle does not go forward", async () => {
    const path = join(tenantPath("minato"), "tenant.db");
    await run("users list", { home, folder });
    const before = readFileSync(path);
    expect(await receive("later")).toMatchObject({
      exit: 5,
      stderr: expect.stringContaining("already in this tenant"),
    });
    expect(await receive("whole --context MINATO")).toMatchObject({
      exit: 5,
      stderr: expect.stringContaining("older"),
    });
    await using other = new TestTenant();
    await other.client.users.create({ name: "山彦", emails: ["y@example.com"] });
    await other.client.tenant.set({ domain: "minato" });
    await run("handover export -o other", { home: folder, folder, tenant: other.fetch });
    expect(await receive("other")).toMatchObject({
      exit: 5,
      stderr: expect.stringMatching(/another tenant[^]*receive other --context minato-2/),
    });
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test("names the values that break a rule, and what to do", async () => {
    await using wrong = new TestTenant();
    wrong.addAdministrator("jiro", "jiro@example.co.jp");
    wrong.database.run("update account set role = 'none', supportOption = 1");
    await run("handover export -o wrong", { home: folder, folder, tenant: wrong.fetch });
    const { exit, stderr } = await receive("wrong --context wrong --dry-run");
    expect(exit).toBe(0);
    expect(stderr).toMatch(/support option.*\n(?:.*\n)*warning: the bundle contains \d+ invalid values?: ask/);
  });

  test.each([
    ["bare --context other", 3, "bare: tenant.db"],
    ["whole --context far", 2, "is on a server"],
    ["whole --context other --as hanako", 2, "remove --as"],
    ["whole --context a/b", 2, "a/b"],
    ["nothing --context other", 6, "nothing"],
  ])("refuses: %s", async (line, exit, said) => {
    await run("context add far --url https://mdm.example.jp", { home, folder });
    expect(await receive(line)).toMatchObject({ exit, stderr: expect.stringContaining(said) });
    expect(existsSync(tenantPath("other"))).toBe(false);
  });
});

/** Heads of the audit log that were noted outside the bundle before its export. */
const headsInside = new Map<string, readonly string[]>();

/** A computer with a tenant in the context `minato`, which is only changed by commands. */
class Computer {
  readonly heads: string[] = [];
  readonly #home: string;

  constructor(name: string) {
    this.#home = join(folder, name);
  }

  async type(line: string, code = 0): Promise<RunResult> {
    const context = line.startsWith("context ") ? [] : ["--context", "minato"];
    const result = await run([...line.split(" "), ...context, "--lang", "en"], {
      home: this.#home,
      folder,
      outside: { openTenant },
    });
    if (result.exit !== code) throw new Error(`${line}: exit ${result.exit}\n${result.stderr}`);
    return result;
  }

  async read<T>(line: string): Promise<T> {
    return JSON.parse((await this.type(`${line} --format json`)).stdout) as T;
  }

  async note(): Promise<void> {
    const { last } = await this.read<{ readonly last: { readonly hash: string } }>("audit verify");
    this.heads.push(last.hash);
  }

  async createToken(name: string): Promise<string> {
    const { secret } = await this.read<{ readonly secret: string }>(`access-tokens create ${name} --as suzuki`);
    await this.note();
    return secret;
  }

  async export(bundle: string): Promise<void> {
    headsInside.set(bundle, [...this.heads]);
    await this.type(`handover export -o ${bundle}`);
    await this.note();
  }

  async receive(bundle: string, code = 0): Promise<RunResult> {
    const result = await this.type(`handover receive ${bundle} --yes --fingerprint ${fingerprintOf(bundle)}`, code);
    if (code !== 0) return result;
    this.heads.push(...(headsInside.get(bundle) ?? []));
    await this.note();
    await using copy = this.openCopy();
    for (const head of new Set(this.heads)) {
      const { broken, headSeq, replaced, changes } = verifyOnConnection(copy.database, { head, changes: true });
      const isSound = broken === null && replaced?.broken === null && changes?.broken.length === 0;
      if (!isSound || (headSeq ?? replaced.head) === null) throw new Error(`head ${head} is not found`);
    }
    return result;
  }

  openCopy(): TestTenant {
    return openCopyOf(join(this.#home, "tenants", "minato"));
  }

  async statusOf(secret: string): Promise<number> {
    await using received = this.openCopy();
    return (await received.request("/v1/whoami", { secret })).status;
  }
}

test(
  "forward, back and forward again, every head is found, and tokens made in between are refused",
  LONG_TIMEOUT,
  async () => {
    const [a, b] = [new Computer("a"), new Computer("b")];
    writeFileSync(join(folder, "password"), "Wakaba-2027-umi\n", { mode: 0o600 });
    await a.type("context add minato --embedded");
    await a.type("users create --name 鈴木 --email suzuki@example.co.jp");
    await a.type("clomo-account create suzuki@example.co.jp --account suzuki --role system --password-file password");
    const old = await a.createToken("old");
    await a.export("one");
    const between = await a.createToken("between");
    const [, first, last] = a.heads;
    await a.type("context set minato --notify off");
    await b.receive("one");
    const ofSuccessor = await b.createToken("successor");
    await b.type("orgs create 営業部");
    await b.export("two");
    const later = await b.createToken("later");

    const back = await a.receive("two");
    expect(back.stderr).toMatch(/bundle lacks 2 records \(create access token 1, export bundle 1\)/);
    expect([await a.statusOf(old), await a.statusOf(between)]).toEqual([200, 401]);
    expect(await a.read("context list --fields notify")).toContainEqual({ notify: true });
    expect(await a.read("context list --fields notify")).not.toContainEqual({ notify: false });
    const { stderr } = await a.type(`audit verify --head ${last}`);
    expect(stderr).toMatch(/one of 2 records that the receive of .* replaced/);
    await a.type(`audit verify --head ${"0".repeat(64)}`, 3);
    expect(await a.read("audit list --replaced --fields action,hash")).toEqual([
      { action: "access-tokens.create", hash: last },
      { action: "handover.export", hash: first },
    ]);
    expect(await a.read("audit list --action receive --limit 1 --fields detail")).toMatchObject([
      { detail: { replaced: { records: 2, first, last } } },
    ]);

    await a.type("orgs create 総務部");
    await a.export("three");
    await b.receive("three");
    expect([await b.statusOf(ofSuccessor), await b.statusOf(later)]).toEqual([200, 401]);
    await b.type("orgs create 経理部");
    await b.export("four");
    await a.receive("four");
    expect(await a.statusOf(old)).toBe(200);
    expect(await a.read("audit list --replaced --fields number")).toHaveLength(5);

    // a change on both computers: what differs, and one command
    await b.type("users create --name 田中 --email tanaka@example.co.jp");
    await a.type("orgs create 広報部");
    await a.export("five");
    const refused = await b.receive("five", 5);
    expect(refused.stderr).toMatch(
      /lacks 1 change made to this tenant since .*: create user 1\n[^]*five --context minato-2/,
    );

    // no bundle has a password, a token or the hash of one
    const secrets = [old, between, ofSuccessor, later, "Wakaba-2027-umi"].flatMap((secret) => {
      const bytes = Buffer.from(secret);
      const digest = createHash("sha256").update(secret).digest("hex");
      return [bytes, Buffer.from(secret, "utf16le"), bytes.toString("hex"), bytes.toString("base64"), digest];
    });
    for (const bundle of headsInside.keys())
      for (const [path, content] of filesBelow(join(folder, bundle)))
        expect([bundle, path, secrets.filter((secret) => content.includes(secret))]).toEqual([bundle, path, []]);

    // nobody can drop or alter a replaced record unnoticed
    for (const forgery of [
      "delete from replaced_audit where pk = 2",
      "delete from replaced_audit where pk = 1",
      "delete from replaced_audit where receipt = (select receipt from replaced_audit where pk = 1)",
      "delete from replaced_audit",
      "update replaced_audit set record = replace(record, 'owner', 'other') where pk = 1",
      "update replaced_audit set hash = (select hash from audit where seq = 1) where pk = 2",
      "update replaced_audit set receipt = (select hash from audit where seq = 1) where pk = 1",
      "insert into replaced_audit (receipt, seq, record, hash) select hash, seq, record, hash from audit where seq = 2",
    ]) {
      await using forged = a.openCopy();
      const triggers = forged.sql("select name, sql from sqlite_schema where type = 'trigger'");
      for (const { name } of triggers) forged.database.exec(`drop trigger "${String(name)}"`);
      forged.database.exec(forgery);
      for (const { sql } of triggers) forged.database.exec(String(sql));
      const { replaced } = verifyOnConnection(forged.database, { changes: false });
      expect([forgery, replaced?.broken]).toEqual([forgery, expect.any(Number)]);
    }
  },
);
