import { DEVICE, DEVICE_ACTION } from "../../nouns/device.ts";
import { createFormat } from "../../derived/format.ts";
import { CREATION_ORDER, type RecordList } from "./lists.ts";
import { ORG_POSITION_TABLE } from "./org-rows.ts";
import { buildCaseSql, buildSerialKeySql } from "../store/sql.ts";
import type { Reader } from "../store/types.ts";
import { USER_LIST } from "./user-rows.ts";

export const DEVICE_ORG_SQL = "coalesce(o.org, t.ownerOrg)";

const DEVICE_ORG_JOINS_SQL = `left join org w on w.pk = t.ownerOrg left join temp.place wp on wp.pk = t.ownerOrg
    left join org g on g.pk = ${DEVICE_ORG_SQL} left join temp.place gp on gp.pk = ${DEVICE_ORG_SQL}`;

const buildOrgPathSql = (org: string, place: string): string =>
  buildCaseSql(`${org}.pk is null`, "null", `coalesce(${place}.path, '')`);

export const DEVICE_LIST: RecordList<typeof DEVICE.fields> = {
  thing: DEVICE,
  format: createFormat(DEVICE, "devices"),
  table: "device t",
  joined: `left join user o on o.pk = t.owner ${DEVICE_ORG_JOINS_SQL}`,
  sql: {
    "owner.id": "o.id",
    "owner.name": "o.name",
    "owner.email": "o.emails ->> 0",
    "owner.emails": "o.emails ->> 0",
    "ownerOrg.id": "w.id",
    "ownerOrg.code": "w.code",
    "ownerOrg.path": buildOrgPathSql("w", "wp"),
    org: DEVICE_ORG_SQL,
    "org.id": "g.id",
    "org.code": "g.code",
    "org.path": buildOrgPathSql("g", "gp"),
  },
  order: [CREATION_ORDER],
  filters: { filterName: "identificationName", filterId: "serialNumber" },
  named: `t.id = :name or ${buildSerialKeySql("t")} = upper(:nameKey)
    or (t.imei = :name or replace(t.phoneNumber, '-', '') = replace(:nameKey, '-', ''))
      and not exists (select 1 from device d where ${buildSerialKeySql("d")} = upper(:nameKey))`,
  chosen: { status: "status", platform: "platform", tag: "tags" },
  // a subquery, because queries that only select records do not contain the joins of the list
  org: "coalesce((select org from user where pk = t.owner), t.ownerOrg)",
  owner: { sql: "t.owner", list: USER_LIST },
  derived: [ORG_POSITION_TABLE],
};

export const DEVICE_ACTION_LIST: RecordList<typeof DEVICE_ACTION.fields> = {
  thing: DEVICE_ACTION,
  table: "device_action t",
  order: [CREATION_ORDER],
  chosen: { serialNumber: "serialNumber" },
  named: `t.id = :name or ${buildSerialKeySql("t")} = upper(:nameKey)`,
};

/** Devices whose latest recorded lost-mode action turned lost mode on. */
export const LOST_DEVICE_LIST: typeof DEVICE_LIST = {
  ...DEVICE_LIST,
  among: `${buildSerialKeySql("t")} in (select ${buildSerialKeySql("a")} from device_action a
    where a.kind = 'lost-mode' and a.pk in (select max(b.pk) from device_action b
      where b.kind in ('lost-mode', 'end-lost-mode') group by ${buildSerialKeySql("b")}))`,
};

export const countOwnedDevices = async (
  reader: Reader,
  owners: readonly string[],
): Promise<ReadonlyMap<string, number>> => {
  const rows = await reader.all(
    `select u.id, count(*) as count from json_each(:owners) o join user u on u.id = o.value join device d on d.owner = u.pk
     group by u.id`,
    { owners: JSON.stringify(owners) },
  );
  return new Map(rows.map(({ id, count }) => [String(id), Number(count)]));
};
