import type { ResourceName } from "../../../handover/resources.ts";
import { jsonObject } from "../../store/sql/json.ts";
import type { Reader } from "../../store/store.ts";

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
    ["byOrg", countsBy("orgId", "select o.id as by, n.records from users_by_org n left join org o on o.pk = n.org")],
    ["withAccountName", "coalesce((select sum(named) from users_by_org), 0)"],
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

/** SQL: what is counted of users in one scan. */
const USERS_BY_ORG = `with users_by_org as materialized (
  select t.org, count(*) as records, count(t.accountName) as named from user t group by 1)`;

/** What a report counts, so that it need not read every record: JSON with a member for each of the resources that have counts. */
export const summaryOf = async (reader: Reader, resources: readonly ResourceName[]): Promise<string> => {
  const members = resources.flatMap((name) => {
    const { [name]: sql } = MEMBERS;
    return sql === undefined ? [] : [[name, sql] as const];
  });
  if (members.length === 0) return "{}\n";
  const row = await reader.get(`${USERS_BY_ORG} select ${jsonObject(members, "\n")} as json`);
  return String(row?.["json"]);
};
