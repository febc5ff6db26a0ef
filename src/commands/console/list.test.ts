import { expect, test } from "vitest";
import { CONSOLE_WORK_NAMES } from "../../lib/model/console-task.ts";
import { displayWidth } from "../../lib/terminal/table/width.ts";
import { inBoth } from "#support/commands/program.ts";
import type { ConsoleTask } from "../../lib/client/index.ts";
import { example } from "#support/commands/tenant.ts";
import { workOf } from "./steps.ts";

const { items } = example<{ items: readonly object[] }>("consoleTasks");

const TENANT = example("tenant");

test("lists what is open, and names the first to be looked at", async () => {
  const { en, ja } = await inBoth("console list --format csv --fields number,work,place,name", {
    tenant: { tenant: TENANT, consoleTasks: { items } },
  });
  expect(en.requests[0]).toEqual({ operation: "consoleTasks", query: { state: "open" } });
  expect(en.stdout).toBe('number,work,place,name\n3,repeat,"CLOMO PANEL, Users/Org",people.csv\n');
  expect(en.stderr).toContain("how to do one: clomoctl console show 3\n");
  expect(ja.stderr).toContain("手順を見る: clomoctl console show 3\n");
});

test("names the exports that are awaited, where nothing is open too", async () => {
  const tenant = { tenant: example("tenant", { exportsAwaited: ["users"] }), consoleTasks: { items: [] } };
  const { en, ja } = await inBoth("console list", { tenant });
  expect(en.stderr).toContain("import its next export: clomoctl users import EXPORT.csv --from-console\n");
  expect(ja.stderr).toContain("ミラーは管理画面と異なっています");
});

test("a mirror that a bundle alone made says that earlier work is not known, and what to type", async () => {
  const tenant = { tenant: example("tenant", { mirrorOfBundle: true }), consoleTasks: { items: [] } };
  const { en, ja } = await inBoth("console list", { tenant });
  expect(en.stderr).toContain("what was to be done in the console before is not known here");
  expect(en.stderr).toContain("clomoctl users import EXPORT.csv --from-console\n");
  expect(ja.stderr).toContain("ここでは分かりません");
});

test("who acts with a part of the rights is told whom to ask for an export that is awaited", async () => {
  const tenant = {
    tenant: example("tenant", { exportsAwaited: ["users"] }),
    consoleTasks: { items: [] },
    whoami: example("whoami"),
  };
  const { en, ja } = await inBoth("console list --as hanako", { tenant });
  expect(en.stderr).toContain(
    "ask a system administrator to take over its next export: clomoctl users import EXPORT.csv --from-console\n",
  );
  expect(ja.stderr).toContain("次のエクスポートの取り込みをシステム管理者に依頼してください: clomoctl users import");
});

test("tells people what it is in their language", async () => {
  const { en, ja } = await inBoth("console list --format table --fields all", {
    tenant: { tenant: TENANT, consoleTasks: { items } },
  });
  expect(en.stdout).toMatch(/users: create 118 +CLOMO PANEL, Users\/Org +17 +17 +people\.csv/);
  expect(ja.stdout).toMatch(/ユーザー: 追加 118 +CLOMO PANEL の「Users\/Org」画面 +17/);
});

test.each([
  ["", 80],
  [" --all", 100],
])("number, work and record stand whole on a terminal: console list%s", async (option, columns) => {
  const [task = {}] = items;
  const tasks = Object.entries(CONSOLE_WORK_NAMES).map(([work], at) => {
    const isField = work.endsWith("field");
    return {
      ...task,
      number: 98 + at,
      work,
      mode: isField ? null : "append",
      create: isField ? 0 : 1180,
      importNumber: isField ? null : "1234",
      fromChange: 1234,
      name: isField ? "入社年月日(社員証の表記)" : "全社員名簿_2026年11月.csv",
    };
  });
  const { en, ja } = await inBoth(`console list${option}`, {
    tenant: { tenant: TENANT, consoleTasks: { items: tasks } },
    terminal: { columns },
  });
  for (const [language, { stdout }] of [["en", en] as const, ["ja", ja] as const]) {
    const lines = stdout.trimEnd().split("\n").slice(1);
    expect(lines).toHaveLength(tasks.length);
    for (const [at, { work, ...task }] of tasks.entries()) {
      const { number, name } = task;
      const { [language]: words } = workOf({ ...task, work, name } as unknown as ConsoleTask);
      for (const part of [String(number), words, name]) expect(lines[at]).toContain(part);
      expect(displayWidth(lines[at] ?? "")).toBeLessThanOrEqual(columns);
    }
  }
});

