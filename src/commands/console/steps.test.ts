import { toPlainCommands } from "../../lib/terminal/commands.ts";
import { describe, expect, test } from "vitest";
import { taskOf, taskOfImport, recordOf } from "#support/commands/console-tasks.ts";
import type { ConsoleTask } from "../../lib/client/index.ts";
import { ALL_OPERATIONS } from "#support/client/whole-client.ts";
import { ACCOUNT_SETTINGS, ACCOUNT_SETTINGS_ID } from "../../lib/model/account.ts";
import { FORMAT_NAMES, type FormatName } from "../../lib/model/console-files.ts";
import { FORMATS } from "../../lib/model/formats.ts";
import { listEditableFields, type ManualWork } from "../../lib/model/thing.ts";
import type { Text } from "../../lib/text/index.ts";
import { insertAppName } from "../imports/outputs/console/screen.ts";
import { getTaskScreen, formatRecordLabel, buildTaskSteps, getTaskSubject, summarizeTask } from "./steps.ts";

const WORKS: Readonly<Record<string, Exclude<ManualWork, "delete">>> = {
  create: "create",
  edit: "edit",
  setOwner: "edit",
  tag: "edit",
  move: "move",
};
const worksOf = (kind: FormatName): readonly Exclude<ManualWork, "delete">[] => {
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
    expect(all).toMatch(/console confirm 3.*console drop 3/);
  }
  // Japanese has no English sentence, English no Japanese one
  for (const { en, ja } of steps) {
    expect(ja).not.toMatch(/\b(the|once|see|in)\b/);
    expect(en).not.toMatch(/してください/);
  }
  return steps.map(({ ja }) => ja);
};

describe.each(FORMAT_NAMES)("steps for %s", (kind) => {
  const { thing } = FORMATS[kind];
  const of = { kind, thing: thing.name } as const;

  test.each([
    ["append", 0],
    ["replace", 2],
  ] as const)("an upload in mode %s is uploaded, exported and verified", (mode, gone) => {
    const upload = taskOfImport({ ...of, work: "upload", mode, delete: gone, file: "upload.csv" });
    expect(expectSteps(upload).join("\n")).toContain("console sync EXPORT.csv");
  });

  test("several records are listed with what to enter, grouped by where to click", () => {
    const records = [recordOf({ ...of, changes: [] }), recordOf({ ...of, work: "delete", changes: [] })];
    const steps = expectSteps(taskOfImport({ ...of, create: 0, update: 1, delete: 1, records }));
    expect(steps).toContain(`1 件を削除する: ${clicksIn(kind, thing.clicks?.delete)}`);
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
        expect(steps[0]).toBe(`「髙橋 花子」: ${clicksIn(kind, thing.clicks?.fields?.[field] ?? page)}`);
        expect(steps[1]).toMatch(/: .*(乙|オン|オフ|新しい値)/);
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
    "髙橋 花子: CLOMO PANEL: Users/Org › the user › 編集 › 保存",
    "役職: 課長 → 部長",
    "TEL: 03-0000-0000",
    "座席: A 1 → (blank)",
    "髙橋 花子: CLOMO PANEL: Users/Org › the user › CLOMO アカウント › 編集 › アカウント名 › 保存",
    "CLOMOアカウント名: hanako",
    "export the records in the console, then: `clomoctl console sync EXPORT.csv`",
    "when the task is done: `clomoctl console confirm 3` (if you will not do it: `clomoctl console drop 3`)",
  ]);
});

test("facts 1.1: a device's owner and tags have their own clicks", () => {
  const changes = [
    { field: "owner", before: "山田", after: "佐藤" },
    { field: "tags", before: [], after: ["貸出用", "東京"] },
  ];
  const steps = buildTaskSteps(taskOf({ kind: "devices", thing: "device", name: "S1", changes }));
  expect(steps[0]?.ja).toContain("「デバイスの編集」をクリックして「所有者情報」欄にユーザーか組織の名前を入力し");
  expect(steps[2]?.ja).toContain("「デバイスにタグとメモを設定します。」でインポート");
});

