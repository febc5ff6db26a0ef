import type { Operation } from "../../derived/role-policy.ts";
import { undoImport } from "#support/tenant/undo.ts";
import { addTestAccount } from "#support/tenant/accounts.ts";
import crypto, { argon2Sync } from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { Account, User } from "../api/operations.ts";
import { ROOT_ORG_ID } from "../../nouns/organisation.ts";
import type { AdministratorRole } from "../../nouns/account.ts";
import type { Actor } from "../ledger/actor.ts";
import { Session } from "../ledger/session.ts";
import { failureOf, type TestTenant, openForEachTest } from "#support/tenant/tenant.ts";
import { createAccount, editAccount, resetPassword, revokeRole } from "./accounts.ts";
import { editRecord } from "../ledger/records.ts";
import { createEditableUserType, moveUsers } from "./users.ts";

let tenant: TestTenant;
openForEachTest((opened) => (tenant = opened));

const PASSWORD = "Canary42Canary";

const accounts = () => tenant.client.accounts;

const made = async (email: string, org?: string): Promise<User> =>
  (await tenant.client.users.create({ name: email.split("@")[0] ?? "", emails: [email], ...(org && { org }) })).after;

const orgMade = async (name: string): Promise<string> =>
  (await tenant.client.orgs.create({ name, code: name })).after.id;

const administrator = async (name: string, values: Partial<Parameters<typeof createAccount>[1]> = {}, org?: string) => {
  const user = await made(`${name}@example.jp`, org);
  await accounts().create({ user: user.id, name, password: PASSWORD, ...values });
  return user.id;
};

const accountOf = async (name: string): Promise<Account> => (await accounts().find({ name }))[0] as Account;
const userOf = async (id: string): Promise<User> => (await tenant.client.users.find({ name: id }))[0] as User;

const scheme = (name: string): void => {
  tenant.database.run(
    `insert into scheme (pk, id, name, operations, createdAt, updatedAt, revision)
     values ((select coalesce(max(pk), 0) + 1 from scheme), :id, :name, '[]', :at, :at, 1)`,
    { id: `019a9f3c-5a00-7abc-8def-00000000${1000 + name.length}`, name, at: "2026-04-01T00:00:00.000Z" },
  );
};

const mirrored = () =>
  tenant.import({ kind: "users", fromConsole: true }, "氏名,メールアドレス\n山田,yamada@example.jp");

describe("an account", () => {
  test("facts 2.2: has the console form's fields; name, row, time, mark and audit are one change", async () => {
    const { id } = await made("hana@example.jp");
    const { before, after, consoleTask } = await accounts().create({
      user: id,
      name: "hana01",
      role: "system",
      supportOption: true,
      noticeMail: true,
      language: "ja",
      timezone: "asia/tokyo",
      memo: "受付\n3 階",
      password: PASSWORD,
    });
    expect({ before, consoleTask }).toEqual({ before: null, consoleTask: null });
    expect(after).toMatchObject({
      id,
      name: "hana01",
      role: "system",
      supportOption: true,
      noticeMail: true,
      language: "ja",
      timezone: "Asia/Tokyo",
      memo: "受付\n3 階",
      marked: false,
    });
    expect(await userOf(id)).toMatchObject({
      accountName: "hana01",
      administrator: true,
      accountPasswordSetAt: after.passwordSetAt,
    });
    expect(tenant.lastRecord()).toMatchObject({
      action: "accounts.create",
      objects: [{ thing: "account", id, name: "hana01" }],
      after: { role: "system" },
    });
  });

  test("a name without a row keeps the time when it was given, and a new account gets its own time", async () => {
    const named = await tenant.client.users.create({ name: "山田", emails: ["y@example.jp"], accountName: "yamada" });
    const other = await tenant.client.users.create({ name: "佐藤", emails: ["s@example.jp"], accountName: "sato" });
    const bare = await made("bare@example.jp");
    const { createdAt } = await accountOf("yamada");
    expect(createdAt).toBe(named.after.createdAt);
    const edited = await accounts().edit(named.after.id, { memo: "受付" });
    expect(edited.after.createdAt).toBe(createdAt);
    expect(edited.after.updatedAt > createdAt).toBe(true);
    expect((await accounts().edit(named.after.id, { memo: "窓口" })).after.createdAt).toBe(createdAt);
    const granted = await accounts().edit(other.after.id, { role: "system", password: PASSWORD });
    expect(granted.after.createdAt).toBe(other.after.createdAt);
    const { after } = await accounts().create({ user: bare.id, name: "bare" });
    expect(after.createdAt).toBe(after.updatedAt);
    expect(after.createdAt > bare.createdAt).toBe(true);
  });

  test("facts 1.3: a name belongs to one user, who has no other; facts 2.2: a name is never cleared", async () => {
    const id = await administrator("hana01", { role: "system" });
    const other = await made("other@example.jp");
    expect(await failureOf(accounts().create({ user: other.id, name: "hana01" }))).toMatchObject({
      code: "input-rejected",
      what: { en: 'account: "hana01" is already used' },
    });
    expect(await failureOf(accounts().create({ user: id, name: "hana03" }))).toMatchObject({
      code: "input-rejected",
      what: { en: "this user already has the account hana01" },
    });
    expect(await failureOf(accounts().edit(id, { name: " " }))).toMatchObject({
      code: "input-rejected",
      what: { en: "account: can be changed, but not cleared" },
    });
    const { after } = await accounts().edit(id, { name: "hana02" });
    expect(after.name).toBe("hana02");
    expect(await userOf(id)).toMatchObject({ accountName: "hana02" });
  });

  test("a dry run keeps nothing; a key makes two requests one, and refuses another body", async () => {
    const { id: user } = await made("hana@example.jp");
    const dry = await accounts().create({ user, name: "hana01", role: "system", password: PASSWORD, dryRun: true });
    expect([dry.dryRun, dry.after.role]).toEqual([true, "system"]);
    expect(await Array.fromAsync(accounts().list())).toEqual([]);
    const post = (body: object) => tenant.post("/v1/accounts", body);
    const body = { user, name: "hana01", role: "system", password: PASSWORD };
    const [first, second] = [await post(body), await post(body)];
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(await second.json()).toMatchObject({ after: { name: "hana01" } });
    expect((await post({ ...body, role: "operator" })).status).toBe(422);
    expect(tenant.sql("select count(*) as n from account")).toEqual([{ n: 1 }]);
  });

  test("lists accept filters", async () => {
    const org = await orgMade("営業部");
    await administrator("boss01", { role: "system", supportOption: true });
    await administrator("oper01", { role: "operator" }, org);
    const names = async (query: object) => (await Array.fromAsync(accounts().list(query))).map(({ name }) => name);
    expect(await names({})).toEqual(["boss01", "oper01"]);
    expect(await names({ role: "operator" })).toEqual(["oper01"]);
    expect(await names({ supported: true })).toEqual(["boss01"]);
    expect(await names({ org })).toEqual(["oper01"]);
    expect(await names({ search: "OPER" })).toEqual(["oper01"]);
    expect(await names({ filterName: "boss" })).toEqual(["boss01"]);
    expect(await names({ filterId: "oper01@" })).toEqual(["oper01"]);
  });
});

