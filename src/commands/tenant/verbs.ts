import type { TenantChange, Tenant, TenantProfile } from "../../lib/client/index.ts";
import { toDay } from "../../lib/model/time.ts";
import { SECURED_APPS } from "../../lib/nouns/secured-user.ts";
import {
  CONTRACT,
  TENANT,
  type UsageName,
  USAGE_FIELDS,
  ANDROID_ACCOUNT_TYPES,
  type Contract,
} from "../../lib/nouns/tenant.ts";
import { text, type Text, formatCount, joinTexts, same } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import {
  defineChoice,
  defineOption,
  type InputOf,
  type ChoiceField,
  type Fields,
  type TextField,
} from "../kit/field.ts";
import { requireFreeTextConfirmation } from "../kit/password-question.ts";
import { DRY_RUN_OPTION } from "../kit/columns/field-options.ts";
import { DRY_RUN_NOTE, proposeUndo } from "../kit/columns/change-result.ts";
import { resolveTimezone } from "../kit/tools.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { buildFieldColumns } from "../kit/list/list.ts";

type NamedTenantProfile = Pick<Tenant, "name"> & TenantProfile;

const NOT_RECORDED_LABEL = text("not recorded", "未登録");

const describePeriod = ({ from, until }: Contract): Text | null => {
  if (from === null && until === null) return null;
  if (until === null) return text(`from ${from}`, `${from} から`);
  return from === null ? text(`until ${until}`, `${until} まで`) : text(`${from} to ${until}`, `${from} 〜 ${until}`);
};

const describeContract = (contract: Contract): Text => {
  const { name, licences } = contract;
  const days = describePeriod(contract);
  const parts = [
    ...(licences === null ? [] : [text(formatCount(licences, "licence"), `契約数 ${licences}`)]),
    ...(days === null ? [] : [days]),
  ];
  const { en, ja } = joinTexts(parts, text(", ", "、"));
  return parts.length === 0 ? same(name) : text(`${name}: ${en}`, `${name}: ${ja}`);
};

const LANGUAGE_NAMES = new Map([
  ["ja", text("Japanese", "日本語")],
  ["en", text("English", "英語")],
]);

type ValueFormatter = Column<NamedTenantProfile>["name"];

const createUsageFormatter =
  (key: UsageName): ValueFormatter =>
  ({ [key]: used }) =>
    used === null ? NOT_RECORDED_LABEL : used ? text("used", "使う") : text("not used", "使わない");

const VALUE_FORMATTERS: Readonly<Record<string, ValueFormatter>> = {
  ...Object.fromEntries((Object.keys(USAGE_FIELDS) as UsageName[]).map((key) => [key, createUsageFormatter(key)])),
  contracts: ({ contracts }) => joinTexts(contracts.map(describeContract)),
  androidAccounts: ({ androidAccounts: accounts }) =>
    accounts === null ? NOT_RECORDED_LABEL : ANDROID_ACCOUNT_TYPES[accounts],
  languages: ({ languages }) =>
    joinTexts(
      languages.map((language) => LANGUAGE_NAMES.get(language) ?? same(language)),
      text(", ", "、"),
    ),
};

const TENANT_COLUMNS: readonly Column<NamedTenantProfile>[] = [
  { key: "name", header: text("tenant", "テナント"), value: ({ name }) => name },
  ...buildFieldColumns<NamedTenantProfile>(TENANT.fields).map((column) => ({
    ...column,
    name: VALUE_FORMATTERS[column.key],
  })),
];

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

const USE_OPTIONS = Object.fromEntries(
  (Object.keys(USAGE_FIELDS) as UsageName[]).map((key) => [key, defineUseOption(key)]),
) as Readonly<Record<UsageName, ReturnType<typeof defineUseOption>>>;

