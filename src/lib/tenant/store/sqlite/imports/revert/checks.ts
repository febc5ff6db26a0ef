import type { Database, Params } from "../../database.ts";
import { seesPart } from "../../scope.ts";
import { either, quoteIdentifier, THEN } from "../../../sql/forms.ts";
import { jsonList } from "../../../sql/json.ts";
import { FORMAT_NAMES } from "../../../../../model/console-files.ts";
import { FORMATS } from "../../../../../model/formats.ts";
import type { Thing } from "../../../../../model/thing.ts";
import { countRecords } from "../compare.ts";
import { calledText, isKnown, stored, storedKeys } from "../expressions.ts";
import { proceeding } from "../functions.ts";
import type { RevertCounts } from "../../../imports/engine.ts";
import type { ImportRecord } from "../../../imports/record.ts";
import {
  before,
  changes,
  CREATED,
  createdBy,
  differs,
  findLater,
  isKept,
  isMade,
  joinVersions,
  left,
  made,
  params,
  releasedIn,
  type Committed,
} from "../history/committed.ts";
import {
  hasFormer,
  wasTable,
  type StoredKind,
  type StoredReference,
  type Table,
  type Undoing,
} from "../stored-kind.ts";
import { kindNamed } from "../tables.ts";
import { lostBy } from "./lost.ts";
import {
  belowItself,
  changedSince,
  gone,
  inUse,
  noneOfYours,
  lostSince,
  protectedSince,
  renamed,
  takenSince,
  type InTheWay,
  type Touched,
} from "./refusals.ts";

const countMade = (database: Database, reverted: Committed): number =>
  database.count(`select count(*) from (${made(reverted.kind)}) made`, params(reverted));

const countRevert = (database: Database, reverted: Committed): Omit<RevertCounts, "lost"> => {
  const count = (action: string): number =>
    database.count(`select count(*) from (${changes(reverted.kind)}) c where c.action = :action`, {
      ...params(reverted),
      action,
    });
  return {
    recordsBefore: countRecords(database, reverted.kind),
    create: count("delete"),
    update: count("update"),
    delete: countMade(database, reverted),
    wipes: reverted.kind.table.countWipes?.(database, undoingOf(reverted)),
  };
};

/** Maximum number of records that a refusal names. */
const MOST_NAMED = 3;

/** Records as SQL. */
interface Found {
  /** what people call one */
  readonly called: string;
  /** the rows, from `from` on */
  readonly from: string;
  /** maximum number of those that are named */
  readonly most?: number | undefined;
}

/** Records of a thing; undefined if there are none. */
export const inTheWay = (
  database: Database,
  thing: Thing,
  { called, from, most = MOST_NAMED }: Found,
  values: Params,
): InTheWay | undefined => {
  const first = database.all(`select ${called} as name ${from} limit ${most}`, values);
  if (first.length === 0) return undefined;
  const names = first.map(({ name }) => String(name));
  return { thing, count: database.count(`select count(*) ${from}`, values), names };
};

/** SQL: the records `e` that the import changed or created, with what it left (`l` or `t`), and as they are now (`t`). */
const written = (kind: StoredKind): string =>
  `from (select :pk as import, pk from ${wasTable(kind)} where import = :pk and action = 'update'
     union all select :pk, t.pk from ${kind.thing.name} t where ${isMade("t.pk")}
     union all select :pk, pk from temp.later where import = :pk and ${isMade("pk")}
       and not exists (select 1 from ${kind.thing.name} t where t.pk = later.pk)) e ${joinVersions(kind)}`;

/** SQL: true if others than imports changed a record since, whatever its values: what the import left is not kept then. */
const IS_BY_HAND =
  "t.pk is not null and coalesce(case when x.next is null then t.revision else l.revision end, :revision) <> :revision";

/** SQL: true if a record is not as the import left it. What others than imports changed is told by its revision. */
const isTouched = (kind: StoredKind): string =>
  `${proceeding("e.pk")} and case when x.next is null then t.revision is distinct from :revision
     when t.pk is null or coalesce(l.revision, :revision) <> :revision then true
     else ${kind.fields.map((field) => differs(field, left, stored)).join(" or ")} end`;

