import { line, step } from "../../advice/index.ts";
import type { ConsoleTask } from "../../contract/index.ts";
import { Failure } from "../../errors/index.ts";
import { actionName } from "../../model/audit.ts";
import { FORMATS } from "../../model/formats.ts";
import { same, text } from "../../text/index.ts";
import { isAbout } from "../audit/records.ts";
import { isUndoneInMirror } from "../audit/audit-rows.ts";
import { THEN } from "../store/sql/forms.ts";
import type { Reader } from "../store/store.ts";
import { ALL_CHANGED, joinedBits, LASTING_BIT, versionTable, type Versions } from "../versions/tables.ts";
import { versionsOf } from "../versions/keep.ts";
import type { ImportRecord } from "../plans/import-rows.ts";
import { driftOf, isCustomField, type OpenDrift, type RecordDrift } from "./drift.ts";
import { fileFields } from "./exported.ts";
import { CUSTOM, OBSERVED, observedTable } from "./observed.ts";

// What became of a task of which nothing differs any more: what it was follows from the versions of its change; what closed it,
// or wrote it again, from what was done since. What was written again is not of the task any more.

/** SQL: the records that the changes `:revisions` wrote: `thing`, `revision`, `pk`, `action`, `mask`. */
const WRITTEN = OBSERVED.map((versions) => {
  const { thing, key } = versions;
  const kept = `main.${versionTable(versions)}`;
  const isOfChange = "revision in (select value from json_each(:revisions))";
  // some numbers of a range have no record
  const made = `main.created_range c ${THEN}`;
  const isMade = `c.thing = '${thing.name}' and c.${isOfChange}`;
  const isHere = `exists (select 1 from main.${thing.name} t where t.${key} = w.pk)`;
  return `select '${thing.name}' as thing, v.revision, v.pk, v.action, v.changed as mask from ${kept} v
      where v.${isOfChange} and v.changed <> 0
    union all select '${thing.name}', c.revision, t.${key}, 'create', ${LASTING_BIT}
      from ${made} main.${thing.name} t on t.${key} between c.first and c.last where ${isMade}
    union all select distinct '${thing.name}', c.revision, w.pk, 'create', ${LASTING_BIT}
      from ${made} ${kept} w on w.pk between c.first and c.last where ${isMade} and w.action = 'delete' and not ${isHere}`;
}).join(" union all ");

