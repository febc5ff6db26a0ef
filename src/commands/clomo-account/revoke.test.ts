import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Account, Device, RenewalItem, Tenant, User, Whoami, WrittenAccount } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { EMPTY_TENANT_PROFILE } from "../../lib/model/tenant.ts";
import { text } from "../../lib/text/index.ts";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";
import { example, inTurn } from "#support/commands/tenant.ts";

const [before] = example<{ items: readonly [Account] }>("findAccounts").items;
const findAccounts = { items: [before] };
const own: Tenant = { ...example<Tenant>("tenant", { profile: EMPTY_TENANT_PROFILE }), mirroredAt: null };
/** nothing hangs on the person */
const NOTHING_LEFT = { listRenewals: { items: [] }, devices: { items: [], next: null } };
const mirror: Tenant = { ...own, mirroredAt: "2026-11-19T00:00:00.000Z" };

test("removes the role with all its settings, and says what restores it", async () => {
  const system: Account = { ...before, role: "system", supportOption: true, noticeMail: true, managedOrgs: [] };
  const after: Account = { ...system, role: "none", supportOption: false, noticeMail: false };
  const revokeRole: WrittenAccount = { before: system, after, consoleTask: 7, dryRun: false };
  const { en, ja } = await runInBoth("clomo-account revoke hanako01", {
    tenant: { ...NOTHING_LEFT, findAccounts, revokeRole, tenant: mirror },
  });
  expect(en.requests).toContainEqual({ operation: "revokeRole", params: { id: before.id }, json: { dryRun: false } });
  expect(en.stderr).toBe(
    [
      "role: system administrator → no administrator role",
      "support option: yes → no",
      "notice emails: yes → no",
      "make the same change in the console: clomoctl console show 7",
      "",
    ].join("\n"),
  );
  expect(ja.stderr).toContain("管理者権限: システム管理者 → 管理者権限を付与しない\n");
  expect(ja.stderr).toContain("サポートオプション: はい → いいえ\n");
});

test("a terminal asks before a system administrator loses the role, with the number of those who are left", async () => {
  const system: Account = { ...before, role: "system", supportOption: false, managedOrgs: [] };
  const other: Account = { ...system, id: system.id.replace(/.$/, "9"), name: "yamazaki" };
  const tenant = {
    ...NOTHING_LEFT,
    findAccounts: { items: [system] },
    accounts: { items: [system, other], next: null },
    tenant: own,
  };
  const question = "Revoke the role of hanako01? 1 system administrator will be left.";
  const { exit, stderr } = await run("clomo-account revoke hanako01", {
    tenant,
    terminal: { typing: [[question, "n\r"]] },
  });
  expect(exit).toBe(0);
  expect(stderr).toContain("nothing was changed\n");
});

test("the last system administrator keeps the role, in both languages", async () => {
  const refused = new Failure("input-rejected", { what: text("the last one", "最後の 1 人です") });
  const { en, ja } = await runInBoth("clomo-account revoke hanako01", {
    tenant: { ...NOTHING_LEFT, findAccounts, revokeRole: refused, tenant: own },
  });
  expect(en).toMatchObject({ exit: 3, stdout: "", stderr: "error: the last one\n" });
  expect(ja.stderr).toBe("エラー: 最後の 1 人です\n");
});

