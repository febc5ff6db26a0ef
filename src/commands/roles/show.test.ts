import { expect, test } from "vitest";
import { runInBoth } from "#support/commands/program.ts";

test("shows where a role may do each operation, without a tenant", async () => {
  const { en } = await runInBoth("roles show operator", { terminal: { columns: 200 } });
  expect(en).toMatchObject({ exit: 0, stderr: "", requests: [] });
  expect(en.stdout).toMatch(/^devices\.note +devices +change memos and tags of devices +inside$/m);
  expect(en.stdout).toMatch(/^accounts\.write +CLOMO accounts +create accounts and appoint operators +-$/m);
});
