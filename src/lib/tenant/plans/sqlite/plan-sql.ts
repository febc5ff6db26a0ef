import { withoutPlan } from "../refusals.ts";
import type { ImportRecord } from "../import-rows.ts";
import { deleting, UNDELETABLE, type PlanSql, type PlansSql, type StoredKind } from "./stored-kind.ts";
import { staysHere } from "./merge/tables.ts";
import { kindNamed, kindsOfThing } from "./tables.ts";
import { IS_INSIDE } from "../../store/scope.ts";
import type { StagedFile } from "../staging/counts.ts";
import type { FormatName } from "../../../model/console-files.ts";
import type { StoredRequest } from "../import-rows.ts";

/** What a deletion has in place of a file. */
const NO_FILE: StagedFile = {
  encoding: "utf-8",
  sha256: "",
  bytes: 0,
  rows: 0,
  header: [],
  staged: [],
  places: [],
  absentColumns: [],
  unknownColumns: [],
};

/** The kinds whose records an import writes, its own first. */
export const kindsOfImport = ({ kind, detail }: ImportRecord): readonly StoredKind[] => [
  kindNamed(kind),
  ...(detail.counts?.beside ?? []).flatMap(({ thing }) => kindsOfThing(thing)),
];

/** The plans of a deletion: of what was chosen, then of the users who go with it. */
export const deletionSql = (request: StoredRequest): PlansSql => {
  const plan = (kind: FormatName): PlanSql => ({
    kind: deleting(kindNamed(kind)),
    request: { ...request, kind },
    staged: NO_FILE,
  });
  return [plan(request.kind), ...(request.select?.by === "below" ? [plan("users")] : [])];
};

/**
 * The kind of an import: one that was planned in a scope deletes what lies in it alone, whoever commits it, and one that
 * keeps what it cannot delete does not delete that. An export of the console does not delete what was changed here.
 */
export const plannedKind = ({
  kind,
  scope,
  undeletable,
  fromConsole,
  prefer,
}: Pick<StoredRequest, "kind" | "scope" | "undeletable" | "fromConsole" | "prefer">): StoredKind => {
  const stored = kindNamed(kind);
  const isLocal = fromConsole === true ? `not ${staysHere(stored, prefer)}` : undefined;
  const inside = scope === undefined ? undefined : IS_INSIDE[stored.thing.name];
  const isDeletable =
    undeletable === undefined ? undefined : `not exists (select 1 from s.${UNDELETABLE} k where k.target = t.pk)`;
  const isLacking = [stored.isLacking, inside, isDeletable, isLocal].filter((one) => one !== undefined).join(" and ");
  return { ...stored, isLacking };
};

/**
 * The plans of an import as its SQL needs them.
 *
 * @throws Failure `conflict` if the import has no plan (any more)
 */
export const planSqlOf = (record: ImportRecord): PlansSql => {
  const { state, detail } = record;
  const { request, staged } = detail;
  const isOpen = state === "planned";
  if (isOpen && request?.mode === "delete") return deletionSql(request);
  if (!isOpen || request === null || staged === null) throw withoutPlan(record);
  return [{ kind: plannedKind(request), request, staged }];
};