test("a record has its name in the console, and a renamed record has both names", () => {
  const record = { key: "h2@x", console: { name: "鈴木 花子", key: "h@x" } } as const;
  expect(buildTaskSteps(taskOf(record))[0]?.ja).toMatch(/^「鈴木 花子 <h@x>」: /);
  expect(formatRecordLabel(recordOf(record))).toBe("鈴木 花子 <h@x> → 髙橋 花子 <h2@x>");
  const changes = [{ field: "org", before: "営業部", after: "窓口", renamed: "受付" }];
  expect(buildTaskSteps(taskOf({ work: "move", changes })).map(({ ja }) => ja)).toContain(
    "組織: 営業部 → 窓口(ミラーでは「受付」)",
  );
});

test("for a field that no export has shown, says that the console value is unknown", () => {
  const changes = [{ field: "tel", before: null, after: "03-1", neverExported: true as const }];
  expect(buildTaskSteps(taskOf({ changes }))[1]).toEqual({
    en: "TEL: 03-1 (the current value in the console is not known)",
    ja: "TEL: 03-1(管理画面の現在の値は不明です)",
  });
});

test("a required record that the console lacks is added there first", () => {
  const changes = [{ field: "org", before: "本社", after: "本社/法務部 (L01)", missing: true }];
  expect(buildTaskSteps(taskOf({ changes }))).toContainEqual({
    en: "組織: 本社 → 本社/法務部 (L01) (not in the console's export: add it in the console first)",
    ja: "組織: 本社 → 本社/法務部 (L01)(管理画面のエクスポートにありません。先に追加してください)",
  });
});

test("a value that was changed back only needs a check", () => {
  const changes = [{ field: "title", before: "課長", after: "課長", perhaps: ["部長"] }];
  const task = taskOf({ changes }, { work: "check" });
  expect(summarizeTask(task).ja).toContain("確認");
  expect(buildTaskSteps(task)[1]).toEqual({
    en: "役職: check that it is 課長 (it is 部長 if the earlier task was done)",
    ja: "役職: 「課長」であることを確認してください(前の作業を行っていれば「部長」になっています)",
  });
});

test("a value that was changed twice may already have the first new value", () => {
  const changes = [{ field: "title", before: "課長", after: "本部長", perhaps: ["部長"] }];
  expect(buildTaskSteps(taskOf({ changes }))).toContainEqual({
    en: "役職: 課長 → 本部長 (now 部長 if the earlier task was done)",
    ja: "役職: 課長 → 本部長(前の作業を行っていれば、現在は「部長」です)",
  });
});

test("a secret is entered again and shown nowhere", () => {
  const changes = [{ field: "accountPassword", before: null, after: null }];
  const text = JSON.stringify(buildTaskSteps(taskOf({ changes })));
  expect(text).toContain("not stored by clomoctl");
});

test.each([
  [{ wipes: 2 }, /デバイス 2 台\(`clomoctl console show 3 --rows`\).*初期化/],
  [{ released: 2 }, /先に、デバイス 2 台の所有者を外してください/],
])("the first step depends on the devices: %o", (of, first) => {
  expect(buildTaskSteps(taskOfImport({ ...of, kind: "devices", thing: "device" }))[0]?.ja).toMatch(first);
});

test("facts 1.3: names a single device that must be wiped", () => {
  const changes = [{ field: "owner", before: "山田", after: "佐藤" }];
  const task = taskOf({ kind: "devices", thing: "device", name: "S1", changes }, { wipes: 1 });
  expect(buildTaskSteps(task)[0]?.en).toMatch(
    /^1 device \(S1\): wipe and set up again before the owner changes; Android requires this in every mode except Dedicated device \(that legacy and unknown modes may require it is a clomoctl rule\); clomoctl cannot know whether it was done$/,
  );
});

test("each kind of records is verified by its own export", () => {
  const records = [recordOf({ thing: "org", kind: "orgs" }), recordOf()];
  const exports = buildTaskSteps(taskOfImport({ records })).flatMap(({ en }) =>
    en.startsWith("export the records in the console") ? [en] : [],
  );
  expect(exports).toEqual(
    ["orgs", "users"].map(() => "export the records in the console, then: `clomoctl console sync EXPORT.csv`"),
  );
});

