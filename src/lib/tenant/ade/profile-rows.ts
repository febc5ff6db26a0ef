import type { DeviceResult } from "../../apple/service/service.ts";
import { READY_PROFILE_STATES } from "../../model/ade-device.ts";
import type { AdeProfile, AdeProfileSettings, AdeProfileState } from "../../model/ade-profile.ts";
import { serialKey } from "../../model/normalise.ts";
import { buildSerialKeySql } from "../records/device-rows.ts";
import { buildValueWithoutTypeSql, ORDERED_JOIN } from "../store/sql/forms.ts";
import type { Params, Reader, Row, Writer } from "../store/store.ts";
import { buildOrgPaths, toOrgNode } from "../store/sql/org-paths.ts";

/** A profile with its record number. */
export interface StoredProfile {
  readonly pk: number;
  readonly profile: AdeProfile;
}

/** SQL: the state of the profile `t`. */
export const PROFILE_STATE_SQL = `case when t.serverUuid <> (select s.serverUuid from ade_server s) then 'other-server' else t.state end`;

const HAS_PROFILE_SQL = "d.profileUuid = t.uuid and d.state <> 'released'";

const toStoredProfile = (row: Row, automatic: readonly string[]): StoredProfile => ({
  pk: Number(row["pk"]),
  profile: {
    id: String(row["id"]),
    ...(JSON.parse(String(row["settings"])) as AdeProfileSettings),
    uuid: String(row["uuid"]),
    state: row["state"] as AdeProfileState,
    devices: Number(row["devices"]),
    automatic: [...automatic],
    createdAt: String(row["createdAt"]),
  },
});

/** Returns all profiles in the order of their creation. */
export const readProfiles = async (reader: Reader): Promise<StoredProfile[]> => {
  const rows = await reader.all(
    `select t.pk, t.id, t.uuid, ${PROFILE_STATE_SQL} as state, t.settings, t.createdAt,
       (select count(*) from ade_device d where ${HAS_PROFILE_SQL}) as devices
     from ade_profile t order by t.pk`,
  );
  const automatic = await readAutomaticProfiles(reader);
  const orgs = automatic.length === 0 ? [] : await reader.all("select pk, parent, name from org");
  const paths = buildOrgPaths(orgs.map(toOrgNode));
  return rows.map((row) =>
    toStoredProfile(
      row,
      automatic.filter(({ profile }) => profile === Number(row["pk"])).flatMap(({ org }) => paths.get(org) ?? []),
    ),
  );
};

export const findProfile = async (reader: Reader, id: string): Promise<StoredProfile | undefined> =>
  (await readProfiles(reader)).find(({ profile }) => profile.id === id);

/** Stores a profile that Apple has created for the MDM server of the last contact. */
export const insertProfile = (
  writer: Writer,
  { id, uuid, settings, at }: { id: string; uuid: string; settings: AdeProfileSettings; at: string },
): Promise<number> =>
  writer.run(
    `insert into ade_profile (pk, id, uuid, settings, state, createdAt, serverUuid)
     select coalesce(max(pk), 0) + 1, :id, :uuid, :settings, 'active', :at, (select serverUuid from ade_server)
     from ade_profile`,
    { id, uuid, settings: JSON.stringify(settings), at },
  );

export const disableProfile = (writer: Writer, pk: number): Promise<number> =>
  writer.run("update ade_profile set state = 'disabled' where pk = :pk", { pk });

/**
 * Deletes clomoctl's record of a profile, its pending assignments and its automatic assignments. Apple keeps the
 * profile.
 */
export const deleteProfile = async (writer: Writer, pk: number): Promise<void> => {
  await writer.run("delete from ade_pending where profile = :pk", { pk });
  await writer.run("delete from ade_automatic where profile = :pk", { pk });
  await writer.run("delete from ade_profile where pk = :pk", { pk });
};

/** A profile that is assigned automatically to new devices of an organisation and of the organisations below it. */
interface AutomaticProfile {
  readonly org: number;
  readonly profile: number;
}

