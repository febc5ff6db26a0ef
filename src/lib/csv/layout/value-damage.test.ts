import { expect, test } from "vitest";
import { FORMATS } from "../../derived/formats.ts";
import { CharacterScan, scanText } from "./character-scan.ts";
import { createCorrector, damageCheckKindOf, detectDamage, type DamageCheckKind } from "./value-damage.ts";

const seen = (value: string): CharacterScan => {
  const look = new CharacterScan();
  scanText(value, look);
  return look;
};

test.each<[string, string | undefined, string | undefined]>([
  ['="0012"', "value-formula", "value-formula"],
  ["=A1", undefined, undefined],
  ["'0012", "value-apostrophe", "value-apostrophe"],
  ["'sあ", undefined, undefined],
  ["1.23E+11", "value-exponent", "value-exponent"],
  ["3.12345678E9", "value-exponent", "value-exponent"],
  ["3.5E+14", "value-exponent", "value-exponent"],
  ["-1E+5", "value-exponent", "value-exponent"],
  ["1E5A", undefined, undefined],
  ["#REF!", "value-error", "value-error"],
  ["#N/A", "value-error", "value-error"],
  ["#######", "value-error", "value-error"],
  ["#1", undefined, undefined],
  ["Nana", undefined, undefined],
  ["2026/11/20", undefined, "value-date"],
  ["2026-1-2", undefined, "value-date"],
  ["20-Nov", undefined, "value-date"],
  ["11月20日", undefined, "value-date"],
  ["0120-12-34", undefined, undefined],
  ["12.0", undefined, "value-decimal"],
  ["1.2.0", undefined, undefined],
  ["0001 ", "value-mended", "value-mended"],
  ["\u30000001", "value-mended", "value-mended"],
  ["新井 太郎\u3000", "value-mended", "value-mended"],
  ["\u3000新井 太郎", "value-mended", "value-mended"],
  ["主任\t", "value-mended", "value-mended"],
  ["主任\u00a0", "value-mended", "value-mended"],
  [" 主任", "value-mended", "value-mended"],
  ["新井\u3000太郎", undefined, undefined],
  ["Taro Arai", undefined, undefined],
  ["０００１", undefined, "value-mended"],
  ["営業①", undefined, undefined],
  ["Q－1～", undefined, undefined],
  ["00 000000 000000 0", undefined, undefined],
  ["E0042", undefined, undefined],
  ["0042", undefined, "value-short"],
])("%j is reported as %s in a text and as %s in a code", (value, asText, asCode) => {
  expect(detectDamage(value, "text", seen(value))).toBe(asText);
  expect(detectDamage(value, "code", seen(value))).toBe(asCode);
  expect(detectDamage(value, "none", seen(value))).toBeUndefined();
});

test.each([
  ["b@x.jp", undefined],
  ["mailto:b@x.jp", "mail-scheme"],
  ["MAILTO:b@x.jp", "mail-scheme"],
  ["<b@x.jp>", "mail-enclosed"],
  ["‹b@x.jp›", "mail-enclosed"],
  ["（b@x.jp）", "mail-enclosed"],
  ["三郎<b@x.jp>", "mail-enclosed"],
  ['"b@x.jp"', "mail-enclosed"],
  ["'b@x.jp'", "mail-enclosed"],
  ["o'neil@x.jp", undefined],
  ['"b"@x.jp', undefined],
  ["b@[192.0.2.1]", undefined],
  ["ｓａｂｕｒｏ@x.jp", "value-mended"],
  ["a＠@example.jp", "value-mended"],
  ["a。b@example.jp", "value-mended"],
  ["三郎@x.jp", undefined],
  ["b@example.com", undefined],
  ["b.c@mail.example.co.jp", undefined],
])("the address %s is reported as %s", (value, code) => {
  expect(detectDamage(value, "mail", seen(value))).toBe(code);
});

