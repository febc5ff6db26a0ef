import { Failure } from "../../../../../errors/index.ts";
import type { Overwritten, PlanCounts } from "../../../../../imports/plan.ts";
import type { PlanRow } from "../../../../../contract/index.ts";
import { planRow } from "../rows.ts";
import type { ImportedField } from "../../../../../imports/kinds.ts";
import type { ConsoleChange } from "../../../../../model/console-task.ts";
import { nameKey } from "../../../../../model/normalise.ts";
import { text } from "../../../../../text/index.ts";
import { isMissing } from "../../../sql/forms.ts";
import type { Database } from "../../database.ts";
import type { PlanSql, StoredKind } from "../stored-kind.ts";

/** Maximum number of values that are told one by one. */
export const MOST_TOLD = 3;

/**
 * What a plan of the console's export takes from open tasks by hand: the values that it has otherwise, and the records
 * that it has not. Undefined of any other plan, and if there is none.
 */
export const overwrittenBy = (database: Database, plan: PlanSql): PlanCounts["overwrites"] => {
  const { kind, request, staged } = plan;
  if (request.fromConsole !== true) return undefined;
  const rows = database.all(
    `select k.pk, k.name, k.changes, k.doubtedAt, m.row, m.changed,
       ${isGone({ kind, request })} as gone
     from console_task k left join s.match m on m.target = k.target
     where k.state = 'open' and k.kind = :kind and k.thing is null and k.target is not null order by k.pk`,
    { kind: kind.name },
  );
  const isChanged = changedIn(database, { kind, staged });
  const all = rows.flatMap((row): Overwritten[] => {
    const [task, name] = [Number(row["pk"]), String(row["name"])];
    if (row["gone"] === 1) return [{ task, name, field: null }];
    const changes = JSON.parse(String(row["changes"])) as readonly ConsoleChange[];
    const differing = changes.filter(({ field }) => isChanged(field, Number(row["changed"] ?? 0)));
    // an export that contradicted the task has left its value here, which goes where this one has what the task asks for
    const planned = row["doubtedAt"] !== null && differing.length > 0 && planRow(database, plan, Number(row["row"]));
    const own = differing.filter(
      ({ field, after }) =>
        planned === false || JSON.stringify(plannedValue(kind, planned, field)) !== JSON.stringify(after),
    );
    return own.map(({ field }) => ({ task, name, field }));
  });
  return all.length === 0 ? undefined : { count: all.length, first: all.slice(0, MOST_TOLD) };
};

/** SQL: true if a plan deletes the record of a task `k`, which no row `m` meets. */
export const isGone = ({ kind, request }: Pick<PlanSql, "kind" | "request">): string =>
  request.mode === "replace"
    ? `(m.row is null and exists (select 1 from ${kind.thing.name} t where t.pk = k.target and ${kind.isLacking}))`
    : "false";

/**
 * Refuses to keep what an export lacks where an open task says that the console has it: it may be in the export as it was
 * called before, and would be made anew beside what it is here.
 *
 * @throws Failure `input-rejected`
 */
export const refuseKept = (database: Database, { kind, request }: PlanSql): void => {
  if (request.fromConsole !== true || request.mode === "replace") return;
  const { name: table } = kind.thing;
  const task = database.get(
    `select k.pk, k.name from console_task k where k.state = 'open' and k.kind = :kind and k.thing is null
       and k.work not in ('create', 'delete') and exists (select 1 from ${table} t where t.pk = k.target)
       and ${isMissing("k.target")} order by k.pk limit 1`,
    { kind: kind.name },
  );
  if (task === undefined) return;
  const [number, name] = [Number(task["pk"]), String(task["name"])];
  throw new Failure("input-rejected", {
    what: text(
      `the export does not have "${name}", which was changed here (task ${number}), and may have it as it was called before; nothing was changed`,
      `ここで変更した「${name}」(作業 ${number})がエクスポートになく、変更前の名前で入っている可能性があります。何も変更していません`,
    ),
    hint: text(
      `do it in the console (clomoctl console show ${number}) and export anew; or undo it here and drop the task: clomoctl console drop ${number}`,
      `管理画面で行い(手順: clomoctl console show ${number})、もう一度エクスポートしてください。行わない場合は、ここでも取り消して、作業を取り下げてください: clomoctl console drop ${number}`,
    ),
  });
};

/** The field that a task names, as files have it; undefined of one that no file has. */
export const fieldNamed = ({ thing, fields }: StoredKind, name: string): ImportedField | undefined => {
  const column = thing.fields[name]?.short ?? name;
  return fields.find(({ stored, merge }) =>
    name.startsWith(CUSTOM) ? merge === "custom" : stored === column || stored === name,
  );
};

/** The fields by which a row tells the place of an organisation. */
const PLACE: readonly string[] = ["parent", "parentPath", "parentCode"];

/** What a row makes of a field that a task names; null of nothing. */
export const plannedValue = (kind: StoredKind, { after }: PlanRow, name: string): ConsoleChange["after"] => {
  const field = fieldNamed(kind, name)?.field ?? name;
  const names = name.startsWith(CUSTOM) ? [name] : field === PLACE[0] ? PLACE : [field];
  return after.find((one) => names.includes(one.field) && one.value !== null && one.value.length > 0)?.value ?? null;
};

export const CUSTOM = "custom:";

/** Whether a row's changes, a mask, are of the field that a task names. */
export const changedIn =
  (database: Database, { kind, staged }: Pick<PlanSql, "kind" | "staged">) =>
  (name: string, mask: number): boolean => {
    const field = fieldNamed(kind, name);
    if (field === undefined || Math.floor(mask / 2 ** field.bit) % 2 === 0) return false;
    return !name.startsWith(CUSTOM) || staged.places.some((place) => place.field === customPlace(database, name));
  };

/** A custom field as the columns of a staged file name it: by its number. */
export const customPlace = (database: Database, name: string): string => {
  const key = nameKey(name.slice(CUSTOM.length));
  const pk = database.get("select pk from custom_field where nameKey = :key", { key })?.["pk"];
  return `${CUSTOM}${Number(pk)}`;
};