const readAutomaticProfiles = async (reader: Reader): Promise<AutomaticProfile[]> =>
  (await reader.all("select a.org, a.profile from ade_automatic a join org o on o.pk = a.org order by a.org")).map(
    ({ org, profile }) => ({ org: Number(org), profile: Number(profile) }),
  );

/**
 * Sets the automatic profile of an organisation. If a profile is no longer automatic for any organisation, its pending
 * automatic assignments are deleted.
 *
 * @param profile null if the organisation should not have an automatic profile
 */
export const writeAutomaticProfile = async (writer: Writer, org: number, profile: number | null): Promise<void> => {
  await writer.run("delete from ade_automatic where org = :org", { org });
  if (profile !== null) {
    await writer.run("insert into ade_automatic (org, profile) values (:org, :profile)", { org, profile });
  }
  await writer.run(
    `delete from ade_pending where automatic = 1
       and not exists (select 1 from ade_automatic m where m.profile = ade_pending.profile)`,
  );
};

/** Deletes the pending assignments of the selected devices. */
export const deletePendingAssignments = (writer: Writer, meant: ResolvedDeviceSelection): Promise<number> => {
  const { from, sql, params } = buildSelectionSql(meant);
  return writer.run(
    `delete from ade_pending where serialNumber in (select t.serialNumber from ${from} where ${sql})`,
    params,
  );
};

/**
 * Clears the profile status of devices if their request did not get a response. The status is unknown until the next
 * full sync.
 */
export const clearProfileStatus = async (writer: Writer, serials: readonly string[]): Promise<void> => {
  const those = "set profileStatus = null where serialNumber in (select value from json_each(:serials))";
  for (const table of ["ade_device", "ade_arrival"]) {
    await writer.run(`update ${table} ${those}`, { serials: JSON.stringify(serials) });
  }
};

/** Returns the record number of an organisation; undefined if no organisation has this id. */
export const findOrgNumber = async (reader: Reader, id: string): Promise<number | undefined> => {
  const row = await reader.get("select pk from org where id = :id", { id });
  return row === undefined ? undefined : Number(row["pk"]);
};

/** SQL: the organisation that the device `t` belongs to; null if none is recorded. */
const DEVICE_ORG_SQL = `(select coalesce((select u.org from user u where u.pk = r.owner), r.ownerOrg) from device r
  where ${buildSerialKeySql("r")} = ${buildValueWithoutTypeSql("upper(t.serialNumber)")})`;

const LACKS_PROFILE_SQL = READY_PROFILE_STATES.map((status) => `t.profileStatus is distinct from '${status}'`).join(
  " and ",
);

/** A selection of devices, with references resolved to stored records. */
export type ResolvedDeviceSelection =
  /** the devices with these serial numbers, without duplicates */
  | { readonly by: "serials"; readonly serials: readonly string[] }
  /** the devices of an organisation and of the organisations below it */
  | { readonly by: "org"; readonly org: number }
  /** the devices without a profile */
  | { readonly by: "unassigned" }
  /** the devices that have this profile */
  | { readonly by: "profile"; readonly uuid: string };

/** SQL: the source of the devices `t`, and the condition that selects devices. */
const buildSelectionSql = (
  meant: ResolvedDeviceSelection,
): { readonly from: string; readonly sql: string; readonly params: Params } => {
  const from = "ade_device t";
  switch (meant.by) {
    case "serials":
      // starting from the serial numbers is three times as fast as looking up each device in the set of serial numbers
      return {
        from: `json_each(:serials) s ${ORDERED_JOIN} ade_device t on t.serialNumber = s.value`,
        sql: "true",
        params: { serials: JSON.stringify([...new Set(meant.serials.flatMap((one) => [one, serialKey(one)]))]) },
      };
    case "org":
      return {
        from,
        sql: `${DEVICE_ORG_SQL} in (with recursive within (pk) as (
            select pk from org where pk = :org union select o.pk from within w join org o on o.parent = w.pk)
          select pk from within)`,
        params: { org: meant.org },
      };
    case "unassigned":
      return { from, sql: LACKS_PROFILE_SQL, params: {} };
    case "profile":
      return { from, sql: "t.profileUuid = :had", params: { had: meant.uuid } };
    default:
      return meant satisfies never;
  }
};

