import { NOT_MANAGED } from "../../model/device.ts";
import { ROOT_ORG_NAME } from "../../model/organisation.ts";
import { ORDERED_JOIN } from "../store/sql/forms.ts";
import type { Reader } from "../store/store.ts";
import { DEVICE_ORG_SQL } from "./device-rows.ts";
import { ORG_POSITION_TABLE, ROOT_ORG_NUMBER } from "./org-rows.ts";

/** The record types with `ASSIGNMENT_FIELDS`. */
export type AssignedThing = "config_profile";

const HAS_PROFILES_SQL = `(t.platform is null or t.platform in ('iOS', 'macOS')) and t.status is distinct from '${NOT_MANAGED}'`;

/**
 * SQL: `reach` has each record with the organisations in which it is automatic (`via`: the assigned one, `org`: that one
 * and those below it); `chosen` has the serial numbers to which it is assigned by hand. A device without organisation is
 * in 全社; one that is not managed or of another platform has no profiles and no apps. Devices are `alike` if they are in
 * the same organisation and have the same records by hand; `applied` has the records of each such group.
 */
const buildEffectiveSql = (thing: AssignedThing): string => `with recursive reach (pk, via, org) as (
    select t.pk, o.pk, o.pk from ${thing} t, json_each(t.orgs) e
      join org o on o.code = e.value or o.parent is null and e.value = '${ROOT_ORG_NAME}'
    union select r.pk, r.via, o.pk from reach r join org o on o.parent = r.org),
  placed (device, serial, org) as (
    select t.pk, t.serialNumber, coalesce(${DEVICE_ORG_SQL}, ${ROOT_ORG_NUMBER})
    from device t left join user o on o.pk = t.owner where ${HAS_PROFILES_SQL}),
  chosen (serial, pk) as materialized (select e.value, t.pk from ${thing} t, json_each(t.devices) e),
  effective (device, pk, via) as (
    select p.device, r.pk, r.via from placed p join reach r on r.org = p.org
    union all select p.device, c.pk, null from placed p ${ORDERED_JOIN} chosen c on c.serial = p.serial),
  alike (place, org, own, devices, example) as materialized (
    select row_number() over (), p.org, h.own, count(*), min(p.serial) from placed p left join (
      select d.pk, json_group_array(c.pk order by c.pk) as own
      from device d ${ORDERED_JOIN} chosen c on c.serial = d.serialNumber group by d.pk) h on h.pk = p.device
    group by p.org, h.own),
  applied (place, pk) as (
    select a.place, r.pk from alike a join reach r on r.org = a.org
    union select a.place, e.value from alike a, json_each(a.own) e)`;

export interface Effective {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  /** paths of the organisations through which the record is automatic; that of 全社 is blank */
  readonly via: readonly string[];
  /** true if the record is also or only assigned by hand */
  readonly byHand: boolean;
}

/** Returns the records that apply to a device, or to each device of an organisation, in the order of creation. */
export const readEffective = async (
  reader: Reader,
  thing: AssignedThing,
  { device, org }: { readonly device?: string | undefined; readonly org?: string | undefined },
): Promise<readonly Effective[]> => {
  await reader.derive(ORG_POSITION_TABLE);
  const of =
    device === undefined
      ? "reach r where r.org = (select pk from org where id = :of)"
      : "effective r where r.device = (select pk from device where id = :of)";
  const rows = await reader.all(
    `${buildEffectiveSql(thing)} select t.id, t.name, t.kind, max(f.via is null) as byHand,
       json_group_array(p.path order by p.at) filter (where p.pk is not null) as via
     from (select distinct r.pk, r.via from ${of}) f join ${thing} t on t.pk = f.pk left join temp.place p on p.pk = f.via
     group by t.pk order by t.pk`,
    { of: device ?? org ?? "" },
  );
  return rows.map(({ via, byHand, ...one }) => ({
    ...(one as unknown as Pick<Effective, "id" | "name" | "kind">),
    via: JSON.parse(String(via)) as string[],
    byHand: byHand === 1,
  }));
};

/** Several records of one kind that apply to the same devices. */
export interface Clash {
  readonly kind: string;
  readonly names: readonly string[];
  readonly devices: number;
  /** serial number of one of these devices */
  readonly example: string;
}

/** Returns the records of the same kind that devices have at the same time, those on most devices first. */
export const findClashes = async (reader: Reader, thing: AssignedThing): Promise<readonly Clash[]> => {
  const rows = await reader.all(
    `${buildEffectiveSql(thing)} select c.kind, c.pks, sum(c.devices) as devices, min(c.example) as example,
       (select json_group_array(t.name order by t.pk) from ${thing} t where t.pk in (select value from json_each(c.pks))) as names
     from (select t.kind, a.devices, a.example, json_group_array(t.pk order by t.pk) as pks
       from applied f join ${thing} t on t.pk = f.pk join alike a on a.place = f.place
       group by f.place, t.kind having count(*) > 1) c
     group by c.kind, c.pks order by devices desc, c.kind, c.pks`,
  );
  return rows.map(({ kind, names, devices, example }) => ({
    kind: String(kind),
    names: JSON.parse(String(names)) as string[],
    devices: Number(devices),
    example: String(example),
  }));
};

/** Returns the names of records that are assigned to organisations or devices that do not exist (any more). */
export const findLostAssignments = async (reader: Reader, thing: AssignedThing): Promise<readonly string[]> => {
  const rows = await reader.all(
    `select t.name from ${thing} t where exists (select 1 from json_each(t.orgs) e
         where e.value <> :root and e.value not in (select code from org where code is not null))
       or exists (select 1 from json_each(t.devices) e where e.value not in (select serialNumber from device))
     order by t.pk`,
    { root: ROOT_ORG_NAME },
  );
  return rows.map(({ name }) => String(name));
};