test("an upload says what its file has, what comes first, and what is left out and why", () => {
  const records = [
    recordOf({ leftOut: "key" }),
    recordOf({ name: "山田 太郎", leftOut: "clear" }),
    recordOf({ thing: "org", kind: "orgs", work: "create", name: "新部", changes: [] }),
    recordOf({ name: "佐藤 健" }),
  ];
  const beside = [{ thing: "org", create: 1, update: 0, delete: 0 }];
  const upload = taskOfImport({ work: "upload", file: "up.csv", create: 0, update: 3, leftOut: 2, records, beside });
  expect(summarizeTask(upload).en).toBe("upload users (追加更新), change 2 by hand; orgs: add 1");
  const steps = buildTaskSteps(upload).map(({ en }) => en);
  expect(steps.filter((step) => step.includes("佐藤"))).toEqual([]);
  const place = (part: string): number => steps.findIndex((step) => step.includes(part));
  expect([place("新部"), place("up.csv: upload in"), place("髙橋"), place("when the file is uploaded")]).toEqual([
    0, 1, 3, 7,
  ]);
  expect(steps[4]).toMatch(/^山田 太郎: 役職: 課長 → 部長; not in the upload file: a value must be cleared/);
  const [one] = records;
  const single = taskOfImport({ work: "upload", file: "up.csv", leftOut: 1, records: one === undefined ? [] : [one] });
  expect(buildTaskSteps(single)[1]?.ja).toMatch(/^「髙橋 花子」: アップロード用ファイルに含めていません: キーが/);
});

const DIFFERS = { field: "title", local: "部長", console: "課長代理" };

test.each<[string, Partial<Parameters<typeof recordOf>[0]>, string, string]>([
  [
    "another value",
    { contradictions: [DIFFERS, { field: "tel", local: null, console: "03" }] },
    "髙橋 花子: 役職: 課長代理 in the console, 部長 in the mirror; TEL: 03 in the console, (blank) in the mirror",
    "「髙橋 花子」: 役職: 管理画面では「課長代理」、ミラーでは「部長」。TEL: 管理画面では「03」、ミラーでは「(空)」",
  ],
  [
    "no such record",
    { work: "create", contradictions: [{ field: null, local: null, console: null }] },
    "髙橋 花子: the console's export does not contain this record: it was deleted in the console, or its key was changed",
    "「髙橋 花子」: 管理画面のエクスポートにありません。管理画面で削除されたか、キーが変更されています",
  ],
  [
    "another value of a record that was deleted in the mirror",
    { work: "delete", contradictions: [DIFFERS] },
    "髙橋 花子: deleted in the mirror, but changed in the console: 役職: 課長代理",
    "「髙橋 花子」: ミラーでは削除しましたが、管理画面で変更されています: 役職「課長代理」",
  ],
])("first shows what the console has instead, and how to keep it: %s", (_, record, en, ja) => {
  for (const work of ["edit", "upload"] as const) {
    const steps = buildTaskSteps(
      taskOf({ contradicted: true, ...record }, { state: "contradicted", work, file: "up.csv" }),
    );
    expect(steps[0]).toEqual({ en, ja });
    expect(steps[1]?.en).toContain("to keep the console's values instead: `clomoctl console drop 3`");
  }
});

describe("if exports contradict only part of a task, only that part is restored", () => {
  const [TITLE, TEL] = [
    { field: "title", before: "課長", after: "部長" },
    { field: "tel", before: null, after: "03" },
  ];
  const taro = recordOf({ key: "taro@x.jp", changes: [TITLE, TEL], contradicted: true, contradictions: [DIFFERS] });
  const hanako = recordOf({ id: "2", key: "hanako@x.jp", changes: [TITLE, TEL] });
  const gone = { contradicted: true, contradictions: [{ field: null, local: null, console: null }] };
  const contradicted = (records: ConsoleTask["records"], update = records.length) =>
    buildTaskSteps(taskOfImport({ state: "contradicted", create: 0, update, records }))
      .map(({ en }) => en)
      .filter((step) => /instead|more differences/.test(step));
  const drop =
    "to enter the mirror's values in the console, go on with the next step; to keep the console's values instead: `clomoctl console drop 3`";

  test.each<[string, ConsoleTask["records"], string]>([
    ["a field of the only record", [taro], " --record taro@x.jp --field title"],
    ["a field of one of two", [taro, hanako], " --record taro@x.jp --field title"],
    [
      "a field of both",
      [taro, { ...hanako, contradicted: true, contradictions: [DIFFERS] }],
      " --record taro@x.jp --record hanako@x.jp --field title",
    ],
    ["one of two", [{ ...taro, changes: [TITLE] }, hanako], " --record taro@x.jp"],
    [
      "a record that is missing and a field",
      [{ ...hanako, work: "create", ...gone }, taro],
      " --record hanako@x.jp, `clomoctl console drop 3 --record taro@x.jp --field title`",
    ],
    [
      "one that has another's name in the console",
      [taro, { ...hanako, console: taro }],
      ` --record ${taro.id} --field title`,
    ],
    [
      "all",
      [
        { ...taro, changes: [TITLE] },
        { ...hanako, work: "create", ...gone },
      ],
      "",
    ],
  ])("%s", (_, records, part) => {
    expect(toPlainCommands(contradicted(records), {})).toEqual([toPlainCommands(drop, {}) + part.replaceAll("`", "")]);
  });

  test("says that records that are not shown may be affected", () => {
    const others = "there may be more differences: `clomoctl console show 3 --rows`";
    expect(contradicted([hanako], 200)).toEqual([others]);
    expect(contradicted([{ ...taro, changes: [TITLE] }], 200)).toEqual([
      others,
      `${drop.slice(0, -1)} --record taro@x.jp\``,
    ]);
  });
});

