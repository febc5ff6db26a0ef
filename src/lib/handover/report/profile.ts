import { line } from "../../advice/index.ts";
import { ANDROID_ACCOUNT_TYPES, TENANT, USAGE_FIELDS } from "../../model/tenant.ts";
import { EMPTY_DOWNLOAD_FIELDS } from "../../renewals/download.ts";
import { toUtcInstant } from "../../model/time.ts";
import type { Field } from "../../model/thing.ts";
import { formatCount, joinTexts, same, text, type Text } from "../../text/index.ts";
import { appendText, type Block, type DisplayText } from "../../document/blocks.ts";
import type { TenantProfile } from "../../model/tenant.ts";
import type { Renewal } from "../checklist/facts.ts";
import type { ReportData } from "./data.ts";
import { VALUE_NOT_RECORDED } from "./not-taken.ts";

const getValueOrCommand = (value: string | null | undefined, options: string): DisplayText =>
  value ??
  appendText(
    VALUE_NOT_RECORDED,
    text(
      ` (${line("tenant set", []).with(...options.split(" "))})`,
      `(${line("tenant set", []).with(...options.split(" "))})`,
    ),
  );

const { domain, loginUrl, contactName, contactMail, contactPhone, contracts, androidAccounts } = TENANT.fields;

/** Builds rows with the tenant's contact, login and contract data. */
export function buildProfileRows(data: ReportData): readonly (readonly [Text, DisplayText])[] {
  const { tenant } = data.facts;
  return [
    [contactName.label, getValueOrCommand(tenant.contactName, "--contact-name NAME")],
    [contactMail.label, getValueOrCommand(tenant.contactMail, "--contact-mail ADDRESS")],
    [contactPhone.label, getValueOrCommand(tenant.contactPhone, "--contact-phone NUMBER")],
    [domain.label, getValueOrCommand(tenant.domain, "--domain DOMAIN")],
    [loginUrl.label, getValueOrCommand(tenant.loginUrl, "--login-url URL")],
    [contracts.label, describeContracts(tenant.contracts)],
  ];
}

const describeContracts = (all: TenantProfile["contracts"]): DisplayText =>
  all.length === 0
    ? getValueOrCommand(null, "--contract NAME --licences N")
    : joinTexts(
        all.map(({ name, licences, until }) => {
          const [en, ja] =
            until === null
              ? [["its end is not recorded"], ["終了日は未登録"]]
              : [[`until ${until}`], [`${until} まで`]];
          const [count, countJa] =
            licences === null ? [[], []] : [[formatCount(licences, "licence")], [`${licences} ライセンス`]];
          const told = (details: readonly string[]): string =>
            details.length === 0 ? name : `${name} (${details.join(", ")})`;
          return text(told([...count, ...en]), told([...countJa, ...ja]));
        }),
        text("; ", "、"),
      );

const CONTRACT_ID_PREFIX = "contract";

/** Returns the contracts that end, as renewal items.  @param timezone time zone of the contracts' last day */
export const toContractItems = (tenant: TenantProfile, timezone: string): readonly Renewal[] =>
  tenant.contracts.flatMap(({ name, until }, at) =>
    until === null
      ? []
      : [
          {
            id: `${CONTRACT_ID_PREFIX}-${at}`,
            kind: "custom",
            name,
            organisation: null,
            expiresAt: toUtcInstant({ day: until }, timezone),
            certainty: "typed",
            fingerprint: null,
            topic: null,
            owner: null,
            account: null,
            phone: null,
            phoneHolder: null,
            notes: null,
            source: null,
            confirmedAt: null,
            confirmedBy: null,
            createdAt: toUtcInstant({ day: until }, timezone),
            updatedAt: toUtcInstant({ day: until }, timezone),
            ...EMPTY_DOWNLOAD_FIELDS,
          },
        ],
  );

/** Returns true if an expiring item is one of {@link toContractItems}. */
export const isContract = ({ id }: Pick<Renewal, "id">): boolean => id.startsWith(`${CONTRACT_ID_PREFIX}-`);

export const buildUsesTable = (data: ReportData): readonly Block[] => {
  const { tenant } = data.facts;
  const accounts = tenant.androidAccounts;
  const table: Block = {
    kind: "table",
    caption: text("What the tenant uses", "利用しているもの"),
    head: [text("service", "項目"), text("used", "利用")],
    rows: [
      ...Object.entries<Field>(USAGE_FIELDS).map(([name, { label }]): readonly [Text, DisplayText] => {
        const used = tenant[name as keyof typeof USAGE_FIELDS];
        const told = used === true ? text("used", "使う") : text("not used", "使わない");
        return [label ?? same(name), used === null ? VALUE_NOT_RECORDED : told];
      }),
      [androidAccounts.label, accounts === null ? VALUE_NOT_RECORDED : ANDROID_ACCOUNT_TYPES[accounts]],
    ],
  };
  return [table];
};
