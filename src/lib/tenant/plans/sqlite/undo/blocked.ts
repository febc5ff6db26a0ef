import { ACCOUNT } from "../../../../model/account.ts";
import { DEVICE, ONE_ACCOUNT, OWNERS } from "../../../../model/device.ts";
import { ORG } from "../../../../model/organisation.ts";
import type { Thing } from "../../../../model/thing.ts";
import type { BlockedRecord, UndoReason } from "../../../../model/undo.ts";
import { CUSTOM_FIELD, USER } from "../../../../model/user.ts";
import { observedTable } from "../../../console/observed.ts";
import type { Text } from "../../../../text/index.ts";
import { sha256 } from "../../../ids.ts";
import { versionsOf } from "../../../versions/keep.ts";
import { ALL_CHANGED, bitOf, versionTable, type Versions } from "../../../versions/tables.ts";
import type { UndoneChange } from "../../engine.ts";
import { asExpression, either, quoteIdentifier, THEN } from "../../../store/sql/forms.ts";
import { jsonList } from "../../../store/sql/json.ts";
import type { Database, Row } from "../../../store/sqlite/database.ts";
import { proceeding } from "../functions.ts";
import { seesPart } from "../../../store/sqlite/scope.ts";
import { judgePlanned, usesAccount } from "../../../store/judge.ts";
import { calledAny } from "./called.ts";
import { RELATIONS, type StoredRelation } from "../../../versions/references.ts";
import { fromReopened, isReopening, REOPENED, sinceConfirmed } from "./confirmation.ts";
import { markOfDropped } from "./drop.ts";
import {
  afterwards,
  isFieldThere,
  isStaged,
  joinNow,
  restoredBits,
  restoredColumns,
  stagedTable,
  THINGS,
  undoneTables,
  uniqueFields,
} from "./staged.ts";

// What stands in the way of an undo, record by record. Each check adds to one table what it finds among the staged records.

/** The temporary table of the staged records that cannot be undone, each with the first reason. */
const TABLE = "temp.undo_blocked";

const CREATE = `create table if not exists ${TABLE} (thing text, pk integer, why text, fields text, change integer,
  otherThing text, otherPk integer, what text, primary key (thing, pk))`;

/** The columns of a user that belong to the account. */
const OF_ACCOUNT = ["accountName", "administrator"];

/** Why a record cannot be undone, as SQL. */
interface Obstacle {
  readonly why: UndoReason;
  /** a JSON list of the names of fields */
  readonly fields?: string | undefined;
  /** the number of the change that is in the way */
  readonly change?: string | undefined;
  readonly other?: { readonly thing: Thing; readonly pk: string } | undefined;
}

/**
 * SQL: true if a record `o` was created after the change, or differs from what it was right after it. Columns that the undo
 * restores do not count.
 */
const isSince = (versions: Versions, columns: readonly string[]): string => {
  const { thing } = versions;
  const table = `main.${versionTable(versions)}`;
  // a record that was deleted and restored since is not new
  const isMade = `s.pk is null and exists (select 1 from main.created_range c
    where c.thing = '${thing.name}' and c.revision > :revision and n.pk between c.first and c.last
      and not exists (select 1 from ${table} w where w.pk = n.pk and w.revision > :revision and w.revision < c.revision))`;
  const isOther = columns.map((column) => {
    const bit = bitOf(versions, column);
    const isLater = (of: string): string =>
      `${of}.pk = n.pk and ${of}.revision > :revision and ${of}.changed & ${bit} <> 0`;
    const isFirst = `not exists (select 1 from ${table} e where ${isLater("e")} and e.revision < w.revision)`;
    return `coalesce(s.changed, 0) & ${bit} = 0 and exists (select 1 from ${table} w
      where ${isLater("w")} and ${isFirst} and w.${quoteIdentifier(column)} is distinct from n.${quoteIdentifier(column)})`;
  });
  return `exists (select 1 from main.${thing.name} n left join ${stagedTable(versions)} s on s.pk = n.pk
    where n.pk = o.pk and n.revision > :revision and (${[isMade, ...isOther].join(" or ")}))`;
};

/** Finds what is in the way in the staged records of a change. */
class Finder {
  readonly #database: Database;
  readonly #undone: UndoneChange;

  constructor(database: Database, undone: UndoneChange) {
    this.#database = database;
    this.#undone = undone;
  }

