import { ACCOUNT } from "../../../../model/account.ts";
import { ORG } from "../../../../model/organisation.ts";
import { getVersionSchema } from "../../../versions/keep.ts";
import { getColumnBit, getVersionTable } from "../../../versions/tables.ts";
import { MAX_AUDIT_ORGS } from "../../../audit/audit-rows.ts";
import { ORDERED_JOIN } from "../../../store/sql/forms.ts";
import { RECORD_ORGS_SQL } from "../../../store/touched-orgs.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { buildInterruptCheckSql } from "../functions.ts";

const ORG_REFERENCE_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  org: ["parent"],
  user: ["org"],
  device: ["owner", "ownerOrg"],
  account: ["managedOrgs"],
};

/** SQL: the organisations of the records `x` of a type that a change wrote: before the change, and after it. */
const listOrgQueries = (thing: string, org: string, joined = ""): readonly string[] => {
  const versions = getVersionSchema(thing);
  const kept = `main.${getVersionTable(versions)}`;
  const now = versions.key === "pk" ? `main.${thing}` : `(select *, ${versions.key} as pk from main.${thing})`;
  const moved = (ORG_REFERENCE_COLUMNS[thing] ?? []).map((column) => getColumnBit(versions, column));
  return [
    `${kept} v ${ORDERED_JOIN} ${now} x on x.pk = v.pk ${joined} where v.revision = :revision`,
    `${kept} x ${joined} where x.revision = :revision and x.changed & (${moved.join(" | ")}) <> 0`,
    `main.created_range c ${ORDERED_JOIN} ${now} x on x.pk between c.first and c.last ${joined}
       where c.revision = :revision and c.thing = '${thing}'`,
  ].map(
    (from) => `select distinct ${org} from ${from} and ${org} is not null
      and not exists (select 1 from temp.touched_org k where k.org = ${org})`,
  );
};

const ORG_QUERIES: readonly string[] = [
  ...Object.entries(RECORD_ORGS_SQL).flatMap(([thing, placesOf]) =>
    placesOf("x").flatMap((org) => listOrgQueries(thing, org)),
  ),
  ...listOrgQueries(ACCOUNT.name, "(select u.org from main.user u where u.pk = x.pk)"),
  ...listOrgQueries(ACCOUNT.name, "e.value", `${ORDERED_JOIN} json_each(x."managedOrgs") e`),
];

/**
 * Returns the ids of the organisations that a change affected: the organisations of the records that it wrote, before
 * and after the change. Must be called after the versions of the change are final.
 *
 * @returns undefined if there are too many organisations for an audit record, or none (records of SECURED APPs do not
 * belong to organisations)
 */
export const findTouchedOrgs = (database: Database, revision: number): readonly string[] | undefined => {
  database.exec("create temp table if not exists touched_org (org integer primary key)");
  database.exec("delete from temp.touched_org");
  const all = database.count(
    `select (select count(*) from main.org)
       + (select count(*) from main.org_version where revision = :revision and action = 'delete')`,
    { revision },
  );
  let found = 0;
  for (const sql of ORG_QUERIES) {
    // without this limit, the query would continue through a million records after the last organisation is found
    const limit = Math.min(all, MAX_AUDIT_ORGS + 1) - found;
    if (limit <= 0) break;
    found += database.run(`insert into temp.touched_org ${sql} and ${buildInterruptCheckSql("x.pk")} limit :limit`, {
      revision,
      limit,
    });
  }
  if (found === 0 || found > MAX_AUDIT_ORGS) return undefined;
  const ids = database.all(
    `select coalesce((select o.id from main.${ORG.name} o where o.pk = t.org),
       (select v.id from main.org_version v where v.pk = t.org and v.revision = :revision and v.action = 'delete')) as id
     from temp.touched_org t`,
    { revision },
  );
  return ids.map(({ id }) => String(id));
};
