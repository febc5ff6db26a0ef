import {
  ADE_DEVICE,
  APPLE_DEVICE_FIELDS,
  BUSINESS_FIELDS,
  PLATFORM_BY_APPLE_OS,
  READY_PROFILE_STATES,
} from "../../nouns/ade-device.ts";
import { PRE_REGISTERED } from "../../nouns/device.ts";
import { storeLastNumber, insertRow } from "../ledger/rows.ts";
import { CREATION_ORDER, type RecordList } from "../ledger/lists.ts";
import { buildValueWithoutTypeSql, buildSerialKeySql } from "../store/sql.ts";
import type { Reader, Writer } from "../store/types.ts";
import { saveCreatedRange } from "../ledger/versions.ts";

const buildInClomoSql = (of: string): string =>
  `exists (select 1 from main.device d
    where ${buildSerialKeySql("d")} = ${buildValueWithoutTypeSql(`upper(${of}.serialNumber)`)})`;

const buildDifferenceSql = (of: string): string =>
  `case when ${of}.serialNumber is null then null
    when ${of}.releasedAt is not null then case when ${buildInClomoSql(of)} then 'released' end
    when ${of}.server <> (select clomoServer from main.ade_server) then 'other-server'
    when not ${buildInClomoSql(of)} then 'not-in-clomo'
    when ${of}.status = 'UNASSIGNED' then 'other-server' end`;

const DIFFERENCE_SQL = buildDifferenceSql("t");

export const countDifferences = async (reader: Reader) => {
  const counted = await reader.get<Record<"devices" | "notInClomo" | "otherServer" | "released", number>>(
    `select count(*) filter (where releasedAt is null) as devices,
       count(*) filter (where difference = 'not-in-clomo') as notInClomo,
       count(*) filter (where difference = 'other-server') as otherServer,
       count(*) filter (where difference = 'released') as released
     from (select releasedAt, ${DIFFERENCE_SQL} as difference from business_device t)`,
  );
  return counted ?? { devices: 0, notInClomo: 0, otherServer: 0, released: 0 };
};

/** Each row is a device from Apple's list of devices, or only the serial number and the MDM server of a device. */
export const FETCHED_ROW_COLUMNS = ["place integer", ...[...BUSINESS_FIELDS, "server"].map((name) => `${name} text`)];

const buildLatestSql = (from: string, among: string): string =>
  `(select * from (select *, row_number() over (partition by serialNumber order by place desc) as newest from ${from}
    where ${among}) where newest = 1)`;

const buildDevicesSql = (from: string): string => buildLatestSql(from, "server is null");

const buildMissingSql = (from: string): string =>
  `select serialNumber from business_device where releasedAt is null except select serialNumber from ${from}`;

export const countListedDevices = (reader: Reader, from: string): Promise<number> =>
  reader.count(`select count(distinct serialNumber) from ${from} where server is null`);

export const countReleasedDevices = (reader: Reader, from: string): Promise<number> =>
  reader.count(`select count(*) from (${buildMissingSql(from)})`);

export const countUncertainDevices = async (reader: Reader, from: string, total: number): Promise<number> => {
  const halves = await reader.count(
    `select count(*) from (
       select serialNumber from ${buildDevicesSql(from)} where status = 'ASSIGNED'
         except select serialNumber from ${from} where server is not null
       union all select * from (select serialNumber from ${from} where server is not null
         except select serialNumber from ${from} where server is null))`,
  );
  const lacking = Math.max(0, total - (await countListedDevices(reader, from)));
  return halves + lacking + (await countReleasedDevices(reader, from));
};

const FETCHED_DEVICE_VALUES = Object.entries({
  ...Object.fromEntries(BUSINESS_FIELDS.map((field) => [field, `excluded.${field}`])),
  server: "coalesce(excluded.server, case when excluded.status = 'ASSIGNED' then t.server end)",
  releasedAt: "null",
});

export const storeOrganisationDevices = async (writer: Writer, from: string, at: string) => {
  const base = await writer.count("select coalesce(max(pk), 0) from business_device");
  const released = await writer.run(
    `update business_device set server = null, status = null, releasedAt = :at
     where serialNumber in (${buildMissingSql(from)})`,
    { at },
  );
  const stored = await writer.run(
    `insert into business_device as t (${BUSINESS_FIELDS.join(", ")}, server, seenAt)
     select ${BUSINESS_FIELDS.map((field) => `d.${field}`).join(", ")},
       case when d.status is distinct from 'UNASSIGNED' then s.server end, :at
     from ${buildDevicesSql(from)} d
       left join ${buildLatestSql(from, "server is not null")} s on s.serialNumber = d.serialNumber
     where true order by d.place
     on conflict (serialNumber) do update set ${FETCHED_DEVICE_VALUES.map(([column, sql]) => `${column} = ${sql}`).join(", ")}
     where ${FETCHED_DEVICE_VALUES.map(([column, sql]) => `t.${column} is distinct from ${sql}`).join(" or ")}`,
    { at },
  );
  const created = await writer.count("select count(*) from business_device where pk > :base", { base });
  return { created, changed: stored - created, released };
};

