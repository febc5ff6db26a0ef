import { expect, test } from "vitest";
import { buildTaskSteps } from "../../../commands/kit/plan/console-steps.ts";
import type { Scheme } from "../api/operations.ts";
import { OPERATIONS, ROLE_POLICY, type Operation } from "../../derived/role-policy.ts";
import { ADMINISTRATOR_ROLES } from "../../nouns/account.ts";
import type { Actor } from "../ledger/actor.ts";
import { getPermittedReach } from "../ledger/check-rights.ts";
import { failureOf, type TestTenant, openForEachTest } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
openForEachTest((opened) => (tenant = opened));

const roles = () => tenant.client.roles;

const made = async (name: string, ...operations: readonly Operation[]): Promise<Scheme> =>
  (await roles().createScheme({ name, operations })).after;

/** A user with an account that has a scheme. @param managedOrgs numbers; null: 全て */
const holding = (scheme: Scheme, account: string, managedOrgs: readonly number[] | null = null): void => {
  tenant.database.run("update user set accountName = :account where emails ->> 0 = :email", {
    account,
    email: `${account}@example.jp`,
  });
  tenant.database.run(
    `insert into account (user, role, scheme, managedOrgs, createdAt, updatedAt, revision)
     select u.pk, 'custom', s.pk, :orgs, :at, :at, 1 from user u, scheme s
     where u.emails ->> 0 = :email and s.id = :id`,
    {
      email: `${account}@example.jp`,
      id: scheme.id,
      orgs: managedOrgs === null ? null : JSON.stringify(managedOrgs),
      at: "2026-04-01T00:00:00.000Z",
    },
  );
};

const people = () =>
  tenant.import(
    { kind: "users", createOrgs: true },
    "氏名,メールアドレス,組織コード\n山田,yamada@example.jp,S1\n佐藤,sato@example.jp,S2",
  );

test("the policy matches what the tenant permits for every operation, role, item and scope", async () => {
  for (const operation of Object.keys(OPERATIONS) as readonly Operation[]) {
    for (const role of ADMINISTRATOR_ROLES) {
      for (const isWhole of [false, true]) {
        for (const has of [false, true]) {
          const actor: Actor = { role, items: new Set(has ? [operation] : []), orgs: isWhole ? undefined : [2] };
          const { [role]: reach } = ROLE_POLICY[operation];
          const isOfAll = /^(?:secured\.|audit\.|(?:apps|config-profiles)\.(?:write|delete))/.test(operation);
          const isRefused = reach === "no" || (reach === "item" && !has) || (isOfAll && !isWhole);
          const wide = reach === "all" || isWhole ? "all" : "inside";
          expect([operation, role, getPermittedReach(actor, operation)]).toEqual([
            operation,
            role,
            isRefused ? undefined : wide,
          ]);
        }
      }
    }
  }
});

test("facts 2.1: a scheme has a name and items, in the order in which they are listed", async () => {
  const { before, after, consoleTask } = await roles().createScheme({
    name: "登録係",
    operations: ["users.move", "orgs.write", "users.write"],
  });
  expect([before, consoleTask]).toEqual([null, null]);
  expect(after).toMatchObject({ name: "登録係", operations: ["orgs.write", "users.write", "users.move"], accounts: 0 });
  expect(await roles().schemes()).toEqual([after]);
  expect(tenant.lastRecord()).toMatchObject({
    action: "roles.schemes.create",
    objects: [{ thing: "scheme", id: after.id, name: "登録係" }],
    after: { operations: ["orgs.write", "users.write", "users.move"] },
  });
});

test.each([
  [{ name: " ", operations: ["users.write"] }, "name: must not be blank"],
  [{ name: "ab", operations: [] }, "a scheme needs at least one check item"],
  [{ name: "ab" }, "a scheme needs at least one check item"],
  [{ name: "ab", operations: ["tenant.write"] }, "items: "],
  [{ name: "ab", operations: ["users.write", "users.write"] }, 'check items: "users.write" appears more than once'],
  [{ name: "a\u202eb", operations: ["users.write"] }, "name: contains invisible characters (U+202E)"],
  [{ name: "a".repeat(101), operations: ["users.write"] }, "101 characters; the maximum is 100"],
  [{ name: "ab", operations: ["users.write' or 1=1 --"] }, "items: "],
] as const)("case %#: is rejected, and no scheme is created", async ({ name, ...more }, told) => {
  const operations = "operations" in more ? { operations: [...more.operations] } : {};
  const failure = await failureOf(roles().createScheme({ name, ...operations }));
  expect(failure?.code).toBe("input-rejected");
  expect(failure?.what.en).toContain(told);
  expect(await roles().schemes()).toEqual([]);
});

