import { APP, CONFIG_PROFILE } from "../../nouns/config-profile.ts";
import { NOT_MANAGED } from "../../nouns/device.ts";
import { ROOT_ORG_NAME } from "../../nouns/organisation.ts";
import type { Fields } from "../../model/thing.ts";
import type { RecordList } from "./lists.ts";
import { ORDERED_JOIN } from "../store/sql.ts";
import { DEVICE_ORG_SQL } from "./device-rows.ts";
import { ROOT_ORG_NUMBER } from "./org-rows.ts";
import { defineRecordList } from "./record-list.ts";

/**
 * SQL: from all assignments, what applies to the devices in the scope. `reach` has the organisations in which each record applies automatically; `chosen` has the serial numbers to
 * which a record is assigned by hand. Devices are `alike` if they have the same organisation and the same assigned
 * records; `applied` has the records of each such group.
 */
const buildEffectiveSql = (thing: string, of = "true"): string => `with recursive reach (pk, org) as (
    select t.pk, o.pk from main.${thing} t, json_each(t.orgs) e
      join main.org o on o.code = e.value or o.parent is null and e.value = '${ROOT_ORG_NAME}'
    union select r.pk, o.pk from reach r join main.org o on o.parent = r.org),
  placed (device, serial, org) as (
    select t.pk, t.serialNumber, coalesce(${DEVICE_ORG_SQL}, ${ROOT_ORG_NUMBER}) from device t left join user o on o.pk = t.owner
    where (t.platform is null or t.platform in ('iOS', 'macOS')) and t.status is distinct from '${NOT_MANAGED}' and ${of}),
  chosen (serial, pk) as materialized (select e.value, t.pk from main.${thing} t, json_each(t.devices) e),
  alike (place, org, own, devices) as materialized (
    select row_number() over (), p.org, h.own, count(*) from placed p left join (
      select q.device, json_group_array(c.pk order by c.pk) as own
      from placed q ${ORDERED_JOIN} chosen c on c.serial = q.serial group by q.device) h on h.device = p.device
    group by p.org, h.own),
  applied (place, pk) as (
    select a.place, r.pk from alike a join reach r on r.org = a.org
    union select a.place, e.value from alike a, json_each(a.own) e)`;

export const CONFIG_PROFILE_LIST = defineRecordList(CONFIG_PROFILE, "config-profiles");
export const APP_LIST = defineRecordList(APP, "apps");

/** Filters a list of assigned records by device, by organisation, or by missing licences. */
export const selectAssigned = <F extends Fields>(
  list: RecordList<F>,
  { device, org, short }: { device?: string | undefined; org?: string | undefined; short?: boolean | undefined },
) => {
  const { name } = list.thing;
  const among = [
    device !== undefined && `${buildEffectiveSql(name, "t.id = :device")} select pk from applied`,
    org !== undefined &&
      `${buildEffectiveSql(name)} select pk from reach where org = (select pk from org where id = :within)`,
    short === true &&
      `${buildEffectiveSql(name)} select s.pk from ${name} s join applied f on f.pk = s.pk
        join alike a on a.place = f.place group by s.pk having sum(a.devices) > s.licences`,
  ].flatMap((pks) => (pks === false ? [] : [`t.pk in (${pks})`]));
  return { ...list, among: among.join(" and ") || "true", params: { device: device ?? null, within: org ?? null } };
};
