import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { drawn, LONG } from "#support/drawn.ts";
import { ROOT_ORG_ID } from "../../model/organisation.ts";
import { withAccount } from "#support/tenant/accounts.ts";
import { partsOf, randomTenant, restoreFrom, travelling } from "#support/tenant/restoring.ts";
import { failureOf, TestTenant } from "#support/tenant/tenant.ts";

/** Everything in the file, but for what tells how often it was changed. */
const contentOf = ({ database }: TestTenant): string =>
  JSON.stringify(
    database
      .all("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by name")
      .map(({ name }) => [name, database.all(`select * from "${String(name)}"`)]),
  );

test(
  "a tenant that was empty is the one that was exported, to the byte, and the same again changes nothing",
  LONG,
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        await using from = await randomTenant(seed);
        await using to = new TestTenant();
        const files = await travelling(from.client);
        await restoreFrom(to.client, files);
        expect(await travelling(to.client)).toEqual(files);
        const before = contentOf(to);
        expect((await restoreFrom(to.client, files)).id).toBeNull();
        expect(contentOf(to)).toBe(before);
      }),
      drawn(24, 20_261_123),
    );
  },
);

test("any tenant is made like any other", LONG, async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.integer(), async (one, other) => {
      await using from = await randomTenant(one);
      await using to = await randomTenant(other);
      const files = await travelling(from.client);
      await restoreFrom(to.client, files);
      expect(await travelling(to.client)).toEqual(files);
    }),
    drawn(24, 20_261_123),
  );
});

test("what was changed is changed back, and what was done meanwhile is undone", LONG, async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      await using tenant = await randomTenant(seed);
      const { database } = tenant;
      const files = await travelling(tenant.client);
      const [keys, swapped] = [
        `coalesce(accountKey, accountName)`,
        "select pk from user where accountName is not null order by pk limit 2",
      ];
      database.change(() => {
        const users = database.all(swapped).map(({ pk }) => Number(pk));
        const [a, b] = users;
        if (a !== undefined && b !== undefined) {
          const [was] = database.all(
            `select accountName, accountKey, emails, emailKeys, ${keys} as key from user where pk = :a`,
            { a },
          );
          database.run("update user set accountName = 'x', accountKey = null where pk = :a", { a });
          database.run("update user set accountName = :accountName, accountKey = :accountKey where pk = :b", {
            ...was,
            b,
          });
        }
        database.run("update user set employeeCode = 'neu' || pk where pk % 2 = 0");
        database.run("update custom_field set name = 'anders' || pk, nameKey = 'anders' || pk");
        database.run("delete from device where pk % 2 = 1");
        database.run("update org set name = name || '2', code = null, codeKey = null where parent is not null");
      });
      await restoreFrom(tenant.client, files);
      expect(await travelling(tenant.client)).toEqual(files);
    }),
    drawn(24, 20_261_123),
  );
});

test("nothing is removed that was not confirmed by its number, and a plan holds for the tenant it was made of", async () => {
  await using from = new TestTenant();
  await withAccount(from, { name: "kanri", role: "system" });
  await using to = await randomTenant(5);
  const files = await travelling(from.client);
  const before = contentOf(to);
  const { etag, resources, removals } = await to.client.restores.plan(partsOf(files));
  const removed = resources.reduce((sum, each) => sum + each.removed, 0);
  expect(removals).toHaveLength(removed);
  expect(removed).toBeGreaterThan(10);
  const few = await failureOf(to.client.restores.create({ etag }, partsOf(files), { deletions: removed - 1 }));
  expect(few?.code).toBe("input-rejected");
  expect(few?.what.en).toContain(`removes ${removed} records`);
  expect(contentOf(to)).toBe(before);
  await to.client.users.create({ name: "後から", emails: ["later@example.co.jp"] });
  const late = await failureOf(to.client.restores.create({ etag }, partsOf(files), { deletions: removed }));
  expect(late?.code).toBe("conflict");
});

