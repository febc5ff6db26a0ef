import { describe, expect, it } from "vitest";
import { SECURED_APPS } from "../../nouns/secured-user.ts";
import { FORMAT_NAMES } from "../../nouns/index.ts";
import { findColumn, listColumns } from "../../derived/format.ts";
import { FORMATS } from "../../derived/formats.ts";
import { suggestHeader } from "./columns.ts";

const headers = (name: (typeof FORMAT_NAMES)[number]): string =>
  FORMATS[name].columns.map(({ header }) => header).join(", ");

describe("headers", () => {
  it("facts 6.3: are those of CLOMO's manual, in its order", () => {
    expect(headers("browser")).toBe("表示名, ユーザーID, パスワード, 説明");
    expect(headers("docs")).toBe(
      "表示名, ユーザーID, パスワード, シークレットキー, グループ名, ファイル管理者権限, 説明",
    );
    expect(headers("mailer")).toBe(
      "表示名, ユーザーID, パスワード, 説明, IMAPメールアカウント名, IMAPメールアドレス, IMAPユーザー名, IMAPメールアカウントパスワード, IMAP認証パスフレーズ, IMAPメールアカウント説明, IMAP受信サーバアドレス, IMAP受信サーバポート番号, IMAP受信サーバSSL有効, IMAP送信サーバアドレス, IMAP送信サーバポート番号, IMAP送信サーバSSL有効, Exchangeサーバアカウント名, Exchangeメールアドレス, Exchangeドメイン, Exchangeアカウント, Exchangeアカウントパスワード, Exchange認証パスフレーズ, Exchangeサーバアカウント説明, Exchangeサーバアドレス, ExchangeサーバSSL有効, プロキシ設定, プロキシホストアドレス, プロキシポート, プロキシユーザー, プロキシパスワード",
    );
    expect(headers("calendar")).toBe(
      "表示名, ユーザーID, パスワード, 説明, グループ名, グループ管理者フラグ, IMAPメールアカウント名, IMAPメールアドレス, IMAPドメイン, IMAPアカウント, IMAPアカウントパスワード, IMAP認証パスフレーズ, IMAPメールアカウント説明, IMAP受信サーバアドレス, IMAP受信サーバポート番号, IMAP受信サーバSSL有効, Exchangeメールアカウント名, Exchangeメールアドレス, Exchangeドメイン, Exchangeアカウント, Exchangeアカウントパスワード, Exchange認証パスフレーズ, Exchangeメールアカウント説明, Exchangeサーバアドレス, ExchangeサーバSSL有効, Microsoft365アカウント名, Microsoft365メールアドレス, Microsoft365認証パスフレーズ, Microsoft365アカウント説明, プロキシ設定, プロキシホストアドレス, プロキシポート, プロキシユーザー, プロキシパスワード",
    );
    expect(headers("contacts")).toBe(
      "表示名, ユーザーID, パスワード, 説明, グループ名, グループ管理者フラグ, Exchangeメールアカウント名, アカウントのタイプ, メールアドレス, Exchangeドメイン, Exchangeアカウント, Exchangeアカウントパスワード, Exchange認証パスフレーズ, Exchangeメールアカウント説明, Exchangeサーバアドレス, ExchangeサーバSSL有効, プロキシ設定, プロキシホストアドレス, プロキシポート, プロキシユーザー, プロキシパスワード",
    );
    expect(SECURED_APPS.map((app) => FORMATS[app].columns.length)).toEqual([4, 7, 30, 34, 21]);
  });

  it("facts 1.2: have UPN as the seventh column of CLOMO PANEL, between 社員コード and 住所の区分", () => {
    const users = FORMATS.users.columns.map(({ header }) => header);
    expect(users.slice(5, 8)).toEqual(["社員コード", "UPN", "住所の区分"]);
    expect(users).toHaveLength(15);
  });

  it("mean the same field in every app, and a field has one header", () => {
    const all = SECURED_APPS.flatMap((app) => FORMATS[app].columns);
    const fieldOf = new Map(all.map(({ header, field }) => [header, field]));
    const headerOf = new Map(all.map(({ header, field }) => [field, header]));
    for (const { header, field } of all) {
      expect(fieldOf.get(header)).toBe(field);
      expect(headerOf.get(field)).toBe(header);
    }
  });
});