const IS_NOT_READY = READY_PROFILE_STATES.map((status) => `t.profileStatus is distinct from '${status}'`).join(" and ");

export const ADE_DEVICE_LIST: RecordList<typeof ADE_DEVICE.fields> = {
  thing: ADE_DEVICE,
  table: "ade_device t",
  joined: "left join main.business_device b on b.serialNumber = t.serialNumber",
  sql: {
    ...Object.fromEntries(
      ["status", "server", "orderNumber", "addedAt", "releasedAt"].map((name) => [name, `b.${name}`]),
    ),
    difference: buildDifferenceSql("b"),
  },
  keyed: false,
  order: [CREATION_ORDER],
  named: "t.serialNumber in (:nameKey, upper(:nameKey))",
};

export const UNREADY_ADE_DEVICE_LIST: RecordList<typeof ADE_DEVICE.fields> = {
  ...ADE_DEVICE_LIST,
  among: IS_NOT_READY,
};

const DEVICE_SERVICE_FIELDS = APPLE_DEVICE_FIELDS.filter((field) => !BUSINESS_FIELDS.includes(field));

const createOrganisationList = (among?: string): typeof ADE_DEVICE_LIST => ({
  ...ADE_DEVICE_LIST,
  table: "business_device t",
  joined: "left join main.ade_device a on a.serialNumber = t.serialNumber",
  among,
  sql: {
    ...Object.fromEntries(DEVICE_SERVICE_FIELDS.map((field) => [field, `a.${field}`])),
    difference: DIFFERENCE_SQL,
  },
});

/** The lists `all` and `released` also contain released devices that CLOMO does not have. */
export const ORGANISATION_LISTS = {
  all: createOrganisationList(),
  released: createOrganisationList("t.releasedAt is not null"),
  "other-server": createOrganisationList(`${DIFFERENCE_SQL} = 'other-server'`),
  "not-in-clomo": createOrganisationList(`${DIFFERENCE_SQL} = 'not-in-clomo'`),
} as const;

export const countDevices = async (
  reader: Reader,
): Promise<{ readonly devices: number; readonly notReady: number }> => ({
  devices: await reader.count("select count(*) from ade_device"),
  notReady: await reader.count(`select count(*) from ade_device t where ${IS_NOT_READY}`),
});

export const FETCHED_COLUMNS = ["place integer", ...APPLE_DEVICE_FIELDS.map((field) => `${field} text`)];

const [, ...OTHER_APPLE_FIELDS] = APPLE_DEVICE_FIELDS;

const DELETED_OP_TYPE = "deleted";

const FIELDS_KEPT_IF_MISSING: readonly string[] = ["opType", "opDate"];

const buildNewValueSql = (field: string): string =>
  FIELDS_KEPT_IF_MISSING.includes(field) ? `coalesce(excluded.${field}, t.${field})` : `excluded.${field}`;

const IS_NOT_OLDER_SQL = "(excluded.opDate is null or t.opDate is null or excluded.opDate >= t.opDate)";

export type AppliedCounts = Readonly<Record<"created" | "changed" | "released", number>>;

/** Stores the latest fetched record of each device that is not deleted. @see apple 3 (hazards 2, 3, 5) */
export const applyFetched = async (
  writer: Writer,
  from: string,
  { isFull, at }: { readonly isFull: boolean; readonly at: string },
): Promise<AppliedCounts & { readonly base: number }> => {
  const base = await writer.count("select coalesce(max(pk), 0) from ade_device");
  const fields = APPLE_DEVICE_FIELDS.join(", ");
  const stored = await writer.run(
    `insert into ade_device as t (${fields}, seenAt)
     select ${fields}, :at from (select *, row_number() over (
       partition by serialNumber order by coalesce(opDate, '') desc, place desc) as newest from ${from})
     where newest = 1
     on conflict (serialNumber) do update set ${OTHER_APPLE_FIELDS.map((field) => `${field} = ${buildNewValueSql(field)}`).join(", ")}
     where ${isFull ? "true" : IS_NOT_OLDER_SQL}
       and (${OTHER_APPLE_FIELDS.map((field) => `t.${field} is distinct from ${buildNewValueSql(field)}`).join(" or ")})`,
    { at },
  );
  const inserted = await writer.count("select count(*) from ade_device where pk > :base", { base });
  const isDeleted = `opType = '${DELETED_OP_TYPE}'`;
  const released = await writer.run(`delete from ade_device where pk <= :base and ${isDeleted}`, { base });
  const unknown = await writer.run(`delete from ade_device where pk > :base and ${isDeleted}`, { base });
  return { base, created: inserted - unknown, changed: stored - inserted - released, released };
};

