import {
  buildMayDifferSql,
  buildPossibleStatesSql,
  getObservedTable,
  OBSERVED_VERSIONS,
} from "../../../console/observed-state.ts";
import { getColumnBit } from "../../../versions/tables.ts";
import { buildCaseSql, buildFieldKeySql, ORDERED_JOIN } from "../../../store/sql.ts";
import type { RecordType } from "../../../../model/thing.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { CANDIDATE_KEY_TABLE, recordColumn } from "../expressions.ts";
import { buildIsInKindScopeSql, type PlanDefinition, type StoredReference } from "../stored-kind.ts";
import { getMergedVersions, listMergedReferences } from "./tables.ts";

// Cells refer to records by the console's keys. After a local change of a key, cells with the old key refer to the
// changed record. A cell has no effect if several records are possible or the record was deleted.

const buildKeyListSql = (thing: RecordType, field: string): string => {
  const key = buildFieldKeySql(thing, field, recordColumn);
  return thing.fields[field]?.type === "texts" ? key : buildCaseSql(`${key} is null`, "'[]'", `json_array(${key})`);
};

export const storeCandidateCellKeys = (database: Database, plan: PlanDefinition): void => {
  if (getMergedVersions(plan) === undefined) return;
  for (const { field, refers, keys, table } of listMergedReferences(plan)) {
    const { thing } = table;
    const versions = OBSERVED_VERSIONS.find((one) => one.thing === thing);
    if (versions === undefined) continue;
    const bit = getColumnBit(versions, refers.by);
    const scope = keys.own ? buildIsInKindScopeSql(thing, "known") : "true";
    const isInScope =
      scope === "true"
        ? scope
        : `(o.pk in (select known.${keys.record} from ${keys.table} known where ${scope}) or ${buildIsInKindScopeSql(thing, "o")})`;
    const uncertain = `select o.pk from main.${getObservedTable(versions)} o where ${buildMayDifferSql(versions, refers.by)} and ${isInScope}`;
    const only = `(select n.pk from main.${thing.name} n where n.pk = g.pk)`;
    database.run(
      `insert into ${CANDIDATE_KEY_TABLE}
       with possible(key, pk) as materialized (
           select distinct e.value, t.pk from (${buildPossibleStatesSql(versions, uncertain)}) t ${ORDERED_JOIN} json_each(${buildKeyListSql(thing, refers.by)}) e
           where t.mask & ${bit} <> 0 and e.value is not null),
         holder(key, pk) as materialized (
           select p.key, known.${keys.record} from (select distinct key from possible) p
             ${ORDERED_JOIN} ${keys.table} known on ${keys.has("known", "p.key")} and ${scope})
       select :what, g.key, ${field.merge === "reference" ? only : "null"} from (
         select c.key, case when count(*) = 1 then max(c.pk) end as pk from (select * from possible union select * from holder) c
         group by c.key having count(*) > 1 or c.key not in (select key from holder)) g`,
      { what: field.short, kind: plan.kind.name },
    );
  }
};

export const buildMayBeNamelessSql = ({ refers, table: { thing } }: StoredReference, pk: string): string => {
  const versions = OBSERVED_VERSIONS.find((one) => one.thing === thing);
  if (versions === undefined || thing.fields[refers.by]?.nullable !== true) return "false";
  const bit = getColumnBit(versions, refers.by);
  const which = `select z.pk from main.${getObservedTable(versions)} z where z.pk = ${pk} and ${buildMayDifferSql(versions, refers.by, "z")}`;
  return `exists (select 1 from (${buildPossibleStatesSql(versions, which)}) s where s.mask & ${bit} <> 0 and s.${refers.by} is null)`;
};