test.each<[DamageCheckKind, string, string | undefined]>([
  ["kana", "ﾀﾅｶ", "value-mended"],
  ["kana", "タナカﾞ", "value-mended"],
  ["kana", "タナカ", undefined],
  ["kana", "たなか", undefined],
  ["number", "03‐1234‐5678", "value-mended"],
  ["number", "03−1234−5678", "value-mended"],
  ["number", "03ー1234ー5678", "value-mended"],
  ["number", "０３－１２３４", "value-mended"],
  ["number", "03-1234-5678", undefined],
  ["number", "センター1", undefined],
  ["number", "31234", "value-short"],
])("as %s, %j is reported as %s", (scrutiny, value, code) => {
  expect(detectDamage(value, scrutiny, seen(value))).toBe(code);
});

test.each<[keyof typeof FORMATS, string, DamageCheckKind]>([
  ["users", "社員コード", "code"],
  ["users", "TEL", "number"],
  ["users", "役職", "text"],
  ["users", "フリガナ", "kana"],
  ["contacts", "グループ名", "text"],
  ["users", "メールアドレス", "mail"],
  ["users", "CLOMOアカウントパスワード", "none"],
  ["devices", "IMEI番号", "number"],
  ["docs", "パスワード", "none"],
])("in a file of %s, %s is checked as %s", (format, header, scrutiny) => {
  expect(FORMATS[format].columns.filter((column) => column.header === header).map(damageCheckKindOf)).toEqual([
    scrutiny,
  ]);
});

const mended = (format: keyof typeof FORMATS, header: string, value: string) =>
  FORMATS[format].columns
    .filter((column) => column.header === header)
    .map((column) => createCorrector(column)?.(value));

test.each([
  ["users", "メールアドレス", "\u3000ｊｉｒｏ＠ｅｘａｍｐｌｅ．ｊｐ ", "jiro@example.jp"],
  ["users", "社員コード", " ００１2 ", "0012"],
  ["users", "役職", " 課長Ａ　", "課長Ａ"],
  ["users", "氏名", " 山田　太郎 ", "山田　太郎"],
  ["users", "CLOMOアカウントパスワード", " ａ ", undefined],
  ["docs", "パスワード", " ａ ", undefined],
  ["docs", "ユーザーID", "ｈanako01 ", "hanako01"],
  ["docs", "ファイル管理者権限", "ＴＲＵＥ", "TRUE"],
  ["users", "TEL", "０３−１２３４－００３１", "03-1234-0031"],
  ["users", "TEL", "03‐1234ー0031", "03-1234-0031"],
  ["users", "郵便番号", "１００―０００５", "100-0005"],
  ["users", "社員コード", "データー1‑2", "データー1-2"],
  ["users", "住所", "1−2", "1−2"],
  ["users", "フリガナ", "ﾀｶﾊｼ ﾊﾅｺ", "タカハシ ハナコ"],
  ["users", "フリガナ", "ｺﾞﾄｳ ｼﾞｭﾝﾍﾟｰ", "ゴトウ ジュンペー"],
  ["users", "フリガナ", "カﾞﾞ", "ガ゛"],
  ["users", "フリガナ", "やまだ", "やまだ"],
  ["orgs", "組織名", "第一　営業部 ", undefined],
] as const)("for %s, %s: %j becomes %j", (format, header, value, result) => {
  expect(mended(format, header, value)).toEqual([result]);
});

test.each([
  ["config-profiles", "kind", "パスコード設定プロファイル", "passcode"],
  ["config-profiles", "kind", " managed app settings ", "app-settings"],
  ["apps", "kind", "Enterprise アプリ", "Enterprise"],
  ["devices", "androidMode", "レガシーモード", "legacy"],
  ["devices", "androidMode", "その他", "その他"],
  ["config-profiles", "since", "2026/4/1", "2026-04-01"],
  ["apps", "since", "２０２６-4-1", "2026-04-01"],
  ["apps", "since", "2026年4月1日", "2026-04-01"],
  ["apps", "since", "2026年4/1", "2026年4/1"],
  ["apps", "since", "2026/4/31", "2026/4/31"],
] as const)("%s, %s: %s means %s", (format, field, written, meant) => {
  const column = FORMATS[format].columns.find((one) => one.field === field);
  expect(column && createCorrector(column)?.(written)).toBe(meant);
});