describe("passwords", () => {
  test("facts 2.3: an administrator's password has six characters, upper case, lower case and a digit", async () => {
    const { id: user } = await made("hana@example.jp");
    for (const password of ["Abc12", "abcdef1", "ABCDEF1", "Abcdefg", ""]) {
      const refused = await failureOf(accounts().create({ user, name: "hana01", role: "system", password }));
      expect(refused).toMatchObject({ code: "input-rejected", hint: { en: "choose another password" } });
    }
    expect((await accounts().create({ user, name: "hana01", role: "system", password: "Abcde1" })).after.role).toBe(
      "system",
    );
    const longest = `Abcde1${"x".repeat(1018)}`;
    expect((await failureOf(accounts().edit(user, { password: `${longest}x` })))?.what.en).toContain("at most 1024");
    expect((await accounts().edit(user, { password: longest })).after.passwordSetAt).not.toBeNull();
  });

  test("an administrator's password has no line break, which a file of two lines would contain", async () => {
    const { id: user } = await made("hana@example.jp");
    for (const password of ["Passw0rd1\nx", "Passw0rd1\r", "Passw0rd\u00001"]) {
      expect(await failureOf(accounts().create({ user, name: "hana01", role: "system", password }))).toMatchObject({
        code: "input-rejected",
        what: { en: "password: line breaks and other control characters are not allowed (a clomoctl rule)" },
      });
    }
  });

  test("facts 2.2: a role requires a password; accounts without a role accept any", async () => {
    const { id: user } = await made("hana@example.jp");
    const none = await failureOf(accounts().create({ user, name: "hana01", role: "system" }));
    expect(none).toMatchObject({
      code: "input-rejected",
      what: { en: "password: hana01 needs a password for the role system administrator" },
      hint: { en: expect.stringContaining("--password-file FILE") as unknown },
    });
    await accounts().create({ user, name: "hana01", password: "weak" });
    // a role that is restored must not come with a password that satisfies no rule
    expect(tenant.sql("select verifier from account")).toEqual([{ verifier: null }]);
    const weak = await failureOf(accounts().edit(user, { role: "system" }));
    expect(weak?.what.en).toBe("password: hana01 needs a password for the role system administrator");
  });

  test("are stored only as argon2id, with the costs that OWASP recommends, and nowhere else", async () => {
    const asked = vi.spyOn(crypto, "argon2");
    syncBuiltinESMExports();
    onTestFinished(() => {
      asked.mockRestore();
      syncBuiltinESMExports();
    });
    const id = await administrator("hana01", { role: "system" });
    const verifier = (): string => String(tenant.sql("select verifier from account")[0]?.["verifier"]);
    const [, algorithm, version, costs, salt = "", hash = ""] = verifier().split("$");
    expect([algorithm, version, costs]).toEqual(["argon2id", "v=19", "m=47104,t=1,p=1"]);
    const parameters = { parallelism: 1, tagLength: 32, memory: 47_104, passes: 1 };
    expect(asked.mock.lastCall?.[1]).toMatchObject(parameters);
    const nonce = Buffer.from(salt, "base64");
    expect(nonce).toHaveLength(16);
    // see passwords.ts of the tests' support
    expect(argon2Sync("argon2id", { message: PASSWORD, nonce, ...parameters, memory: 64 })).toEqual(
      Buffer.from(hash, "base64"),
    );
    const former = verifier();
    await accounts().edit(id, { password: `${PASSWORD}2` });
    expect(verifier()).not.toBe(former);
    await failureOf(accounts().edit(id, { password: PASSWORD, role: "operator" }));
    expect(tenant.everything()).not.toContain(PASSWORD);
  });

  test("are not stored in a mirror: the console sets them, and only the time is recorded", async () => {
    await mirrored();
    const { id: user } = await userOf("yamada@example.jp");
    const here = await failureOf(accounts().create({ user, name: "yamada", role: "system", password: PASSWORD }));
    expect(here).toMatchObject({
      code: "input-rejected",
      hint: { en: "set the password in the console, then pass --password-in-console" },
    });
    const none = await failureOf(accounts().create({ user, name: "yamada", role: "system" }));
    expect(none?.hint?.en).toContain("--password-in-console");
    const { after } = await accounts().create({ user, name: "yamada", role: "system", passwordInConsole: true });
    expect(after.passwordSetAt).not.toBeNull();
    expect(tenant.sql("select verifier from account")).toEqual([{ verifier: null }]);
    expect(tenant.everything()).not.toContain(PASSWORD);
  });

  test("cannot be set in a console if the tenant is not a mirror", async () => {
    const { id: user } = await made("hana@example.jp");
    const refused = await failureOf(accounts().create({ user, name: "x", role: "system", passwordInConsole: true }));
    expect(refused).toMatchObject({ code: "input-rejected" });
    expect(refused?.hint?.en).toContain("--password-file FILE");
  });
});

