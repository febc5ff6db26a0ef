import { ACCOUNT } from "../../../../nouns/account.ts";
import { DEVICE, OWNER_FIELDS } from "../../../../nouns/device.ts";
import { ORG } from "../../../../nouns/organisation.ts";
import type { Fields, Thing } from "../../../../model/thing.ts";
import type { BlockedRecord, UndoBlockReason } from "../../../../model/undo.ts";
import { CUSTOM_FIELD, USER } from "../../../../nouns/user.ts";
import { Failure } from "../../../../errors/index.ts";
import { text, type Text } from "../../../../text/index.ts";
import { sha256 } from "../../../ids.ts";
import { getVersionSchema } from "../../../versions/save-versions.ts";
import { ALL_COLUMNS_MASK, getColumnBit, getVersionTable, type VersionSchema } from "../../../versions/tables.ts";
import type { UndoneChange } from "../../engine.ts";
import {
  buildValueWithoutTypeSql,
  buildCaseSql,
  quoteIdentifier,
  ORDERED_JOIN,
  buildJsonListSql,
} from "../../../store/sql.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { buildInterruptCheckSql } from "../functions.ts";
import { hasAppliedView } from "../../../store/sqlite/store.ts";
import { WHOLE_THINGS } from "../../../store/scope.ts";
import { checkPlannedRecords } from "../../../store/check-rules.ts";
import { KEY_LISTS, RELATIONS, type StoredRelation } from "../../../versions/references.ts";
import { readDeletedRecords } from "../deletion/stage.ts";
import { readDropFingerprint } from "./dropped-task.ts";
import {
  buildAnyLabelLookupSql,
  buildCustomValueSql,
  buildOtherCustomFieldsSql,
  buildRecordsAfterUndoSql,
  hasStagedRecords,
  buildCurrentJoinsSql,
  listRestoredColumns,
  getStagedTable,
  IS_FIELD_KNOWN_SQL,
  VERSIONED_THINGS,
  buildUndoneTables,
  listUniqueFields,
} from "./staged-records.ts";

const BLOCKED_TABLE = "temp.undo_blocked";

const CREATE_BLOCKED_TABLE_SQL = `create table if not exists ${BLOCKED_TABLE} (thing text, pk integer, why text, fields text, change integer,
  otherThing text, otherPk integer, what text)`;

const CREATE_BLOCKED_INDEX_SQL =
  "create unique index if not exists temp.undo_blocked_reason on undo_blocked (thing, pk, why = 'used')";

interface UndoObstacle {
  readonly why: UndoBlockReason;
  readonly fields?: string | undefined;
  readonly change?: string | undefined;
  readonly other?: { readonly thing: Thing; readonly pk: string } | undefined;
}

class BlockedRecordFinder {
  readonly #database: Database;
  readonly #undone: UndoneChange;

  constructor(database: Database, undone: UndoneChange) {
    this.#database = database;
    this.#undone = undone;
  }

