import { OPERATIONS } from "../../lib/derived/role-policy.ts";
import { expect, test } from "vitest";
import { displayWidth } from "../../lib/terminal/width.ts";
import { runInBoth } from "#support/commands/program.ts";

test("prints a table of 80 columns with a row for each operation; asks no tenant", async () => {
  const { en, ja } = await runInBoth("roles matrix", { terminal: { columns: 80 } });
  expect(en).toMatchObject({ exit: 0, stderr: expect.stringContaining("does not define") as string, requests: [] });
  for (const { stdout } of [en, ja]) {
    const lines = stdout.trimEnd().split("\n");
    expect(Math.max(...lines.map((line) => displayWidth(line)))).toBeLessThanOrEqual(80);
    expect(lines).toHaveLength(Object.keys(OPERATIONS).length + 1);
    expect(stdout).not.toContain("…");
  }
  expect(en.stdout).toMatch(/^create and change users +all +inside +- +item$/m);
});

test("shows where one role may do each operation", async () => {
  const { en } = await runInBoth("roles matrix --role operator", { terminal: { columns: 200 } });
  expect(en.stdout).toMatch(/^change memos and tags of devices +inside$/m);
  expect(en.stdout).toMatch(
    /^create CLOMO accounts and appoint operators +-$|^create accounts and appoint operators +-$/m,
  );
});
