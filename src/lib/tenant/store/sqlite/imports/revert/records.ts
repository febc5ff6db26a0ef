import type { Database, Params } from "../../database.ts";
import { keepingAll, keepingDeleted, notingCreated } from "../../../../versions/keep.ts";
import { VERSIONS } from "../../../../versions/tables.ts";
import { quoteIdentifier, THEN } from "../../../sql/forms.ts";
import type { Thing } from "../../../../../model/thing.ts";
import { changeable, claimStored, columnsOf, keeping, releaseOf } from "../commit.ts";
import { forNumbers, proceeding } from "../functions.ts";
import {
  changes,
  createdBy,
  CREATED,
  isKept,
  isMade,
  params,
  releasedIn,
  type Committed,
} from "../history/committed.ts";
import { hasFormer, wasTable, type Claim, type StoredKind } from "../stored-kind.ts";

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
  // the console has no secrets of a record that is made again, and neither have we
  const secretSetAt = kind.table.secretSetAt ?? "secrets";
  const columns = columnsOf(database, kind.thing)
    .filter((column) => column !== "revision" && column !== secretSetAt)
    .map(quoteIdentifier);
  again(`insert into ${name} (revision, ${columns.join(", ")})
     select :next, ${columns.map((column) => `c.${column}`).join(", ")}
     from (${changesInRange(kind)}) c where c.action = 'delete'`);
  if (!VERSIONS.has(name)) return;
  const restored = `select pk as first, pk as last from (${changes(kind)}) c where c.action = 'delete'`;
  database.run(notingCreated(name, restored), { ...params(reverted), revision });
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

/** Keeps what the undoing changes or deletes, as an import does. @param undo its number */
const keepUndone = (database: Database, reverted: Committed, undo: number, revision: number): void => {
  const { kind } = reverted;
  const keep = (thing: Thing, action: "update" | "delete", from: string): void => {
    const values = { ...params(reverted), undo, entity: thing.name, revision };
    if (hasFormer(thing)) database.run(`${keeping(database, thing, ":undo", action)} from ${from}`, values);
    const versions = VERSIONS.get(thing.name);
    if (versions === undefined) return;
    const kept = action === "update" ? keepingAll : keepingDeleted;
    database.run(kept(versions, `select t.pk from ${from}`), values);
  };
  const { name } = kind.thing;
  keep(kind.thing, "update", `(${changes(kind)}) c ${THEN} ${name} t on t.pk = c.pk where c.action = 'update'`);
  keep(kind.thing, "delete", `${name} t where ${isMade("t.pk")} and ${proceeding("t.pk")}`);
  for (const { table } of createdBy(reverted))
    keep(table.thing, "delete", `${table.thing.name} t where t.pk in (${CREATED})`);
};

/**
 * Reverts a committed import that {@link checkRevertible} lets be undone, inside the caller's transaction. Deleted records
 * are restored with their identity; secrets cannot be restored because they are not stored.
 *
 * @param undo the number of the import that undoes it
 * @param revision the collection's new revision
 */
export const applyRevert = (database: Database, reverted: Committed, undo: number, revision: number): void => {
  const released = releasedIn(database, reverted);
  keepUndone(database, reverted, undo, revision);
  release(database, reverted);
  removeMade(database, reverted);
  restore(database, reverted, revision);
  dropRemovedFields(database, reverted);
  claim(database, reverted);
  for (const { table } of createdBy(reverted)) {
    const { name } = table.thing;
    database.run(`delete from ${name} where pk in (${CREATED})`, { ...params(reverted), entity: name });
  }
  if (released !== undefined) applyRevert(database, released, undo, revision);
};
