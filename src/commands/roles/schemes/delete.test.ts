import { expect, test } from "vitest";
import type { DeletedSchemes, Scheme } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { text } from "../../../lib/text/index.ts";
import { listOperations } from "#support/commands/imports/plans.ts";
import { runInBoth } from "#support/commands/program.ts";
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

test("refuses to delete a scheme that an account has, before asking", async () => {
  const held = new Failure("input-rejected", { what: text("held", "設定されています") });
  const tenant = { tenantRevision: { revision: 7 }, ...listed, deleteSchemes: held };
  const { en } = await runInBoth(LINE, { tenant, terminal: {} });
  expect(en).toMatchObject({ exit: 3, stdout: "", stderr: expect.stringContaining("error: held\n") });
});
