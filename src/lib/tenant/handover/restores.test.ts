import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { toPropertyParameters, LONG_TIMEOUT } from "#support/drawn.ts";
import { ROOT_ORG_ID } from "../../model/organisation.ts";
import { addTestAccount } from "#support/tenant/accounts.ts";
import {
  buildMultipartUpload,
  createRandomTenant,
  restoreFrom,
  exportApplicableFiles,
} from "#support/tenant/restoring.ts";
import { failureOf, TestTenant } from "#support/tenant/tenant.ts";

const contentOf = ({ database }: TestTenant): string =>
  JSON.stringify(
    database
      .all("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by name")
      .map(({ name }) => [name, database.all(`select * from "${String(name)}"`)]),
  );

test(
  "an empty tenant becomes identical to the exported one, and applying again changes nothing",
  LONG_TIMEOUT,
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        await using from = await createRandomTenant(seed);
        await using to = new TestTenant();
        const files = await exportApplicableFiles(from.client);
        await restoreFrom(to.client, files);
        expect(await exportApplicableFiles(to.client)).toEqual(files);
        const before = contentOf(to);
        expect((await restoreFrom(to.client, files)).id).toBeNull();
        expect(contentOf(to)).toBe(before);
      }),
      toPropertyParameters(24, 20_261_123),
    );
  },
);

test("any tenant can be turned into any other", LONG_TIMEOUT, async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.integer(), async (one, other) => {
      await using from = await createRandomTenant(one);
      await using to = await createRandomTenant(other);
      const files = await exportApplicableFiles(from.client);
      await restoreFrom(to.client, files);
      expect(await exportApplicableFiles(to.client)).toEqual(files);
    }),
    toPropertyParameters(24, 20_261_123),
  );
});

test("changed records are changed back, and other changes since the export are undone", LONG_TIMEOUT, async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      await using tenant = await createRandomTenant(seed);
      const { database } = tenant;
      const files = await exportApplicableFiles(tenant.client);
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
      expect(await exportApplicableFiles(tenant.client)).toEqual(files);
    }),
    toPropertyParameters(24, 20_261_123),
  );
});

test("removals must be confirmed by their number, and a plan is valid only for an unchanged tenant", async () => {
  await using from = new TestTenant();
  await addTestAccount(from, { name: "kanri", role: "system" });
  await using to = await createRandomTenant(5);
  const files = await exportApplicableFiles(from.client);
  const before = contentOf(to);
  const { etag, resources, removals } = await to.client.restores.plan(buildMultipartUpload(files));
  const removed = resources.reduce((sum, each) => sum + each.removed, 0);
  expect(removals).toHaveLength(removed);
  expect(removed).toBeGreaterThan(10);
  const few = await failureOf(
    to.client.restores.create({ etag }, buildMultipartUpload(files), { deletions: removed - 1 }),
  );
  expect(few?.code).toBe("input-rejected");
  expect(few?.what.en).toContain(`removes ${removed} records`);
  expect(contentOf(to)).toBe(before);
  await to.client.users.create({ name: "後から", emails: ["later@example.co.jp"] });
  const late = await failureOf(
    to.client.restores.create({ etag }, buildMultipartUpload(files), { deletions: removed }),
  );
  expect(late?.code).toBe("conflict");
});

const fileOf = (name: string, records: readonly object[]): ReadonlyMap<string, string> =>
  new Map([[`resources/${name}.ndjson`, records.map((record) => `${JSON.stringify(record)}\n`).join("")]]);

const recordsIn = (files: ReadonlyMap<string, string>, name: string): Record<string, unknown>[] =>
  (files.get(`resources/${name}.ndjson`) ?? "")
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const account =
  (values: object) =>
  ([one]: readonly Record<string, unknown>[]): readonly object[] => [{ ...one, ...values }];