/** Returns what changes did to how many records, by changes and things. @param revisions of the changes */
export const readWork = async (reader: Reader, revisions: readonly number[]): Promise<readonly OpenDrift[]> => {
  const rows = await reader.all(
    `select revision, thing, action, count(*) as records from (${WRITTEN}) group by revision, thing, action order by 1, 2, 3`,
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

/** Returns the first records that a change wrote; deletions first, then changes, then new ones. */
export const readWorkRecords = async (
  reader: Reader,
  { revision, most }: { readonly revision: number; readonly most: number },
): Promise<readonly RecordDrift[]> => {
  const rows = await reader.all(
    `select thing, pk, action, mask from (${WRITTEN}) order by thing, action <> 'delete', action = 'create', pk limit :most`,
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

/** SQL: what closed the task `:number`. An export that was not the console's closed none. */
const CLOSING = `select * from (select case e.path when '$.closed' then 'export' else 'given-up' end as how, i.change
    from main.import i ${THEN} json_tree(i.detail -> 'settled') e
    where e.value = :number and e.path in ('$.closed', '$.givenUp')
      and not ${isUndoneInMirror("i.change")}
    order by i.change limit 1)
  union all select * from (
    select case c.writer when 'confirm' then 'confirm' else 'verify' end, c.number
    from main.change c ${THEN} main.audit t on t.seq = c.number
    where c.number > :number and c.writer in ('confirm', 'console') and c.import is null and c.undoneBy is null and ${isAbout("console_task", ":id")}
    order by c.number desc limit 1)`;

/** Returns how a task was closed of which nothing differs any more, when, and by whom. */
export const readClosing = async (
  reader: Reader,
  number: number,
): Promise<Pick<ConsoleTask, "closing" | "closedAt" | "closedBy">> => {
  const row = await reader.get(
    `select w.how, w.change, m.at, (select a.actor from audit a where a.seq = m.seq) as actor
     from (${CLOSING}) w join main.audit m on m.seq = w.change order by w.how not in ('export', 'given-up') limit 1`,
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
 * SQL: true if something of a thing's records that the change `c` wrote was not written again since. Who asks may see only some of
 * the records, and not what is open of the others.
 */
const remains = (versions: Versions): string => {
  const { thing, key } = versions;
  const table = `main.${versionTable(versions)}`;
  const isBack = `exists (select 1 from main.created_range r
    where r.thing = '${thing.name}' and v.pk between r.first and r.last and r.revision > v.revision)`;
  const later = `coalesce((select ${joinedBits(versions, "w.changed")} from ${table} w where w.pk = v.pk and w.revision > v.revision), 0)`;
  const isIn = (pk: string, which: string): string =>
    `exists (select 1 from main.${observedTable(versions)} o where o.pk = ${pk} and o.confirmed & ${LASTING_BIT} = 0 and ${which})`;
  // what was changed of a record that the console lacks is of the task to create it
  const isOpen = isIn("v.pk", `(o.inConsole = 0 or v.changed & o.differs & ~o.confirmed & ~${later} <> 0)`);
  const isSeen = `exists (select 1 from ${thing.name} seen where seen.${key} = v.pk)`;
  return `exists (select 1 from ${table} v where v.revision = c.revision
      and case v.action when 'delete' then not ${isBack} and not ${isIn("v.pk", "true")}
        else v.changed & ~${later} <> 0 and ${isSeen} and not ${isOpen} end)
    or exists (select 1 from main.created_range r ${THEN} ${thing.name} t on t.${key} between r.first and r.last
      where r.revision = c.revision and r.thing = '${thing.name}' and not ${isIn(`t.${key}`, "o.inConsole = 0")})`;
};

/** SQL: true if something of the change `c` was not written again since, and is of no other task. */
export const REMAINS = `(${OBSERVED.map(remains).join(" or ")})`;

/** Returns the number of records in the upload file of a change of which something was changed since that the file has. */
export const countOutdated = (reader: Reader, { kind, detail }: ImportRecord, revision: number): Promise<number> => {
  const { thing } = FORMATS[kind];
  const versions = versionsOf(thing.name);
  const shown = detail.staged?.staged;
  const isOf = (column: string, field: string): boolean =>
    isCustomField(field) ? column === CUSTOM : fileFields(thing, column).includes(field);
  const isInFile = (column: string): boolean => shown?.some((field) => isOf(column, field)) !== false;
  const bits = versions.columns.filter(({ name, leads }) => leads && isInFile(name)).map(({ bit }) => bit);
  const table = `main.${versionTable(versions)}`;
  return reader.count(
    `select count(*) from (select distinct pk from (${WRITTEN}) where thing = '${thing.name}' and action <> 'delete') w
     where not exists (select 1 from main.left_out l where l.revision = :revision and l.thing = '${thing.name}' and l.pk = w.pk)
       and exists (select 1 from ${table} v where v.pk = w.pk and v.revision > :revision
         and (v.action = 'delete' or v.changed & (${bits.join(" | ") || "0"}) <> 0))`,
    { revision, revisions: JSON.stringify([revision]) },
  );
};

/** A change that wrote again what another one had written. */
interface LaterChange {
  /** null if whoever asks does not see it */
  readonly number: number | null;
  readonly action: string;
}

/** Returns the newest change that wrote again something of a change; undefined if none did. @param revision of the change */
export const lastRewrite = async (reader: Reader, revision: number): Promise<LaterChange | undefined> => {
  const later = OBSERVED.flatMap((versions) => {
    const table = `main.${versionTable(versions)}`;
    const ofThing = `r.thing = '${versions.thing.name}'`;
    const own = `(select v.pk as first, v.pk as last, v.changed from ${table} v where v.revision = :revision union all
      select r.first, r.last, ${ALL_CHANGED} from main.created_range r where r.revision = :revision and ${ofThing}) own ${THEN}`;
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

/** Returns the number of the task that creates one of the records of a change; undefined if the console has them all. */
export const creationOf = async (reader: Reader, revision: number): Promise<number | undefined> => {
  const parts = OBSERVED.map((versions) => {
    const written = `select v.pk from main.${versionTable(versions)} v where v.revision = :revision`;
    return `select d.revision, d.action from (${driftOf(versions, `o.inConsole = 0 and o.pk in (${written})`)}) d`;
  });
  const row = await reader.get(
    `select c.number from (${parts.join(" union all ")}) d ${THEN} main.change c on c.revision = d.revision
     where d.action = 'create' limit 1`,
    { revision },
  );
  return row && Number(row["number"]);
};

/** Returns the failure of a change that is of the task to create what it wrote. @param creation the number of that */
export const ofCreation = (number: number, creation: number): Failure => {
  const see = line("console show", [creation]);
  return new Failure("conflict", {
    what: text(
      `change ${number} is part of task ${creation}: the console does not have what it changed yet`,
      `変更 ${number} は作業 ${creation} に含まれます。変更したものがまだ管理画面にないためです`,
    ),
    hint: step("see it", "確認", see),
  });
};

/** Returns the failure of a task of which later changes left nothing. @param by the newest of them */
export const nothingLeft = (number: number, by: LaterChange | undefined): Failure => {
  const { number: change = null, action = "" } = by ?? {};
  const { en, ja } = actionName(action);
  const last = change === null ? same("") : text(`, last by change ${change} (${en})`, `(最後は変更 ${change}: ${ja})`);
  const see = line("audit show", [change ?? number]);
  return new Failure("conflict", {
    what: text(
      `nothing of task ${number} is left: it was changed again since${last.en}`,
      `作業 ${number} の内容は残っていません。その後に変更し直されています${last.ja}`,
    ),
    hint: step("see it", "確認", see),
  });
};
