import { Failure } from "../../../../../errors/index.ts";
import type { PlanCounts } from "../../../../../imports/plan.ts";
import { nounNamed } from "../../../../../model/problem.ts";
import { counted, text, type Text } from "../../../../../text/index.ts";
import { typedWord } from "../../../../../text/shell-word.ts";
import { isValid, THEN } from "../../../sql/forms.ts";
import type { Scope } from "../../../store.ts";
import type { Database, Row } from "../../database.ts";
import { hold, see } from "../../scope.ts";
import { outsideCodes, type PlannedChanges } from "../differences.ts";
import { keyOf, keyText } from "../expressions.ts";
import { findPendingReferences } from "../matching/pending.ts";
import type { PlanSql, StoredKind } from "../stored-kind.ts";

// What a plan that awaits the console must not do, as things changed here since its file was written.

/** The records that rows met as the plan was written for the console. */
const MET = "s.met";

/** Keeps which records the rows of a plan meet by its latest comparison, unless those of an earlier one were kept. */
export const keepMet = (database: Database): void => {
  database.exec(`create table if not exists ${MET} as select row, target from s.match`);
  database.exec("create index if not exists s.met_row on met (row)");
};

/** SQL: an export of the console brought the record `t` as it is, or proved what was done to it here. */
const IS_OF_CONSOLE = `(
  exists (select 1 from import i where i.kind = :kind and i.revision = t.revision
    and i.detail -> 'request' ->> 'fromConsole')
  or exists (select 1 from console_task k left join import i on i.pk = k.import
    where k.kind = :kind and k.thing is null and k.state = 'shown' and (k.target = t.pk and k.revision = t.revision
      or i.revision = t.revision)))`;

/** SQL: the open tasks of the record `t`, as its last change left it. */
const TASKS = `(select string_agg(k.pk, ', ') from console_task k left join import i on i.pk = k.import
  where k.kind = :kind and k.thing is null and k.state = 'open' and (k.target = t.pk or i.revision = t.revision))`;

/**
 * Refuses to write rows to other records than they met as the file was written for the console: somebody made these here
 * since, or gave them the key, and the console knows nothing of it. One that has all that its row has may be taken.
 *
 * @param database the copy of the tenant, of which no more is read where it throws
 * @param pk the number of the import
 * @param scope what the asker sees: tasks outside it are not named
 * @throws Failure `conflict`
 */
export const refuseOthers = (
  database: Database,
  plan: PlanSql,
  { number, scope }: { readonly number: string; readonly scope: Scope | undefined },
): void => {
  const { kind } = plan;
  const found = database.get(
    `select r.line, t.pk, t.id, t."${kind.namedBy}" as name, ${keyText(kind)} as key, count(*) over () as n
     from s.match m ${THEN} ${kind.thing.name} t on t.pk = m.target ${THEN} s.row r on r.row = m.row
       left join ${MET} x on x.row = m.row
     where m.changed <> 0 and x.target is distinct from m.target and ${isValid("m.row")} and not ${IS_OF_CONSOLE}
     order by r.row limit 1`,
    { kind: kind.name },
  );
  if (found === undefined) return;
  see(database, scope);
  hold(database, scope);
  const tasks = database.get(`select ${TASKS} as tasks from main.${kind.thing.name} t where t.pk = :pk`, {
    kind: kind.name,
    pk: found["pk"] ?? null,
  });
  throw metOther(plan, number, { ...found, ...tasks });
};

/**
 * Finds the rows of the console's export that agree with what the plan wrote, and name by what open tasks had given to
 * another record before its file was written: the console read the file's names as it had them, and means another one by the
 * same name.
 *
 * @param database the copy of the tenant with which the export was compared; tasks opened since are set aside meanwhile
 * @param planned what the plan wrote to it
 * @returns their number; they are invalid by now
 */
export const findUntold = (database: Database, plan: PlanSql, planned: PlannedChanges): number => {
  const task = database.get("select max(pk) as pk from console_task where work = 'upload' and import = :import", {
    import: planned.import,
  });
  const values = { upload: task?.["pk"] ?? null };
  // the file was written by what things were called as they were opened; of the copy only
  database.run("update main.console_task set state = 'later ' || state where pk >= :upload", values);
  const found = findUntoldNow(database, plan, planned.revision);
  database.exec("update main.console_task set state = substr(state, 7) where state like 'later %'");
  return found;
};

