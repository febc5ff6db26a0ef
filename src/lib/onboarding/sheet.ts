import type { Block, Document, DisplayText } from "../document/blocks.ts";
import { TENANT } from "../model/tenant.ts";
import { same, text, type Text } from "../text/index.ts";
import { findOnboardingAnswer, QUESTIONS, type OnboardingFacts } from "./facts.ts";
import { PROFILE_CONDITIONS, PROFILE_KINDS } from "./profile-kinds.ts";

/** Returns a table of the sheet. Cells whose value is not known are blank, to be filled in by hand. */
const createSheetTable = (
  caption: Text,
  head: readonly Text[],
  rows: readonly (readonly (DisplayText | null)[])[],
): Block => ({
  kind: "table",
  caption,
  head,
  rows: rows.map((row) => row.map((cell) => cell ?? "")),
  blank: true,
});

const createBlankRows = (columns: number, rows: number): readonly (readonly null[])[] =>
  Array.from({ length: rows }, () => Array.from({ length: columns }, () => null));

const ITEM_HEADERS = [text("item", "項目"), text("setting", "設定内容")];

const formatUsage = (value: boolean | null): Text | null => {
  if (value === null) return null;
  return value ? text("used", "使う") : text("not used", "使わない");
};

const buildKnownTables = (facts: OnboardingFacts): readonly Block[] => {
  const { profile } = facts;
  const way = findOnboardingAnswer(facts, "onboarding.way");
  const agent = findOnboardingAnswer(facts, "onboarding.agent");
  const fields = ["domain", "loginUrl", "mdmAddress", "contactName", "contactMail", "contactPhone"] as const;
  return [
    createSheetTable(
      text("tenant", "テナント"),
      ITEM_HEADERS,
      fields.map((field) => [TENANT.fields[field].label, profile[field]]),
    ),
    createSheetTable(
      text("1–2 Management of devices and apps", "1〜2 デバイスとアプリケーションの管理方法"),
      ITEM_HEADERS,
      [
        [
          text("device management", "デバイスの管理状態"),
          way === undefined ? null : QUESTIONS["onboarding.way"].choices[way],
        ],
        [same("CLOMO MDM Agent for iOS"), agent === undefined ? null : QUESTIONS["onboarding.agent"].choices[agent]],
        [same("ADE"), formatUsage(profile.ade)],
        [same("VPP"), formatUsage(profile.vpp)],
        [same("CLOMO MOBILE APP PORTAL"), formatUsage(profile.mobileAppPortal)],
      ],
    ),
  ];
};

const BLANK_TABLES: readonly Block[] = [
  createSheetTable(
    text(
      "3 Accounts and their holders (never write down a password)",
      "3 アカウントと保持者(パスワードは書かないでください)",
    ),
    [
      text("account", "アカウント"),
      text("email address", "メールアドレス"),
      text("telephone for the verification code", "認証コードを受け取る電話の番号"),
      text("holder", "保持者"),
      text("where the password is kept", "パスワードの保管場所"),
    ],
    [
      [text("Apple Account (push certificate)", "Apple Account(プッシュ通知証明書)"), null, null, null, null],
      [text("Managed Apple Account (Apple Business Manager)", "管理対象 Apple Account(ABM)"), null, null, null, null],
    ],
  ),
  createSheetTable(
    text("5 Administrators to create (one account per person)", "5 登録する管理者(1名に1アカウント)"),
    [
      text("name", "氏名"),
      text("email address", "メールアドレス"),
      text("role", "管理者権限"),
      text("support option", "サポートオプション"),
    ],
    createBlankRows(4, 5),
  ),
  createSheetTable(
    text("6 Organisations and users", "6 組織やユーザー"),
    [
      text("organisation", "組織名"),
      text("code", "組織コード"),
      text("parent organisation", "上位組織"),
      text("number of users", "ユーザー数"),
    ],
    createBlankRows(4, 6),
  ),
  createSheetTable(
    text("10 Profiles", "10 プロファイル"),
    [
      text("profile", "プロファイル"),
      text("purpose", "利用目的"),
      text("condition", "条件"),
      text("apply to", "適用先"),
    ],
    PROFILE_KINDS.map(({ name, use, needs }) => [
      name,
      use,
      needs === undefined ? text("none", "なし") : PROFILE_CONDITIONS[needs],
      null,
    ]),
  ),
  createSheetTable(
    text("11 Apps", "11 アプリケーション"),
    [
      text("app", "アプリ名"),
      same("MarketPlace / Enterprise"),
      text("install automatically on", "自動インストールの対象"),
    ],
    createBlankRows(3, 6),
  ),
];

const SHEET_TITLE = text("Set-up sheet for iOS", "iOS 設定シート");
const SHEET_INTRO = text(
  "Data that is recorded in clomoctl is already filled in. Fill in the blanks by hand. This is clomoctl's own sheet; CLOMO's sheet is 「iOS 設定ガイドシート」.",
  "clomoctl に登録済みの内容は記入してあります。空欄に記入してください。このシートは clomoctl 独自のもので、CLOMO のシートは「iOS 設定ガイドシート」です。",
);

/**
 * Returns the sheet that a new administrator fills in, in the order of the manual's steps.
 *
 * @see seed 003 (iOS 設定ガイドシート)
 */
export const buildSetUpSheet = (facts: OnboardingFacts): Document => ({
  title: SHEET_TITLE,
  isWide: true,
  intro: [{ kind: "paragraph", words: SHEET_INTRO }, ...buildKnownTables(facts), ...BLANK_TABLES],
  sections: [],
});
