import { line, step } from "../../advice/index.ts";
import type { ConsoleTask } from "../../contract/index.ts";
import { Failure } from "../../errors/index.ts";
import { getActionName } from "../../model/audit.ts";
import { FORMATS } from "../../model/formats.ts";
import { same, text } from "../../text/index.ts";
import { buildListsRecordSql } from "../audit/records.ts";
import { buildIsUndoneInMirror } from "../audit/audit-rows.ts";
import { ORDERED_JOIN } from "../store/sql/forms.ts";
import type { Reader } from "../store/store.ts";
import {
  ALL_COLUMNS_MASK,
  buildCombinedMaskSql,
  LASTING_BIT,
  getVersionTable,
  type VersionSchema,
} from "../versions/tables.ts";
import { getVersionSchema } from "../versions/keep.ts";
import type { ImportRecord } from "../plans/import-rows.ts";
import { buildThingDriftSql, isCustomFieldColumn, type OpenDrift, type RecordDrift } from "./drift.ts";
import { findFileFields } from "./exported.ts";
import { CUSTOM_FIELDS_COLUMN, OBSERVED_VERSIONS, getObservedTable } from "./observed.ts";

// The history of tasks without remaining differences. The versions of a change show the content of its task. Later
// changes show what closed the task or overwrote its values. An overwritten value no longer belongs to the task.

/**
 * SQL: the records that the changes `:revisions` wrote, with the columns `thing`, `revision`, `pk`, `action` and
 * `mask`.
 */
const SELECT_WRITTEN_RECORDS = OBSERVED_VERSIONS.map((versions) => {
  const { thing, key } = versions;
  const kept = `main.${getVersionTable(versions)}`;
  const isOfChange = "revision in (select value from json_each(:revisions))";
  // some numbers in a range may not belong to a record
  const made = `main.created_range c ${ORDERED_JOIN}`;
  const isMade = `c.thing = '${thing.name}' and c.${isOfChange}`;
  const isHere = `exists (select 1 from main.${thing.name} t where t.${key} = w.pk)`;
  return `select '${thing.name}' as thing, v.revision, v.pk, v.action, v.changed as mask from ${kept} v
      where v.${isOfChange} and v.changed <> 0
    union all select '${thing.name}', c.revision, t.${key}, 'create', ${LASTING_BIT}
      from ${made} main.${thing.name} t on t.${key} between c.first and c.last where ${isMade}
    union all select distinct '${thing.name}', c.revision, w.pk, 'create', ${LASTING_BIT}
      from ${made} ${kept} w on w.pk between c.first and c.last where ${isMade} and w.action = 'delete' and not ${isHere}`;
}).join(" union all ");

/**
 * Counts the records that were created, updated or deleted, by change and record type. @param revisions revisions of
 * the changes
 */
export const readWrittenCounts = async (
  reader: Reader,
  revisions: readonly number[],
): Promise<readonly OpenDrift[]> => {
  const rows = await reader.all(
    `select revision, thing, action, count(*) as records from (${SELECT_WRITTEN_RECORDS}) group by revision, thing, action order by 1, 2, 3`,
    { revisions: JSON.stringify(revisions) },
  );
  return rows.map((row) => ({
    revision: Number(row["revision"]),
    thing: String(row["thing"]),
    action: row["action"] as OpenDrift["action"],
    records: Number(row["records"]),
    contradicted: 0,
    unchanged: 0,
    leftOut: 0,
  }));
};

/** Returns the first records that a change wrote: deletions first, then updates, then new records. */
export const readWrittenRecords = async (
  reader: Reader,
  { revision, most }: { readonly revision: number; readonly most: number },
): Promise<readonly RecordDrift[]> => {
  const rows = await reader.all(
    `select thing, pk, action, mask from (${SELECT_WRITTEN_RECORDS}) order by thing, action <> 'delete', action = 'create', pk limit :most`,
    { revisions: JSON.stringify([revision]), most },
  );
  return rows.map((row) => ({
    thing: String(row["thing"]),
    pk: Number(row["pk"]),
    action: row["action"] as RecordDrift["action"],
    mask: Number(row["mask"]),
    contradicted: 0,
    leftOut: null,
  }));
};