const TEXT_OPTIONS = {
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

const CONTRACT_OPTIONS = {
  contract: defineOption("string", "NAME", "name of the contract to add or change", "追加または変更する契約の名前"),
  licences: {
    kind: "number",
    requires: "contract",
    value: "N",
    blank: true,
    about: text("with --contract: number of licences (契約数 on HOME)", "--contract の契約数(HOME に表示)"),
  },
  from: defineOption("date", "DATE", "with --contract: first day", "--contract の開始日", {
    requires: "contract",
    blank: true,
  }),
  until: defineOption("date", "DATE", "with --contract: last day", "--contract の終了日", {
    requires: "contract",
    blank: true,
  }),
  removeContract: defineOption("string", "NAME", "remove a contract", "契約を削除する", { repeatable: true }),
} as const satisfies Fields;

const CONSOLE_OPTIONS = {
  androidAccounts: defineChoice(
    fields.androidAccounts.choices,
    "type of Android Enterprise accounts (none if not used)",
    "Android Enterprise のアカウント方式(使わなければ none)",
    { blank: true },
  ),
  consoleTimezone: {
    kind: "timezone",
    value: "ZONE",
    blank: true,
    about: text("time zone in which the console shows times", "管理画面に表示される日時のタイムゾーン"),
  },
  languages: defineOption("list", "ja,en", "languages of the users", "ユーザーの言語", {
    choices: ["ja", "en"],
    blank: true,
  }),
} as const satisfies Fields;

const show = defineCommand({
  summary: text("show what is recorded about the tenant itself", "テナント自体について登録されている内容を表示する"),
  args: {},
  options: {},
  examples: [{ line: "clomoctl tenant show" }, { line: "clomoctl tenant show --format json --fields ios,android" }],
  exits: ["unavailable"],
  async run(tools) {
    const { client } = await tools.tenant("tenant");
    const { name, profile } = await client.tenant.show();
    await tools.terminal.show(TENANT_COLUMNS, { name, ...profile });
  },
});

const SET_OPTIONS = { ...TEXT_OPTIONS, ...CONTRACT_OPTIONS, ...USE_OPTIONS, ...CONSOLE_OPTIONS } as const;

const ADMINISTRATOR_KINDS = ["users", ...SECURED_APPS] as const;

const set = defineCommand({
  summary: text("record information about the tenant itself", "テナント自体の情報を登録する"),
  args: {},
  options: {
    ...SET_OPTIONS,
    administratorsComplete: defineOption(
      "list",
      "users,docs",
      "confirm, for these kinds of users, that all administrators in the console are marked as administrators in this tenant",
      "管理画面の管理者をすべて、このテナントでも管理者に指定したことを確認したユーザーの種類",
      { choices: ADMINISTRATOR_KINDS },
    ),
    dryRun: DRY_RUN_OPTION,
  },
  anyOf: [[...Object.keys(SET_OPTIONS), "administratorsComplete"]],
  examples: [
    { line: "clomoctl tenant set --ios yes --ade yes --vpp yes --android no" },
    { line: "clomoctl tenant set --contract 'CLOMO MDM' --licences 300 --until 2027-03-31" },
    { line: "clomoctl tenant set --administrators-complete users,docs" },
    { line: "clomoctl tenant set --contact-name '山田 花子' --contact-mail hanako@example.co.jp" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: TENANT_COLUMNS,
  async run(tools, { dryRun, administratorsComplete = [], ...options }) {
    const tenant = await tools.tenant("tenant", "administrators");
    const { fields } = TENANT;
    await requireFreeTextConfirmation(tools, { ...fields, name: fields.companyName, contract: CONTRACT.name }, options);
    const change = buildTenantChange(options, resolveTimezone(tools, tenant));
    const confirmed = ADMINISTRATOR_KINDS.filter((kind) => administratorsComplete.includes(kind));
    for (const kind of dryRun ? [] : confirmed) await tenant.client.administrators.confirm(kind);
    if (confirmed.length > 0 && Object.keys(change).length === 0)
      return tools.terminal.note(
        dryRun ? DRY_RUN_NOTE : text("the confirmation is recorded", "確認したことを記録しました"),
      );
    const { before, after } = await tenant.client.tenant.set({ ...change, ...(dryRun && { dryRun }) });
    await tools.terminal.show(TENANT_COLUMNS, { name: after.companyName ?? tenant.context.name, ...after });
    if (JSON.stringify(before) === JSON.stringify(after)) {
      await tools.terminal.note(
        text("no changes: these values are already recorded", "変更はありません(登録済みの内容と同じ)"),
      );
    }
    await (dryRun ? tools.terminal.note(DRY_RUN_NOTE) : proposeUndo(tools));
  },
});

function buildTenantChange(options: InputOf<typeof SET_OPTIONS>, timezone: string): TenantChange {
  const { name, contract, licences, from, until, removeContract, languages, ...fields } = options;
  const ofContract = { licences, from: from && toDay(from, timezone), until: until && toDay(until, timezone) };
  const change = {
    ...Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, toFieldValue(field, value)])),
    companyName: name,
    languages: languages === undefined ? undefined : [...(languages ?? [])],
    contracts: contract === undefined ? undefined : [omitUndefined({ name: contract, ...ofContract })],
    contractsRemoved: removeContract.length === 0 ? undefined : [...removeContract],
  };
  return omitUndefined(change);
}

const omitUndefined = <T extends object>(values: T): T =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;

const toFieldValue = (field: string, value: string | null | undefined): string | boolean | null | undefined =>
  field in USE_OPTIONS && typeof value === "string" ? value === "yes" : value;

export default { set, show };
