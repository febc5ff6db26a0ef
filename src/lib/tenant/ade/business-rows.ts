import {
  ADE_DEVICE,
  APPLE_DEVICE_FIELDS,
  BUSINESS_FIELDS,
  BUSINESS_LIST_FIELDS,
  type DeviceDifference,
} from "../../model/ade-device.ts";
import { buildSerialKeySql } from "../records/device-rows.ts";
import { CREATION_ORDER, type RecordList } from "../store/lists.ts";
import { insertRow } from "../store/rows.ts";
import { buildValueWithoutTypeSql } from "../store/sql/forms.ts";
import type { Reader, Writer } from "../store/store.ts";

/** The stored data about the Apple Business API. The private key is sealed. `servers` is a JSON list of names. */
export type StoredBusiness = Readonly<Record<keyof typeof EMPTY_BUSINESS, string | null>>;

const EMPTY_BUSINESS = {
  endpoint: null,
  clientId: null,
  keyId: null,
  privateKey: null,
  keyAt: null,
  keyBy: null,
  keyRejectedAt: null,
  /** name of the MDM server that CLOMO uses, as the administrator typed it; not needed if there is only one */
  server: null,
  servers: null,
  syncedAt: null,
} as const;

export const readBusiness = async (reader: Reader): Promise<StoredBusiness | undefined> =>
  reader.get<StoredBusiness>(`select ${Object.keys(EMPTY_BUSINESS).join(", ")} from business_account`);

export const writeBusiness = async (writer: Writer, change: Partial<StoredBusiness>): Promise<void> => {
  const before = (await readBusiness(writer)) ?? EMPTY_BUSINESS;
  await insertRow(writer, "business_account", { pk: 1, ...before, ...change }, ["pk"]);
};

/** SQL: the name of the MDM server that CLOMO uses; null if Apple has several and none was named. */
const CLOMO_SERVER_SQL = `(select coalesce(server, iif(json_array_length(servers) = 1, servers ->> 0, null))
  from main.business_account)`;

const buildInClomoSql = (of: string): string =>
  `exists (select 1 from main.device d
    where ${buildSerialKeySql("d")} = ${buildValueWithoutTypeSql(`upper(${of}.serialNumber)`)})`;

/** SQL: the difference between a device of the organisation and Devices; each device has at most one. */
const buildDifferenceSql = (of: string): string =>
  `case when ${of}.serialNumber is null then null
    when ${of}.releasedAt is not null then iif(${buildInClomoSql(of)}, 'released', null)
    when ${of}.server <> ${CLOMO_SERVER_SQL} then 'other-server'
    when not ${buildInClomoSql(of)} then 'not-in-clomo'
    when ${of}.server is null then 'other-server' end`;

/** SQL: what lists of Apple's devices show of the organisation's devices (`b`) and of Devices (`t`). */
export const ORGANISATION_SQL = {
  ...Object.fromEntries(
    ["status", "server", "orderNumber", "addedAt", "releasedAt"].map((field) => [field, `b.${field}`] as const),
  ),
  inClomo: buildInClomoSql("t"),
  difference: buildDifferenceSql("b"),
};

export const ORGANISATION_JOIN_SQL = "left join main.business_device b on b.serialNumber = t.serialNumber";

const createOrganisationList = (among?: string): RecordList<typeof ADE_DEVICE.fields> => ({
  thing: ADE_DEVICE,
  table: "business_device t",
  joined: "left join main.ade_device a on a.serialNumber = t.serialNumber",
  among,
  sql: {
    ...Object.fromEntries(
      APPLE_DEVICE_FIELDS.filter((field) => !(field in BUSINESS_FIELDS)).map((field) => [field, `a.${field}`] as const),
    ),
    inClomo: buildInClomoSql("t"),
    difference: buildDifferenceSql("t"),
  },
  keyed: false,
  order: [CREATION_ORDER],
  named: "t.serialNumber in (:nameKey, upper(:nameKey))",
});

export const ORGANISATION_LIST_NAMES = ["all", "released", "other-server", "not-in-clomo"] as const;

/** Lists of the organisation's devices. Released devices are in `all` and `released`, also if Devices lacks them. */
export const ORGANISATION_LISTS = {
  all: createOrganisationList(),
  released: createOrganisationList("t.releasedAt is not null"),
  "other-server": createOrganisationList(`${buildDifferenceSql("t")} = 'other-server'`),
  "not-in-clomo": createOrganisationList(`${buildDifferenceSql("t")} = 'not-in-clomo'`),
} as const satisfies Record<(typeof ORGANISATION_LIST_NAMES)[number], RecordList>;

