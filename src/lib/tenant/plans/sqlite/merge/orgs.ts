import { buildPossibleStatesSql } from "../../../console/observed.ts";
import { getColumnBit } from "../../../versions/tables.ts";
import { getVersionSchema } from "../../../versions/keep.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { ORG } from "../../../../model/organisation.ts";
import type { ConsolePlace, matchOrgs } from "../../staging/org-matching.ts";
import type { PlanDefinition } from "../stored-kind.ts";
import { reportContestedRows } from "./report.ts";
import { AMBIGUOUS_TABLE, DELETED_HERE_TABLE } from "./tables.ts";

// What the tree of organisations needs to know about touched fields. Everything else is merged as in other records.

const ORG_VERSIONS = getVersionSchema(ORG.name);

export const readConsolePlaces = (database: Database): readonly ConsolePlace[] => {
  const states = buildPossibleStatesSql(ORG_VERSIONS, "select pk from main.org_observed");
  const select = (column: string): string =>
    `select distinct pk, ${column} from (${states}) where mask & ${getColumnBit(ORG_VERSIONS, column)} <> 0`;
  return database
    .all(
      `select n.pk, n.name, p.parent, t.pk is not null as isHere, o.inConsole
       from (${select("name")}) n join (${select("parent")}) p on p.pk = n.pk and p.parent is not null
       join main.org_observed o on o.pk = n.pk left join main.org t on t.pk = n.pk
       where n.pk in (select pk from (${select("code")}) where code is null)`,
    )
    .map(({ pk, name, parent, isHere, inConsole }) => ({
      pk: Number(pk),
      name: String(name),
      parent: Number(parent),
      isHere: isHere === 1,
      inConsole: inConsole === 1,
    }));
};

export const storeAmbiguousOrgs = (database: Database, pks: readonly number[]): void => {
  database.run(`insert into ${AMBIGUOUS_TABLE} select value from json_each(:pks) where true on conflict do nothing`, {
    pks: JSON.stringify(pks),
  });
};

/** Stores which rows are organisations that were deleted here, and which are left out because several may be meant. */
export const storeUnclearOrgs = (
  database: Database,
  plan: PlanDefinition,
  { leftOut, deletedHere }: Pick<ReturnType<typeof matchOrgs>, "leftOut" | "deletedHere">,
): void => {
  database.run(`insert into ${DELETED_HERE_TABLE} (pk, row) select value ->> 0, value ->> 1 from json_each(:found)`, {
    found: JSON.stringify([...deletedHere]),
  });
  const contested = [...leftOut].flatMap(([row, pks]) => pks.map((pk) => [row, pk] as const));
  storeAmbiguousOrgs(
    database,
    contested.map(([, pk]) => pk),
  );
  reportContestedRows(database, plan, JSON.stringify(contested));
};