describe("roles", () => {
  test("facts 2.1: a division administrator needs managed organisations, a custom one also a scheme", async () => {
    const org = await orgMade("営業部");
    scheme("受付");
    const { id: user } = await made("hana@example.jp");
    await accounts().create({ user, name: "hana01" });
    const grant = (body: object) => accounts().edit(user, { password: PASSWORD, ...body });
    expect((await failureOf(grant({ role: "division" })))?.code).toBe("input-rejected");
    expect((await failureOf(grant({ role: "division", managesAll: true })))?.code).toBe("input-rejected");
    expect((await failureOf(grant({ role: "division", managedOrgs: [ROOT_ORG_ID] })))?.code).toBe("input-rejected");
    expect((await failureOf(grant({ role: "custom", managesAll: true })))?.code).toBe("input-rejected");
    expect((await failureOf(grant({ role: "custom", scheme: "無い", managesAll: true })))?.code).toBe("not-found");
    expect((await failureOf(grant({ role: "custom", scheme: "受付" })))?.code).toBe("input-rejected");
    expect((await grant({ role: "division", managedOrgs: [org] })).after).toMatchObject({
      role: "division",
      managesAll: false,
      managedOrgs: [{ id: org, code: "営業部", path: "営業部" }],
    });
    expect((await grant({ role: "custom", scheme: "受付", managesAll: true })).after).toMatchObject({
      role: "custom",
      scheme: { name: "受付" },
      managesAll: true,
      managedOrgs: [],
    });
    // what is not said stays
    expect((await grant({ memo: "x" })).after).toMatchObject({ managesAll: true, scheme: { name: "受付" } });
    expect((await grant({ role: "division", managedOrgs: [org] })).after).toMatchObject({
      managesAll: false,
      scheme: null,
    });
  });

  test("facts 2.1: an operator needs an organisation other than 全社, and cannot move into it", async () => {
    const org = await orgMade("営業部");
    const { id: user } = await made("oper@example.jp");
    const lost = accounts().create({ user, name: "oper01", role: "operator", password: PASSWORD });
    expect(await failureOf(lost)).toMatchObject({
      what: { en: expect.stringContaining("cannot be an operator in 全社") as unknown },
    });
    expect(await failureOf(accounts().create({ user }))).toMatchObject({
      hint: { en: "specify the name with --account NAME" },
    });
    await tenant.client.users.move({ ids: [user], org });
    await accounts().create({ user, name: "oper01", role: "operator", password: PASSWORD });
    const back = tenant.client.users.move({ ids: [user], org: ROOT_ORG_ID });
    expect(await failureOf(back)).toMatchObject({ code: "input-rejected" });
    expect((await userOf(user)).org.id).toBe(org);
  });

  test("an import does not move an operator into 全社, because a blank code moves nobody", async () => {
    const org = await orgMade("営業部");
    const id = await administrator("oper01", { role: "operator" }, org);
    await tenant.import({ kind: "users", blank: "clear" }, "氏名,メールアドレス,組織コード\n改名,oper01@example.jp,");
    expect(await userOf(id)).toMatchObject({ name: "改名", org: { id: org } });
  });

  test("a plan names the people with a role whose role, scope, organisation or key it changes", async () => {
    const sales = await orgMade("営業部");
    await orgMade("東");
    await administrator("div01", { role: "division", managedOrgs: [sales] });
    const id = await administrator("oper01", { role: "operator" }, sales);
    const named = (name: string, role: string) => ({ count: 1, first: [{ name, role }] });
    const undone = async (name: number | "last") => (await tenant.client.imports.undo(name)).roles;
    const list = ["氏名", "メールアドレス", "組織コード"];
    const plain = [list, ["新", "oper01@example.jp", "営業部"]];
    expect((await tenant.plan({ kind: "users" }, plain)).roles).toBe(undefined);
    const moved = [list, ["x", "oper01@example.jp", "東"], ["y", "y@example.jp", "東"]];
    expect((await tenant.import({ kind: "users" }, moved)).roles).toEqual(named("oper01", "operator"));
    expect(await undone("last")).toEqual(named("oper01", "operator"));
    const below = "組織名,組織コード,上位組織コード\n東,東,営業部";
    expect((await tenant.import({ kind: "orgs" }, below)).roles).toEqual(named("div01", "division"));
    expect(await undone("last")).toEqual(named("div01", "division"));
    await administrator("sys01", { role: "system" });
    await accounts().edit(id, { role: "system" });
    expect(await undone("last")).toEqual(named("oper01", "system"));
    await accounts().revoke(id, {});
    expect(await undone("last")).toEqual(named("oper01", "none"));
  });

  test("refuses an unknown time zone and an unknown organisation", async () => {
    const id = await administrator("hana01");
    expect((await failureOf(accounts().edit(id, { timezone: "Mars/Olympus" })))?.code).toBe("input-rejected");
    const unknown = id.replace(/.$/, (end) => (end === "0" ? "1" : "0"));
    const orgs = accounts().edit(id, { role: "division", managedOrgs: [unknown], password: PASSWORD });
    expect((await failureOf(orgs))?.code).toBe("not-found");
    const set = await accounts().edit(id, { timezone: "UTC", language: "en", memo: "x" });
    expect(set.after).toMatchObject({ timezone: "UTC", language: "en", memo: "x" });
    const cleared = await accounts().edit(id, { timezone: null, language: null, memo: "" });
    expect(cleared.after).toMatchObject({ timezone: null, language: null, memo: null });
  });
});

describe("a dry run", () => {
  test("needs no password, has the same result as with a valid one, and keeps nothing", async () => {
    const { id: user } = await made("hana@example.jp");
    await accounts().create({ user, name: "hana01" });
    const tried = await accounts().edit(user, { role: "system", dryRun: true });
    expect(tried).toMatchObject({ before: { role: "none", passwordSetAt: null }, after: { role: "system" } });
    expect(tried.after.passwordSetAt).not.toBeNull();
    expect(await accountOf("hana01")).toMatchObject({ role: "none", passwordSetAt: null });
    const { id: other } = await made("taro@example.jp");
    const created = await accounts().create({ user: other, name: "taro01", role: "system", dryRun: true });
    expect(created.after.role).toBe("system");
    await accounts().edit(user, { role: "system", password: PASSWORD });
    const [before, after] = [await accountOf("hana01"), await accounts().resetPassword(user, { dryRun: true })];
    expect([after.dryRun, await accountOf("hana01")]).toEqual([true, before]);
    const weak = accounts().create({ user: other, name: "taro01", role: "system", password: "weak", dryRun: true });
    expect((await failureOf(weak))?.code).toBe("input-rejected");
    const missing = accounts().create({ user: other, name: "taro01", role: "system" });
    expect((await failureOf(missing))?.code).toBe("input-rejected");
  });
});

