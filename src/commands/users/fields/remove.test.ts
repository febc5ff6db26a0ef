import { expect, test } from "vitest";
import type { CustomField } from "../../../lib/client/index.ts";
import { run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const [joined] = example<{ items: readonly [CustomField] }>("fields").items;
const fields = { items: [joined] };
const LINE = "users fields remove 入社年";

test("the number of values to be lost confirms the removal, and counts for it", async () => {
  const tenant = { fields, field: { ...joined, users: 2 }, removeField: joined };
  const question = "delete 2. To continue, type the number of";
  const typed = await run(LINE, { tenant, terminal: { typing: [[question, "2\r"]] } });
  expect(typed.exit).toBe(0);
  expect(typed.requests.at(-1)).toMatchObject({ operation: "removeField", query: { users: "2" }, base: "7" });
  expect(typed.stderr).toContain("undo does not restore the field 入社年 and its values");
  const named = await run(`${LINE} --confirm-deletions 2`, { tenant });
  expect(named).toMatchObject({ exit: 0, stderr: expect.not.stringContaining("clomoctl undo") as unknown });
  const { removeField: _, ...kept } = tenant;
  for (const option of ["", " --yes", " --confirm-deletions 3"])
    expect(await run(LINE + option, { tenant: kept })).toMatchObject({ exit: 3, stdout: "" });
  expect(await run(`${LINE} --dry-run`, { tenant: kept })).toMatchObject({ exit: 0 });
});

test("a field without values is removed after yes", async () => {
  const tenant = { fields, field: { ...joined, users: 0 }, removeField: joined };
  expect(await run(`${LINE} --yes`, { tenant })).toMatchObject({ exit: 0 });
  const { removeField: _, ...kept } = tenant;
  expect(await run(LINE, { tenant: kept })).toMatchObject({ exit: 2 });
});