  /** @param from SQL: the rows, from `from` on; the staged record is `u` unless `pk` says otherwise */
  #add(
    { thing }: Pick<Versions, "thing">,
    { why, fields = "'[]'", change = "null", other }: Obstacle,
    from: string,
    pk = "u.pk",
  ): void {
    const of = other === undefined ? "null, null" : `'${other.thing.name}', ${other.pk}`;
    this.#database.run(
      `insert into ${TABLE} select '${thing.name}', ${pk}, '${why}', ${fields}, ${change}, ${of}, null ${from}
       on conflict do nothing`,
      { revision: this.#undone.revision },
    );
  }

  find(): void {
    for (const versions of THINGS) {
      if (!isStaged(this.#database, versions)) continue;
      // first: of a record out of sight no other reason is told
      if (seesPart(this.#database)) this.#outOfSight(versions);
      this.#changedSince(versions);
      if (this.#undone.isImport) this.#administrators(versions);
      if (this.#undone.dropped !== undefined && versions.thing === USER) this.#accountsLeft(versions);
      this.#taken(versions);
      if (this.#undone.dropped === undefined && versions.thing === USER) this.#fieldsGone();
    }
    if (isReopening(this.#database)) for (const versions of THINGS) this.#confirmedSince(versions);
    const writes = ({ name }: Thing): boolean => isStaged(this.#database, versionsOf(name));
    for (const relation of RELATIONS) {
      if (writes(relation.from) && relation.optional !== true) this.#gone(relation);
      if (writes(relation.to)) this.#inUse(relation);
    }
    if (writes(ORG)) this.#orgs();
    if (writes(DEVICE)) this.#devices();
    this.#rules();
  }

  /** Blocks what cannot be undone without a blocked record: the other half of a user and account, and references by name. */
  keepTogether(): void {
    const [users, accounts] = [USER, ACCOUNT].map(({ name }) => versionsOf(name)) as [Versions, Versions];
    const bits = OF_ACCOUNT.map((column) => bitOf(users, column)).join(" | ");
    for (const [stays, other] of [
      [ACCOUNT, USER],
      [USER, ACCOUNT],
    ] as const)
      this.#database.exec(
        `insert into ${TABLE} select '${other.name}', b.pk, b.why, '[]', b.change, b.otherThing, b.otherPk, b.what
         from ${TABLE} b ${THEN} ${stagedTable(users)} u on u.pk = b.pk ${THEN} ${stagedTable(accounts)} a on a.pk = b.pk
         where b.thing = '${stays.name}' and u.changed & (${bits}) <> 0 on conflict do nothing`,
      );
    // a reference by name would be to whatever has the name of the record that stays
    for (const { from, to, field, value, joined, key, among } of RELATIONS.filter(({ byName }) => byName)) {
      const versions = versionsOf(from.name);
      this.#add(
        versions,
        { why: "gone", fields: `'["${field}"]'`, other: { thing: to, pk: "b.pk" } },
        `from ${TABLE} b ${THEN} ${stagedTable(versionsOf(to.name))} o on o.pk = b.pk
         ${THEN} ${stagedTable(versions)} u on ${among("u", "o")} ${joined?.("u") ?? ""}
         where b.thing = '${to.name}' and o.action <> 'delete' and u.action <> 'delete'
           and u.changed & ${bitOf(versions, field)} <> 0 and ${value("u")} = ${key("o")} and ${proceeding("u.pk")}`,
      );
    }
  }

  /** Records that a later change wrote in the same columns, with other values by now. */
  #changedSince(versions: Versions): void {
    const { thing, key } = versions;
    const columns = restoredColumns(versions).filter(({ leads }) => leads);
    // who owns a device takes the place of who did
    const owners = OWNERS.map((name) => bitOf(versionsOf(DEVICE.name), name)).join(" | ");
    const differs = columns.map(({ name, bit }) => {
      const undone = thing === DEVICE && OWNERS.includes(name) ? owners : bit;
      const column = quoteIdentifier(name);
      const isOther = `x.${column} is distinct from t.${column}`;
      // a custom field that was removed since has no values any more
      const counts =
        name === "custom"
          ? `exists (select 1 from main.custom_field f where x.custom ->> cast(f.pk as text) is distinct from t.custom ->> cast(f.pk as text))`
          : "true";
      return {
        name,
        bit,
        sql: `u.changed & (${undone}) <> 0 and x.changed & ${bit} <> 0 and ${isOther} and ${counts}`,
      };
    });
    const mask = either(
      `t.${key} is null`,
      ALL_CHANGED,
      differs.map(({ bit, sql }) => either(sql, bit, "0")).join(" | "),
    );
    const fields = jsonList(differs.map(({ name, bit }) => either(`u.mask & ${bit} <> 0`, `',"${name}"'`, "''")));
    const later = `(select max(c.number) from main.${versionTable(versions)} w ${THEN} main.change c on c.revision = w.revision
      where w.pk = u.pk and w.revision > :revision and w.changed & u.mask <> 0)`;
    const rows = (which: string): string =>
      `from (select u.pk, u.action, ${mask} as mask from ${stagedTable(versions)} u ${joinNow(versions)} where ${which} and ${proceeding("u.pk")}) u where true`;
    this.#add(versions, { why: "deleted", change: later }, rows(`u.action <> 'create' and t.${key} is null`));
    this.#add(
      versions,
      { why: "changed", fields, change: later },
      `${rows(`u.action <> 'create' and t.${key} is not null and x.pk is not null`)} and u.mask <> 0`,
    );
    const restored = `(select max(c.number) from main.created_range r ${THEN} main.change c on c.revision = r.revision
      where r.thing = '${thing.name}' and u.pk between r.first and r.last and r.revision > :revision)`;
    this.#add(versions, { why: "changed", change: restored }, rows(`u.action = 'create' and t.${key} is not null`));
  }

  /** Records of which something that was confirmed was changed, confirmed again or exported since, or that are out of sight. */
  #confirmedSince(versions: Versions): void {
    const { thing, key } = versions;
    const from = fromReopened(versions);
    const { isTouched, change, isColumnLost } = sinceConfirmed(versions);
    const add = (obstacle: Obstacle, which: string): void =>
      this.#add(versions, obstacle, `${from} and ${which}`, "b.pk");
    const isSeen = (table: string, column: string): string =>
      `exists (select 1 from "${table}" seen where seen.${column} = b.pk)`;
    if (seesPart(this.#database))
      add({ why: "hidden" }, `not (${isSeen(thing.name, key)} or ${isSeen(observedTable(versions), "pk")})`);
    const columns = restoredColumns(versions).filter(({ leads }) => leads);
    const fields = jsonList(columns.map(({ name, bit }) => either(isColumnLost(bit), `',"${name}"'`, "''")));
    add({ why: "changed", fields, change }, `${isTouched} and ${change} is not null`);
    add({ why: "shown" }, isTouched);
  }

  /** Administrators, whom no import deletes, nor changes in what is theirs alone. */
  #administrators(versions: Versions): void {
    const { protects } = versions.thing;
    if (protects === undefined) return;
    const kept =
      protects.present === undefined ? (protects.keeps?.fields ?? []) : versions.columns.map(({ name }) => name);
    const bits = versions.columns.filter(({ name }) => kept.includes(name)).map(({ bit }) => bit);
    const isKept = bits.length === 0 ? "false" : `u.changed & (${[...new Set(bits)].join(" | ")}) <> 0`;
    this.#add(
      versions,
      { why: "administrator" },
      `from ${stagedTable(versions)} u ${joinNow(versions)} where t.${protects.by} = 1 and (u.action = 'delete' or ${isKept})`,
    );
  }

  /** Users who would go without their account. */
  #accountsLeft(versions: Versions): void {
    const going = `select 1 from ${stagedTable(versionsOf(ACCOUNT.name))} a where a.pk = u.pk and a.action = 'delete'`;
    this.#add(
      versions,
      { why: "administrator" },
      `from ${stagedTable(versions)} u ${THEN} main.user t on t.pk = u.pk
       where u.action = 'delete' and t.administrator = 1 and not exists (${going})`,
    );
  }

  /** Records that who asks does not see, as they are or as they would be. */
  #outOfSight(versions: Versions): void {
    const { thing, key } = versions;
    const isUnseen = (name: string, column: string, value: string): string =>
      `${value} is not null and not exists (select 1 from "${name}" seen where seen.${column} = ${value})`;
    const places = RELATIONS.filter(
      ({ from, to, columns }) => from === thing && to === ORG && columns.length === 1,
    ).map(({ columns: [column = ""] }) => `u.action <> 'delete' and ${isUnseen(ORG.name, "pk", `u.${column}`)}`);
    // whether it was deleted or left the organisations is not told either
    const isGone = `t.${key} is null and u.action <> 'create' and not exists (
      select 1 from main.${versionTable(versions)} v ${THEN} main.change c on c.revision = v.revision ${THEN} audit a on a.seq = c.number
      where v.pk = u.pk and v.revision > :revision and v.action = 'delete')`;
    const isHidden = [isUnseen(thing.name, key, `t.${key}`), isGone, ...places].map((one) => `(${one})`).join(" or ");
    this.#add(versions, { why: "hidden" }, `from ${stagedTable(versions)} u ${joinNow(versions)} where ${isHidden}`);
  }

  /** Records of which another one has a unique value by now. */
  #taken(versions: Versions): void {
    const { thing } = versions;
    const staged = stagedTable(versions);
    // who is restored in this field gives up its value
    const isAnother = (pk: string, bit: string): string =>
      `${pk} <> u.pk and not exists (select 1 from ${staged} s where s.pk = ${pk} and s.changed & ${bit} <> 0)`;
    for (const { name, bit, keys, claims } of uniqueFields(versions)) {
      const isWritten = `u.action <> 'delete' and u.changed & ${bit} <> 0`;
      const found = { why: "taken", fields: `'["${name}"]'` } as const;
      if (claims !== undefined) {
        const from = `from ${staged} u ${THEN} json_each(${keys("u")}) e
          ${THEN} main.${claims.table} k on k.${claims.key} = e.value where ${isWritten} and ${isAnother(`k.${thing.name}`, bit)}`;
        this.#add(versions, { ...found, other: { thing, pk: `k.${thing.name}` } }, from);
        continue;
      }
      const scope = thing.scope === undefined ? "true" : `h.${thing.scope} = u.${thing.scope}`;
      const from = `from ${staged} u ${THEN} main.${thing.name} h on ${keys("h")} = ${asExpression(keys("u"))} and ${scope}
        where ${isWritten} and ${isAnother("h.pk", bit)}`;
      this.#add(versions, { ...found, other: { thing, pk: "h.pk" } }, from);
    }
  }

  /** Users of whom the change wrote only custom fields that were removed since: nothing of it comes back. */
  #fieldsGone(): void {
    const versions = versionsOf(USER.name);
    const bit = bitOf(versions, "custom");
    const left = either(`x.changed & ${bit} <> 0`, "x.custom", "t.custom");
    const written = (which: string): string =>
      `select min(cast(e.key as integer)) from (select key from json_each(u.custom) union select key from json_each(${left})) e
       where u.custom ->> e.key is distinct from ${left} ->> e.key and ${which}`;
    const isThere = isFieldThere("cast(e.key as integer)");
    const gone = `(${written(`not ${isThere}`)})`;
    this.#add(
      versions,
      { why: "gone", fields: `'["custom"]'`, other: { thing: CUSTOM_FIELD, pk: gone } },
      `from ${stagedTable(versions)} u ${joinNow(versions)}
       where u.action = 'update' and u.changed & (${restoredBits(versions)}) = ${bit} and ${proceeding("u.pk")}
         and ${gone} is not null and (${written(isThere)}) is null`,
    );
  }

  /** Records that would refer to one that is not there any more. */
  #gone({ from, to, field, value, joined, key, byName, among }: StoredRelation): void {
    const [versions, target] = [versionsOf(from.name), stagedTable(versionsOf(to.name))];
    const [own, rows] = [value("u"), joined?.("u") ?? ""];
    const isThere = `exists (select 1 from main.${to.name} o where ${key("o")} = ${own} and ${among("u", "o")}
        and not exists (select 1 from ${target} s where s.pk = o.pk))
      or exists (select 1 from ${target} o where o.action <> 'delete' and ${key("o")} = ${own} and ${among("u", "o")})`;
    const isOfScope = to.scope === undefined ? "true" : `u.${to.scope} = coalesce(w.${to.scope}, o.${to.scope})`;
    // a record that is referred to by its name may have another one by now: its versions have what it was called
    const since = (what: string): string => `(select ${what} from main.${versionTable(versionsOf(to.name))} w
      ${THEN} main.change c on c.revision = w.revision left join main.${to.name} o on o.pk = w.pk
      where ${key("w")} = ${own} and ${isOfScope} and w.revision > :revision order by c.number desc limit 1)`;
    const other = { thing: to, pk: byName !== true ? own : since("w.pk") };
    this.#add(
      versions,
      { why: "gone", fields: `'["${field}"]'`, change: since("c.number"), other },
      `from ${stagedTable(versions)} u ${rows}
       where u.action <> 'delete' and u.changed & ${bitOf(versions, field)} <> 0 and ${own} is not null
         and ${proceeding("u.pk")} and not (${isThere})`,
    );
  }

  /** Records that others refer to, and would be deleted or called otherwise. */
  #inUse({ from, to, columns, value, joined, key, among, holds }: StoredRelation): void {
    const target = stagedTable(versionsOf(to.name));
    const isGoing = `d.action = 'delete' or ${key("d")} is distinct from ${key("o")}`;
    const going = `select 1 from ${target} d ${THEN} main.${to.name} o on o.pk = d.pk where ${isGoing} limit 1`;
    if (this.#database.get(going) === undefined) return;
    this.#add(
      versionsOf(to.name),
      { why: "used", other: { thing: from, pk: "h.pk" } },
      `from ${afterwards(versionsOf(from.name), columns)} h ${joined?.("h") ?? ""}
       ${THEN} main.${to.name} o on ${key("o")} = ${value("h")} and ${among("h", "o")} ${THEN} ${target} d on d.pk = o.pk
       where ${value("h")} is not null and ${holds?.("h") ?? "true"} and (${isGoing}) and ${proceeding("h.pk")}`,
      "d.pk",
    );
  }

  /** Organisations that would be below themselves, or without a code in a place that another one of this name has since. */
  #orgs(): void {
    const versions = versionsOf(ORG.name);
    const staged = stagedTable(versions);
    const bits = ["parent", "name", "code"].map((column) => bitOf(versions, column));
    const isPlaced = `u.action <> 'delete' and u.changed & (${bits.join(" | ")}) <> 0`;
    this.#add(
      versions,
      { why: "below" },
      `from (with recursive up(start, at) as (
          select u.pk, u.parent from ${staged} u where ${isPlaced}
          union select up.start, case when s.pk is null then o.parent else s.parent end from up
            left join ${staged} s on s.pk = up.at left join main.org o on o.pk = up.at
          where up.at is not null and up.at <> up.start)
        select start as pk from up where at = start) u where true`,
    );
    this.#add(
      versions,
      { why: "place", other: { thing: ORG, pk: "o.pk" } },
      // few were written since, many may be side by side
      `from ${afterwards(versions, ["parent", "name", "nameKey"])} o ${THEN} ${staged} u
         on o.parent = u.parent and coalesce(o.nameKey, o.name) = coalesce(u.nameKey, u.name)
       where ${isPlaced} and u.code is null and o.pk <> u.pk and ${isSince(versions, ["parent", "name"])}`,
    );
  }

  /** Devices that would get an account back that another one uses since, one of them Fully Managed. @see facts 1.3 */
  #devices(): void {
    const versions = versionsOf(DEVICE.name);
    const columns = ["owner", "platform", "status", "androidMode"];
    const of = (alias: string) => (column: string) => `${alias}.${quoteIdentifier(column)}`;
    const isSame = `t.pk is not null and ${usesAccount(of("t"))} and t.owner = u.owner and t.androidMode is not distinct from u.androidMode`;
    this.#add(
      versions,
      { why: "account", other: { thing: DEVICE, pk: "o.pk" } },
      `from ${stagedTable(versions)} u ${joinNow(versions)} ${THEN} ${afterwards(versions, columns)} o on o.owner = u.owner
       where u.action <> 'delete' and ${usesAccount(of("u"))} and not coalesce(${isSame}, false) and ${usesAccount(of("o"))}
         and '${ONE_ACCOUNT}' in (u.androidMode, o.androidMode) and o.pk <> u.pk and ${isSince(versions, columns)}`,
    );
  }

  /** Records that a rule refuses as they would be: what the console may have otherwise may come back. */
  #rules(): void {
    const things = THINGS.filter((versions) => isStaged(this.#database, versions)).map(({ thing }) => thing.name);
    const found = judgePlanned(undoneTables(new Set(things)), "console", (sql, params) =>
      this.#database.all(sql, params),
    );
    const isWritten = (thing: string, pk: number): boolean =>
      things.includes(thing) &&
      this.#database.get(`select 1 from ${stagedTable(versionsOf(thing))} u where u.pk = :pk`, { pk }) !== undefined;
    for (const { thing, lead, pk, what } of found)
      this.#database.run(
        `insert into ${TABLE} values (:thing, :pk, 'rule', '[]', null, null, null, :what) on conflict do nothing`,
        { thing: isWritten(thing, pk) ? thing : lead, pk, what: JSON.stringify(what) },
      );
  }
}