describe("the administrator mark", () => {
  test("comes and goes with a role, and a mark set by hand stays until a role ends", async () => {
    await administrator("boss01", { role: "system" });
    const { id: user } = await made("hana@example.jp");
    await tenant.mark("users", [user]);
    await accounts().create({ user, name: "hana01" });
    expect([(await userOf(user)).administrator, (await accountOf("hana01")).marked]).toEqual([true, true]);
    await accounts().edit(user, { role: "system", password: PASSWORD });
    expect([(await userOf(user)).administrator, (await accountOf("hana01")).marked]).toEqual([true, false]);
    await accounts().revoke(user, {});
    expect((await userOf(user)).administrator).toBe(false);
    await tenant.mark("users", [user]);
    const { before, after } = await accounts().revoke(user, {});
    expect([before?.marked, after.marked]).toEqual([true, false]);
  });

  test("of an account with a role cannot be removed separately", async () => {
    const id = await administrator("hana01", { role: "system" });
    const refused = await failureOf(tenant.mark("users", [id], false));
    expect(refused).toMatchObject({
      code: "input-rejected",
      hint: { en: "to revoke the role: `clomoctl clomo-account revoke hana01`" },
    });
    expect((await userOf(id)).administrator).toBe(true);
  });

  test("is unchanged if the role is: accounts applied without their users have no mark", async () => {
    const id = await administrator("hana01", { role: "system" });
    tenant.database.run("update user set administrator = 0 where id = :id", { id });
    await accounts().edit(id, { memo: "人事" });
    expect([(await userOf(id)).administrator, (await accountOf("hana01")).memo]).toEqual([false, "人事"]);
    await accounts().edit(id, { role: "system" });
    expect((await userOf(id)).administrator).toBe(true);
  });

  test("protects the account from imports and their undo", async () => {
    const first = await tenant.import(
      { kind: "users" },
      "氏名,メールアドレス,CLOMOアカウント名\n花子,hana@example.jp,hana01",
    );
    const { id } = await accountOf("hana01");
    await accounts().edit(id, { role: "system", password: PASSWORD });
    const plan = await tenant.plan(
      { kind: "users" },
      "氏名,メールアドレス,CLOMOアカウント名\n花子,hana@example.jp,hana02",
    );
    expect(await tenant.faults(plan)).toContain("administrator-account@2");
    expect((await failureOf(undoImport(tenant.client, first.id)))?.code).toBe("conflict");
  });
});

describe("an organisation that somebody manages", () => {
  test("cannot be deleted by hand or by a file, and the refusal by hand names a managing account", async () => {
    const [sales, other] = [await orgMade("営業部"), await orgMade("総務部")];
    for (const name of ["div01", "div02"]) await administrator(name, { role: "division", managedOrgs: [sales] });
    const { imports } = tenant.client;
    const deletion = () => imports.delete({ kind: "orgs", ids: [sales], called: "営業部" });
    const refused = await failureOf(deletion());
    expect(refused?.what.en).toContain("the organisation 営業部: the CLOMO account div01 refers to this record");
    const plan = await tenant.plan({ kind: "orgs", mode: "replace" }, "組織名,組織コード\n総務部,総務部");
    expect((await tenant.reasons(plan)).map(({ en }) => en)).toContain(
      "営業部 cannot be deleted: used by 2 CLOMO accounts",
    );
    for (const name of ["div01", "div02"]) await accounts().edit((await accountOf(name)).id, { managedOrgs: [other] });
    expect((await imports.commit(await deletion())).delete).toBe(1);
  });
});

