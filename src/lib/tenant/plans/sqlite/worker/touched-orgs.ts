import { ACCOUNT } from "../../../../model/account.ts";
import { ORG } from "../../../../model/organisation.ts";
import { getVersionSchema } from "../../../versions/keep.ts";
import { getColumnBit, getVersionTable } from "../../../versions/tables.ts";
import { MAX_AUDIT_ORGS } from "../../../audit/audit-rows.ts";
import { ORDERED_JOIN } from "../../../store/sql/forms.ts";
import { RECORD_ORGS_SQL } from "../../../store/touched-orgs.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { buildInterruptCheckSql } from "../functions.ts";

const CREATE_TOUCHED_ORG_TABLE_SQL = `create temp table if not exists touched_org (org integer primary key)`;

const ORG_REFERENCE_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  org: ["parent"],
  user: ["org"],
  device: ["owner", "ownerOrg"],
  account: ["managedOrgs"],
};

/** SQL that selects records `x` written by a change. */
interface RecordSource {
  /** the tables and conditions, to be placed after `from` */
  readonly from: string;
  /** the number of the record */
  readonly pk: string;
}

const buildRecordSources = (thing: string, joined = ""): readonly RecordSource[] => {
  const versions = getVersionSchema(thing);
  const [kept, key] = [`main.${getVersionTable(versions)}`, `x.${versions.key}`];
  const moved = (ORG_REFERENCE_COLUMNS[thing] ?? []).map((column) => getColumnBit(versions, column));
  return [
    {
      from: `${kept} v ${ORDERED_JOIN} main.${thing} x on ${key} = v.pk ${joined} where v.revision = :revision`,
      pk: key,
    },
    {
      from: `${kept} x ${joined} where x.revision = :revision and x.changed & (${moved.join(" | ")}) <> 0`,
      pk: "x.pk",
    },
    {
      from: `main.created_range c ${ORDERED_JOIN} main.${thing} x on ${key} between c.first and c.last ${joined}
       where c.revision = :revision and c.thing = '${thing}'`,
      pk: key,
    },
  ];
};

const listOrgSources = (): readonly (RecordSource & { readonly org: string })[] => [
  ...Object.entries(RECORD_ORGS_SQL).flatMap(([thing, placesOf]) =>
    buildRecordSources(thing).flatMap((source) => placesOf("x").map((org) => ({ ...source, org }))),
  ),
  ...buildRecordSources(ACCOUNT.name).map((source) => ({
    ...source,
    org: `(select u.org from main.user u where u.pk = ${source.pk})`,
  })),
  ...buildRecordSources(ACCOUNT.name, `${ORDERED_JOIN} json_each(x."managedOrgs") e`).map((source) => ({
    ...source,
    org: "e.value",
  })),
];

/**
 * Returns the ids of the organisations that a change affected: the organisations of the records that it wrote, before
 * and after the change. Must be called after the versions of the change are final.
 *
 * @returns undefined if there are too many organisations for an audit record, or none (records of SECURED APPs do not
 * belong to organisations)
 */
export const findTouchedOrgs = (database: Database, revision: number): readonly string[] | undefined => {
  database.exec(CREATE_TOUCHED_ORG_TABLE_SQL);
  database.exec("delete from temp.touched_org");
  const all = database.count(
    `select (select count(*) from main.org)
       + (select count(*) from main.org_version where revision = :revision and action = 'delete')`,
    { revision },
  );
  let found = 0;
  for (const { from, org, pk } of listOrgSources()) {
    // without this limit, the query would continue through a million records after the last organisation is found
    const limit = Math.min(all, MAX_AUDIT_ORGS + 1) - found;
    if (limit <= 0) break;
    found += database.run(
      `insert into temp.touched_org select distinct ${org} from ${from} and ${org} is not null
         and not exists (select 1 from temp.touched_org k where k.org = ${org}) and ${buildInterruptCheckSql(pk)} limit :limit`,
      { revision, limit },
    );
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
