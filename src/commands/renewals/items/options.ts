import { RENEWAL_KINDS, type RenewalKind } from "../../../lib/model/renewal.ts";
import { text } from "../../../lib/text/index.ts";
import type { Fields, InputOf } from "../../field.ts";

const KINDS = Object.keys(RENEWAL_KINDS) as readonly RenewalKind[];

/** Keys that open server tokens. */
export const KEY_OPTION = {
  key: {
    kind: "file",
    value: "FILE",
    repeatable: true,
    about: text(
      "a private key of our own (PEM) that opens server tokens; CLOMO's are opened by CLOMO alone",
      "サーバートークンを復号する手元の秘密鍵(PEM)。CLOMO の鍵で暗号化されたものは CLOMO だけが復号できます",
    ),
  },
} as const satisfies Fields;

/** What can be said of an item; nobody can say a password. */
export const ITEM_OPTIONS = {
  kind: {
    kind: "choice",
    choices: KINDS,
    value: "KIND",
    about: text(`what it is: ${KINDS.join(", ")}`, `種類: ${KINDS.join(", ")}`),
  },
  expires: {
    kind: "string",
    value: "DATE",
    about: text(
      "the day it expires on (to its end, in the tenant's zone), or an instant",
      "期限の日(テナントのタイムゾーンでその日の終わりまで)か日時",
    ),
  },
  file: {
    kind: "file",
    value: "FILE",
    about: text(
      "the certificate, token or profile itself: date, fingerprint, topic and organisation come from it",
      "証明書・トークン・プロファイルのファイル(期限、フィンガープリント、トピック、組織を読み取る)",
    ),
  },
  ...KEY_OPTION,
  fingerprint: {
    kind: "string",
    value: "START",
    about: text("with --file: which of several in it", "--file に複数あるとき: どれかを示すフィンガープリントの先頭"),
  },
  lastLogin: {
    kind: "string",
    value: "DATE",
    about: text(
      "for android-owner: when somebody last signed in; a year is counted from it",
      "android-owner のとき: 最後にログインした日(そこから 1 年と見積もる)",
    ),
  },
  organisation: {
    kind: "string",
    value: "NAME",
    about: text("the organisation or customer it is for", "対象の組織・顧客"),
  },
  owner: {
    kind: "string",
    value: "WHO",
    about: text("who renews it; a mail address is sent notices", "更新の担当者(メールアドレスなら通知の宛先になる)"),
  },
  account: {
    kind: "string",
    value: "NAME",
    about: text("the Apple or Google account, by name", "Apple・Google のアカウント名"),
  },
  phone: {
    kind: "string",
    value: "WHERE",
    about: text("where the phone of its second factor is", "2 要素認証の電話の所在"),
  },
  notes: { kind: "string", value: "TEXT", about: text("anything else; no password", "メモ(パスワードは書かない)") },
} as const satisfies Fields;

/** What was said of an item. */
export type ItemOptions = InputOf<typeof ITEM_OPTIONS>;
