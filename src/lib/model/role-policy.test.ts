import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { MANUAL_PAGES, ROLE_POLICY, MANUAL_STATEMENTS, SCHEME_ITEMS } from "./role-policy.ts";
import { ADMINISTRATOR_ROLES, operationGroupOf, OPERATION_GROUPS, OPERATIONS, type Operation } from "./role.ts";

/** The manual's texts, where they lie beside this checkout; it has no copy of them. */
const SEEDS = join(import.meta.dirname, "..", "..", "..", "..", "shared", "seeds");

const seedsBeside = (): ReadonlyMap<string, string> => {
  try {
    return new Map(readdirSync(SEEDS).map((file) => [file.slice(0, 3), readFileSync(join(SEEDS, file), "utf8")]));
  } catch {
    return new Map();
  }
};

const seeds = seedsBeside();
const beside = seeds.size > 0 ? "" : " (their form only: the manual's texts are not beside this checkout)";

const OPERATION_NAMES = Object.keys(OPERATIONS) as readonly Operation[];

/** What the sentences of the manual say, read by hand. */
const MANUAL: readonly (readonly [cell: string, reach: string, ...words: string[]])[] = [
  ...OPERATION_NAMES.filter((operation) =>
    ["orgs", "users", "fields", "accounts", "schemes", "devices", "apple"].includes(operationGroupOf(operation)),
  ).map((operation) => [`system ${operation}`, "all", "すべての組織ですべての操作ができます"] as const),
  ["system accounts.write", "all", "権限タイプ別の管理者の追加"],
  ["system accounts.roles", "all", "権限タイプ別の管理者の追加"],
  [
    "system accounts.orgs",
    "all",
    "その管理者の管理対象組織の選択",
    "システム管理者により、管理対象組織",
    "管理対象組織も同様に設定",
  ],
  ["division accounts.write", "inside", "管理対象組織内のオペレーターを作成することができます"],
  ["operator accounts.write", "no", "管理者の追加はおこなえません"],
  ["operator accounts.roles", "no", "管理者の追加はおこなえません"],
  ["custom accounts.write", "inside", "管理対象組織内のオペレーターを追加することができます"],
  ...["users.write", "users.move", "orgs.write"].map(
    (item) =>
      [`custom ${item}`, "item", "権限の範囲を選択し、設定した範囲で操作が可能", "システム管理者と同等の権限"] as const,
  ),
];

test("facts 2.1: the cells marked as manual are exactly those that the sentences state", () => {
  const marked = ADMINISTRATOR_ROLES.flatMap((role) =>
    OPERATION_NAMES.filter((operation) => ROLE_POLICY[operation][role].manual.length > 0).map(
      (operation) => `${role} ${operation}`,
    ),
  );
  expect(marked.toSorted()).toEqual([...new Set(MANUAL.map(([cell]) => cell))].toSorted());
  for (const [cell, reach, ...words] of MANUAL) {
    const [role, operation] = cell.split(" ") as [(typeof ADMINISTRATOR_ROLES)[number], Operation];
    const found = ROLE_POLICY[operation][role];
    expect([cell, found.reach]).toEqual([cell, reach]);
    for (const word of words) expect(found.manual.map(({ sentence }) => sentence).join(""), cell).toContain(word);
  }
});

test(`the manual contains each sentence word for word${beside}`, () => {
  for (const { seed, sentence } of MANUAL_STATEMENTS) {
    expect(Object.keys(MANUAL_PAGES)).toContain(seed);
    expect(sentence).toMatch(/^[^。]+。$/);
    expect(seeds.get(seed) ?? sentence, sentence).toContain(sentence);
  }
});

test(`no sentence of the manual about a role is missing${beside}`, () => {
  const cited = MANUAL_STATEMENTS.map(({ sentence }) => sentence);
  expect(new Set(cited).size).toBe(cited.length);
  const rows = (seeds.get("000") ?? "").split("\n").filter((line) => line.startsWith("管理者権限 |"));
  expect(rows).toHaveLength(seeds.size > 0 ? 2 : 0);
  for (const row of rows) {
    const roles = row.split(" ・").slice(1).join(" ");
    const sentences = roles.match(/[^:: 。|]+。/g)?.map((one) => one.trim()) ?? [];
    expect(sentences.length).toBeGreaterThan(8);
    expect(sentences.filter((sentence) => !cited.some((one) => one.endsWith(sentence)))).toEqual([]);
  }
});

test("every operation has a group and a row, and only a system administrator has all of them everywhere", () => {
  expect(new Set(OPERATION_NAMES.map(operationGroupOf))).toEqual(new Set(Object.keys(OPERATION_GROUPS)));
  for (const operation of OPERATION_NAMES) {
    expect(Object.keys(ROLE_POLICY[operation])).toEqual([...ADMINISTRATOR_ROLES]);
    expect(ROLE_POLICY[operation].system.reach).toBe("all");
    expect(ROLE_POLICY[operation].custom.reach === "item").toBe(SCHEME_ITEMS.includes(operation));
    expect([ROLE_POLICY[operation].division.reach, ROLE_POLICY[operation].operator.reach]).not.toContain("item");
  }
});

test("an operator never has a wider reach than a division administrator", () => {
  for (const operation of OPERATION_NAMES) {
    const { division, operator } = ROLE_POLICY[operation];
    const isMore = operator.reach === "no" || operator.reach === division.reach;
    expect([operation, isMore]).toEqual([operation, true]);
  }
});
