import { expect, test } from "vitest";
import type { WrittenOrg } from "../../lib/client/index.ts";
import { runInBoth } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const { after: org } = example<WrittenOrg>("editOrg");
const renamed = (change: Partial<WrittenOrg> = {}): WrittenOrg => ({
  before: org,
  after: { ...org, name: "営業本部", path: "営業本部", code: null },
  consoleTask: null,
  dryRun: false,
  ...change,
});
const finding = { findOrgs: example("findOrgs") };

test("sends what changes, and shows old and new values", async () => {
  const tenant = { ...finding, editOrg: renamed() };
  const { en } = await runInBoth(["orgs", "edit", "S01", "--name", "営業本部", "--code", ""], { tenant });
  expect(en.requests).toEqual([
    { operation: "findOrgs", query: { name: "S01" } },
    { operation: "editOrg", params: { id: org.id }, json: { name: "営業本部", code: null, dryRun: false } },
  ]);
  expect(en.exit).toBe(0);
  expect(en.stderr).toBe(["name: 営業部 → 営業本部", "code: S01 → (blank)", "path: 営業部 → 営業本部", ""].join("\n"));
});
