import { text, type Text } from "../text/index.ts";

/** The roles of CLOMO accounts (管理者権限), in the order of the console's form. @see facts 2.1; seed 000 */
export const ROLES = {
  none: text("no administrator", "管理者権限を付与しない"),
  system: text("system administrator", "システム管理者"),
  division: text("division administrator", "部門管理者"),
  operator: text("operator", "オペレーター"),
  custom: text("custom administrator", "カスタム管理者"),
} as const satisfies Record<string, Text>;

export type Role = keyof typeof ROLES;

/** The roles that sign in to CLOMO PANEL. */
export const ADMINISTRATORS = ["system", "division", "operator", "custom"] as const satisfies readonly Role[];

export type AdministratorRole = (typeof ADMINISTRATORS)[number];

/** The most accounts of a tenant that hold the support option (サポートオプション). @see facts 2.1 */
export const MAX_SUPPORT_OPTIONS = 5;

/**
 * What can be done in a tenant. Its operations are what a role permits, and what the check items of a custom scheme
 * (カスタム管理権限スキーム) are. The manual names three check items, `manual`; the others are ours.
 *
 * @see facts 2.1
 */
export const OPERATIONS = {
  "tenant.read": { about: text("read what is recorded of the tenant", "テナント情報の閲覧") },
  "tenant.write": { about: text("record what is known of the tenant", "テナント情報の変更") },
  "orgs.read": { about: text("read organisations", "組織の閲覧") },
  "orgs.write": { about: text("create and change organisations", "組織の作成と変更"), manual: true },
  "orgs.delete": { about: text("delete organisations", "組織の削除") },
  "users.read": { about: text("read users", "ユーザーの閲覧") },
  "users.write": { about: text("create and change users", "ユーザーの作成と変更"), manual: true },
  "users.move": { about: text("move users between organisations", "ユーザーの組織移動"), manual: true },
  "users.delete": { about: text("delete users", "ユーザーの削除") },
  "fields.read": { about: text("read custom fields", "カスタムユーザー情報の項目の閲覧") },
  "fields.write": { about: text("add and remove custom fields", "カスタムユーザー情報の項目の変更") },
  "accounts.read": { about: text("read CLOMO accounts", "CLOMOアカウントの閲覧") },
  "accounts.write": { about: text("name accounts, and make operators", "アカウントの作成・オペレーターの任命") },
  "accounts.roles": { about: text("grant roles above operator", "オペレーターより上の管理者権限の付与") },
  "accounts.orgs": { about: text("set managed organisations", "管理対象組織の設定") },
  "accounts.settings": { about: text("change the settings of CLOMO accounts", "CLOMOアカウント設定の変更") },
  "schemes.read": { about: text("read custom schemes", "カスタム管理権限スキームの閲覧") },
  "schemes.write": { about: text("make and change custom schemes", "カスタム管理権限スキームの変更") },
  "roles.read": { about: text("read what roles permit", "管理者権限の一覧の閲覧") },
  "devices.read": { about: text("read devices", "デバイスの閲覧") },
  "devices.write": { about: text("add and change devices, give them owners", "デバイスの登録・変更・所有者の設定") },
  "devices.note": { about: text("write memos and tags of devices", "デバイスのメモとタグの変更") },
  "devices.delete": { about: text("delete devices", "デバイスの削除") },
  "apple.read": { about: text("read ADE, push certificate and VPP tokens", "ADE・プッシュ通知証明書・VPP の閲覧") },
  "apple.write": {
    about: text("set ADE, push certificate, VPP; sync", "ADE・プッシュ通知証明書・VPP の設定"),
  },
  "secured.read": { about: text("read users and groups of SECURED APPs", "SECURED APPs のユーザー・グループ閲覧") },
  "secured.write": {
    about: text("change users and groups of SECURED APPs", "SECURED APPs のユーザー・グループ変更"),
  },
  "console.read": { about: text("read what has to be done in the console", "管理画面で行う作業の閲覧") },
  "console.write": { about: text("close what has to be done in the console", "管理画面で行う作業の完了") },
  "audit.read": { about: text("read the audit", "監査ログの閲覧") },
  "audit.verify": { about: text("verify the whole audit", "監査ログ全体の検証") },
  "renewals.read": { about: text("read renewals", "更新期限の閲覧") },
  "renewals.write": { about: text("record renewals and their notices", "更新期限と通知の記録") },
} as const satisfies Readonly<Record<string, { readonly about: Text; readonly manual?: true }>>;

export type Operation = keyof typeof OPERATIONS;

/** What operations are of, by the first part of their names, in the order of {@link OPERATIONS}. */
export const OPERATION_GROUPS = {
  tenant: text("tenant", "テナント情報"),
  orgs: text("organisations", "組織"),
  users: text("users", "ユーザー"),
  fields: text("custom fields", "カスタムユーザー情報"),
  accounts: text("CLOMO accounts", "CLOMO アカウント"),
  schemes: text("custom schemes", "カスタム管理権限スキーム"),
  roles: text("roles", "管理者権限"),
  devices: text("devices", "デバイス"),
  apple: text("Apple's services", "Apple のサービス"),
  secured: text("SECURED APPs", "SECURED APPs"),
  console: text("work in the console", "管理画面で行う作業"),
  audit: text("audit", "監査ログ"),
  renewals: text("renewals", "更新期限"),
} as const satisfies Readonly<Record<string, Text>>;

export type OperationGroup = keyof typeof OPERATION_GROUPS;

/** What an operation is of. */
export const groupOf = (operation: Operation): OperationGroup => operation.split(".")[0] as OperationGroup;
