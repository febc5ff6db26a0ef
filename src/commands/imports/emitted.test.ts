import { expect, test } from "vitest";
import { Failure } from "../../lib/errors/index.ts";
import { inBoth, run } from "#support/commands/program.ts";
import { testWrongLines } from "#support/commands/refusals.ts";
import { committed, ID, planOf } from "#support/commands/imports/plans.ts";

const idOf = (last: number): string => ID.replace(/5$/, String(last));
const tenant = {
  imports: {
    items: [
      planOf(),
      planOf({ id: idOf(6), state: "awaiting-console" }),
      committed(planOf({ id: idOf(7) })),
      planOf({ id: idOf(8), state: "awaiting-console" }),
      planOf({ id: idOf(9), state: "discarded" }),
    ],
  },
};

test("lists the plans that wait for the console and no others, in both languages", async () => {
  const { en, ja } = await inBoth("imports emitted --fields id,state", { tenant });
  expect(en).toMatchObject({ exit: 0, requests: [{ operation: "imports" }] });
  expect(en.stdout).toBe(`id\tstate\n${idOf(6)}\tawaiting-console\n${idOf(8)}\tawaiting-console\n`);
  expect(ja.stdout).toBe(en.stdout);
});

test("has the columns of imports list", async () => {
  const answers = { imports: { items: [planOf({ state: "awaiting-console" })] } };
  const emitted = await run("imports emitted", { tenant: answers });
  expect(emitted.stdout).toBe((await run("imports list", { tenant: answers })).stdout);
});

test.each([
  ["users", "追加更新"],
  ["docs", "全件更新"],
] as const)("shows the mode in which the console takes the file of a replacing import of %s", async (kind, name) => {
  const answers = { imports: { items: [planOf({ kind, mode: "replace", state: "awaiting-console" })] } };
  const { ja } = await inBoth("imports emitted", { tenant: answers, terminal: {} });
  expect(ja.stdout).toContain(` ${name} `);
  const [told] = JSON.parse((await run("imports emitted --format json", { tenant: answers })).stdout) as object[];
  expect(told).toMatchObject({ mode: "replace", uploadMode: name === "全件更新" ? "replace" : "append" });
});

test("says why there is no answer, in both languages", async () => {
  const unavailable = new Failure("unavailable", { what: { en: "no answer", ja: "応答なし" } });
  const { en, ja } = await inBoth("imports emitted", { tenant: { imports: unavailable } });
  expect(en).toMatchObject({ exit: 7, stdout: "", stderr: "error: no answer\n" });
  expect(ja).toMatchObject({ exit: 7, stdout: "", stderr: "エラー: 応答なし\n" });
});

testWrongLines(["imports emitted --limit 1"], ["imports emitted 0198c0de"]);