test("a scheme name is unique, ignoring differences in character form", async () => {
  await made("人事\u301c係", "users.write");
  const failure = await failureOf(made("人事\uff5e係", "users.move"));
  expect(failure).toMatchObject({ code: "input-rejected" });
  expect(failure?.what.en).toContain("is already used");
  expect(failure?.hint?.en).toContain("clomoctl roles schemes show");
  const other = await made("総務", "users.move");
  expect((await failureOf(roles().editScheme(other.id, { name: "人事\uff5e係" })))?.code).toBe("input-rejected");
});

test("items are replaced, in the order of the console; an edit without a difference changes nothing", async () => {
  const { id } = await made("登録係", "users.write");
  const items = async (change: Parameters<ReturnType<typeof roles>["editScheme"]>[1]): Promise<readonly string[]> =>
    (await roles().editScheme(id, change)).after.operations;
  expect(await items({ operations: ["users.move", "users.write"] })).toEqual(["users.write", "users.move"]);
  expect(await items({ operations: ["orgs.delete"], name: "組織" })).toEqual(["orgs.delete"]);
  const records = tenant.sql("select count(*) as n from audit");
  expect(await items({ operations: ["orgs.delete"] })).toEqual(["orgs.delete"]);
  expect(await items({ operations: ["users.move"], dryRun: true })).toEqual(["users.move"]);
  expect(tenant.sql("select count(*) as n from audit")).toEqual(records);
  expect((await roles().schemes()).map(({ name, operations }) => [name, operations])).toEqual([
    ["組織", ["orgs.delete"]],
  ]);
});

test.each([
  [{ operations: [] }, "a scheme needs at least one check item"],
  [{ operations: ["nope"] }, "items: "],
])("rejects an invalid edit: %j", async (change, told) => {
  const before = await made("登録係", "users.write");
  const failure = await failureOf(roles().editScheme(before.id, change));
  expect(failure?.code).toBe("input-rejected");
  expect(failure?.what.en).toContain(told);
  expect(await roles().schemes()).toEqual([before]);
});

test("a request sent twice creates one scheme, and an unknown scheme is not found", async () => {
  const send = () => tenant.post("/v1/roles/schemes", { name: "登録係", operations: ["users.write"] });
  const [first, second] = [await send(), await send()];
  expect([first.status, second.status]).toEqual([200, 200]);
  expect(await second.json()).toEqual(await first.json());
  expect(await roles().schemes()).toHaveLength(1);
  const nobody = "019a9f3c-5a00-7abc-8def-000000000099";
  expect((await failureOf(roles().scheme(nobody)))?.code).toBe("not-found");
  expect((await failureOf(roles().editScheme(nobody, { name: "x" })))?.code).toBe("not-found");
  expect((await failureOf(roles().deleteSchemes({ ids: [nobody] })))?.code).toBe("not-found");
});

test("a scheme lists the accounts that have it with their scope, and cannot be deleted while they have it", async () => {
  await people();
  const [scheme, free] = [await made("登録係", "users.write"), await made("予備", "orgs.write")];
  const [org] = tenant.sql("select pk from org where code = 'S2'");
  holding(scheme, "yamada");
  holding(scheme, "sato", [Number(org?.["pk"]), 1]);
  expect((await roles().schemes()).map(({ name, accounts }) => [name, accounts])).toEqual([
    ["予備", 0],
    ["登録係", 2],
  ]);
  const { holders } = await roles().scheme(scheme.id);
  expect(holders.map(({ account, orgs }) => [account, orgs])).toEqual([
    ["sato", ["", "S2"]],
    ["yamada", null],
  ]);
  const failure = await failureOf(roles().deleteSchemes({ ids: [free.id, scheme.id] }));
  expect(failure).toMatchObject({ code: "input-rejected", where: "登録係" });
  expect(failure?.what.en).toBe("2 accounts have the scheme 登録係: 佐藤 <sato>, 山田 <yamada>");
  expect(failure?.hint?.en).toContain("clomoctl clomo-account edit sato --scheme NAME");
  expect(await roles().schemes()).toHaveLength(2);
});

