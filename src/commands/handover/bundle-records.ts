import { setFlagsFromString } from "node:v8";
import type { Account, CustomField, Org, SecuredGroup, StreamedLines } from "../../lib/client/index.ts";
import {
  type Manifest,
  pathOfResource,
  RESOURCE_NAMES,
  RESOURCE_TITLES,
  type ResourceName,
} from "../../lib/handover/bundle/manifest.ts";
import type { BundleWriter } from "../../lib/handover/bundle/write.ts";
import type { RenewalRecord } from "../../lib/handover/checklist/people.ts";
import { TYPES_BY_FORMAT, type PanelKind } from "../../lib/nouns/index.ts";
import { ROOT_ORG_NAME } from "../../lib/nouns/organisation.ts";
import { RENEWAL_ITEM } from "../../lib/nouns/renewal.ts";
import { ADMINISTRATOR_ROLES, ROLES } from "../../lib/nouns/account.ts";
import { SECURED_APPS, SECURED_GROUP } from "../../lib/nouns/secured-user.ts";
import { TENANT } from "../../lib/nouns/tenant.ts";
import { CUSTOM_FIELD } from "../../lib/nouns/user.ts";
import { createTableCellRenderer } from "../../lib/terminal/output.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { joinTexts, same, text, type Language, type Text } from "../../lib/text/index.ts";
import { encodeSheets } from "../../lib/xlsx/write.ts";
import { ADE_DEVICE_COLUMNS, DEVICE_ACTION_COLUMNS, DEVICE_COLUMNS } from "../kit/columns/devices.ts";
import { ACCOUNT_COLUMNS, SETTINGS_COLUMNS } from "../kit/columns/accounts.ts";
import { TASK_COLUMNS } from "../kit/plan/console-steps.ts";
import { buildFieldColumns } from "../kit/list/list.ts";
import { ORG_COLUMNS } from "../kit/columns/orgs.ts";
import { SCHEME_COLUMNS } from "../kit/columns/schemes.ts";
import { SECURED_USER_COLUMNS } from "../kit/columns/secured-users.ts";
import { USER_COLUMNS } from "../kit/columns/users.ts";
import { ANSWER_COLUMNS } from "./answer.ts";
import type { CopyClient } from "../kit/files/tenant-copy.ts";

type RecordBatches<R> = AsyncIterable<readonly R[]>;

export interface RecordTable<R = never> {
  readonly name: ResourceName;
  readonly columns: readonly Column<R>[];
  /** must be the same in every tenant, so it is not an ID but, for example, an email address or a serial number */
  readonly key: (record: R) => string;
  readonly read: (client: CopyClient) => RecordBatches<R>;
  readonly detail?: ((record: R) => Text) | undefined;
}

type RecordTableDefinition<R = never> = Omit<RecordTable<R>, "name">;

const defineRecordType = <R>(one: RecordTableDefinition<R>): RecordTableDefinition =>
  one as unknown as RecordTableDefinition;

async function* readList<R>(list: StreamedLines<R> | Promise<readonly R[]>): AsyncGenerator<readonly R[]> {
  if ("batches" in list) yield* list.batches();
  else yield await list;
}

export async function* readAdministrators({ accounts }: CopyClient): AsyncGenerator<readonly Account[]> {
  for (const role of ADMINISTRATOR_ROLES) yield* accounts.list({ role }).batches();
}

async function* readSecuredUsers({ secured }: CopyClient) {
  for (const app of SECURED_APPS) yield* secured.list(app).batches();
}

async function* readSecuredGroups({ secured }: CopyClient) {
  for (const app of SECURED_APPS) yield await secured.groups(app);
}

export const describeAdministrator = (account: Account): Text => {
  const role = account.scheme === null ? [] : [same(account.scheme.name)];
  const scope = ACCOUNT_COLUMNS.find(({ key }) => key === "managedOrgs")?.name?.(account) ?? null;
  return joinTexts([ROLES[account.role], ...role, ...(scope === null ? [] : [scope])], text(", ", "、"));
};

const withPath = <R extends { readonly org: Pick<Org, "path"> }>(columns: readonly Column<R>[]): readonly Column<R>[] =>
  columns.map((column) =>
    column.key === "org" ? { ...column, name: ({ org }) => same(org.path || ROOT_ORG_NAME) } : column,
  );

const RECORD_TYPE_DEFINITIONS: Readonly<
  Record<Exclude<ResourceName, PanelKind>, RecordTableDefinition> & Partial<Record<ResourceName, RecordTableDefinition>>
