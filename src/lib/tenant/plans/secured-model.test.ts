import { undoImport } from "#support/tenant/undo.ts";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { toPropertyParameters, LONG_TIMEOUT } from "#support/drawn.ts";
import { SECURED_APPS } from "../../model/secured-user.ts";
import { nameSortKey } from "../../model/normalise.ts";
import type { Import } from "../../contract/index.ts";
import { SecuredModel, type ModelApp, type ModelSecuredUser } from "#support/tenant/secured-model.ts";
import { fillKeys, describeWrongKeys } from "#support/tenant/keys.ts";
import { failureOf, TestTenant, omitColumn, type Cells, type Request } from "#support/tenant/tenant.ts";

const tenant = new TestTenant();
afterAll(() => tenant[Symbol.asyncDispose]());

const IDS = ["taro1", "Taro1", "hanako", "A1", "b2"];
const GROUPS = ["営業", "開発"];
const APP = "calendar";

const someUser: fc.Arbitrary<ModelSecuredUser> = fc.record({
  userId: fc.constantFrom(...IDS),
  administrator: fc.boolean(),
  displayName: fc.constantFrom("太郎", "花子"),
  description: fc.constantFrom(null, "説明", "=1+1"),
  groups: fc.subarray(GROUPS).map((names) => names.toSorted()),
  groupManager: fc.constantFrom(null, "TRUE", "FALSE"),
});
const someApp: fc.Arbitrary<ModelApp> = fc
  .uniqueArray(someUser, { selector: ({ userId }) => userId, maxLength: 5 })
  .map((users) => ({ users, groups: GROUPS }));

const POOLS: readonly (readonly [string, readonly string[]])[] = [
  ["表示名", ["太郎", "花子", "花子", ""]],
  ["パスワード", ["secret1", "secret2", "", "short"]],
  ["説明", ["説明", "=1+1", ""]],
  ["グループ名", [...GROUPS, "新", "", ""]],
  ["グループ名", [...GROUPS, "新", "", ""]],
  ["グループ管理者フラグ", ["TRUE", "true", "FALSE", "", "yes"]],
];

const someFile: fc.Arbitrary<Cells> = fc.subarray([...POOLS]).chain((columns) => {
  const all = [["ユーザーID", [...IDS, ...IDS, "", "bad id"]] as const, ...columns];
  const cells = all.map(([, values]) => fc.constantFrom(...values));
  const header = all.map(([name]) => name);
  return fc.array(fc.tuple(...cells), { minLength: 1, maxLength: 6 }).map((rows) => [header, ...rows]);
});

const someRequest: fc.Arbitrary<Request> = fc.record({
  kind: fc.constant(APP),
  mode: fc.constantFrom("append", "replace"),
  blank: fc.constantFrom("clear", "keep"),
  createGroups: fc.boolean(),
  skipInvalid: fc.boolean(),
});

const AT = "2026-03-01T00:00:00.000Z";

/** Puts the same users into another app, which no import of this app touches. */
const seed = ({ users, groups }: ModelApp): void => {
  tenant.clear();
  tenant.database.change(() => {
    for (const [n, app] of [APP, "contacts"].entries()) {
      for (const [i, name] of groups.entries()) {
        tenant.sql(`insert into secured_group (id, app, name, createdAt, revision) values (:id, :app, :name, :at, 0)`, {
          id: `00000000-0000-7000-8000-0000001${n}000${i}`,
          app,
          name,
          at: AT,
        });
      }
      for (const [i, user] of users.entries()) seedUser(app, user, `00000000-0000-7000-8000-0000000${n}000${i}`);
    }
    fillKeys(tenant.database);
  });
};

const seedUser = (app: string, { groups, administrator, ...user }: ModelSecuredUser, id: string): void => {
  tenant.sql(
    `insert into secured_user (id, app, userId, displayName, nameSort, description, groups, groupManager, administrator,
       secrets, createdAt, updatedAt, revision)
     values (:id, :app, :userId, :displayName, :nameSort, :description, :groups, :groupManager, :administrator,
       '{"password":"${AT}"}', :at, :at, 0)`,
    {
      ...user,
      id,
      app,
      nameSort: nameSortKey(user.displayName),
      groups: JSON.stringify(groups),
      administrator: administrator ? 1 : 0,
      at: AT,
    },
  );
};

