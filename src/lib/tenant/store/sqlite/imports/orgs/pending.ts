import type { ConsoleChange } from "../../../../../model/console-task.ts";
import { codeKey, nameKey } from "../../../../../model/normalise.ts";
import { ORG } from "../../../../../model/organisation.ts";
import type { Database, Row } from "../../database.ts";
import { versionsOf } from "../../../../versions/keep.ts";
import { bitOf, versionTable } from "../../../../versions/tables.ts";
import { either } from "../../../sql/forms.ts";
import { recordFinding } from "../findings.ts";
import type { PlanSql } from "../stored-kind.ts";

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

const OPEN = "k.state = 'open' and k.kind = 'orgs' and k.thing is null";

/**
 * Finds rows without a code of which nobody can tell whose they are: open tasks gave the organisation that is so called
 * here its place, and took that of another one, which the console may have there yet.
 */
export const findPendingPlaces = (database: Database, plan: PlanSql): void => {
  if (plan.request.fromConsole !== true) return;
  const pending = [...byHand(database), ...byImports(database)];
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

const pendingOf = ({ pk, task, parent, name, code }: Row): Pending => ({
  pk: Number(pk),
  task: Number(task),
  place: placeOf(parent, name, code),
});

/** Where organisations were until they were written by hand. */
const byHand = (database: Database): readonly Pending[] => {
  const numbers = new Map(database.all("select id, pk from org").map(({ id, pk }) => [String(id), pk ?? null]));
  const tasks = database.all(
    `select k.pk as task, k.work, k.changes, t.pk, t.parent, t.name, t.code from console_task k join org t on t.pk = k.target
     where ${OPEN}`,
  );
  return tasks.map((task) => {
    if (task["work"] === "create") return { ...pendingOf(task), place: null };
    const changes = JSON.parse(String(task["changes"])) as readonly ConsoleChange[];
    const former = new Map(changes.map((change) => [change.field, change]));
    const parent = former.get("parentId")?.ids?.before;
    return pendingOf({
      ...task,
      name: textOf(former.get("name")) ?? task["name"] ?? null,
      code: former.has("code") ? (textOf(former.get("code")) ?? null) : (task["code"] ?? null),
      parent: typeof parent === "string" ? (numbers.get(parent) ?? null) : (task["parent"] ?? null),
    });
  });
};

const textOf = (change: ConsoleChange | undefined): string | undefined =>
  typeof change?.before === "string" ? change.before : undefined;

/** Where organisations were until imports wrote them that are yet to be repeated in the console. */
const byImports = (database: Database): readonly Pending[] => {
  const versions = versionsOf(ORG.name);
  const before = ["parent", "name", "code"].map(
    (name) => `${either(`v.changed & ${bitOf(versions, name)} <> 0`, `v.${name}`, `t.${name}`)} as ${name}`,
  );
  const changed = database.all(
    `select k.pk as task, t.pk, ${before.join(", ")} from console_task k join import i on i.pk = k.import
       join ${versionTable(versions)} v on v.revision = i.revision and v.action = 'update' join org t on t.pk = v.pk
     where ${OPEN} and k.work <> 'upload'`,
  );
  const made = database.all(
    `select k.pk as task, t.pk, null as parent, '' as name, '' as code from console_task k join import i on i.pk = k.import
       join created_range c on c.revision = i.revision and c.thing = '${ORG.name}' join org t on t.pk between c.first and c.last
     where ${OPEN} and k.work <> 'upload'`,
  );
  return [...changed, ...made].map(pendingOf);
};

/** The organisations by the codes that they may have in the console, as open tasks change these; only where it is one. */
export const formerCodes = (database: Database): ReadonlyMap<string, number> => {
  const found = database.all(
    `select distinct t.pk, c.value ->> 'before' as code from console_task k, json_each(k.changes) c
       join org t on t.pk = k.target
     where ${OPEN} and k.work <> 'create' and c.value ->> 'field' = 'code' and c.value ->> 'before' is not null`,
  );
  const byKey = Map.groupBy(found, ({ code }) => codeKey(String(code)));
  return new Map(
    [...byKey].flatMap(([key, [one, ...others]]) => (one && others.length === 0 ? [[key, Number(one["pk"])]] : [])),
  );
};