> = {
  tenant: defineRecordType({
    columns: buildFieldColumns(TENANT.fields),
    key: () => "",
    read: ({ tenant }) => readList(tenant.show().then(({ profile }) => [profile])),
  }),
  "account-settings": defineRecordType({
    columns: SETTINGS_COLUMNS,
    key: () => "",
    read: ({ accounts }) => readList(accounts.settings().then((settings) => [settings])),
  }),
  "custom-fields": defineRecordType({
    columns: buildFieldColumns<CustomField>(CUSTOM_FIELD.fields),
    key: ({ name }) => name,
    read: ({ users }) => readList(users.fields()),
  }),
  orgs: defineRecordType({
    columns: ORG_COLUMNS,
    key: ({ code, path }) => code ?? path,
    read: ({ orgs }) => readList(orgs.list()),
  }),
  schemes: defineRecordType({
    columns: SCHEME_COLUMNS,
    key: ({ name }) => name,
    read: ({ roles }) => readList(roles.schemes()),
  }),
  users: defineRecordType({
    columns: withPath(USER_COLUMNS),
    key: ({ emails: [email], employeeCode, name }) => email ?? employeeCode ?? name,
    read: ({ users }) => readList(users.list()),
  }),
  administrators: defineRecordType({
    columns: ACCOUNT_COLUMNS,
    key: ({ emails: [email], name }) => email ?? name,
    read: readAdministrators,
    detail: describeAdministrator,
  }),
  "secured-groups": defineRecordType({
    columns: buildFieldColumns<SecuredGroup>(SECURED_GROUP.fields),
    key: ({ app, name }) => `${app} ${name}`,
    read: readSecuredGroups,
  }),
  "secured-users": defineRecordType({
    columns: SECURED_USER_COLUMNS,
    key: ({ app, userId }) => `${app} ${userId}`,
    read: readSecuredUsers,
  }),
  devices: defineRecordType({
    columns: DEVICE_COLUMNS,
    key: ({ serialNumber, phoneNumber, id }) => serialNumber ?? phoneNumber ?? id,
    read: ({ devices }) => readList(devices.list()),
  }),
  "device-actions": defineRecordType({
    columns: DEVICE_ACTION_COLUMNS,
    key: ({ serialNumber, kind, createdAt }) => [serialNumber, createdAt, kind].join(" "),
    read: (client) => readList(client["device-actions"].list()),
  }),
  "ade-devices": defineRecordType({
    columns: ADE_DEVICE_COLUMNS,
    key: ({ serialNumber }) => serialNumber,
    read: ({ ade }) => readList(ade.devices()),
  }),
  renewals: defineRecordType({
    columns: buildFieldColumns<RenewalRecord>(RENEWAL_ITEM.fields),
    key: ({ kind, name, organisation }) => [kind, name, organisation ?? ""].join(" ").trim(),
    read: ({ renewals }) => readList(renewals.list()),
  }),
  answers: defineRecordType({
    columns: ANSWER_COLUMNS,
    key: ({ question }) => question,
    read: ({ answers }) => readList(answers.list()),
  }),
  "console-tasks": defineRecordType({
    columns: TASK_COLUMNS,
    key: ({ number }) => String(number),
    read: (client) => readList(client.console.list()),
  }),
};

const defineByFields = (noun: PanelKind): RecordTableDefinition => {
  const { fields, keys } = TYPES_BY_FORMAT[noun];
  return defineRecordType<Readonly<Record<string, unknown>>>({
    columns: buildFieldColumns(fields),
    key: (record) => String(record[keys[0].field]),
    read: (client) => readList(client[noun].list() as StreamedLines<never>),
  });
};

export const RECORD_TABLES: readonly RecordTable[] = RESOURCE_NAMES.map((name) => ({
  name,
  ...(RECORD_TYPE_DEFINITIONS[name] ?? defineByFields(name as PanelKind)),
}));

const MAX_SHEET_RECORDS = 2 ** 20 - 1;
const MAX_CELL_CHARACTERS = 32_767;

export async function writeRecords(
  client: CopyClient,
  writer: BundleWriter,
  { language, moment }: { readonly language: Language; readonly moment: (instant: string) => string },
  passed: (records: number) => void,
): Promise<Manifest["resources"]> {
  // with a larger young heap, V8 would let 100 MB of rows wait for the next garbage collection
  setFlagsFromString("--semi-space-growth-factor=1");
  const counts: Manifest["resources"] = [];
  let written = 0;
  async function* readRows({ name, columns, read }: RecordTable): AsyncGenerator<readonly (readonly string[])[]> {
    const cells = columns.map((column) => createTableCellRenderer(column, { language, moment }));
    const file = await writer.file(pathOfResource(name));
    let records = 0;
    yield [columns.map(({ header }) => header[language])];
    for await (const batch of read(client)) {
      await file.write(batch.map((record) => `${JSON.stringify(record)}\n`).join(""));
      yield batch
        .slice(0, Math.max(0, MAX_SHEET_RECORDS - records))
        .map((record) => cells.map((cell) => cell(record).slice(0, MAX_CELL_CHARACTERS)));
      records += batch.length;
      passed((written += batch.length));
    }
    await file.close();
    counts.push({ name, records });
  }
  const sheets = RECORD_TABLES.map((type) => ({ name: RESOURCE_TITLES[type.name][language], rows: readRows(type) }));
  const workbook = await writer.file("records.xlsx");
  for await (const bytes of encodeSheets(sheets)) await workbook.write(bytes);
  await workbook.close();
  return counts;
}