const findUntoldNow = (database: Database, plan: PlanSql, revision: number): number => {
  const tasks = "select 1 from console_task where state in ('open', 'confirmed', 'dropped') limit 1";
  if (database.count(`select count(*) from (${tasks}) one`) === 0) return 0;
  database.exec("drop table if exists s.agreed_with");
  database.exec("create table s.agreed_with (row integer primary key)");
  database.run(
    `insert into s.agreed_with select m.row from s.match m join ${plan.kind.thing.name} t on t.pk = m.target
     where m.changed = 0 and t.revision = :revision and ${isValid("m.row")}`,
    { revision },
  );
  const of = "row in (select row from s.agreed_with)";
  // that they agree with it is the plan's own doing
  database.exec(`update s.match set changed = 1 where ${of}`);
  findPendingReferences(database, plan);
  database.exec(`update s.match set changed = 0 where ${of}`);
  return database.count(`select count(*) from s.invalid where ${of}`);
};

/**
 * Leaves the rows of the console's export out of a comparison that lie outside the plan's scope and meet none of its records:
 * whoever verifies it compares what is inside.
 *
 * @returns their number
 */
export const leaveOutside = (database: Database, { kind, request }: PlanSql): number => {
  if (request.scope === undefined) return 0;
  const { name } = kind.thing;
  const isTree = kind.table.planner !== undefined;
  const below = "select a.row from outside o join s.org_after a on a.parentRow = o.row";
  database.exec(`create table s.left_out as with recursive outside (row) as (
      select p.row from s.problem p where p.row > 1 and p.code in (${outsideCodes(kind)}) ${isTree ? `union ${below}` : ""})
    select distinct row from outside where not exists (
      select 1 from s.match m join ${name} t on t.pk = m.target where m.row = outside.row)`);
  const invalid = database.run("delete from s.invalid where row in (select row from s.left_out)");
  for (const table of ["problem", "row"])
    database.exec(`delete from s.${table} where row in (select row from s.left_out)`);
  return invalid;
};

/** The refusal of an export that looks like another tenant's. */
export const ofOtherTenant = (
  { kind, staged }: PlanSql,
  { recordsBefore }: Pick<PlanCounts, "recordsBefore">,
): Failure => {
  const noun = nounNamed(kind.thing.noun ?? kind.thing.name);
  return new Failure("input-rejected", {
    what: text(
      `none of the ${counted(staged.rows, "row")} matches one of the ${counted(recordsBefore, noun.en)}: this looks like the export of another tenant; the plan is still waiting for verification`,
      `${staged.rows} 行は、${noun.ja} ${recordsBefore} 件のどれとも一致しません。別のテナントのエクスポートのようです。計画は照合待ちのままです`,
    ),
    hint: text(
      "export in the console of this tenant, and verify again",
      "このテナントの管理画面でエクスポートして、もう一度照合してください",
    ),
  });
};

/** A command on a record of a kind. */
const commandOn = ({ thing, name }: StoredKind, verb: string, word: string): string =>
  thing.scope === undefined
    ? `clomoctl ${name} ${verb} ${word}`
    : `clomoctl secured users ${verb} ${word} --app ${name}`;

const metOther = (plan: PlanSql, number: string, { line, id, name, key, tasks, n }: Row): Failure => {
  const { kind, staged } = plan;
  const called = key === null || key === name ? String(name) : `${String(name)} (${String(key)})`;
  const others = Number(n) > 1 ? text(` (and ${Number(n) - 1} more)`, `(他 ${Number(n) - 1} 件)`) : text("", "");
  const task = tasks === null ? text("", "") : text(` (open task ${String(tasks)})`, `(未完了の作業 ${String(tasks)})`);
  const { field } = keyOf(plan);
  const header = staged.places.find((place) => place.field === field)?.header ?? field;
  const word = typedWord(String(key ?? id), String(id));
  const keep: Text = text(
    `if the console has what the file has: give the one here another ${header} (${commandOn(kind, "edit", word)}) or delete it (${commandOn(kind, "delete", word)}), then verify again`,
    `管理画面がファイルの内容になっている場合は、ここにあるものの${header}を変更するか(${commandOn(kind, "edit", word)})、削除してから(${commandOn(kind, "delete", word)})、もう一度照合してください`,
  );
  return new Failure("conflict", {
    what: text(
      `${called}${task.en}${others.en} was made or changed here since the file was written for the console, and line ${String(line)} of it would overwrite that; nothing was changed`,
      `「${called}」${task.ja}${others.ja}は、ファイルを書き出した後にここで作成または変更されたもので、ファイルの ${String(line)} 行目が上書きすることになります。何も変更していません`,
    ),
    hint: text(
      `${keep.en}; if it is to stay as it is here: drop the plan (clomoctl imports discard ${number}) and correct the console`,
      `${keep.ja}。ここにあるとおりに残す場合は、計画を破棄し(clomoctl imports discard ${number})、管理画面を直してください`,
    ),
  });
};
