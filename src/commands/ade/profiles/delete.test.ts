import { expect, test } from "vitest";
import { runInBoth, run } from "#support/commands/program.ts";
import { inTurn } from "#support/commands/tenant.ts";
import {
  SIMULATED_ADE,
  ADE_AT_APPLE,
  LOOKUP_REQUESTS,
  PROFILE,
  buildAssignmentResponse,
} from "#support/commands/ade/profiles.ts";

const tenant = {
  ade: SIMULATED_ADE,
  adeProfiles: { items: [PROFILE] },
  deleteAdeProfile: buildAssignmentResponse({ A1: "SUCCESS" }),
};
const params = { id: PROFILE.id };

test("removes a profile from its devices and deletes it", async () => {
  const { en, ja } = await runInBoth("ade profiles delete 本社", { tenant });
  expect(en).toMatchObject({ exit: 0 });
  expect(en.requests).toEqual([
    ...LOOKUP_REQUESTS,
    { operation: "deleteAdeProfile", params, json: { dryRun: false } },
    { operation: "adeProfiles" },
  ]);
  expect(en.stderr).toContain("deleted: 本社");
  expect(en.stderr).toContain("the devices no longer have an ADE profile: do not switch them on");
  expect(ja.stderr).toContain("「本社」を削除しました");
});

const OTHER = { ...PROFILE, id: "0199c000-0000-7000-8000-000000000099", name: "支社", automatic: [] as string[] };

const deleting = (automatic: readonly string[], ...left: readonly object[]) => {
  const items = [{ ...PROFILE, automatic }, ...left];
  const answers = { ade: SIMULATED_ADE, adeProfiles: { items }, deleteAdeProfile: buildAssignmentResponse({}) };
  return runInBoth("ade profiles delete 本社", { tenant: answers, terminal: { columns: 400 } });
};

test("if no profile is left, proposes to create a profile, not to assign one", async () => {
  const { en, ja } = await runInBoth("ade profiles delete 本社", { tenant });
  for (const { stderr } of [en, ja]) {
    expect(stderr.match(/clomoctl ade profiles create NAME --url HTTPS-URL\n/g)).toHaveLength(1);
    expect(stderr).not.toContain("profiles assign");
  }
  const alone = await deleting([""]);
  expect(alone.en.stderr).toContain(": clomoctl ade profiles create NAME --url HTTPS-URL\n");
});

test("says whose new devices no longer get a profile automatically, and what to type", async () => {
  const whole = await deleting(["", "営業部"], OTHER);
  expect(whole.en.stderr).toContain("new devices of 全社 no longer get an ADE profile automatically\n");
  expect(whole.en.stderr).toContain(": clomoctl ade profiles auto-apply 支社\n");
  expect(whole.ja.stderr).toContain("自動適用がなくなりました(全社)");
  const one = await deleting(["本社/営業 部"], OTHER);
  expect(one.en.stderr).toContain(": clomoctl ade profiles auto-apply 支社 --org '本社/営業 部'\n");
  const none = await deleting([], OTHER);
  expect(none.en.stderr).not.toContain("by themselves");
});

test("new devices get the profile of a higher organisation, if it has one", async () => {
  const { en, ja } = await deleting(["本社/営業部"], { ...OTHER, automatic: [""] });
  expect(en.stderr).toContain("new devices of 本社/営業部 now get 支社 automatically");
  expect(en.stderr).not.toContain("any more");
  expect(ja.stderr).toContain("「支社」を自動適用します");
});

test("keeps a profile that devices still have", async () => {
  const left = {
    ...tenant,
    deleteAdeProfile: buildAssignmentResponse({ A1: "THROTTLED" }, { retryAt: "2026-11-21T00:00:00.000Z" }),
  };
  const { en, ja } = await runInBoth("ade profiles delete 本社", { tenant: left });
  expect(en).toMatchObject({
    exit: 8,
    stderr: expect.stringContaining("本社 was not deleted, because some devices still have it"),
  });
  expect(ja).toMatchObject({ exit: 8 });
});

test("a dry run deletes nothing, and at Apple the command asks for the number of devices", async () => {
  const tried = buildAssignmentResponse({ A1: null }, { dryRun: true });
  const dry = await run("ade profiles delete 本社 --dry-run", { tenant: { ...tenant, deleteAdeProfile: tried } });
  expect(dry.stderr).not.toContain("deleted");
  const { requests } = await run("ade profiles delete 本社", {
    tenant: { ...tenant, ade: ADE_AT_APPLE, deleteAdeProfile: inTurn(tried, tenant.deleteAdeProfile) },
    terminal: {
      columns: 200,
      typing: [["the profile 本社 will be removed from 1 device and then deleted; type 1 to", "1\r"]],
    },
  });
  expect(requests.findLast(({ operation }) => operation === "deleteAdeProfile")?.json).toEqual({
    dryRun: false,
    confirmDevices: 1,
  });
});
