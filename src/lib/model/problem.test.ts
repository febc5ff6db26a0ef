import { describe, expect, it, test } from "vitest";
import { describeProblem, PROBLEMS, type ProblemCode, type ProblemParams } from "./problem.ts";

/** Parameters for each problem's text, chosen so that they do not occur in any text by themselves. */
const FILLED: Readonly<Record<ProblemCode, ProblemParams>> = {
  "file-empty": {},
  "file-no-rows": {},
  "bytes-invalid": { bytes: "81 FF", encoding: "shift_jis" },
  "character-private-use": { codePoint: "U+E000" },
  "character-nul": {},
  "quote-unclosed": {},
  "quote-stray": {},
  "quote-trailing": {},
  "cells-too-few": { got: 3, want: 14 },
  "cells-too-many": { got: 15, want: 4 },
  "record-too-long": { max: 4711 },
  "columns-too-many": { max: 4711 },
  "cells-surplus": { count: 3 },
  "row-blank": { count: 3 },
  "org-name-unknown": { name: "営業", by: "name" },
  "org-name-ambiguous": { name: "総務課", by: "name", count: 2, paths: "本社/総務課, 大阪支社/総務課" },
  "row-total": { count: 3 },
  "row-note": { count: 3 },
  "row-skipped": { header: "在籍区分", value: "退職", count: 3 },
  "character-bom": {},
  "character-invisible": { codePoint: "U+200B", count: 2 },
  "reference-deleted": { value: "S" },
  "reference-left-out": { value: "S" },
  "dropped-done": { value: "部長", change: 12 },
  "reference-ambiguous": { value: "本社/課" },
  "org-new-code": { org: "西部 <W>", was: "W", code: "W2" },
  "row-ambiguous": { records: "山田", tasks: "11, 12" },
  "key-mended": { value: "A1" },
  "values-too-many": { count: 101, max: 100 },
  "key-too-long": { bytes: 4711, max: 2600 },
  "value-lines": {},
  "value-hidden": { characters: "U+202E" },
  "value-kept": { of: "value-hidden", characters: "U+202E" },
  "value-mended": { value: "A1", mended: "A2" },
  "value-formula": { value: "x1" },
  "value-apostrophe": { value: "x1" },
  "value-exponent": { value: "x1" },
  "value-error": { value: "x1" },
  "value-missing": { value: "x1" },
  "value-blanks": { value: "x1" },
  "name-blanks": { value: "x1" },
  "person-blanks": { value: "x1" },
  "value-full-width": { value: "x1" },
  "value-hyphen": { value: "x1" },
  "kana-half-width": { value: "x1" },
  "value-small": { value: "sn1" },
  "value-short": { value: "x1" },
  "value-decimal": { value: "x1" },
  "value-date": { value: "x1" },
  "mail-scheme": { value: "x1" },
  "mail-enclosed": { value: "x1" },
  "mail-domain": { value: "x1" },
  "mail-comma": { value: "x1" },
  "mail-dot": { value: "x1" },
  "mail-ending": { value: "x1" },
  "value-list": { value: "x1" },
  "value-serial-date": { value: "x1" },
  "cell-formula": { cell: "B7" },
  "cell-merged": { cell: "B7", range: "B6:B8" },
  "cell-error": { cell: "B7", value: "#REF!" },
  "cell-format": { cell: "B7", format: ";;;" },
  "cell-digits": { cell: "B7" },
  "cell-exponent": { cell: "B7" },
  "rows-hidden": { count: 47, row: 8 },
  "header-blank": { row: 3 },
  "columns-blank": { count: 3 },
  "header-again": {},
  "header-needed": { header: "氏名" },
  "header-duplicate": { header: "役職", first: 47 },
  "header-reserved": { header: "constructor" },
  "header-unknown": { header: "役所", nearest: "役職" },
  "header-near": { header: "役所", nearest: "役職" },
  "header-removed": { header: "入社年", task: 4711 },
  "header-missing": { header: "役職" },
  "header-other-app": { header: "役職", app: "SecuredMailer" },
  "column-blank": { count: 4711 },
  "values-cleared": { cleared: 4711, filled: 4712 },
  "org-outside": { of: "user" },
  "org-top": { name: "営業部" },
  "org-beyond": { code: "W1" },
  "value-unusable": { value: "x1", header: "メールアドレス" },
  required: {},
  "required-new": { header: "パスワード", of: "user" },
  "too-long": { length: 300, max: 256 },
  "too-short": { length: 3, min: 6 },
  "not-alphanumeric": {},
  "not-boolean": {},
  "not-choice": { choices: "Exchange / Microsoft365" },
  "not-mail-address": {},
  "port-range": {},
  "key-duplicate": { header: "UPN", row: 47 },
  "value-duplicate": { header: "UPN", row: 47 },
  "key-ambiguous": { count: 47 },
  "export-lacks": { name: "佐藤 <ken@x.jp>" },
  "new-address": { value: "0051", holder: "髙橋 <b@x>", key: "email" },
  "row-contested": { value: "0051", holder: "髙橋 <b@x>", name: "山田 <a@x>" },
  "zeros-lost": { value: "51", was: "0051", count: 47 },
  "value-taken": { value: "a@x", header: "UPN", of: "user", holder: "b@x" },
  "org-unknown": { code: "S01" },
  "org-parent-unknown": { parent: "S01" },
  "org-parent-ambiguous": { parent: "本社/課" },
  "org-cycle": { name: "本社" },
  "org-delete-holds": { org: "本社/課", code: "S01", users: 47, devices: 5, children: 8 },
  "owner-org-unknown": { code: "S01" },
  "rule-broken": { en: "a scheme needs at least one check item", ja: "スキームには 1 つ以上のチェック項目が必要です" },
  "owner-both": { one: "所有者メールアドレス", other: "所有組織コード" },
  "owner-not-managed": { status: "管理外", allowed: "事前登録 / 管理中" },
  "owner-wipe": { certain: 1 },
  "account-taken": { owner: "髙橋", device: "S1" },
  "account-shared": { owner: "髙橋", device: "S1" },
  "android-mode-elsewhere": {},
  "user-unknown": { value: "hanako@example.co.jp" },
  "delete-held": { name: "髙橋", count: 47, of: "device" },
  "owner-released": { name: "髙橋", devices: "SN000001 (090-0000-0001)" },
  "group-unknown": { group: "営業" },
  "administrator-row": { id: "admin7" },
  "administrator-delete": { name: "髙橋" },
  "administrator-account": { name: "髙橋" },
  "account-name-composed": { value: "yamada", composed: "E0042", by: "employee-code" },
  "administrator-above": { name: "髙橋" },
};

