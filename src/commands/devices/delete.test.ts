import { expect, test } from "vitest";
import type { Import } from "../../lib/client/index.ts";
import { toCommittedPlan, createRowsResponder, rowOf } from "#support/commands/imports/plans.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const PLAN: Import = { ...example<Import>("planDeletion"), kind: "devices" };
const [DEVICE] = example<{ items: readonly { id: string; serialNumber: string }[] }>("findDevices").items;
const shown = {
  planDeletion: PLAN,
  tenant: example("tenant", { mirroredAt: null }),
  importRows: createRowsResponder(rowOf({ row: 0, key: "SERIAL000001", action: "delete", exists: true })),
  commitImport: toCommittedPlan(PLAN),
};

test("deletes a device by its serial number", async () => {
  const tenant = { findDevices: example("findDevices"), ...shown };
  const { en } = await runInBoth("devices delete SERIAL000001 --confirm-deletions 1", { tenant });
  expect(en).toMatchObject({ exit: 0 });
  expect(en.stderr).toContain("\nimport 17: delete 1\n");
  expect(en.requests[1]?.json).toEqual({ kind: "devices", ids: [DEVICE?.id], called: "SERIAL000001" });
});

test("deletes devices by the filters of the list", async () => {
  const line = "devices delete --filter-id SERIAL --filter-name 営業 --confirm-deletions 1";
  const { exit, requests } = await run(line, { tenant: shown });
  expect(exit).toBe(0);
  expect(requests[0]?.json).toEqual({
    kind: "devices",
    filterName: "営業",
    filterId: "SERIAL",
    called: "--filter-name 営業 --filter-id SERIAL",
  });
});

test("looks up an organisation in the filters by its name", async () => {
  const [org] = example<{ items: readonly { id: string }[] }>("findOrgs").items;
  const tenant = { findOrgs: { items: [org] }, ...shown };
  const line =
    "devices delete --org 営業部 --status 管理外 --platform iOS --tag 貸出用 --search x --confirm-deletions 1";
  const { requests } = await run(line, { tenant });
  expect(requests[1]?.json).toEqual({
    kind: "devices",
    org: org?.id,
    search: "x",
    status: "管理外",
    platform: "iOS",
    tag: "貸出用",
    called: "--org 営業部 --search x --status 管理外 --platform iOS --tag 貸出用",
  });
});
