import type { Tenant, TenantProfile } from "../../lib/client/index.ts";
import { ANDROID_ACCOUNTS, TENANT, USES, type Contract, type Use } from "../../lib/model/tenant.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { counted, joined, same, text, type Text } from "../../lib/text/index.ts";

/** A tenant as it is shown: its name, and what is recorded of it. */
export type ShownTenant = Pick<Tenant, "name"> & TenantProfile;

const USED = text("used", "使う");
const NOT_USED = text("not used", "使わない");
const UNSAID = text("not said", "未設定");

const fields = TENANT.fields;

const daysName = ({ from, until }: Contract): Text | null => {
  if (from === null && until === null) return null;
  if (until === null) return text(`from ${from}`, `${from} から`);
  return from === null ? text(`until ${until}`, `${until} まで`) : text(`${from} to ${until}`, `${from} 〜 ${until}`);
};

/** `CLOMO MDM: 300 licences, 2026-04-01 to 2027-03-31`. */
const contractName = (contract: Contract): Text => {
  const { name, licences } = contract;
  const days = daysName(contract);
  const parts = [
    ...(licences === null ? [] : [text(counted(licences, "licence"), `契約数 ${licences}`)]),
    ...(days === null ? [] : [days]),
  ];
  const { en, ja } = joined(parts, text(", ", "、"));
  return parts.length === 0 ? same(name) : text(`${name}: ${en}`, `${name}: ${ja}`);
};

const LANGUAGES = new Map([
  ["ja", text("Japanese", "日本語")],
  ["en", text("English", "英語")],
]);

const languageName = (language: string): Text => LANGUAGES.get(language) ?? same(language);

const words = (
  key: "domain" | "loginUrl" | "mdmAddress" | "contactName" | "contactMail" | "contactPhone" | "consoleTimezone",
): Column<ShownTenant> => ({ key, header: fields[key].label, value: (tenant) => tenant[key] });

const use = (key: Use): Column<ShownTenant> => ({
  key,
  header: USES[key].label,
  value: (tenant) => tenant[key],
  name: ({ [key]: used }) => (used === null ? UNSAID : used ? USED : NOT_USED),
});

/** The fields of a tenant, in the order in which it has them. */
export const TENANT_COLUMNS: readonly Column<ShownTenant>[] = [
  { key: "name", header: text("tenant", "テナント"), value: ({ name }) => name },
  words("domain"),
  words("loginUrl"),
  words("mdmAddress"),
  words("contactName"),
  words("contactMail"),
  words("contactPhone"),
  {
    key: "contracts",
    header: fields.contracts.label,
    value: ({ contracts }) => contracts,
    name: ({ contracts }) => joined(contracts.map(contractName)),
  },
  ...(Object.keys(USES) as Use[]).map(use),
  {
    key: "androidAccounts",
    header: fields.androidAccounts.label,
    value: ({ androidAccounts }) => androidAccounts,
    name: ({ androidAccounts: accounts }) => (accounts === null ? UNSAID : ANDROID_ACCOUNTS[accounts]),
  },
  words("consoleTimezone"),
  {
    key: "languages",
    header: fields.languages.label,
    value: ({ languages }) => languages,
    name: ({ languages }) => joined(languages.map(languageName), text(", ", "、")),
  },
];
