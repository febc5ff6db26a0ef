import { line } from "../../advice/line.ts";
import { Failure } from "../../errors/index.ts";
import { actionName } from "../../model/audit.ts";
import { same, text } from "../../text/index.ts";
import { THEN } from "../store/sql/forms.ts";
import type { Reader } from "../store/store.ts";
import { versionTable, type Versions } from "../versions/tables.ts";
import { OBSERVED } from "./observed.ts";

// What later changes wrote again is not of a change's task any more, whether they edited, undid or dropped it.

/** SQL: later versions `w` of what a version `v` has. */
const laterOf = (versions: Versions): string =>
  `main.${versionTable(versions)} w where w.pk = v.pk and w.revision > v.revision`;

/** SQL: true if something of a thing's records that the change `c` wrote was not written again since. */
const remains = (versions: Versions): string => {
  const { thing, key, columns } = versions;
  const bits = [...new Set(columns.map(({ bit }) => bit))].map((bit) => `max(w.changed & ${bit})`).join(" | ");
  const isBack = `exists (select 1 from main.created_range r
    where r.thing = '${thing.name}' and v.pk between r.first and r.last and r.revision > v.revision)`;
  return `exists (select 1 from main.${versionTable(versions)} v where v.revision = c.revision
      and case v.action when 'delete' then not ${isBack} else v.changed & ~coalesce((select ${bits} from ${laterOf(versions)}), 0) <> 0 end)
    or exists (select 1 from main.created_range r ${THEN} main.${thing.name} t on t.${key} between r.first and r.last
      where r.revision = c.revision and r.thing = '${thing.name}')`;
};

/** SQL: true if something of the change `c` was not written again since. */
export const REMAINS = `(${OBSERVED.map(remains).join(" or ")})`;

/** A change that wrote again what another one had written. */
interface LaterChange {
  /** null if whoever asks does not see it */
  readonly number: number | null;
  readonly action: string;
}

/** Returns the newest change that wrote again something of a change; undefined if none did. @param revision of the change */
export const lastRewrite = async (reader: Reader, revision: number): Promise<LaterChange | undefined> => {
  const later = OBSERVED.flatMap((versions) => {
    const table = versionTable(versions);
    const ranges = `main.created_range r`;
    const ofThing = `r.thing = '${versions.thing.name}'`;
    return [
      `select w.revision from main.${table} v ${THEN} main.${table} w on w.pk = v.pk and w.revision > v.revision
         where v.revision = :revision and v.changed & w.changed <> 0`,
      `select w.revision from ${ranges} ${THEN} main.${table} w on w.pk between r.first and r.last and w.revision > r.revision
         where r.revision = :revision and ${ofThing}`,
      `select r.revision from main.${table} v ${THEN} ${ranges} on v.pk between r.first and r.last and r.revision > v.revision
         where v.revision = :revision and ${ofThing}`,
    ];
  });
  const row = await reader.get(
    `select (select a.seq from audit a where a.seq = c.number) as number, m.action from main.change c
       join main.audit m on m.seq = c.number where c.revision = (select max(revision) from (${later.join(" union all ")}))`,
    { revision },
  );
  return row && { number: row["number"] === null ? null : Number(row["number"]), action: String(row["action"]) };
};

/** Returns the failure of a task of which later changes left nothing. @param by the newest of them */
export const nothingLeft = (number: number, by: LaterChange | undefined): Failure => {
  const name = by === undefined ? same("") : actionName(by.action);
  const last =
    by === undefined || by.number === null
      ? same("")
      : text(`, last by change ${by.number} (${name.en})`, `(最後は変更 ${by.number}: ${name.ja})`);
  const see = line("audit show", [by?.number ?? number]);
  return new Failure("conflict", {
    what: text(
      `nothing of task ${number} is left: it was changed again since${last.en}`,
      `作業 ${number} の内容は残っていません。その後に変更し直されています${last.ja}`,
    ),
    hint: text(`see it: ${see}`, `確認: ${see}`),
  });
};