const CODES = Object.keys(PROBLEMS) as ProblemCode[];
const JAPANESE = /[\u3040-\u30ff\u4e00-\u9fff]/;
/** Parameters that select a word, or are one in a language, and are not shown themselves. */
const CHOOSES: readonly string[] = ["of", "certain", "by", "key", "en", "ja"];
/** Problems of a column whose header already precedes the text: Japanese does not repeat it. */
const HEADED: readonly ProblemCode[] = ["key-duplicate", "value-duplicate"];

describe.each(CODES)("%s", (code) => {
  const params = FILLED[code];
  const { en, ja } = describeProblem({ code, params });

  it("contains all its parameters in both languages", () => {
    for (const [name, value] of Object.entries(params)) {
      if (CHOOSES.includes(name)) continue;
      expect(en).toContain(String(value));
      expect(HEADED.includes(code) && name === "header" ? en : ja).toContain(String(value));
    }
    expect(`${en}${ja}`).not.toMatch(/undefined|\[object/);
    expect(en).toMatch(/[a-z]{4}/);
    expect(ja).toMatch(JAPANESE);
  });

  it("differs from every other text", () => {
    const others = CODES.filter((other) => other !== code).map((other) =>
      describeProblem({ code: other, params: FILLED[other] }),
    );
    expect(others.map((other) => other.en)).not.toContain(en);
    expect(others.map((other) => other.ja)).not.toContain(ja);
  });
});

test("English texts contain no Japanese except values", () => {
  const withoutParams = CODES.map((code) => {
    const blank = Object.fromEntries(Object.keys(FILLED[code]).map((name) => [name, "x"]));
    return describeProblem({ code, params: blank }).en.replace("全社", "");
  });
  expect(withoutParams.filter((en) => JAPANESE.test(en))).toEqual([]);
});

test.each([
  ["header-unknown", { header: "役所" }, /役職|mean|ですか/],
  ["org-delete-holds", { org: "本社", users: 1, children: 0 }, /\(|0|[Dd]evice|デバイス/],
  ["org-beyond", { code: "E1" }, /path|パス/],
  ["account-name-composed", { value: "yamada", composed: "", by: "employee-code" }, /write|にするか/],
  ["org-delete-holds", { org: "本社", users: 0, children: 2 }, /\(|0|[Dd]evice|デバイス|users|ユーザー/],
] as const)("%s omits unknown details", (code, params, unsaid) => {
  const { en, ja } = describeProblem({ code, params });
  expect(`${en}${ja}`).not.toMatch(unsaid);
  expect(`${en}${ja}`).not.toContain("undefined");
});

test("keeps braces in a value", () => {
  expect(describeProblem({ code: "org-parent-unknown", params: { parent: "{parent} $&" } })).toEqual({
    en: "no such parent organisation: {parent} $&",
    ja: "上位組織「{parent} $&」がありません",
  });
});
