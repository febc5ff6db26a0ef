import { describe, expect, test } from "vitest";
import { taskOf, taskOfImport, recordOf } from "#support/commands/console-tasks.ts";
import type { ConsoleTask } from "../../../lib/client/index.ts";
import { ALL_OPERATIONS } from "#support/client/whole-client.ts";
import { ACCOUNT, ACCOUNT_SETTINGS, ACCOUNT_SETTINGS_ID } from "../../../lib/nouns/account.ts";
import { NOT_EXPORTED_KINDS, FORMAT_NAMES, type FormatName } from "../../../lib/nouns/index.ts";
import { FORMATS } from "../../../lib/derived/formats.ts";
import { listEditableFields } from "../../../lib/model/thing.ts";
import { ACCOUNT_FORM } from "../../../lib/nouns/user.ts";
import type { Text } from "../../../lib/text/index.ts";
import {
  getTaskScreen,
  insertAppName,
  formatRecordLabel,
  buildTaskSteps,
  getTaskSubject,
  summarizeTask,
} from "./console-steps.ts";

type ManualWork = "create" | "edit" | "move";

const WORKS: Readonly<Record<string, ManualWork>> = {
  create: "create",
  edit: "edit",
  setOwner: "edit",
  tag: "edit",
  move: "move",
};
const worksOf = (kind: FormatName): readonly ManualWork[] => {
  const routes = Object.keys(new Map(ALL_OPERATIONS).get(FORMATS[kind].app === undefined ? kind : "secured") ?? {});
  return [...new Set(routes.flatMap((route) => WORKS[route] ?? []))];
};

const clicksIn = (kind: FormatName, clicks: Text | undefined): string | undefined =>
  clicks && insertAppName(kind, clicks).ja;

