import { expect, test } from "vitest";
import type { Import } from "../../lib/client/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { toCommittedPlan, planOf } from "#support/commands/imports/plans.ts";

const tenant = {
  imports: {
    items: [
      planOf({ number: "P13", kind: "docs", mode: "replace", rows: 21, create: 3, update: 4, delete: 5, invalid: 6 }),
      toCommittedPlan(),
    ],
  },
};

test("lists every import with what it did, the same in both languages", async () => {
  const { en, ja } = await runInBoth("imports list", { tenant });
  expect(en).toMatchObject({ exit: 0, stderr: "", requests: [{ operation: "imports" }] });
  expect(en.stdout.split("\n")).toEqual([
    "number\tstate\tcreatedAt\tfileName\tactor\tchanges",
    "P13\tplanned\t2026-11-20T01:23:45.000Z\tpeople.csv\towner (hanako)\t+3 ~4 -5",
    "17\tcommitted\t2026-11-20T01:23:45.000Z\tpeople.csv\towner (hanako)\t+1 ~1",
    "",
  ]);
  expect(ja.stdout).toBe(en.stdout);
});

test("plans that were not committed are not listed", async () => {
  const items = [planOf({ rejected: true }), planOf({ state: "discarded", number: "P2" })];
  const { stdout } = await run("imports list --fields number,state", { tenant: { imports: { items } }, terminal: {} });
  expect(stdout.trimEnd().split("\n").slice(1)).toEqual([expect.stringMatching(/refused$/)]);
});

test("what is not an import of a file is shown as what it is, with the records or their kind", async () => {
  const items = [
    planOf({ mode: "undo", fileName: "" }),
    planOf({ mode: "undo", drops: [3], fileName: "" }),
    planOf({ mode: "delete", fileName: "a@x, b@x" }),
    { ...planOf({ fileName: "b.csv", state: "undone-in-part" }), request: { fromConsole: true } as Import["request"] },
  ];
  const { en, ja } = await runInBoth("imports list", { tenant: { imports: { items } }, terminal: {} });
  expect(en.stdout).toMatch(
    / undo: users [^]* drop: users [^]* delete: a@x, b@x [^]* partly undone .* b\.csv \(import a /,
  );
  expect(ja.stdout).toMatch(
    / 取り消し: ユー[^]* 取り下げ: ユー[^]* 削除: a@x, b@x [^]* 一部取り消し .* b\.csv\(管理画面/,
  );
});
