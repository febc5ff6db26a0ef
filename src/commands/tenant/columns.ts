import type { Tenant, TenantProfile } from "../../lib/client/index.ts";
import { ANDROID_ACCOUNT_TYPES, TENANT, USAGE_FIELDS, type Contract, type UsageName } from "../../lib/nouns/tenant.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { formatCount, joinTexts, same, text, type Text } from "../../lib/text/index.ts";
import { buildFieldColumns } from "../kit/list/list.ts";

export type NamedTenantProfile = Pick<Tenant, "name"> & TenantProfile;

const USED_LABEL = text("used", "使う");
const NOT_USED_LABEL = text("not used", "使わない");
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

const describeLanguage = (language: string): Text => LANGUAGE_NAMES.get(language) ?? same(language);

type ValueFormatter = Column<NamedTenantProfile>["name"];

const createUsageFormatter =
  (key: UsageName): ValueFormatter =>
  ({ [key]: used }) =>
    used === null ? NOT_RECORDED_LABEL : used ? USED_LABEL : NOT_USED_LABEL;

const VALUE_FORMATTERS: Readonly<Record<string, ValueFormatter>> = {
  ...Object.fromEntries((Object.keys(USAGE_FIELDS) as UsageName[]).map((key) => [key, createUsageFormatter(key)])),
  contracts: ({ contracts }) => joinTexts(contracts.map(describeContract)),
  androidAccounts: ({ androidAccounts: accounts }) =>
    accounts === null ? NOT_RECORDED_LABEL : ANDROID_ACCOUNT_TYPES[accounts],
  languages: ({ languages }) => joinTexts(languages.map(describeLanguage), text(", ", "、")),
};

export const TENANT_COLUMNS: readonly Column<NamedTenantProfile>[] = [
  { key: "name", header: text("tenant", "テナント"), value: ({ name }) => name },
  ...buildFieldColumns<NamedTenantProfile>(TENANT.fields).map((column) => ({
    ...column,
    name: VALUE_FORMATTERS[column.key],
  })),
];