describe("permissions", () => {
  const session = (role: AdministratorRole, items: readonly Operation[] = []): Session => {
    const account = { user: 999, id: "019a9f3c-5a00-7abc-8def-000000000999", name: "actor" };
    const actor: Actor = { account, role, items: new Set(items), orgs: role === "system" ? undefined : [1] };
    return new Session(tenant.openStore(), tenant.surroundings, "owner", actor);
  };

  test("a custom administrator without 「ユーザーの作成と変更」 can only create operators", async () => {
    const org = await orgMade("営業部");
    const [{ id: one }, { id: other }] = [await made("one@example.jp", org), await made("other@example.jp", org)];
    const [none, users] = [session("custom"), session("custom", ["users.write"])];
    await createAccount(session("division"), { user: one, name: "one" });
    const refused = [
      () => createAccount(none, { user: other, name: "other" }),
      () => editAccount(none, one, { name: "renamed" }),
      () => editAccount(none, one, { memo: "x" }),
      () => resetPassword(none, one, { password: PASSWORD }),
    ];
    for (const ask of refused) {
      expect(await failureOf(ask())).toMatchObject({ code: "not-permitted" });
    }
    await createAccount(users, { user: other, name: "other" });
    await editAccount(users, one, { name: "renamed" });
    await resetPassword(users, one, { password: PASSWORD });
    expect((await editAccount(none, one, { role: "operator", password: PASSWORD })).after.role).toBe("operator");
    await editAccount(none, one, { memo: "x" });
    expect((await failureOf(editAccount(none, one, { name: "again" })))?.code).toBe("not-permitted");
    await resetPassword(none, one, { password: PASSWORD });
    expect((await revokeRole(none, one, {})).after.role).toBe("none");
  });

  test("only a system administrator can change the account or user of an administrator above operator", async () => {
    const org = await orgMade("営業部");
    const id = await administrator("div01", { role: "division", managedOrgs: [org] }, org);
    const takeover = [
      editAccount(session("division"), id, { memo: "x" }),
      editAccount(session("custom"), id, { password: PASSWORD }),
      editRecord(session("division"), createEditableUserType(session("division")), id, { emails: ["mine@example.jp"] }),
      moveUsers(session("custom"), { ids: [id], org: ROOT_ORG_ID }),
    ];
    for (const refused of await Promise.all(takeover.map(failureOf))) {
      expect(refused).toMatchObject({
        code: "not-permitted",
        what: {
          en: "div01 is a division administrator: only a system administrator can change this account and its user",
        },
        hint: { en: "ask a system administrator" },
      });
    }
    expect(
      (await editRecord(session("system"), createEditableUserType(session("system")), id, { title: "部長" })).after
        .title,
    ).toBe("部長");
  });

  test("only a system administrator can change a marked account and its user, whose role is unknown", async () => {
    const east = await orgMade("東");
    const marked = await tenant.client.users.create({
      name: "印",
      emails: ["shirushi@example.jp"],
      accountName: "shirushi",
      org: east,
    });
    const { id } = marked.after;
    const nameless = await made("nameless@example.jp", east);
    await tenant.mark("users", [id, nameless.id]);
    const items = ["users.write", "users.move", "users.delete"] as const;
    await addTestAccount(tenant, { name: "div01", role: "division", manages: ["東"] });
    await addTestAccount(tenant, { name: "cus01", role: "custom", items });
    const what = {
      en: "shirushi is marked as an administrator, but the role is not known: only a system administrator can change this account and its user",
      ja: "「shirushi」は管理者に指定されています(管理者権限の種類は不明)。このアカウントとそのユーザーを変更できるのはシステム管理者だけです",
    };
    for (const name of ["div01", "cus01"]) {
      const { accounts: theirs, users, imports } = tenant.as(name);
      const asked = [
        () => theirs.edit(id, { role: "operator", password: PASSWORD }),
        () => theirs.edit(id, { name: "mine" }),
        () => theirs.revoke(id, {}),
        () => theirs.resetPassword(id, { password: PASSWORD }),
        () => theirs.create({ user: id, name: "mine" }),
        () => users.edit(id, { emails: ["mine@example.jp"] }),
        () => users.move({ ids: [id], org: east }),
        () => imports.delete({ kind: "users", ids: [id], called: "x" }),
      ];
      for (const ask of asked) {
        expect(await failureOf(ask())).toMatchObject({ code: "not-permitted", what });
      }
      const create = await failureOf(theirs.create({ user: nameless.id, name: "mine" }));
      expect(create).toMatchObject({
        code: "not-permitted",
        what: { en: expect.stringContaining("nameless <nameless@example.jp> is marked") },
      });
    }
    expect(await userOf(id)).toMatchObject({ administrator: true, emails: ["shirushi@example.jp"] });
    const granted = await tenant.client.accounts.edit(id, { role: "operator", password: PASSWORD });
    expect(granted.after.role).toBe("operator");
    expect((await tenant.as("div01").accounts.revoke(id, {})).after.role).toBe("none");
  });

  test("no import, plan or undo of a partial administrator changes a marked user", async () => {
    const east = await orgMade("東");
    const { id } = await made("shirushi@example.jp", east);
    await addTestAccount(tenant, { name: "div01", role: "division", manages: ["東"] });
    const planned = (account: string, address: string) => {
      const file = `氏名,メールアドレス,メールアドレス,組織コード\nshirushi,shirushi@example.jp,${address},東`;
      return tenant.planAs(account, { kind: "users" }, file);
    };
    const { imports } = tenant.as("div01");
    const first = await imports.commit(await planned("div01", "first@example.jp"));
    const early = await planned("div01", "second@example.jp");
    tenant.database.run("update user set administrator = 1 where id = :id", { id });
    const refused = {
      code: "not-permitted",
      what: { en: expect.stringContaining("shirushi <shirushi@example.jp> is marked") },
    };
    expect(await tenant.faults(await planned("div01", "mine@example.jp"))).toEqual(["administrator-above@2"]);
    expect(await failureOf(imports.commit(early))).toMatchObject(refused);
    expect(await failureOf(undoImport({ imports }, first.id))).toMatchObject(refused);
    expect((await userOf(id)).emails).toEqual(["shirushi@example.jp", "first@example.jp"]);
  });

  test("refuses to delete an administrator", async () => {
    const east = await orgMade("東");
    await administrator("div01", { role: "division", managedOrgs: [east] }, east);
    const boss = await administrator("boss01", { role: "system" }, east);
    const operator = await administrator("ope01", { role: "operator" }, east);
    const deleting = (account: string, kind: "users" | "orgs", asked: { readonly ids: readonly string[] }) =>
      failureOf(tenant.as(account).imports.delete({ kind, ...asked, called: "x" }));
    const refused = {
      code: "not-permitted",
      what: { en: expect.stringContaining("boss01 is a system administrator") },
    };
    expect(await deleting("div01", "users", { ids: [boss] })).toMatchObject(refused);
    expect(await deleting("div01", "users", { ids: [operator, boss] })).toMatchObject(refused);
    expect(await deleting("ope01", "users", { ids: [boss] })).toMatchObject({ code: "not-permitted" });
    for (const account of ["div01", "boss01"])
      expect(await deleting(account, "users", { ids: [operator] })).toMatchObject({ code: "input-rejected" });
    const plain = await made("plain@example.jp", east);
    const plan = await tenant.as("div01").imports.delete({ kind: "users", ids: [plain.id], called: "x" });
    await accounts().create({ user: plain.id, name: "boss02", role: "system", password: PASSWORD });
    for (const { imports } of [tenant.as("div01"), tenant.client])
      expect(await failureOf(imports.commit(plan))).toMatchObject({ code: "not-permitted" });
    await addTestAccount(tenant, { name: "cus01", role: "custom", items: ["users.delete"] });
    expect(await deleting("cus01", "users", { ids: [boss] })).toMatchObject(refused);
  });

  const file = "氏名,メールアドレス,組織コード\n一,a@example.jp,東\n二,b@example.jp,西\n三,c@example.jp,X9";

  test("organisations outside the scope look missing by name, too", async () => {
    const [east] = [await orgMade("東"), await orgMade("西"), await orgMade("東西")];
    await administrator("div01", { role: "division", managedOrgs: [east] }, east);
    const plan = await tenant.planAs("div01", { kind: "users", orgBy: "name" }, file);
    const problems = await Array.fromAsync(tenant.as("div01").imports.problems(plan.id));
    const found = problems.filter(({ code }) => code.startsWith("org-name"));
    expect(found.map(({ row, code, params }) => [row, code, params])).toEqual([
      [3, "org-name-unknown", { name: "西", scoped: 1 }],
      [4, "org-name-unknown", { name: "X9", scoped: 1 }],
    ]);
  });

  test("existing and missing organisations outside the scope look the same, and get the same hint", async () => {
    const [east] = [await orgMade("東"), await orgMade("西")];
    await administrator("div01", { role: "division", managedOrgs: [east] }, east);
    const refused = await tenant.planAs("div01", { kind: "users" }, file);
    expect(await tenant.faults(refused)).toEqual(["org-unknown@3", "org-unknown@4"]);
    expect(await tenant.faults(await tenant.plan({ kind: "users" }, file))).toEqual(["org-unknown@4"]);
    const creating = await failureOf(tenant.planAs("div01", { kind: "users", createOrgs: true }, file));
    expect(creating).toMatchObject({ code: "not-permitted" });
    expect(creating?.hint?.en).toContain("ask a system administrator");
  });

  test("a custom administrator cannot commit a plan that changes a system administrator", async () => {
    const boss = await administrator("boss01", { role: "system" });
    await addTestAccount(tenant, { name: "cus01", role: "custom", items: ["users.write", "users.move"] });
    const planned = (account: string, name: string, address: string) =>
      tenant.planAs(account, { kind: "users" }, `氏名,メールアドレス\n${name},${address}`);
    const refused = {
      code: "not-permitted",
      what: { en: expect.stringContaining("boss01 is a system administrator") },
    };
    const { imports } = tenant.as("cus01");
    const plan = await planned("boss01", "改名", "boss01@example.jp");
    expect(await failureOf(imports.commit(plan))).toMatchObject(refused);
    expect((await userOf(boss)).name).toBe("boss01");
    await tenant.as("boss01").imports.discard(plan.id);
    const early = await userOf(await addTestAccount(tenant, { name: "late01", role: "none" }));
    const own = await planned("cus01", "改名", early.emails[0] ?? "");
    tenant.database.run("update account set role = 'system' where user = (select pk from user where id = :id)", {
      id: early.id,
    });
    expect((await failureOf(imports.commit(own)))?.what.en).toContain("late01 is a system administrator");
    expect((await userOf(early.id)).name).toBe("late01");
    expect(await tenant.as("boss01").imports.commit(own)).toMatchObject({ state: "committed" });
  });

  test.each([
    ["division", { name: "actor", role: "division", manages: ["東"] }],
    [
      "custom",
      {
        name: "actor",
        role: "custom",
        manages: ["東"],
        items: ["users.write", "users.move", "users.delete", "orgs.write"],
      },
    ],
    ["custom of all", { name: "actor", role: "custom", items: ["users.write", "users.move", "users.delete"] }],
  ] as const)("an undo by a partial administrator cannot change a system administrator: %s", async (_who, account) => {
    const east = await orgMade("東");
    const boss = await made("boss@example.jp", east);
    await accounts().create({ user: boss.id, name: "boss01", role: "operator", password: PASSWORD });
    await addTestAccount(tenant, account);
    const { imports } = tenant.as("actor");
    const sent = async (row: string) =>
      imports.commit(await tenant.planAs("actor", { kind: "users" }, `氏名,メールアドレス,組織コード,役職\n${row}`));
    const edited = await sent("boss,boss@example.jp,東,課長");
    const early = await undoImport({ imports }, edited.id);
    const createdBy = await sent("new,new@example.jp,東,");
    const [created] = await tenant.client.users.find({ name: "new@example.jp" });
    await accounts().edit(boss.id, { role: "system" });
    await accounts().create({ user: created?.id ?? "", name: "new01", role: "system", password: PASSWORD });

    const what = {
      en: expect.stringContaining("only a system administrator can change this account and its user") as string,
    };
    expect(await failureOf(undoImport({ imports }, edited.id))).toMatchObject({ code: "not-permitted", what });
    expect(await failureOf(imports.commit(early))).toMatchObject({ code: "not-permitted", what });
    expect(await failureOf(undoImport({ imports }, createdBy.id))).toMatchObject({ code: "not-permitted", what });
    expect((await userOf(boss.id)).title).toBe("課長");
    const own = tenant.client.imports;
    await own.commit(await undoImport(tenant.client, edited.id));
    expect((await userOf(boss.id)).title).toBeNull();
  });

  test("an undo does not reveal who outside the scope now has a value that it would restore", async () => {
    const [east, west] = [await orgMade("東"), await orgMade("西")];
    await administrator("div01", { role: "division", managedOrgs: [east] }, east);
    await made("old@example.jp", east);
    const { imports } = tenant.as("div01");
    const file = "氏名,メールアドレス,社員コード,組織コード\nold,new@example.jp,E1,東";
    await tenant.client.users.edit((await tenant.client.users.find({ name: "old@example.jp" }))[0]?.id ?? "", {
      employeeCode: "E1",
    });
    const plan = await tenant.planAs("div01", { kind: "users", key: "employee-code" }, file);
    const { id } = await imports.commit(plan);
    const early = await undoImport({ imports }, id);
    await made("old@example.jp", west);
    expect(await failureOf(imports.commit(early))).toMatchObject({ code: "conflict" });
    // nor is it shown as if it could be undone
    expect((await failureOf(undoImport({ imports }, id)))?.what.en).toBe(
      "the user old <new@example.jp>: a user already uses the same value (メールアドレス)",
    );
    expect((await failureOf(undoImport(tenant.client, id)))?.what.en).toBe(
      "the user old <new@example.jp>: the user old <old@example.jp> already uses the same value (メールアドレス)",
    );
  });

  test("an undo is refused before it is shown if the account cannot delete what the import created", async () => {
    await addTestAccount(tenant, { name: "cus01", role: "custom", items: ["users.write", "users.move"] });
    const { imports } = tenant.as("cus01");
    const plan = await tenant.planAs("cus01", { kind: "users" }, "氏名,メールアドレス\n山田,yamada@example.jp");
    const { id } = await imports.commit(plan);
    expect(await failureOf(undoImport({ imports }, id))).toMatchObject({ code: "not-permitted" });
    expect((await imports.list()).map(({ state }) => state)).toEqual(["committed"]);
  });

  test("names the owner of a taken name inside the scope, and only that it is taken outside", async () => {
    const [east, west] = [await orgMade("東"), await orgMade("西")];
    await administrator("div01", { role: "division", managedOrgs: [east] }, east);
    await administrator("ope01", { role: "operator" }, east);
    await administrator("ope02", { role: "operator" }, west);
    const { id: user } = await made("x@example.jp", east);
    const { accounts: asked } = tenant.as("div01");
    const taken = async (name: string) => (await failureOf(asked.create({ user, name })))?.what.en;
    expect(await taken("ope01")).toBe('account: "ope01" is already used');
    expect(await taken("ope02")).toBe('account: "ope02" is already used');
    expect((await asked.create({ user, name: "ope03", role: "operator", password: PASSWORD })).after.role).toBe(
      "operator",
    );
    expect((await Array.fromAsync(asked.list())).map(({ name }) => name)).toEqual(["div01", "ope01", "ope03"]);
    const outside = await accountOf("ope02");
    expect((await failureOf(asked.revoke(outside.id, {})))?.code).toBe("not-found");
    expect((await asked.revoke((await accountOf("ope01")).id, {})).after.role).toBe("none");
  });
});