export const readClomoServer = async (reader: Reader): Promise<string | null> =>
  (await reader.get<{ readonly name: string | null }>(`select ${CLOMO_SERVER_SQL} as name`))?.name ?? null;

export const countDifferences = async (reader: Reader) => {
  const counted = await reader.all(
    `select ${buildDifferenceSql("t")} as difference, count(*) as count, count(*) filter (where releasedAt is null)
       as owned from business_device t group by 1`,
  );
  const countOf = (name: DeviceDifference): number =>
    Number(counted.find(({ difference }) => difference === name)?.["count"] ?? 0);
  return {
    devices: counted.reduce((sum, { owned }) => sum + Number(owned), 0),
    notInClomo: countOf("not-in-clomo"),
    otherServer: countOf("other-server"),
    released: countOf("released"),
  };
};

/** SQL: the columns of the tables into which devices and the servers of devices are fetched, in their order. */
export const FETCHED_DEVICE_COLUMNS = ["place integer", ...BUSINESS_LIST_FIELDS.map((field) => `${field} text`)];

export const FETCHED_SERVER_COLUMNS = ["place integer", "serialNumber text", "server text"];

interface Fetched {
  /** names of the tables of fetched devices and of the servers of devices */
  readonly devices: string;
  readonly servers: string;
}

/** The release of a device of which Apple says only that it is not there. */
export const UNDATED_RELEASE = "";

/** SQL: the latest of several rows of a device, because a device can move between pages while they are fetched. */
const buildLatestSql = (from: string): string =>
  `(select * from (select *, row_number() over (partition by serialNumber order by place desc) as newest from ${from})
    where newest = 1)`;

const buildPresentSql = (devices: string): string =>
  `${buildLatestSql(devices)} f where f.releasedAt is distinct from '${UNDATED_RELEASE}'`;

export const countFetched = (reader: Reader, { devices }: Fetched): Promise<number> =>
  reader.count(`select count(*) from ${buildPresentSql(devices)}`);

/** SQL: the devices that the organisation had at the last sync, and that are not among the fetched devices. */
const buildMissingSql = (devices: string): string =>
  `select serialNumber from business_device where releasedAt is null
    except select serialNumber from ${buildLatestSql(devices)} where releasedAt is null`;

/**
 * Returns the devices about which the fetched pages are incomplete, because they changed meanwhile: the device or its
 * server is missing. @param most maximum number to return
 */
export const listUncertain = async (
  reader: Reader,
  { devices, servers }: Fetched,
  most: number,
): Promise<readonly string[]> => {
  const rows = await reader.all(
    `select serialNumber from (
       select serialNumber from ${servers} except select serialNumber from ${devices}
       union select serialNumber from (
         select serialNumber from ${devices} where status = 'ASSIGNED' except select serialNumber from ${servers})
       union select serialNumber from (${buildMissingSql(devices)}))
     order by serialNumber limit :most`,
    { most },
  );
  return rows.map(({ serialNumber }) => String(serialNumber));
};

export const countMissing = (reader: Reader, { devices }: Fetched): Promise<number> =>
  reader.count(`select count(*) from (${buildMissingSql(devices)})`);

const OTHER_FIELDS = [...BUSINESS_LIST_FIELDS.filter((field) => field !== "serialNumber"), "server"];

/** Marks missing devices as released, and stores the fetched devices. */
export const applyOrganisation = async (
  writer: Writer,
  { devices, servers }: Fetched,
  at: string,
): Promise<Readonly<Record<"created" | "changed" | "released", number>>> => {
  const base = await writer.count("select coalesce(max(pk), 0) from business_device");
  const released = await writer.run(
    `update business_device set server = null, status = null, releasedAt = coalesce(
       (select nullif(max(f.releasedAt), '${UNDATED_RELEASE}') from ${devices} f where f.serialNumber = business_device.serialNumber), :at)
     where serialNumber in (${buildMissingSql(devices)})`,
    { at },
  );
  const stored = await writer.run(
    `insert into business_device as t (${[...BUSINESS_LIST_FIELDS, "server", "seenAt"].join(", ")})
     select ${BUSINESS_LIST_FIELDS.map((field) => `f.${field}`).join(", ")}, iif(f.releasedAt is null, s.server, null), :at
     from (select * from ${buildPresentSql(devices)}) f
       left join ${buildLatestSql(servers)} s on s.serialNumber = f.serialNumber
     where true order by f.place
     on conflict (serialNumber) do update set ${OTHER_FIELDS.map((field) => `${field} = excluded.${field}`).join(", ")}
     where ${OTHER_FIELDS.map((field) => `t.${field} is distinct from excluded.${field}`).join(" or ")}`,
    { at },
  );
  const created = await writer.count("select count(*) from business_device where pk > :base", { base });
  return { created, changed: stored - created, released };
};
