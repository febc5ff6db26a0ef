import type { Overwritten, PlanCounts } from "../../../../../imports/plan.ts";
import type { ConsoleChange } from "../../../../../model/console-task.ts";
import { nameKey } from "../../../../../model/normalise.ts";
import type { Database } from "../../database.ts";
import type { PlanSql } from "../stored-kind.ts";

/** Maximum number of values that are told one by one. */
const MOST_TOLD = 3;

/**
 * What a plan of the console's export takes from open tasks by hand: the values that it has otherwise, and the records
 * that it has not. Undefined of any other plan, and if there is none.
 */
export const overwrittenBy = (database: Database, { kind, request, staged }: PlanSql): PlanCounts["overwrites"] => {
  if (request.fromConsole !== true) return undefined;
  const rows = database.all(
    `select k.pk, k.name, k.changes, m.changed,
       m.row is null and exists (select 1 from ${kind.thing.name} t where t.pk = k.target and ${kind.isLacking}) as gone
     from console_task k left join s.match m on m.target = k.target
     where k.state = 'open' and k.kind = :kind and k.thing is null and k.target is not null order by k.pk`,
    { kind: kind.name },
  );
  /** Whether a row's changes are of the field that a task names. */
  const isChanged = (name: string, mask: number): boolean => {
    const custom = name.startsWith("custom:");
    const column = kind.thing.fields[name]?.short ?? name;
    const field = kind.fields.find(({ stored, merge }) =>
      custom ? merge === "custom" : stored === column || stored === name,
    );
    if (field === undefined || Math.floor(mask / 2 ** field.bit) % 2 === 0) return false;
    if (!custom) return true;
    const key = nameKey(name.slice("custom:".length));
    const pk = database.get("select pk from custom_field where nameKey = :key", { key })?.["pk"];
    return staged.places.some((place) => place.field === `custom:${Number(pk)}`);
  };
  const all = rows.flatMap((row): Overwritten[] => {
    const [task, name] = [Number(row["pk"]), String(row["name"])];
    if (row["gone"] === 1) return [{ task, name, field: null }];
    const changes = JSON.parse(String(row["changes"])) as readonly ConsoleChange[];
    const own = changes.filter(({ field }) => isChanged(field, Number(row["changed"] ?? 0)));
    return own.map(({ field }) => ({ task, name, field }));
  });
  return all.length === 0 ? undefined : { count: all.length, first: all.slice(0, MOST_TOLD) };
};
