import { describe, expect, onTestFinished, test } from "vitest";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
import { Rehearsal } from "#support/tenant/rehearsal.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { buildNewTenantAnswers } from "#support/commands/onboarding/new-tenant.ts";

describe("onboarding status", () => {
  test("shows twelve steps within 80 columns and the next step, in both languages", async () => {
    const { en, ja } = await runInBoth("onboarding status", {
      tenant: buildNewTenantAnswers(),
      terminal: { columns: 80 },
    });
    expect(en.exit).toBe(0);
    expect(en.stdout.trimEnd().split("\n").length).toBeGreaterThanOrEqual(13);
    expect(en.stdout).toContain("set up the push certificate, ADE and …");
    expect(en.stderr).toContain("to continue with step 1: clomoctl handover answer onboarding");
    expect(en.stdout.replaceAll(/\s+/g, " ")).toContain("not recorded: MDM push certificate");
    expect(ja.stdout).not.toContain("push-certificate");
  });

  test("waits for devices at Apple that have no ADE profile, as ade status does", async () => {
    const rehearsal = new Rehearsal({ devices: 4 });
    onTestFinished(() => rehearsal[Symbol.asyncDispose]());
    await rehearsal.setUp();
    const { client, fetch, surroundings } = rehearsal.tenant;
    await client.devices.create({ serialNumber: "C02X" });
    await client.tenant.set({ ade: true });
    const stepEight = async () => {
      const circumstances = { tenant: fetch, now: new Date(surroundings.time) };
      const { stdout } = await run("onboarding status --format json --lang en", circumstances);
      return (
        JSON.parse(stdout) as readonly { readonly state: string; readonly why: string; readonly next: string }[]
      )[7];
    };
    expect(await stepEight()).toMatchObject({ state: "open", next: "clomoctl ade sync" });
    await rehearsal.sync();
    expect(await stepEight()).toMatchObject({
      state: "open",
      why: "iPhone, iPad, Mac: 0 managed, 4 only pre-registered; 4 devices without an ADE profile: do not switch them on yet",
      next: "clomoctl ade devices list --not-ready",
    });
    rehearsal.tenant.database.run("update ade_device set profileStatus = 'assigned'");
    expect(await stepEight()).toMatchObject({ state: "open", next: "clomoctl onboarding guide 8" });
    rehearsal.tenant.database.run("update device set status = '管理中' where platform = 'iOS'");
    expect(await stepEight()).toMatchObject({ state: "done", next: null });
    rehearsal.tenant.database.run("update ade_device set profileStatus = 'removed' where pk = 1");
    expect(await stepEight()).toMatchObject({ state: "open" });
    // a mirror's devices are synced by CLOMO
    rehearsal.tenant.database.run("update tenant set mirroredAt = '2026-04-01T00:00:00.000Z'");
    expect(await stepEight()).toMatchObject({ state: "done" });
  });

  test("keeps an issued certificate open while its renewal is expired or critical", async () => {
    await using tenant = new TestTenant();
    const { client, fetch } = tenant;
    await client.tenant.set({ ios: true, ade: false, vpp: false });
    const { id } = await client.renewals.add({
      kind: "push-certificate",
      name: "本社 Push",
      expiresAt: "2026-09-27T05:00:00.000Z",
    });
    const stepSeven = async () => {
      const now = new Date("2026-11-20T01:00:00.000Z");
      const { stdout } = await run("onboarding status --format json --lang en", { tenant: fetch, now });
      return (JSON.parse(stdout) as readonly unknown[])[6];
    };
    expect(await stepSeven()).toMatchObject({
      state: "open",
      why: "MDM push certificate 本社 Push expired on 2026-09-27, 54 days ago",
      next: "clomoctl renewals guide '本社 Push'",
    });
    await client.renewals.edit(id, { expiresAt: "2026-12-01T05:00:00.000Z" });
    expect(await stepSeven()).toMatchObject({
      state: "open",
      why: expect.stringContaining("expires on 2026-12-01") as unknown,
    });
    await client.renewals.edit(id, { expiresAt: "2027-09-27T05:00:00.000Z" });
    expect(await stepSeven()).toMatchObject({ state: "done", next: null });
  });

  test("reads profiles except ADE profiles, and actions on devices", async () => {
    await using tenant = new TestTenant();
    const { client, fetch } = tenant;
    const steps = async () => {
      const { stdout } = await run("onboarding status --format json --lang en", { tenant: fetch });
      const rows = JSON.parse(stdout) as readonly { readonly state: string; readonly why: string }[];
      return [rows[9], rows[11]].map((row) => `${row?.state}: ${row?.why}`);
    };
    await client["config-profiles"].create({ name: "ADE", kind: "ade", orgs: ["全社"] });
    expect(await steps()).toEqual(["open: not answered yet", "not-applicable: for reference only"]);
    await client["config-profiles"].create({ name: "Wi-Fi", kind: "services" });
    const device = await client.devices.create({ serialNumber: "C02X" });
    await client["device-actions"].create({ kind: "lost-mode", ids: [device.after.id] });
    expect(await steps()).toEqual([
      "open: profiles: 1, of which 0 are installed automatically; not assigned: Wi-Fi",
      "done: actions on devices are recorded",
    ]);
  });

  test("is refused to an account that may not read the answers", async () => {
    await using tenant = new TestTenant();
    await addTestAccount(tenant, { name: "operator", role: "operator" });
    const actors = { operator: tenant.acting("operator").fetch };
    expect(await run("onboarding status --as operator", { tenant: tenant.fetch, actors })).toMatchObject({ exit: 4 });
  });
});
