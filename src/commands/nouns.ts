import { line } from "../lib/advice/index.ts";
import { PANEL_KINDS, TYPES_BY_FORMAT } from "../lib/nouns/index.ts";
import { text } from "../lib/text/index.ts";
import type { Noun } from "./kit/command.ts";

const FIRST_SYNC_COMMAND = line("console sync", ["EXPORT.csv"]);
const GRANT_ROLE_COMMAND = line("clomo-account edit", ["USER"], { role: "ROLE" });

/** The program, and its nouns by path. */
export const NOUNS: Readonly<Record<string, Noun>> = {
  ...Object.fromEntries(
    PANEL_KINDS.map((kind) => [kind, { group: "daily", summary: TYPES_BY_FORMAT[kind].title } as const]),
  ),
  "": {
    summary: text(
      "Unofficial tool for CLOMO administrators. No public CLOMO API is known.",
      "CLOMO 管理者向けの非公式ツール。CLOMO の公開 API は確認されていません",
    ),
    examples: [
      "clomoctl users import people.csv --create-orgs --yes",
      "clomoctl renewals check certificates --within 60d --critical 2w",
    ],
  },
  "access-tokens": {
    summary: text("access tokens for programs", "プログラム用のアクセストークン"),
  },
  ade: {
    group: "apple",
    summary: text("Apple's Automated Device Enrolment (ADE)", "ADE(Automated Device Enrollment)"),
    examples: ["clomoctl ade status", "clomoctl ade sync"],
  },
  "ade business-key": { summary: text("key of the Apple Business API", "Apple Business API の鍵") },
  "ade devices": { summary: text("ADE devices", "ADE デバイス情報") },
  "ade endpoint": { summary: text("endpoint of Apple's services", "Apple のサービスの接続先") },
  "ade keypair": {
    summary: text(
      "public key with which Apple encrypts the server token",
      "サーバートークンの暗号化に Apple が使う公開鍵",
    ),
  },
  "ade token": { summary: text("the server token (valid for one year)", "サーバートークン(期限 1 年)") },
  apps: {
    summary: text("apps, their licences, and where they are installed", "アプリとライセンス・適用先"),
  },
  audit: {
    group: "tenant",
    summary: text(
      "audit log: who changed what, when, and from where",
      "監査ログ(だれが、いつ、どこから、何を変更したか)",
    ),
  },
  "clomo-account": {
    group: "tenant",
    summary: text("CLOMO accounts and the roles of administrators", "CLOMO アカウントと管理者権限"),
    aliases: ["account"],
  },
  "clomo-account settings": {
    summary: text("how account names are built, and the authentication type", "CLOMO アカウント設定"),
  },
  "config-profiles": {
    group: "daily",
    summary: text("profiles, and where they are installed", "構成プロファイルと適用先"),
  },
  console: {
    group: "daily",
    summary: text("tasks to do in the console (CLOMO PANEL)", "管理画面(CLOMO PANEL)で行う作業"),
    advice: text(
      `A tenant becomes a mirror of the console when you import console exports into it: ${FIRST_SYNC_COMMAND}`,
      `管理画面のエクスポートを取り込むと、テナントが管理画面のミラーになります: ${FIRST_SYNC_COMMAND}`,
    ),
  },
  context: {
    group: "set-up",
    summary: text("names for the tenants that commands work on", "コンテキスト(操作するテナント)"),
  },
  csv: {
    group: "daily",
    summary: text("CSV files (no tenant needed)", "CSV ファイル(テナントは不要)"),
  },
  "devices action": {
    summary: text("record what is done to devices, such as lost mode", "紛失モードなど、デバイスの操作を記録する"),
  },
  handover: {
    group: "handover",
    summary: text("hand a tenant over to a successor", "テナントを後任に引き継ぐ"),
  },
  imports: {
    group: "daily",
    summary: text("plans and history of imports", "インポートの計画と履歴"),
  },
  layouts: {
    group: "daily",
    summary: text("layouts for lists with other headers", "ヘッダーの異なる一覧の読み取り方(レイアウト)"),
  },
  onboarding: {
    group: "set-up",
    summary: text("set up a new tenant for iOS, step by step", "新しいテナントでの iOS の導入手順"),
  },
  renewals: {
    group: "daily",
    summary: text("renewal items and their expiry dates", "年次更新・期限"),
  },
  roles: {
    group: "tenant",
    summary: text("administrator roles and permission schemes", "管理者権限とカスタム管理権限スキーム"),
    advice: text(`To give a user a role: ${GRANT_ROLE_COMMAND}`, `ユーザーに権限を与えるには: ${GRANT_ROLE_COMMAND}`),
  },
  "roles schemes": {
    summary: text("permission schemes (カスタム管理権限スキーム)", "カスタム管理権限スキーム"),
  },
  secured: {
    group: "daily",
    summary: text("users and groups of the five SECURED APPs", "SECURED APPs の 5 アプリのユーザーとグループ"),
  },
  "secured groups": {
    summary: text("SECURED APPs groups", "SECURED APPs のグループ"),
  },
  "secured users": {
    summary: text("SECURED APPs users", "SECURED APPs のユーザー"),
  },
  tenant: {
    group: "tenant",
    summary: text("contract, addresses and features of the tenant", "テナントの契約、アドレス、利用機能"),
  },
  users: {
    group: "daily",
    summary: text("users of CLOMO PANEL", "CLOMO PANEL のユーザー"),
  },
  "users fields": {
    summary: text("custom user fields", "カスタムユーザー情報の項目"),
  },
};
