import type { ConsoleTask } from "../../contract/index.ts";
import { member } from "../store/audit-records.ts";
import { THEN } from "../store/sql/forms.ts";
import type { Reader } from "../store/store.ts";
import { LASTING_BIT, versionTable } from "../versions/tables.ts";
import type { OpenDrift, RecordDrift } from "./drift.ts";
import { OBSERVED } from "./observed.ts";

// Nothing of a closed task differs any more. What it was follows from the versions of its change, and what closed it from
// what was done since.

type Closing = NonNullable<ConsoleTask["closing"]>;

/** How a task was closed, when, and by whom. */
type Closed = Pick<ConsoleTask, "closing" | "closedAt" | "closedBy">;

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

/** SQL: the exports that closed the task `:number`. An export that was not the console's closed none. */
const CLOSINGS = `
  select i.change as number from main.import i
    where exists (select 1 from json_each(i.detail -> 'settled' -> 'closed') e where e.value = :number)
      and not exists (select 1 from main.import r where r.id = i.detail ->> 'revertedBy' and r.detail ->> 'mirrorOnly')
  order by 1 limit 1`;

/** SQL: the last confirmation or verification of the task `:number`. */
const CONFIRMING = `select t.action, t.seq as number from main.audit t
  where t.action in ('console.confirm', 'imports.verify') and exists (select 1 from json_each(${member("-> 'objects'")}) e
    where e.value ->> 'thing' = 'console_task' and e.value ->> 'id' = :number)
  order by t.seq desc limit 1`;

/** Returns how a task was closed of which nothing differs any more. */
export const readClosing = async (reader: Reader, number: number): Promise<Closed> => {
  const closing = await findClosing(reader, number);
  if (closing === undefined) return { closedAt: null, closedBy: null };
  const row = await reader.get(
    `select m.at, (select a.actor from audit a where a.seq = m.seq) as actor from main.audit m where m.seq = :change`,
    { change: closing.change },
  );
  return {
    closing,
    closedAt: row === undefined ? null : String(row["at"]),
    closedBy: (row?.["actor"] ?? null) as string | null,
  };
};

const findClosing = async (reader: Reader, number: number): Promise<Closing | undefined> => {
  const exported = await reader.get(CLOSINGS, { number });
  if (exported !== undefined) return { how: "export", change: Number(exported["number"]) };
  const confirmed = await reader.get(CONFIRMING, { number: String(number) });
  if (confirmed === undefined) return undefined;
  return { how: confirmed["action"] === "imports.verify" ? "verify" : "confirm", change: Number(confirmed["number"]) };
};