test("in a mirror, each account change creates its own console task, which people confirm", async () => {
  await mirrored();
  const { id: user } = await userOf("yamada@example.jp");
  await tenant.client.users.edit(user, { title: "課長" });
  const org = await orgMade("営業部");
  const created = await accounts().create({ user, name: "yamada", role: "system", passwordInConsole: true });
  const { console: panel } = tenant.client;
  const task = await panel.show(created.consoleTask ?? 0);
  expect(task).toMatchObject({ kind: "users" });
  const record = task.records.find(({ thing }) => thing === "account");
  expect(record).toMatchObject({ work: "edit", name: "山田", key: "yamada@example.jp" });
  expect(record?.changes).toEqual([{ field: "role", before: null, after: "system" }]);
  await panel.confirm({ numbers: [task.number] });
  await accounts().create({
    user: (await made("b@example.jp")).id,
    name: "boss",
    role: "system",
    passwordInConsole: true,
  });
  const granted = await accounts().edit(user, { role: "division", managedOrgs: [org] });
  expect((await panel.show(granted.consoleTask ?? 0)).records[0]?.changes).toEqual([
    { field: "role", before: "system", after: "division" },
    { field: "managedOrgs", before: null, after: ["営業部 (営業部)"] },
  ]);
  // the user's own task knows nothing of the account
  const own = (await panel.list({}))
    .flatMap(({ records }) => records)
    .find(({ id, thing }) => id === user && thing === "user");
  expect(own).toMatchObject({ name: "山田", changes: [{ field: "title", before: null, after: "課長" }] });
});

