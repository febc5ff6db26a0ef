import { expect, test } from "vitest";
import type { AccountSettings, WrittenAccountSettings } from "../../../lib/client/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example, toWritten } from "#support/commands/tenant.ts";

const free = example<AccountSettings>("accountSettings", { composition: "free-text" });
const set = (change: Partial<AccountSettings>, more: Partial<WrittenAccountSettings> = {}): WrittenAccountSettings =>
  toWritten(free, { ...free, ...change }, more);
const tenant = {
  setAccountSettings: set({ composition: "employee-code" }, { consoleTask: 5 }),
};
const LINE = "clomo-account settings set --composition employee-code";

test("sets what account names are built from", async () => {
  const { en } = await runInBoth(LINE, { tenant });
  expect(en.requests).toEqual([
    { operation: "setAccountSettings", json: { composition: "employee-code", dryRun: false } },
  ]);
  expect(en.stderr).toContain("account names are built from: free text → employee code of the user\n");
});

test("sends an authentication type unchanged, and a dry run asks nothing", async () => {
  const setAccountSettings = set({ authentication: "LDAP 認証" }, { dryRun: true });
  const line = ["clomo-account", "settings", "set", "--authentication", "LDAP 認証", "--dry-run"];
  const { exit, stderr, requests } = await run(line, { tenant: { setAccountSettings } });
  expect(exit).toBe(0);
  expect(requests.at(-1)).toMatchObject({ json: { authentication: "LDAP 認証", dryRun: true } });
  expect(stderr).toContain("authentication type: (blank) → LDAP 認証\ndry run: nothing was changed\n");
});
