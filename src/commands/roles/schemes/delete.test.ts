import { expect, test } from "vitest";
import type { DeletedSchemes, Scheme } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { text } from "../../../lib/text/index.ts";
import { listOperations } from "#support/commands/imports/plans.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example, inTurn } from "#support/commands/tenant.ts";

const [one] = example<{ items: readonly [Scheme] }>("schemes").items;
const users: Scheme = { ...one, accounts: 0 };
const orgs: Scheme = { ...users, id: users.id.replace(/1$/, "2"), name: "組織担当", operations: ["orgs.write"] };
const listed = { schemes: { items: [users, orgs] } };
const deleted: DeletedSchemes = { consoleTasks: [] };
const twice = (last: unknown) => inTurn(deleted, last);
const LINE = "roles schemes delete ユーザー登録係 組織担当";

test("checks first, deletes after confirmation of the number, and prints how to create each scheme again", async () => {
  const tenant = { ...listed, deleteSchemes: twice(deleted) };
  const { en } = await runInBoth(`${LINE} --confirm-deletions 2`, { tenant });
  expect(listOperations(en.requests)).toEqual(["schemes", "deleteSchemes", "deleteSchemes"]);
  expect(en.requests.map(({ json }) => json)).toEqual([
    undefined,
    { ids: [users.id, orgs.id], dryRun: true },
    { ids: [users.id, orgs.id], dryRun: false },
  ]);
  expect(en.stderr).toContain("to be deleted: ユーザー登録係, 組織担当\n");
});

test("a dry run only checks", async () => {
  const tenant = { ...listed, deleteSchemes: deleted };
  const { en } = await runInBoth(`${LINE} --dry-run`, { tenant });
  expect(listOperations(en.requests)).toEqual(["schemes", "deleteSchemes"]);
  expect(en.stderr).toContain("dry run: nothing was changed\n");
  expect(en.stdout).toContain("組織担当\t");
});

test("refuses to delete a scheme that an account has, before asking", async () => {
  const held = new Failure("input-rejected", { what: text("held", "設定されています") });
  const tenant = { tenantRevision: { revision: 7 }, ...listed, deleteSchemes: held };
  const { en } = await runInBoth(LINE, { tenant, terminal: {} });
  expect(en).toMatchObject({ exit: 3, stdout: "" });
  expect(en.stderr).toContain("error: held\n");
});

test("a terminal asks for the number of what was shown; another number deletes nothing", async () => {
  const looked = { tenantRevision: { revision: 7 }, ...listed };
  const tenant = { ...looked, deleteSchemes: twice(deleted) };
  const typed = await run(LINE, {
    tenant,
    terminal: { typing: [["the local tenant: delete 2. To continue, type the number of", "2\r"]] },
  });
  expect(typed.exit).toBe(0);
  expect(typed.requests.at(-1)).toMatchObject({ base: "7" });
  const other = await run(LINE, {
    tenant: { ...looked, deleteSchemes: deleted },
    terminal: { typing: [["the local tenant: delete 2. To continue, type the number of", "3\r"]] },
  });
  expect(other).toMatchObject({ exit: 3, stdout: "" });
});

test.each([
  [" --confirm-deletions 3", "the plan deletes 2 records, not 3; nothing was changed", {}],
  ["", "pass --confirm-deletions 2", { deleteSchemes: deleted }],
  [" --yes", "pass --confirm-deletions 2", { deleteSchemes: deleted }],
])("a missing or wrong number exits with 3:%s", async (option, told, more) => {
  const { en } = await runInBoth(`${LINE}${option}`, { tenant: { ...listed, ...more } });
  expect(en).toMatchObject({ exit: 3, stdout: "" });
  expect(en.requests.filter(({ json }) => json !== undefined && !JSON.stringify(json).includes("dryRun"))).toEqual([]);
  expect(en.stderr).toContain(told);
});

test("a change in the meantime exits with 5", async () => {
  const conflict = new Failure("conflict", { what: text("changed", "変更されました") });
  const changed = await run(`${LINE} --confirm-deletions 2`, { tenant: { ...listed, deleteSchemes: twice(conflict) } });
  expect(changed).toMatchObject({ exit: 5, stdout: "" });
});