test("deletes unused schemes, either all or none of them; a dry run deletes none", async () => {
  const [one, other] = [await made("登録係", "users.write"), await made("予備", "orgs.write")];
  await roles().deleteSchemes({ ids: [one.id], dryRun: true });
  expect(await roles().schemes()).toHaveLength(2);
  await roles().deleteSchemes({ ids: [one.id, other.id] });
  expect(await roles().schemes()).toEqual([]);
  expect(tenant.lastRecord()).toMatchObject({
    action: "roles.schemes.delete",
    objects: [
      { thing: "scheme", name: "登録係" },
      { thing: "scheme", name: "予備" },
    ],
  });
});

test("a scheme that has changed since it was seen is not deleted", async () => {
  const { id } = await made("登録係", "users.write");
  const { revision } = await tenant.client.tenant.revision();
  await roles().editScheme(id, { operations: ["users.write", "users.move"] });
  expect((await failureOf((await tenant.basedOn(revision)).roles.deleteSchemes({ ids: [id] })))?.code).toBe("conflict");
  expect(await roles().schemes()).toHaveLength(1);
});

test("a clomoctl rule: the kept account of a deleted user has no scheme, and returns without a role", async () => {
  await people();
  const scheme = await made("登録係", "users.write");
  holding(scheme, "yamada", [1]);
  tenant.database.run("delete from user where accountName = 'yamada'");
  expect(await roles().schemes()).toMatchObject([{ accounts: 0 }]);
  await roles().deleteSchemes({ ids: [scheme.id] });
  expect(tenant.sql("select role, scheme, managedOrgs from account")).toEqual([
    { role: "none", scheme: null, managedOrgs: null },
  ]);
});

test("facts 2.1: in a mirror, changes to schemes become tasks with the console's steps and labels", async () => {
  await tenant.import({ kind: "users", fromConsole: true }, "氏名,メールアドレス\n山田,yamada@example.jp");
  const { after, consoleTask } = await roles().createScheme({ name: "登録係", operations: ["users.write"] });
  const [created] = await tenant.client.console.list({});
  if (created === undefined) throw new TypeError("no task");
  expect(created).toMatchObject({
    number: consoleTask,
    kind: "users",
    records: [{ name: "登録係", thing: "scheme", work: "create" }],
  });
  const steps = buildTaskSteps(created).map(({ ja }) => ja);
  expect(steps[0]).toContain("Settings › 全般 › カスタム管理権限スキーム設定");
  expect(steps[1]).toContain("スキーム名: 登録係、チェック項目: 「ユーザーの作成と変更」");
  await tenant.client.console.confirm({ numbers: [created.number] });

  const edited = await roles().editScheme(after.id, { operations: ["users.write", "users.move"] });
  const changed = await tenant.client.console.show(edited.consoleTask ?? 0);
  expect(buildTaskSteps(changed)[1]?.ja).toContain(
    "チェック項目: 「ユーザーの作成と変更」 → 「ユーザーの作成と変更」「ユーザーの組織移動」",
  );
  const { consoleTasks } = await roles().deleteSchemes({ ids: [after.id] });
  const deletion = await tenant.client.console.show(consoleTasks[0] ?? 0);
  expect(deletion).toMatchObject({ records: [{ name: "登録係", work: "delete" }] });
  expect(await tenant.client.console.list({})).toHaveLength(1);
  // a file of users proves nothing of it
  await tenant.import({ kind: "users", fromConsole: true }, "氏名,メールアドレス\n山田,yamada@example.jp");
  expect(await tenant.client.console.show(deletion.number)).toMatchObject({ number: deletion.number });
});
