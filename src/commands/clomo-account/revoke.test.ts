import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Account, Device, RenewalItem, Tenant, User, Whoami, WrittenAccount } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { UNSAID } from "../../lib/model/tenant.ts";
import { text } from "../../lib/text/index.ts";
import { freshFolder, inBoth, run } from "#support/commands/program.ts";
import { example, inTurn } from "#support/commands/tenant.ts";

const [before] = example<{ items: readonly [Account] }>("findAccounts").items;
const findAccounts = { items: [before] };
const own: Tenant = { ...example<Tenant>("tenant", { profile: UNSAID }), mirroredAt: null };
/** nothing hangs on the person */
const NOTHING_LEFT = { listRenewals: { items: [] }, devices: { items: [], next: null } };
const mirror: Tenant = { ...own, mirroredAt: "2026-11-19T00:00:00.000Z" };

test("takes the role away with all that belongs to it, and says what gives it back", async () => {
  const system: Account = { ...before, role: "system", supportOption: true, noticeMail: true, managedOrgs: [] };
  const after: Account = { ...system, role: "none", supportOption: false, noticeMail: false };
  const revokeRole: WrittenAccount = { before: system, after, consoleTask: 7, dryRun: false };
  const { en, ja } = await inBoth("clomo-account revoke hanako01", {
    tenant: { ...NOTHING_LEFT, findAccounts, revokeRole, tenant: mirror },
  });
  expect(en.requests).toContainEqual({ operation: "revokeRole", params: { id: before.id }, json: { dryRun: false } });
  expect(en.stderr).toBe(
    [
      "role: system administrator → no administrator",
      "support option: yes → no",
      "notice mail: yes → no",
      "to be done in the console, too: clomoctl console show 7",
      "",
    ].join("\n"),
  );
  expect(ja.stderr).toContain("管理者権限: システム管理者 → 管理者権限を付与しない\n");
  expect(ja.stderr).toContain("サポートオプション: はい → いいえ\n");
});

test("the last system administrator keeps the role, in both languages", async () => {
  const refused = new Failure("input-rejected", { what: text("the last one", "最後の 1 人です") });
  const { en, ja } = await inBoth("clomo-account revoke hanako01", {
    tenant: { ...NOTHING_LEFT, findAccounts, revokeRole: refused, tenant: own },
  });
  expect(en).toMatchObject({ exit: 3, stdout: "", stderr: "error: the last one\n" });
  expect(ja.stderr).toBe("エラー: 最後の 1 人です\n");
});

