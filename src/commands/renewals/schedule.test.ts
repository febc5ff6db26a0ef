import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshFolder, run, runInBoth } from "#support/commands/program.ts";
import { TestTenant } from "#support/tenant/tenant.ts";

test("prints one line with its home, changes nothing, and says that nobody gets reminders yet", async () => {
  const home = freshFolder();
  const environment = { CLOMOCTL_HOME: home };
  const { en } = await runInBoth("renewals schedule --at 08:30", { home, environment });
  expect(en.exit).toBe(0);
  expect(en.stdout).toMatch(/^30 8 \* \* \* CLOMOCTL_HOME='[^']+' '.*' 'status' '--notify' '--no-input' .*\n$/);
  expect(en.stdout).toContain(`CLOMOCTL_HOME='${home}'`);
  expect(en.stderr).toContain("renewals notify init");
  expect(existsSync(join(home, "runs"))).toBe(false);
  writeFileSync(join(home, "notify.yaml"), "recipients: []\n", { mode: 0o600 });
  expect((await run("renewals schedule", { home, environment })).stderr).toBe("");
});

test("names the context and its token file, and refuses what a later run cannot read", async () => {
  const home = freshFolder();
  await run("context add far --url https://far.example.jp", { home });
  const { stdout } = await run("renewals schedule --context far --token-file token", { home });
  expect(stdout).toMatch(/'--context' 'far' '--token-file' '\/.*\/token'/);
  expect((await run("renewals schedule --token-file -", { home })).exit).toBe(2);
  expect((await run("renewals schedule --context gone", { home })).exit).toBe(6);
});

test("each run is noted for its context, so that a missed run is found", async () => {
  const [home, { fetch: tenant }] = [freshFolder(), new TestTenant()];
  mkdirSync(join(home, "tenants", "local"), { recursive: true });
  await run("status", { home, tenant });
  expect(existsSync(join(home, "runs", "local"))).toBe(false);
  const now = new Date("2026-11-20T00:00:00Z");
  await run("status --notify", { home, tenant, now });
  expect(readFileSync(join(home, "runs", "local"), "utf8")).toBe(`${now.toISOString()}\n`);
  const late = await run("status --lang en", { home, tenant, now: new Date("2026-11-21T03:00:00Z") });
  expect(late).toMatchObject({ exit: 1 });
  expect(late.stdout).toContain(
    "WARNING local: the daily run is overdue: last run 2026-11-20 09:00: clomoctl renewals schedule",
  );
});

test("a run that cannot be noted fails after it told everything", async () => {
  const [home, { fetch: tenant }] = [freshFolder(), new TestTenant()];
  for (const folder of [
    ["tenants", "local"],
    ["runs", "local", "in the way"],
  ])
    mkdirSync(join(home, ...folder), { recursive: true });
  const { en } = await runInBoth("status --notify", { home, tenant });
  expect(en).toMatchObject({ exit: 3, stderr: expect.stringContaining(join(home, "runs", "local")) });
});
