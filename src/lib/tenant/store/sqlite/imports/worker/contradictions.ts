import type { ConsoleTask, PlanRow } from "../../../../../contract/index.ts";
import type { Contradicted, PlanCounts } from "../../../../../imports/plan.ts";
import type { ConsoleChange } from "../../../../../model/console-task.ts";
import { readTask, rewrittenAfter } from "../../../console.ts";
import { listImports, type ImportRecord } from "../../../imports/record.ts";
import { THEN } from "../../../sql/forms.ts";
import type { Reader } from "../../../store.ts";
import type { Database } from "../../database.ts";
import { Connection } from "../../store.ts";
import { planRow } from "../rows.ts";
import { wasTable, type PlanSql, type StoredKind } from "../stored-kind.ts";
import { kindNamed } from "../tables.ts";
import { changedIn, CUSTOM, customPlace, fieldNamed, isGone, MOST_TOLD, plannedValue } from "./overwrites.ts";

/** The fields that an export's columns show or name by a code or path; a constant of a map shows nothing of the console. */
export const seenIn = ({ kind, detail: { staged } }: ImportRecord): ReadonlySet<string> => {
  const seen = new Set((staged?.places ?? []).filter(({ column }) => column > 0).map(({ field }) => field));
  const { columns, thing } = kindNamed(kind).format;
  const set = columns.filter(({ field }) => seen.has(field)).map(({ sets }) => thing.fields[sets]?.short ?? sets);
  return new Set([...seen, ...set]);
};

/** Whether an export of the console was taken over with all that it lacks: else it proves nothing of what is not in it. */
export const isWholeExport = ({ detail: { request } }: Pick<ImportRecord, "detail">): boolean =>
  request?.fromConsole === true && request.mode === "replace";

/** Whether an export showed fields, as columns of a staged file name them, after a task was closed, or told as contradicted. */
type IsShown = (task: Pick<ConsoleTask, "number" | "closedAt" | "doubtedAt">, fields: readonly string[]) => boolean;

/** What the exports of a kind have shown so far. @param but an import that does not count */
export const shownSince = async (reader: Reader, kind: StoredKind, but?: number): Promise<IsShown> => {
  const exports = (await listImports(reader))
    .filter(({ pk, kind: of, detail }) => pk !== but && of === kind.name && detail.request?.fromConsole === true)
    .filter(({ detail }) => detail.revertedBy === null)
    .map((record) => ({
      at: record.detail.committedAt ?? "",
      isWhole: isWholeExport(record),
      seen: seenIn(record),
      told: record.detail.settled?.contradicted ?? [],
    }));
  return ({ number, closedAt, doubtedAt }, fields) =>
    exports.some(
      ({ at, isWhole, seen, told }) =>
        told.includes(number) ||
        (isWhole && at > (closedAt ?? "") && at > (doubtedAt ?? "") && fields.every((field) => seen.has(field))),
    );
};

/**
 * SQL: an import that is no export of the console, nor the undoing of one, wrote a record since: what it is, that one tells.
 *
 * @param target SQL of its number
 * @param revision SQL of the revision as of which the record was as it was asked for
 */
export const isImportedAfter = (kind: StoredKind, target: string, revision: string): string =>
  `exists (select 1 from import o ${THEN} ${wasTable(kind)} v on v.import = o.pk and v.pk = ${target}
    where o.revision > ${revision} and coalesce(o.detail -> 'request' ->> 'fromConsole', 0) = 0
      and not exists (select 1 from import e where e.id = o.detail ->> 'reverts' and e.detail -> 'request' ->> 'fromConsole'))`;

/**
 * What a plan of the console's export has otherwise than tasks by hand which somebody confirmed as done, where nothing else
 * has written it since, and no export showed it. Undefined of any other plan, and if there is none.
 */
export const contradictedBy = async (database: Database, plan: PlanSql): Promise<PlanCounts["contradicts"]> => {
  const { kind, request } = plan;
  if (request.fromConsole !== true) return undefined;
  const rows = database.all(
    `select k.pk, m.row, m.changed,
       ${isGone(plan)} as gone
     from console_task k left join s.match m on m.target = k.target
     where k.state = 'confirmed' and k.kind = :kind and k.thing is null and k.target is not null
       and not ${isImportedAfter(kind, "k.target", "k.revision")} order by k.pk`,
    { kind: kind.name },
  );
  if (rows.length === 0) return undefined;
  const reader = new Connection(database);
  const isShown = await shownSince(reader, kind);
  const all: Contradicted[] = [];
  for (const { pk, row = null, changed, gone } of rows) {
    const task = await readTask(reader, Number(pk));
    const called = { task: Number(pk), name: task.name ?? "" };
    if (gone === 1 && !isShown(task, [])) all.push({ ...called, field: null, confirmed: null, exported: null });
    if (row === null) continue;
    const later = await rewrittenAfter(reader, task.number);
    const asked = task.changes.filter(({ field }) => !later.has(field));
    if (asked.length === 0) continue;
    const exported = otherwise(database, plan, {
      task,
      mask: Number(changed),
      planned: planRow(database, plan, Number(row)),
    });
    for (const change of asked) {
      const { field, after: confirmed } = change;
      const value = exported(change);
      if (value === undefined || isShown(task, [placeOf(database, kind, field)])) continue;
      all.push({ ...called, field, confirmed: mutable(confirmed), exported: mutable(value) });
    }
  }
  return all.length === 0 ? undefined : { count: all.length, first: all.slice(0, MOST_TOLD) };
};

type Told = ConsoleChange["after"];

const mutable = (value: Told): Contradicted["confirmed"] =>
  value === null || typeof value === "string" ? value : [...value];

/** A field of a task as the columns of a staged file name it. */
const placeOf = (database: Database, kind: StoredKind, field: string): string =>
  field.startsWith(CUSTOM) ? customPlace(database, field) : (fieldNamed(kind, field)?.field ?? field);

/** The row of an export that meets the record of a task. */
interface Met {
  readonly task: Pick<ConsoleTask, "doubtedAt">;
  /** the fields that it changes, by their bits */
  readonly mask: number;
  readonly planned: PlanRow;
}

/** What a row has in place of what a task asks for; undefined where that is the same, or the file does not tell. */
const otherwise = (database: Database, plan: PlanSql, { task, mask, planned }: Met) => {
  const { kind, staged } = plan;
  const isChanged = changedIn(database, plan);
  return ({ field: name, after: confirmed }: ConsoleChange): Told | undefined => {
    const field = fieldNamed(kind, name);
    if (field === undefined) return undefined;
    const exported = plannedValue(kind, planned, name);
    const isSame = JSON.stringify(exported) === JSON.stringify(confirmed);
    // an export that contradicted the task while it was open has left its value here
    if (task.doubtedAt === null) return isChanged(name, mask) && !isSame ? exported : undefined;
    const isTold = staged.places.some((place) => place.field === placeOf(database, kind, name));
    return isTold && field.refers === undefined && !isSame ? exported : undefined;
  };
};
