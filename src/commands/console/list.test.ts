import { expect, test } from "vitest";
import { CONSOLE_WORK_NAMES } from "../../lib/model/console-task.ts";
import { nameIn } from "../../lib/model/import.ts";
import { displayWidth } from "../../lib/terminal/table/width.ts";
import { inBoth } from "../testing/program.ts";
import { testWrongLines } from "../testing/refusals.ts";
import { example } from "../testing/tenant.ts";

const { items } = example<{ items: readonly object[] }>("consoleTasks");

test("lists what is open, and names the first to be looked at", async () => {
  const { en, ja } = await inBoth("console list --format csv --fields number,work,place,name", {
    tenant: { consoleTasks: { items } },
  });
  expect(en.requests).toEqual([{ operation: "consoleTasks", query: { state: "open" } }]);
  expect(en.stdout).toBe('number,work,place,name\n3,repeat,"CLOMO PANEL, Users/Org",people.csv\n');
  expect(en.stderr).toContain("how to do one: clomoctl console show 3\n");
  expect(ja.stderr).toContain("手順を見る: clomoctl console show 3\n");
});

test("tells people what it is in their language", async () => {
  const { en, ja } = await inBoth("console list --format table --fields all", { tenant: { consoleTasks: { items } } });
  expect(en.stdout).toMatch(/make the changes of an import +CLOMO PANEL, Users\/Org +12 +people\.csv/);
  expect(ja.stdout).toMatch(/インポートと同じ変更をする +CLOMO PANEL の「Users\/Org」画面 +12/);
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
      importNumber: isField ? null : 1234,
      name: isField ? "入社年月日(社員証の表記)" : "全社員名簿_2026年11月.csv",
    };
  });
  const { en, ja } = await inBoth(`console list${option}`, {
    tenant: { consoleTasks: { items: tasks } },
    terminal: { columns },
  });
  for (const [language, { stdout }] of [["en", en] as const, ["ja", ja] as const]) {
    const lines = stdout.trimEnd().split("\n").slice(1);
    expect(lines).toHaveLength(tasks.length);
    for (const [at, { number, work, name }] of tasks.entries()) {
      const { [language]: words } = nameIn(CONSOLE_WORK_NAMES, work);
      for (const part of [String(number), words, name]) expect(lines[at]).toContain(part);
      expect(displayWidth(lines[at] ?? "")).toBeLessThanOrEqual(columns);
    }
  }
});

test.each([
  [{ file: "upload.csv" }, "upload a file", "ファイルをアップロードする", "upload.csv"],
  [{ file: "upload.csv", create: 0, delete: 2 }, "delete 2 by hand", "手作業で 2 件削除する", "upload-delete.xlsx"],
  [{ file: "up.csv", kind: "docs", mode: "replace", create: 0, delete: 2 }, "upload a file", "ファイルを", "up.csv"],
  [{ file: null, create: 0, delete: 2 }, "delete 2 by hand", "手作業で 2 件削除する", "people.csv"],
] as const)("an upload is called by the file that is to be handled: %o", async (task, what, ja, name) => {
  const upload = items.map((one) => ({ ...one, work: "upload", mode: "replace", ...task }));
  const shown = await inBoth("console list", { tenant: { consoleTasks: { items: upload } }, terminal: {} });
  for (const [{ stdout }, words] of [[shown.en, what] as const, [shown.ja, ja] as const]) {
    expect(stdout).toContain(words);
    expect(stdout).toMatch(new RegExp(`12 +${name}`));
  }
});

test("--all lists closed ones too, and none of them is to be done", async () => {
  const closed = items.map((task) => ({ ...task, state: "dropped" }));
  const { en } = await inBoth("console list --all --format json", { tenant: { consoleTasks: { items: closed } } });
  expect(en.requests).toEqual([{ operation: "consoleTasks" }]);
  expect(JSON.parse(en.stdout)).toMatchObject([{ number: 3, state: "dropped" }]);
  expect(en.stderr).toBe("");
});

const ID = "019a9f3c-5a00-7abc-8def-000000000005";

test("says of a record that it was deleted since", async () => {
  const gone = items.map((task) => ({ ...task, work: "edit", name: "花子", objectId: ID, gone: true }));
  const { en, ja } = await inBoth("console list", { tenant: { consoleTasks: { items: gone } }, terminal: {} });
  expect(en.stdout).toContain("花子 (deleted since)");
  expect(ja.stdout).toContain("花子(削除済み)");
});

testWrongLines(["console list 3"], ["console"]);
