import type { Block, Document, Words } from "../document/blocks.ts";
import { TENANT } from "../model/tenant.ts";
import { same, text, type Text } from "../text/index.ts";
import { answered, QUESTIONS, type OnboardingFacts } from "./facts.ts";
import { CONDITIONS, PROFILE_KINDS } from "./profile-kinds.ts";

/** A table of the sheet: what is known stands in it, the rest is to be filled in by hand. */
const table = (caption: Text, head: readonly Text[], rows: readonly (readonly (Words | null)[])[]): Block => ({
  kind: "table",
  caption,
  head,
  rows: rows.map((row) => row.map((cell) => cell ?? "")),
  blank: true,
});

const blankRows = (columns: number, rows: number): readonly (readonly null[])[] =>
  Array.from({ length: rows }, () => Array.from({ length: columns }, () => null));

const ITEM = [text("item", "項目"), text("decision", "設定内容")];

const used = (value: boolean | null): Text | null => {
  if (value === null) return null;
  return value ? text("used", "使う") : text("not used", "使わない");
};

/** What is recorded, and was answered. */
const knownTables = (facts: OnboardingFacts): readonly Block[] => {
  const { profile } = facts;
  const way = answered(facts, "onboarding.way");
  const agent = answered(facts, "onboarding.agent");
  const fields = ["domain", "loginUrl", "mdmAddress", "contactName", "contactMail", "contactPhone"] as const;
  return [
    table(
      text("the tenant", "テナント"),
      ITEM,
      fields.map((field) => [TENANT.fields[field].label, profile[field]]),
    ),
    table(text("1–2 how devices and apps are managed", "1〜2 デバイスとアプリケーションの管理方法"), ITEM, [
      [text("devices", "デバイスの管理状態"), way === undefined ? null : QUESTIONS["onboarding.way"].choices[way]],
      [same("CLOMO MDM Agent for iOS"), agent === undefined ? null : QUESTIONS["onboarding.agent"].choices[agent]],
      [same("ADE"), used(profile.ade)],
      [same("VPP"), used(profile.vpp)],
      [same("CLOMO MOBILE APP PORTAL"), used(profile.mobileAppPortal)],
    ]),
  ];
};

/** What is decided and filled in by hand. */
const BLANK_TABLES: readonly Block[] = [
  table(
    text("3 accounts: who holds them (never a password)", "3 アカウントと保持者(パスワードは書かない)"),
    [
      text("account", "アカウント"),
      text("address", "メールアドレス"),
      text("telephone for the 2-factor code", "認証コードを受け取る電話の番号"),
      text("who holds it", "保持者"),
      text("where the password is kept", "パスワードの保管場所"),
    ],
    [
      [text("Apple Account (push certificate)", "Apple Account(プッシュ通知証明書)"), null, null, null, null],
      [text("Managed Apple Account (Apple Business Manager)", "管理対象 Apple Account(ABM)"), null, null, null, null],
    ],
  ),
  table(
    text("5 administrators: one person, one account", "5 登録する管理者(1名に1アカウント)"),
    [
      text("name", "氏名"),
      text("mail address", "メールアドレス"),
      text("role", "管理者権限"),
      text("support option", "サポートオプション"),
    ],
    blankRows(4, 5),
  ),
  table(
    text("6 organisations and users", "6 組織やユーザー"),
    [
      text("organisation", "組織名"),
      text("code", "組織コード"),
      text("above it", "上位組織"),
      text("users", "ユーザー数"),
    ],
    blankRows(4, 6),
  ),
  table(
    text("10 profiles", "10 プロファイル"),
    [
      text("profile", "プロファイル"),
      text("for", "利用目的"),
      text("condition", "条件"),
      text("used for whom", "適用先"),
    ],
    PROFILE_KINDS.map(({ name, use, needs }) => [
      name,
      use,
      needs === undefined ? text("none", "なし") : CONDITIONS[needs],
      null,
    ]),
  ),
  table(
    text("11 apps", "11 アプリケーション"),
    [text("app", "アプリ名"), same("MarketPlace / Enterprise"), text("automatic for", "自動インストールの対象")],
    blankRows(3, 6),
  ),
];

const TITLE = text("Set-up sheet for iOS", "iOS 設定シート");
const NOTE = text(
  "What is recorded in clomoctl is filled in; the rest is for the pen. This sheet is clomoctl's own: the maker's is 「iOS 設定ガイドシート」.",
  "clomoctl に登録済みの内容は記入してあります。空欄に記入してください。このシートは clomoctl 独自のもので、メーカーのものは「iOS 設定ガイドシート」です。",
);

/** The sheet that a new administrator fills in: its tables by the steps of the manual. @see seed 003 (iOS 設定ガイドシート) */
export const setUpSheet = (facts: OnboardingFacts): Document => ({
  title: TITLE,
  isWide: true,
  intro: [{ kind: "paragraph", words: NOTE }, ...knownTables(facts), ...BLANK_TABLES],
  sections: [],
});
