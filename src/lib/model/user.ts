import { text } from "../text/index.ts";
import { ORG } from "./organisation.ts";
import { MAIL_ADDRESS, TEXT } from "./rules.ts";
import {
  CREATED_AT,
  UPDATED_AT,
  fieldsInFiles,
  idField,
  type Field,
  type Fields,
  type RecordOf,
  type Thing,
  type ThingInFiles,
} from "./thing.ts";

/** A text that may be blank. */
const optional = <F extends Partial<Field>>(en: string, ja: string, example: string | null, more?: F) =>
  ({
    type: "text",
    rule: TEXT,
    nullable: true,
    label: text(en, ja),
    example,
    column: { consoleExport: true },
    ...(more as F),
  }) as const;

/** A text that may be blank and that no file has. @see facts 2.4: what the name of a CLOMO account may be made of */
const byHand = (en: string, ja: string, more: Partial<Extract<Field, { readonly type: "text" }>> = {}) =>
  ({ type: "text", rule: TEXT, nullable: true, label: text(en, ja), example: null, byHand: true, ...more }) as const;

/** A custom user field of the tenant (カスタムユーザー情報). */
export const CUSTOM_FIELD = {
  name: "custom_field",
  fields: {
    id: idField(3),
    name: {
      type: "text",
      rule: TEXT,
      label: text("name", "項目名"),
      example: "入社年",
      comparison: "name",
      unique: true,
    },
    createdAt: CREATED_AT,
  },
  formats: {},
  keys: [],
  clicks: {
    create: text(
      "CLOMO PANEL: add the field to カスタムユーザー情報",
      "CLOMO PANEL のカスタムユーザー情報に項目を追加",
    ),
    delete: text(
      "CLOMO PANEL: remove the field from カスタムユーザー情報",
      "CLOMO PANEL のカスタムユーザー情報から項目を削除",
    ),
    page: text("CLOMO PANEL, カスタムユーザー情報", "CLOMO PANEL のカスタムユーザー情報"),
  },
  usual: ["id", "name", "createdAt"],
  versioned: ["name"],
} as const satisfies Thing;

/**
 * The most characters of an account name: as many as of the mail address that it may be. No limit is documented; this one is
 * ours, and names of before keep theirs.
 */
export const LONGEST_ACCOUNT_NAME = 320;

const { id: ORG_ID, code: ORG_CODE, path: ORG_PATH } = ORG.fields;

/**
 * The fields of a PANEL user, in the order of the console's file. No limit of length is documented for any of them; the one of account names is ours. The
 * spelling of `UPN`, `社員コード`, `住所の区分` and the two account columns is confirmed; the others are spelled as on the
 * screen.
 *
 * @see facts 1.2, 1.3
 */
