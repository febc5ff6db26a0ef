import { ORG } from "../../../../../model/organisation.ts";
import { versionsOf } from "../../../../versions/keep.ts";
import { bitOf, versionTable } from "../../../../versions/tables.ts";
import { MOST_ORGS } from "../../../audit.ts";
import { THEN } from "../../../sql/forms.ts";
import { ORGS_OF } from "../../../touched-orgs.ts";
import type { Database } from "../../database.ts";
import { proceeding } from "../functions.ts";

/** The numbers of the organisations that are found. */
const FOUND = `create temp table if not exists touched_org (org integer primary key)`;

/** The columns by which a record lies in an organisation. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  org: ["parent"],
  user: ["org"],
  device: ["owner", "ownerOrg"],
};

/** SQL: the records `x` of a thing that a change wrote: as they are, as they were where they moved, and new ones. */
const sourcesOf = (thing: string): readonly string[] => {
  const versions = versionsOf(thing);
  const [kept, moved] = [
    `main.${versionTable(versions)}`,
    (PLACES[thing] ?? []).map((column) => bitOf(versions, column)),
  ];
  return [
    `${kept} v ${THEN} main.${thing} x on x.pk = v.pk where v.revision = :revision`,
    `${kept} x where x.revision = :revision and x.changed & (${moved.join(" | ")}) <> 0`,
    `main.created_range c ${THEN} main.${thing} x on x.pk between c.first and c.last
       where c.revision = :revision and c.thing = '${thing}'`,
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
  for (const [thing, placesOf] of Object.entries(ORGS_OF)) {
    for (const from of sourcesOf(thing)) {
      for (const org of placesOf("x")) {
        // a million records are looked through for nothing once there is no further organisation
        const limit = Math.min(all, MOST_ORGS + 1) - found;
        if (limit <= 0) break;
        found += database.run(
          `insert into temp.touched_org select distinct ${org} from ${from} and ${org} is not null
             and not exists (select 1 from temp.touched_org k where k.org = ${org}) and ${proceeding("x.pk")} limit :limit`,
          { revision, limit },
        );
      }
    }
  }
  if (found === 0 || found > MOST_ORGS) return undefined;
  const ids = database.all(
    `select coalesce((select o.id from main.${ORG.name} o where o.pk = t.org),
       (select v.id from main.org_version v where v.pk = t.org and v.revision = :revision and v.action = 'delete')) as id
     from temp.touched_org t`,
    { revision },
  );
  return ids.map(({ id }) => String(id));
};