/**
 * Returns the selected devices that Apple still lists, in the order in which they were first seen. @param also SQL: a
 * further condition
 */
const readSelectedSerials = async (
  reader: Reader,
  meant: ResolvedDeviceSelection,
  also: string,
  more: Params,
): Promise<string[]> => {
  const { from, sql, params } = buildSelectionSql(meant);
  const rows = await reader.all(
    `select t.serialNumber from ${from} where t.state <> 'released' and ${sql} and ${also} order by t.pk`,
    { ...params, ...more },
  );
  return rows.map(({ serialNumber }) => String(serialNumber));
};

/** Returns the serial numbers of the selected devices that do not have the profile yet. */
export const readSerialsWithoutProfile = (
  reader: Reader,
  meant: ResolvedDeviceSelection,
  uuid: string,
): Promise<string[]> =>
  readSelectedSerials(reader, meant, `(t.profileUuid is distinct from :uuid or (${LACKS_PROFILE_SQL}))`, { uuid });

/** Returns the serial numbers of the selected devices that have a profile. */
export const readSerialsWithProfile = (reader: Reader, meant: ResolvedDeviceSelection): Promise<string[]> =>
  readSelectedSerials(reader, meant, "t.profileUuid is not null and t.profileStatus is distinct from 'removed'", {});

/** Returns the given serial numbers that Apple does not list. */
export const findUnknownSerials = async (reader: Reader, serials: readonly string[]): Promise<string[]> => {
  const rows = await reader.all(
    `select s.value as serial from json_each(:serials) s
     where not exists (select 1 from ade_device t where t.serialNumber in (s.value, upper(s.value)) and t.state <> 'released')
     order by s.value`,
    { serials: JSON.stringify(serials) },
  );
  return rows.map(({ serial }) => String(serial));
};

/** Apple's results for devices to which a profile was assigned, or from which it was removed. */
interface ProfileResults {
  /** the assigned profile; `automatic` is true if it was assigned automatically. null if the profile was removed */
  readonly profile: { readonly pk: number; readonly uuid: string; readonly automatic: boolean } | null;
  readonly results: ReadonlyMap<string, DeviceResult>;
  readonly at: string;
  /** when to retry assignments that Apple did not accept; a UTC instant */
  readonly retryAt: string;
}

/** Stores Apple's results. Assignments that Apple did not accept remain pending and are retried later. */
export const storeResults = async (
  writer: Writer,
  { profile, results, at, retryAt }: ProfileResults,
): Promise<void> => {
  const of = (...which: readonly DeviceResult[]): string =>
    JSON.stringify([...results].flatMap(([serial, result]) => (which.includes(result) ? [serial] : [])));
  const taken = {
    uuid: profile?.uuid ?? null,
    status: profile === null ? "removed" : "assigned",
    assigned: profile === null ? null : at,
    serials: of("SUCCESS"),
  };
  const set = "set profileUuid = :uuid, profileStatus = :status, profileAssignTime = :assigned, profilePushTime = null";
  const those = "where serialNumber in (select value from json_each(:serials))";
  await writer.run(`update ade_device ${set} ${those}`, taken);
  // a full fetch in progress may have stored older values of these devices
  await writer.run(`update ade_arrival ${set} ${those}`, taken);
  await writer.run("delete from ade_pending where serialNumber in (select value from json_each(:serials))", {
    serials: JSON.stringify([...results.keys()]),
  });
  if (profile === null) return;
  await writer.run(
    `insert into ade_pending (serialNumber, profile, retryAt, automatic)
     select value, :profile, :retryAt, :automatic from json_each(:serials) where true`,
    { profile: profile.pk, retryAt, automatic: profile.automatic ? 1 : 0, serials: of("FAILED", "THROTTLED") },
  );
};

/** Devices with a pending assignment: Apple lists the devices, but has not accepted the profile yet. */
interface WaitingDevices {
  readonly devices: number;
  /** number of these devices that do not have any profile */
  readonly notReady: number;
  /** when the first pending assignment is retried; a UTC instant */
  readonly retryAt: string;
}