  #add(
    { thing }: Pick<VersionSchema, "thing">,
    { why, fields = "'[]'", change = "null", other }: UndoObstacle,
    from: string,
    pk = "u.pk",
  ): void {
    const of = other === undefined ? "null, null" : `'${other.thing.name}', ${other.pk}`;
    this.#database.run(
      `insert into ${BLOCKED_TABLE} select '${thing.name}', ${pk}, '${why}', ${fields}, ${change}, ${of}, null ${from} on conflict do nothing`,
      { revision: this.#undone.revision },
    );
  }

  find(): void {
    for (const versions of VERSIONED_THINGS) {
      if (!hasStagedRecords(this.#database, versions)) continue;
      if (hasAppliedView(this.#database) && !WHOLE_THINGS.includes(versions.thing)) this.#requireInSight(versions);
      this.#changedSince(versions);
      this.#administrators(versions);
      this.#taken(versions);
    }
    const writes = ({ name }: Thing): boolean => hasStagedRecords(this.#database, getVersionSchema(name));
    for (const relation of RELATIONS) {
      if (writes(relation.from) && relation.optional !== true) this.#gone(relation);
      if (writes(relation.to)) this.#inUse(relation);
    }
    if (writes(USER)) this.#fieldsGone();
    if (writes(ORG)) this.#orgs();
    this.#rules();
  }

  keepTogether(): void {
    const bit = (thing: string, column: string): string => getColumnBit(getVersionSchema(thing), column);
    const named = `${bit(USER.name, "accountName")} | ${bit(USER.name, "administrator")}`;
    for (const [stays = "", other = "", which] of [
      [ACCOUNT.name, USER.name, `o.pk = s.pk and o.changed & (${named}) <> 0`],
      [USER.name, ACCOUNT.name, `o.pk = s.pk and s.changed & (${named}) <> 0`],
      ...KEY_LISTS.map(({ from, list, to, by }) => [
        to,
        from.name,
        `s.changed & ${bit(to, by)} <> 0 and s.${by} in (select value from json_each(o.${list}))`,
      ]),
    ])
      this.#database.exec(
        `insert into ${BLOCKED_TABLE} select '${other}', o.pk, b.why, '[]', b.change, b.otherThing, b.otherPk, b.what
         from ${BLOCKED_TABLE} b ${ORDERED_JOIN} ${getStagedTable(getVersionSchema(stays))} s on s.pk = b.pk ${ORDERED_JOIN} ${getStagedTable(getVersionSchema(other))} o on ${which}
         where b.thing = '${stays}' on conflict do nothing`,
      );
  }

  #changedSince(versions: VersionSchema): void {
    const { thing, key } = versions;
    const columns = listRestoredColumns(versions).filter(({ leads }) => leads);
    // one column is for users as owners, the other for organisations; a change of either counts for both
    const owners = OWNER_FIELDS.map((name) => getColumnBit(getVersionSchema(DEVICE.name), name)).join(" | ");
    const differs = columns.map(({ name, bit }) => {
      const undone = thing === DEVICE && OWNER_FIELDS.includes(name) ? owners : bit;
      const column = quoteIdentifier(name);
      const isOther = `x.${column} is distinct from t.${column}`;
      // custom fields count only if the undone change wrote them and they still exist
      const counts =
        name === "custom"
          ? `exists (select 1 from ${buildOtherCustomFieldsSql("x.custom", "t.custom")} and (u.action <> 'update'
              or ${buildCustomValueSql("u.custom")} is distinct from ${buildCustomValueSql("x.custom")}))`
          : "true";
      return {
        name,
        bit,
        sql: `u.changed & (${undone}) <> 0 and x.changed & ${bit} <> 0 and ${isOther} and ${counts}`,
      };
    });
    const mask = buildCaseSql(
      `t.${key} is null`,
      ALL_COLUMNS_MASK,
      differs.map(({ bit, sql }) => buildCaseSql(sql, bit, "0")).join(" | "),
    );
    const fields = buildJsonListSql(
      differs.map(({ name, bit }) => buildCaseSql(`u.mask & ${bit} <> 0`, `',"${name}"'`, "''")),
    );
    const table = `main.${getVersionTable(versions)}`;
    const newest = (which = "true"): string =>
      `(select max(c.number) from ${table} w ${ORDERED_JOIN} main.change c on c.revision = w.revision
      where w.pk = u.pk and w.revision > :revision and w.changed & u.mask <> 0 and ${which})`;
    const isReverted = `exists (select 1 from main.change n ${ORDERED_JOIN} ${table} r on r.revision = n.revision and r.pk = w.pk where n.number = c.undoneBy)`;
    const isReverting = `exists (select 1 from main.change n where n.undoneBy = c.number and n.revision > :revision)`;
    const later = `coalesce(${newest(`not (${isReverted} or ${isReverting})`)}, ${newest()})`;
    const rows = (which: string): string =>
      `from (select u.pk, u.action, ${mask} as mask from ${getStagedTable(versions)} u ${buildCurrentJoinsSql(versions)} where ${which} and ${buildInterruptCheckSql("u.pk")}) u where true`;
    this.#add(versions, { why: "deleted", change: later }, rows(`u.action <> 'create' and t.${key} is null`));
    this.#add(
      versions,
      { why: "changed", fields, change: later },
      `${rows(`u.action <> 'create' and t.${key} is not null and x.pk is not null`)} and u.mask <> 0`,
    );
    const restored = `(select max(c.number) from main.created_range r ${ORDERED_JOIN} main.change c on c.revision = r.revision
      where r.thing = '${thing.name}' and u.pk between r.first and r.last and r.revision > :revision)`;
    this.#add(versions, { why: "changed", change: restored }, rows(`u.action = 'create' and t.${key} is not null`));
  }

  #administrators(versions: VersionSchema): void {
    const { protects } = versions.thing;
    const { isImport, dropped } = this.#undone;
    if (protects === undefined || (!isImport && dropped === undefined)) return;
    const kept =
      protects.present === undefined ? (protects.keeps?.fields ?? []) : versions.columns.map(({ name }) => name);
    const bits = versions.columns.filter(({ name }) => isImport && kept.includes(name)).map(({ bit }) => bit);
    const withAccount = `exists (select 1 from ${getStagedTable({ thing: ACCOUNT })} a where a.pk = u.pk and a.action = 'delete')`;
    this.#add(
      versions,
      { why: "administrator" },
      `from ${getStagedTable(versions)} u ${buildCurrentJoinsSql(versions)} where t.${protects.by} = 1
        and (u.action = 'delete' and not ${isImport ? "false" : withAccount} or u.changed & (${[...new Set(bits), "0"].join(" | ")}) <> 0)`,
    );
  }

  #requireInSight(versions: VersionSchema): void {
    const { thing, key } = versions;
    const isUnseen = (name: string, column: string, value: string): string =>
      `${value} is not null and not exists (select 1 from "${name}" seen where seen.${column} = ${value})`;
    const places = RELATIONS.filter(
      ({ from, to, columns }) => from === thing && to === ORG && columns.length === 1,
    ).map(({ columns: [column = ""] }) => `u.action <> 'delete' and ${isUnseen(ORG.name, "pk", `u.${column}`)}`);
    const isHidden = [isUnseen(thing.name, key, `t.${key}`), ...places].map((one) => `(${one})`).join(" or ");
    const hidden = `select 1 from ${getStagedTable(versions)} u ${buildCurrentJoinsSql(versions)} where ${isHidden} limit 1`;
    if (this.#database.get(hidden) !== undefined) throw OUTSIDE_SCOPE_FAILURE;
  }

  #taken(versions: VersionSchema): void {
    const { thing } = versions;
    const staged = getStagedTable(versions);
    const scope = thing.scope === undefined ? "true" : `h.${thing.scope} = u.${thing.scope}`;
    for (const { name, bit, keys, claims } of listUniqueFields(versions)) {
      const [holders, pk] =
        claims === undefined
          ? [`main.${thing.name} h on ${keys("h")} = ${buildValueWithoutTypeSql(keys("u"))} and ${scope}`, "h.pk"]
          : [
              `json_each(${keys("u")}) e ${ORDERED_JOIN} main.${claims.table} h on h.${claims.key} = e.value`,
              `h.${thing.name}`,
            ];
      this.#add(
        versions,
        { why: "taken", fields: `'["${name}"]'`, other: { thing, pk } },
        `from ${staged} u ${ORDERED_JOIN} ${holders} where u.action <> 'delete' and u.changed & ${bit} <> 0 and ${pk} <> u.pk
          and not exists (select 1 from ${staged} s where s.pk = ${pk} and s.changed & ${bit} <> 0)`,
      );
    }
  }

  #gone({ from, to, field, value, joined, key, byName, among }: StoredRelation): void {
    const [versions, target] = [getVersionSchema(from.name), getStagedTable(getVersionSchema(to.name))];
    const [own, rows] = [value("u"), joined?.("u") ?? ""];
    const isThere = `exists (select 1 from main.${to.name} o where ${key("o")} = ${own} and ${among("u", "o")}
        and not exists (select 1 from ${target} s where s.pk = o.pk))
      or exists (select 1 from ${target} o where o.action <> 'delete' and ${key("o")} = ${own} and ${among("u", "o")})`;
    const isOfScope = to.scope === undefined ? "true" : `u.${to.scope} = coalesce(w.${to.scope}, o.${to.scope})`;
    const since = (what: string): string => `(select ${what} from main.${getVersionTable(getVersionSchema(to.name))} w
      ${ORDERED_JOIN} main.change c on c.revision = w.revision left join main.${to.name} o on o.pk = w.pk
      where ${key("w")} = ${own} and ${isOfScope} and w.revision > :revision order by c.number desc limit 1)`;
    const other = { thing: to, pk: byName !== true ? own : since("w.pk") };
    this.#add(
      versions,
      { why: "gone", fields: `'["${field}"]'`, change: since("c.number"), other },
      `from ${getStagedTable(versions)} u ${rows}
       where u.action <> 'delete' and u.changed & ${getColumnBit(versions, field)} <> 0 and ${own} is not null
         and ${buildInterruptCheckSql("u.pk")} and not (${isThere})`,
    );
  }

  /** The undone change wrote only values of custom fields that no longer exist, so nothing is left to restore. */
  #fieldsGone(): void {
    const versions = getVersionSchema(USER.name);
    const later = "coalesce(x.custom, t.custom)";
    const isOther = `u.custom ->> e.key is distinct from ${later} ->> e.key`;
    this.#add(
      versions,
      { why: "gone", fields: `'["custom"]'`, other: { thing: CUSTOM_FIELD, pk: "cast(e.key as integer)" } },
      `from ${getStagedTable(versions)} u ${buildCurrentJoinsSql(versions)} ${ORDERED_JOIN} json_each(json_patch(u.custom, ${later})) e
       where u.action = 'update' and u.changed = ${getColumnBit(versions, "custom")} and ${isOther} and not ${IS_FIELD_KNOWN_SQL}
         and not exists (select 1 from ${buildOtherCustomFieldsSql("u.custom", later)}) and ${buildInterruptCheckSql("u.pk")}`,
    );
  }

  #inUse({ from, to, columns, value, joined, key, among, holds }: StoredRelation): void {
    const target = getStagedTable(getVersionSchema(to.name));
    const isGoing = `d.action = 'delete' or ${key("d")} is distinct from ${key("o")}`;
    const going = `select 1 from ${target} d ${ORDERED_JOIN} main.${to.name} o on o.pk = d.pk where ${isGoing} limit 1`;
    if (this.#database.get(going) === undefined) return;
    this.#add(
      getVersionSchema(to.name),
      { why: "used", other: { thing: from, pk: "h.pk" } },
      `from ${buildRecordsAfterUndoSql(getVersionSchema(from.name), columns)} h ${joined?.("h") ?? ""}
       ${ORDERED_JOIN} main.${to.name} o on ${key("o")} = ${value("h")} and ${among("h", "o")} ${ORDERED_JOIN} ${target} d on d.pk = o.pk
       where ${value("h")} is not null and ${holds?.("h") ?? "true"} and (${isGoing}) and ${buildInterruptCheckSql("h.pk")}`,
      "d.pk",
    );
  }

  #orgs(): void {
    const versions = getVersionSchema(ORG.name);
    const staged = getStagedTable(versions);
    this.#add(
      versions,
      { why: "below" },
      `from (with recursive up(start, at) as (
          select u.pk, u.parent from ${staged} u where u.action <> 'delete' and u.changed & ${getColumnBit(versions, "parent")} <> 0
          union select up.start, case when s.pk is null then o.parent else s.parent end from up
            left join ${staged} s on s.pk = up.at left join main.org o on o.pk = up.at
          where up.at is not null and up.at <> up.start)
        select start as pk from up where at = start) u where true`,
    );
  }

  #rules(): void {
    const things = VERSIONED_THINGS.filter((versions) => hasStagedRecords(this.#database, versions)).map(
      ({ thing }) => thing.name,
    );
    const { deleted, dropped } = this.#undone;
    const isDeletion = deleted !== undefined;
    const found = checkPlannedRecords(
      buildUndoneTables(new Set(things), isDeletion),
      isDeletion ? "edits" : dropped === undefined ? "undo" : "console",
      (sql, params) => this.#database.all(sql, params),
    );
    const isWritten = (thing: string, pk: number): boolean =>
      things.includes(thing) &&
      this.#database.get(`select 1 from ${getStagedTable(getVersionSchema(thing))} u where u.pk = :pk`, { pk }) !==
        undefined;
    for (const { thing, lead, pk, what } of found)
      this.#database.run(
        `insert into ${BLOCKED_TABLE} values (:thing, :pk, 'rule', '[]', null, null, null, :what) on conflict do nothing`,
        { thing: isWritten(thing, pk) ? thing : lead, pk, what: JSON.stringify(what) },
      );
  }
}

