import { expect, test } from "vitest";
import { inBoth, run } from "../../testing/program.ts";
import { inTurn } from "../../testing/tenant.ts";
import { ADE, AT_APPLE, LOOKED_UP, PROFILE, workOf } from "../testing/profiles.ts";
import { testFenced } from "../../testing/refusals.ts";

const tenant = { ade: ADE, adeProfiles: { items: [PROFILE] }, deleteAdeProfile: workOf({ A1: "SUCCESS" }) };
const params = { id: PROFILE.id };

test("a profile is taken away, and deleted", async () => {
  const { en, ja } = await inBoth("ade profiles delete 本社", { tenant });
  expect(en).toMatchObject({ exit: 0 });
  expect(en.requests).toEqual([...LOOKED_UP, { operation: "deleteAdeProfile", params, json: { dryRun: false } }]);
  expect(en.stderr).toContain("deleted: 本社");
  expect(en.stderr).toContain("they have no ADE profile now: do not switch them on");
  expect(ja.stderr).toContain("「本社」を削除しました");
});

test("one that devices still have is kept", async () => {
  const left = { ...tenant, deleteAdeProfile: workOf({ A1: "THROTTLED" }, { retryAt: "2026-11-21T00:00:00.000Z" }) };
  const { en, ja } = await inBoth("ade profiles delete 本社", { tenant: left });
  expect(en).toMatchObject({ exit: 8, stderr: expect.stringContaining("kept: 本社, as some devices still have it") });
  expect(ja).toMatchObject({ exit: 8 });
});

test("a dry run deletes nothing; at Apple the number of devices is typed", async () => {
  const tried = workOf({ A1: null }, { dryRun: true });
  const dry = await run("ade profiles delete 本社 --dry-run", { tenant: { ...tenant, deleteAdeProfile: tried } });
  expect(dry.stderr).not.toContain("deleted");
  const { requests } = await run("ade profiles delete 本社", {
    tenant: { ...tenant, ade: AT_APPLE, deleteAdeProfile: inTurn(tried, tenant.deleteAdeProfile) },
    terminal: { columns: 200, typing: [["which is then deleted; type 1:", "1\r"]] },
  });
  expect(requests.at(-1)?.json).toEqual({ dryRun: false, confirmDevices: 1 });
});

test("one that is not there is not found", async () => {
  const none = { ade: ADE, adeProfiles: { items: [] } };
  const { en, ja } = await inBoth("ade profiles delete 本社", { tenant: none });
  expect(en).toMatchObject({ exit: 6, stdout: "" });
  expect(ja).toMatchObject({ exit: 6 });
});

testFenced("ADE プロファイル", "ade profiles delete none");
