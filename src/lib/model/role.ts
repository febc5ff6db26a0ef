import { text, type Text } from "../text/index.ts";

/** Roles (管理者権限) are in the order of the console's form. @see facts 2.1; seed 000 */
export const ROLES = {
  none: text("no administrator role", "管理者権限を付与しない"),
  system: text("system administrator", "システム管理者"),
  division: text("division administrator", "部門管理者"),
  operator: text("operator", "オペレーター"),
  custom: text("custom administrator", "カスタム管理者"),
} as const satisfies Record<string, Text>;

export type Role = keyof typeof ROLES;

export const ADMINISTRATOR_ROLES = ["system", "division", "operator", "custom"] as const satisfies readonly Role[];

export type AdministratorRole = (typeof ADMINISTRATOR_ROLES)[number];

/** The console calls the option サポートオプション. @see facts 2.1 */
export const MAX_SUPPORT_OPTIONS = 5;

/** @param others accounts that already have the option */
export const isSupportOptionAvailable = (others: readonly string[]): boolean => others.length < MAX_SUPPORT_OPTIONS;

/** Operations of カスタム管理権限スキーム. CLOMO's manual names three of them (`manual`). @see facts 2.1 */
export const OPERATIONS = {
  "tenant.write": { about: text("change tenant information", "テナント情報の変更") },
  "handover.read": {
    about: text("read handover answers and console values", "引き継ぎの回答・管理画面の値の閲覧"),
  },
  "orgs.read": { about: text("read organisations", "組織の閲覧") },
  "orgs.write": { about: text("create and change organisations", "組織の作成と変更"), manual: true },
  "orgs.delete": { about: text("delete organisations", "組織の削除") },
  "users.read": { about: text("read users", "ユーザーの閲覧") },
  "users.write": { about: text("create and change users", "ユーザーの作成と変更"), manual: true },
  "users.move": { about: text("move users between organisations", "ユーザーの組織移動"), manual: true },
  "users.delete": { about: text("delete users", "ユーザーの削除") },
  "fields.read": { about: text("read custom fields", "カスタムユーザー情報の項目の閲覧") },
  "fields.write": { about: text("add and remove custom fields", "カスタムユーザー情報の項目の追加・削除") },
  "accounts.read": { about: text("read CLOMO accounts", "CLOMO アカウントの閲覧") },
  "accounts.write": { about: text("create accounts and appoint operators", "アカウントの作成・オペレーターの任命") },
  "accounts.roles": { about: text("grant roles above operator", "オペレーターより上の管理者権限の付与") },
  "accounts.orgs": { about: text("set managed organisations", "管理対象組織の設定") },
  "accounts.settings": { about: text("change CLOMO account settings", "CLOMO アカウント設定の変更") },
  "schemes.read": { about: text("read permission schemes", "カスタム管理権限スキームの閲覧") },
  "schemes.write": { about: text("create and change permission schemes", "カスタム管理権限スキームの変更") },
  "roles.read": { about: text("read the rights of roles", "管理者権限の一覧の閲覧") },
  "devices.read": { about: text("read devices", "デバイスの閲覧") },
  "devices.write": { about: text("add and change devices, and assign owners", "デバイスの登録・変更・所有者の設定") },
  "devices.note": { about: text("change memos and tags of devices", "デバイスのメモとタグの変更") },
  "devices.delete": { about: text("delete devices", "デバイスの削除") },
  "config-profiles.read": { about: text("read configuration profiles", "構成プロファイルの閲覧") },
  "config-profiles.write": { about: text("record configuration profiles", "構成プロファイルの登録・変更") },
  "config-profiles.delete": { about: text("delete configuration profiles", "構成プロファイルの削除") },
  "apps.read": { about: text("read apps", "アプリの閲覧") },
  "apps.write": { about: text("record apps", "アプリの登録・変更") },
  "apps.delete": { about: text("delete apps", "アプリの削除") },
  "apple.read": { about: text("read ADE", "ADE の閲覧") },
  "apple.write": {
    about: text("manage ADE", "ADE の管理"),
  },
  "secured.read": { about: text("read users and groups of SECURED APPs", "SECURED APPs のユーザー・グループ閲覧") },
  "secured.write": {
    about: text("change users and groups of SECURED APPs", "SECURED APPs のユーザー・グループ変更"),
  },
  "console.read": { about: text("read console tasks", "管理画面での作業の閲覧") },
  "console.write": {
    about: text("write upload files, close tasks", "ファイルの書き出し、作業の完了"),
  },
  "audit.read": { about: text("read the audit log", "監査ログの閲覧") },
  "audit.verify": { about: text("verify the whole audit log", "監査ログ全体の検証") },
  "renewals.read": { about: text("read renewal items", "年次更新・期限の閲覧") },
  "renewals.write": { about: text("record renewal items and reminders", "年次更新・期限の項目と通知の登録") },
} as const satisfies Readonly<Record<string, { readonly about: Text; readonly manual?: true }>>;

export type Operation = keyof typeof OPERATIONS;

export const OPERATION_GROUPS = {
  tenant: text("tenant", "テナント情報"),
  handover: text("handover", "引き継ぎ"),
  orgs: text("organisations", "組織"),
  users: text("users", "ユーザー"),
  fields: text("custom fields", "カスタムユーザー情報"),
  accounts: text("CLOMO accounts", "CLOMO アカウント"),
  schemes: text("permission schemes", "カスタム管理権限スキーム"),
  roles: text("roles", "管理者権限"),
  devices: text("devices", "デバイス"),
  "config-profiles": text("configuration profiles", "構成プロファイル"),
  apps: text("apps", "アプリ"),
  apple: text("Apple's services", "Apple のサービス"),
  secured: text("SECURED APPs", "SECURED APPs"),
  console: text("console tasks", "管理画面での作業"),
  audit: text("audit log", "監査ログ"),
  renewals: text("renewal items", "年次更新・期限"),
} as const satisfies Readonly<Record<string, Text>>;

export type OperationGroup = keyof typeof OPERATION_GROUPS;

export const operationGroupOf = (operation: Operation): OperationGroup => operation.split(".")[0] as OperationGroup;
