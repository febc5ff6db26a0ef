import { createHash } from "node:crypto";
import { appendFileSync, cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { IS_SERVED } from "#support/tenant/administrator.ts";
import { readAuditLog } from "#support/tenant/audit.ts";
import { createRandomTenant, exportApplicableFiles } from "#support/tenant/restoring.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
import { freshFolder, runInBoth, run, type Circumstances, type RunResult } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

let tenant: TestTenant;
let other: TestTenant;
let folder: string;
beforeEach(() => {
  tenant = new TestTenant();
  // another clock, so that its records have other ids
  other = new TestTenant(undefined, Date.UTC(2026, 4, 1));
  folder = freshFolder();
});
afterEach(async () => {
  await tenant[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
});

const handover = (line: string, of: TestTenant = tenant, more: Circumstances = {}): Promise<RunResult> =>
  run(`handover ${line}`, { home: folder, folder, tenant: of.fetch, ...more });

const exported = async (line = "export -o bundle"): Promise<void> => {
  await addTestAccount(tenant, { name: "taro", role: "system" });
  await tenant.client.devices.create({ serialNumber: "C02X" });
  expect((await handover(line)).exit).toBe(0);
};

const forge = async (resource: string, change: (lines: string) => string): Promise<void> => {
  const at = (path: string): string => join(folder, "bundle", path);
  const digest = (content: string): string => createHash("sha256").update(content).digest("hex");
  const path = `resources/${resource}.ndjson`;
  const [was, manifest, sums] = [path, "manifest.json", "SHA256SUMS"].map((one) => readFileSync(at(one), "utf8"));
  const lines = change(was ?? "");
  const told = (manifest ?? "").replace(digest(was ?? ""), digest(lines));
  writeFileSync(at(path), lines);
  writeFileSync(at("manifest.json"), told);
  const fit = (sums ?? "").replace(digest(was ?? ""), digest(lines)).replace(digest(manifest ?? ""), digest(told));
  writeFileSync(at("SHA256SUMS"), fit);
};

describe("into a new tenant", () => {
  test("shows, tries and applies the plan, names users without a password, and then changes nothing", async () => {
    for (const one of [tenant, other]) one.addAdministrator();
    await exported();
    const before = readAuditLog(other.database);
    const dry = await handover("apply bundle --dry-run --lang en --format table", other);
    expect(dry.exit).toBe(0);
    expect(dry.stdout).toMatch(/^users +1 +0 +0 +1/m);
    expect(dry.stdout).toMatch(/^administrators +.*derived from other resources/m);
    expect(dry.stderr).toContain("dry run: nothing was changed");
    expect(readAuditLog(other.database)).toEqual(before);
    const done = await handover("apply bundle --yes --lang en", other);
    expect(done.exit).toBe(0);
    expect(done.stderr).toContain("clomoctl clomo-account reset-password taro --password-file FILE");
    expect(done.stderr).toContain("clomoctl handover checklist");
    expect(await exportApplicableFiles(other.client)).toEqual(await exportApplicableFiles(tenant.client));
    expect(readAuditLog(other.database)).toMatchObject([
      { action: "handover.apply", detail: { manifest: expect.any(String) as unknown } },
    ]);
    const again = await handover("apply bundle --lang en", other);
    expect(again).toMatchObject({ exit: 0 });
    expect(again.stderr).toContain("the tenant already matches the bundle, so nothing was changed");
    expect(readAuditLog(other.database)).toHaveLength(1);
  });

  test("applies an archive, but nothing without an answer", async () => {
    await exported("export -o bundle.zip");
    const unasked = await handover("apply bundle.zip --lang en", other);
    expect(unasked.exit).toBe(2);
    expect(unasked.stderr).toContain("--yes");
    expect(await other.users()).toEqual([]);
    expect((await handover("apply bundle.zip --yes", other)).exit).toBe(0);
    expect(await exportApplicableFiles(other.client)).toEqual(await exportApplicableFiles(tenant.client));
  });

  test("applies resources by their names", async () => {
    await exported();
    const alone = await handover("apply bundle --only devices --yes --format json", other);
    expect(alone.exit).toBe(0);
    expect(JSON.parse(alone.stdout)).toMatchObject([{ resource: "devices", added: 1, removed: 0 }]);
    const { exit, stderr } = await handover("apply bundle --only accounts --yes --lang en", other);
    expect(exit).toBe(3);
    expect(stderr).toContain("which would not exist in: users");
    expect(await other.users()).toEqual([]);
    expect((await handover("apply bundle --only audit", other)).exit).toBe(2);
  });
});

describe("removed records", () => {
  test("require their number", async () => {
    await exported();
    await other.client.users.create({ name: "山田", emails: ["yamada@example.jp"] });
    await other.client.devices.create({ serialNumber: "C03Y" });
    const before = await exportApplicableFiles(other.client);
    const unasked = await handover("apply bundle --allow other-tenant --yes --lang en", other);
    expect(unasked.exit).toBe(3);
    expect(unasked.stderr).toContain("  - users 山田 (");
    expect(unasked.stderr).toContain("to see each value: clomoctl handover diff bundle --tenant --applicable");
    expect(unasked.stderr).toContain("--confirm-deletions 2");
    const wrong = await handover("apply bundle --allow other-tenant --confirm-deletions 1 --lang en", other);
    expect(wrong.exit).toBe(3);
    expect(wrong.stderr).toContain("the plan deletes 2 records, not 1; nothing was changed");
    expect(wrong.summary).toMatch(/ handover apply bundle: \+\d+ ~\d+ -2 exit 3$/);
    expect(await exportApplicableFiles(other.client)).toEqual(before);
    const done = await handover("apply bundle --allow other-tenant --confirm-deletions 2 --quiet", other);
    expect(done.exit).toBe(0);
    expect(done.summary).toMatch(/ handover apply bundle: \+\d+ ~\d+ -2 exit 0$/);
    expect(await exportApplicableFiles(other.client)).toEqual(await exportApplicableFiles(tenant.client));
  });
});

describe("an account without a role that gets a role", () => {
  /** A tenant whose administrator was revoked after the export. */
  const revoked = async (password: string): Promise<void> => {
    for (const name of ["taro", "jiro"]) {
      const { after } = await tenant.client.users.create({
        name: `佐藤 ${name}`,
        emails: [`${name}@example.jp`],
        accountName: name,
      });
      await tenant.client.accounts.edit(after.id, { role: "system", password });
    }
    expect((await handover("export -o bundle")).exit).toBe(0);
    const [taro] = await tenant.client.accounts.find({ name: "taro" });
    await tenant.client.accounts.revoke(taro?.id ?? "", {});
  };

  test("is named before the question and at the end, with the command that sets its password", async () => {
    await revoked("Invented1Password");
    const reset = "clomoctl clomo-account reset-password taro --password-file FILE";
    const en = await handover("apply bundle --dry-run --lang en");
    const ja = await handover("apply bundle --dry-run --lang ja");
    expect(en.exit).toBe(0);
    expect(en.stderr).toContain("taro (佐藤 taro) would become an administrator, but does not have a password\n");
    expect(ja.stderr).toContain("「taro」(佐藤 taro)は管理者になります(パスワードは未設定)\n");
    expect(en.stderr).not.toContain("jiro");
    const asked = await handover("apply bundle --lang en", tenant, {
      terminal: { typing: [["Apply to the local tenant, from the bundle of ", "n\r"]] },
    });
    expect(asked.stderr).toContain("taro (佐藤 taro) would become an administrator");
    const done = await handover("apply bundle --yes --lang en");
    expect(done.exit).toBe(0);
    expect(done.stderr).toContain("taro (佐藤 taro) became an administrator, but does not have a password\n");
    expect(done.stderr).toContain(`to set a password: ${reset}\n`);
    expect(done.stderr).not.toContain("jiro");
    const accounts = `select u.accountName as name, a.role, a.verifier is null as lacks from account a
      join user u on u.pk = a.user where u.accountName in ('taro', 'jiro') order by u.pk`;
    expect(tenant.database.all(accounts)).toEqual([
      { name: "taro", role: "system", lacks: 1 },
      { name: "jiro", role: "system", lacks: 0 },
    ]);
    expect((await handover("apply bundle --yes --lang en")).stderr).not.toContain("an administrator");
  });
});

describe("refuses", () => {
  test("a bundle with invalid records despite valid hashes, with each place, even in a dry run", async () => {
    await exported();
    await forge("orgs", (lines) => lines.replace('"name":"全社"', '"name":"本社"'));
    expect((await handover("verify bundle")).exit).toBe(0);
    const before = await exportApplicableFiles(other.client);
    for (const how of ["--yes", "--dry-run"]) {
      const { exit, stderr } = await handover(`apply bundle ${how} --lang en`, other);
      expect(exit).toBe(3);
      expect(stderr).toContain(
        "orgs 00000000-0000-7000-8000-000000000001: 全社 represents the whole tenant, so its name cannot be changed",
      );
      expect(stderr).toContain("use another copy, or export the bundle again");
      expect((await handover(`apply bundle ${how} --lang ja`, other)).stderr).toContain("別のコピーを使うか");
    }
    expect(await exportApplicableFiles(other.client)).toEqual(before);
  });

  test("a bundle that was changed after its export, before it asks the tenant", async () => {
    await exported();
    cpSync(join(folder, "bundle"), join(folder, "spoilt"), { recursive: true });
    appendFileSync(join(folder, "spoilt", "resources", "users.ndjson"), "{}\n");
    const { exit, stderr } = await handover("apply spoilt --yes --lang en", other);
    expect(exit).toBe(3);
    expect(stderr).toContain("spoilt: resources/users.ndjson");
    expect(await other.users()).toEqual([]);
    expect((await handover("apply nowhere", other)).exit).toBe(6);
  });

  test.each(["", " --only answers"])(
    "an account with a lower role, and says what it may not do and who may%s",
    async (only) => {
      await exported();
      const whoami = { ...example<object>("whoami"), account: "jiro", role: "division", operations: [] };
      const { en, ja } = await runInBoth(`handover apply bundle --as jiro${only}`, { folder, tenant: { whoami } });
      expect(en).toMatchObject({ exit: 4, stdout: "", requests: [{ operation: "whoami" }] });
      expect(en.stderr).toContain(
        "jiro is not permitted to apply a bundle: a bundle contains administrators and their rights, so only a system administrator or the tenant's owner (without --as) can apply it, even in part",
      );
      expect(en.stderr).not.toContain("above operator");
      expect(ja.stderr).toContain("「jiro」の権限では行えません(引き継ぎデータの適用): 引き継ぎデータには管理者と");
      expect(ja.stderr).toContain("clomoctl roles matrix");
    },
  );

  test("a bundle that was exported by an account with a limited view", async () => {
    await tenant.client.orgs.create({ name: "東日本", code: "S01" });
    await addTestAccount(tenant, { name: "jiro", role: "operator", org: "東日本" });
    const { fetch } = tenant.acting("jiro");
    expect((await run("handover export -o bundle", { home: folder, folder, tenant: fetch })).exit).toBe(8);
    const { exit, stderr } = await handover("apply bundle --yes --lang en", other);
    expect(exit).toBe(3);
    expect(stderr).toContain("this bundle contains only the part of the tenant that its author could see");
    expect((await handover("verify bundle --lang en")).stderr).not.toContain("handover apply");
  });

  test("a bundle of a part of a tenant", async () => {
    await exported("export -o bundle --scope 全社");
    const { exit, stderr } = await handover("apply bundle --yes --lang en", other);
    expect(exit).toBe(3);
    expect(stderr).toContain("so everything else in the tenant would be removed");
  });
});

test("does not apply a bundle that changed after it was verified", async () => {
  await exported();
  const path = join(folder, "bundle", "resources", "users.ndjson");
  const fetch: TestTenant["fetch"] = (request) => {
    if (request.url.includes("/restores/plan")) appendFileSync(path, readFileSync(path));
    return other.fetch(request);
  };
  const { exit, stderr } = await run("handover apply bundle --yes --lang en", { home: folder, folder, tenant: fetch });
  expect(exit).toBe(3);
  expect(stderr).toContain("resources/users.ndjson");
  expect(await other.users()).toEqual([]);
});

test("answers about the HOME screen are neither exported nor kept", async () => {
  const seen = { question: "onboarding.home.push-certificate", value: "none" };
  for (const one of [tenant, other]) await one.client.answers.set({ answers: [seen] });
  await tenant.client.answers.set({ answers: [{ question: "contact.since", value: "2026-01-01" }] });
  await exported();
  expect(readFileSync(join(folder, "bundle", "resources", "answers.ndjson"), "utf8")).not.toContain("onboarding.home");
  expect((await handover("apply bundle --yes", other)).exit).toBe(0);
  expect((await other.client.answers.list()).map(({ question }) => question)).toEqual(["contact.since"]);
});

describe("with a mirror of the console", () => {
  const MIRRORED = "2026-01-01T00:00:00.000Z";
  const mirror = ({ database }: TestTenant): void => {
    database.run("update tenant set mirroredAt = :at", { at: MIRRORED });
  };

  test("a new tenant becomes a mirror, too, and is shown what was not done in the console", async () => {
    mirror(tenant);
    await exported();
    const dry = await handover("apply bundle --dry-run --lang en", other);
    expect(dry.exit).toBe(0);
    expect(dry.stderr).toContain(
      "the tenant becomes a mirror of CLOMO's console, like the tenant of the bundle (last console import: 2026-01-01)",
    );
    expect(dry.stderr).toMatch(/\d changes? of the bundle's tenant were not made in the console yet/);
    expect((await other.client.tenant.show()).mirroredAt).toBeNull();
    const done = await handover("apply bundle --yes --lang en", other);
    expect(done.exit).toBe(0);
    expect(done.stderr).not.toContain("reset-password");
    expect((await other.client.tenant.show()).mirroredAt).toBe(MIRRORED);
    expect(await exportApplicableFiles(other.client)).toEqual(await exportApplicableFiles(tenant.client));
    expect(readAuditLog(other.database)).toMatchObject([
      { action: "handover.apply", detail: { mirroredAt: MIRRORED } },
    ]);
    const again = await handover("apply bundle --lang en", other);
    expect(again.exit).toBe(0);
    expect(again.stderr).toContain("nothing was changed");
    expect((await run("ade keypair create -o key.pem", { home: folder, folder, tenant: other.fetch })).exit).toBe(4);
  });

  test("a part of the records does not make a mirror", async () => {
    mirror(tenant);
    await exported();
    const { exit, stderr } = await handover("apply bundle --only orgs --yes --lang en", other);
    expect(exit).toBe(3);
    expect(stderr).toContain("the tenant would become a mirror with only some of the console's records");
    expect((await other.client.tenant.show()).mirroredAt).toBeNull();
  });

  test("an existing mirror accepts records that exist only here, and refuses the console's records", async () => {
    await tenant.client.tenant.set({ contactName: "山田 花子" });
    await exported();
    mirror(other);
    const before = await exportApplicableFiles(other.client);
    const refused = await handover("apply bundle --yes --lang en", other);
    expect(refused.exit).toBe(3);
    expect(refused.stderr).toContain("--only tenant --only renewals --only answers");
    expect(refused.stderr).toContain("--from-console");
    expect(await exportApplicableFiles(other.client)).toEqual(before);
    expect(refused.stderr).toContain("so this change would not be made in the console (1 record of: users)");
    const here = await handover("apply bundle --only tenant --only renewals --only answers --yes --lang en", other);
    expect(here.exit).toBe(0);
    expect(await other.client.tenant.show()).toMatchObject({ profile: { contactName: "山田 花子" } });
  });
});

describe("a bundle of another tenant", () => {
  const fill = async (of: TestTenant, domain: string): Promise<void> => {
    of.addAdministrator("u1", `u1@${domain}`);
    for (const number of [2, 3, 4, 5])
      await of.client.users.create({ name: `利用者 ${number}`, emails: [`u${number}@${domain}`] });
  };

  // whoever is signed in at a served tenant is not in this bundle, and nobody may remove their own role by a bundle
  test.skipIf(IS_SERVED)(
    "is refused without a terminal unless it is permitted, even with --yes and --confirm-deletions",
    async () => {
      await fill(tenant, "east.example");
      await fill(other, "west.example");
      await exported();
      const before = await exportApplicableFiles(other.client);
      const line = "handover apply bundle --yes --confirm-deletions 5";
      const { en, ja } = await runInBoth(line, { home: folder, folder, tenant: other.fetch });
      expect([en.exit, ja.exit]).toEqual([3, 3]);
      expect(en.stderr).toContain("Is this the bundle of another tenant? Nothing was changed.");
      expect(en.stderr).toContain("clomoctl handover apply bundle --allow other-tenant");
      expect(ja.stderr).toContain("別のテナントの引き継ぎデータではありませんか");
      expect(await exportApplicableFiles(other.client)).toEqual(before);
      const dry = await handover("apply bundle --dry-run --lang en", other);
      expect(dry).toMatchObject({ exit: 0 });
      expect(dry.stderr).toContain("Is this the bundle of another tenant?");
    },
  );

  test.skipIf(IS_SERVED)("is confirmed on a terminal", async () => {
    await fill(tenant, "east.example");
    await fill(other, "west.example");
    await exported();
    const { exit, stderr } = await handover("apply bundle --lang en", other, {
      terminal: { typing: [["match the bundle of", "n\r"]] },
    });
    expect(exit).toBe(0);
    expect(stderr).toContain("nothing was changed");
  });

  test.each([
    ["a mirror", "--only tenant --only renewals --only answers", true],
    ["a tenant of this computer", "--only tenant --only answers", false],
  ])("is refused by %s, whatever --only selects", async (_, only, isMirror) => {
    await fill(tenant, "east.example");
    await fill(other, "west.example");
    if (isMirror) other.database.run("update tenant set mirroredAt = '2026-01-01T00:00:00.000Z'");
    await tenant.client.tenant.set({ contactName: "山田 花子" });
    await exported();
    const before = await exportApplicableFiles(other.client);
    const { exit, stderr } = await handover(`apply bundle ${only} --yes --lang en`, other);
    expect(exit).toBe(3);
    expect(stderr).toContain("Is this the bundle of another tenant? Nothing was changed.");
    expect(stderr).toContain(`clomoctl handover apply bundle ${only} --allow other-tenant`);
    expect(await exportApplicableFiles(other.client)).toEqual(before);
    expect((await handover(`apply bundle ${only} --allow other-tenant --yes`, other)).exit).toBe(0);
    expect(await other.client.tenant.show()).toMatchObject({ profile: { contactName: "山田 花子" } });
    expect((await handover(`apply bundle ${only}`, other)).exit).toBe(0);
  });

  test("is not suspected if its people or devices are in the tenant under other IDs", async () => {
    await fill(tenant, "east.example");
    await exported();
    await tenant.client.tenant.set({ contactName: "山田 花子" });
    await other.client.users.create({ name: "利用者 3", emails: ["U3@east.example"] });
    expect((await handover("apply bundle --only tenant --yes", other)).exit).toBe(0);
    await using third = new TestTenant(undefined, Date.UTC(2026, 5, 1));
    await third.client.devices.create({ serialNumber: "c02x" });
    expect((await handover("apply bundle --only tenant --yes", third)).exit).toBe(0);
  });

  // a served tenant always has the administrator who is signed in
  test.skipIf(IS_SERVED)("is not suspected if the tenant is empty", async () => {
    await fill(tenant, "east.example");
    await exported();
    expect((await handover("apply bundle --yes", other)).exit).toBe(0);
  });
});

test("after it is applied, diff finds no difference in what a bundle transfers", async () => {
  await using from = await createRandomTenant(11);
  await using to = await createRandomTenant(12);
  expect((await handover("export -o bundle --encoding utf-8", from)).exit).toBe(0);
  const { stderr } = await handover("apply bundle --yes --lang en", to);
  const [, number = ""] = /--confirm-deletions (\d+)/.exec(stderr) ?? [];
  expect((await handover(`apply bundle --confirm-deletions ${number}`, to)).exit).toBe(0);
  expect((await handover("export -o other --encoding utf-8", to)).exit).toBe(0);
  const { stdout } = await handover("diff bundle other --format json");
  expect((JSON.parse(stdout) as { readonly stays: unknown }[]).filter(({ stays }) => stays === null)).toEqual([]);
});
