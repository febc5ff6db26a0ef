import { stat } from "node:fs/promises";
import { expect } from "vitest";
import { Console, writeRows, type Charset, type Newline } from "./support/console.ts";
import { expectNowhere } from "./support/secrets.ts";
import { story, type Story } from "./support/story.ts";
import * as w from "./words.ts";

/** The six forms that the manual names. */
const FORMS = (["cp932", "utf-8"] as const).flatMap((charset) =>
  (["\r\n", "\n", "\r"] as const).map((newline) => [charset, newline] as const),
);

const NAMES: Readonly<Record<Charset | Newline, string>> = {
  cp932: "shift_jis",
  "utf-8": "utf-8",
  "\r\n": "crlf",
  "\n": "lf",
  "\r": "cr",
};

/** Texts that are hard to encode or to quote. */
const TEXTS = ["表ソ能", "髙﨑①㈱", "ﾃﾝﾎﾟ", 'コンマ,と"引用符"', "一行目\n二行目", "～∥－", "=1+1"];

const BASIC = ["表示名", "ユーザーID", "パスワード", "説明"];
const APPS = {
  docs: [...BASIC, "シークレットキー", "ファイル管理者権限", "グループ名", "グループ名"],
  contacts: [
    ...BASIC,
    "グループ管理者フラグ",
    "Exchangeメールアカウント名",
    "アカウントのタイプ",
    "メールアドレス",
    "Exchangeアカウント",
    "Exchangeアカウントパスワード",
    "ExchangeサーバSSL有効",
    "プロキシポート",
    "グループ名",
    "グループ名",
  ],
} as const;

type App = keyof typeof APPS;

const SPECIAL: Readonly<Record<string, (number: number) => string>> = {
  ユーザーID: (number) => idOf(number),
  パスワード: (number) => `Secret0word${number}`,
  シークレットキー: (number) => `Secret0key${number}`,
  Exchangeアカウントパスワード: (number) => `Secret0mail${number}`,
  ファイル管理者権限: (number) => (number % 3 === 0 ? "TRUE" : "FALSE"),
  グループ管理者フラグ: (number) => (number % 3 === 0 ? "TRUE" : "FALSE"),
  ExchangeサーバSSL有効: () => "TRUE",
  アカウントのタイプ: (number) => (number % 2 === 0 ? "Exchange" : "Microsoft365"),
  メールアドレス: (number) => `m${number}@example.jp`,
  プロキシポート: () => "8080",
};

const idOf = (number: number): string => `${number % 2 === 0 ? "User" : "user"}${String(number).padStart(3, "0")}`;

/** Returns the cells of one user; the second of the two groups is blank for every second user. */
const rowOf = (app: App, number: number): string[] =>
  APPS[app].map((column, at) => {
    if (column === "グループ名") return at < APPS[app].length - 1 ? "営業部 ①" : number % 2 === 0 ? "表ソ能" : "";
    const text = `${TEXTS[(number + at) % TEXTS.length]}${number}`;
    // only a description may have several lines
    return SPECIAL[column]?.(number) ?? (column === "説明" ? text : text.replace("\n", ""));
  });

const listOf = (app: App, numbers: readonly number[]): string[][] => [
  [...APPS[app]],
  ...numbers.map((number) => rowOf(app, number)),
];

/** Returns the record that the console should have of a user. */
function recordOf(app: App, number: number): Record<string, string[]> {
  const record: Record<string, string[]> = {};
  for (const [at, value] of rowOf(app, number).entries())
    if (value !== "") (record[APPS[app][at] ?? ""] ??= []).push(value);
  return record;
}

const fill = {
  FILE: "list.csv",
  PLAN: "P1",
  "EXPORT.csv": "export.csv",
  EXPORT: "export.csv",
  USER: idOf(1),
  NAME: "push",
  NUMBER: "1",
};

const takeApp = async (s: Story, app: App, panel: Console, charset: Charset = "cp932", newline: Newline = "\r\n") =>
  s.run(w.securedUsers.take(await s.write("export.csv", panel.export(charset, newline)), "--app", app, "--yes"));

const numbers = (from: number, count: number): number[] => Array.from({ length: count }, (_, at) => from + at);

