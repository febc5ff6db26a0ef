import { expect, test } from "vitest";
import { OPERATIONS } from "../../lib/model/role.ts";
import { runInBoth, run } from "#support/commands/program.ts";

test("shows where a role may do each operation, without a tenant", async () => {
  const { en } = await runInBoth("roles show オペレーター", { terminal: { columns: 200 } });
  expect(en).toMatchObject({ exit: 0, stderr: "", requests: [] });
  expect(en.stdout).toMatch(/^devices\.note +devices +change memos and tags of devices +inside$/m);
  expect(en.stdout).toMatch(/^accounts\.write +CLOMO accounts +create accounts and appoint operators +-$/m);
});

test("JSON has every operation; the role none has no operations", async () => {
  const { stdout } = await run("roles show custom --format json");
  const rows = JSON.parse(stdout) as readonly Readonly<Record<string, unknown>>[];
  expect(rows.map(({ operation }) => operation)).toEqual(Object.keys(OPERATIONS));
  expect(rows).toContainEqual({
    operation: "users.move",
    group: "users",
    about: "move users between organisations",
    reach: "item",
  });
  expect((await run("roles show none --format json")).stdout).toBe("[]\n");
});