/** What holds of every task that is open: what it is, its screen, its steps, and how it is closed, in both languages. */
const expectSteps = (task: ConsoleTask): readonly string[] => {
  const steps = buildTaskSteps(task);
  const { app } = FORMATS[task.kind];
  for (const { en, ja } of [summarizeTask(task), getTaskScreen(task), ...steps]) {
    expect(en).toMatch(/\S/);
    expect(ja).toMatch(/\S/);
    expect(en + ja).not.toMatch(/undefined|null|\{app\}|\[object/);
  }
  for (const language of ["en", "ja"] as const) {
    const all = steps.map((step) => step[language]).join("\n");
    expect(all).toContain(app === undefined ? "CLOMO PANEL" : "SECURED APPs MANAGER");
    expect(all).toContain("console drop 3");
  }
  // Japanese has no English sentence, English no Japanese one
  for (const { en, ja } of steps) {
    expect(ja).not.toMatch(/\b(the|once|see|in)\b/);
    expect(en).not.toMatch(/してください/);
  }
  return steps.map(({ ja }) => ja);
};

describe.each(FORMAT_NAMES.filter((kind) => !NOT_EXPORTED_KINDS.includes(kind)))("steps for %s", (kind) => {
  const { thing } = FORMATS[kind];
  const of = { kind, thing: thing.name } as const;

  test("several records are listed with what to enter, grouped by where to click", () => {
    const records = [recordOf({ ...of, changes: [] }), recordOf({ ...of, work: "delete", changes: [] })];
    const steps = expectSteps(taskOfImport({ ...of, create: 0, update: 1, delete: 1, records }));
    expect(steps).toContain(`削除する: ${clicksIn(kind, thing.clicks?.delete)}`);
    expect(steps.join("")).not.toContain("console confirm");
  });

  test("each field that is entered by hand has its clicks and its value", async () => {
    const fields = [
      ...listEditableFields(thing.fields).map(([name]) => name),
      ...(thing.custom ? ["custom:座席"] : []),
    ];
    for (const work of worksOf(kind)) {
      const { [work]: page } = thing.clicks ?? {};
      expect(page, `${kind}: ${work}`).toBeDefined();
      for (const field of fields) {
        const changes = [{ field, before: work === "create" ? null : "甲", after: "乙" }];
        const steps = expectSteps(taskOf({ ...of, work, changes }));
        expect(steps[0]).toContain(`: ${clicksIn(kind, thing.clicks?.fields?.[field] ?? page)}`);
        expect(steps[1]).toMatch(/「髙橋 花子」: .*(乙|オン|オフ|新しい値)/);
      }
    }
  });
});

test("values are entered one by one, on their own page if they have one, and an export verifies them", () => {
  const changes = [
    { field: "title", before: "課長", after: "部長" },
    { field: "tel", before: null, after: "03-0000-0000" },
    { field: "custom:座席", before: "A 1", after: null },
    { field: "accountName", before: null, after: "hanako" },
  ];
  expect(buildTaskSteps(taskOf({ changes })).map(({ en }) => en)).toEqual([
    "change: CLOMO PANEL: Users/Org › the user › 編集 › make the changes › 保存 (an assumption)",
    "髙橋 花子: 役職: 課長 → 部長, TEL: 03-0000-0000, 座席: A 1 → (blank)",
    `change: ${ACCOUNT_FORM.en}`,
    "髙橋 花子: CLOMOアカウント名: hanako",
    "export the records in the console, then: `clomoctl console sync EXPORT.csv`",
    "if exports do not show the change after the task is done: `clomoctl console confirm 3`",
    "to take what the console has instead: `clomoctl console drop 3`",
  ]);
});

test("the name, password and role of an account are entered in one form", () => {
  const account = { id: "U1", name: "髙橋 花子", key: "h@x" } as const;
  const names = ["accountName", "accountPassword", "administrator"];
  const changes = names.map((field) => ({ field, before: null, after: "hanako" }));
  const role = [{ field: "role", before: null, after: "system" }];
  const records = [
    recordOf({ ...account, changes }),
    recordOf({ ...account, thing: ACCOUNT.name, work: "edit", changes: role }),
  ];
  const task = taskOf({}, { create: 1, update: 1, records });
  expect([summarizeTask(task).en, getTaskSubject(task)]).toEqual(["change a CLOMO account", "髙橋 花子 <h@x>"]);
  const steps = buildTaskSteps(task).map(({ en }) => en);
  expect(steps.slice(0, 2)).toEqual([
    `change: ${ACCOUNT_FORM.en}`,
    "髙橋 花子 <h@x>: CLOMOアカウント名: hanako, CLOMOアカウントパスワード: the new value (not stored by clomoctl), 管理者権限: system administrator",
  ]);
  expect(steps.join("\n")).not.toContain("管理者: ");
});

test("an action on a device names the fields of the screen, and is closed by console confirm", () => {
  const values = { serialNumber: "SN1", kind: "lost-mode", message: "紛失", reason: "置き忘れ", by: "owner" };
  const changes = Object.entries(values).map(([field, after]) => ({ field, before: null, after }));
  const of = { thing: "device_action", kind: "devices", work: "perform", name: "SN1", key: "SN1", changes } as const;
  const [place, ...steps] = buildTaskSteps(taskOf(of)).map(({ en }) => en);
  expect(place).toContain("デバイスを紛失モードに設定したい");
  expect(steps).toEqual([
    "SN1: メッセージ: 紛失",
    "after the task is done: `clomoctl console confirm 3`",
    "to take what the console has instead: `clomoctl console drop 3`",
  ]);
});

test("a record has its name in the console, and a renamed record has both names", () => {
  const record = { key: "h2@x", console: { name: "鈴木 花子", key: "h@x" } } as const;
  expect(buildTaskSteps(taskOf(record))[1]?.ja).toMatch(/^「鈴木 花子 <h@x>」: /);
  expect(formatRecordLabel(recordOf(record))).toBe("鈴木 花子 <h@x> → 髙橋 花子 <h2@x>");
});

test("rows that a sync left out are named, and are neither confirmed nor dropped", () => {
  const rows = [3, 4].map((row) =>
    recordOf({ id: "", state: "left-out", work: "settle", row, name: "h@x", key: "h@x", changes: [] }),
  );
  const task = taskOfImport({ create: 0, update: 0, delete: 0, leftOut: 2, records: rows });
  expect(summarizeTask(task)).toEqual({ en: "rows that the sync left out: 2", ja: "取り込まなかった行: 2" });
  const steps = buildTaskSteps(task);
  expect(steps.map(({ ja }) => ja).slice(1, 3)).toEqual(["3 行目: h@x", "4 行目: h@x"]);
  expect(steps.at(-1)?.en).toMatch(/^give one of the records .*`clomoctl console sync EXPORT\.csv`$/);
  expect(JSON.stringify(steps)).not.toMatch(/console (confirm|drop|upload)/);
});

test("does not ask for an export of a value that no export shows", () => {
  const record = { thing: ACCOUNT_SETTINGS.name, id: ACCOUNT_SETTINGS_ID, name: ACCOUNT_SETTINGS_ID } as const;
  const changes = [{ field: "composition", before: "free-text", after: "mail-address" }];
  const task = taskOf({ ...record, changes });
  expect(getTaskSubject(task)).toBe("CLOMO アカウント設定");
  expect(
    buildTaskSteps(task)
      .map(({ en }) => en)
      .join("\n"),
  ).not.toContain("export the records in the console");
});

test.each([
  [taskOf({ kind: "orgs", thing: "org", work: "create" }), "add an organisation", "組織を追加する"],
  [taskOf({ work: "create" }), "add a user", "ユーザーを追加する"],
  [taskOfImport({ create: 1, update: 2, delete: 3 }), "add 1, change 2, delete 3", "追加 1、変更 2、削除 3"],
] as const)("describes the task: %#", (task, en, ja) => {
  expect(summarizeTask(task)).toEqual({ en, ja });
});

test("a secret is entered again and shown nowhere", () => {
  const changes = [{ field: "accountPassword", before: null, after: null }];
  expect(JSON.stringify(buildTaskSteps(taskOf({ changes })))).toContain("not stored by clomoctl");
});
