import { text } from "../text/index.ts";
import { defineOrgField, ORG } from "./organisation.ts";
import { EMAIL_ADDRESS_RULE } from "../model/rules.ts";
import {
  CREATED_AT_FIELD,
  RECORD_TIMES,
  listFileFields,
  ID_FIELD,
  defineRight,
  type Field,
  type Fields,
  type RecordOf,
  type RecordType,
  type FileRecordType,
} from "../model/thing.ts";

const defineOptionalTextField = <F extends Partial<Field>>(en: string, ja: string, more?: F) =>
  ({
    type: "text",
    nullable: true,
    label: text(en, ja),
    column: { consoleExport: true },
    ...(more as F),
  }) as const;

/** No file contains these fields, but account names can be built from them. @see facts 2.4 */
const defineManualTextField = (en: string, ja: string, more: Partial<Extract<Field, { readonly type: "text" }>> = {}) =>
  ({ type: "text", nullable: true, label: text(en, ja), byHand: true, ...more }) as const;

export const CUSTOM_FIELD = {
  name: "custom_field",
  collection: "fields",
  single: text("custom field", "カスタムユーザー情報"),
  title: text("custom fields", "カスタムユーザー情報"),
  rights: {
    read: defineRight("read custom fields", "カスタムユーザー情報の項目の閲覧", "all", "all", "all"),
    write: defineRight("add and remove custom fields", "カスタムユーザー情報の項目の追加・削除"),
  },
  bundle: { name: "custom-fields", title: text("custom fields of users", "カスタムユーザー情報の項目") },
  fields: {
    id: ID_FIELD,
    name: { type: "text", label: text("name", "項目名"), comparison: "name", unique: true },
    createdAt: CREATED_AT_FIELD,
  },
  clicks: {
    create: text("CLOMO PANEL: add the field to カスタムユーザー情報", "CLOMO PANEL のカスタムユーザー情報に追加"),
    delete: text("CLOMO PANEL: remove the field in カスタムユーザー情報", "CLOMO PANEL のカスタムユーザー情報から削除"),
    page: text("CLOMO PANEL, カスタムユーザー情報", "CLOMO PANEL のカスタムユーザー情報"),
  },
  usual: ["id", "name", "createdAt"],
} as const satisfies RecordType;

/** Maximum length, which is the limit of email addresses. Existing names may be longer. */
export const MAX_ACCOUNT_NAME_LENGTH = 320;

/**
 * Fields are in the order of the console's file. Only some headers are confirmed; the others are spelled as on the
 * screen. @see facts 1.2, 1.3
 */
const FIELDS = {
  id: ID_FIELD,
  name: {
    type: "text",
    label: text("name", "氏名"),
    column: { required: "always", consoleExport: true },
    personName: "written",
    comparison: "name",
  },
  nameKana: defineOptionalTextField("name in kana", "フリガナ", { personName: "kana" }),
  emails: {
    type: "texts",
    rule: EMAIL_ADDRESS_RULE,
    most: 100,
    label: text("email addresses", "メールアドレス"),
    column: { required: "always", consoleExport: true },
    comparison: "mail-address",
    unique: true,
    short: "email",
  },
  org: {
    ...defineOrgField("organisation", "組織"),
    column: { name: "orgCode", header: "組織コード", consoleExport: true },
    comparison: "code",
    clearable: false,
    refers: {
      to: "org",
      by: "code",
      unknown: { code: "org-unknown", param: "code" },
      creates: { option: "createOrgs", count: "orgsCreated" },
    },
  },
  title: defineOptionalTextField("title", "役職"),
  employeeCode: defineOptionalTextField("employee code", "社員コード", { comparison: "code" }),
  upn: defineOptionalTextField("UPN", "UPN", { comparison: "mail-address" }),
  addressType: defineOptionalTextField("address type", "住所の区分"),
  postalCode: defineOptionalTextField("postal code", "郵便番号", { code: true }),
  address: defineOptionalTextField("address", "住所", { lines: true }),
  tel: defineOptionalTextField("telephone number", "TEL", { code: true }),
  extension: defineOptionalTextField("extension", "内線", { code: true }),
  fax: defineOptionalTextField("fax", "FAX", { code: true }),
  googleWorkspaceEmail: defineManualTextField("Google Workspace email address", "Google Workspaceメールアドレス", {
    rule: EMAIL_ADDRESS_RULE,
  }),
  salesforceAccount: defineManualTextField("Salesforce account", "Salesforceアカウント"),
  accountName: defineOptionalTextField("CLOMO account name", "CLOMOアカウント名", {
    comparison: "code",
    unique: true,
    short: "account",
    clearable: false,
    column: { consoleExport: true, rule: { kind: "text", max: MAX_ACCOUNT_NAME_LENGTH } },
  }),
  accountPassword: {
    type: "text",
    column: { header: "CLOMOアカウントパスワード" },
    secret: true,
    onlyWith: "accountName",
  },
  accountPasswordSetAt: { type: "instant", nullable: true, label: text("password set at", "パスワード設定日時") },
  administrator: { type: "boolean", label: text("administrator", "管理者"), byHand: true },
  custom: {
    type: "objects",
    of: { name: { type: "text" }, value: { type: "text" } },
    label: text("custom fields", "カスタムユーザー情報"),
    byHand: true,
  },
  ...RECORD_TIMES,
} as const satisfies Fields;

