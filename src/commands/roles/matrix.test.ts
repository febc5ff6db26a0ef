import { expect, test } from "vitest";
import { ROLE_POLICY } from "../../lib/model/role-policy.ts";
import { ADMINISTRATOR_ROLES, OPERATIONS, type Operation } from "../../lib/model/role.ts";
import { displayWidth } from "../../lib/terminal/table/width.ts";
import { runInBoth, run } from "#support/commands/program.ts";

test("prints a table of 80 columns with a row for each operation; asks no tenant", async () => {
  const { en, ja } = await runInBoth("roles matrix", { terminal: { columns: 80 } });
  expect(en).toMatchObject({ exit: 0, stderr: "", requests: [] });
  for (const { stdout } of [en, ja]) {
    const lines = stdout.trimEnd().split("\n");
    expect(Math.max(...lines.map((line) => displayWidth(line)))).toBeLessThanOrEqual(80);
    expect(lines).toHaveLength(Object.keys(OPERATIONS).length + 1);
    expect(stdout).not.toContain("…");
  }
  expect(en.stdout).toMatch(/^create and change users +all +inside +- +item$/m);
});

test("CSV and JSON contain the policy cell by cell", async () => {
  const { stdout } = await run("roles matrix --format json");
  for (const row of JSON.parse(stdout) as readonly Readonly<Record<string, string>>[])
    for (const role of ADMINISTRATOR_ROLES) expect(row[role]).toBe(ROLE_POLICY[row["operation"] as Operation][role]);
  const csv = await run("roles matrix --role オペレーター --format csv");
  const [header, first] = csv.stdout.split(/\r?\n/);
  expect(header).toBe("operation,group,about,operator");
  expect(first).toBe("tenant.write,tenant,change tenant information,no");
});
