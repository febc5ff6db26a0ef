import { expect, test } from "vitest";
import { taskOfImport } from "#support/commands/console-tasks.ts";
import { runInBoth } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const TENANT = example("tenant");
const tenantWith = (...items: readonly object[]) => ({ tenant: TENANT, consoleTasks: { items } });

test("lists open tasks and names the first task to look at", async () => {
  const { en, ja } = await runInBoth("console list --format csv --fields number,work,place,name", {
    tenant: tenantWith(taskOfImport()),
  });
  expect(en.requests[0]).toEqual({ operation: "consoleTasks" });
  expect(en.stdout).toBe('number,work,place,name\n3,"add 1, change 2","CLOMO PANEL, Users/Org",people.csv\n');
  expect(en.stderr).toContain("to see the steps of a task: clomoctl console show 3\n");
  expect(ja.stderr).toContain("作業の手順を見るには: clomoctl console show 3\n");
});

test("names the awaited exports, even if no task is open", async () => {
  const tenant = { tenant: example("tenant", { exportsAwaited: ["users"] }), consoleTasks: { items: [] } };
  const { en, ja } = await runInBoth("console list", { tenant });
  expect(en.stderr).toContain("import the next console export: clomoctl console sync EXPORT.csv\n");
  expect(ja.stderr).toContain("ミラーは管理画面と異なっています");
});
