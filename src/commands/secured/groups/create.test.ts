import { expect, test } from "vitest";
import type { WrittenSecuredGroup } from "../../../lib/client/index.ts";
import { runInBoth } from "#support/commands/program.ts";
import { example, toWritten } from "#support/commands/tenant.ts";

const { after } = example<WrittenSecuredGroup>("createSecuredGroup");
const made = (change: Partial<WrittenSecuredGroup> = {}): WrittenSecuredGroup =>
  toWritten(null, { ...after, name: "営業三部", users: 0 }, change);

test("sends the name", async () => {
  const tenant = { createSecuredGroup: made() };
  const { en } = await runInBoth("secured groups create 営業三部 --app docs", { tenant });
  expect(en.requests).toEqual([
    { operation: "createSecuredGroup", params: { app: "docs" }, json: { name: "営業三部", dryRun: false } },
  ]);
  expect(en).toMatchObject({ exit: 0, stderr: "created: 営業三部\n" });
});