/** A record that cannot be undone, by its place: what is told to another connection. */
export type BlockedPlace = readonly [thing: string, pk: number];

/**
 * Finds the staged records that cannot be undone, and leaves them out if that is asked for, with those that cannot be undone
 * without them.
 *
 * @param known records that are known to be among them
 */
export const findBlocked = (database: Database, undone: UndoneChange, known: readonly BlockedPlace[] = []): void => {
  database.exec(CREATE);
  database.exec(`delete from ${TABLE}`);
  for (const [thing, pk] of known)
    database.run(`insert into ${TABLE} values (:thing, :pk, 'hidden', '[]', null, null, null, null)`, { thing, pk });
  const finder = new Finder(database, undone);
  for (let before = -1, now = 0; before < now;) {
    if (undone.skipBlocked) {
      finder.keepTogether();
      leaveBlocked(database);
    }
    before = countBlocked(database);
    finder.find();
    now = countBlocked(database);
    if (!undone.skipBlocked) return;
  }
};

const leaveBlocked = (database: Database): void => {
  database.exec(`delete from ${REOPENED} where (thing, pk) in (select thing, pk from ${TABLE})`);
  for (const versions of THINGS)
    database.run(
      `delete from ${stagedTable(versions)} where pk in (select pk from ${TABLE} where thing = '${versions.thing.name}')`,
    );
};