describe("a tenant with two organisations, users and a device", () => {
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
    await addTestAccount(tenant, { name: "buchou", role: "division", org: "EAST", manages: ["EAST"] });
    await client.roles.createScheme({ name: "受付", operations: ["users.write"] });
    for (const name of ["証明書", "トークン"]) await client.renewals.add({ kind: "custom", name });
    await client.answers.set({ answers: [{ question: "contact.since", value: "2026-01-01" }] });
    await client.tenant.set({ domain: "example" });
    await client.secured.create("browser", { userId: "u01", displayName: "山田", password: "secret1A" });
    files = await exportApplicableFiles(client);
  });
  afterEach(() => tenant[Symbol.asyncDispose]());

  const planOf = (sent: ReadonlyMap<string, string>, only?: string) =>
    tenant.client.restores.plan(buildMultipartUpload(sent), { only });

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
      "users swap their email addresses",
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
    expect(await exportApplicableFiles(tenant.client)).toEqual(sent);
    const [, user] = await tenant.users();
    expect(await tenant.client.users.find({ name: user?.emails[0] ?? "" })).toMatchObject([{ id: user?.id }]);
  });

  test.each<[string, string, (records: Record<string, unknown>[]) => readonly object[], string]>([
    [
      "a ring of organisations",
      "orgs",
      ([root, east, west]) => [root ?? {}, { ...east, parentId: west?.["id"] }, west ?? {}],
      "the organisation is not below 全社",
    ],
    ["no 全社", "orgs", (all) => all.slice(1), "全社 is missing"],
    ["an organisation that is gone", "orgs", (all) => all.slice(0, 1), "which would not exist in: organisations"],
    [
      "an email address twice",
      "users",
      ([one, other, ...others]) => [one ?? {}, { ...other, emails: ["YAMADA@example.jp"] }, ...others],
      "more than one record has",
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
      "a device can have only one owner: a user or an organisation",
    ],
    [
      "全社 renamed",
      "orgs",
      ([root, ...others]) => [{ ...root, name: "本社" }, ...others],
      "全社 represents the whole tenant, so its name cannot be changed",
    ],
    [
      "全社 with a code",
      "orgs",
      ([root, ...others]) => [{ ...root, code: "ALL" }, ...others],
      "and it cannot have a code",
    ],
    [
      "two organisations of one name in one place, without codes",
      "orgs",
      ([root, east, west]) => [
        root ?? {},
        { ...east, code: null },
        { ...west, code: null, name: "東日本", parentId: root?.["id"] },
      ],
      'several organisations in the same place are named "東日本"; they cannot be distinguished without codes',
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
      "only division and custom administrators can have managed organisations",
    ],
    [
      "one of all",
      "accounts",
      account({ managesAll: true }),
      "only a custom administrator can manage all organisations",
    ],
    [
      "notice mail for nobody's administrator",
      "accounts",
      account({ role: "none", managedOrgIds: [], noticeMail: true }),
      "only a system administrator with the support option can receive notice emails",
    ],
    [
      "notice mail without the support option",
      "accounts",
      account({ role: "system", managedOrgIds: [], noticeMail: true }),
      "only a system administrator with the support option can receive notice emails",
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
      '"全社" is reserved for the root organisation',
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
      'there is no time zone "Nowhere/Land"',
    ],
    [
      "a name with =",
      "custom-fields",
      ([one, ...others]) => [{ ...one, name: "a=b" }, ...others],
      "the name of a custom field cannot contain =",
    ],
    [
      "a name that a column has",
      "custom-fields",
      ([one, ...others]) => [{ ...one, name: "氏名" }, ...others],
      '"氏名" cannot be a column name',
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
      'there is no question "no such"',
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
      "a user of Browser does not have the field imapMailAddress",
    ],
    [
      "a group that there is not",
      "secured-users",
      ([one]) => [{ ...one, app: "docs", groups: ["営業"] }],
      'the group "営業" (field: groups) would not exist',
    ],
    [
      "a scheme without items",
      "schemes",
      ([one]) => [{ ...one, operations: [] }],
      "a scheme needs at least one check item",
    ],
    [
      "two renewals of one name",
      "renewals",
      ([one, other]) => [one ?? {}, { ...other, name: one?.["name"] }],
      'more than one renewal item is named "証明書"',
    ],
  ])("rejects %s and changes nothing", async (_, name, change, reason) => {
    const sent = withChanged(name, change);
    const before = contentOf(tenant);
    const { etag, refusals, resources } = await planOf(sent);
    expect(refusals.map(({ detail }) => detail.en).join("\n")).toContain(reason);
    expect(refusals.map(({ detail }) => detail.ja).join("\n")).toMatch(/[ぁ-ん]/);
    const deletions = resources.reduce((sum, { removed }) => sum + removed, 0);
    const failure = await failureOf(tenant.client.restores.create({ etag }, buildMultipartUpload(sent), { deletions }));
    expect(failure?.code).toBe("input-rejected");
    expect(contentOf(tenant)).toBe(before);
  });

  test("the last system administrator stays, and nobody in 全社 becomes an operator", async () => {
    await addTestAccount(tenant, { name: "kanri", role: "system" });
    const { refusals } = await planOf(files);
    expect(refusals).toMatchObject([
      { resource: "accounts", detail: { en: expect.stringContaining("no system administrator would be left") } },
    ]);
    files = await exportApplicableFiles(tenant.client);
    const as = (role: string) => (all: Record<string, unknown>[]) =>
      all.map((one) => ({ ...one, role, managedOrgIds: [] }));
    expect((await planOf(withChanged("accounts", as("system")))).refusals).toEqual([]);
    expect((await planOf(withChanged("accounts", as("operator")))).refusals).toMatchObject([
      { detail: { en: expect.stringContaining("no system administrator would be left") } },
      { detail: { en: expect.stringContaining("cannot be an operator in 全社") } },
    ]);
  });

  test.each<[string, (one: Record<string, unknown>) => readonly object[]]>([
    ["removes", () => []],
    ["revokes", (one) => [{ ...one, role: "none" }]],
  ])("an administrator cannot apply a bundle that %s their own role", async (_, change) => {
    await addTestAccount(tenant, { name: "kanri", role: "system" });
    const own = await addTestAccount(tenant, { name: "own", role: "system" });
    files = await exportApplicableFiles(tenant.client);
    const sent = withChanged("accounts", (all) => all.flatMap((one) => (one["id"] === own ? change(one) : [one])));
    const before = contentOf(tenant);
    const reason = "this account (own) would no longer be a system administrator";
    const plan = await tenant.as("own").restores.plan(buildMultipartUpload(sent), {});
    expect(plan).toMatchObject({ refused: 1, refusals: [{ resource: "accounts", id: own }] });
    expect(plan.refusals[0]?.detail.en).toContain(reason);
    expect(await failureOf(restoreFrom(tenant.as("own"), sent))).toMatchObject({
      code: "input-rejected",
      where: `accounts: ${own}`,
      what: { en: expect.stringContaining(reason) },
    });
    expect(contentOf(tenant)).toBe(before);
    expect((await restoreFrom(tenant.as("kanri"), sent)).id).not.toBeNull();
  });

  test("users alone must not remove an account name that a role needs, nor accounts give a role without one", async () => {
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

  test("an administrator whose account name a console export blanked is restored in a mirror", async () => {
    await using mirror = new TestTenant();
    await addTestAccount(mirror, { name: "taro", role: "system" });
    const blanked = [
      ["氏名", "メールアドレス", "CLOMOアカウント名"],
      ["taro", "taro@accounts.example", ""],
    ];
    await mirror.import({ kind: "users", fromConsole: true }, blanked);
    const sent = await exportApplicableFiles(mirror.client);
    expect(sent.get("resources/users.ndjson")).toContain('"accountName":null');
    await using to = new TestTenant();
    const mirroredAt = "2026-01-01T00:00:00.000Z";
    expect((await to.client.restores.plan(buildMultipartUpload(sent), { mirroredAt })).refusals).toEqual([]);
    const refusalsOf = async (files: typeof sent) =>
      (await to.client.restores.plan(buildMultipartUpload(files), {})).refusals;
    expect(await refusalsOf(sent)).toMatchObject([{ resource: "observed", id: "export/users" }]);
    const unobserved = new Map([...sent].filter(([name]) => !name.includes("observed")));
    expect(await refusalsOf(unobserved)).toMatchObject([{ resource: "accounts" }]);
    // and is no reason to refuse to that mirror what is recorded here alone
    expect((await mirror.client.restores.plan(buildMultipartUpload(sent), { mirroredAt })).refusals).toEqual([]);
  });

  test("a resource on its own must not remove records that others refer to", async () => {
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
  ])("rejects groups on their own, %s that users are in", async (_, change) => {
    await using own = new TestTenant();
    const { secured } = own.client;
    await secured.createGroup("docs", { name: "営業" });
    await secured.create("docs", { userId: "hanako", displayName: "花子", groups: ["営業"], password: "Invented1" });
    const sent = await exportApplicableFiles(own.client);
    const only = "secured-groups";
    expect((await own.client.restores.plan(buildMultipartUpload(sent), { only })).refusals).toEqual([]);
    const changed = new Map([...sent, ...fileOf(only, change(recordsIn(sent, only)))]);
    const { refusals } = await own.client.restores.plan(buildMultipartUpload(changed), { only });
    expect(refusals).toMatchObject([
      { resource: "secured-users", detail: { en: 'the group "営業" (field: groups) would not exist' } },
    ]);
  });

  test.each<[string, string, string]>([
    ["users", "{}\n", "resources/users.ndjson:1"],
    ["users", "not JSON\n", "resources/users.ndjson:1"],
    ["audit", "{}\n", "resources/audit.ndjson"],
    ["tenant", '{"id":"other"}\n', "resources/tenant.ndjson:1"],
  ])("rejects lines of %s that no export contains: %j", async (name, content, where) => {
    const before = contentOf(tenant);
    const failure = await failureOf(planOf(new Map([[`resources/${name}.ndjson`, content]])));
    expect(failure).toMatchObject({ code: "input-rejected", where });
    expect(contentOf(tenant)).toBe(before);
  });

  test("of many reasons, only the first are listed, but all are counted", async () => {
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

  test("rejects lines that are out of order, repeated or without an end", async () => {
    const lines = (files.get("resources/users.ndjson") ?? "").split(/(?<=\n)/);
    for (const content of [lines.toReversed().join(""), lines.join("") + (lines[1] ?? ""), lines.join("").trimEnd()]) {
      const failure = await failureOf(planOf(new Map([["resources/users.ndjson", content]])));
      expect(failure?.code).toBe("input-rejected");
    }
  });

  test("rejects a body that is cut off or not multipart", async () => {
    const whole = await new Response(buildMultipartUpload(files).stream).text();
    const send = (body: string, type: string) =>
      tenant.fetch(
        new Request("http://tenant/v1/restores/plan", { method: "POST", body, headers: { "content-type": type } }),
      );
    expect((await send(whole.slice(0, -20), 'multipart/mixed; boundary="between-the-parts"')).status).toBe(422);
    expect((await send(whole, "multipart/mixed")).status).toBe(415);
    expect((await send(whole, "text/csv; charset=utf-8")).status).toBe(415);
  });

  test("a mirror rejects differences in what the console manages", async () => {
    tenant.database.run("update tenant set mirroredAt = '2026-01-01T00:00:00.000Z'");
    expect((await planOf(files)).refusals).toEqual([]);
    const changed = withChanged("devices", ([one]) => [{ ...one, memo: "貸出用" }]);
    expect((await planOf(changed)).refusals).toMatchObject([{ resource: "devices", id: null }]);
    const { etag } = await planOf(changed);
    expect((await failureOf(tenant.client.restores.create({ etag }, buildMultipartUpload(changed))))?.code).toBe(
      "input-rejected",
    );
    expect((await planOf(withChanged("answers", () => []))).refusals).toEqual([]);
  });

  test("a plan without the mirror's time is not valid for a request with it", async () => {
    const { etag, becomesMirror } = await planOf(files);
    expect(becomesMirror).toBe(false);
    const mirroredAt = "2026-01-01T00:00:00.000Z";
    const failure = await failureOf(
      tenant.client.restores.create({ etag }, buildMultipartUpload(files), { mirroredAt }),
    );
    expect(failure?.code).toBe("conflict");
  });

  test("a request that is repeated with its key is done once, with the same response", async () => {
    const sent = withChanged("devices", ([one]) => [{ ...one, memo: "貸出用" }]);
    const { etag } = await planOf(sent);
    const { stream, boundary } = buildMultipartUpload(sent);
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
