import { describe, expect, test } from "vitest";
import type { ConsoleTask } from "../../lib/client/index.ts";
import { NOUNS, routesOf, type NounName } from "../../lib/contract/index.ts";
import { FORMAT_NAMES, type FormatName } from "../../lib/model/console-files.ts";
import { FORMATS } from "../../lib/model/formats.ts";
import { handFields, type HandWork } from "../../lib/model/thing.ts";
import type { Text } from "../../lib/text/index.ts";
import { inApp } from "../imports/outputs/console/screen.ts";
import { placeOf, recordOf, recordTold, stepsOf, workOf } from "./steps.ts";

const TASK: ConsoleTask = {
  number: 3,
  work: "repeat",
  kind: "users",
  importNumber: "12",
  fromChange: 12,
  importId: "0198c1b4-7a10-7c3e-9a51-3f6d2b8e4c07",
  name: "users.csv",
  key: null,
  objectId: null,
  thing: null,
  changes: [],
  gone: false,
  restored: [],
  former: [],
  undoes: null,
  deletionTask: null,
  absentIn: null,
  file: null,
  mode: "append",
  create: 1,
  update: 2,
  delete: 0,
  state: "open",
  openedAt: "2026-11-20T01:23:45.000Z",
  openedBy: "owner",
  closedAt: null,
  closedBy: null,
  doubtedAt: null,
};
const DOUBTED = "2026-11-21T01:23:45.000Z";

/** The works by hand that a noun's routes do. */
const WORKS: Readonly<Record<string, Exclude<HandWork, "delete">>> = {
  create: "create",
  edit: "edit",
  setOwner: "edit",
  tag: "edit",
  move: "move",
};
const nounOf = (kind: FormatName): NounName =>
  FORMATS[kind].app === undefined && kind in NOUNS ? (kind as NounName) : "secured";
const worksOf = async (kind: FormatName): Promise<readonly Exclude<HandWork, "delete">[]> => {
  const routes = Object.keys(await routesOf(nounOf(kind)));
  return [...new Set(routes.flatMap((route) => WORKS[route] ?? []))];
};

/** What is clicked, in Japanese. */
const clicksIn = (kind: FormatName, clicks: Text | undefined): string | undefined => clicks && inApp(kind, clicks).ja;

/** Where the console has the records of a kind, in both languages. */
const consoleOf = (kind: FormatName): string =>
  FORMATS[kind].app === undefined ? "CLOMO PANEL" : "SECURED APPs MANAGER";

