import { expect, test } from "vitest";
import { Failure } from "../../lib/errors/index.ts";
import { inBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const closed = (...numbers: readonly number[]) => ({
  items: numbers.map((number) => example("consoleTask", { number, state: "dropped" })),
});

test("closes each task once, in one request, and shows them", async () => {
  const tenant = { closeConsoleTasks: closed(3, 4) };
  const { exit, stdout, stderr, requests } = await run("console drop 3 4 3 --fields number,state", { tenant });
  expect({ exit, stdout }).toEqual({ exit: 0, stdout: "number\tstate\n3\tdropped\n4\tdropped\n" });
  expect(stderr).toMatch(/^task 3 is recorded: .*\ntask 4 is recorded: .*\n.* import EXPORT.csv --from-console\n$/);
  expect(requests).toEqual([{ operation: "closeConsoleTasks", json: { numbers: [3, 4], state: "dropped" } }]);
});

test("says in a sentence what is recorded, and shows people the task as fields", async () => {
  const tenant = { closeConsoleTasks: closed(3) };
  const { en, ja } = await inBoth("console drop 3", { tenant, terminal: { columns: 80 } });
  expect(en.stdout).toMatch(/^what +users: create 118$/m);
  expect(en.stdout).not.toContain("…");
  expect(en.stderr).toMatch(
    /^task 3 is recorded: dropped \(users: create 118: people\.csv\)\nthe values here stay until the next export, /,
  );
  expect(en.stderr).toMatch(/import its next\s+export: clomoctl users import EXPORT\.csv --from-console\n$/);
  expect(ja.stderr).toMatch(
    /^作業 3 を「取り下げ」として記録しました\(ユーザー: 追加 118: people\.csv\)\n次のエクスポートで管理画面の値になり、/,
  );
});

test("who acts with a part of the rights is told whom to ask for the next export", async () => {
  const change = { number: 3, state: "dropped", kind: "docs" };
  const tenant = { closeConsoleTasks: { items: [example("consoleTask", change)] }, whoami: example("whoami") };
  const { en, ja } = await inBoth("console drop 3 --as hanako", { tenant });
  expect(en.stderr).toContain(
    "ask a system administrator to take over its next export: clomoctl secured users import EXPORT.csv --app docs --from-console\n",
  );
  expect(ja.stderr).toContain("取り込みをシステム管理者に依頼してください");
});

test.each([
  ["gone", { gone: true, objectId: "00000000-0000-7000-8000-000000000009", importNumber: null }],
  ["of a custom field", { work: "add-field", importNumber: null, name: "入社年度" }],
] as const)("no export is asked for where none decides: %s", async (_, change: object) => {
  const task = example("consoleTask", { number: 3, state: "dropped", ...change });
  const { stderr } = await run("console drop 3", { tenant: { closeConsoleTasks: { items: [task] } } });
  expect(stderr).not.toContain("next export");
});

test("of what no export shows it says that the record stays, and how to undo it", async () => {
  const task = {
    number: 3,
    state: "dropped",
    work: "edit",
    thing: "account",
    objectId: "00000000-0000-7000-8000-000000000009",
    name: "yamazaki",
    fromChange: 9,
    changes: [{ field: "role", before: "none", after: "system" }],
  };
  const dropped = (changed: object) => ({
    closeConsoleTasks: { items: [example("consoleTask", { ...task, ...changed })] },
  });
  const { en, ja } = await inBoth("console drop 3", { tenant: dropped({}), terminal: { columns: 300 } });
  expect(en.stderr).toContain(
    "what was recorded here stays and counts, as no export of the console shows it; undo: clomoctl undo 9\n",
  );
  expect(ja.stderr).toContain("ここでの記録は有効なまま残ります");
  expect(ja.stderr).toContain("取り消すには: clomoctl undo 9\n");
  const renamed = { changes: [{ field: "name", before: "yama", after: "yamazaki" }] };
  const named = await run("console drop 3", { tenant: dropped(renamed), terminal: { columns: 300 } });
  expect(named.stderr).not.toContain("stays and counts");
  const confirmed = await run("console drop 3", { tenant: dropped({ thing: null }), terminal: { columns: 300 } });
  expect(confirmed.stderr).not.toContain("stays and counts");
});

test("says why none was recorded", async () => {
  const missing = new Failure("not-found", { what: { en: "no task 99", ja: "作業 99 はありません" } });
  const { en, ja } = await inBoth("console drop 3 99", { tenant: { closeConsoleTasks: missing } });
  expect(en).toMatchObject({ exit: 6, stdout: "", stderr: "error: no task 99\n" });
  expect(ja.stderr).toContain("作業 99 はありません\n");
});
