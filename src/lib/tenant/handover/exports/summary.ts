import type { ResourceName } from "../../../handover/resources.ts";
import { buildJsonObjectSql } from "../../store/sql/json.ts";
import type { Reader } from "../../store/store.ts";

/** SQL: counts as JSON, sorted by the value of `by`. @param rows SQL: rows with `by` and `records` */
const buildCountsSql = (member: string, rows: string): string => `(select '[' || coalesce(string_agg(
    '{"${member}":' || json_quote(by) || ',"records":' || records || '}', ',' order by by nulls first), '') || ']' from (${rows}))`;

const buildGroupCountsSql = (member: string, by: string, from: string): string =>
  buildCountsSql(member, `select ${by} as by, count(*) as records from ${from} group by 1`);

/** SQL: the number of records in each organisation. @param org SQL of the record number of the organisation */
const buildOrgCountsSql = (org: string, from: string): string =>
  buildCountsSql(
    "orgId",
    `select o.id as by, n.records from (select ${org} as org, count(*) as records from ${from} group by 1) n
     left join org o on o.pk = n.org`,
  );

/** SQL: the JSON of a resource in the summary, for each resource that has counts. */
const SUMMARY_MEMBERS: Readonly<Partial<Record<ResourceName, string>>> = {
  users: buildJsonObjectSql([
    [
      "byOrg",
      buildCountsSql("orgId", "select o.id as by, n.records from users_by_org n left join org o on o.pk = n.org"),
    ],
    ["withAccountName", "coalesce((select sum(named) from users_by_org), 0)"],
  ]),
  accounts: buildJsonObjectSql([
    ["byRole", buildGroupCountsSql("role", "a.role", "account a join user t on t.pk = a.user")],
  ]),
  "secured-users": buildJsonObjectSql([["byApp", buildGroupCountsSql("app", "t.app", "secured_user t")]]),
  devices: buildJsonObjectSql([
    ["byStatus", buildGroupCountsSql("status", "t.status", "device t")],
    ["byPlatform", buildGroupCountsSql("platform", "t.platform", "device t")],
    // a device counts towards the organisation of its owner or, if no user owns it, towards the organisation that owns
    // it
    ["byOrg", buildOrgCountsSql("coalesce(u.org, t.ownerOrg)", "device t left join user u on u.pk = t.owner")],
  ]),
};

/** SQL: counts the users of each organisation in a single scan. */
const USERS_BY_ORG = `with users_by_org as materialized (
  select t.org, count(*) as records, count(t.accountName) as named from user t group by 1)`;

/**
 * Returns the counts for a report as JSON, by resource (only resources that have counts), so that the report does not
 * have to read every record.
 */
export const buildSummary = async (reader: Reader, resources: readonly ResourceName[]): Promise<string> => {
  const members = resources.flatMap((name) => {
    const { [name]: sql } = SUMMARY_MEMBERS;
    return sql === undefined ? [] : [[name, sql] as const];
  });
  if (members.length === 0) return "{}\n";
  const row = await reader.get(`${USERS_BY_ORG} select ${buildJsonObjectSql(members, "\n")} as json`);
  return String(row?.["json"]);
};
