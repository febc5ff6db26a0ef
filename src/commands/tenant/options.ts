import { TENANT, USAGE_FIELDS, type UsageName } from "../../lib/nouns/tenant.ts";
import { text, type Text } from "../../lib/text/index.ts";
import type { ChoiceField, Fields, TextField } from "../kit/field.ts";

const { fields } = TENANT;

const defineTextOption = (about: Text, value: string) =>
  ({ kind: "string", value, blank: true, about }) as const satisfies TextField;

const defineUseOption = (key: UsageName) =>
  ({
    kind: "choice",
    choices: ["yes", "no"],
    blank: true,
    about: text(`whether ${USAGE_FIELDS[key].label.en} is used`, `${USAGE_FIELDS[key].label.ja} を使うか`),
  }) as const satisfies ChoiceField;

export const USE_OPTIONS = Object.fromEntries(
  (Object.keys(USAGE_FIELDS) as UsageName[]).map((key) => [key, defineUseOption(key)]),
) as Readonly<Record<UsageName, ReturnType<typeof defineUseOption>>>;

export const TEXT_OPTIONS = {
  name: defineTextOption(
    text("company name, which plans and reports show", "会社名(計画や承認用のブックに表示)"),
    "NAME",
  ),
  domain: defineTextOption(fields.domain.label, "DOMAIN"),
  loginUrl: defineTextOption(
    text(
      "login address (in the email 「[CLOMO PANEL] 登録完了のお知らせ」)",
      "ログイン URL(「[CLOMO PANEL] 登録完了のお知らせ」メールに記載)",
    ),
    "URL",
  ),
  mdmAddress: defineTextOption(
    text(
      "MDM address: Settings > Mobile Device Management > iOS > 基本設定 > URL情報",
      "MDM のアドレス(Settings > Mobile Device Management > iOS > 基本設定 > URL情報)",
    ),
    "ADDRESS",
  ),
  contactName: defineTextOption(text("contact person (担当者名 on HOME)", "担当者名(HOME に表示)"), "NAME"),
  contactMail: defineTextOption(fields.contactMail.label, "ADDRESS"),
  contactPhone: defineTextOption(fields.contactPhone.label, "NUMBER"),
} as const satisfies Fields;

export const CONTRACT_OPTIONS = {
  contract: {
    kind: "string",
    value: "NAME",
    about: text("name of the contract to add or change", "追加または変更する契約の名前"),
  },
  licences: {
    kind: "number",
    requires: "contract",
    value: "N",
    blank: true,
    about: text("with --contract: number of licences (契約数 on HOME)", "--contract の契約数(HOME に表示)"),
  },
  from: {
    kind: "date",
    requires: "contract",
    value: "DATE",
    blank: true,
    about: text("with --contract: first day", "--contract の開始日"),
  },
  until: {
    kind: "date",
    requires: "contract",
    value: "DATE",
    blank: true,
    about: text("with --contract: last day", "--contract の終了日"),
  },
  removeContract: {
    kind: "string",
    value: "NAME",
    repeatable: true,
    about: text("remove a contract", "契約を削除する"),
  },
} as const satisfies Fields;

export const CONSOLE_OPTIONS = {
  androidAccounts: {
    kind: "choice",
    choices: fields.androidAccounts.choices,
    blank: true,
    about: text(
      "type of Android Enterprise accounts (none if not used)",
      "Android Enterprise のアカウント方式(使わなければ none)",
    ),
  },
  consoleTimezone: {
    kind: "timezone",
    value: "ZONE",
    blank: true,
    about: text("time zone in which the console shows times", "管理画面に表示される日時のタイムゾーン"),
  },
  languages: {
    kind: "list",
    choices: ["ja", "en"],
    value: "ja,en",
    blank: true,
    about: text("languages of the users", "ユーザーの言語"),
  },
} as const satisfies Fields;
