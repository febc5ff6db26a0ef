import { line } from "../../advice/index.ts";
import { ANDROID_ACCOUNTS, TENANT, USES } from "../../model/tenant.ts";
import { NO_DOWNLOAD } from "../../renewals/download.ts";
import { instantOf } from "../../model/typed-date.ts";
import type { Field } from "../../model/thing.ts";
import { counted, joined, same, text, type Text } from "../../text/index.ts";
import { withBehind, type Block, type Words } from "../../document/blocks.ts";
import { resourceOf } from "../resources.ts";
import type { RecordIn, ReportData } from "./data.ts";
import { missingWords, UNKNOWN, unknownValue } from "./not-taken.ts";

/** What nobody has recorded of the tenant, with what to type. */
const orTyped = (value: string | null | undefined, options: string): Words =>
  value ??
  withBehind(UNKNOWN, text(` (${line("tenant set", [])} ${options})`, `(${line("tenant set", [])} ${options})`));

/** The same of a value that not everybody may see. */
const orReserved = (data: ReportData, field: "contactMail" | "contactPhone", options: string): Words => {
  const value = data.records.tenant[0]?.[field] ?? null;
  const unknown = unknownValue(data, "tenant", field);
  return value === null && unknown !== UNKNOWN ? unknown : orTyped(value, options);
};

const { domain, loginUrl, contactName, contactMail, contactPhone, contracts, androidAccounts } = TENANT.fields;

/** What the tenant is by contract, or why the bundle does not tell. */
export function profileRows(data: ReportData): readonly (readonly [Text, Words])[] {
  const missing = missingWords(data, "tenant");
  if (missing !== undefined) return [[resourceOf("tenant").title, missing]];
  const [tenant] = data.records.tenant;
  return [
    [contactName.label, orTyped(tenant?.contactName, "--contact-name NAME")],
    [contactMail.label, orReserved(data, "contactMail", "--contact-mail ADDRESS")],
    [contactPhone.label, orReserved(data, "contactPhone", "--contact-phone NUMBER")],
    [domain.label, orTyped(tenant?.domain, "--domain DOMAIN")],
    [loginUrl.label, orTyped(tenant?.loginUrl, "--login-url URL")],
    [contracts.label, contractsOf(tenant?.contracts ?? [])],
  ];
}

const contractsOf = (all: RecordIn<"tenant">["contracts"]): Words =>
  all.length === 0
    ? orTyped(null, "--contract NAME --licences N")
    : joined(
        all.map(({ name, licences, until }) => {
          const [en, ja] =
            until === null
              ? [["its end is not recorded"], ["終了日は未登録"]]
              : [[`until ${until}`], [`${until} まで`]];
          const [count, countJa] =
            licences === null ? [[], []] : [[counted(licences, "licence")], [`${licences} ライセンス`]];
          const told = (details: readonly string[]): string =>
            details.length === 0 ? name : `${name} (${details.join(", ")})`;
          return text(told([...count, ...en]), told([...countJa, ...ja]));
        }),
        text("; ", "、"),
      );

const CONTRACT = "contract";

/** Contracts that end, as something that expires; their last day is the tenant's. @param timezone in which that is a day */
export const endingContracts = (
  tenant: RecordIn<"tenant"> | undefined,
  timezone: string,
): readonly RecordIn<"renewals">[] =>
  (tenant?.contracts ?? []).flatMap(({ name, until }, at) =>
    until === null
      ? []
      : [
          {
            id: `${CONTRACT}-${at}`,
            kind: "custom",
            name,
            organisation: null,
            expiresAt: instantOf({ day: until }, timezone),
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
            createdAt: instantOf({ day: until }, timezone),
            updatedAt: instantOf({ day: until }, timezone),
            ...NO_DOWNLOAD,
          },
        ],
  );

/** Whether something that expires is one of {@link endingContracts}. */
export const isContract = ({ id }: Pick<RecordIn<"renewals">, "id">): boolean => id.startsWith(`${CONTRACT}-`);

/** What the tenant uses. */
export const usesTable = (data: ReportData): readonly Block[] => {
  const { tenant } = data.records;
  if (missingWords(data, "tenant") !== undefined) return [];
  const accounts = tenant[0]?.androidAccounts ?? null;
  const table: Block = {
    kind: "table",
    caption: text("What the tenant uses", "利用しているもの"),
    head: [text("what", "項目"), text("used", "利用")],
    rows: [
      ...Object.entries<Field>(USES).map(([name, { label }]): readonly [Text, Words] => {
        const used = tenant[0]?.[name as keyof typeof USES] ?? null;
        const told = used === true ? text("used", "使う") : text("not used", "使わない");
        return [label ?? same(name), used === null ? UNKNOWN : told];
      }),
      [androidAccounts.label, accounts === null ? UNKNOWN : ANDROID_ACCOUNTS[accounts]],
    ],
  };
  return [table];
};