export const countBlocked = (database: Database): number => database.count(`select count(*) from ${TABLE}`);

/** The places of the records that {@link findBlocked} found. */
export const blockedPlaces = (database: Database): readonly BlockedPlace[] =>
  database.all(`select thing, pk from ${TABLE} order by thing, pk`).map(({ thing, pk }) => [String(thing), Number(pk)]);

/** A text that is another one once other records stand in the way of an undo. */
export const undoEtag = (database: Database, { number, dropped }: UndoneChange): string => {
  const places = [blockedPlaces(database), ...(dropped === undefined ? [] : markOfDropped(database))];
  return `${dropped === undefined ? "undo" : "drop"}-${number}-${sha256(JSON.stringify(places)).slice(0, 16)}`;
};

/** What people call a field. */
const labelOf = (thing: string, field: string): string =>
  versionsOf(thing).thing.fields[field]?.label?.ja ?? FIELD_LABELS[field] ?? field;

const FIELD_LABELS: Readonly<Record<string, string>> = { parent: "上位組織", custom: "カスタムユーザー情報" };

/** The records that {@link findBlocked} found, the first of them. @param most maximum number */
export const blockedRecords = (database: Database, most: number): readonly BlockedRecord[] => {
  const rows = database.all(
    `select b.thing, b.why, b.fields, b.what, (select a.seq from audit a where a.seq = b.change) as change, b.otherThing,
       ${calledAny(database, "b.thing", "b.pk")} as name, ${calledAny(database, "b.otherThing", "b.otherPk")} as other
     from ${TABLE} b order by b.thing, b.pk limit :most`,
    { most },
  );
  const orNull = (value: Row[string] | undefined): string | null =>
    value === null || value === undefined ? null : String(value);
  return rows.map((row) => {
    const thing = String(row["thing"]);
    return {
      thing,
      name: orNull(row["name"]),
      why: row["why"] as UndoReason,
      ...(row["what"] !== null && { what: JSON.parse(String(row["what"])) as Text }),
      fields: (JSON.parse(String(row["fields"])) as readonly string[]).map((field) => labelOf(thing, field)),
      change: row["change"] === null ? null : Number(row["change"]),
      other: row["otherThing"] === null ? null : { thing: String(row["otherThing"]), name: orNull(row["other"]) },
    };
  });
};
