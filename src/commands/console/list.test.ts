import { expect, test } from "vitest";
import { recordOf, taskOf, taskOfImport } from "#support/commands/console-tasks.ts";
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

test.each([
  [1, "carry out: lost mode", "実行する: 紛失モード"],
  [2, "carry out: lost mode 2", "実行する: 紛失モード 2"],
])("names the action on %i devices, and programs get the same in both languages", async (count, told, toldJa) => {
  const changes = [{ field: "kind", before: null, after: "lost-mode" }];
  const record = recordOf({ thing: "device_action", kind: "devices", work: "perform", name: "S1", changes });
  const records = Array.from({ length: count }, () => record);
  const tenant = tenantWith(taskOf({}, { create: count, update: 0, records }));
  const { en, ja } = await runInBoth("console list --format table", { tenant, terminal: { columns: 100 } });
  expect([en.stdout, ja.stdout]).toEqual([expect.stringContaining(told), expect.stringContaining(toldJa)]);
  for (const format of ["tsv", "csv"]) {
    const both = await runInBoth(`console list --format ${format}`, { tenant });
    expect(both.en.stdout).toBe(both.ja.stdout);
    expect(both.en.stdout).toContain(told);
  }
});