const current = async (): Promise<readonly ModelSecuredUser[]> =>
  (await tenant.securedUsers(APP)).map(({ userId, administrator, name, description, groups, settings }) => ({
    userId,
    administrator,
    displayName: name,
    description,
    groups,
    groupManager: settings.find(({ field }) => field === "groupManager")?.value ?? null,
  }));

const byId = (users: readonly ModelSecuredUser[]) => users.toSorted((a, b) => (a.userId < b.userId ? -1 : 1));

const withoutSecretTimes = (dump: ReturnType<TestTenant["dump"]>) => ({
  ...dump,
  secured_user: dump["secured_user"]?.map((user) => omitColumn(user, "secrets")),
});

const expectRejected = async (plan: Import, start: unknown): Promise<void> => {
  expect((await failureOf(tenant.client.imports.commit(plan)))?.code).toBe("input-rejected");
  expect(tenant.dump()).toEqual(start);
};

const expectCommitted = async (plan: Import, again: () => Promise<Import>, expected: ModelApp): Promise<void> => {
  expect(describeWrongKeys(tenant.database)).toEqual([]);
  const start = tenant.dump();
  await tenant.client.imports.commit(plan);
  expect(byId(await current())).toEqual(byId(expected.users));
  expect((await tenant.client.secured.groups(APP)).map(({ name }) => name).toSorted()).toEqual(
    expected.groups.toSorted(),
  );
  const second = await again();
  const nothing = { create: 0, update: 0, delete: 0, invalid: 0, groupsCreated: 0 };
  expect(second).toMatchObject(plan.invalid === 0 ? nothing : {});
  await tenant.client.imports.commit(await undoImport(tenant.client, plan.id));
  expect(withoutSecretTimes(tenant.dump())).toEqual(withoutSecretTimes(start));
};

test(
  "an import of SECURED APPs users matches a model of one row at a time, and can be undone",
  LONG_TIMEOUT,
  async () => {
    await fc.assert(
      fc.asyncProperty(someApp, someRequest, someFile, async (app, request, file) => {
        seed(app);
        const start = tenant.dump();
        const expected = new SecuredModel(app, request, file).outcome();
        const again = () => tenant.plan(request, file);
        const plan = await again();
        expect(await tenant.faults(plan)).toEqual(expected.faults);
        expect(plan).toMatchObject({ ...expected.counts, rejected: expected.rejected });
        await (plan.rejected ? expectRejected(plan, start) : expectCommitted(plan, again, expected.after));
      }),
      toPropertyParameters(150, 20_260_401),
    );
  },
);

test("a file with only blank rows counts as having no rows, in the model and in the program", async () => {
  const app = { users: [], groups: GROUPS };
  seed(app);
  const file = [["ユーザーID"], [""]];
  const expected = new SecuredModel(app, { kind: APP }, file).outcome();
  const plan = await tenant.plan({ kind: APP }, file);
  expect([expected.faults, expected.rejected]).toEqual([["file-no-rows@0"], true]);
  expect([await tenant.faults(plan), plan.rejected]).toEqual([expected.faults, expected.rejected]);
});

test.each(SECURED_APPS)("imports never change administrators of %s", async (app) => {
  tenant.clear();
  const header = ["表示名", "ユーザーID", "パスワード"];
  await tenant.import({ kind: app }, [header, ["管理", "admin", "secret1"], ["太郎", "taro", "secret1"]]);
  tenant.sql("update secured_user set administrator = 1 where userId = 'admin'");
  const row = await tenant.plan({ kind: app }, [header, ["別", "admin", "secret2"]]);
  expect(await tenant.faults(row)).toEqual(["administrator-row@2"]);
  const replaced = await tenant.import({ kind: app, mode: "replace" }, [header, ["花子", "hanako", "secret1"]]);
  expect(replaced).toMatchObject({ create: 1, delete: 1 });
  expect((await tenant.securedUsers(app)).map(({ userId }) => userId)).toEqual(["admin", "hanako"]);
});
