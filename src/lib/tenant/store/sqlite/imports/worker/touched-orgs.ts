import { ORG } from "../../../../../model/organisation.ts";
import { USER } from "../../../../../model/user.ts";
import { MOST_ORGS } from "../../../audit.ts";
import type { ImportRecord } from "../../../imports/record.ts";
import { THEN } from "../../../sql/forms.ts";
import { ORGS_OF } from "../../../touched-orgs.ts";
import type { Database } from "../../database.ts";
import { proceeding } from "../functions.ts";
import { wasTable } from "../stored-kind.ts";
import { kindNamed } from "../tables.ts";

/** The numbers of the organisations that are found. */
const FOUND = `create temp table if not exists touched_org (org integer primary key)`;

/** Records `x` of a thing that an import changed. */
interface Source {
  readonly thing: string;
  /** SQL: the tables, and which of their rows */
  readonly from: string;
}

/** Whether an import gave records other organisations, by what its plan counted. */
const moves = ({ kind, detail }: ImportRecord): boolean => {
  const columns = detail.counts?.columns;
  const { thing, references } = kindNamed(kind);
  if (columns === undefined || thing === ORG) return true;
  const placing = references.filter(({ refers }) => ORGS_OF[refers.to] !== undefined).map(({ field }) => field.field);
  return columns.some(({ field }) => placing.includes(field));
};

/**
 * The records that an import changed, as they were and as they are: first of what there is little of.
 *
 * @param undone the import that it undid
 */
const sourcesOf = (record: ImportRecord, undone: ImportRecord | undefined): readonly Source[] => {
  const { thing } = kindNamed(record.kind);
  const was = `main.${wasTable({ thing })}`;
  const table = `main.${thing.name}`;
  const still = `${was} w ${THEN} ${table} x on x.pk = w.pk`;
  return [
    {
      thing: ORG.name,
      from: `main.import_created c ${THEN} main.org x on x.pk = c.target where c.import = :pk and c.entity = '${ORG.name}'`,
    },
    // those that an undoing deletes again
    { thing: ORG.name, from: "main.org_was x where x.import = :pk" },
    { thing: thing.name, from: `${was} x where x.import = :pk` },
    ...(moves(undone ?? record)
      ? [{ thing: thing.name, from: `${still} where w.import = :pk and w.action = 'update'` }]
      : []),
    { thing: thing.name, from: `${still} where w.import = :undone and w.action = 'delete'` },
    { thing: thing.name, from: `${table} x where x.pk > :madeAfter and x.pk <= :madeUpTo` },
    // of whom it set a secret alone
    ...(thing === USER
      ? [{ thing: USER.name, from: `main.import_secret w ${THEN} main.user x on x.pk = w.target where w.import = :pk` }]
      : []),
  ];
};

/**
 * The ids of the organisations that an import touched: of the records that it changed, before and after. Call it once
 * everything is written.
 *
 * @param undone the import that it undid
 * @returns undefined where they are too many for a record of the audit, or none, as records of SECURED APPs have none
 */
export const touchedOrgs = (
  database: Database,
  record: ImportRecord,
  undone: ImportRecord | undefined,
): readonly string[] | undefined => {
  const { pk } = record;
  if (ORGS_OF[kindNamed(record.kind).thing.name] === undefined) return undefined;
  database.exec(FOUND);
  database.exec("delete from temp.touched_org");
  const all = database.count(
    `select (select count(*) from main.org) + (select count(*) from main.org_was where import = :pk)`,
    { pk },
  );
  const made = database.get("select madeAfter, madeUpTo from main.import where pk = :pk", { pk });
  const values = {
    pk,
    undone: undone?.pk ?? null,
    madeAfter: made?.["madeAfter"] ?? null,
    madeUpTo: made?.["madeUpTo"] ?? null,
  };
  let found = 0;
  for (const { thing, from } of sourcesOf(record, undone)) {
    for (const org of ORGS_OF[thing]?.("x") ?? []) {
      // a million records are looked through for nothing once there is no further organisation
      const limit = Math.min(all, MOST_ORGS + 1) - found;
      if (limit <= 0) break;
      found += database.run(
        `insert into temp.touched_org select distinct ${org} from ${from} and ${org} is not null
           and not exists (select 1 from temp.touched_org k where k.org = ${org}) and ${proceeding("x.pk")} limit :limit`,
        { ...values, limit },
      );
    }
  }
  if (found === 0 || found > MOST_ORGS) return undefined;
  const ids = database.all(
    `select coalesce((select o.id from main.org o where o.pk = t.org),
       (select w.id from main.org_was w where w.pk = t.org and w.import = :pk)) as id from temp.touched_org t`,
    { pk },
  );
  return ids.map(({ id }) => String(id));
};