/** The first record that is not as the import left it; undefined if all are. */
const firstTouched = (database: Database, reverted: Committed): Touched | undefined => {
  const { kind } = reverted;
  const fields = jsonList(
    kind.fields.map((field) => either(differs(field, left, stored), `',"${field.field}"'`, "''")),
  );
  const { namedBy = "name" } = kind.thing;
  // of what is seen no more nothing is known but what it was before
  const former = (column: string): string => either(`${left(namedBy)} is null`, before(column), left(column));
  const name = calledText(kind.thing, (column) => either("t.pk is null", former(column), stored(column)));
  const first = database.get(
    `select e.pk, t.id, ${name} as name, t.pk is null as gone, ${IS_BY_HAND} as byHand, ${fields} as fields ${written(kind)}
     where ${isTouched(kind)} limit 1`,
    params(reverted),
  );
  if (first === undefined) return undefined;
  const by = database.get(
    `select i.change from import i ${THEN} ${wasTable(kind)} w on w.import = i.pk and w.pk = :record
     where i.revision > :revision and i.detail ->> 'reverts' is null and i.detail ->> 'revertedBy' is null
       and (w.action = 'delete' or not :gone)
     order by i.revision desc limit 1`,
    { ...params(reverted), record: first["pk"] ?? null, gone: first["gone"] ?? null },
  );
  const headers = (JSON.parse(String(first["fields"])) as readonly string[]).map((field) => headerOf(kind, field));
  return {
    name: String(first["name"]),
    gone: first["gone"] === 1,
    hasLeft: first["gone"] === 1 && by === undefined && seesPart(database),
    fields: first["gone"] === 1 ? [] : headers,
    byHand: first["byHand"] === 1 ? String(first["id"]) : undefined,
    by: by === undefined ? undefined : Number(by["change"]),
    count: database.count(`select count(*) ${written(kind)} where ${isTouched(kind)}`, params(reverted)),
  };
};

const headerOf = ({ format, thing }: StoredKind, field: string): string =>
  format.columns.find((column) => column.field === field)?.header ?? thing.fields[field]?.label?.ja ?? field;

const countCreated = (database: Database, { pk }: Committed, { name }: Thing): number =>
  database.count(`select count(*) from (${CREATED}) created`, { pk, entity: name });

/** The records of another thing that the import created, as if an import of that thing had; undefined if it has no files. */
const createdAs = (database: Database, reverted: Committed, { thing }: Table): Committed | undefined => {
  const format = FORMAT_NAMES.find((name) => FORMATS[name].thing === thing);
  if (format === undefined) return undefined;
  const number = (which: "min" | "max"): number =>
    database.count(`select ${which}(target) from (${CREATED}) created`, { pk: reverted.pk, entity: thing.name });
  return { ...reverted, kind: kindNamed(format), madeAfter: number("min") - 1, madeUpTo: number("max") };
};

/** @param newcomers number of records the import created */
const checkUntouched = (database: Database, reverted: Committed, newcomers: number): void => {
  findLater(database, reverted);
  const touched = firstTouched(database, reverted);
  if (touched !== undefined) throw changedSince(reverted.kind.thing, reverted.change, touched);
  if (countMade(database, reverted) !== newcomers) throw lostSince();
};

/** An import neither deletes an administrator nor changes what is his alone; nor does its undoing. */
const checkProtected = (database: Database, reverted: Committed): void => {
  const { thing, fields, isProtected, inScope } = reverted.kind;
  if (thing.protects === undefined) return;
  const { present, keeps } = thing.protects;
  const own = fields.filter(({ field }) => keeps?.fields.includes(field) === true);
  const changed = [
    ...(present === undefined ? [] : ["true"]),
    ...own.map(({ stored: column }) => `${before(column)} is distinct from ${stored(column)}`),
  ];
  const from = `from ${thing.name} t left join ${wasTable(reverted.kind)} c on c.import = :pk and c.pk = t.pk
    where ${inScope} and ${isProtected} and (${isMade("t.pk")} or c.pk is not null and (${changed.join(" or ") || "false"}))`;
  const found = inTheWay(database, thing, { called: calledText(thing), from }, params(reverted));
  if (found !== undefined) throw protectedSince(found, reverted.change, reverted.kind.format.app);
};

/** Records to be removed may be referred to only by those of the import itself. @param removed SQL of their numbers */
const checkHeld = (database: Database, reverted: Committed, { thing, heldBy = [] }: Table, removed: string): void => {
  for (const { thing: holder, column, rows = holder.name } of heldBy) {
    const own =
      holder === reverted.kind.thing ? `(${isMade("t.pk")} or ${isKept(reverted.kind, "t.pk", "update")})` : "false";
    const from = `from ${rows} t where ${stored(column)} in (${removed}) and not ${own} order by t.pk`;
    const values = { ...params(reverted), entity: thing.name };
    const users = inTheWay(database, holder, { called: calledText(holder), from }, values);
    if (users !== undefined) throw inUse(users, thing);
  }
};

/** SQL: true if the undoing neither removes nor restores the record. @param pk SQL of its number */
const isOther = (kind: StoredKind, pk: string): string => `not ${isMade(pk)} and not ${isKept(kind, pk)}`;

