import fc from "fast-check";
import { ROOT_ORG_NUMBER } from "../ledger/org-rows.ts";
import { expect, test } from "vitest";
import { ROOT_ORG_ID } from "../../nouns/organisation.ts";
import { type TestTenant, openForEachTest } from "#support/tenant/tenant.ts";

const ORG_ID = "019a9f3c-5a00-7abc-8de3-000000000007";

let tenant: TestTenant;
openForEachTest((opened) => {
  tenant = opened;
  const { database } = tenant;
  const { pk } = database.prepare("select pk from org").get() as { pk: number };
  database.exec(`
    insert into org (pk, id, name, parent, createdAt, updatedAt, revision) values (7, '${ORG_ID}', '営業', ${pk}, '', '', 1);
    insert into custom_field (pk, id, name, nameKey, createdAt) values (1, 'f', '趣味', '趣味', '');`);
  const insert = database.prepare(
    `insert into user (pk, id, name, emails, org, employeeCode, custom, createdAt, updatedAt, revision)
     values (?, ?, ?, ?, ?, ?, ?, '', '', 1)`,
  );
  const at = "2026-04-01T00:00:00.000Z";
  for (const [index, [name, org, code, custom]] of (
    [
      ["山田 一", 7, "E3", "{}"],
      ["Yamada 二", pk, "E1", '{"1":"山登り"}'],
      ["佐藤", 7, null, "{}"],
    ] as const
  ).entries()) {
    const id = `019a9f3c-5a00-7abc-8de2-00000000000${index + 1}`;
    insert.run(index + 1, id, name, JSON.stringify([`u${index + 1}@example.jp`]), org, code, custom);
  }
  database.prepare("update user set createdAt = ?, updatedAt = ?").run(at, at);
});

const namesOf = async (query: Parameters<typeof tenant.client.users.list>[0]): Promise<readonly string[]> =>
  (await Array.fromAsync(tenant.client.users.list(query))).map(({ name }) => name);

test("a search finds any text, including addresses and custom fields", async () => {
  expect(await namesOf({ search: "山" })).toEqual(["山田 一", "Yamada 二"]);
  expect(await namesOf({ search: "U3@EXAMPLE" })).toEqual(["佐藤"]);
  expect(await namesOf({ search: "E3" })).toEqual(["山田 一"]);
  expect(await namesOf({ search: "' or 1 --" })).toEqual([]);
});

test("names are found in any variant and width, even without stored keys", async () => {
  tenant.database.exec(`
    update user set name = '髙橋 一', nameKana = 'ﾀｶﾊｼ' where pk = 1;
    update user set name = '高橋　二', emails = '["TAKA@example.jp"]', emailKeys = '["taka@example.jp"]' where pk = 2;
    update user set name = '渡邉', custom = '{"1":"山﨑"}' where pk = 3;`);
  for (const search of ["高橋", "髙橋"]) expect(await namesOf({ search })).toEqual(["髙橋 一", "高橋　二"]);
  expect(await namesOf({ search: "高橋 二" })).toEqual(["高橋　二"]);
  expect(await namesOf({ search: "タカハシ" })).toEqual(["髙橋 一"]);
  expect(await namesOf({ search: "ＴＡＫＡ＠" })).toEqual(["高橋　二"]);
  for (const search of ["渡辺", "山崎"]) expect(await namesOf({ search })).toEqual(["渡邉"]);
  for (const search of ["*", "[高髙]", "?", "[", '"', '","']) expect(await namesOf({ search })).toEqual([]);
});

test("the filter by organisation includes everything below it, unless only its direct users are wanted", async () => {
  const { database } = tenant;
  database.exec(
    "insert into org (pk, id, name, parent, createdAt, updatedAt, revision) values (8, '019a9f3c-5a00-7abc-8de3-000000000008', '東', 7, '', '', 1)",
  );
  database.exec("update user set org = 8 where pk = 3");
  const all = ["山田 一", "Yamada 二", "佐藤"];
  expect(await namesOf({ org: ROOT_ORG_ID })).toEqual(all);
  expect(await namesOf({ org: ORG_ID })).toEqual(["山田 一", "佐藤"]);
  expect(await namesOf({ org: ORG_ID, direct: true })).toEqual(["山田 一"]);
  const csvOf = async (query: { org: string; direct?: boolean }): Promise<string> =>
    new Response(await tenant.client.users.export(query)).text();
  expect(await csvOf({ org: ORG_ID })).toMatch(/山田 一[^]*佐藤/);
  expect(await csvOf({ org: ORG_ID, direct: true })).not.toContain("佐藤");
});

test("lists and files of an organisation contain the users of its subtree, in any tree", async () => {
  const { database } = tenant;
  const addOrg = database.prepare(
    "insert into org (pk, id, name, parent, createdAt, updatedAt, revision) values (?, ?, ?, ?, '', '', 1)",
  );
  const addUser = database.prepare(
    "insert into user (id, name, emails, org, createdAt, updatedAt, revision) values (?, ?, '[]', ?, '2026-04-01T00:00:00.000Z', '2026-04-01T00:00:00.000Z', 1)",
  );
  const idOf = (kind: number, pk: number): string => `019a9f3c-5a00-7abc-8de${kind}-000000000${pk}`;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(), { minLength: 1, maxLength: 12 }), async (choices) => {
      database.exec("delete from user; delete from org where parent is not null");
      const root = { id: ROOT_ORG_ID, pk: ROOT_ORG_NUMBER, path: ["全社"] };
      const orgs = [root];
      for (const [at, choice] of choices.entries()) {
        const above = orgs[choice % orgs.length] ?? root;
        // a child can have a lower number than its parent, because organisations can be moved
        const pk = 100 + ((at * 7) % 13);
        orgs.push({ id: idOf(4, pk), pk, path: [...above.path, `人${at}`] });
        addOrg.run(pk, idOf(4, pk), `組織${at}`, above.pk);
        addUser.run(idOf(5, pk), `人${at}`, pk);
      }
      database.exec("update collection set revision = revision + 1 where name = 'orgs'");
      for (const { id, path } of orgs) {
        const expected = orgs.flatMap((org) =>
          org !== root && path.every((name, at) => org.path[at] === name) ? (org.path.at(-1) ?? []) : [],
        );
        expect((await namesOf({ org: id })).toSorted()).toEqual(expected.toSorted());
        const csv = await new Response(await tenant.client.users.export({ org: id })).text();
        expect((csv.match(/人\d+/g) ?? []).toSorted()).toEqual(expected.toSorted());
      }
    }),
    { numRuns: 30 },
  );
});

test("the filter by organisation is combined with other filters", async () => {
  expect(await namesOf({ org: ORG_ID, search: "山" })).toEqual(["山田 一"]);
});

test("NDJSON supports filters", async () => {
  const lines = tenant.client.users.list({ org: ORG_ID, search: "山" }).ndjson();
  const told = Buffer.concat(await Array.fromAsync(lines)).toString();
  expect(told.trimEnd().split("\n")).toHaveLength(1);
});
