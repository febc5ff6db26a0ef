import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshFolder, run, runInBoth } from "#support/commands/program.ts";

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