const FIELDS = {
  id: idField(2),
  name: {
    type: "text",
    rule: TEXT,
    label: text("name", "氏名"),
    example: "髙橋 花子",
    column: { required: "always", consoleExport: true },
    comparison: "name",
  },
  nameKana: optional("name in kana", "フリガナ", "タカハシ ハナコ"),
  emails: {
    type: "texts",
    rule: MAIL_ADDRESS,
    label: text("mail addresses", "メールアドレス"),
    example: ["hanako@example.co.jp", "h.takahashi@example.co.jp"],
    column: { required: "always", consoleExport: true },
    comparison: "mail-address",
    unique: true,
    short: "email",
  },
  org: {
    type: "object",
    of: {
      id: { ...ORG_ID, label: text("organisation id", "組織 ID") },
      code: { ...ORG_CODE, label: text("organisation code", "組織コード") },
      path: { ...ORG_PATH, label: text("organisation", "組織") },
    },
    label: text("organisation", "組織"),
    example: { id: ORG_ID.example, code: ORG_CODE.example, path: ORG_PATH.example },
    columns: [
      ["org", "path"],
      ["orgCode", "code"],
      ["orgId", "id"],
    ],
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
  title: optional("title", "役職", "課長"),
  employeeCode: optional("employee code", "社員コード", "E0042", { comparison: "code" }),
  upn: optional("UPN", "UPN", null, { comparison: "mail-address" }),
  addressType: optional("address type", "住所の区分", null),
  postalCode: optional("postal code", "郵便番号", "100-0005", { code: true }),
  address: optional("address", "住所", "東京都千代田区丸の内", { lines: true }),
  tel: optional("telephone", "TEL", "03-0000-0000", { code: true }),
  extension: optional("extension", "内線", null, { code: true }),
  fax: optional("fax", "FAX", null, { code: true }),
  googleWorkspaceEmail: byHand("Google Workspace address", "Google Workspaceメールアドレス", { rule: MAIL_ADDRESS }),
  salesforceAccount: byHand("Salesforce account", "Salesforceアカウント"),
  accountName: optional("account", "CLOMOアカウント名", null, {
    comparison: "code",
    unique: true,
    short: "account",
    clearable: false,
    column: { consoleExport: true, rule: { kind: "text", max: LONGEST_ACCOUNT_NAME } },
  }),
  accountPassword: {
    type: "text",
    rule: TEXT,
    column: { header: "CLOMOアカウントパスワード" },
    secret: true,
    onlyWith: "accountName",
  },
  accountPasswordSetAt: {
    type: "instant",
    nullable: true,
    label: text("password set at", "パスワード設定日時"),
    example: null,
  },
  administrator: { type: "boolean", label: text("administrator", "管理者"), example: false },
  custom: {
    type: "objects",
    of: { name: { type: "text", rule: TEXT }, value: { type: "text", rule: TEXT } },
    label: text("custom fields", "カスタムユーザー情報"),
    example: [{ name: "入社年", value: "2019" }],
    byHand: true,
  },
  createdAt: CREATED_AT,
  updatedAt: UPDATED_AT,
} as const satisfies Fields;

/** The fields that users can be sorted by. */
export const USER_ORDERS = [
  "name",
  "nameKana",
  "emails",
  "org",
  "title",
  "employeeCode",
  "accountName",
  "createdAt",
  "updatedAt",
] as const satisfies readonly (keyof typeof FIELDS)[];

/** A user of CLOMO PANEL. `emails[0]` is the main address. */
export const USER = {
  name: "user",
  title: text("users", "ユーザー"),
  screen: ORG.screen,
  // @see facts 1.2, 1.4; on the screen there are two TEL
  unconfirmed: text(
    "Most headers of CLOMO PANEL's users file (TEL among them) and its encodings are not confirmed: compare with a file that it exported.",
    "CLOMO PANEL のユーザー CSV の多くのヘッダー(TEL など)と文字コードは確認されていません。管理画面のエクスポートと見比べてください。",
  ),
  fields: FIELDS,
  formats: { users: fieldsInFiles(FIELDS) },
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
  // @see seed 003, 5 and 6-2; of the account seed 000
  clicks: {
    create: text(
      'CLOMO PANEL: Users/Org › Add User › fill in the 「"新規ユーザー" の基本情報」 › 保存',
      'CLOMO PANEL の「Users/Org」›「Add User」をクリックし、「"新規ユーザー" の基本情報」を入力して「保存」をクリック',
    ),
    edit: text(
      "CLOMO PANEL: Users/Org › the user › 編集 › 保存",
      "CLOMO PANEL の「Users/Org」でユーザーを選択し、「編集」をクリックして変更し、「保存」をクリック",
    ),
    move: text(
      "CLOMO PANEL: Users/Org › the user › 編集 › 所属組織 › 保存 (the manual describes 所属組織 of a new user alone)",
      "CLOMO PANEL の「Users/Org」でユーザーを選択し、「編集」をクリックして「所属組織」を選び直し、「保存」をクリック(マニュアルに「所属組織」の手順があるのは新規ユーザーだけです)",
    ),
    delete: text(
      "CLOMO PANEL: Users/Org › the user: delete it there (how: the manual does not say)",
      "CLOMO PANEL の「Users/Org」でユーザーを選択し、削除(手順はマニュアルにありません)",
    ),
    fields: {
      accountName: text(
        "CLOMO PANEL: Users/Org › the user › CLOMO アカウント › 編集 › アカウント名 › 保存",
        "CLOMO PANEL の「Users/Org」でユーザーを選択し、「CLOMO アカウント」›「編集」をクリックして「アカウント名」を入力し、「保存」をクリック",
      ),
    },
  },
  usual: ["name", "emails", "org", "title", "employeeCode", "accountName"],
  custom: true,
  versioned: [
    "name",
    "nameKana",
    "emails",
    "org",
    "title",
    "employeeCode",
    "upn",
    "addressType",
    "postalCode",
    "address",
    "tel",
    "extension",
    "fax",
    "googleWorkspaceEmail",
    "salesforceAccount",
    "accountName",
    "accountPasswordSetAt",
    "administrator",
    "custom",
  ],
} as const satisfies ThingInFiles;

/** The names of a user's keys, as `--key` has them. */
export const USER_KEYS = USER.keys.map(({ name }) => name);

export type User = RecordOf<typeof FIELDS>;