/** A file of one resource. */
const fileOf = (name: string, records: readonly object[]): ReadonlyMap<string, string> =>
  new Map([[`resources/${name}.ndjson`, records.map((record) => `${JSON.stringify(record)}\n`).join("")]]);

/** The records of a resource in an export. */
const recordsIn = (files: ReadonlyMap<string, string>, name: string): Record<string, unknown>[] =>
  (files.get(`resources/${name}.ndjson`) ?? "")
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** The only account with other values. */
const account =
  (values: object) =>
  ([one]: readonly Record<string, unknown>[]): readonly object[] => [{ ...one, ...values }];

describe("of two organisations, a user and a device", () => {
  let tenant: TestTenant;
  let files: ReadonlyMap<string, string>;
  beforeEach(async () => {
    tenant = new TestTenant();
    const { client } = tenant;
    const east = await client.orgs.create({ name: "東日本", code: "EAST" });
    await client.orgs.create({ name: "西日本", code: "WEST", parentId: east.after.id });
    const user = await client.users.create({ name: "山田", emails: ["yamada@example.jp"], org: east.after.id });
    await client.users.create({ name: "佐藤", emails: ["sato@example.jp"] });
    await client.devices.create({ serialNumber: "C02X", owner: user.after.id });
    await client.users.addField({ name: "入社年" });
    await client.users.addField({ name: "座席" });
    await withAccount(tenant, { name: "buchou", role: "division", org: "EAST", manages: ["EAST"] });
    await client.roles.createScheme({ name: "受付", operations: ["users.write"] });
    for (const name of ["証明書", "トークン"]) await client.renewals.add({ kind: "custom", name });
    await client.answers.set({ answers: [{ question: "contact.since", value: "2026-01-01" }] });
    await client.tenant.set({ domain: "example" });
    await client.secured.create("browser", { userId: "u01", displayName: "山田", password: "secret1A" });
    files = await travelling(client);
  });
  afterEach(() => tenant[Symbol.asyncDispose]());

  const planOf = (sent: ReadonlyMap<string, string>, only?: string) =>
    tenant.client.restores.plan(partsOf(sent), { only });

  /** Sends changed records of one resource, all others as they are. */
  const withChanged = (
    name: string,
    change: (records: Record<string, unknown>[]) => readonly object[],
  ): ReadonlyMap<string, string> => new Map([...files, ...fileOf(name, change(recordsIn(files, name)))]);

  test.each<[string, string, (records: Record<string, unknown>[]) => readonly object[]]>([
    [
      "organisations swap their codes",
      "orgs",
      ([root, east, west]) => [root ?? {}, { ...east, code: "WEST" }, { ...west, code: "EAST" }],
    ],
    [
      "the lower one is above the other",
      "orgs",
      ([root, east, west]) => [root ?? {}, { ...east, parentId: west?.["id"] }, { ...west, parentId: root?.["id"] }],
    ],
    [
      "custom fields swap their names",
      "custom-fields",
      ([one, other]) => [
        { ...one, name: other?.["name"] },
        { ...other, name: one?.["name"] },
      ],
    ],
    [
      "users swap their mail addresses",
      "users",
      ([one, other, ...others]) => [
        { ...one, emails: other?.["emails"] },
        { ...other, emails: one?.["emails"] },
        ...others,
      ],
    ],
  ])("%s", async (_, name, change) => {
    const sent = withChanged(name, change);
    expect((await restoreFrom(tenant.client, sent)).resources.find((each) => each.name === name)).toMatchObject({
      added: 0,
      changed: 2,
      removed: 0,
    });
    expect(await travelling(tenant.client)).toEqual(sent);
    const [, user] = await tenant.users();
    expect(await tenant.client.users.find({ name: user?.emails[0] ?? "" })).toMatchObject([{ id: user?.id }]);
  });

  test.each<[string, string, (records: Record<string, unknown>[]) => readonly object[], string]>([
    [
      "a ring of organisations",
      "orgs",
      ([root, east, west]) => [root ?? {}, { ...east, parentId: west?.["id"] }, west ?? {}],
      "hang on 全社",
    ],
    ["no 全社", "orgs", (all) => all.slice(1), "全社 is missing"],
    ["an organisation that is gone", "orgs", (all) => all.slice(0, 1), "which would not be among: organisations"],
    [
      "a mail address twice",
      "users",
      ([one, other, ...others]) => [one ?? {}, { ...other, emails: ["YAMADA@example.jp"] }, ...others],
      "two records have",
    ],
    [
      "a user without an address",
      "users",
      ([one, ...others]) => [{ ...one, emails: [] }, ...others],
      "emails: at least one",
    ],
    [
      "two owners",
      "devices",
      ([one]) => [{ ...one, ownerOrgId: "00000000-0000-7000-8000-000000000001" }],
      "has one owner",
    ],
    ["全社 renamed", "orgs", ([root, ...others]) => [{ ...root, name: "本社" }, ...others], "it keeps its name"],
    ["全社 with a code", "orgs", ([root, ...others]) => [{ ...root, code: "ALL" }, ...others], "and has no code"],
    [
      "two organisations of one name in one place, without codes",
      "orgs",
      ([root, east, west]) => [
        root ?? {},
        { ...east, code: null },
        { ...west, code: null, name: "東日本", parentId: root?.["id"] },
      ],
      "are called 東日本, and without a code they could not be told apart",
    ],
    [
      "an administrator without an account name",
      "users",
      (all) => all.map((user) => ({ ...user, accountName: null })),
      "an administrator needs an account name",
    ],
    ["a division administrator without organisations", "accounts", account({ managedOrgIds: [] }), "at least one"],
    ["one of 全社", "accounts", account({ managedOrgIds: [ROOT_ORG_ID] }), "全社 cannot be a managed organisation"],
    [
      "an operator with organisations",
      "accounts",
      account({ role: "operator" }),
      "only division and custom administrators have managed organisations",
    ],
    ["one of all", "accounts", account({ managesAll: true }), "only a custom administrator may manage all"],
    [
      "notice mail for nobody's administrator",
      "accounts",
      account({ role: "none", managedOrgIds: [], noticeMail: true }),
      "notice mail is for system administrators with the support option",
    ],
    [
      "notice mail without the support option",
      "accounts",
      account({ role: "system", managedOrgIds: [], noticeMail: true }),
      "notice mail is for system administrators with the support option",
    ],
    ["an address that is none", "users", ([one, ...others]) => [{ ...one, emails: ["none"] }, ...others], "emails: "],
    ["a status that is none", "devices", ([one]) => [{ ...one, status: "lost" }], "status: "],
    ["a title of two lines", "users", ([one, ...others]) => [{ ...one, title: "部\u0007長\n" }, ...others], "title: "],
    [
      "a name that is turned round",
      "users",
      ([one, ...others]) => [{ ...one, name: "\u202e山田" }, ...others],
      "name: ",
    ],
    [
      "a title that is too long",
      "users",
      ([one, ...others]) => [{ ...one, title: "長".repeat(10_001) }, ...others],
      "title: ",
    ],
    [
      "a code that is too long",
      "orgs",
      ([root, one, ...others]) => [root ?? {}, { ...one, code: "a".repeat(2601) }, ...others],
      "code: ",
    ],
    [
      "another 全社",
      "orgs",
      ([root, one, ...others]) => [root ?? {}, { ...one, name: "全社" }, ...others],
      "only the top is called 全社",
    ],
    [
      "an Android mode of an iPhone",
      "devices",
      ([one]) => [{ ...one, platform: "iOS", androidMode: "comp" }],
      "only Android devices have a mode",
    ],
    [
      "a time zone that there is not",
      "accounts",
      account({ timezone: "Nowhere/Land" }),
      "no such time zone: Nowhere/Land",
    ],
    ["a name with =", "custom-fields", ([one, ...others]) => [{ ...one, name: "a=b" }, ...others], "cannot have ="],
    [
      "a name that a column has",
      "custom-fields",
      ([one, ...others]) => [{ ...one, name: "氏名" }, ...others],
      "a column cannot be named 氏名",
    ],
    [
      "a contract that ends before it begins",
      "tenant",
      ([one]) => [{ ...one, contracts: [{ name: "MDM", licences: 1, from: "2026-02-01", until: "2026-01-01" }] }],
      "before it begins",
    ],
    [
      "an answer to what is no question",
      "answers",
      ([one]) => [{ ...one, question: "no such" }],
      'no question is named "no such"',
    ],
    [
      "an answer of tomorrow",
      "answers",
      ([one]) => [{ ...one, at: "2999-01-01T00:00:00.000Z" }],
      "dated in the future",
    ],
    [
      "an IMAP address of a Browser user",
      "secured-users",
      ([one]) => [{ ...one, imapMailAddress: "a@example.jp" }],
      "does not have imapMailAddress",
    ],
    [
      "a group that there is not",
      "secured-users",
      ([one]) => [{ ...one, app: "docs", groups: ["営業"] }],
      "there would be no group 営業",
    ],
    ["a scheme without items", "schemes", ([one]) => [{ ...one, operations: [] }], "at least one item"],
    [
      "two renewals of one name",
      "renewals",
      ([one, other]) => [one ?? {}, { ...other, name: one?.["name"] }],
      "two renewals are called 証明書",
    ],
  ])("%s is refused, and nothing changes", async (_, name, change, reason) => {
    const sent = withChanged(name, change);
    const before = contentOf(tenant);
    const { etag, refusals, resources } = await planOf(sent);
    expect(refusals.map(({ detail }) => detail.en).join("\n")).toContain(reason);
    expect(refusals.map(({ detail }) => detail.ja).join("\n")).toMatch(/[ぁ-ん]/);
    const deletions = resources.reduce((sum, { removed }) => sum + removed, 0);
    const failure = await failureOf(tenant.client.restores.create({ etag }, partsOf(sent), { deletions }));
    expect(failure?.code).toBe("input-rejected");
    expect(contentOf(tenant)).toBe(before);
  });

  test("the last system administrator stays, and nobody becomes an operator in 全社", async () => {
    await withAccount(tenant, { name: "kanri", role: "system" });
    const { refusals } = await planOf(files);
    expect(refusals).toMatchObject([
      { resource: "accounts", detail: { en: expect.stringContaining("no system administrator would be left") } },
    ]);
    files = await travelling(tenant.client);
    const as = (role: string) => (all: Record<string, unknown>[]) =>
      all.map((one) => ({ ...one, role, managedOrgIds: [] }));
    expect((await planOf(withChanged("accounts", as("system")))).refusals).toEqual([]);
    expect((await planOf(withChanged("accounts", as("operator")))).refusals).toMatchObject([
      { detail: { en: expect.stringContaining("no system administrator would be left") } },
      { detail: { en: expect.stringContaining("cannot be an operator in 全社") } },
    ]);
  });

  test("an account name that a role needs is not taken away by users alone either, nor is a role given without one", async () => {
    const nameless = (all: Record<string, unknown>[]) => all.map((user) => ({ ...user, accountName: null }));
    const { refusals } = await planOf(withChanged("users", nameless), "users");
    expect(refusals).toMatchObject([{ resource: "accounts", detail: { ja: expect.stringContaining("アカウント名") } }]);
    const [user] = recordsIn(files, "users");
    const [one] = recordsIn(files, "accounts");
    const given = { ...one, id: user?.["id"] };
    const sent = new Map([...files, ...fileOf("accounts", [given, one ?? {}])]);
    expect((await planOf(sent, "accounts")).refusals).toMatchObject([{ resource: "accounts", id: given.id }]);
    expect((await planOf(sent, "accounts")).refusals).toHaveLength(1);
  });

  test("an administrator whose account name an export of the console blanked comes along with the mirror", async () => {
    await using mirror = new TestTenant();
    await withAccount(mirror, { name: "taro", role: "system" });
    const blanked = [
      ["氏名", "メールアドレス", "CLOMOアカウント名"],
      ["taro", "taro@accounts.example", ""],
    ];
    await mirror.import({ kind: "users", fromConsole: true }, blanked);
    const sent = await travelling(mirror.client);
    expect(sent.get("resources/users.ndjson")).toContain('"accountName":null');
    await using to = new TestTenant();
    const mirroredAt = "2026-01-01T00:00:00.000Z";
    expect((await to.client.restores.plan(partsOf(sent), { mirroredAt })).refusals).toEqual([]);
    const refusalsOf = async (files: typeof sent) => (await to.client.restores.plan(partsOf(files), {})).refusals;
    expect(await refusalsOf(sent)).toMatchObject([{ resource: "observed", id: "export/users" }]);
    const unobserved = new Map([...sent].filter(([name]) => !name.includes("observed")));
    expect(await refusalsOf(unobserved)).toMatchObject([{ resource: "accounts" }]);
    // and is no reason to refuse to that mirror what is recorded here alone
    expect((await mirror.client.restores.plan(partsOf(sent), { mirroredAt })).refusals).toEqual([]);
  });

  test("a resource alone must not take away what others name", async () => {
    const { refusals } = await planOf(
      withChanged("users", () => []),
      "users",
    );
    expect(refusals).toMatchObject([
      { resource: "devices", detail: { en: expect.stringContaining("would be removed from: users") as unknown } },
    ]);
    expect((await planOf(files, "orgs,devices")).resources.map(({ name }) => name)).toEqual(["orgs", "devices"]);
    for (const only of ["audit", "people"]) expect((await failureOf(planOf(files, only)))?.code).toBe("usage");
  });

  test.each<[string, (groups: readonly object[]) => readonly object[]]>([
    ["without a group", () => []],
    ["with another name of a group", (groups) => groups.map((group) => ({ ...group, name: "総務" }))],
  ])("groups alone, %s that users are in, are refused", async (_, change) => {
    await using own = new TestTenant();
    const { secured } = own.client;
    await secured.createGroup("docs", { name: "営業" });
    await secured.create("docs", { userId: "hanako", displayName: "花子", groups: ["営業"], password: "Invented1" });
    const sent = await travelling(own.client);
    const only = "secured-groups";
    expect((await own.client.restores.plan(partsOf(sent), { only })).refusals).toEqual([]);
    const changed = new Map([...sent, ...fileOf(only, change(recordsIn(sent, only)))]);
    const { refusals } = await own.client.restores.plan(partsOf(changed), { only });
    expect(refusals).toMatchObject([
      { resource: "secured-users", detail: { en: "groups: there would be no group 営業" } },
    ]);
  });

  test.each<[string, string, string]>([
    ["users", "{}\n", "resources/users.ndjson:1"],
    ["users", "not JSON\n", "resources/users.ndjson:1"],
    ["audit", "{}\n", "resources/audit.ndjson"],
    ["tenant", '{"id":"other"}\n', "resources/tenant.ndjson:1"],
  ])("lines of %s that no export has are refused: %j", async (name, content, where) => {
    const before = contentOf(tenant);
    const failure = await failureOf(planOf(new Map([[`resources/${name}.ndjson`, content]])));
    expect(failure).toMatchObject({ code: "input-rejected", where });
    expect(contentOf(tenant)).toBe(before);
  });

  test("of many reasons the first are told, and all are counted", async () => {
    const idOf = (at: number): string => `019a9f3c-5a00-7abc-8def-${String(at).padStart(12, "0")}`;
    const many = Array.from({ length: 1100 }, (_, at) => at);
    const renewals = withChanged("renewals", ([one]) =>
      many.map((at) => ({ ...one, id: idOf(at), name: `期限 ${at}`, phone: "机の上" })),
    );
    const users = withChanged("users", ([one]) =>
      many.map((at) => ({
        ...one,
        id: idOf(at),
        emails: [`u${at}@example.jp`],
        orgId: idOf(at),
        custom: [],
        accountName: null,
        administrator: false,
        employeeCode: null,
        upn: null,
      })),
    );
    for (const [sent, only] of [
      [renewals, "renewals"],
      [users, "users"],
    ] as const) {
      const plan = await planOf(sent, only);
      expect(plan.refusals).toHaveLength(1000);
      expect(plan.refused).toBeGreaterThanOrEqual(1100);
    }
    expect((await planOf(renewals, "renewals")).refused).toBe(1100);
  });

  test("lines out of order, twice, or without an end are refused", async () => {
    const lines = (files.get("resources/users.ndjson") ?? "").split(/(?<=\n)/);
    for (const content of [lines.toReversed().join(""), lines.join("") + (lines[1] ?? ""), lines.join("").trimEnd()]) {
      const failure = await failureOf(planOf(new Map([["resources/users.ndjson", content]])));
      expect(failure?.code).toBe("input-rejected");
    }
  });

  test("a body that is cut, or none of parts, is refused", async () => {
    const whole = await new Response(partsOf(files).stream).text();
    const send = (body: string, type: string) =>
      tenant.fetch(
        new Request("http://tenant/v1/restores/plan", { method: "POST", body, headers: { "content-type": type } }),
      );
    expect((await send(whole.slice(0, -20), 'multipart/mixed; boundary="between-the-parts"')).status).toBe(422);
    expect((await send(whole, "multipart/mixed")).status).toBe(415);
    expect((await send(whole, "text/csv; charset=utf-8")).status).toBe(415);
  });

  test("a mirror refuses what the console has, where it differs", async () => {
    tenant.database.run("update tenant set mirroredAt = '2026-01-01T00:00:00.000Z'");
    expect((await planOf(files)).refusals).toEqual([]);
    const changed = withChanged("devices", ([one]) => [{ ...one, memo: "貸出用" }]);
    expect((await planOf(changed)).refusals).toMatchObject([{ resource: "devices", id: null }]);
    const { etag } = await planOf(changed);
    expect((await failureOf(tenant.client.restores.create({ etag }, partsOf(changed))))?.code).toBe("input-rejected");
    expect((await planOf(withChanged("answers", () => []))).refusals).toEqual([]);
  });

  test("a plan without the time of the console is none for a request with it", async () => {
    const { etag, becomesMirror } = await planOf(files);
    expect(becomesMirror).toBe(false);
    const mirroredAt = "2026-01-01T00:00:00.000Z";
    const failure = await failureOf(tenant.client.restores.create({ etag }, partsOf(files), { mirroredAt }));
    expect(failure?.code).toBe("conflict");
  });

  test("sent again with its key it is done once, and answered alike", async () => {
    const sent = withChanged("devices", ([one]) => [{ ...one, memo: "貸出用" }]);
    const { etag } = await planOf(sent);
    const { stream, boundary } = partsOf(sent);
    const body = await new Response(stream).text();
    const send = async (): Promise<unknown> => {
      const headers = {
        "content-type": `multipart/mixed; boundary="${boundary}"`,
        "if-match": etag,
        "idempotency-key": "one",
      };
      const answer = await tenant.fetch(new Request("http://tenant/v1/restores", { method: "POST", body, headers }));
      return answer.json();
    };
    const first = await send();
    expect(first).toMatchObject({ id: expect.any(String) as unknown });
    expect(await send()).toEqual(first);
  });
});
