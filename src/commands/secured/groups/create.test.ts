import { expect, test } from "vitest";
import type { WrittenSecuredGroup } from "../../../lib/client/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const { after } = example<WrittenSecuredGroup>("createSecuredGroup");
const made = (change: Partial<WrittenSecuredGroup> = {}): WrittenSecuredGroup => ({
  before: null,
  after: { ...after, name: "営業三部", users: 0 },
  consoleTask: null,
  dryRun: false,
  ...change,
});

test("sends the name", async () => {
  const tenant = { createSecuredGroup: made() };
  const { en } = await runInBoth("secured groups create 営業三部 --app docs", { tenant });
  expect(en.requests).toEqual([
    { operation: "createSecuredGroup", params: { app: "docs" }, json: { name: "営業三部", dryRun: false } },
  ]);
  expect(en).toMatchObject({
    exit: 0,
    stderr: "created: 営業三部\n",
  });
});

test("a dry run changes nothing; a mirror names the task", async () => {
  const dry = { createSecuredGroup: made({ dryRun: true }) };
  const { stderr } = await run("secured groups create 営業三部 --app docs --dry-run", { tenant: dry });
  expect(stderr).toBe("would be created: 営業三部\ndry run: nothing was changed\n");
  const tenant = { createSecuredGroup: made({ consoleTask: 4 }) };
  const { en } = await runInBoth("secured groups create 営業三部 --app docs", { tenant });
  expect(en.stderr).toContain("clomoctl console show 4\n");
});