test("a custom field is added on the custom fields screen", () => {
  const task = taskOf({ thing: "custom_field", work: "create", name: "入社年", changes: [] });
  expect(getTaskScreen(task).ja).toContain("カスタムユーザー情報");
  expect(buildTaskSteps(task)[0]?.ja).toContain("カスタムユーザー情報に項目を追加");
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
  [taskOf({ kind: "docs", thing: "secured_user" }), "change a Docs user", "Docs のユーザーを変更する"],
  [
    taskOfImport({ create: 1, update: 2, delete: 3 }),
    "users: add 1, change 2, delete 3",
    "ユーザー: 追加 1、変更 2、削除 3",
  ],
  [
    taskOfImport({ create: 1, update: 2, beside: [{ thing: "org", create: 4, update: 0, delete: 0 }] }),
    "users: add 1, change 2; orgs: add 4",
    "ユーザー: 追加 1、変更 2、組織: 追加 4",
  ],
  [
    taskOfImport({
      work: "check",
      create: 0,
      update: 2,
      beside: [{ thing: "device", create: 0, update: 1, delete: 0 }],
    }),
    "check 2 users; check a device",
    "ユーザー 2 件を確認する、デバイスを確認する",
  ],
  [taskOfImport({ work: "upload", file: "up.csv" }), "upload users (追加更新)", "ユーザーをアップロード(追加更新)"],
  [
    taskOfImport({ work: "upload", file: "up.csv", beside: [{ thing: "org", create: 4, update: 0, delete: 0 }] }),
    "upload users (追加更新); orgs: add 4",
    "ユーザーをアップロード(追加更新)、組織: 追加 4",
  ],
] as const)("describes the task: %#", (task, en, ja) => {
  expect(summarizeTask(task)).toEqual({ en, ja });
});

test("does not name a file that was never written, but lists the deletions and other devices", () => {
  const released = { released: 1, beside: [{ thing: "device", create: 0, update: 1, delete: 0 }] };
  const task = taskOfImport({
    work: "upload",
    file: "up.csv",
    mode: "replace",
    create: 0,
    update: 0,
    delete: 2,
    ...released,
  });
  expect(getTaskSubject(task)).toBe("up-delete.xlsx");
  expect(summarizeTask(task).en).toBe("delete 2 users by hand; devices: change 1");
  const steps = buildTaskSteps(task).map(({ en }) => en);
  expect(steps.join("\n")).not.toContain("up.csv");
  expect(steps).toContain("after the upload, export in the console, then: `clomoctl console sync EXPORT.csv`");
});

test("counts the records beyond the limit and says where they are", () => {
  const steps = buildTaskSteps(taskOfImport({ update: 200 }));
  expect(steps).toContainEqual(
    expect.objectContaining({ en: "to see the other 198: `clomoctl console show 3 --rows`" }),
  );
});

test.each(["confirmed", "done"] as const)("a task that is %s has no steps", (state) => {
  expect(buildTaskSteps(taskOf({}, { state }))).toEqual([]);
});
