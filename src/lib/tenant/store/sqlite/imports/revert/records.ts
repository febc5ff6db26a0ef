import type { Database, Params } from "../../database.ts";
import { either, quoteIdentifier, THEN } from "../../../sql/forms.ts";
import { jsonList } from "../../../sql/json.ts";
import type { Failure } from "../../../../../errors/index.ts";
import type { Thing } from "../../../../../model/thing.ts";
import { changeable, claimStored, columnsOf, keeping, releaseOf } from "../commit.ts";
import { countRecords } from "../compare.ts";
import { calledText, isKnown, stored, storedKeys } from "../expressions.ts";
import { forNumbers, proceeding } from "../functions.ts";
import type { RevertCounts } from "../../../imports/engine.ts";
import type { ImportRecord } from "../../../imports/record.ts";
import {
  changes,
  committedOf,
  differs,
  findLater,
  isKept,
  isMade,
  joinVersions,
  left,
  made,
  params,
  type Committed,
} from "../history/committed.ts";
import {
  changedSince,
  disordered,
  gone,
  inUse,
  lostSince,
  takenSince,
  type InTheWay,
  type Touched,
} from "./refusals.ts";
import { hasFormer, wasTable, type Claim, type StoredKind, type Table } from "../stored-kind.ts";

/** SQL: the records of another thing that the import created, because rows name them. */
const created = "select target from import_created where import = :pk and entity = :entity";

const countMade = (database: Database, reverted: Committed): number =>
  database.count(`select count(*) from (${made(reverted.kind)}) made`, params(reverted));

const countRevert = (database: Database, reverted: Committed): RevertCounts => {
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
  };
};

/** Maximum number of records that a refusal names. */
const MOST_NAMED = 3;

/** The records `t` of a thing for which a condition is true; undefined if there are none. */
const inTheWay = (database: Database, thing: Thing, where: string, values: Params): InTheWay | undefined => {
  const from = `from ${thing.name} t where ${where}`;
  const first = database.all(`select ${calledText(thing)} as name ${from} order by t.pk limit ${MOST_NAMED}`, values);
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
  const name = calledText(kind.thing, (column) => either("t.pk is null", left(column), stored(column)));
  const first = database.get(
    `select e.pk, ${name} as name, t.pk is null as gone, ${fields} as fields ${written(kind)}
     where ${isTouched(kind)} limit 1`,
    params(reverted),
  );
  if (first === undefined) return undefined;
  const { pk } = first;
  const by = database.get(
    `select i.pk from import i ${THEN} ${wasTable(kind)} w on w.import = i.pk and w.pk = :record
     where i.revision > :revision and i.detail ->> 'reverts' is null and i.detail ->> 'revertedBy' is null
     order by i.revision desc limit 1`,
    { ...params(reverted), record: pk ?? null },
  );
  const headers = (JSON.parse(String(first["fields"])) as readonly string[]).map((field) => headerOf(kind, field));
  return {
    name: String(first["name"]),
    gone: first["gone"] === 1,
    fields: first["gone"] === 1 ? [] : headers,
    by: by === undefined ? undefined : Number(by["pk"]),
    count: database.count(`select count(*) ${written(kind)} where ${isTouched(kind)}`, params(reverted)),
  };
};

const headerOf = ({ format, thing }: StoredKind, field: string): string =>
  format.columns.find((column) => column.field === field)?.header ?? thing.fields[field]?.label?.ja ?? field;

/**
 * Checks that every record of the import is as the import left it, and that nothing needs one that it created.
 *
 * @param newcomers number of records the import created
 * @throws Failure `conflict` if a record has changed since, or is in use
 */
export const checkUntouched = (database: Database, reverted: Committed, newcomers: number): void => {
  findLater(database, reverted);
  const touched = firstTouched(database, reverted);
  if (touched !== undefined) throw changedSince(reverted.kind.thing, reverted.pk, touched);
  if (countMade(database, reverted) !== newcomers) throw lostSince();
  checkHeld(database, reverted, reverted.kind.table, made(reverted.kind));
  for (const { table } of createdBy(reverted)) {
    checkHeld(database, reverted, table, created);
  }
};

/** The references of which the import may have created records. */
export const createdBy = ({ kind }: Pick<Committed, "kind">) =>
  kind.references.filter(({ refers }) => refers.creates !== undefined);

