import { expect, test } from "vitest";
import { inBoth, run } from "#support/commands/program.ts";
import { inTurn } from "#support/commands/tenant.ts";
import { ADE, AT_APPLE, LOOKED_UP, PROFILE, workOf } from "#support/commands/ade/profiles.ts";

const tenant = { ade: ADE, adeProfiles: { items: [PROFILE] }, deleteAdeProfile: workOf({ A1: "SUCCESS" }) };
const params = { id: PROFILE.id };

test("a profile is taken away, and deleted", async () => {
  const { en, ja } = await inBoth("ade profiles delete 本社", { tenant });
  expect(en).toMatchObject({ exit: 0 });
  expect(en.requests).toEqual([
    ...LOOKED_UP,
    { operation: "deleteAdeProfile", params, json: { dryRun: false } },
    { operation: "adeProfiles" },
  ]);
  expect(en.stderr).toContain("deleted: 本社");
  expect(en.stderr).toContain("they have no ADE profile now: do not switch them on");
  expect(ja.stderr).toContain("「本社」を削除しました");
});

const OTHER = { ...PROFILE, id: "0199c000-0000-7000-8000-000000000099", name: "支社", automatic: [] as string[] };

const deleting = (automatic: readonly string[], ...left: readonly object[]) => {
  const items = [{ ...PROFILE, automatic }, ...left];
  const answers = { ade: ADE, adeProfiles: { items }, deleteAdeProfile: workOf({}) };
  return inBoth("ade profiles delete 本社", { tenant: answers, terminal: { columns: 400 } });
};

test("where none is left, one is to be made, and not to be assigned", async () => {
  const { en, ja } = await inBoth("ade profiles delete 本社", { tenant });
  for (const { stderr } of [en, ja]) {
    expect(stderr.match(/clomoctl ade profiles create NAME --url HTTPS-URL\n/g)).toHaveLength(1);
    expect(stderr).not.toContain("profiles assign");
  }
  const alone = await deleting([""]);
  expect(alone.en.stderr).toContain(": clomoctl ade profiles create NAME --url HTTPS-URL\n");
});

test("whose new devices get none by themselves any more is said, with what to type", async () => {
  const whole = await deleting(["", "営業部"], OTHER);
  expect(whole.en.stderr).toContain("new devices of 全社 get no ADE profile by themselves any more\n");
  expect(whole.en.stderr).toContain(": clomoctl ade profiles auto-apply 支社\n");
  expect(whole.ja.stderr).toContain("自動適用がなくなりました(全社)");
  const one = await deleting(["本社/営業 部"], OTHER);
  expect(one.en.stderr).toContain(": clomoctl ade profiles auto-apply 支社 --org '本社/営業 部'\n");
  const none = await deleting([], OTHER);
  expect(none.en.stderr).not.toContain("by themselves");
});

test("where an organisation above has one, its new devices get that", async () => {
  const { en, ja } = await deleting(["本社/営業部"], { ...OTHER, automatic: [""] });
  expect(en.stderr).toContain("new devices of 本社/営業部 now get 支社 by themselves");
  expect(en.stderr).not.toContain("any more");
  expect(ja.stderr).toContain("「支社」を自動適用します");
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
  expect(requests.findLast(({ operation }) => operation === "deleteAdeProfile")?.json).toEqual({
    dryRun: false,
    confirmDevices: 1,
  });
});
