import { expect, test } from "vitest";
import { runInBoth } from "#support/commands/program.ts";
import { PLAN_ID, planOf } from "#support/commands/imports/plans.ts";

const imports = { items: [planOf()] };

test("discards the plan with the given ID, and shows it", async () => {
  const tenant = { imports, discardImport: planOf({ state: "discarded" }) };
  const { en, ja } = await runInBoth("imports discard P12 --format json", { tenant });
  const { number, fileName } = planOf();
  expect(en).toMatchObject({
    exit: 0,
    stderr: `plan ${number} (${fileName}) was discarded; the tenant was not changed\n`,
  });
  expect(ja.stderr).toContain(`計画 ${number}(${fileName})を破棄しました。テナントは変更していません\n`);
  expect(JSON.parse(en.stdout)).toMatchObject({ id: PLAN_ID, state: "discarded" });
  expect(en.requests).toEqual([{ operation: "imports" }, { operation: "discardImport", params: { id: PLAN_ID } }]);
  expect(ja.stdout).toBe(en.stdout);
});
