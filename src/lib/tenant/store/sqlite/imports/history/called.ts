import { either, THEN } from "../../../sql/forms.ts";
import type { Database } from "../../database.ts";
import { shownReference } from "../expressions.ts";
import { proceeding } from "../functions.ts";
import { hasFormer, wasTable, type StoredKind, type StoredReference } from "../stored-kind.ts";
import { auditedBefore } from "./by-hand.ts";

// What records were called, that others refer to, when an import was committed: its file called them so, and so does the
// console when the import is done there.

/** SQL: what a record is called in a cell that names it; by its name if it has nothing else. */
const calledIn = ({ refers, table: { thing } }: StoredReference): string =>
  thing.fields[refers.by]?.type === "texts"
    ? `${refers.by} ->> 0`
    : `coalesce(${refers.by}, ${thing.namedBy ?? "name"})`;

/** SQL: the same where it may have a place: without a code it is called by that. @param w alias of its table */
const calledOrPlace = ({ refers, table: { thing, planner } }: StoredReference, w: string): string => {
  if (thing.fields[refers.by]?.type === "texts") return `${w}.${refers.by} ->> 0`;
  const place = planner === undefined ? `${w}.${thing.namedBy ?? "name"}` : planner.called(`${w}.pk`);
  return `coalesce(${w}.${refers.by}, ${place})`;
};

/**
 * SQL: what a record was called that a field refers to: one value, whatever files called it.
 *
 * @param of SQL of its number, and whether as it was before the import
 */
export const called = (
  kind: StoredKind,
  reference: StoredReference,
  { pk, isBefore }: { readonly pk: string; readonly isBefore: boolean },
): string => {
  const { thing, planner } = reference.table;
  const then = `(select n.called from temp.called_then n where n.import = e.import and n.thing = '${thing.name}' and n.pk = ${pk})`;
  const own = `(select ${calledOrPlace(reference, "w")} from ${wasTable({ thing })} w where w.import = e.import and w.pk = ${pk})`;
  const now =
    planner === undefined
      ? [`(select ${calledIn(reference)} from ${thing.name} where pk = ${pk})`]
      : [shownReference(reference, pk), planner.called(pk)];
  const last = `(select ${calledIn(reference)} from import i ${THEN} ${wasTable({ thing })} w on w.import = i.pk and w.pk = ${pk}
    where w.action = 'delete' order by i.revision desc limit 1)`;
  const gone = planner !== undefined && thing === kind.thing ? [calledBefore(pk)] : [];
  const ways = [
    ...(isBefore && thing === kind.thing ? [own] : []),
    ...(isBefore ? gone : []),
    then,
    ...now,
    ...(hasFormer(thing) ? [last] : []),
  ];
  return either(`${pk} is null`, "null", `coalesce(${ways.join(", ")})`);
};

/** SQL: what a record of an event `e` was called before it, without its key; of things that are planned as a whole. @param pk SQL of its number */
export const calledBefore = (pk: string): string =>
  `(select b.called from temp.called_before b where b.import = e.import and b.pk = ${pk})`;

/** Makes an empty `temp.called_then`, and an empty `temp.called_before`. */
export const clearCalled = (database: Database): void => {
  database.exec(`create temp table if not exists called_before (import integer, pk integer, called text,
    primary key (import, pk)) without rowid`);
  database.exec("delete from temp.called_before");
  database.exec(`create temp table if not exists called_then (import integer, thing text, pk integer, called text,
    primary key (import, thing, pk)) without rowid`);
  database.exec("delete from temp.called_then");
};

/** Fills `temp.called_then` with what records were called as an import was committed, of those that were changed since. */
export const findCalled = (database: Database, kind: StoredKind, by: number): void => {
  for (const [pk, called] of deletedBy(database, kind, by))
    database.run("insert into temp.called_before values (:by, :pk, :called)", { by, pk, called });
  for (const reference of kind.references) {
    if (reference.field.merge !== "reference" || !hasFormer(reference.table.thing)) continue;
    keptSince(database, reference, by);
    toldSince(database, reference, by);
  }
};

/** What the records were called without their keys that an import deleted, of things that are planned as a whole. */
const deletedBy = (database: Database, kind: StoredKind, by: number): readonly (readonly [number, string])[] => {
  const { planner } = kind.table;
  if (planner === undefined) return [];
  const rows = database.all(`select pk from ${wasTable(kind)} where import = :by and action = 'delete'`, { by });
  if (rows.length === 0) return [];
  const changes = auditedBefore(database, kind.thing, changeOf(database, by));
  const all = planner.calledBefore(database, by, { changes, commitOf: (one) => changeOf(database, one) });
  return rows.flatMap(({ pk }) => {
    const called = all.get(Number(pk));
    return called === undefined ? [] : [[Number(pk), called] as const];
  });
};

/** The number of an import's change; 0 of one that is not seen. @param by the number of its plan */
const changeOf = (database: Database, by: number): number =>
  Number(database.get("select change from import where pk = :by", { by })?.["change"] ?? 0);

/** What the next import kept that changed such a record. */
const keptSince = (database: Database, reference: StoredReference, by: number): void => {
  const { thing } = reference.table;
  database.run(
    `insert into temp.called_then select :by, '${thing.name}', pk, called from (
       select w.pk, ${calledOrPlace(reference, "w")} as called, min(i.revision)
       from import o ${THEN} import i on i.revision > o.revision ${THEN} ${wasTable({ thing })} w on w.import = i.pk
       where o.pk = :by and ${proceeding("w.pk")} group by w.pk) first where called is not null`,
    { by },
  );
};

/** What the audit has of the first change by hand, where that was before it. */
const toldSince = (database: Database, { refers, table: { thing } }: StoredReference, by: number): void => {
  const since = changeOf(database, by);
  const told = new Set<string>();
  for (const { seq, record } of auditedBefore(database, thing, since)) {
    const id = String(record["id"]);
    const { [refers.by]: value, path } = record;
    const [first] = Array.isArray(value) ? (value as readonly unknown[]) : [value ?? path];
    if (told.has(id) || typeof first !== "string") continue;
    told.add(id);
    const row = database.get(
      `select r.pk, (select i.pk from import o ${THEN} import i on i.revision > o.revision
           ${THEN} ${wasTable({ thing })} w on w.import = i.pk and w.pk = r.pk where o.pk = :by order by i.revision limit 1) as next
       from (select pk from ${thing.name} where id = :id union select pk from ${wasTable({ thing })} where id = :id) r`,
      { by, id },
    );
    if (row === undefined) continue;
    const { pk = null, next = null } = row;
    if (next !== null && changeOf(database, Number(next)) < seq) continue;
    database.run(
      `insert into temp.called_then values (:by, '${thing.name}', :pk, :called)
       on conflict do update set called = excluded.called`,
      { by, pk, called: first },
    );
  }
};
