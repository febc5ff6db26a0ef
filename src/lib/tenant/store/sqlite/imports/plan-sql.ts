import { withoutPlan } from "../../imports/refusals.ts";
import type { ImportRecord } from "../../imports/record.ts";
import type { PlanSql } from "./stored-kind.ts";
import { kindNamed } from "./tables.ts";

/**
 * The plan of an import as its SQL needs it.
 *
 * @throws Failure `conflict` if the import has no plan (any more)
 */
export const planSqlOf = (record: ImportRecord): PlanSql => {
  const { kind, state, detail } = record;
  const { request, staged } = detail;
  const open = state === "planned" || state === "awaiting-console";
  if (!open || request === null || staged === null) throw withoutPlan(record);
  return { kind: kindNamed(kind), request, staged };
};