/** Records to be removed may be referred to only by those of the import itself. */
const checkHeld = (database: Database, reverted: Committed, { thing, heldBy = [] }: Table, removed: string): void => {
  for (const { thing: holder, column } of heldBy) {
    const own =
      holder === reverted.kind.thing ? `(${isMade("t.pk")} or ${isKept(reverted.kind, "t.pk", "update")})` : "false";
    const held = `${stored(column)} in (${removed}) and not ${own}`;
    const users = inTheWay(database, holder, held, { ...params(reverted), entity: thing.name });
    if (users !== undefined) throw inUse(users, thing);
  }
};

/** SQL: {@link changes} within a range of numbers. */
const changesInRange = (kind: StoredKind): string =>
  `select * from ${wasTable(kind)} where import = :pk and pk > :after and pk <= :upTo`;

/** Runs a statement for the thing's records in ranges: over a million of them it could not be interrupted. */
const forRecords = (database: Database, reverted: Committed, sql: string, more: Params = {}): void => {
  const { thing } = reverted.kind;
  const last = database.count(
    `select coalesce(max(pk), 0) from (select max(pk) as pk from ${thing.name}
       union all select max(pk) from ${wasTable(reverted.kind)} where import = :pk) numbers`,
    params(reverted),
  );
  forNumbers(database, last, (range) => database.run(sql, { ...params(reverted), ...more, ...range }));
};

const removeMade = (database: Database, reverted: Committed): void => {
  const { name } = reverted.kind.thing;
  forRecords(database, reverted, `delete from ${name} where pk > :after and pk <= :upTo and ${isMade("pk")}`);
};

const restore = (database: Database, reverted: Committed, revision: number): void => {
  const { kind } = reverted;
  const { name } = kind.thing;
  const again = (sql: string): void => forRecords(database, reverted, sql, { next: revision });
  const sets = changeable(kind)
    .map(quoteIdentifier)
    .map((column) => `${column} = c.${column}`);
  again(`update ${name} set ${sets.join(", ")}, revision = :next
     from (${changesInRange(kind)}) c where c.action = 'update' and ${name}.pk = c.pk`);
  const columns = columnsOf(database, kind.thing)
    .filter((column) => column !== "revision")
    .map(quoteIdentifier);
  again(`insert into ${name} (revision, ${columns.join(", ")})
     select :next, ${columns.map((column) => `c.${column}`).join(", ")}
     from (${changesInRange(kind)}) c where c.action = 'delete'`);
};

/** Releases the claims of the import's records, before these are restored. */
const release = (database: Database, reverted: Committed): void => {
  for (const claim of reverted.kind.claims) {
    if (!claim.own) releaseBeside(database, reverted, claim);
    else {
      const restored = `pk in (select c.pk from (${changesInRange(reverted.kind)}) c where c.action = 'update')`;
      forRecords(database, reverted, releaseOf(claim, restored));
    }
  }
};

const releaseBeside = (database: Database, reverted: Committed, claim: Claim): void => {
  const { table, record } = claim;
  const key = claim.key(table);
  const next = `select max(k) as last from
    (select ${key} as k from ${table} where ${key} > :from order by ${key} limit ${RANGE_CLAIMS}) keys`;
  const ours = `(${isMade(`${table}.${record}`)} or ${isKept(reverted.kind, `${table}.${record}`)})`;
  const sql = releaseOf(claim, `${key} > :from and ${key} <= :last and ${ours}`);
  for (let from = ""; ;) {
    database.get("select proceed()");
    const last = database.get(next, { from })?.["last"];
    if (typeof last !== "string") break;
    database.run(sql, { ...params(reverted), from, last });
    from = last;
  }
};

/** Claims that one statement releases; a record's claims are scattered, so all are scanned in their own order. */
const RANGE_CLAIMS = 65_536;

/** Claims the records' values again after these are restored. */
const claim = (database: Database, reverted: Committed): void => {
  const { claims, thing } = reverted.kind;
  const records = `t.pk in (select c.pk from (${changesInRange(reverted.kind)}) c)`;
  for (const one of claims) if (!one.own) forRecords(database, reverted, claimStored(one, thing, records));
};

/** Values of custom fields removed in the meantime are not restored with their records. */
const dropRemovedFields = (database: Database, reverted: Committed): void => {
  const known = "e.key in (select cast(pk as text) from custom_field)";
  for (const { stored: custom, merge } of reverted.kind.fields) {
    if (merge !== "custom") continue;
    const sql = `update ${reverted.kind.thing.name}
      set ${custom} = (select json_group_object(e.key, e.value) from json_each(${custom}) e where ${known})
      where pk in (select c.pk from (${changesInRange(reverted.kind)}) c)
        and exists (select 1 from json_each(${custom}) e where not ${known})`;
    forRecords(database, reverted, sql);
  }
};

