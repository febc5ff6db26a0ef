import { createNotOpenFailure } from "../import-failures.ts";
import type { ImportRecord } from "../import-rows.ts";
import {
  toComparedKind,
  toDeletionKind,
  UNDELETABLE_TABLE,
  type PlanDefinition,
  type PlanDefinitions,
  type StoredKind,
} from "./stored-kind.ts";
import { buildIsKeptLocallySql } from "./merge/tables.ts";
import { getStoredKind, getStoredKindByOrgName, getKindsOfThing } from "./tables.ts";
import { RECORD_SCOPE_CONDITIONS } from "../../store/scope.ts";
import type { StagedFile } from "../staging/counts.ts";
import type { FormatName } from "../../../model/console-files.ts";
import { FORMATS } from "../../../model/formats.ts";
import type { StoredRequest } from "../import-rows.ts";

/** The staged file of a deletion. A deletion does not read a file, so all values are empty. */
const NO_STAGED_FILE: StagedFile = {
  encoding: "utf-8",
  inputSha256: "",
  headerRow: 1,
  rows: 0,
  skipped: [],
  header: [],
  staged: [],
  places: [],
  absentColumns: [],
  unknownColumns: [],
};

/**
 * Returns the import kinds whose records an import writes. The first is the import's own kind. An undo may concern
 * records of several SECURED APPs.
 */
export const listImportKinds = ({ kind, detail }: ImportRecord): readonly [StoredKind, ...StoredKind[]] => [
  getStoredKind(kind),
  ...(detail.request === null ? getKindsOfThing(FORMATS[kind].thing.name).filter(({ name }) => name !== kind) : []),
  ...(detail.counts?.beside ?? []).flatMap(({ thing }) => getKindsOfThing(thing)),
];

export const buildDeletionPlans = (request: StoredRequest): PlanDefinitions => {
  const plan = (kind: FormatName): PlanDefinition => ({
    kind: toDeletionKind(getStoredKind(kind)),
    request: { ...request, kind },
    staged: NO_STAGED_FILE,
  });
  return [plan(request.kind), ...(request.select?.by === "below" ? [plan("users")] : [])];
};

/**
 * Returns the kind of an import, with the condition for the records that the import deletes. An import that was planned
 * in a scope deletes only records in this scope, no matter which account commits it. An import that keeps undeletable
 * records does not delete these records. A console export does not delete records that were changed locally.
 */
export const buildPlannedKind = ({
  kind,
  scope,
  undeletable,
  fromConsole,
  orgBy = "code",
}: Pick<StoredRequest, "kind" | "scope" | "undeletable" | "fromConsole" | "orgBy">): StoredKind => {
  const stored = orgBy === "code" ? getStoredKind(kind) : getStoredKindByOrgName(kind);
  const isLocal = fromConsole === true ? `not ${buildIsKeptLocallySql(stored)}` : undefined;
  const inside = scope === undefined ? undefined : RECORD_SCOPE_CONDITIONS[stored.thing.name];
  const isDeletable =
    undeletable === undefined ? undefined : `not exists (select 1 from s.${UNDELETABLE_TABLE} k where k.target = t.pk)`;
  const isLacking = [stored.isLacking, inside, isDeletable, isLocal].filter((one) => one !== undefined).join(" and ");
  return { ...stored, isLacking };
};

/**
 * Returns the plans of an import, from which the SQL of its comparison is built.
 *
 * @throws Failure `conflict` if the import does not have a plan, or no longer has a plan
 */
export const buildComparisonDefinitions = (record: ImportRecord): PlanDefinitions => {
  const { state, detail } = record;
  const { request, staged } = detail;
  const isOpen = state === "planned";
  if (isOpen && request?.mode === "delete") return buildDeletionPlans(request);
  if (!isOpen || request === null || staged === null) throw createNotOpenFailure(record);
  return [{ kind: buildPlannedKind(request), request, staged }];
};

/** Returns the plans of an import as they were compared.  @throws Failure as {@link buildComparisonDefinitions} */
export const buildPlanDefinitions = (record: ImportRecord): PlanDefinitions => {
  const [first, ...rest] = buildComparisonDefinitions(record);
  const toCompared = (plan: PlanDefinition): PlanDefinition => ({ ...plan, kind: toComparedKind(plan.kind) });
  return [toCompared(first), ...rest.map(toCompared)];
};