/** SQL: what closed the task `:number`. An export does not count if its import was undone only in the mirror. */
const SELECT_CLOSING = `select * from (select case e.path when '$.closed' then 'export' else 'given-up' end as how, i.change
    from main.import i ${ORDERED_JOIN} json_tree(i.detail -> 'settled') e
    where e.value = :number and e.path in ('$.closed', '$.givenUp')
      and not ${buildIsUndoneInMirror("i.change")}
    order by i.change limit 1)
  union all select * from (
    select case c.writer when 'confirm' then 'confirm' else 'verify' end, c.number
    from main.change c ${ORDERED_JOIN} main.audit t on t.seq = c.number
    where c.number > :number and c.writer in ('confirm', 'console') and c.import is null and c.undoneBy is null and ${buildListsRecordSql("console_task", ":id")}
    order by c.number desc limit 1)`;

/** Returns how, when and by whom a task without remaining differences was closed. */
export const readClosing = async (
  reader: Reader,
  number: number,
): Promise<Pick<ConsoleTask, "closing" | "closedAt" | "closedBy">> => {
  const row = await reader.get(
    `select w.how, w.change, m.at, (select a.actor from audit a where a.seq = m.seq) as actor
     from (${SELECT_CLOSING}) w join main.audit m on m.seq = w.change order by w.how not in ('export', 'given-up') limit 1`,
    { number, id: String(number) },
  );
  if (row === undefined) return { closedAt: null, closedBy: null };
  const { how, change, at, actor } = row;
  return {
    closing: { how: how as NonNullable<ConsoleTask["closing"]>["how"], change: Number(change) },
    closedAt: String(at),
    closedBy: (actor ?? null) as string | null,
  };
};

/**
 * SQL: true if the change `c` is still in effect for records of a type: some of the values that it wrote were not
 * overwritten later and do not belong to another task. Only records that the acting account can see are considered,
 * because the open tasks of other records are not visible either.
 */
const buildInEffectSql = (versions: VersionSchema): string => {
  const { thing, key } = versions;
  const table = `main.${getVersionTable(versions)}`;
  const isBack = `exists (select 1 from main.created_range r
    where r.thing = '${thing.name}' and v.pk between r.first and r.last and r.revision > v.revision)`;
  const later = `coalesce((select ${buildCombinedMaskSql(versions, "w.changed")} from ${table} w where w.pk = v.pk and w.revision > v.revision), 0)`;
  const isIn = (pk: string, which: string): string =>
    `exists (select 1 from main.${getObservedTable(versions)} o where o.pk = ${pk} and o.confirmed & ${LASTING_BIT} = 0 and ${which})`;
  // an update of a record that does not exist in the console yet belongs to the task that creates the record
  const isOpen = isIn("v.pk", `(o.inConsole = 0 or v.changed & o.differs & ~o.confirmed & ~${later} <> 0)`);
  const isSeen = `exists (select 1 from ${thing.name} seen where seen.${key} = v.pk)`;
  return `exists (select 1 from ${table} v where v.revision = c.revision
      and case v.action when 'delete' then not ${isBack} and not ${isIn("v.pk", "true")}
        else v.changed & ~${later} <> 0 and ${isSeen} and not ${isOpen} end)
    or exists (select 1 from main.created_range r ${ORDERED_JOIN} ${thing.name} t on t.${key} between r.first and r.last
      where r.revision = c.revision and r.thing = '${thing.name}' and not ${isIn(`t.${key}`, "o.inConsole = 0")})`;
};

/**
 * SQL: true if some of the values that the change `c` wrote were not overwritten later and do not belong to another
 * task.
 */
export const IS_CHANGE_IN_EFFECT = `(${OBSERVED_VERSIONS.map(buildInEffectSql).join(" or ")})`;