test.each([
  [{ file: "up.csv" }, "upload users (追加更新)  ", "ユーザーをアップロード(追加更新)  ", "up.csv"],
  [
    { file: "up.csv", delete: 4 },
    "upload users (追加更新), delete 4 by hand",
    "(追加更新)、4 件を手作業で削除",
    "up.csv",
  ],
  [{ file: "up.csv", kind: "docs", delete: 4 }, "upload docs (全件更新)  ", "docsをアップロード(全件更新)  ", "up.csv"],
  [
    { file: "up.csv", kind: "devices", delete: 4 },
    "upload devices, delete 4 by hand",
    "アップロード、4 件を手作業で削除",
    "up.csv",
  ],
  [{ file: "up.csv", create: 0, delete: 2 }, "delete 2 users by hand", "手作業で 2 件削除する", "up-delete.xlsx"],
  [{ file: "up.csv", kind: "docs", create: 0, delete: 2 }, "upload docs (全", "docsをアップロード(全", "up.csv"],
  [{ file: null, create: 0, delete: 2 }, "delete 2 users by hand", "手作業で 2 件削除する", "people.csv"],
] as const)("an upload is called by the file that is to be handled: %o", async (task, what, ja, name) => {
  const upload = items.map((one) => ({
    ...one,
    work: "upload",
    mode: "replace",
    importNumber: "P12",
    fromChange: null,
    ...task,
  }));
  const shown = await inBoth("console list", {
    tenant: { tenant: TENANT, consoleTasks: { items: upload } },
    terminal: {},
  });
  for (const [{ stdout }, words] of [[shown.en, what] as const, [shown.ja, ja] as const]) {
    expect(stdout).toContain(words);
    expect(stdout).toMatch(new RegExp(`P12 +${name}`));
  }
});

test("--all lists closed ones too, and none of them is to be done", async () => {
  const closed = items.map((task) => ({ ...task, state: "dropped" }));
  const { en } = await inBoth("console list --all --format json", {
    tenant: { tenant: TENANT, consoleTasks: { items: closed } },
  });
  expect(en.requests[0]).toEqual({ operation: "consoleTasks" });
  expect(JSON.parse(en.stdout)).toMatchObject([{ number: 3, state: "dropped" }]);
  expect(en.stderr).toBe("");
});

test("names what an export contradicted, in the list and for programs", async () => {
  const doubtedAt = "2026-11-20T01:23:45.000Z";
  const tenant = {
    tenant: TENANT,
    consoleTasks: { items: [...items, ...items.map((task) => ({ ...task, doubtedAt }))] },
  };
  const { en, ja } = await inBoth("console list", { tenant, terminal: { columns: 100 } });
  expect(en.stdout).toMatch(/people\.csv +open\n.*people\.csv +contradicted\n$/);
  expect(ja.stdout).toMatch(/people\.csv +未了\n.*people\.csv +不一致\n$/);
  const { stdout } = (await inBoth("console list --format json", { tenant })).en;
  expect(JSON.parse(stdout)).toMatchObject([
    { state: "open", doubtedAt: null },
    { state: "open", doubtedAt },
  ]);
  const closed = items.map((task) => ({ ...task, state: "confirmed", doubtedAt }));
  const all = await inBoth("console list --all", {
    tenant: { tenant: TENANT, consoleTasks: { items: closed } },
    terminal: {},
  });
  expect(all.en.stdout).not.toContain("contradicted");
});

const ID = "019a9f3c-5a00-7abc-8def-000000000005";

test.each([
  [{ create: 1, update: 2, delete: 3 }, "users: create 1, update 2, delete 3", "ユーザー: 追加 1、更新 2、削除 3"],
  [{ work: "delete", mode: "delete", create: 0, delete: 3 }, "users: delete 3", "ユーザー: 削除 3"],
  [{ work: "undo", kind: "docs" }, "docs, undoing: create 118", "docsの取り消し: 追加 118"],
  [{ create: 0 }, "make the changes of an import", "インポートと同じ変更をする"],
] as const)("what an import changed is told by kind and numbers: %o", async (change, english, japanese) => {
  const tasks = items.map((task) => ({ ...task, ...change }));
  const { en, ja } = await inBoth("console list", {
    tenant: { tenant: TENANT, consoleTasks: { items: tasks } },
    terminal: {},
  });
  expect(en.stdout).toContain(english);
  expect(ja.stdout).toContain(japanese);
});

test("says of a record that it was deleted since", async () => {
  const gone = items.map((task) => ({ ...task, work: "edit", name: "花子", objectId: ID, gone: true }));
  const { en, ja } = await inBoth("console list", {
    tenant: { tenant: TENANT, consoleTasks: { items: gone } },
    terminal: {},
  });
  expect(en.stdout).toContain("花子 (deleted since)");
  expect(ja.stdout).toContain("花子(削除済み)");
});
