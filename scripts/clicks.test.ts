import { expect, test } from "vitest";
import { NOUNS } from "../src/lib/nouns/index.ts";
import { hasManual, readPage } from "./manual/pages.ts";

/** The names in 「」 of what each noun says to click in the consoles, except the messages that end a step. */
const CLICKS = Object.entries({
  account_settings: "Settings, 全般, 基本設定, CLOMO アカウント設定, 保存",
  account: "Users/Org, CLOMO アカウント, 編集, 保存",
  org: "Users/Org, Add Org, 組織名, 組織コード, 保存, Import/Export, Import",
  user: 'Users/Org, Add User, "新規ユーザー" の基本情報, 保存, 編集, 所属組織, CLOMO アカウント, Import/Export, Import',
  device: "Devices, デバイスの編集, 所有者情報, OK, Import/Export, Import, デバイスにタグとメモを設定します。",
  device_action: "Devices, デバイスを紛失モードに設定したい, メッセージを送る, デバイス名を変更する, 壁紙を変更する",
  secured_user:
    "Users, パスワード, パスワードの確認, 編集ボタン, 編集, 保存, ユーザー削除アイコン, OK, ユーザーのインポート, インポート方法",
  secured_group: "Groups",
  scheme: "Settings, 全般, カスタム管理権限スキーム設定",
  config_profile: "Settings",
  app: "Settings",
}).map(([noun, names]) => [noun, new Set(names.split(", "))] as const);

/** Names on pages of the manual that nobody has here. @see facts 1.1, 2.1 */
const ELSEWHERE = ["Import/Export", "Import", "デバイスにタグとメモを設定します。", "カスタム管理権限スキーム設定"];

const listTexts = (value: unknown): readonly string[] => {
  if (typeof value !== "object" || value === null) return [];
  return "ja" in value ? [String(value.ja)] : Object.values(value).flatMap(listTexts);
};

test("each noun says to click what the manual names", () => {
  const said = NOUNS.flatMap((noun) => {
    const { clicks, screen } = noun as { readonly clicks?: unknown; readonly screen?: unknown };
    const names = [
      ...listTexts([clicks, screen])
        .join("")
        .matchAll(/「([^」]*?)(?:設定完了)?」/g),
    ].map(([, at]) => at);
    return names.length === 0 ? [] : [[noun.name, new Set(names)] as const];
  });
  expect(Object.fromEntries(said)).toEqual(Object.fromEntries(CLICKS));
});

test.runIf(hasManual)("the manual has these names", () => {
  const bare = (words: string): string => words.normalize("NFKC").replaceAll(/\s/g, "");
  const manual = bare(["000", "001", "002", "003", "004"].flatMap(readPage).join(""));
  const names = [...new Set(CLICKS.flatMap(([, all]) => [...all]))];
  expect(names.filter((name) => !manual.includes(bare(name)))).toEqual(ELSEWHERE);
});
