import { BUSINESS_FIELDS } from "../../nouns/ade-device.ts";
import { buildValueWithoutTypeSql, buildSerialKeySql } from "../store/sql.ts";
import type { Reader, Writer } from "../store/types.ts";

const buildInClomoSql = (of: string): string =>
  `exists (select 1 from main.device d
    where ${buildSerialKeySql("d")} = ${buildValueWithoutTypeSql(`upper(${of}.serialNumber)`)})`;

export const buildDifferenceSql = (of: string): string =>
  `case when ${of}.serialNumber is null then null
    when ${of}.releasedAt is not null then case when ${buildInClomoSql(of)} then 'released' end
    when ${of}.server <> (select clomoServer from main.ade_server) then 'other-server'
    when not ${buildInClomoSql(of)} then 'not-in-clomo'
    when ${of}.status = 'UNASSIGNED' then 'other-server' end`;

export const DIFFERENCE_SQL = buildDifferenceSql("t");

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
