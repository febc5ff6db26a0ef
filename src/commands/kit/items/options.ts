import { RECORDABLE_KINDS } from "../../../lib/nouns/renewal.ts";
import { text } from "../../../lib/text/index.ts";
import { defineChoice, defineOption, type Field, type Fields, type InputOf } from "../field.ts";

const CSR_OPTION = {
  kind: "file",
  value: "CSR",
  about: text("CSR from which the new certificate was made", "新しい証明書のもとになった CSR ファイル"),
} as const satisfies Field;

export const DECRYPTION_OPTIONS = {
  key: defineOption(
    "file",
    "FILE",
    "private key (PEM) to decrypt server tokens; only CLOMO can decrypt a token encrypted with CLOMO's key",
    "サーバートークンを復号する秘密鍵(PEM)。CLOMO の鍵で暗号化されたトークンは CLOMO だけが復号できる",
    { repeatable: true },
  ),
} as const satisfies Fields;

export const COMPARISON_OPTIONS = { csr: CSR_OPTION, ...DECRYPTION_OPTIONS } as const satisfies Fields;

const defineTextOption = (value: string, en: string, ja: string) =>
  ({ kind: "string", value, blank: true, about: text(en, ja) }) as const;

export const ITEM_OPTIONS = {
  kind: defineChoice(RECORDABLE_KINDS, "kind", "種類", { value: "KIND" }),
  expires: {
    kind: "date",
    value: "DATE",
    blank: true,
    about: text("expiry date (until the end of that day), or date and time", "期限の日付(その日の終わりまで)か日時"),
  },
  organisation: defineTextOption("NAME", "organisation or customer that the item belongs to", "項目が属する組織・顧客"),
  owner: defineTextOption(
    "WHO",
    "person who renews it; an email address also gets reminders",
    "更新担当(メールアドレスには通知も届く)",
  ),
  account: defineTextOption("NAME", "name of the Apple or Google account", "Apple・Google のアカウント名"),
  phone: defineTextOption("NUMBER", "telephone number that receives the 2-factor code", "認証コードを受け取る電話番号"),
  phoneHolder: defineTextOption("WHO", "who holds this phone, or where it is", "その電話を持っている人か置き場所"),
  notes: defineTextOption("TEXT", "notes on the item (no passwords)", "メモ(パスワードは書かない)"),
} as const satisfies Fields;

export const NEW_ITEM_OPTIONS = {
  ...ITEM_OPTIONS,
  file: {
    kind: "file",
    value: "FILE",
    about: text("certificate, token or profile to read the values from", "値を読み取る証明書・トークン・プロファイル"),
  },
  lastLogin: defineOption(
    "date",
    "DATE",
    "for android-owner: date of the last login (expires a year later)",
    "android-owner のとき: 最後のログイン日",
  ),
  ...COMPARISON_OPTIONS,
} as const satisfies Fields;

export type ItemOptions = InputOf<typeof ITEM_OPTIONS>;
export type NewItemOptions = InputOf<typeof NEW_ITEM_OPTIONS>;