const undoingOf = (reverted: Committed): Undoing => ({
  restored: changes(reverted.kind),
  isOther: (pk) => isOther(reverted.kind, pk),
  values: params(reverted),
});

/** SQL: joins to a record as it was, `c`, whoever has one of its unique values by now, `t`; for each such field. */
export const holdersOf = ({ thing, claims, fixed }: StoredKind) => {
  const scope = thing.scope === undefined ? "true" : `t.${thing.scope} = c.${thing.scope}`;
  return [
    ...claims.map(({ field, own, key, table, record }) => ({
      field: field.field,
      join: own
        ? `${THEN} ${thing.name} t on ${key("t")} = ${key("c")}`
        : `${THEN} json_each(${storedKeys(field, before)}) e ${THEN} ${table} k on ${key("k")} = e.value
           ${THEN} ${thing.name} t on t.pk = k.${record}`,
    })),
    // by which a row meets its record to the letter
    ...(fixed === undefined
      ? []
      : [{ field: fixed, join: `${THEN} ${thing.name} t on ${scope} and ${stored(fixed)} = ${before(fixed)}` }]),
  ];
};

/** Unique values to be restored may by now be those of another record. */
const checkTaken = (database: Database, reverted: Committed): void => {
  const { kind } = reverted;
  const { thing } = kind;
  for (const { field, join } of holdersOf(kind)) {
    const holder = database.get(
      `select ${calledText(thing)} as name from (${changes(kind)}) c ${join} where ${isOther(kind, "t.pk")} limit 1`,
      params(reverted),
    );
    if (holder !== undefined) throw takenSince(thing, String(holder["name"]), headerOf(kind, field));
  }
};

/** What records to be restored refer to may be gone by now. */
const checkThere = (database: Database, reverted: Committed): void => {
  const { kind } = reverted;
  for (const { field, table } of kind.references) {
    if (field.merge !== "reference") continue;
    const { thing: named } = table;
    const [column, was] = [before(field.stored), wasTable({ thing: named })];
    // null is not in an empty table either
    const there = [
      `exists (select 1 from ${named.name} n where n.pk = ${column})`,
      // what the same import deleted comes back first
      ...(hasFormer(named) ? [isKept({ thing: named }, column, "delete")] : []),
    ];
    const dangling = `from (${changes(kind)}) c where ${column} is not null and not (${there.join(" or ")})`;
    const first = database.get(`select ${column} as pk ${dangling} limit 1`, params(reverted));
    if (first === undefined) continue;
    const missing = { ...params(reverted), missing: first["pk"] ?? null };
    const from = `${dangling} and ${column} = :missing`;
    const users = inTheWay(database, kind.thing, { called: calledText(kind.thing, before), from }, missing);
    const last = database.get(
      `select ${calledText(named, before)} as name, i.change as by, i.detail ->> 'reverts' is not null as undo
       from import i ${THEN} ${was} c on c.import = i.pk and c.pk = :missing
       where c.action = 'delete' and i.detail ->> 'revertedBy' is null order by i.revision desc limit 1`,
      missing,
    );
    if (users !== undefined && last === undefined && seesPart(database)) throw noneOfYours(users, named);
    if (users !== undefined) {
      throw gone(users, {
        thing: named,
        name: last === undefined ? undefined : String(last["name"]),
        by: last === undefined ? undefined : Number(last["by"]),
        isUndo: last?.["undo"] === 1,
        app: undefined,
      });
    }
  }
};

/** Names in lists: of what the import created, that others have by now; of what records to be restored had, and is gone. */
const checkNamed = (database: Database, reverted: Committed): void => {
  const { kind } = reverted;
  const { thing, inScope } = kind;
  for (const reference of kind.references) {
    const { field, refers, table: set, keys } = reference;
    if (field.merge !== "list") continue;
    const values = { ...params(reverted), entity: refers.to };
    if (countCreated(database, reverted, set.thing) > 0) {
      const names = `select ${keys.key("n")} from ${set.thing.name} n where n.pk in (${CREATED})`;
      const from = `from ${thing.name} t where ${inScope} and ${isOther(kind, "t.pk")} and ${proceeding("t.pk")}
        and exists (select 1 from json_each(${storedKeys(field)}) e where e.value in (${names})) order by t.pk`;
      const users = inTheWay(database, thing, { called: calledText(thing), from }, values);
      if (users !== undefined) throw inUse(users, set.thing);
    }
    checkNamesThere(database, reverted, reference);
  }
};