for (const app of ["docs", "contacts"] as const) {
  story(
    `${app}: there and back in six forms`,
    async (s) => {
      const panel = new Console(app);
      panel.put({ 表示名: "山田", ユーザーID: "first", パスワード: "Secret0word", 説明: "前から" });
      await takeApp(s, app, panel);
      for (const [at, [charset, newline]] of FORMS.entries()) {
        const added = numbers(at * 5, 5);
        await s.write("list.csv", writeRows(listOf(app, added), charset, newline));
        await s.run(w.securedUsers.importWithGroups(app, "list.csv", `upload${at}.csv`, "--yes"));
        expect(panel.upload(await s.read(`upload${at}.csv`))).toBe(added.length);
        for (const number of added) expect(panel.records.get(idOf(number))).toEqual(recordOf(app, number));
        await takeApp(s, app, panel, charset, newline);
        const form = ["--encoding", NAMES[charset], "--newline", NAMES[newline]];
        const { bytes } = await s.run(w.securedUsers.export("--app", app, ...form));
        expect(bytes).toEqual(panel.export(charset, newline));
      }
      const known = await s.json<{ userId: string; groups: string[] }[]>(w.securedUsers.list("--app", app));
      const groupsOf = ([id, record]: readonly [string, { readonly グループ名?: readonly string[] }]) =>
        [id, new Set(record.グループ名)] as const;
      expect(new Map(known.map(({ userId, groups }) => [userId, new Set(groups)]))).toEqual(
        new Map([...panel.records].map(groupsOf)),
      );
      // the export showed every user, so that nothing is left to be done
      const open = (await w.openKeys(s)).filter((key) => panel.records.has(key));
      expect(open).toEqual([]);
      await expectNowhere(s.home, "Secret0");
    },
    { fill },
  );
}

story(
  "docs: what no export shows, passwords that are missing, and a list that is all there is",
  async (s) => {
    const panel = new Console("docs");
    for (const number of numbers(0, 6)) panel.put(recordOf("docs", number));
    panel.put({ 表示名: "山田", ユーザーID: "first", パスワード: "Secret0word", 説明: "前から" });
    await takeApp(s, "docs", panel);

    // only a right that no export shows: it is uploaded, and somebody says so
    await s.write(
      "list.csv",
      writeRows([
        ["ユーザーID", "表示名", "ファイル管理者権限"],
        [idOf(1), rowOf("docs", 1)[0] ?? "", "TRUE"],
      ]),
    );
    await s.run(w.securedUsers.importWithGroups("docs", "list.csv", "right.csv", "--yes"));
    panel.upload(await s.read("right.csv"));
    expect(panel.records.get(idOf(1))).toEqual({ ...recordOf("docs", 1), ファイル管理者権限: ["TRUE"] });
    await takeApp(s, "docs", panel);
    expect(await w.openKeys(s)).toEqual([idOf(1)]);
    await w.confirmOpen(s);
    expect(await w.openKeys(s)).toEqual([]);

    // a new user without a password, and one whose name Shift_JIS lacks: nothing changes
    const known = await s.json(w.securedUsers.list("--app", "docs"));
    const nameless = (name: string) =>
      writeRows(
        [
          ["表示名", "ユーザーID"],
          [name, "new1"],
        ],
        "utf-8",
      );
    await s.write("list.csv", nameless("堀"));
    await s.run(w.securedUsers.importWithGroups("docs", "list.csv", "new.csv", "--yes"), { code: 3 });
    await s.write("list.csv", nameless("𠮷田"));
    const generated = ["--generate-passwords", "passwords", "--yes"];
    await s.run(w.securedUsers.importWithGroups("docs", "list.csv", "new.csv", ...generated), { code: 3 });
    expect(await s.json(w.securedUsers.list("--app", "docs"))).toEqual(known);
    await expect(s.read("new.csv")).rejects.toThrow("ENOENT");
    await expect(s.read("passwords")).rejects.toThrow("ENOENT");
    await s.write("list.csv", nameless("吉田"));
    await s.run(w.securedUsers.importWithGroups("docs", "list.csv", "new.csv", ...generated));
    panel.upload(await s.read("new.csv"));
    const password = panel.value("new1", "パスワード");
    expect(password).toMatch(/^[0-9A-Za-z]{6,255}$/);
    expect((await s.read("passwords")).includes(password)).toBe(true);
    expect((await stat(s.path("passwords"))).mode & 0o777).toBe(0o600);
    expect((await stat(s.path("new.csv"))).mode & 0o777).toBe(0o600);

    // an administrator is in no export, and is not gone
    await s.run(w.securedUsers.markAdministrator("docs", "first", "--yes"));
    panel.delete("first");
    await takeApp(s, "docs", panel);
    // 全件更新: the list is all there is afterwards, but for the administrator; new1 is gone
    await s.write("list.csv", writeRows(listOf("docs", numbers(0, 7))));
    const all = ["--mode", "replace", "--confirm-deletions"];
    await s.run(w.securedUsers.importWithGroups("docs", "list.csv", "all.csv", ...all, "2"), { code: 3 });
    await s.run(w.securedUsers.importWithGroups("docs", "list.csv", "all.csv", ...all, "1"));
    panel.upload(await s.read("all.csv"), "replace");
    expect(Object.fromEntries(panel.records)).toEqual(
      Object.fromEntries(numbers(0, 7).map((number) => [idOf(number), recordOf("docs", number)])),
    );
    await takeApp(s, "docs", panel);
    await w.confirmOpen(s);
    const ids = (await s.json<{ userId: string }[]>(w.securedUsers.list("--app", "docs"))).map(({ userId }) => userId);
    expect(new Set(ids)).toEqual(new Set([...panel.records.keys(), "first"]));
    await expectNowhere(s.home, "Secret0");
  },
  { fill },
);