/**
 * Returns the devices with a pending assignment, or null if there are none. Only profiles that Apple still accepts are
 * considered.
 */
export const readWaitingDevices = async (reader: Reader): Promise<WaitingDevices | null> => {
  const row = await reader.get(
    `select count(*) as devices, count(*) filter (where ${LACKS_PROFILE_SQL}) as notReady, min(w.retryAt) as retryAt
     from (select p.serialNumber, p.retryAt from ade_pending p join ade_profile t on t.pk = p.profile
       where ${PROFILE_STATE_SQL} = 'active') w
     join ade_device t on t.serialNumber = w.serialNumber and t.state = 'present'`,
  );
  const devices = Number(row?.["devices"] ?? 0);
  return devices === 0 ? null : { devices, notReady: Number(row?.["notReady"]), retryAt: String(row?.["retryAt"]) };
};

/**
 * Returns the devices whose pending assignments are due, grouped by the record number of the profile.
 *
 * @param automatic if true, returns only automatic assignments; if false, only assignments that a person requested
 */
export const readDuePending = async (
  reader: Reader,
  now: string,
  automatic: boolean,
): Promise<ReadonlyMap<number, string[]>> =>
  groupSerialsByProfile(
    await reader.all(
      `select p.profile, p.serialNumber from ade_pending p
       where p.retryAt <= :now and p.automatic = :automatic
         and exists (select 1 from ade_device t where t.serialNumber = p.serialNumber and t.state = 'present')
       order by p.profile, p.serialNumber`,
      { now, automatic: automatic ? 1 : 0 },
    ),
  );

/** SQL: new devices without a profile, each with the profile to assign automatically. */
const buildDueSql = (state: "present" | "missing"): string => `with recursive above (pk, org, level) as (
     select t.pk, coalesce(${DEVICE_ORG_SQL}, (select pk from org where parent is null)), 0 from ade_device t
     where t.createdIn > :after and t.state = '${state}' and ${LACKS_PROFILE_SQL}
     union all
     select a.pk, o.parent, a.level + 1 from above a join org o on o.pk = a.org where o.parent is not null),
   chosen (pk, profile, place) as (
     select a.pk, m.profile, row_number() over (partition by a.pk order by a.level)
     from above a join ade_automatic m on m.org = a.org)`;

/**
 * Returns the new devices without a profile, grouped by the record number of the profile to assign automatically. A
 * device gets the automatic profile of its organisation. If its organisation does not have an automatic profile, the
 * device gets the profile of the nearest organisation above it.
 *
 * @param after the last run whose new devices have received their automatic profiles
 */
export const readDueAutomatic = async (reader: Reader, after: number): Promise<ReadonlyMap<number, string[]>> => {
  if ((await readAutomaticProfiles(reader)).length === 0) return new Map();
  return groupSerialsByProfile(
    await reader.all(
      `${buildDueSql("present")}
       select c.profile, t.serialNumber from chosen c join ade_device t on t.pk = c.pk
       where c.place = 1 order by c.profile, t.pk`,
      { after },
    ),
  );
};

/**
 * Stores pending assignments of automatic profiles for new devices that are missing. The assignments stay pending until
 * the devices reappear.
 */
export const queueMissingDevices = async (writer: Writer, after: number, at: string): Promise<void> => {
  if ((await readAutomaticProfiles(writer)).length === 0) return;
  await writer.run(
    `insert into ade_pending (serialNumber, profile, retryAt, automatic)
     ${buildDueSql("missing")}
     select t.serialNumber, c.profile, :at, 1 from chosen c join ade_device t on t.pk = c.pk where c.place = 1
     on conflict (serialNumber) do nothing`,
    { after, at },
  );
};

const groupSerialsByProfile = (rows: readonly Row[]): ReadonlyMap<number, string[]> => {
  const all = new Map<number, string[]>();
  for (const { profile, serialNumber } of rows) {
    const serials = all.get(Number(profile)) ?? [];
    serials.push(String(serialNumber));
    all.set(Number(profile), serials);
  }
  return all;
};
