import { nameKey } from "../../../../../model/normalise.ts";
import { ORG } from "../../../../../model/organisation.ts";
import { observedTable, PRESENCE } from "../../../../console/observed.ts";
import { versionsOf } from "../../../../versions/keep.ts";
import { bitOf } from "../../../../versions/tables.ts";
import { either, THEN } from "../../../sql/forms.ts";
import type { Database } from "../../database.ts";
import { recordFinding } from "../findings.ts";
import type { PlanSql } from "../stored-kind.ts";

const ORGS = versionsOf(ORG.name);

/** Where an organisation may be in the console, as open tasks change that. */
interface Pending {
  readonly pk: number;
  readonly task: number;
  /** null if it may have a code there, or not be there */
  readonly place: string | null;
}

/** What tells an organisation that has no code: its name below its parent. */
const placeOf = (parent: unknown, name: unknown, code: unknown): string | null =>
  code === null ? `${Number(parent)}/${nameKey(String(name))}` : null;

/**
 * Finds rows without a code of which nobody can tell whose they are: open tasks gave the organisation that is so called
 * here its place, and took that of another one, which the console may have there yet.
 */
export const findPendingPlaces = (database: Database, plan: PlanSql): void => {
  if (plan.request.fromConsole !== true) return;
  const pending = pendingPlaces(database);
  if (pending.length === 0) return;
  const rows = database.all(
    `select m.row, t.pk, t.parent, t.name from s.match m join s.row r on r.row = m.row join org t on t.pk = m.target
     where r.code is null and t.code is null and t.parent is not null`,
  );
  const found = rows.flatMap(({ row, pk, parent, name }) => {
    const place = placeOf(parent, name, null);
    const own = pending.filter((one) => one.pk === Number(pk) && one.place !== place);
    const others = pending.filter((one) => one.pk !== Number(pk) && one.place === place);
    if (own.length === 0 || others.length === 0) return [];
    const tasks = new Set([...own, ...others].map(({ task }) => task));
    return [{ row: Number(row), tasks: [...tasks].toSorted((one, other) => one - other).join(", ") }];
  });
  recordFinding(database, plan, {
    code: "key-pending",
    field: "name",
    select: `select r.row, r.line, null as col, json_object('tasks', e.value ->> 'tasks') as params
      from json_each(:found) e join s.row r on r.row = e.value ->> 'row'`,
    params: { found: JSON.stringify(found) },
  });
};

/** The organisations that the console may have in another place, or not yet. */
const pendingPlaces = (database: Database): readonly Pending[] => {
  const shown = (column: string): string =>
    either(`o.differs & ~o.confirmed & ${bitOf(ORGS, column)} <> 0`, `o.${column}`, `t.${column}`);
  const rows = database.all(
    `select t.pk, o.inConsole = 1 or o.confirmed & ${PRESENCE} <> 0 as inConsole, ${shown("parent")} as parent, ${shown("name")} as name, ${shown("code")} as code,
       (select max(c.number) from main.org_version v ${THEN} main.change c on c.revision = v.revision where v.pk = t.pk) as task,
       (select max(c.number) from main.created_range r ${THEN} main.change c on c.revision = r.revision
         where r.thing = 'org' and t.pk between r.first and r.last) as created
     from main.${observedTable(ORGS)} o ${THEN} org t on t.pk = o.pk`,
  );
  return rows.map(({ pk, inConsole, parent, name, code, task, created }) => ({
    pk: Number(pk),
    task: Number(inConsole === 0 ? (created ?? task) : (task ?? created)),
    place: inConsole === 0 ? null : placeOf(parent, name, code),
  }));
};