describe("an account name is as long as an email address at most (a clomoctl rule)", () => {
  const [longest, longer] = ["山".repeat(320), "山".repeat(321)];
  const refusalOf = (label: string) => ({
    code: "input-rejected",
    what: { en: `${label}: 321 characters; the maximum is 320` },
  });
  const refused = refusalOf("account");

  test("by hand", async () => {
    const { id } = await made("a@example.jp");
    expect(await failureOf(accounts().create({ user: id, name: longer }))).toMatchObject(refused);
    expect((await accounts().create({ user: id, name: longest })).after.name).toBe(longest);
    expect(await failureOf(accounts().edit(id, { name: longer }))).toMatchObject(refused);
    expect(await failureOf(tenant.client.users.edit(id, { accountName: longer }))).toMatchObject(
      refusalOf("CLOMO account name"),
    );
  });

  test("by the fields that names are built from", async () => {
    await accounts().setSettings({ composition: "employee-code" });
    const { id } = await made("a@example.jp");
    await tenant.client.users.edit(id, { employeeCode: longer });
    expect(await failureOf(accounts().create({ user: id }))).toMatchObject(refused);
  });

  test("in a file", async () => {
    const plan = await tenant.plan(
      { kind: "users" },
      `氏名,メールアドレス,CLOMOアカウント名\n山田,a@example.jp,${longest}\n鈴木,b@example.jp,${longer}`,
    );
    expect(await tenant.faults(plan)).toEqual(["too-long@3"]);
  });
});

