import { ANDROID_ACCOUNTS, TENANT, USES, type Use } from "../../lib/model/tenant.ts";
import { text, type Text } from "../../lib/text/index.ts";
import type { ChoiceField, Fields, TextField } from "../field.ts";

const { fields } = TENANT;

const words = (about: Text, value: string) =>
  ({ kind: "string", value, blank: true, about }) as const satisfies TextField;

/** Says whether something is used. */
const use = (key: Use) =>
  ({
    kind: "choice",
    choices: ["yes", "no"],
    called: { yes: text("yes", "はい"), no: text("no", "いいえ") },
    blank: true,
    about: text(`${USES[key].label.en}: used or not`, `${USES[key].label.ja} を使うか`),
  }) as const satisfies ChoiceField;

/** The options that record what a tenant uses. */
export const USE_OPTIONS = {
  ios: use("ios"),
  macos: use("macos"),
  android: use("android"),
  windows: use("windows"),
  ade: use("ade"),
  vpp: use("vpp"),
  gate: use("gate"),
  securedApps: use("securedApps"),
  mobileAppPortal: use("mobileAppPortal"),
} as const satisfies Readonly<Record<Use, ChoiceField>>;

/** The options that record words of a tenant. */
export const WORD_OPTIONS = {
  domain: words(fields.domain.label, "DOMAIN"),
  loginUrl: words(
    text(
      "login address, as in the mail 「[CLOMO PANEL] 登録完了のお知らせ」",
      "ログイン URL(「[CLOMO PANEL] 登録完了のお知らせ」メールに記載)",
    ),
    "URL",
  ),
  mdmAddress: words(
    text(
      "MDM address: Settings > Mobile Device Management > iOS > 基本設定 > URL情報",
      "MDM のアドレス(Settings > Mobile Device Management > iOS > 基本設定 > URL情報)",
    ),
    "ADDRESS",
  ),
  contactName: words(text("contact person: 「担当者名」 on HOME", "担当者名(HOME に表示)"), "NAME"),
  contactMail: words(fields.contactMail.label, "ADDRESS"),
  contactPhone: words(fields.contactPhone.label, "NUMBER"),
} as const satisfies Fields;

/** The options of one contract. */
export const CONTRACT_OPTIONS = {
  contract: {
    kind: "string",
    value: "NAME",
    about: text("add a contract, or change the one of this name", "契約を追加する、またはこの名前の契約を変更する"),
  },
  licences: {
    kind: "number",
    value: "N",
    blank: true,
    about: text("with --contract: its licences, 契約数 on HOME", "--contract の契約数(HOME に表示)"),
  },
  from: {
    kind: "date",
    value: "DATE",
    blank: true,
    about: text("with --contract: its first day", "--contract の開始日"),
  },
  until: {
    kind: "date",
    value: "DATE",
    blank: true,
    about: text("with --contract: its last day", "--contract の終了日"),
  },
  removeContract: {
    kind: "string",
    value: "NAME",
    repeatable: true,
    about: text("remove a contract", "契約を削除する"),
  },
} as const satisfies Fields;

/** The options that record what is neither words, a contract nor a use. */
export const OTHER_OPTIONS = {
  androidAccounts: {
    kind: "choice",
    choices: fields.androidAccounts.choices,
    called: ANDROID_ACCOUNTS,
    blank: true,
    about: text(
      "accounts of Android Enterprise; none where it is not used",
      "Android Enterprise のアカウント方式(使わなければ none)",
    ),
  },
  consoleTimezone: {
    kind: "timezone",
    value: "ZONE",
    blank: true,
    about: text("time zone in which the console shows times", "管理画面のタイムゾーン"),
  },
  languages: {
    kind: "list",
    value: "ja,en",
    blank: true,
    about: text("languages of the people", "利用者の言語"),
  },
} as const satisfies Fields;
