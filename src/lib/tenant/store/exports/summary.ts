import type { ResourceName } from "../../../handover/resources.ts";
import { jsonObject } from "../sql/json.ts";
import type { Reader } from "../store.ts";

/** SQL: counts as JSON, in the order of what is counted by. @param rows with `by` and `records` */
const countsBy = (member: string, rows: string): string => `(select '[' || coalesce(string_agg(
    '{"${member}":' || json_quote(by) || ',"records":' || records || '}', ',' order by by nulls first), '') || ']' from (${rows}))`;

const grouped = (member: string, by: string, from: string): string =>
  countsBy(member, `select ${by} as by, count(*) as records from ${from} group by 1`);

/** SQL: the number of records by the organisation that they are in. @param org SQL of its number */
const byOrg = (org: string, from: string): string =>
  countsBy(
    "orgId",
    `select o.id as by, n.records from (select ${org} as org, count(*) as records from ${from} group by 1) n
     left join org o on o.pk = n.org`,
  );

/** SQL of a member of the summary that each of these resources has, as JSON. */
const MEMBERS: Readonly<Partial<Record<ResourceName, string>>> = {
  users: jsonObject([
    ["byOrg", byOrg("t.org", "user t")],
    ["withAccountName", "(select count(*) from user t where t.accountName is not null)"],
  ]),
  accounts: jsonObject([["byRole", grouped("role", "a.role", "account a join user t on t.pk = a.user")]]),
  "secured-users": jsonObject([["byApp", grouped("app", "t.app", "secured_user t")]]),
  devices: jsonObject([
    ["byStatus", grouped("status", "t.status", "device t")],
    ["byPlatform", grouped("platform", "t.platform", "device t")],
    // where a device counts: its owner's organisation, or the one that owns it
    ["byOrg", byOrg("coalesce(u.org, t.ownerOrg)", "device t left join user u on u.pk = t.owner")],
  ]),
};

/** What a report counts, so that it need not read every record: JSON with a member for each of the resources that have counts. */
export const summaryOf = async (reader: Reader, resources: readonly ResourceName[]): Promise<string> => {
  const members = resources.flatMap((name) => {
    const { [name]: sql } = MEMBERS;
    return sql === undefined ? [] : [[name, sql] as const];
  });
  if (members.length === 0) return "{}\n";
  const row = await reader.get(`select ${jsonObject(members, "\n")} as json`);
  return String(row?.["json"]);
};