describe("what account names are built from", () => {
  const person = async () =>
    (
      await tenant.client.users.create({
        name: "山田",
        emails: ["Yamada.T@example.jp"],
        employeeCode: "E1",
        googleWorkspaceEmail: "yamada@g.example",
        salesforceAccount: "sf-yamada",
      })
    ).after.id;

  test.each([
    ["mail-address", "Yamada.T@example.jp"],
    ["mail-local-part", "Yamada.T"],
    ["employee-code", "E1"],
    ["google-workspace", "yamada@g.example"],
    ["salesforce", "sf-yamada"],
  ] as const)(
    "seed 001: built from %s, a new account is %s, and another name is refused",
    async (composition, name) => {
      await accounts().setSettings({ composition });
      const user = await person();
      const other = await failureOf(accounts().create({ user, name: "other" }));
      expect(other).toMatchObject({ code: "input-rejected", where: undefined });
      expect(other?.what.en).toContain(`the account name must be "${name}"`);
      expect((await accounts().create({ user })).after.name).toBe(name);
    },
  );

  const header = ["氏名", "メールアドレス", "社員コード", "CLOMOアカウント名"];

  test("seed 001: a file cannot give a new account another name, or rename one to another name", async () => {
    const user = await person();
    await accounts().create({ user, name: "yamada" });
    await accounts().setSettings({ composition: "employee-code" });
    const files = [
      header,
      ["山田", "Yamada.T@example.jp", "E1", "other"],
      ["鈴木", "suzuki@example.jp", "E2", "suzuki"],
      ["佐藤", "sato@example.jp", "", "sato"],
      ["田中", "tanaka@example.jp", "E4", "E4"],
      ["伊藤", "ito@example.jp", "E5", ""],
    ];
    const plan = await tenant.plan({ kind: "users" }, files);
    expect(plan.rejected).toBe(true);
    const code = "account-name-composed";
    expect(await tenant.problems(plan)).toMatchObject([
      { code, row: 2, header: "CLOMOアカウント名", params: { value: "other", composed: "E1", by: "employee-code" } },
      { code, row: 3, params: { value: "suzuki", composed: "E2" } },
      { code, row: 4, params: { value: "sato", composed: "" } },
    ]);
    const stays = [header, ["山田 太郎", "Yamada.T@example.jp", "E1", "yamada"], ...files.slice(4)];
    await tenant.import({ kind: "users" }, stays);
    expect(await userOf(user)).toMatchObject({ name: "山田 太郎", accountName: "yamada" });
    const [, , , , [, tanaka = ""] = []] = files;
    expect((await userOf(tanaka)).accountName).toBe("E4");
    await tenant.import({ kind: "users" }, [header, ["山田 太郎", "Yamada.T@example.jp", "E9", "E9"]]);
    expect(await userOf(user)).toMatchObject({ employeeCode: "E9", accountName: "E9" });
  });

  test.each([
    ["mail-address", "suzuki.j@example.jp"],
    ["mail-local-part", "suzuki.j"],
    ["google-workspace", ""],
    ["salesforce", ""],
  ] as const)(
    "seed 001: built from %s, a file creates the account %j with the value of the row or the user",
    async (by, name) => {
      await accounts().setSettings({ composition: by });
      const user = await person();
      const file = [header, ["鈴木", "suzuki.j@example.jp", "", name], ["山田", "Yamada.T@example.jp", "", "x"]];
      const plan = await tenant.plan({ kind: "users" }, file);
      const { after } = await accounts().create({ user });
      expect((await tenant.problems(plan)).map(({ params }) => params)).toEqual([
        { value: "x", composed: after.name, by },
      ]);
    },
  );

  test("a name may have the Shift-JIS form of the file, but in any other file is compared unchanged", async () => {
    await tenant.client.users.create({ name: "丁", emails: ["tei@example.jp"], employeeCode: "X\u301C1" });
    await accounts().setSettings({ composition: "employee-code" });
    const file = [header, ["丁", "tei@example.jp", "X\u301C1", "X\uFF5E1"]];
    expect(await tenant.faults(await tenant.plan({ kind: "users" }, file))).toEqual(["account-name-composed@2"]);
  });

  test("changed settings make a plan with names out of date, but not an export of the console", async () => {
    const file = [header, ["鈴木", "suzuki@example.jp", "E2", "suzuki"]];
    const plan = await tenant.plan({ kind: "users" }, file);
    const unnamed = await tenant.plan({ kind: "users" }, "氏名,メールアドレス\n佐藤,sato@example.jp");
    await accounts().setSettings({ composition: "employee-code" });
    expect(await failureOf(tenant.client.imports.commit(plan))).toMatchObject({ code: "conflict" });
    await tenant.client.imports.commit(unnamed);
    await tenant.import({ kind: "users", fromConsole: true }, file);
    expect((await userOf("suzuki@example.jp")).accountName).toBe("suzuki");
  });

  test("an existing name is kept or becomes the built one, and any other name is refused", async () => {
    const user = await person();
    await accounts().create({ user, name: "yamada" });
    await accounts().setSettings({ composition: "employee-code" });
    const refused = await failureOf(accounts().edit(user, { name: "other" }));
    expect(refused).toMatchObject({
      code: "input-rejected",
      what: { en: 'account: the account name must be "E1" (built from: employee code of the user), not "other"' },
      hint: { en: "to show what account names are built from: `clomoctl clomo-account settings show`" },
    });
    expect((await accounts().edit(user, { name: "yamada", memo: "x" })).after).toMatchObject({
      name: "yamada",
      memo: "x",
    });
    expect((await failureOf(accounts().edit(user, { name: "" })))?.what.en).toContain(
      "can be changed, but not cleared",
    );
    expect((await accounts().edit(user, { name: "E1" })).after.name).toBe("E1");
    await tenant.client.users.edit(user, { employeeCode: null });
    const lacking = await failureOf(accounts().edit(user, { name: "E2" }));
    expect(lacking?.what.en).toContain("does not have the value that account names are built from");
    expect((await accounts().edit(user, { memo: "y" })).after).toMatchObject({ name: "E1", memo: "y" });
    await accounts().setSettings({ composition: "free-text" });
    expect((await accounts().edit(user, { name: "other" })).after.name).toBe("other");
  });

  test("seed 001: the authentication type is stored as given, and a mirror has a task in the console's words", async () => {
    expect(await accounts().settings()).toMatchObject({ composition: "free-text", recorded: false });
    const { after } = await accounts().setSettings({ authentication: "LDAP" });
    expect(after).toMatchObject({ authentication: "LDAP", recorded: true });
    expect(tenant.lastRecord()).toMatchObject({ action: "accounts.settings", before: { recorded: false } });
    const record = tenant.lastRecord();
    await accounts().setSettings({ authentication: "LDAP" });
    expect((await accounts().setSettings({ composition: "salesforce", dryRun: true })).after.composition).toBe(
      "salesforce",
    );
    expect(tenant.lastRecord()).toEqual(record);
    await mirrored();
    const { consoleTask } = await accounts().setSettings({ composition: "salesforce", authentication: null });
    const task = await tenant.client.console.show(consoleTask ?? 0);
    expect(task).toMatchObject({ records: [{ work: "edit", thing: "account_settings" }] });
    expect(task.records[0]?.changes).toEqual([
      { field: "composition", before: "free-text", after: "salesforce" },
      { field: "authentication", before: "LDAP", after: null },
    ]);
  });

  test("settings recorded for the first time in a mirror are a change in the console, not an addition", async () => {
    await mirrored();
    const { consoleTask } = await accounts().setSettings({ composition: "salesforce" });
    expect(await tenant.client.console.show(consoleTask ?? 0)).toMatchObject({
      records: [{ work: "edit", changes: [{ field: "composition", before: null, after: "salesforce" }] }],
    });
  });
});

describe("a deleted account", () => {
  const verifiers = () => tenant.sql("select verifier from account");

  test("leaves no verifier, and an undo restores the account without a password", async () => {
    const ids = [await administrator("gone", { memo: "人事" }), await administrator("stays", { role: "system" })];
    const plan = await tenant.client.imports.delete({ kind: "users", ids: ids.slice(0, 1) });
    const { id } = await tenant.client.imports.commit(plan);
    expect(verifiers()).toEqual([{ verifier: null }, { verifier: expect.stringContaining("$argon2id$") }]);
    expect(tenant.sql("pragma foreign_key_check")).toEqual([]);
    await tenant.client.imports.commit(await undoImport(tenant.client, id));
    expect(await accountOf("gone")).toMatchObject({ role: "none", memo: "人事", passwordSetAt: null });
    expect(verifiers()).toMatchObject([{ verifier: null }, {}]);
  });

  test("also leaves no verifier if the import that created the user is undone", async () => {
    const { id } = await tenant.import(
      { kind: "users" },
      "氏名,メールアドレス,CLOMOアカウント名\n山田,taro@example.jp,taro",
    );
    await accounts().edit((await accountOf("taro")).id, { memo: "人事" });
    tenant.sql("update account set role = 'operator', verifier = 'x'");
    await tenant.client.imports.commit(await undoImport(tenant.client, id));
    expect([await tenant.users(), verifiers()]).toEqual([[], [{ verifier: null }]]);
    expect(tenant.sql("pragma foreign_key_check")).toEqual([]);
  });
});
