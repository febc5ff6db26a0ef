import type { PlanRow } from "../../../../../contract/index.ts";
import { comparisonKey } from "../../../../../model/normalise.ts";
import type { Database } from "../../database.ts";
import { isStaged, keyOf } from "../expressions.ts";
import { keysOf, noteFormer, type Naming } from "../matching/former.ts";
import { hasFiles, inScopeOf, type PlanSql } from "../stored-kind.ts";
import { plannedValue } from "./task-fields.ts";

// Differences of an export that are only by what it calls records: open tasks have changed that here.

/** What a record is called otherwise until a task is done. */
interface Renamed {
  readonly former: string;
  readonly now: string;
  readonly task: number;
}

type Told = string | readonly string[] | null | undefined;

/** What is told of names of one thing: the key of a value, and the renamed records. */
interface Names {
  readonly keysIn: (told: Told) => readonly string[];
  readonly renamed: readonly Renamed[];
}

const namesOf = (database: Database, naming: Naming): Names => {
  const { thing, field } = naming;
  noteFormer(database, "renamed", naming);
  const found = database.all(
    `select distinct e.value as former, ${keysOf(naming)} ->> 0 as now, f.task from s.renamed f
       join ${thing.name} t on t.pk = f.pk join json_each(f.keys) e on e.value is distinct from ${keysOf(naming)} ->> 0`,
  );
  const { comparison = "exact" } = thing.fields[field] ?? {};
  return {
    keysIn: (told) => [told ?? []].flat().map((value) => comparisonKey(comparison, value)),
    renamed: found.map(({ former, now, task }) => ({ former: String(former), now: String(now), task: Number(task) })),
  };
};

/** The open tasks by which a line of an export's comparison is explained wholly; none if it is otherwise, too. */
type Explain = (line: PlanRow, planned: PlanRow["after"]) => readonly number[];

/** Explains lines by what the console calls otherwise until open tasks are done: a record itself, or those that it names. */
export const explainRenamed = (database: Database, plan: PlanSql): Explain => {
  const { kind } = plan;
  const { name, thing, inScope } = kind;
  const own = namesOf(database, { kind: name, thing, field: keyOf(plan).field, inScope, isOwn: true });
  const cells = new Map(
    kind.references
      .filter(({ field }) => isStaged(plan, field) || kind.table.planner !== undefined)
      .map(({ field, refers, table: { thing: named } }) => {
        const [of = name] = Object.keys(named.formats);
        const scope = inScopeOf(named, "t");
        const naming = { kind: of, thing: named, field: refers.by, inScope: scope, isOwn: hasFiles(named) };
        return [field.field, namesOf(database, naming)] as const;
      }),
  );
  const tasksOf = ({ renamed, keysIn }: Names, told: Told): readonly number[] => {
    const keys = keysIn(told);
    return renamed.flatMap(({ former, task }) => (keys.includes(former) ? [task] : []));
  };
  const explainField = (line: PlanRow, planned: PlanRow["after"], field: string): readonly number[] | undefined => {
    const names = cells.get(field);
    if (names === undefined) return undefined;
    const [there, here] = [line, { ...line, after: planned }].map((one) =>
      names.keysIn(plannedValue(kind, one, field)),
    );
    const others = there?.filter((key) => here?.includes(key) !== true) ?? [];
    const tasks = others.map(
      (key) => names.renamed.find(({ former, now }) => former === key && here?.includes(now) === true)?.task,
    );
    return tasks.length === 0 || tasks.includes(undefined) ? undefined : tasks.filter((task) => task !== undefined);
  };
  return (line, planned) => {
    if (line.action === "create") return tasksOf(own, line.key);
    if (line.action === "invalid")
      return [...cells].flatMap(([field, names]) => tasksOf(names, plannedValue(kind, line, field)));
    const found = line.changed.map((field) => explainField(line, planned, field));
    return found.includes(undefined) ? [] : found.flatMap((tasks) => tasks ?? []);
  };
};