const buildMissingDevicesSql = (from: string): string =>
  `select serialNumber from ade_device except select serialNumber from ${from}`;

export const countMissingDevices = (reader: Reader, from: string): Promise<number> =>
  reader.count(`select count(*) from (${buildMissingDevicesSql(from)})`);

export const deleteMissingDevices = (writer: Writer, from: string): Promise<number> =>
  writer.run(`delete from ade_device where serialNumber in (${buildMissingDevicesSql(from)})`);

const PLATFORM_SQL = `case t.os ${Object.entries(PLATFORM_BY_APPLE_OS)
  .map(([os, platform]) => `when '${os}' then '${platform}'`)
  .join(" ")} end`;

const TENANT_DEVICE_SQL = `select d.pk from device d where ${buildSerialKeySql("d")} = ${buildValueWithoutTypeSql("upper(t.serialNumber)")}`;

export type RegisteredDevice = Readonly<Record<"id" | "serialNumber", string>>;

/** Creates 事前登録 records for ADE devices without a record. @param told maximum number of new records to return */
export const registerDevices = async (
  writer: Writer,
  { base, at, idPrefix, told }: { base: number; at: string; idPrefix: string; told: number },
): Promise<{ readonly count: number; readonly told: readonly RegisteredDevice[] }> => {
  const { last = 0 } = (await writer.lock(["devices"])).get("devices") ?? {};
  const revision = await writer.revision();
  const count = await writer.run(
    `insert into main.device (pk, id, serialNumber, platform, status, createdAt, updatedAt, revision)
     select :last + t.row, :idPrefix || substr(cast(1000000000000 + t.row as text), 2), t.serialNumber, ${PLATFORM_SQL}, '${PRE_REGISTERED}', :at, :at, :revision
     from (select row_number() over (order by t.pk) as row, t.serialNumber, t.os from ade_device t
       where t.pk > :base and not exists (${TENANT_DEVICE_SQL})) t`,
    { last, base, at, idPrefix, revision },
  );
  if (count === 0) return { count, told: [] };
  await saveCreatedRange(writer, "device", last + 1, last + count);
  await storeLastNumber(writer, "devices", last + count);
  const created = "select id, serialNumber from device where pk > :last order by pk limit :told";
  return { count, told: await writer.all(created, { last, told }) };
};

/** The keys and the token are encrypted. */
export type StoredServer = Readonly<Record<keyof typeof EMPTY_SERVER, string | null>>;

const EMPTY_OWN_SERVER = {
  /** URL without a trailing slash */
  endpoint: null,
  privateKey: null,
  certificate: null,
  keyAt: null,
  token: null,
  /** SHA-256 of the token file; `consumer` is the SHA-256 of the token's consumer key */
  tokenHash: null,
  consumer: null,
  tokenExpiresAt: null,
  tokenSetAt: null,
  tokenSetBy: null,
  tokenRejectedAt: null,
  serverUuid: null,
  serverName: null,
  adminId: null,
  orgName: null,
  /** Apple's cursor at the end of the last sync; null if the next sync must be full */
  cursor: null,
  cursorAt: null,
  fullAt: null,
  renewal: null,
} as const;

const EMPTY_SERVER = {
  ...EMPTY_OWN_SERVER,
  apiEndpoint: null,
  apiClient: null,
  apiKeyId: null,
  apiKey: null,
  apiKeyAt: null,
  apiRejectedAt: null,
  /** JSON list of the names of the organisation's MDM servers */
  apiServers: null,
  apiSyncAt: null,
  clomoServer: null,
} as const;

export const readServer = async (reader: Reader): Promise<StoredServer> =>
  (await reader.get<StoredServer>(`select ${Object.keys(EMPTY_SERVER).join(", ")} from ade_server`)) ?? EMPTY_SERVER;

export const writeServer = async (writer: Writer, change: Partial<StoredServer>): Promise<void> => {
  await insertRow(writer, "ade_server", { pk: 1, ...(await readServer(writer)), ...change }, ["pk"]);
};

/** Deletes all data that came from the endpoint, but keeps the tenant's device records and API account. */
export const deleteServerData = async (writer: Writer): Promise<void> => {
  await writeServer(writer, EMPTY_OWN_SERVER);
  await writer.run("delete from ade_device");
};

/** Returns the encrypted secrets. New secrets must be encrypted with the same key. */
export const listSealedSecrets = ({ privateKey, token, apiKey }: StoredServer): readonly string[] =>
  [privateKey, token, apiKey].filter((secret) => secret !== null);
