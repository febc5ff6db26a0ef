import { expect, test } from "vitest";
import { formatOrgPath, ROOT_ORG_ID } from "../../nouns/organisation.ts";
import type { Database } from "../store/database.ts";
import { fillKeys } from "#support/tenant/keys.ts";
import { findRecords, readAllRecords } from "./lists.ts";
import { Connection } from "../store/store.ts";
import { ORG_DETAIL_LIST, ORG_LIST, ROOT_ORG_NUMBER } from "./org-rows.ts";
import { openForEachTest } from "#support/tenant/tenant.ts";

let database: Database;
openForEachTest((tenant) => (database = tenant.database));

const listOrgs = () => {
  fillKeys(database);
  return readAllRecords(new Connection(database), ORG_LIST);
};
const findOrgs = (name: string) => {
  fillKeys(database);
  return findRecords(new Connection(database), ORG_DETAIL_LIST, name);
};

/** The row that {@link add} made. */
const rowOf = ({ id }: { readonly id: string }): number => (id === ROOT_ORG_ID ? ROOT_ORG_NUMBER : Number(id.slice(3)));

const add = (
  pk: number,
  name: string,
  { code = null, parent = ROOT_ORG_NUMBER }: { code?: string | null; parent?: number } = {},
) =>
  database.run(
    `insert into org (pk, id, parent, name, code, createdAt, updatedAt, revision)
     values (:pk, :id, :parent, :name, :code, 'made', 'changed', 0)`,
    { pk, id: `id-${pk}`, parent, name, code },
  );

const addUser = (pk: number, org: number) =>
  database.run(
    "insert into user (id, name, emails, org, createdAt, updatedAt, revision) values (:id, '', '[]', :org, '', '', 0)",
    { id: `user-${pk}`, org },
  );

test("a new tenant has only the root, which has no path", async () => {
  expect(await listOrgs()).toMatchObject([{ name: "全社", path: "", depth: 0, parentId: null, code: null }]);
});

test("parents come before their children, and siblings in order of creation, branch by branch", async () => {
  add(5, "総務部");
  add(2, "営業部", { code: "S1" });
  add(3, "二課", { parent: 2 });
  add(4, "一課", { parent: 2 });
  add(6, "班", { parent: 3 });
  expect((await listOrgs()).map((org) => [org.path, org.depth, rowOf(org)])).toEqual([
    ["", 0, 1],
    ["営業部", 1, 2],
    ["営業部/二課", 2, 3],
    ["営業部/二課/班", 3, 6],
    ["営業部/一課", 2, 4],
    ["総務部", 1, 5],
  ]);
  expect((await listOrgs())[2]).toEqual({
    id: "id-3",
    name: "二課",
    code: null,
    parentId: "id-2",
    path: "営業部/二課",
    depth: 2,
    createdAt: "made",
    updatedAt: "changed",
  });
});

test("a path is written as formatOrgPath writes it", async () => {
  const names = ["a/b", String.raw`c\d\/`, "%_'\""];
  for (const [at, name] of names.entries()) add(at + 2, name, { parent: at + 1 });
  expect((await listOrgs()).at(-1)?.path).toBe(formatOrgPath(names));
  add(9, "new", { parent: 2 });
  expect((await listOrgs()).map(({ path }) => path)).toContain(String.raw`a\/b/new`);
});

test("an organisation that is not connected to the root is not listed", async () => {
  add(2, "a", { parent: 3 });
  add(3, "b", { parent: 2 });
  expect(await listOrgs()).toHaveLength(1);
});

test.each([
  ["its id", "id-3", [3]],
  ["the start of an id", "id-", []],
  ["its code", "S2", [3]],
  ["a code in another case", "s2", []],
  ["a code of look-alikes", "A～B", [4]],
  ["its path", "本社/A\\/B", [3]],
  ["a path of look-alikes", "本社/〜", [4]],
  ["its name alone, below the root", "本社", [2, 5]],
  ["its name alone, further down", "A/B", []],
  ["the root's name", "全社", [1]],
  ["nothing, which is the root's path", "", [1]],
  ["what is one's code and another's path", "支社", [6, 7]],
])("an organisation is found by %s", async (_, name, found) => {
  add(2, "本社");
  add(3, "A/B", { code: "S2", parent: 2 });
  add(4, "～", { code: "A〜B", parent: 2 });
  add(5, "本社", { code: "H" });
  add(6, "支社");
  add(7, "x", { code: "支社" });
  add(8, "全社", { parent: 2 });
  expect((await findOrgs(name)).map(rowOf)).toEqual(found);
});

test("a search shows how many users and organisations are directly in an organisation", async () => {
  add(2, "本社", { code: "H" });
  add(3, "部", { parent: 2 });
  add(4, "課", { parent: 3 });
  addUser(1, 2);
  addUser(2, 2);
  addUser(3, 3);
  expect(await findOrgs("H")).toMatchObject([{ users: 2, children: 1 }]);
  expect(await findOrgs("全社")).toMatchObject([{ users: 0, children: 1 }]);
  expect(await findOrgs("本社/部/課")).toMatchObject([{ users: 0, children: 0 }]);
});
