import type { DeviceResult } from "../../apple/service/service.ts";
import { READY } from "../../model/ade-device.ts";
import type { AdeProfile, AdeProfileSettings, AdeProfileState } from "../../model/ade-profile.ts";
import { serialKey } from "../../model/normalise.ts";
import { serialOf } from "../records/device-rows.ts";
import { asExpression, THEN } from "../store/sql/forms.ts";
import type { Params, Reader, Row, Writer } from "../store/store.ts";
import { pathsOf, orgNodeOf } from "../store/sql/org-paths.ts";

/** A profile, and its number. */
export interface StoredProfile {
  readonly pk: number;
  readonly profile: AdeProfile;
}

/** SQL: the state of a profile under the alias `t`. */
export const STATE = `case when t.serverUuid <> (select s.serverUuid from ade_server s) then 'other-server' else t.state end`;

const HAS_IT = "d.profileUuid = t.uuid and d.state <> 'released'";

const profileOf = (row: Row, automatic: readonly string[]): StoredProfile => ({
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

/** All profiles, in order of creation. */
export const readProfiles = async (reader: Reader): Promise<StoredProfile[]> => {
  const rows = await reader.all(
    `select t.pk, t.id, t.uuid, ${STATE} as state, t.settings, t.createdAt,
       (select count(*) from ade_device d where ${HAS_IT}) as devices
     from ade_profile t order by t.pk`,
  );
  const automatic = await readAutomatic(reader);
  const orgs = automatic.length === 0 ? [] : await reader.all("select pk, parent, name from org");
  const paths = pathsOf(orgs.map(orgNodeOf));
  return rows.map((row) =>
    profileOf(
      row,
      automatic.filter(({ profile }) => profile === Number(row["pk"])).flatMap(({ org }) => paths.get(org) ?? []),
    ),
  );
};

export const findProfile = async (reader: Reader, id: string): Promise<StoredProfile | undefined> =>
  (await readProfiles(reader)).find(({ profile }) => profile.id === id);

/** Keeps a profile that Apple has for the server that was asked last. */
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

/** Forgets a profile, and what it was automatic for. */
export const deleteProfile = async (writer: Writer, pk: number): Promise<void> => {
  await writer.run("delete from ade_pending where profile = :pk", { pk });
  await writer.run("delete from ade_automatic where profile = :pk", { pk });
  await writer.run("delete from ade_profile where pk = :pk", { pk });
};

/** A profile that new devices of an organisation, and of those below it, get. */
interface AutomaticProfile {
  readonly org: number;
  readonly profile: number;
}

const readAutomatic = async (reader: Reader): Promise<AutomaticProfile[]> =>
  (await reader.all("select a.org, a.profile from ade_automatic a join org o on o.pk = a.org order by a.org")).map(
    ({ org, profile }) => ({ org: Number(org), profile: Number(profile) }),
  );

/** Of a profile that is automatic no more, nothing waits to be given by itself. @param profile null: none */
export const setAutomatic = async (writer: Writer, org: number, profile: number | null): Promise<void> => {
  await writer.run("delete from ade_automatic where org = :org", { org });
  if (profile !== null) {
    await writer.run("insert into ade_automatic (org, profile) values (:org, :profile)", { org, profile });
  }
  await writer.run(
    `delete from ade_pending where automatic = 1
       and not exists (select 1 from ade_automatic m where m.profile = ade_pending.profile)`,
  );
};

/** Nothing waits any more to be given to the devices that are meant. */
export const forgetPending = (writer: Writer, meant: DevicesMeant): Promise<number> => {
  const { from, sql, params } = meaning(meant);
  return writer.run(
    `delete from ade_pending where serialNumber in (select t.serialNumber from ${from} where ${sql})`,
    params,
  );
};

/** Of devices whose request got no answer nobody knows the profile state until the next full sync. */
export const forgetStatus = async (writer: Writer, serials: readonly string[]): Promise<void> => {
  const those = "set profileStatus = null where serialNumber in (select value from json_each(:serials))";
  for (const table of ["ade_device", "ade_arrival"]) {
    await writer.run(`update ${table} ${those}`, { serials: JSON.stringify(serials) });
  }
};

/** The number of an organisation; undefined where there is none. */
export const orgNumber = async (reader: Reader, id: string): Promise<number | undefined> => {
  const row = await reader.get("select pk from org where id = :id", { id });
  return row === undefined ? undefined : Number(row["pk"]);
};

/** SQL: the organisation in which a device counts; null where none is recorded. */
const ORG = `(select coalesce((select u.org from user u where u.pk = r.owner), r.ownerOrg) from device r
  where ${serialOf("r")} = ${asExpression("upper(t.serialNumber)")})`;

const LACKS_PROFILE = READY.map((status) => `t.profileStatus is distinct from '${status}'`).join(" and ");

/** Which devices are meant. */
export type DevicesMeant =
  /** each once */
  | { readonly by: "serials"; readonly serials: readonly string[] }
  /** of an organisation and of those below it */
  | { readonly by: "org"; readonly org: number }
  /** without a profile */
  | { readonly by: "unassigned" }
  /** that have a profile */
  | { readonly by: "profile"; readonly uuid: string };

/** SQL: devices under the alias `t`, and which of them are meant. */
const meaning = (meant: DevicesMeant): { readonly from: string; readonly sql: string; readonly params: Params } => {
  const from = "ade_device t";
  switch (meant.by) {
    case "serials":
      // a set to look each device up in would take three times as long
      return {
        from: `json_each(:serials) s ${THEN} ade_device t on t.serialNumber = s.value`,
        sql: "true",
        params: { serials: JSON.stringify([...new Set(meant.serials.flatMap((one) => [one, serialKey(one)]))]) },
      };
    case "org":
      return {
        from,
        sql: `${ORG} in (with recursive within (pk) as (
            select pk from org where pk = :org union select o.pk from within w join org o on o.parent = w.pk)
          select pk from within)`,
        params: { org: meant.org },
      };
    case "unassigned":
      return { from, sql: LACKS_PROFILE, params: {} };
    case "profile":
      return { from, sql: "t.profileUuid = :had", params: { had: meant.uuid } };
    default:
      return meant satisfies never;
  }
};

/** Serial numbers of the devices that are meant and that Apple has, in the order in which they were first seen. */
const serialsOf = async (reader: Reader, meant: DevicesMeant, also: string, more: Params): Promise<string[]> => {
  const { from, sql, params } = meaning(meant);
  const rows = await reader.all(
    `select t.serialNumber from ${from} where t.state <> 'released' and ${sql} and ${also} order by t.pk`,
    { ...params, ...more },
  );
  return rows.map(({ serialNumber }) => String(serialNumber));
};

/** Of the devices that are meant those that do not have the profile yet. */
export const withoutProfile = (reader: Reader, meant: DevicesMeant, uuid: string): Promise<string[]> =>
  serialsOf(reader, meant, `(t.profileUuid is distinct from :uuid or (${LACKS_PROFILE}))`, { uuid });

/** Of the devices that are meant those that have any profile. */
export const withProfile = (reader: Reader, meant: DevicesMeant): Promise<string[]> =>
  serialsOf(reader, meant, "t.profileUuid is not null and t.profileStatus is distinct from 'removed'", {});

/** Of these serial numbers those that Apple has not. */
export const unknownSerials = async (reader: Reader, serials: readonly string[]): Promise<string[]> => {
  const rows = await reader.all(
    `select s.value as serial from json_each(:serials) s
     where not exists (select 1 from ade_device t where t.serialNumber in (s.value, upper(s.value)) and t.state <> 'released')
     order by s.value`,
    { serials: JSON.stringify(serials) },
  );
  return rows.map(({ serial }) => String(serial));
};

/** What Apple answered for devices. */
interface ProfileResults {
  /** null: taken away; `automatic`: by itself */
  readonly profile: { readonly pk: number; readonly uuid: string; readonly automatic: boolean } | null;
  readonly results: ReadonlyMap<string, DeviceResult>;
  readonly at: string;
  /** when those that Apple did not take are tried again */
  readonly retryAt: string;
}

/** Records what Apple answered; what it did not take is kept to be tried again. */
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
  // what a full fetch under way found before is older
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

/** Devices that Apple has, and whose profile it did not take for now. */
interface WaitingDevices {
  readonly devices: number;
  /** of those: without any profile */
  readonly notReady: number;
  /** when the first of them is tried again */
  readonly retryAt: string;
}

/** Null where none waits for a profile that Apple still takes. */
export const readWaiting = async (reader: Reader): Promise<WaitingDevices | null> => {
  const row = await reader.get(
    `select count(*) as devices, count(*) filter (where ${LACKS_PROFILE}) as notReady, min(w.retryAt) as retryAt
     from (select p.serialNumber, p.retryAt from ade_pending p join ade_profile t on t.pk = p.profile
       where ${STATE} = 'active') w
     join ade_device t on t.serialNumber = w.serialNumber and t.state = 'present'`,
  );
  const devices = Number(row?.["devices"] ?? 0);
  return devices === 0 ? null : { devices, notReady: Number(row?.["notReady"]), retryAt: String(row?.["retryAt"]) };
};

/**
 * Devices that are to be tried again by now, with the profile that they are to have.
 *
 * @param automatic those that were to get it by themselves; else those for which somebody said so
 */
export const duePending = async (
  reader: Reader,
  now: string,
  automatic: boolean,
): Promise<ReadonlyMap<number, string[]>> =>
  grouped(
    await reader.all(
      `select p.profile, p.serialNumber from ade_pending p
       where p.retryAt <= :now and p.automatic = :automatic
         and exists (select 1 from ade_device t where t.serialNumber = p.serialNumber and t.state = 'present')
       order by p.profile, p.serialNumber`,
      { now, automatic: automatic ? 1 : 0 },
    ),
  );

/** SQL: new devices without a profile, and the one that they get by themselves. */
const dueOf = (state: "present" | "missing"): string => `with recursive above (pk, org, level) as (
     select t.pk, coalesce(${ORG}, (select pk from org where parent is null)), 0 from ade_device t
     where t.createdIn > :after and t.state = '${state}' and ${LACKS_PROFILE}
     union all
     select a.pk, o.parent, a.level + 1 from above a join org o on o.pk = a.org where o.parent is not null),
   chosen (pk, profile, place) as (
     select a.pk, m.profile, row_number() over (partition by a.pk order by a.level)
     from above a join ade_automatic m on m.org = a.org)`;

/**
 * New devices without a profile, with the one that they get by themselves: that of their organisation, else of the one above.
 *
 * @param after the last run whose devices got theirs
 */
export const dueAutomatic = async (reader: Reader, after: number): Promise<ReadonlyMap<number, string[]>> => {
  if ((await readAutomatic(reader)).length === 0) return new Map();
  return grouped(
    await reader.all(
      `${dueOf("present")}
       select c.profile, t.serialNumber from chosen c join ade_device t on t.pk = c.pk
       where c.place = 1 order by c.profile, t.pk`,
      { after },
    ),
  );
};

/** Keeps the profile that new devices are to get which are missing by now: they get it when they are there again. */
export const holdMissing = async (writer: Writer, after: number, at: string): Promise<void> => {
  if ((await readAutomatic(writer)).length === 0) return;
  await writer.run(
    `insert into ade_pending (serialNumber, profile, retryAt, automatic)
     ${dueOf("missing")}
     select t.serialNumber, c.profile, :at, 1 from chosen c join ade_device t on t.pk = c.pk where c.place = 1
     on conflict (serialNumber) do nothing`,
    { after, at },
  );
};

const grouped = (rows: readonly Row[]): ReadonlyMap<number, string[]> => {
  const all = new Map<number, string[]>();
  for (const { profile, serialNumber } of rows) {
    const serials = all.get(Number(profile)) ?? [];
    serials.push(String(serialNumber));
    all.set(Number(profile), serials);
  }
  return all;
};
