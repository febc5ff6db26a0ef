import { expect, test } from "vitest";
import { runInBoth, run } from "#support/commands/program.ts";
import { inTurn } from "#support/commands/tenant.ts";
import { SIMULATED_ADE, ADE_AT_APPLE, PROFILE, buildAssignmentResponse } from "#support/commands/ade/profiles.ts";

const tenant = {
  ade: SIMULATED_ADE,
  adeProfiles: { items: [PROFILE] },
  unassignAdeProfile: buildAssignmentResponse({ A1: "SUCCESS" }, { profile: null }),
};

test("removes the profile from devices", async () => {
  const { en, ja } = await runInBoth("ade profiles unassign A1", { tenant });
  expect(en).toMatchObject({ exit: 0, stdout: "serialNumber\tresult\nA1\tSUCCESS\n" });
  expect(en.requests).toEqual([
    { operation: "ade" },
    { operation: "unassignAdeProfile", json: { serials: ["A1"], dryRun: false } },
    { operation: "adeProfiles" },
  ]);
  expect(en.stderr).toContain("the devices no longer have an ADE profile: do not switch them on");
  expect(en.stderr).toContain(": clomoctl ade profiles assign 本社 --unassigned\n");
  expect(ja.stderr).toContain("1 台のうち 1 台が完了しました");
});

test("a removal that Apple deferred is retried only by the same command", async () => {
  const work = buildAssignmentResponse({ A1: "THROTTLED" }, { profile: null, retryAt: "2026-11-21T00:00:00.000Z" });
  const { exit, stderr } = await run("ade profiles unassign A1 --lang en", {
    tenant: { ade: SIMULATED_ADE, unassignAdeProfile: work },
  });
  expect(exit).toBe(8);
  expect(stderr).toContain("after 2026-11-21 09:00 (Asia/Tokyo), run this command again\n");
});

test("at Apple, asks for the number of devices", async () => {
  const tried = buildAssignmentResponse({ A1: null }, { profile: null, dryRun: true });
  const { exit, requests } = await run("ade profiles unassign A1", {
    tenant: { ...tenant, ade: ADE_AT_APPLE, unassignAdeProfile: inTurn(tried, tenant.unassignAdeProfile) },
    terminal: { columns: 200, typing: [["the ADE profile will be removed from 1 device; type 1 to continue:", "1\r"]] },
  });
  expect(exit).toBe(0);
  expect(requests.findLast(({ operation }) => operation === "unassignAdeProfile")?.json).toEqual({
    serials: ["A1"],
    dryRun: false,
    confirmDevices: 1,
  });
});