/** The form with the name, the password and the role of an account. @see seed 000 */
export const ACCOUNT_FORM = text(
  "CLOMO PANEL: Users/Org › the user › CLOMO アカウント › 編集 › make the changes › 保存; the message 「CLOMO アカウント設定完了」 appears",
  "CLOMO PANEL の「Users/Org」でユーザーを選択し、「CLOMO アカウント」›「編集」をクリックして変更し、「保存」をクリック(「CLOMO アカウント設定完了」のお知らせが表示されます)",
);

export const USER = {
  name: "user",
  collection: "users",
  single: text("user", "ユーザー"),
  rights: {
    read: defineRight("read users", "ユーザーの閲覧", "inside", "inside", "inside"),
    write: {
      ...defineRight("create and change users", "ユーザーの作成と変更", "inside", "no", "item"),
      manual: true,
    },
    move: {
      ...defineRight("move users between organisations", "ユーザーの組織移動", "inside", "no", "item"),
      manual: true,
    },
    delete: defineRight("delete users", "ユーザーの削除", "inside", "no", "item"),
  },
  title: text("users", "ユーザー"),
  screen: ORG.screen,
  // The screen has two fields named TEL. @see facts 1.2, 1.4
  unconfirmed: text(
    "Most headers of CLOMO PANEL's user file (such as TEL) and its encoding are not confirmed. Compare your file with an export from the console.",
    "CLOMO PANEL のユーザー CSV の多くのヘッダー(TEL など)と文字コードは確認されていません。管理画面のエクスポートと見比べてください。",
  ),
  fields: FIELDS,
  formats: { users: listFileFields(FIELDS) },
  keys: [
    { name: "email", field: "emails", unique: true, lasting: true },
    { name: "employee-code", field: "employeeCode", unique: false, lasting: true },
    { name: "upn", field: "upn", unique: false, lasting: true },
  ],
  protects: {
    by: "administrator",
    missing: "administrator-delete",
    keeps: { fields: ["accountName", "accountPassword"], code: "administrator-account" },
  },
  // @see seed 003, 5 and 6-2
  clicks: {
    create: text(
      'CLOMO PANEL: Users/Org › Add User › fill in 「"新規ユーザー" の基本情報」 › 保存',
      'CLOMO PANEL の「Users/Org」›「Add User」をクリックし、「"新規ユーザー" の基本情報」を入力して「保存」をクリック',
    ),
    edit: text(
      "CLOMO PANEL: Users/Org › the user › 編集 › make the changes › 保存 (an assumption)",
      "CLOMO PANEL の「Users/Org」でユーザーを選択し、「編集」をクリックして変更し、「保存」をクリック(推定)",
    ),
    move: text(
      "CLOMO PANEL: Users/Org › the user › 編集 › 所属組織 › 保存 (the manual describes 所属組織 only for new users)",
      "CLOMO PANEL の「Users/Org」でユーザーを選択し、「編集」をクリックして「所属組織」を選び直し、「保存」をクリック(マニュアルに「所属組織」の手順があるのは新規ユーザーだけです)",
    ),
    delete: text(
      "CLOMO PANEL: Users/Org › the user › delete the user (the manual does not describe the steps)",
      "CLOMO PANEL の「Users/Org」でユーザーを選択し、削除(手順はマニュアルに記載がありません)",
    ),
    fields: { accountName: ACCOUNT_FORM, accountPassword: ACCOUNT_FORM, administrator: ACCOUNT_FORM },
  },
  usual: ["name", "emails", "org", "title", "employeeCode", "accountName"],
  custom: true,
} as const satisfies FileRecordType;

export const USER_KEY_NAMES = USER.keys.map(({ name }) => name);

export type User = RecordOf<typeof FIELDS>;

/**
 * Returns the rights that creating a user requires. @param isWhole true if the account manages all organisations
 * @see facts 2.1
 */
export const getOperationsForNewUsers = (isWhole: boolean) =>
  isWhole ? (["users.write", "users.move"] as const) : (["users.write", "users.move", "orgs.write"] as const);
