import { expect, test } from "vitest";
import type { Import } from "../../lib/client/index.ts";
import { toCommittedPlan, createRowsResponder, rowOf } from "#support/commands/imports/plans.ts";
import { runInBoth } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const PLAN: Import = { ...example<Import>("planDeletion"), kind: "devices" };
const [DEVICE] = example<{ items: readonly { id: string; serialNumber: string }[] }>("findDevices").items;
const shown = {
  planDeletion: PLAN,
  tenant: example("tenant", { mirroredAt: null }),
  importRows: createRowsResponder(rowOf({ row: 0, key: "SERIAL000001", action: "delete" })),
  commitImport: toCommittedPlan(PLAN),
};

test("deletes a device by its serial number", async () => {
  const tenant = { findDevices: example("findDevices"), ...shown };
  const { en } = await runInBoth("devices delete SERIAL000001 --confirm-deletions 1", { tenant });
  expect(en).toMatchObject({ exit: 0 });
  expect(en.stderr).toContain("\nimport 17: delete 1\n");
  expect(en.requests[1]?.json).toEqual({ kind: "devices", ids: [DEVICE?.id], called: "SERIAL000001" });
});
