import { expect, test } from "vitest";
import type { Import } from "../../../lib/client/index.ts";
import { toCommittedPlan, createRowsResponder, rowOf } from "#support/commands/imports/plans.ts";
import { runInBoth } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const PLAN: Import = { ...example<Import>("planDeletion"), kind: "docs" };
const [USER] = example<{ items: readonly { id: string; userId: string }[] }>("findSecuredUsers").items;
const shown = {
  planDeletion: PLAN,
  tenant: example("tenant", { mirroredAt: null }),
  importRows: createRowsResponder(rowOf({ row: 0, key: "hanako01", action: "delete" })),
  commitImport: toCommittedPlan(PLAN),
};

test("deletes a user of an app by ユーザーID", async () => {
  const tenant = { findSecuredUsers: example("findSecuredUsers"), ...shown };
  const { en } = await runInBoth("secured users delete hanako01 --app docs --confirm-deletions 1", { tenant });
  expect(en).toMatchObject({ exit: 0 });
  expect(en.stderr).toContain("\nimport 17: delete 1\n");
  expect(en.requests[0]).toMatchObject({ params: { app: "docs" }, query: { name: "hanako01" } });
  expect(en.requests[1]?.json).toEqual({ kind: "docs", ids: [USER?.id], called: "hanako01" });
});