/** Returns how many records in a change's upload file are outdated, because their values were changed later. */
export const countOutdatedRecords = (
  reader: Reader,
  { kind, detail }: ImportRecord,
  revision: number,
): Promise<number> => {
  const { thing } = FORMATS[kind];
  const versions = getVersionSchema(thing.name);
  const shown = detail.staged?.staged;
  const isOf = (column: string, field: string): boolean =>
    isCustomFieldColumn(field) ? column === CUSTOM_FIELDS_COLUMN : findFileFields(thing, column).includes(field);
  const isInFile = (column: string): boolean => shown?.some((field) => isOf(column, field)) !== false;
  const bits = versions.columns.filter(({ name, leads }) => leads && isInFile(name)).map(({ bit }) => bit);
  const table = `main.${getVersionTable(versions)}`;
  return reader.count(
    `select count(*) from (select distinct pk from (${SELECT_WRITTEN_RECORDS}) where thing = '${thing.name}' and action <> 'delete') w
     where not exists (select 1 from main.left_out l where l.revision = :revision and l.thing = '${thing.name}' and l.pk = w.pk)
       and exists (select 1 from ${table} v where v.pk = w.pk and v.revision > :revision
         and (v.action = 'delete' or v.changed & (${bits.join(" | ") || "0"}) <> 0))`,
    { revision, revisions: JSON.stringify([revision]) },
  );
};

interface LaterChange {
  /** null if the acting account cannot see the change */
  readonly number: number | null;
  readonly action: string;
}

/**
 * Returns the newest change that overwrote values of a change, if any. @param revision revision of the overwritten
 * change
 */
export const findLastRewrite = async (reader: Reader, revision: number): Promise<LaterChange | undefined> => {
  const later = OBSERVED_VERSIONS.flatMap((versions) => {
    const table = `main.${getVersionTable(versions)}`;
    const ofThing = `r.thing = '${versions.thing.name}'`;
    const own = `(select v.pk as first, v.pk as last, v.changed from ${table} v where v.revision = :revision union all
      select r.first, r.last, ${ALL_COLUMNS_MASK} from main.created_range r where r.revision = :revision and ${ofThing}) own ${ORDERED_JOIN}`;
    return [
      `select w.revision from ${own} ${table} w on w.pk between own.first and own.last
         where w.revision > :revision and own.changed & w.changed <> 0`,
      `select r.revision from ${own} main.created_range r on own.first between r.first and r.last
         where r.revision > :revision and ${ofThing}`,
    ];
  });
  const row = await reader.get(
    `select (select a.seq from audit a where a.seq = c.number) as number, m.action from main.change c
       join main.audit m on m.seq = c.number where c.revision = (select max(revision) from (${later.join(" union all ")}))`,
    { revision },
  );
  return row && { number: row["number"] === null ? null : Number(row["number"]), action: String(row["action"]) };
};

/**
 * Returns the number of the task that creates a record which the change wrote; undefined if all its records already
 * exist in the console.
 */
export const findCreationTask = async (reader: Reader, revision: number): Promise<number | undefined> => {
  const parts = OBSERVED_VERSIONS.map((versions) => {
    const written = `select v.pk from main.${getVersionTable(versions)} v where v.revision = :revision`;
    return `select d.revision, d.action from (${buildThingDriftSql(versions, `o.inConsole = 0 and o.pk in (${written})`)}) d`;
  });
  const row = await reader.get(
    `select c.number from (${parts.join(" union all ")}) d ${ORDERED_JOIN} main.change c on c.revision = d.revision
     where d.action = 'create' limit 1`,
    { revision },
  );
  return row && Number(row["number"]);
};

/**
 * Returns the failure for a change that belongs to the task that creates its records. @param creation number of that
 * task
 */
export const createPartOfCreationFailure = (number: number, creation: number): Failure => {
  const see = line("console show", [creation]);
  return new Failure("conflict", {
    what: text(
      `change ${number} is part of task ${creation}, because the console does not have the changed record yet`,
      `変更 ${number} は作業 ${creation} に含まれます。変更した対象がまだ管理画面にないためです`,
    ),
    hint: step("to see the task", "作業の確認", see),
  });
};

export const createOverwrittenTaskFailure = (number: number, by: LaterChange | undefined): Failure => {
  const { number: change = null, action = "" } = by ?? {};
  const { en, ja } = getActionName(action);
  const last =
    change === null ? same("") : text(`, most recently by change ${change} (${en})`, `(最後は変更 ${change}: ${ja})`);
  const see = line("audit show", [change ?? number]);
  return new Failure("conflict", {
    what: text(
      `task ${number} has nothing left to do, because its values were changed again later${last.en}`,
      `作業 ${number} に残っている内容はありません。値がその後に変更し直されています${last.ja}`,
    ),
    hint: step("to see the change", "変更の確認", see),
  });
};