const OUTSIDE_SCOPE_FAILURE = new Failure("not-permitted", {
  what: text(
    "some records of this change are now outside your organisations; nothing was changed",
    "この変更のデータの一部が管理対象組織の外にあるため、何も変更していません",
  ),
  hint: text("ask a system administrator", "システム管理者に依頼してください"),
});

/** Finds and unstages records that cannot be undone, and the records on which they depend. @throws `not-permitted` */
export const findBlockedRecords = (database: Database, undone: UndoneChange): void => {
  database.exec(CREATE_BLOCKED_TABLE_SQL);
  database.exec(CREATE_BLOCKED_INDEX_SQL);
  database.exec(`delete from ${BLOCKED_TABLE}`);
  const finder = new BlockedRecordFinder(database, undone);
  let blocked: number;
  do {
    blocked = countBlockedRecords(database);
    finder.find();
    finder.keepTogether();
    unstageBlockedRecords(database);
  } while (countBlockedRecords(database) > blocked);
};

const unstageBlockedRecords = (database: Database): void => {
  for (const versions of VERSIONED_THINGS)
    database.run(
      `delete from ${getStagedTable(versions)} where pk in (select pk from ${BLOCKED_TABLE} where thing = '${versions.thing.name}')`,
    );
};

export const countBlockedRecords = (database: Database): number =>
  database.count(`select count(*) from (select distinct thing, pk from ${BLOCKED_TABLE})`);

