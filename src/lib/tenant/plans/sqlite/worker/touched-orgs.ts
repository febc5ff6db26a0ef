import { ACCOUNT } from "../../../../model/account.ts";
import { ORG } from "../../../../model/organisation.ts";
import { versionsOf } from "../../../versions/keep.ts";
import { bitOf, versionTable } from "../../../versions/tables.ts";
import { MAX_ORGS } from "../../../audit/audit-rows.ts";
import { THEN } from "../../../store/sql/forms.ts";
import { ORGS_OF } from "../../../store/touched-orgs.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { proceeding } from "../functions.ts";

/** The numbers of the organisations that are found. */
const FOUND = `create temp table if not exists touched_org (org integer primary key)`;

/** The columns by which a record lies in an organisation. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  org: ["parent"],
  user: ["org"],
  device: ["owner", "ownerOrg"],
};

/** Records that a change wrote, as SQL. */
interface RecordSource {
  /** from `from` on */
  readonly from: string;
  /** the number of an organisation of each */
  readonly org: string;
  /** the number of the record */
  readonly pk: string;
}

/** The records of a thing that a change wrote: as they are, as they were where they moved, and new ones. */
const sourcesOf = (thing: string, placesOf: (of: string) => readonly string[]): readonly RecordSource[] => {
  const versions = versionsOf(thing);
  const [kept, moved] = [
    `main.${versionTable(versions)}`,
    (PLACES[thing] ?? []).map((column) => bitOf(versions, column)),
  ];
  const all = [
    `${kept} v ${THEN} main.${thing} x on x.pk = v.pk where v.revision = :revision`,
    `${kept} x where x.revision = :revision and x.changed & (${moved.join(" | ")}) <> 0`,
    `main.created_range c ${THEN} main.${thing} x on x.pk between c.first and c.last
       where c.revision = :revision and c.thing = '${thing}'`,
  ];
  return all.flatMap((from) => placesOf("x").map((org) => ({ from, org, pk: "x.pk" })));
};

/** The accounts that a change wrote: each is of its user's organisation, and of those that it manages or managed. */
const accountSources = (): readonly RecordSource[] => {
  const versions = versionsOf(ACCOUNT.name);
  const kept = `main.${versionTable(versions)}`;
  const managed = `${THEN} json_each(x."managedOrgs") e`;
  const isCreated = `c.revision = :revision and c.thing = '${ACCOUNT.name}'`;
  return [
    { from: `${kept} v ${THEN} main.user x on x.pk = v.pk where v.revision = :revision`, org: "x.org", pk: "x.pk" },
    {
      from: `main.created_range c ${THEN} main.user x on x.pk between c.first and c.last where ${isCreated}`,
      org: "x.org",
      pk: "x.pk",
    },
    {
      from: `${kept} v ${THEN} main.account x on x.user = v.pk ${managed} where v.revision = :revision`,
      org: "e.value",
      pk: "v.pk",
    },
    {
      from: `${kept} x ${managed} where x.revision = :revision and x.changed & ${bitOf(versions, "managedOrgs")} <> 0`,
      org: "e.value",
      pk: "x.pk",
    },
    {
      from: `main.created_range c ${THEN} main.account x on x.user between c.first and c.last ${managed} where ${isCreated}`,
      org: "e.value",
      pk: "x.user",
    },
  ];
};

/**
 * The ids of the organisations that a change touched: of the records that it wrote, before and after. Call it once its
 * versions are settled.
 *
 * @returns undefined where they are too many for a record of the audit, or none, as records of SECURED APPs have none
 */
export const touchedOrgs = (database: Database, revision: number): readonly string[] | undefined => {
  database.exec(FOUND);
  database.exec("delete from temp.touched_org");
  const all = database.count(
    `select (select count(*) from main.org)
       + (select count(*) from main.org_version where revision = :revision and action = 'delete')`,
    { revision },
  );
  let found = 0;
  const sources = Object.entries(ORGS_OF).flatMap(([thing, placesOf]) => sourcesOf(thing, placesOf));
  for (const { from, org, pk } of [...sources, ...accountSources()]) {
    // a million records are looked through for nothing once there is no further organisation
    const limit = Math.min(all, MAX_ORGS + 1) - found;
    if (limit <= 0) break;
    found += database.run(
      `insert into temp.touched_org select distinct ${org} from ${from} and ${org} is not null
         and not exists (select 1 from temp.touched_org k where k.org = ${org}) and ${proceeding(pk)} limit :limit`,
      { revision, limit },
    );
  }
  if (found === 0 || found > MAX_ORGS) return undefined;
  const ids = database.all(
    `select coalesce((select o.id from main.${ORG.name} o where o.pk = t.org),
       (select v.id from main.org_version v where v.pk = t.org and v.revision = :revision and v.action = 'delete')) as id
     from temp.touched_org t`,
    { revision },
  );
  return ids.map(({ id }) => String(id));
};