describe("facts 7.2: the last holder of the support option", () => {
  const holder: Account = { ...before, role: "system", supportOption: true, managedOrgs: [] };
  const other: Account = { ...holder, id: holder.id.replace(/.$/, "9"), name: "yamazaki", supportOption: false };
  const revoked: WrittenAccount = {
    before: holder,
    after: { ...holder, role: "none", supportOption: false },
    consoleTask: null,
    dryRun: false,
  };
  const [mail = ""] = holder.emails;
  const [known] = example<{ items: readonly [RenewalItem] }>("listRenewals").items;
  const [device] = example<{ items: readonly [Device] }>("devices").items;
  const item = { ...known, name: "本社", owner: mail.toUpperCase() };
  const tenant = {
    tenant: own,
    findAccounts: { items: [holder] },
    accounts: inTurn({ items: [holder], next: null }, { items: [holder, other], next: null }),
    revokeRole: inTurn({ ...revoked, dryRun: true }, revoked),
    listRenewals: { items: [item, { ...item, id: other.id, name: "大阪", owner: "it@example.jp" }] },
    devices: { items: [device], next: null },
  };
  const LINE = "clomo-account revoke hanako01";
  const home = () => {
    const folder = freshFolder();
    const smtp = ["smtp:", "  host: smtp.example.jp", "  security: tls", "  from: it@example.jp"];
    const settings = [...smtp, "recipients:", "  - name: it", "    way: mail", `    address: ${mail}`, ""].join("\n");
    writeFileSync(join(folder, "notify.yaml"), settings, { mode: 0o600 });
    return folder;
  };

  test("is shown with renewals, however their owner is written, in both languages", async () => {
    const names = [`${holder.user} <${mail}>`, `it@example.jp, ${mail}`, "A0001", holder.user, holder.name, "A0002"];
    const items = names.map((owner, at) => ({ ...item, id: `${item.id.slice(0, -1)}${at}`, name: `項目${at}`, owner }));
    const [user] = example<{ items: readonly [User] }>("users").items;
    const { en, ja } = await runInBoth(`${LINE} --yes`, {
      home: home(),
      tenant: {
        ...tenant,
        tenant: own,
        listRenewals: { items },
        findUsers: inTurn(
          { items: [{ ...user, id: holder.id }] },
          { items: [] },
          { items: [{ ...user, id: other.id }] },
        ),
        users: { items: [], next: null },
      },
    });
    expect(en.stderr).toContain("owner of 5 renewals (項目0, 項目1, 項目2, 項目3, 項目4); to set a different owner:");
    expect(ja.stderr).toContain("5 件(項目0、項目1、項目2、項目3、項目4)");
  });

  test("is shown with renewals under former names and with the contact person, in both languages", async () => {
    const former = { ...item, owner: "former@example.jp" };
    const byName = { ...item, id: other.id, name: "大阪", owner: "hanako00" };
    const items = [former, byName, { ...item, id: before.id, name: "京都", owner: "it@example.jp" }];
    const { administration, profile } = own;
    if (administration === undefined || profile === undefined) throw new TypeError("no example of the administration");
    const left = (one: RenewalItem, now: string | null) => {
      const { id, kind, name, owner } = one;
      return { id, kind, name, owner: owner ?? "", revoked: false, now };
    };
    const standing = (contactMail: string | null, now: string | null): Tenant => ({
      ...own,
      profile: { ...profile, contactMail },
      administration: {
        ...administration,
        leavers: [left(former, mail.toUpperCase()), left(byName, mail)],
        contact: now === null || contactMail === null ? null : { address: contactMail, revoked: false, now },
      },
    });
    const answers = (shown: Tenant) => ({ ...tenant, listRenewals: { items }, tenant: shown });
    const { en, ja } = await runInBoth(`${LINE} --yes`, { tenant: answers(standing(mail.toUpperCase(), null)) });
    expect(en.stderr).toContain(
      "hanako01 is the owner of 2 renewals (本社, 大阪); to set a different owner: clomoctl renewals edit 本社 --owner MAIL\n",
    );
    expect(en.stderr).toContain(
      `${mail.toUpperCase()} is the contact person (担当者), which CLOMO changes by application form (申込書); to record a different contact person: clomoctl tenant set --contact-mail MAIL\n`,
    );
    expect(ja.stderr).toContain("「hanako01」が更新担当の項目: 2 件(本社、大阪)。");
    expect(ja.stderr).toContain(
      `${mail.toUpperCase()} は担当者です(CLOMO での変更は申込書で行います)。新しい担当者の登録: clomoctl tenant set --contact-mail MAIL\n`,
    );
    const renamed = await run(`${LINE} --yes`, { tenant: answers(standing("former@example.jp", mail)) });
    expect(renamed.stderr).toContain(
      "former@example.jp is the contact person (担当者), which CLOMO changes by application form (申込書)",
    );
    for (const shown of [standing("it@example.jp", null), standing(null, null), standing(mail, "other@example.jp")])
      expect((await run(`${LINE} --yes`, { tenant: answers(shown) })).stderr).not.toContain("contact");
    const whoami = {
      ...example<object>("whoami"),
      role: "custom",
      operations: [{ operation: "accounts.write", reach: "all" }],
    };
    const acting = { ...answers(standing(mail, null)), whoami };
    const asked = await runInBoth(`${LINE} --yes --as keiri`, { tenant: acting });
    expect(asked.en.stderr).toContain("(申込書); to record a different contact person, ask a system administrator\n");
    expect(asked.ja.stderr).toContain("新しい担当者の登録はシステム管理者に依頼してください\n");
    expect(asked.en.stderr).not.toContain("tenant set");
    const hidden: Tenant = { ...own, administration: undefined };
    const nobody = { findUsers: { items: [] } };
    const unseen = await run(`${LINE} --yes`, { tenant: { ...answers(hidden), ...nobody } });
    expect(unseen.stderr).not.toContain("is the owner");
  });

  test("is reported with the order to follow and everything that depends on it, in both languages", async () => {
    const { en, ja } = await runInBoth(`${LINE} --yes`, { home: home(), tenant: { ...tenant, tenant: own } });
    expect(en.exit).toBe(0);
    expect(en.stderr.split("\n").slice(-6)).toEqual([
      "hanako01 is the owner of 1 renewal (本社); to set a different owner: clomoctl renewals edit 本社 --owner MAIL",
      `${mail} is a recipient of reminders: set a different recipient in notify.yaml`,
      "1 device belongs to hanako01; to list devices: clomoctl devices list --owner hanako01 ; to set a different owner: clomoctl devices set-owner SERIAL… --user USER",
      "only one other system administrator remains: yamazaki",
      "warning: the support option of hanako01 was removed, and nobody else has it: nobody receives CLOMO's emails about certificates now; grant it to the successor: clomoctl clomo-account edit yamazaki --support-option --notice-mail",
      "",
    ]);
    expect(en.stderr).toMatch(/^role: system administrator/);
    expect(ja.stderr).toMatch(
      /^このアカウント以外のシステム管理者: 1 人\(yamazaki\)\n警告: 「hanako01」の.*後任者に付与.*\n$/m,
    );
  });

  test("is confirmed on a terminal; without a terminal, --yes is required and nothing is written", async () => {
    const asked = { ...tenant, revokeRole: { ...revoked, dryRun: true } };
    const none = await run(LINE, { tenant: asked });
    expect(none).toMatchObject({ exit: 2, stdout: "", stderr: expect.stringContaining("--yes") });
    const question = "Remove the support option from hanako01? Nobody else has it.";
    const no = await run(LINE, { tenant: asked, terminal: { columns: 400, typing: [[question, "n\r"]] } });
    expect(no.exit).toBe(0);
    const order = [
      "is the owner of 1 renewal",
      "only one other system administrator remains:",
      "is the only account with the support option: without it, nobody receives CLOMO's emails about certificates; grant it to the successor first:",
      question,
    ];
    const places = order.map((words) => no.stderr.indexOf(words));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places[0]).toBeGreaterThanOrEqual(0);
    const yes = await run(LINE, { tenant: { ...tenant, tenant: own }, terminal: { typing: [[question, "y\r"]] } });
    expect(yes.exit).toBe(0);
    const sent = (ran: typeof no) => ran.requests.filter(({ operation }) => operation === "revokeRole");
    expect([none, no, yes].map((ran) => sent(ran).map(({ json }) => json))).toEqual([
      [{ dryRun: true }],
      [{ dryRun: true }],
      [{ dryRun: true }, { dryRun: false }],
    ]);
  });

  test("is reported by a dry run, but not if another holder is left", async () => {
    const dry = await run(`${LINE} --dry-run`, {
      tenant: { ...tenant, revokeRole: { ...revoked, dryRun: true } },
    });
    expect(dry.exit).toBe(0);
    expect(dry.stderr).toMatch(
      /dry run: nothing was changed\n[^]*warning: hanako01 is the only account with the support option: .*first: .*\n$/,
    );
    const two = await run(LINE, { tenant: { ...NOTHING_LEFT, ...ofTwo, revokeRole: revoked } });
    expect(two).toMatchObject({ exit: 0, stderr: expect.not.stringContaining("warning") });
  });

  const ofTwo = {
    findAccounts: tenant.findAccounts,
    tenant: own,
    accounts: { items: [holder, { ...other, supportOption: true }], next: null },
  };

  test.each([
    ["revoke hanako01", "revokeRole"],
    ["edit hanako01 --role operator", "editAccount"],
    ["grant hanako01 --role operator", "grantRole"],
  ])(
    "if another holder is left, dependencies are shown after the change without a question: %s",
    async (line, operation) => {
      const { listRenewals, devices } = tenant;
      const answers = { ...ofTwo, listRenewals, devices, [operation]: revoked };
      const { en, ja } = await runInBoth(`clomo-account ${line}`, { home: home(), tenant: answers });
      expect(en.exit).toBe(0);
      expect(en.stderr).toContain("role: system administrator → no administrator role\n");
      expect(en.stderr.split("\n").slice(-4)).toEqual([
        "hanako01 is the owner of 1 renewal (本社); to set a different owner: clomoctl renewals edit 本社 --owner MAIL",
        `${mail} is a recipient of reminders: set a different recipient in notify.yaml`,
        "1 device belongs to hanako01; to list devices: clomoctl devices list --owner hanako01 ; to set a different owner: clomoctl devices set-owner SERIAL… --user USER",
        "",
      ]);
      expect(ja.stderr).toContain(
        "「hanako01」が更新担当の項目: 1 件(本社)。変更するには: clomoctl renewals edit 本社 --owner MAIL\n",
      );
      expect(en.requests.filter((one) => one.operation === operation).map(({ json }) => json)).toEqual([
        expect.objectContaining({ dryRun: false }),
      ]);
    },
  );

  test("leaves out dependencies that cannot be read, and makes the change", async () => {
    const refused = new Failure("not-permitted", { what: text("no", "いいえ") });
    const ran = await run(LINE, { tenant: { ...ofTwo, listRenewals: refused, revokeRole: revoked } });
    expect(ran.exit).toBe(0);
    expect(ran.stderr).toContain("role: system administrator → no administrator role\n");
    expect(ran.stderr).not.toMatch(/is the owner|belongs to|error/);
  });

  test("does not ask about a change that the tenant refuses", async () => {
    const refused = new Failure("input-rejected", { what: text("the last one", "最後の 1 人です") });
    const ran = await run(LINE, {
      tenant: {
        findAccounts: tenant.findAccounts,
        accounts: { items: [holder], next: null },
        revokeRole: refused,
      },
      terminal: {},
    });
    expect(ran).toMatchObject({ exit: 3, stderr: "error: the last one\n" });
  });

  test.each([
    ["edit hanako01 --no-support-option", "editAccount"],
    ["edit hanako01 --role operator", "editAccount"],
    ["grant hanako01 --role operator", "grantRole"],
    ["grant hanako01 --no-support-option", "grantRole"],
  ])("is reported by %s, too", async (line, operation) => {
    const { revokeRole: _, ...known } = tenant;
    const ran = await run(`clomo-account ${line} --dry-run`, {
      tenant: { ...known, [operation]: { ...revoked, dryRun: true } },
    });
    expect(ran).toMatchObject({
      exit: 0,
      stderr: expect.stringContaining(
        "is the only account with the support option: without it, nobody receives CLOMO's emails about certificates; grant it to the successor first:",
      ),
    });
  });
});