/** @throws Failure `conflict` if something that records refer to is not there, or they are not in order */
const checkWhole = (database: Database, reverted: Committed, revision: number): void => {
  const { thing, table, references, inScope } = reverted.kind;
  const values = { ...params(reverted), next: revision };
  for (const { thing: named, heldBy = [] } of new Set([table, ...references.map((reference) => reference.table)])) {
    for (const { thing: holder, column } of heldBy) {
      // null is not in an empty table either
      const dangles = `${stored(column)} is not null
        and not exists (select 1 from ${named.name} n where n.pk = ${stored(column)})`;
      const lost = inTheWay(database, holder, dangles, values);
      if (lost !== undefined) throw gone(lost, named);
    }
  }
  // only a member of a set that the import created is gone
  const makes = (entity: string): boolean =>
    database.count(`select count(*) from (${created} limit 1) one`, { ...params(reverted), entity }) > 0;
  for (const reference of references) {
    const { field, refers, table: set } = reference;
    if (field.merge !== "list" || !makes(refers.to)) continue;
    const dangles = `${inScope} and exists (select 1 from json_each(${storedKeys(field)}) e
      where not ${isKnown(reference, "e.value")})`;
    const lost = inTheWay(database, thing, dangles, values);
    if (lost === undefined) continue;
    const later = inTheWay(database, thing, `${dangles} and t.revision is distinct from :next`, values);
    throw later === undefined ? gone(lost, set.thing) : inUse(later, set.thing);
  }
  const disorder = table.planner?.disorder(database);
  if (disorder !== undefined) throw disordered(disorder);
};

/** The failure behind an error of the database: the unique value of another record, if it names one. */
const brokenConstraint = ({ kind }: Committed, { message }: Error): Failure => {
  const taken = kind.claims.find(({ constraint }) => message.includes(constraint));
  const column = kind.format.columns.find(({ field }) => field === taken?.field.field);
  return column === undefined ? lostSince() : takenSince(kind.thing, column.header);
};

/** Keeps what the undoing changes or deletes, as an import does. @param undo its number */
const keepUndone = (database: Database, reverted: Committed, undo: number): void => {
  const { kind } = reverted;
  const keep = (thing: Thing, action: "update" | "delete", where: string): void => {
    const values = { ...params(reverted), undo, entity: thing.name };
    database.run(`${keeping(database, thing, ":undo", action)} from ${thing.name} t where ${where}`, values);
  };
  keep(kind.thing, "update", `${isKept(kind, "t.pk", "update")} and ${proceeding("t.pk")}`);
  keep(kind.thing, "delete", `${isMade("t.pk")} and ${proceeding("t.pk")}`);
  for (const { table } of createdBy(reverted)) {
    if (hasFormer(table.thing)) keep(table.thing, "delete", `t.pk in (${created})`);
  }
};

/**
 * Reverts a committed import, inside the caller's transaction. Deleted records are restored with their identity;
 * secrets cannot be restored because they are not stored.
 *
 * @param undo the number of the import that undoes it
 * @param revision the collection's new revision
 * @throws Failure `conflict` if a restored value belongs to another record by now, or what a restored record refers to
 *   is gone
 */
export const applyRevert = (database: Database, reverted: Committed, undo: number, revision: number): void => {
  keepUndone(database, reverted, undo);
  try {
    release(database, reverted);
    removeMade(database, reverted);
    restore(database, reverted, revision);
    dropRemovedFields(database, reverted);
    claim(database, reverted);
    for (const { table } of createdBy(reverted)) {
      const { name } = table.thing;
      database.run(`delete from ${name} where pk in (${created})`, { ...params(reverted), entity: name });
    }
  } catch (error) {
    if (error instanceof Error && /constraint/i.test(error.message)) throw brokenConstraint(reverted, error);
    throw error;
  }
  checkWhole(database, reverted, revision);
};

/** The counts of a revert. @throws Failure `conflict` if it is no longer possible */
export const planRevert = (database: Database, original: ImportRecord) => {
  const reverted = committedOf(original);
  checkUntouched(database, reverted, original.detail.counts?.create ?? 0);
  return countRevert(database, reverted);
};