describe("facts 7.2: the last who holds the support option", () => {
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

  test("names renewals however the owner names the person, in both languages", async () => {
    const names = [`${holder.user} <${mail}>`, `it@example.jp, ${mail}`, "A0001", holder.user, holder.name, "A0002"];
    const items = names.map((owner, at) => ({ ...item, id: `${item.id.slice(0, -1)}${at}`, name: `項目${at}`, owner }));
    const [user] = example<{ items: readonly [User] }>("users").items;
    const { en, ja } = await inBoth(`${LINE} --yes`, {
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
    expect(en.stderr).toContain("owner of 5 renewals (項目0, 項目1, 項目2, 項目3, 項目4); to name another:");
    expect(ja.stderr).toContain("5 件(項目0、項目1、項目2、項目3、項目4)");
  });

  test("names renewals by what the person is called no more, and the contact person, in both languages", async () => {
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
    const { en, ja } = await inBoth(`${LINE} --yes`, { tenant: answers(standing(mail.toUpperCase(), null)) });
    expect(en.stderr).toContain(
      "hanako01 is the owner of 2 renewals (本社, 大阪); to name another: clomoctl renewals edit 本社 --owner MAIL\n",
    );
    expect(en.stderr).toContain(
      `${mail.toUpperCase()} is the contact person (担当者), whom CLOMO changes by the application form (申込書); to record another: clomoctl tenant set --contact-mail MAIL\n`,
    );
    expect(ja.stderr).toContain("「hanako01」が更新担当の項目: 2 件(本社、大阪)。");
    expect(ja.stderr).toContain(
      `${mail.toUpperCase()} は担当者です(CLOMO での変更は申込書で行います)。新しい担当者の登録: clomoctl tenant set --contact-mail MAIL\n`,
    );
    const renamed = await run(`${LINE} --yes`, { tenant: answers(standing("former@example.jp", mail)) });
    expect(renamed.stderr).toContain("former@example.jp is the contact person");
    for (const shown of [standing("it@example.jp", null), standing(null, null), standing(mail, "other@example.jp")])
      expect((await run(`${LINE} --yes`, { tenant: answers(shown) })).stderr).not.toContain("contact");
    const whoami = {
      ...example<object>("whoami"),
      role: "custom",
      operations: [{ operation: "accounts.write", reach: "all" }],
    };
    const acting = { ...answers(standing(mail, null)), whoami };
    const asked = await inBoth(`${LINE} --yes --as keiri`, { tenant: acting });
    expect(asked.en.stderr).toContain("(申込書); to record another, ask a system administrator\n");
    expect(asked.ja.stderr).toContain("新しい担当者の登録はシステム管理者に依頼してください\n");
    expect(asked.en.stderr).not.toContain("tenant set");
    const hidden: Tenant = { ...own, administration: undefined };
    const nobody = { findUsers: { items: [] } };
    const unseen = await run(`${LINE} --yes`, { tenant: { ...answers(hidden), ...nobody } });
    expect(unseen.stderr).not.toContain("is the owner");
  });

  test("is said with the order to keep to and what else hangs on it, in both languages", async () => {
    const { en, ja } = await inBoth(`${LINE} --yes`, { home: home(), tenant: { ...tenant, tenant: own } });
    expect(en.exit).toBe(0);
    expect(en.stderr.split("\n").slice(-6)).toEqual([
      "hanako01 is the owner of 1 renewal (本社); to name another: clomoctl renewals edit 本社 --owner MAIL",
      `${mail} is a recipient of notices: name another in notify.yaml`,
      "1 device belongs to hanako01: clomoctl devices list --owner hanako01; to name another owner: clomoctl devices set-owner SERIAL… --user USER",
      "system administrators without this account: 1 (yamazaki)",
      "warning: nobody holds the support option of hanako01 now: CLOMO's mail about certificates goes to nobody; give it to the successor: clomoctl clomo-account edit yamazaki --support-option --notice-mail",
      "",
    ]);
    expect(en.stderr).toMatch(/^role: system administrator/);
    expect(ja.stderr).toMatch(
      /^このアカウントを除くシステム管理者: 1 人\(yamazaki\)\n警告: 「hanako01」の.*後任者に付与.*\n$/m,
    );
  });

  test("a terminal asks; without one --yes is wanted, and nothing is written", async () => {
    const asked = { ...tenant, revokeRole: { ...revoked, dryRun: true } };
    const none = await run(LINE, { tenant: asked });
    expect(none).toMatchObject({ exit: 2, stdout: "", stderr: expect.stringContaining("--yes") });
    const question = "Take the support option from hanako01, though nobody else has it?";
    const no = await run(LINE, { tenant: asked, terminal: { typing: [[question, "n\r"]] } });
    expect(no.exit).toBe(0);
    const order = ["is the owner of 1 renewal", "system administrators without", "is the last who holds", question];
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

  test("a dry run says it; of one of two holders nothing is said", async () => {
    const dry = await run(`${LINE} --dry-run`, {
      tenant: { ...tenant, revokeRole: { ...revoked, dryRun: true } },
    });
    expect(dry.exit).toBe(0);
    expect(dry.stderr).toMatch(
      /dry run: nothing was changed\n[^]*warning: hanako01 is the last who holds the support option.*first: .*\n$/,
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
    "of one of two holders it is told after the change what else hangs on it, and nothing is asked: %s",
    async (line, operation) => {
      const { listRenewals, devices } = tenant;
      const answers = { ...ofTwo, listRenewals, devices, [operation]: revoked };
      const { en, ja } = await inBoth(`clomo-account ${line}`, { home: home(), tenant: answers });
      expect(en.exit).toBe(0);
      expect(en.stderr).toContain("role: system administrator → no administrator\n");
      expect(en.stderr.split("\n").slice(-4)).toEqual([
        "hanako01 is the owner of 1 renewal (本社); to name another: clomoctl renewals edit 本社 --owner MAIL",
        `${mail} is a recipient of notices: name another in notify.yaml`,
        "1 device belongs to hanako01: clomoctl devices list --owner hanako01; to name another owner: clomoctl devices set-owner SERIAL… --user USER",
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

  test("what hangs on it is left out where it cannot be read, and the change is made", async () => {
    const refused = new Failure("not-permitted", { what: text("no", "いいえ") });
    const ran = await run(LINE, { tenant: { ...ofTwo, listRenewals: refused, revokeRole: revoked } });
    expect(ran.exit).toBe(0);
    expect(ran.stderr).toContain("role: system administrator → no administrator\n");
    expect(ran.stderr).not.toMatch(/is the owner|belongs to|error/);
  });

  test("what the tenant refuses is not asked about", async () => {
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
  ])("%s is told alike", async (line, operation) => {
    const { revokeRole: _, ...known } = tenant;
    const ran = await run(`clomo-account ${line} --dry-run`, {
      tenant: { ...known, [operation]: { ...revoked, dryRun: true } },
    });
    expect(ran).toMatchObject({ exit: 0, stderr: expect.stringContaining("is the last who holds") });
  });
});

describe("who changes his own role is named no command that he may not give any more", () => {
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
    "1 device belongs to hanako01: clomoctl devices list --owner hanako01 --as hanako01; to name another owner: clomoctl devices set-owner SERIAL… --user USER --as hanako01";
  const toOperator = (consoleTask: number | null = null): WrittenAccount => ({
    before: system,
    after: { ...system, role: "operator" },
    consoleTask,
    dryRun: false,
  });

  test("nor is an undo: without a role he may nothing, in both languages", async () => {
    const refused = new Failure("not-permitted", { what: text("no role", "権限なし") });
    const revokeRole = { ...toOperator(7), after: { ...system, role: "none" } };
    const { en, ja } = await inBoth("clomo-account revoke hanako01 --as hanako01", {
      tenant: { ...answers, revokeRole, whoami: inTurn(self, refused) },
    });
    expect(en.exit).toBe(0);
    expect(en.stderr.split("\n")).toEqual([
      "role: system administrator → no administrator",
      "to be done in the console, too: ask a system administrator",
      "hanako01 is the owner of 1 renewal (本社); to name another, ask a system administrator",
      "1 device belongs to hanako01; to name another owner, ask a system administrator",
      "",
    ]);
    expect(ja.stderr).not.toContain("clomoctl");
    expect(ja.stderr).toContain("件(本社)。変更はシステム管理者に依頼してください\n");
    expect(ja.stderr).toContain("1 台。所有者の変更はシステム管理者に依頼してください\n");
  });

  test("with a lesser role it is what that may, while his own user is in lists", async () => {
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
    expect(division).toContain("(本社); to name another, ask a system administrator\n");
    expect(division).toContain(`${DEVICES}\n`);
    expect(division).not.toContain("undo");
    const others = await Promise.all([told(false, ["devices.read", "devices.write"]), told(true, ["devices.read"])]);
    for (const each of others) expect(each).not.toContain("clomoctl");
  });

  test("the last who holds the support option is told whom to ask, once it is done", async () => {
    const holder: Account = { ...system, supportOption: true };
    const other: Account = { ...system, id: system.id.replace(/.$/, "9"), name: "yamazaki" };
    const refused = new Failure("not-permitted", { what: text("no role", "権限なし") });
    const { en, ja } = await inBoth("clomo-account revoke hanako01 --yes --as hanako01", {
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
    expect(en.stderr).toMatch(/goes to nobody; ask a system administrator to give it to the successor\n$/);
    expect(ja.stderr).toMatch(/後任者への付与をシステム管理者に依頼してください\n$/);
    for (const { stderr } of [en, ja]) expect(stderr).not.toContain("clomoctl");
  });

  test("who changes another's sees all of them", async () => {
    const whoami = { ...self, account: "boss", user: me.user && { ...me.user, id: before.org.id } };
    const tenant = {
      ...answers,
      revokeRole: { ...toOperator(7), after: { ...system, role: "none" } },
      whoami,
    };
    const { stderr } = await run("clomo-account revoke hanako01 --as boss", { tenant });
    for (const line of [
      "clomoctl console show 7 --as boss\n",
      "to name another: clomoctl renewals edit 本社 --owner MAIL --as boss\n",
      `${DEVICES.replaceAll("--as hanako01", "--as boss")}\n`,
    ])
      expect(stderr).toContain(line);
  });
});