describe("an account that changes its own role sees no command that it may no longer run", () => {
  const system: Account = { ...before, role: "system", managedOrgs: [] };
  const [known] = example<{ items: readonly [RenewalItem] }>("listRenewals").items;
  const [device] = example<{ items: readonly [Device] }>("devices").items;
  const [mail = ""] = system.emails;
  const answers = {
    tenant: own,
    findAccounts: { items: [system] },
    listRenewals: { items: [{ ...known, name: "本社", owner: mail }] },
    devices: { items: [device], next: null },
  };
  const everything = (
    ["accounts.write", "accounts.roles", "renewals.write", "devices.read", "devices.write"] as const
  ).map((operation) => ({ operation, reach: "all" as const }));
  const me = example<Whoami>("whoami");
  const self = { ...me, account: "hanako01", user: me.user && { ...me.user, id: before.id }, operations: everything };
  const DEVICES =
    "1 device belongs to hanako01; to list devices: clomoctl devices list --owner hanako01 --as hanako01 ; to set a different owner: clomoctl devices set-owner SERIAL… --user USER --as hanako01";
  const toOperator = (consoleTask: number | null = null): WrittenAccount => ({
    before: system,
    after: { ...system, role: "operator" },
    consoleTask,
    dryRun: false,
  });

  test("and no undo, because it has no rights without a role, in both languages", async () => {
    const refused = new Failure("not-permitted", { what: text("no role", "権限なし") });
    const revokeRole = { ...toOperator(7), after: { ...system, role: "none" } };
    const { en, ja } = await runInBoth("clomo-account revoke hanako01 --as hanako01", {
      tenant: { ...answers, revokeRole, whoami: inTurn(self, refused) },
    });
    expect(en.exit).toBe(0);
    expect(en.stderr.split("\n")).toEqual([
      "role: system administrator → no administrator role",
      "the same change is needed in the console: ask a system administrator",
      "hanako01 is the owner of 1 renewal (本社); to set a different owner, ask a system administrator",
      "1 device belongs to hanako01; to set a different owner, ask a system administrator",
      "",
    ]);
    expect(ja.stderr).not.toContain("clomoctl");
    expect(ja.stderr).toContain("件(本社)。変更はシステム管理者に依頼してください\n");
    expect(ja.stderr).toContain("1 台。所有者の変更はシステム管理者に依頼してください\n");
  });

  test("with a lower role, it sees the commands of that role if its own user is listed", async () => {
    const told = async (listed: boolean, operations: readonly string[]) => {
      const after = {
        ...self,
        user: { ...self.user, listed },
        operations: operations.map((operation) => ({ operation, reach: "inside" })),
      };
      const tenant = { ...answers, grantRole: toOperator(), whoami: inTurn(self, after) };
      return (await run("clomo-account grant hanako01 --role operator --as hanako01", { tenant })).stderr;
    };
    const division = await told(true, ["devices.read", "devices.write", "accounts.write"]);
    expect(division).toContain("(本社); to set a different owner, ask a system administrator\n");
    expect(division).toContain(`${DEVICES}\n`);
    expect(division).not.toContain("undo");
    const others = await Promise.all([told(false, ["devices.read", "devices.write"]), told(true, ["devices.read"])]);
    for (const each of others) expect(each).not.toContain("clomoctl");
  });

  test("a last holder of the support option sees whom to ask after the change", async () => {
    const holder: Account = { ...system, supportOption: true };
    const other: Account = { ...system, id: system.id.replace(/.$/, "9"), name: "yamazaki" };
    const refused = new Failure("not-permitted", { what: text("no role", "権限なし") });
    const { en, ja } = await runInBoth("clomo-account revoke hanako01 --yes --as hanako01", {
      tenant: {
        ...answers,
        findAccounts: { items: [holder] },
        accounts: inTurn({ items: [holder], next: null }, { items: [holder, other], next: null }),
        revokeRole: inTurn(
          { ...toOperator(), dryRun: true },
          { ...toOperator(), before: holder, after: { ...system, role: "none" } },
        ),
        whoami: inTurn(self, refused),
      },
    });
    expect(en.stderr).toMatch(
      /was removed, and nobody else has it: nobody receives CLOMO's emails about certificates now; ask a system administrator to grant it to the successor\n$/,
    );
    expect(ja.stderr).toMatch(/後任者への付与をシステム管理者に依頼してください\n$/);
    for (const { stderr } of [en, ja]) expect(stderr).not.toContain("clomoctl");
  });

  test("an account that changes another account sees all commands", async () => {
    const whoami = { ...self, account: "boss", user: me.user && { ...me.user, id: before.org.id } };
    const tenant = {
      ...answers,
      revokeRole: { ...toOperator(7), after: { ...system, role: "none" } },
      whoami,
    };
    const { stderr } = await run("clomo-account revoke hanako01 --as boss", { tenant });
    for (const line of [
      "clomoctl console show 7 --as boss\n",
      "to set a different owner: clomoctl renewals edit 本社 --owner MAIL --as boss\n",
      `${DEVICES.replaceAll("--as hanako01", "--as boss")}\n`,
    ])
      expect(stderr).toContain(line);
  });
});
