import { driftOf, driftOfChange } from "../../../../console/drift.ts";
import { readOpenTasks, type OpenTasks } from "../../../../console/tasks.ts";
import { entriesBit, PRESENCE } from "../../../../console/observed.ts";
import { ALL_CHANGED, bitOf, type Versions } from "../../../../versions/tables.ts";
import { listImports, type ImportRecord, type Settled } from "../../../imports/record.ts";
import { either, THEN } from "../../../sql/forms.ts";
import type { Reader, Writer } from "../../../store.ts";
import { readMirrored, setMirrored } from "../../../tenant.ts";
import type { Database } from "../../database.ts";
import { isStaged, keyOf } from "../expressions.ts";
import type { PlanSql } from "../stored-kind.ts";
import { observeExport } from "./observation.ts";
import { DELETED_HERE, MERGED, mergedWith } from "./tables.ts";

// An export that a task is verified by: of all that it shows, only the records and fields of the task are observed.

/** The table of the records of a task: `pk`, and the `mask` of their fields. */
const OF_TASK = "s.of_task";

/** Stores what a compared export shows of the records of a task. @param revision of the change that the task is of; @param own of this one */
export const observeTask = (database: Database, plan: PlanSql, revision: number, own: number): void => {
  const versions = mergedWith(plan);
  if (versions === undefined) return;
  database.exec(`drop table if exists ${OF_TASK}`);
  database.exec(`create table ${OF_TASK} (pk integer primary key, mask integer not null)`);
  const mask = either("d.action = 'update'", "d.mask", ALL_CHANGED);
  database.run(
    `insert into ${OF_TASK} select d.pk, max(${mask}) from (${driftOfChange(versions)}) d where d.mask <> 0 group by d.pk`,
    { revision },
  );
  for (const table of [MERGED, DELETED_HERE])
    database.exec(`delete from ${table} as m where not exists (select 1 from ${OF_TASK} e where e.pk = m.pk)`);
  const custom = entriesBit(versions);
  // that the console has a new record is shown by all of its row
  database.exec(
    `update ${MERGED} as m set shown = m.shown & (e.mask | ${PRESENCE}), contradicted = m.contradicted & e.mask,
       ${["keys", "entries"].map((name) => `${name} = ${either(`e.mask & ${custom} <> 0`, `m.${name}`, "null")}`).join(", ")}
     from ${OF_TASK} e where e.pk = m.pk and not m.isNew`,
  );
  const named = (of: Versions): string =>
    `o.pk in (select d.pk from (${driftOf(of, "true")}) d where d.revision = ${revision} and d.mask <> 0)`;
  observeExport(database, plan, own, { own: `o.pk in (select pk from ${OF_TASK})`, named });
};

/** SQL: the open tasks that change the keys of records, or make or delete them: `pk` and `number`. @param records SQL: their numbers */
export const keyTasks = (plan: PlanSql, versions: Versions, records: string): string => {
  // an organisation without a code has its name and place
  const key = plan.kind.table.planner === undefined ? bitOf(versions, keyOf(plan).field) : ALL_CHANGED;
  return `select d.pk, c.number from (${driftOf(versions, `o.pk in (${records})`)}) d ${THEN} main.change c on c.revision = d.revision
    where d.mask & ~d.confirmed & (${key} | ${PRESENCE}) <> 0`;
};

/** Returns the columns of a kind's records that an export does not show. */
export const unseenFields = (plan: PlanSql): readonly string[] => {
  const versions = mergedWith(plan);
  if (versions === undefined) return [];
  const shown = new Set(
    plan.kind.fields.filter((field) => isStaged(plan, field)).map((field) => bitOf(versions, field.stored)),
  );
  return versions.columns.filter(({ leads, bit }) => leads && !shown.has(bit)).map(({ name }) => name);
};

/** What is open before an export of the console is taken over, and how old the mirror is. */
export interface Unsettled extends OpenTasks {
  readonly mirroredBefore: string | null;
}

/** Returns what is open before an export of the console is taken over. */
export const readUnsettled = async (reader: Reader): Promise<Unsettled> => ({
  ...(await readOpenTasks(reader)),
  mirroredBefore: await readMirrored(reader),
});

/** Returns which tasks an export of the console settled, that was just taken over. */
export const readSettled = async (reader: Reader, { mirroredBefore, open: before }: Unsettled): Promise<Settled> => {
  const { open, contradicted } = await readOpenTasks(reader);
  return {
    mirroredBefore,
    closed: [...before.keys()].filter((number) => !open.has(number)),
    contradicted: [...contradicted].filter((number) => before.has(number)),
    reopened: [...open.keys()].filter((number) => !before.has(number)),
    open: open.size,
  };
};

/** Makes a mirror as old as it was before an export of the console that is undone. Exports may be undone in any order. */
export const restoreAge = async (writer: Writer, { detail: { settled, committedAt } }: ImportRecord): Promise<void> => {
  if (settled === undefined || (await readMirrored(writer)) !== committedAt) return;
  const undone = (await listImports(writer)).filter(({ detail }) => detail.settled && detail.revertedBy !== null);
  let before = settled.mirroredBefore;
  for (const { detail } of undone) if (detail.committedAt === before) before = detail.settled?.mirroredBefore ?? null;
  await setMirrored(writer, before);
};
