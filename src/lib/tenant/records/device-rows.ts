import {
  ANDROID,
  DEVICE,
  NO_ACCOUNT,
  NOT_MANAGED,
  NOT_READY,
  ONE_ACCOUNT,
  PRE_REGISTERED,
  type Lack,
} from "../../model/device.ts";
import type { DeviceState } from "../../rules/device.ts";
import { formatOf } from "../../model/format.ts";
import type { TenantProfile } from "../../model/tenant.ts";
import { CREATION, type List } from "../store/lists.ts";
import { PLACE } from "./org-rows.ts";
import { either, keyOrValue } from "../store/sql/forms.ts";
import { jsonList } from "../store/sql/json.ts";
import type { Reader } from "../store/store.ts";

/** SQL: the comparison key of a device's serial number. @param of its alias */
export const serialOf = (of: string): string => keyOrValue("serial-number", `${of}.serialKey`, `${of}.serialNumber`);

/** SQL: the organisation in which a device counts. */
const ORG = "coalesce(o.org, t.ownerOrg)";

/** SQL: joins the organisation that owns a device, and the one in which it counts. */
const ORGS_JOINED = `left join org w on w.pk = t.ownerOrg left join temp.place wp on wp.pk = t.ownerOrg
    left join org g on g.pk = ${ORG} left join temp.place gp on gp.pk = ${ORG}`;

/** SQL: the path of an organisation, if there is one: the root's is blank. */
const pathOf = (org: string, place: string): string =>
  either(`${org}.pk is null`, "null", `coalesce(${place}.path, '')`);

/** Devices in order of creation. */
export const DEVICES: List<typeof DEVICE.fields> = {
  thing: DEVICE,
  format: formatOf(DEVICE, "devices"),
  table: "device t",
  joined: `left join user o on o.pk = t.owner ${ORGS_JOINED}`,
  sql: {
    "owner.id": "o.id",
    "owner.name": "o.name",
    "owner.email": "o.emails ->> 0",
    "owner.emails": "o.emails ->> 0",
    "ownerOrg.id": "w.id",
    "ownerOrg.code": "w.code",
    "ownerOrg.path": pathOf("w", "wp"),
    org: ORG,
    "org.id": "g.id",
    "org.code": "g.code",
    "org.path": pathOf("g", "gp"),
  },
  order: [CREATION],
  filters: { filterName: "identificationName", filterId: "serialNumber" },
  named: `t.id = :name or ${serialOf("t")} = upper(:nameKey)
    or t.imei = :name and not exists (select 1 from device d where ${serialOf("d")} = upper(:nameKey))`,
  chosen: { status: "status", platform: "platform", tag: "tags" },
  // without the join: what a list is selected by has it not
  ofOrg: `coalesce((select org from user where pk = t.owner), t.ownerOrg) = (select pk from org where id = :org)`,
  ofOwner: "t.owner = (select pk from user where id = :owner)",
  derived: [PLACE],
};

/** SQL: true if an account is needed for the set-up of a device, or in use on it. @param of its alias */
export const needsAccount = (of: string): string =>
  `${of}.platform = '${ANDROID}' and ${of}.androidMode is distinct from '${NO_ACCOUNT}'`;

/** SQL: what a device lacks, by `:accounts`. Where that is not known, only what holds in any case is told. */
const LACKING: Readonly<Record<Lack, string>> = {
  owner: "t.owner is null and :accounts in ('google-play', 'workspace')",
  account: "t.owner is not null and o.accountName is null and :accounts = 'google-play'",
  "workspace-address": "t.owner is not null and o.googleWorkspaceEmail is null and :accounts = 'workspace'",
  "own-account": `:accounts is distinct from 'none' and exists (
    select 1 from device d where d.owner = t.owner and d.pk <> t.pk and ${needsAccount("d")}
      and d.status is distinct from '${NOT_MANAGED}' and '${ONE_ACCOUNT}' in (d.androidMode, t.androidMode))`,
};

/**
 * 事前登録 devices whose set-up would fail for want of an account.
 *
 * @param accounts where those of Android devices come from; null where that is not known
 * @see facts 1.3, 2.4
 */
export const notReady = (accounts: TenantProfile["androidAccounts"]): List<typeof NOT_READY> => ({
  ...DEVICES,
  thing: { ...DEVICE, fields: NOT_READY },
  table: "device t left join user o on o.pk = t.owner",
  joined: ORGS_JOINED,
  among: `t.status = '${PRE_REGISTERED}' and ${needsAccount("t")} and (${Object.values(LACKING).join(" or ")})`,
  params: { accounts },
  sql: {
    ...DEVICES.sql,
    lacks: jsonList(Object.entries(LACKING).map(([lack, which]) => either(which, `',"${lack}"'`, "''"))),
  },
});

/** A device as its rules read it; undefined if there is none. */
export const deviceFacts = async (reader: Reader, pk: number): Promise<DeviceState | undefined> =>
  (await reader.get(
    "select t.serialNumber, t.platform, t.status, t.androidMode, t.owner, t.ownerOrg from device t where t.pk = :pk",
    { pk },
  )) as DeviceState | undefined;

/** How many devices users own, by the users' ids; those without any are missing. */
export const countOwned = async (reader: Reader, owners: readonly string[]): Promise<ReadonlyMap<string, number>> => {
  const rows = await reader.all(
    `select u.id, count(*) as count from json_each(:owners) o join user u on u.id = o.value join device d on d.owner = u.pk
     group by u.id`,
    { owners: JSON.stringify(owners) },
  );
  return new Map(rows.map(({ id, count }) => [String(id), Number(count)]));
};
