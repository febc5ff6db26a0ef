import { createNotOpenFailure } from "../import-failures.ts";
import type { ImportRecord, StoredRequest } from "../import-rows.ts";
import {
  IS_ABSENT_SQL,
  toComparedKind,
  UNDELETABLE_TABLE,
  type PlanDefinition,
  type StoredKind,
} from "./stored-kind.ts";
import { buildIsKeptLocallySql } from "./merge/tables.ts";
import { getStoredKind, getStoredKindByOrgName } from "./tables.ts";
import { belongsToOrg, buildIsInScope } from "../../store/scope.ts";

/** An import deletes only records that are in scope, deletable and not changed locally. */
export const buildPlannedKind = ({
  kind,
  scope,
  undeletable,
  fromConsole,
  mode,
  orgBy = "code",
}: Pick<StoredRequest, "kind" | "scope" | "undeletable" | "fromConsole" | "mode" | "orgBy">): StoredKind => {
  const stored = orgBy === "code" ? getStoredKind(kind) : getStoredKindByOrgName(kind);
  const isLocal = fromConsole === true ? `not ${buildIsKeptLocallySql(stored)}` : undefined;
  const inside = scope === undefined || !belongsToOrg(stored.thing) ? undefined : buildIsInScope(stored.thing);
  const isDeletable =
    undeletable === undefined ? undefined : `not exists (select 1 from s.${UNDELETABLE_TABLE} k where k.target = t.pk)`;
  const isAbsent = mode === "replace" ? IS_ABSENT_SQL : undefined;
  const isLacking = [stored.isLacking, inside, isDeletable, isLocal, isAbsent]
    .filter((one) => one !== undefined)
    .join(" and ");
  return { ...stored, isLacking };
};

export const buildComparisonDefinition = (record: ImportRecord): PlanDefinition => {
  const { state, detail } = record;
  const { request, staged } = detail;
  if (state !== "planned" || request === null || staged === null) throw createNotOpenFailure(record);
  return { kind: buildPlannedKind(request), request, staged };
};

export const buildPlanDefinition = (record: ImportRecord): PlanDefinition => {
  const plan = buildComparisonDefinition(record);
  return { ...plan, kind: toComparedKind(plan.kind) };
};