const checkNamesThere = (database: Database, reverted: Committed, reference: StoredReference): void => {
  const { kind } = reverted;
  const { field, table } = reference;
  const missing = `from (${changes(kind)}) c, json_each(${storedKeys(field, before)}) e
    where not ${isKnown(reference, "e.value")}`;
  const first = database.get(
    `select e.value as key, ${before(field.stored)} ->> e.key as name ${missing} limit 1`,
    params(reverted),
  );
  if (first === undefined) return;
  const called = calledText(kind.thing, before);
  const values = { ...params(reverted), missing: String(first["key"]) };
  const users = inTheWay(database, kind.thing, { called, from: `${missing} and e.value = :missing` }, values);
  if (users !== undefined) {
    const name = String(first["name"]);
    const now = renamedTo(database, reverted, reference, name);
    const { app } = kind.format;
    if (now !== undefined && app !== undefined) throw renamed(users, { thing: table.thing, name, now, app });
    throw gone(users, { thing: table.thing, name, by: undefined, isUndo: false, app });
  }
};

/** What a record is called by now that had a name; undefined if none of today had it, as far as the audit tells. */
const renamedTo = (
  database: Database,
  reverted: Committed,
  { refers, table: { thing } }: StoredReference,
  name: string,
): string | undefined => {
  const scope = thing.scope === undefined ? "true" : `n.${thing.scope} = :kind`;
  const found = database.get(
    `select n.${quoteIdentifier(refers.by)} as now from audit a join json_each(a.record -> 'objects') o
       join ${thing.name} n on n.id = o.value ->> 'id' and ${scope}
     where instr(a.record, :text) > 0 and json_valid(a.record) and o.value ->> 'thing' = '${thing.name}'
       and a.record -> 'before' ->> '${refers.by}' = :name
     order by a.seq desc limit 1`,
    { ...params(reverted), name, text: JSON.stringify(name).slice(1, -1) },
  );
  return found === undefined ? undefined : String(found["now"]);
};

/** Records of a tree would be below themselves, as others were moved in the meantime. */
const checkTree = (database: Database, reverted: Committed): void => {
  const { kind } = reverted;
  for (const { field, table } of kind.references) {
    if (table.thing !== kind.thing) continue;
    const [parent, was] = [quoteIdentifier(field.stored), wasTable(kind)];
    const ring = database.get(
      `with recursive up(start, pk) as (
         select c.pk, ${before(field.stored)} from (${changes(kind)}) c where ${before(field.stored)} is not null
         union select u.start, case when k.pk is null then t.${parent} else k.${parent} end from up u
           left join ${was} k on k.import = :pk and k.pk = u.pk left join ${kind.thing.name} t on t.pk = u.pk
         where u.pk is not null and u.pk <> u.start)
       select ${calledText(kind.thing, before)} as name, ${calledText(kind.thing, (column) => `coalesce(${stored(column)}, p.${quoteIdentifier(column)})`)} as above
       from up u join ${was} c on c.import = :pk and c.pk = u.start left join ${kind.thing.name} t on t.pk = ${before(field.stored)}
         left join ${was} p on p.import = :pk and p.pk = ${before(field.stored)}
       where u.pk = u.start limit 1`,
      params(reverted),
    );
    if (ring !== undefined) throw belowItself(kind.thing, String(ring["name"]), String(ring["above"]));
  }
};

/**
 * Checks that an import can be undone: every record that it wrote is as it left it, nobody needs what it created, and
 * what comes back finds its unique values free and all that it refers to.
 *
 * @param newcomers number of records the import created
 * @throws Failure `conflict`, with the record in the way
 */
export const checkRevertible = (database: Database, reverted: Committed, newcomers: number): void => {
  checkProtected(database, reverted);
  checkUntouched(database, reverted, newcomers);
  // who refers to what is found by a scan of them all
  if (newcomers > 0) checkHeld(database, reverted, reverted.kind.table, made(reverted.kind));
  for (const { table } of createdBy(reverted)) {
    const count = countCreated(database, reverted, table.thing);
    if (count === 0) continue;
    const created = createdAs(database, reverted, table);
    if (created !== undefined) checkUntouched(database, created, count);
    checkHeld(database, reverted, table, CREATED);
  }
  checkTaken(database, reverted);
  checkThere(database, reverted);
  checkNamed(database, reverted);
  checkTree(database, reverted);
  reverted.kind.table.checkUndone?.(database, undoingOf(reverted));
  const released = releasedIn(database, reverted);
  if (released !== undefined) checkRevertible(database, released, 0);
};

/**
 * The counts of a revert.
 *
 * @param reverted what is undone
 * @throws Failure `conflict` if it is no longer possible
 */
export const planRevert = (database: Database, original: ImportRecord, reverted: Committed): RevertCounts => {
  checkRevertible(database, reverted, original.detail.counts?.create ?? 0);
  const released = releasedIn(database, reverted);
  return {
    ...countRevert(database, reverted),
    ...(released !== undefined && { released: countRevert(database, released).update }),
    lost: lostBy(database, original),
  };
};