describe("every format", () => {
  it.each(FORMAT_NAMES)("%s: has unique fields and headers, and its keys are columns", (name) => {
    const { columns, key, unique, fallbackKey = [] } = FORMATS[name];
    expect(new Set(columns.map(({ field }) => field)).size).toBe(columns.length);
    expect(new Set(columns.map(({ header }) => header)).size).toBe(columns.length);
    for (const field of [key, ...unique, ...fallbackKey]) expect(findColumn(columns, field)?.field).toBe(field);
  });

  it("facts 6.5: omits passwords, passphrases and keys from every export", () => {
    for (const { columns } of Object.values(FORMATS)) {
      for (const { header, secret = false, consoleExport = false } of columns) {
        expect(secret).toBe(/パスワード|パスフレーズ|シークレット/.test(header));
        expect(secret && consoleExport).toBe(false);
      }
    }
  });

  it("facts 6.5: shows three columns in the export of SECURED APPs", () => {
    for (const app of SECURED_APPS) {
      const shown = FORMATS[app].columns.filter(({ consoleExport }) => consoleExport === true);
      expect(new Set(shown.map(({ header }) => header))).toEqual(new Set(["表示名", "ユーザーID", "説明"]));
    }
  });
});

describe("columns by name", () => {
  it("are found by header, with look-alikes folded, or by field", () => {
    const columns = listColumns(FORMATS.users, [{ id: "f1", name: "入社\u301c日" }]);
    expect(findColumn(columns, "氏名")?.field).toBe("name");
    expect(findColumn(columns, "employeeCode")?.header).toBe("社員コード");
    expect(findColumn(columns, "入社\uff5e日")?.field).toBe("custom:f1");
    expect(findColumn(columns, "toString")).toBeUndefined();
  });

  it.each([
    ["メールアドレ", "メールアドレス"],
    ["ﾌﾘｶﾞﾅ", "フリガナ"],
    ["CLOMO アカウント名", "CLOMOアカウント名"],
    ["ＵＰＮ", "UPN"],
  ])("%s is probably %s", (header, nearest) => {
    expect(suggestHeader(FORMATS.users.columns, header)).toBe(nearest);
  });

  it("are suggested for a name like that of the field", () => {
    expect(suggestHeader(FORMATS.users.columns, "titl")).toBe("役職");
    expect(suggestHeader(FORMATS.users.columns, "email")).toBe("メールアドレス");
  });

  it("are not suggested for very different names", () => {
    expect(suggestHeader(FORMATS.users.columns, "血液型と星座")).toBeUndefined();
    expect(suggestHeader(FORMATS.users.columns, "x".repeat(1_000_000))).toBeUndefined();
  });
});

it.each([
  ["users", "お名前", "氏名"],
  ["users", "E-Mail", "メールアドレス"],
  ["users", "社員Ｎｏ", "社員コード"],
  ["users", "電話 番号", "TEL"],
  ["users", "所属組織", "組織コード"],
  ["users", "所属部署", "組織コード"],
  ["docs", "氏名", "表示名"],
  ["devices", "シリアル番号", "シリアルナンバー"],
  ["users", "従業員氏名", "氏名"],
  ["mailer", "従業員氏名", "表示名"],
  ["users", "カナ氏名", "フリガナ"],
  ["users", "所属名称", "組織コード"],
  ["users", "所属名", "組織コード"],
  ["users", "部門名", "組織コード"],
  ["users", "Department", "組織コード"],
  ["users", "Kana", "フリガナ"],
  ["users", "Organization code", "組織コード"],
  ["users", "Organisation Name", "組織コード"],
  ["orgs", "Organization Name", "組織名"],
  ["orgs", "Organization Code", "組織コード"],
  ["users", "電子メール", "メールアドレス"],
  ["users", "メールアドレス(会社)", "メールアドレス"],
  ["users", "携帯電話", "TEL"],
  ["devices", "使用者メール", "所有者メールアドレス"],
  ["devices", "利用者", "所有者メールアドレス"],
  ["devices", "社員番号", "所有者メールアドレス"],
  ["users", "constructor", undefined],
  ["users", "旧所属", undefined],
  ["users", "変更前役職", undefined],
  ["users", "新役職", "役職"],
  ["orgs", "部門名称", "組織名"],
  ["orgs", "部署コード", "組織コード"],
  ["orgs", "上位コード", "上位組織コード"],
  ["users", "部門名称", "組織コード"],
  ["users", "配属先", "組織コード"],
  ["users", "漢字氏名", "氏名"],
  ["users", "役職名称", "役職"],
  ["users", "内線番号", "内線"],
] as const)("in a file of %s, %s is probably %s", (format, theirs, ours) => {
  expect(suggestHeader(FORMATS[format].columns, theirs)).toBe(ours);
});