/** What holds of every task that is open: what it is, its screen, its steps, and how it is closed, in both languages. */
const expectTold = (task: ConsoleTask): readonly string[] => {
  const steps = stepsOf(task);
  for (const told of [workOf(task), placeOf(task), ...steps]) {
    expect(told.en).toMatch(/\S/);
    expect(told.ja).toMatch(/\S/);
    expect(told.en + told.ja).not.toMatch(/undefined|null|\{app\}|\[object/);
  }
  for (const language of ["en", "ja"] as const) {
    expect(placeOf(task)[language]).toContain(consoleOf(task.kind));
    const all = steps.map((step) => step[language]).join("\n");
    expect(all).toContain(consoleOf(task.kind));
    expect(all).toMatch(task.work === "upload" ? /imports discard 12/ : /console confirm 3.*console drop 3/);
  }
  // Japanese has no English sentence, English no Japanese one
  for (const { en, ja } of steps) {
    expect(ja).not.toMatch(/\b(the|once|see|in)\b/);
    expect(en).not.toMatch(/してください/);
  }
  return steps.map(({ ja }) => ja);
};

describe.each(FORMAT_NAMES)("of %s", (kind) => {
  const { thing } = FORMATS[kind];

  test.each([
    ["upload", "append", 0],
    ["upload", "replace", 2],
    ["repeat", "append", 0],
    ["repeat", "replace", 2],
    ["delete", "delete", 2],
    ["undo", "undo", 2],
  ] as const)("an import's changes, as %s of mode %s, have screen and clicks", (work, mode, gone) => {
    for (const file of work === "upload" ? ["upload.csv"] : [null, "upload.csv"]) {
      for (const doubtedAt of [null, DOUBTED]) {
        const steps = expectTold({ ...TASK, kind, work, mode, delete: gone, file, doubtedAt });
        expect(steps.length).toBeGreaterThan(2);
      }
    }
  });

  test("a deletion has the clicks of its things", () => {
    const steps = expectTold({ ...TASK, kind, work: "delete", mode: "delete", delete: 2 });
    expect(steps[1]).toBe(`2 件を削除してください: ${clicksIn(kind, thing.clicks?.delete)}`);
  });

  test("each field that is written by hand has its clicks, and its value", async () => {
    const fields = [...handFields(thing.fields).map(([name]) => name), ...(thing.custom ? ["custom:座席"] : [])];
    for (const work of await worksOf(kind)) {
      const { [work]: page } = thing.clicks ?? {};
      expect(page, `${kind}: ${work}`).toBeDefined();
      for (const field of fields) {
        const own = thing.clicks?.fields?.[field];
        for (const doubtedAt of [null, DOUBTED]) {
          const changes = [{ field, before: work === "create" ? null : "甲", after: "乙" }];
          const task = { ...TASK, kind, work, objectId: TASK.importId, importId: null, importNumber: null, mode: null };
          const steps = expectTold({ ...task, name: "花子", changes, doubtedAt });
          // who is renamed has the former name there
          const there = work !== "create" && field === (thing.namedBy ?? "name") ? "甲" : "花子";
          expect(steps[0]).toBe(`「${there}」: ${clicksIn(kind, own ?? page)}`);
          expect(steps[1]).toMatch(/: .*(乙|オン|オフ|新しい値)/);
        }
      }
    }
  });
});

test.each(["add-field", "remove-field"] as const)("a custom field, %s, has its screen", (work) => {
  const steps = expectTold({ ...TASK, work, name: "入社年", importId: null, importNumber: null, mode: null });
  expect(steps[0]).toContain("カスタムユーザー情報");
});

test("a custom field that was added again is removed first: each task says so, and names the other one", () => {
  const task = { ...TASK, name: "入社年", importId: null, importNumber: null, mode: null } as const;
  const removal = expectTold({ ...task, work: "remove-field", fieldTask: 3 });
  expect(removal[0]).toContain("から「入社年」を削除");
  expect(removal[1]).toContain("clomoctl console show 3");
  const addition = expectTold({ ...task, work: "add-field", fieldTask: 2 });
  expect(addition[0]).toContain("clomoctl console show 2");
  expect(addition[1]).toContain("に「入社年」を追加");
});

test("a task by hand says of what kind of record it is", () => {
  const task = { ...TASK, objectId: TASK.importId, importNumber: null, work: "create" } as const;
  expect(workOf({ ...task, kind: "orgs" })).toEqual({ en: "add an organisation", ja: "組織を追加する" });
  expect(workOf({ ...task, kind: "users" })).toEqual({ en: "add a user", ja: "ユーザーを追加する" });
});

test("an organisation's parent is called as people call it, not by an id", () => {
  const changes = [{ field: "parentId", before: "大阪支社", after: "全社" }];
  const steps = expectTold({
    ...TASK,
    kind: "orgs",
    work: "move",
    objectId: TASK.importId,
    importNumber: null,
    changes,
  });
  expect(steps[1]).toBe("上位組織: 大阪支社 → 全社");
});

test.each([
  [
    "docs",
    null,
    "SECURED APPs MANAGER(Docs)の「Users」画面でユーザーの追加アイコン",
    "ファイルにないため手作業で設定する項目:",
  ],
  ["users", null, "CLOMO PANEL の「Users/Org」›「Add User」", "ファイルにないため手作業で設定する項目:"],
  [
    "users",
    "undo.csv",
    "undo.csv: ",
    "ファイルにないため手作業で設定する項目(CLOMO PANEL の「Users/Org」でユーザーを選択し、「編集」",
  ],
] as const)("records that came back are made again, with what no file has: %s, %s", (kind, file, clicks, own) => {
  const [field, label] = kind === "users" ? ["salesforceAccount", "Salesforceアカウント"] : ["device", "デバイス"];
  const changes = [
    { field, before: null, after: "甲" },
    { field: kind === "users" ? "accountPassword" : "password", before: null, after: null },
  ];
  const restored = [{ id: TASK.importId ?? "", name: "花子", key: "h@x", changes }];
  const steps = expectTold({ ...TASK, kind, work: "undo", mode: "undo", file, create: 3, update: 0, restored });
  expect(steps[0]).toContain("imports show 12 --rows");
  expect(steps[1]).toContain(clicks);
  expect(steps[2]).toContain(own);
  expect(steps[3]).toMatch(new RegExp(`^「花子 <h@x>」: ${label}: 甲、.*パスワード: 新しい値`, "v"));
  expect(steps[4]).toContain("ほかの 2 件: clomoctl imports show 12 --rows");
});

test("what is closed has nothing to be done", () => {
  expect(stepsOf({ ...TASK, state: "confirmed" })).toEqual([]);
});

const BY_HAND = {
  ...TASK,
  work: "edit",
  name: "花子",
  objectId: TASK.importId,
  importId: null,
  importNumber: null,
} as const;

test.each([
  [
    7,
    /see in|do its deletion in the console: clomoctl console show 7/,
    /管理画面での削除の手順: clomoctl console show 7/,
  ],
  [null, /CLOMO PANEL, Users\/Org .* not there either/, /「Users\/Org」画面にも残っていないこと/],
] as const)("of what was deleted since nothing is entered; its deletion is task %s", (deletionTask, en, ja) => {
  const changes = [{ field: "title", before: "課長", after: "部長" }];
  const steps = stepsOf({ ...BY_HAND, changes, gone: true, deletionTask });
  expect(steps).toHaveLength(3);
  expect(steps[0]).toEqual({
    en: "花子 was deleted here since: nothing of this is to be entered any more",
    ja: "「花子」はその後ここで削除されました。管理画面への入力は不要です",
  });
  expect(steps[1]?.en).toMatch(en);
  expect(steps[1]?.ja).toMatch(ja);
  expect(steps[2]?.en).toBe("once the console does not have it: clomoctl console drop 3");
  expect(steps[2]?.ja).toContain("clomoctl console drop 3");
});

test.each(["create", "edit"] as const)("of whom an export did not have nobody is told to delete: %s", (work) => {
  const changes = [{ field: "title", before: null, after: "部長" }];
  const absentIn = { importNumber: "4", file: "u.csv" };
  const task = { ...BY_HAND, work, changes, gone: true, absentIn };
  const steps = stepsOf(task);
  expect(steps[0]).toEqual({
    en: "the export u.csv (import 4) did not have 花子; nobody deleted it here",
    ja: "エクスポート u.csv(インポート 4)に「花子」はありませんでした。ここで削除されたのではありません",
  });
  expect(steps[1]?.ja).toBe("管理画面に必要で、まだない場合は、次のように入力してください:");
  expect(steps.slice(2, -2)).toEqual(stepsOf({ ...task, gone: false }).slice(0, -1));
  expect(steps.at(-2)?.en).toBe("all that it had here: clomoctl imports show 4 --rows");
  expect(steps.at(-1)?.ja).toBe("入力したら: clomoctl console confirm 3(不要な場合: clomoctl console drop 3)");
  const piped = stepsOf({ ...task, absentIn: { ...absentIn, file: "-" } });
  expect(piped[0]?.en).toContain("the export of import 4 did not");
});

test.each([
  [
    { before: "課長", after: "課長" },
    "課長, as the console had it: nothing to do",
    "課長(管理画面の元の値に戻っています",
  ],
  [
    { before: "課長", after: "部長", now: "課長" },
    "課長, as the console had it",
    "課長(管理画面の元の値に戻っています",
  ],
  [
    { before: "課長", after: "部長", now: "室長" },
    "室長 (not 部長 any more",
    "室長(その後ここで再び変更されたため、「部長」",
  ],
  [{ before: null, after: "部長", now: null }, "(blank) (not 部長 any more", "(空)(その後ここで再び変更されたため"],
] as const)("a value that was changed again is told as it is by now: %o", (change, en, ja) => {
  const [, step] = stepsOf({ ...BY_HAND, changes: [{ field: "title", ...change }] });
  expect(step?.en).toContain(`役職: ${en}`);
  expect(step?.ja).toContain(`役職: ${ja}`);
});

test.each(["edit", "repeat"] as const)(
  "what an export contradicted stays as it is here, and may be dropped: %s",
  (work) => {
    const changes = [{ field: "title", before: "課長", after: "部長" }];
    const task = work === "edit" ? { ...BY_HAND, changes } : { ...TASK, work };
    const steps = stepsOf({ ...task, doubtedAt: DOUBTED });
    const at = steps.findIndex(({ en }) => en.includes("contradicts"));
    expect(steps.toSpliced(at, 2)).toEqual(stepsOf(task));
    expect(steps[at]?.en).toMatch(/^an export of the console contradicts this task: .*; the values here stay$/);
    expect(steps[at]?.ja).toMatch(/一致しません.*ここでの値はそのまま残ります$/);
    const line = "clomoctl users import EXPORT.csv --from-console";
    expect(steps[at + 1]).toEqual({
      en: `to keep what the console has instead: clomoctl console drop 3; then import its next export: ${line}`,
      ja: `管理画面の内容を残す場合: clomoctl console drop 3 。続けて、次のエクスポートを取り込んでください: ${line}`,
    });
  },
);

test.each([
  ["users", "佐藤 健", "ken@x", "佐藤 健 <ken@x>"],
  ["docs", "佐藤 健", "ken01", "佐藤 健 <ken01>"],
  ["orgs", "第一課", "S1", "第一課 (S1)"],
  ["orgs", "第一課", null, "第一課"],
  ["devices", "SN1", null, "SN1"],
] as const)("a record is named with what tells it from others of its name: %s %s %s", (kind, name, key, called) => {
  const task: ConsoleTask = { ...BY_HAND, kind, name, key, changes: [{ field: "memo", before: "甲", after: "乙" }] };
  const [step] = stepsOf(task);
  expect([step?.en.split(": ")[0], step?.ja.split(": ")[0]]).toEqual([called, `「${called}」`]);
  expect([recordOf(task), recordTold(task)]).toEqual([called, called]);
  const gone = { ...task, gone: true };
  expect(stepsOf(gone)[0]?.ja).toContain(`「${called}」は`);
  expect(stepsOf({ ...gone, absentIn: { importNumber: "4", file: "u.csv" } })[0]?.ja).toContain(`「${called}」は`);
});

test("who or what is renamed has the former name in the console", () => {
  const changes = [{ field: "name", before: "総務部", after: "総務本部" }];
  const task: ConsoleTask = { ...BY_HAND, kind: "orgs", name: "総務本部", key: "G", changes };
  const [select, entered] = stepsOf(task);
  expect(select?.ja).toMatch(/^「総務部 \(G\)」: /);
  expect(entered?.ja).toBe("組織名: 総務部 → 総務本部");
  expect(recordOf(task)).toBe("総務本部 (G)");
  expect(recordTold(task)).toBe("総務部 (G) → 総務本部");
  expect(recordTold({ ...task, work: "create", changes: [{ field: "name", before: null, after: "総務本部" }] })).toBe(
    "総務本部 (G)",
  );
  expect(recordTold({ ...task, name: null })).toBeNull();
});

test("an account that is to be added may be there already, with other rights", () => {
  const option = { field: "supportOption", before: null, after: "TRUE", now: "FALSE" };
  const steps = stepsOf({ ...BY_HAND, work: "create", thing: "account", changes: [option] });
  const there = steps.find(({ en }) => en.startsWith("if the console has this account already"));
  expect(there?.en).toContain("change those that differ");
  expect(there?.ja).toContain("管理画面にすでにある場合");
  expect(steps.some(({ en }) => en.includes("サポートオプション: off"))).toBe(true);
  const edited = stepsOf({ ...BY_HAND, work: "edit", thing: "account", changes: [option] });
  expect(edited.some(({ en }) => en.includes("already"))).toBe(false);
});

test("what no file has is not known to be in the console as it was recorded here", () => {
  const role = { field: "role", before: "none", after: "system", now: "none" };
  const [, step] = stepsOf({ ...BY_HAND, thing: "account", changes: [role] });
  expect(step?.en).toBe(
    "管理者権限: no administrator, as it was recorded here; what the console has is not known here: see there that it is this",
  );
  expect(step?.ja).toContain("管理画面の値は clomoctl では分からないため、この値になっていることを確認してください");
});

test.each([
  [{ renamed: "本社/Z" }, "組織: 本社 → 本社/X (here 本社/Z by now)", "組織: 本社 → 本社/X(ここでは現在「本社/Z」)"],
  [{ after: "本社", ids: { before: "1", after: "2" } }, "組織: 本社 → 本社", "組織: 本社 → 本社"],
  [
    { now: "本社 (H)", ids: { before: "1", after: "2", now: "1" } },
    "組織: 本社 (H), as the console had it: nothing to do",
    "組織: 本社 (H)(管理画面の元の値に戻っています",
  ],
])("what is named is told by its names, and compared by its id: %o", (change, en, ja) => {
  const before = { field: "org", before: "本社", after: "本社/X", ids: { before: "1", after: "2" } };
  const [, step] = stepsOf({ ...BY_HAND, work: "move", changes: [{ ...before, ...change }] });
  expect(step?.en).toContain(en);
  expect(step?.ja).toContain(ja);
});

test("the mode of an Android device is told in the maker's words", () => {
  const changes = [{ field: "androidMode", before: "comp", after: "dedicated" }];
  const task: ConsoleTask = {
    ...TASK,
    kind: "devices",
    work: "edit",
    objectId: TASK.importId,
    importNumber: null,
    changes,
  };
  const steps = stepsOf({ ...task, name: "SN1" });
  expect(steps.map(({ en }) => en)).toContain("Androidモード: COMP → Dedicated device");
  expect(steps.map(({ ja }) => ja)).toContain("Androidモード: COMP → Dedicated device モード");
});

/** What the manual describes whole: elsewhere a step says that it does not. @see seeds 000, 003 6 and 9, 004 */
const DESCRIBED: readonly (readonly [kind: FormatName, works: readonly HandWork[]])[] = [
  ["orgs", []],
  ["users", ["create", "edit"]],
  ["devices", []],
  ["docs", ["create", "edit", "delete"]],
];

test.each(DESCRIBED)("of %s steps that the manual does not have say so", (kind, described) => {
  const { clicks } = FORMATS[kind].thing;
  const works = (["create", "edit", "move", "delete"] as const).filter((work) => clicks?.[work] !== undefined);
  const silent = works.filter((work) => /the manual/.test(clicks?.[work]?.en ?? ""));
  expect(silent).toEqual(works.filter((work) => !described.includes(work)));
  expect(works.filter((work) => /マニュアル/.test(clicks?.[work]?.ja ?? ""))).toEqual(silent);
});

test("fields that are set in one place have one way there", () => {
  const changes = [
    { field: "owner", before: "社員 13", after: null },
    { field: "ownerOrg", before: null, after: "本社/営業部" },
  ];
  const steps = stepsOf({ ...BY_HAND, kind: "devices", name: "SN1", changes }).map(({ ja }) => ja);
  expect(steps.filter((step) => step.startsWith("「SN1」"))).toHaveLength(1);
  expect(steps.slice(1, 3)).toEqual(["所有者: 社員 13 → (空)", "所有組織: 本社/営業部"]);
});

describe("facts 1.3: another owner that needs a wipe", () => {
  const passed = { field: "owner", before: "山田", after: "佐藤" };
  const hand: ConsoleTask = {
    ...TASK,
    work: "edit",
    kind: "devices",
    importNumber: null,
    importId: null,
    mode: null,
    name: "S1",
    objectId: "0198c1b4-7a10-7c3e-9a51-3f6d2b8e4c07",
    changes: [passed],
    wipes: 1,
  };

  test("is told first of all, with what cannot be known", () => {
    const [first] = stepsOf(hand);
    expect(first?.en).toMatch(/^S1: first wipe and set up again .* clomoctl cannot know whether it was done$/);
    expect(first?.ja).toMatch(
      /^「S1」: 所有者を変える前に初期化し、設定し直してください。.*clomoctl では分かりません$/,
    );
    for (const work of ["repeat", "undo", "upload"] as const) {
      const [of] = stepsOf({ ...TASK, kind: "devices", work, wipes: 3 });
      expect(of?.en).toMatch(/^3 devices \(clomoctl imports show 12 --rows\): first wipe/);
      expect(of?.ja).toMatch(/^デバイス 3 台\(clomoctl imports show 12 --rows\): 所有者を変える前に初期化/);
    }
    for (const task of [hand, { ...TASK, kind: "devices", wipes: 3 } as const]) expectTold(task);
  });

  test("is not told where none does, or the device has its owner back", () => {
    const told = (task: ConsoleTask): boolean => stepsOf(task).some(({ ja }) => ja.includes("初期化"));
    expect(told({ ...TASK, kind: "devices" })).toBe(false);
    expect(told({ ...hand, wipes: undefined })).toBe(false);
    expect(told({ ...hand, changes: [{ ...passed, now: "山田" }] })).toBe(false);
    expect(told({ ...hand, changes: [{ ...passed, now: "髙橋" }] })).toBe(true);
  });
});
