import { droppedVersions } from "../../../../console/exported.ts";
import { quoteIdentifier, THEN } from "../../../sql/forms.ts";
import type { Database } from "../../database.ts";
import { comparedValue, joinReferences, staged } from "../expressions.ts";
import { recordFinding } from "../findings.ts";
import type { PlanSql } from "../stored-kind.ts";
import { mergedWith, singleFields } from "./tables.ts";

/** Warns of values that were dropped here, and that somebody entered in the console all the same: they are taken. */
export const reportDropped = (database: Database, plan: PlanSql): void => {
  const versions = mergedWith(plan);
  if (versions === undefined) return;
  if (database.get("select 1 from main.change where writer = 'drop' and undoneBy is null limit 1") === undefined)
    return;
  const { thing } = plan.kind;
  for (const field of singleFields(plan)) {
    const isTaken = `v.${quoteIdentifier(field.stored)} is not distinct from ${comparedValue(plan, field)}`;
    const dropped = `(select max(x.number) from (${droppedVersions(versions, field.stored)}) v
      ${THEN} main.change x on x.writer = 'drop' and x.revision >= v.revision where v.pk = m.target and ${isTaken})`;
    const joined = joinReferences(plan);
    recordFinding(database, plan, {
      code: "dropped-done",
      severity: "warning",
      field: field.field,
      select: `select row, line, null as col, json_object('value', value, 'change', change) as params from (
        select r.row, r.line, ${staged(field.field)} as value, ${dropped} as change
        from s.match m ${THEN} s.row r on r.row = m.row ${THEN} ${thing.name} t on t.pk = m.target ${joined}
        where m.changed & ${2 ** field.bit} <> 0) where change is not null`,
      params: joined.includes(":kind") ? { kind: plan.kind.name } : {},
    });
  }
};
