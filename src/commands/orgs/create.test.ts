import { expect, test } from "vitest";
import type { WrittenOrg } from "../../lib/client/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example, toWritten } from "#support/commands/tenant.ts";

const { after } = example<WrittenOrg>("createOrg");
const made = (change: Partial<WrittenOrg> = {}): WrittenOrg =>
  toWritten(null, { ...after, name: "一課", code: null, path: "本社/一課" }, change);

test("a dry run says that nothing was changed and proposes nothing", async () => {
  const tenant = { createOrg: made({ dryRun: true }) };
  const { en } = await runInBoth("orgs create 一課 --dry-run", { tenant });
  expect(en.requests).toEqual([{ operation: "createOrg", json: { name: "一課", dryRun: true } }]);
  expect(en.stderr).toBe("would be created: 本社/一課\ndry run: nothing was changed\n");
  // it would be created with another id
  const { stdout } = await run("orgs create 一課 --dry-run --format json", { tenant });
  expect(JSON.parse(stdout)).toMatchObject({ id: null, path: "本社/一課" });
});
