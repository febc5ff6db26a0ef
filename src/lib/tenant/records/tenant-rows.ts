import { SECURED_APPS, type SecuredApp } from "../../model/secured-user.ts";
import { TENANT, UNSAID, type TenantProfile } from "../../model/tenant.ts";
import type { Field } from "../../model/thing.ts";
import type { Reader, Value, Writer } from "../store/store.ts";

/** The tenant itself, as its store knows it. */
export interface StoredTenant {
  readonly name: string;
  /** when its data last came from the console; null if never */
  readonly mirroredAt: string | null;
  readonly users: number;
  readonly orgs: number;
  readonly devices: number;
  readonly secured: Readonly<Record<SecuredApp, number>>;
  /** the kinds of import whose administrators are known */
  readonly administratorsKnown: string[];
  /** the kinds whose next export of the console is to be taken over: the mirror is known to differ from it */
  readonly exportsAwaited: string[];
  readonly profile: TenantProfile;
}

export const readTenant = async (reader: Reader): Promise<StoredTenant> => {
  return {
    name: await readTenantName(reader),
    mirroredAt: await readMirrored(reader),
    users: await reader.count("select count(*) from user"),
    orgs: await reader.count("select count(*) from org"),
    devices: await reader.count("select count(*) from device"),
    secured: await readApps(reader),
    administratorsKnown: await knownKinds(reader),
    exportsAwaited: await awaitedExports(reader),
    profile: await readProfile(reader),
  };
};

/** When the tenant's data last came from the console; null if they never did. */
export const readMirrored = async (reader: Reader): Promise<string | null> => {
  const mirroredAt = (await reader.get("select mirroredAt from tenant"))?.["mirroredAt"] ?? null;
  return mirroredAt === null ? null : String(mirroredAt);
};

export const setMirrored = async (writer: Writer, at: string | null): Promise<void> => {
  await writer.run("update tenant set mirroredAt = :at", { at });
};

/** True once the tenant's data came from the console: what is changed here has to be done there too. */
export const isMirror = async (reader: Reader): Promise<boolean> => (await readMirrored(reader)) !== null;

/** SQL: an import that was committed, and not undone. */
const COMMITTED = "i.revision is not null and i.detail ->> 'revertedBy' is null";

/** SQL: it is an export of the console. */
const OF_CONSOLE = "i.detail -> 'request' ->> 'fromConsole'";

/** The tenant's name, for people. */
export const readTenantName = async (reader: Reader): Promise<string> =>
  String((await reader.get("select name from tenant"))?.["name"] ?? "");

const FIELDS: readonly (readonly [name: string, field: Field])[] = Object.entries(TENANT.fields);
const COLUMNS = FIELDS.map(([name]) => name);

/** Lists are kept as JSON, yes and no as 1 and 0. */
const isList = ({ type }: Field): boolean => type === "texts" || type === "objects";

const kept = (field: Field, value: unknown): Value => {
  if (isList(field)) return JSON.stringify(value);
  return typeof value === "boolean" ? Number(value) : (value as Value);
};

const shown = (field: Field, value: Value): unknown => {
  if (isList(field)) return JSON.parse(String(value));
  return field.type === "boolean" && value !== null ? value === 1 : value;
};

/** What is recorded of the tenant itself. */
export const readProfile = async (reader: Reader): Promise<TenantProfile> => {
  const row = await reader.get(`select ${COLUMNS.join(", ")} from tenant_profile`);
  if (row === undefined) return UNSAID;
  const values = FIELDS.map(([name, field]) => [name, shown(field, row[name] ?? null)] as const);
  return Object.fromEntries(values) as unknown as TenantProfile;
};

/** Records all of it. */
export const writeProfile = async (writer: Writer, profile: TenantProfile): Promise<void> => {
  const values = FIELDS.map(([name, field]) => [name, kept(field, profile[name as keyof TenantProfile])] as const);
  await writer.run(
    `insert into main.tenant_profile (pk, ${COLUMNS.join(", ")}) values (1, ${COLUMNS.map((name) => `:${name}`).join(", ")})
     on conflict (pk) do update set ${COLUMNS.map((name) => `${name} = excluded.${name}`).join(", ")}`,
    Object.fromEntries(values),
  );
};

/** The kinds of which the mirror has what the console has no more, as what an export lacked was kept. */
const awaitedExports = async (reader: Reader): Promise<string[]> => {
  const mode = "i.detail -> 'request' ->> 'mode'";
  const isWhole = `(${OF_CONSOLE} and ${mode} = 'replace' or i.detail ->> 'emittedAt' is not null)`;
  const sql = `select distinct w.kind from (
      select i.kind, i.revision from import i where ${COMMITTED} and ${OF_CONSOLE} and ${mode} = 'append') w
    where not exists (select 1 from import i where i.kind = w.kind and ${COMMITTED} and ${isWhole} and i.revision > w.revision)
    order by w.kind`;
  return (await reader.all(sql)).map(({ kind }) => String(kind));
};

/** The kinds of import whose administrators are known. */
const knownKinds = async (reader: Reader): Promise<string[]> =>
  (await reader.all("select kind from administrators_known order by kind")).map(({ kind }) => String(kind));

async function readApps(reader: Reader): Promise<StoredTenant["secured"]> {
  const counts = await reader.all("select app, count(*) as users from secured_user group by app");
  const users = new Map(counts.map((row) => [row["app"], Number(row["users"])]));
  return Object.fromEntries(SECURED_APPS.map((app) => [app, users.get(app) ?? 0])) as Record<SecuredApp, number>;
}