export const buildUndoEtag = (database: Database, { number, dropped, deleted }: UndoneChange): string => {
  const places = [
    database.all(`select distinct thing, pk from ${BLOCKED_TABLE} order by thing, pk`).map((row) => Object.values(row)),
    ...(dropped === undefined ? [] : readDropFingerprint(database)),
    ...(deleted === undefined ? [] : readDeletedRecords(database, deleted)),
  ];
  return `${deleted !== undefined ? "delete" : dropped === undefined ? "undo" : "drop"}-${number}-${sha256(JSON.stringify(places)).slice(0, 16)}`;
};

const FIELD_LABELS: Readonly<Record<string, string>> = { parent: "上位組織", custom: "カスタムユーザー情報" };

export const labelFields = (thing: Thing, names: string): readonly string[] => {
  const { fields }: { readonly fields: Fields } = thing;
  return (JSON.parse(names) as readonly string[]).map((one) => fields[one]?.label?.ja ?? FIELD_LABELS[one] ?? one);
};

export const readBlockedRecords = (database: Database, most: number): readonly BlockedRecord[] => {
  const rows = database.all<
    Pick<BlockedRecord, "thing" | "why" | "name" | "change"> &
      Readonly<Record<"what" | "otherThing" | "other", string | null>> & { readonly fields: string }
  >(
    `select b.thing, b.why, b.fields, b.what, (select a.seq from audit a where a.seq = b.change) as change, b.otherThing,
       ${buildAnyLabelLookupSql(database, "b.thing", "b.pk")} as name, ${buildAnyLabelLookupSql(database, "b.otherThing", "b.otherPk")} as other
     from ${BLOCKED_TABLE} b order by b.thing, b.pk, b.rowid limit :most`,
    { most },
  );
  return rows.map(({ thing, fields, what, otherThing, other, ...found }) => ({
    thing,
    ...found,
    ...(what !== null && { what: JSON.parse(what) as Text }),
    fields: labelFields(getVersionSchema(thing).thing, fields),
    other: otherThing === null ? null : { thing: otherThing, name: other },
  }));
};
