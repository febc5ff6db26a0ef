import { expect, test } from "vitest";
import type { Org, WrittenOrg } from "../../lib/client/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const { after } = example<WrittenOrg>("createOrg");
const made = (change: Partial<WrittenOrg> = {}): WrittenOrg => ({
  before: null,
  after: { ...after, name: "一課", code: null, path: "本社/一課" },
  consoleTask: null,
  dryRun: false,
  ...change,
});
const parent = example<{ items: Org[] }>("findOrgs").items[0];
const findOrgs = example("findOrgs");

test("sends the given values, and the parent by its ID", async () => {
  const tenant = { findOrgs, createOrg: made() };
  const { en } = await runInBoth("orgs create 一課 --code S03 --parent 営業部", { tenant });
  expect(en.requests).toEqual([
    { operation: "findOrgs", query: { name: "営業部" } },
    { operation: "createOrg", json: { name: "一課", code: "S03", parentId: parent?.id, dryRun: false } },
  ]);
  expect(en).toMatchObject({
    exit: 0,
    stderr: "created: 本社/一課\n",
  });
  expect(en.stdout).toContain("\t本社/一課\t");
});

test("a dry run says that nothing was changed and proposes nothing", async () => {
  const tenant = { createOrg: made({ dryRun: true }) };
  const { en } = await runInBoth("orgs create 一課 --dry-run", { tenant });
  expect(en.requests).toEqual([{ operation: "createOrg", json: { name: "一課", dryRun: true } }]);
  expect(en.stderr).toBe("would be created: 本社/一課\ndry run: nothing was changed\n");
  // it would be created with another id
  const { stdout } = await run("orgs create 一課 --dry-run --format json", { tenant });
  expect(JSON.parse(stdout)).toMatchObject({ id: null, path: "本社/一課" });
});
