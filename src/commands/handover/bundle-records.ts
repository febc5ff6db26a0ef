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
import { ADMINISTRATOR_ROLES } from "../../lib/nouns/account.ts";
import { SECURED_APPS, SECURED_GROUP } from "../../lib/nouns/secured-user.ts";
import { TENANT } from "../../lib/nouns/tenant.ts";
import { CUSTOM_FIELD } from "../../lib/nouns/user.ts";
import { createTableCellRenderer } from "../../lib/terminal/output.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { same, type Language } from "../../lib/text/index.ts";
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

interface RecordTable<R = never> {
  readonly columns: readonly Column<R>[];
  readonly read: (client: CopyClient) => StreamedLines<R> | AsyncIterable<readonly R[]> | Promise<readonly R[]>;
}

const defineTable = <R>(columns: readonly Column<R>[], read: RecordTable<R>["read"]): RecordTable =>
  ({ columns, read }) as unknown as RecordTable;

async function* readBatches<R>(read: ReturnType<RecordTable<R>["read"]>): AsyncGenerator<readonly R[]> {
  if ("batches" in read) yield* read.batches();
  else if ("then" in read) yield await read;
  else yield* read;
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

const withPath = <R extends { readonly org: Pick<Org, "path"> }>(columns: readonly Column<R>[]): readonly Column<R>[] =>
  columns.map((column) =>
    column.key === "org" ? { ...column, name: ({ org }) => same(org.path || ROOT_ORG_NAME) } : column,
  );

const RECORD_TABLES: Readonly<
  Record<Exclude<ResourceName, PanelKind>, RecordTable> & Partial<Record<ResourceName, RecordTable>>
> = {
  tenant: defineTable(buildFieldColumns(TENANT.fields), async ({ tenant }) => [(await tenant.show()).profile]),
  "account-settings": defineTable(SETTINGS_COLUMNS, async ({ accounts }) => [await accounts.settings()]),
  "custom-fields": defineTable(buildFieldColumns<CustomField>(CUSTOM_FIELD.fields), ({ users }) => users.fields()),
  orgs: defineTable(ORG_COLUMNS, ({ orgs }) => orgs.list()),
  schemes: defineTable(SCHEME_COLUMNS, ({ roles }) => roles.schemes()),
  users: defineTable(withPath(USER_COLUMNS), ({ users }) => users.list()),
  administrators: defineTable(ACCOUNT_COLUMNS, readAdministrators),
  "secured-groups": defineTable(buildFieldColumns<SecuredGroup>(SECURED_GROUP.fields), readSecuredGroups),
  "secured-users": defineTable(SECURED_USER_COLUMNS, readSecuredUsers),
  devices: defineTable(DEVICE_COLUMNS, ({ devices }) => devices.list()),
  "device-actions": defineTable(DEVICE_ACTION_COLUMNS, (client) => client["device-actions"].list()),
  "ade-devices": defineTable(ADE_DEVICE_COLUMNS, ({ ade }) => ade.devices()),
  renewals: defineTable(buildFieldColumns<RenewalRecord>(RENEWAL_ITEM.fields), ({ renewals }) => renewals.list()),
  answers: defineTable(ANSWER_COLUMNS, ({ answers }) => answers.list()),
  "console-tasks": defineTable(TASK_COLUMNS, (client) => client.console.list()),
};

const defineByFields = (noun: PanelKind): RecordTable =>
  defineTable<Readonly<Record<string, unknown>>>(
    buildFieldColumns(TYPES_BY_FORMAT[noun].fields),
    (client) => client[noun].list() as StreamedLines<never>,
  );

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
  async function* readRows(name: ResourceName): AsyncGenerator<readonly (readonly string[])[]> {
    const { columns, read } = RECORD_TABLES[name] ?? defineByFields(name as PanelKind);
    const cells = columns.map((column) => createTableCellRenderer(column, { language, moment }));
    const file = await writer.file(pathOfResource(name));
    let records = 0;
    yield [columns.map(({ header }) => header[language])];
    for await (const batch of readBatches(read(client))) {
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
  const sheets = RESOURCE_NAMES.map((name) => ({ name: RESOURCE_TITLES[name][language], rows: readRows(name) }));
  const workbook = await writer.file("records.xlsx");
  for await (const bytes of encodeSheets(sheets)) await workbook.write(bytes);
  await workbook.close();
  return counts;
}
