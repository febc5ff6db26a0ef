import { ACCOUNT } from "../../nouns/account.ts";
import { ORG } from "../../nouns/organisation.ts";
import type { Fields, RecordType } from "../../model/thing.ts";
import type { BlockedRecord, UndoBlockReason } from "../../derived/undo.ts";
import { USER } from "../../nouns/user.ts";
import { Failure } from "../../errors/index.ts";
import { text, type Text } from "../../text/index.ts";
import {
  ALL_COLUMNS_MASK,
  buildKeysInScopeSql,
  getColumnBit,
  type VersionSchema,
  getVersionSchema,
  KEY_LISTS,
  RELATIONS,
  type StoredRelation,
} from "../ledger/versions.ts";
import { buildCompleteMaskSql } from "../ledger/observed-state.ts";
import type { UndoneChange } from "../ledger/audit-change-number.ts";
import { buildCaseSql, quoteIdentifier, ORDERED_JOIN, buildJsonListSql } from "../store/sql.ts";
import type { Database } from "../store/database.ts";
import { buildInterruptCheckSql } from "./functions.ts";
import { hasAppliedView } from "../store/store.ts";
import { checkPlannedRecords } from "../ledger/check-rules.ts";
import {
  buildAnyLabelLookupSql,
  buildCustomValueSql,
  buildOtherCustomFieldsSql,
  buildRecordsAfterUndoSql,
  countStagedRecords,
  hasStagedRecords,
  buildCurrentJoinsSql,
  listRestoredColumns,
  getStagedTable,
  VERSIONED_THINGS,
  buildUndoneTables,
  listUniqueFields,
} from "./undo-records.ts";

export const BLOCKED_TABLE = "temp.undo_blocked";

/** SQL: blocks the records of a statement `from …`. @param values SQL by column of the table */
const buildBlockSql = (
  { thing }: Pick<VersionSchema, "thing">,
  why: UndoBlockReason,
  from: string,
  values: Readonly<Record<string, string>> = {},
): string => {
  const all = { thing: `'${thing.name}'`, pk: "u.pk", why: `'${why}'`, fields: "'[]'", ...values };
  return `insert into ${BLOCKED_TABLE} (${Object.keys(all).join(", ")}) select ${Object.values(all).join(", ")} ${from} on conflict do nothing`;
};

function* findObstacles(database: Database, undone: UndoneChange): Generator<string> {
  for (const versions of VERSIONED_THINGS) {
    if (!hasStagedRecords(database, versions)) continue;
    if (hasAppliedView(database)) requireInSight(database, versions);
    yield* listLaterChanges(versions);
    yield* listAdministrators(versions, undone);
    yield* listTakenValues(versions);
  }
  const writes = ({ name }: RecordType): boolean => hasStagedRecords(database, getVersionSchema(name));
  for (const relation of RELATIONS) {
    if (writes(relation.from) && relation.optional !== true) yield buildGoneReferences(relation);
    if (writes(relation.to)) yield* findUsedRecords(database, relation);
  }
  if (writes(ORG)) yield buildOrgCycles();
}

/** Blocks records that belong to blocked records: the user of an account, and lists that contain a key. */
const keepTogether = (database: Database): void => {
  const bit = (thing: string, column: string): string => getColumnBit(getVersionSchema(thing), column);
  const named = `${bit(USER.name, "accountName")} | ${bit(USER.name, "administrator")}`;
  for (const [stays, other, which] of [
    [ACCOUNT.name, USER.name, `o.pk = s.pk and o.changed & (${named}) <> 0`],
    [USER.name, ACCOUNT.name, `o.pk = s.pk and s.changed & (${named}) <> 0`],
    ...KEY_LISTS.map(({ from, list, to, by }) => {
      const isListed = `s.${by} in (select value from json_each(o.${list}))`;
      return [to, from.name, `s.changed & ${bit(to, by)} <> 0 and ${isListed}`] as const;
    }),
  ] as const)
    database.exec(
      `insert into ${BLOCKED_TABLE} select '${other}', o.pk, b.why, '[]', b.change, b.otherThing, b.otherPk, b.what
       from ${BLOCKED_TABLE} b ${ORDERED_JOIN} ${getStagedTable(getVersionSchema(stays))} s on s.pk = b.pk ${ORDERED_JOIN} ${getStagedTable(getVersionSchema(other))} o on ${which}
       where b.thing = '${stays}' on conflict do nothing`,
    );
};

const listLaterChanges = (of: VersionSchema): readonly string[] => {
  const { thing, key } = of;
  // a device has two columns for its owner; a change of either counts for both
  const undone = buildCompleteMaskSql(of, "u.changed");
  const differs = listRestoredColumns(of)
    .filter(({ leads }) => leads)
    .map(({ name, bit }) => {
      const column = quoteIdentifier(name);
      // custom fields count only if the undone change wrote them and they still exist
      const counts =
        name === "custom"
          ? `exists (select 1 from ${buildOtherCustomFieldsSql("x.custom", "t.custom")} and (u.action <> 'update'
              or ${buildCustomValueSql("u.custom")} is distinct from ${buildCustomValueSql("x.custom")}))`
          : `x.${column} is distinct from t.${column}`;
      return { name, bit, sql: `${undone} & ${bit} <> 0 and x.changed & ${bit} <> 0 and ${counts}` };
    });
  const bits = differs.map(({ bit, sql }) => buildCaseSql(sql, bit, "0")).join(" | ");
  const mask = buildCaseSql(`t.${key} is null`, ALL_COLUMNS_MASK, bits);
  const fields = buildJsonListSql(
    differs.map(({ name, bit }) => buildCaseSql(`u.mask & ${bit} <> 0`, `',"${name}"'`, "''")),
  );
  const table = `main.${of.table}`;
  const newest = (which: string): string =>
    `(select max(c.number) from ${table} w ${ORDERED_JOIN} main.change c on c.revision = w.revision
      where w.pk = u.pk and w.revision > :revision and w.changed & u.mask <> 0 and ${which})`;
  const isReverted = `exists (select 1 from main.change n ${ORDERED_JOIN} ${table} r on r.revision = n.revision and r.pk = w.pk where n.number = c.undoneBy)`;
  const isReverting = `c.number in (select undoneBy from main.change where undoneBy is not null and revision > :revision)`;
  const change = `coalesce(${newest(`not (${isReverted} or ${isReverting})`)}, ${newest("true")})`;
  const restored = `(select max(c.number) from main.created_range r ${ORDERED_JOIN} main.change c on c.revision = r.revision
    where r.thing = '${thing.name}' and u.pk between r.first and r.last and r.revision > :revision)`;
  const staged = `from ${getStagedTable(of)} u ${buildCurrentJoinsSql(of)}`;
  const rows = (which: string): string =>
    `from (select u.pk, ${mask} as mask ${staged} where ${which} and ${buildInterruptCheckSql("u.pk")}) u where u.mask <> 0`;
  const isThere = `t.${key} is not null`;
  return [
    buildBlockSql(of, "deleted", rows(`u.action <> 'create' and t.${key} is null`), { change }),
    buildBlockSql(of, "changed", rows(`u.action <> 'create' and x.pk is not null and ${isThere}`), { fields, change }),
    buildBlockSql(of, "changed", `${staged} where u.action = 'create' and ${isThere}`, { change: restored }),
  ];
};

const listAdministrators = (of: VersionSchema, { isImport, dropped }: UndoneChange): readonly string[] => {
  const { protects } = of.thing;
  if (protects === undefined || (!isImport && dropped === undefined)) return [];
  const kept = protects.present === undefined ? (protects.keeps?.fields ?? []) : of.columns.map(({ name }) => name);
  const bits = of.columns.filter(({ name }) => isImport && kept.includes(name)).map(({ bit }) => bit);
  const withAccount = `exists (select 1 from ${getStagedTable({ thing: ACCOUNT })} a where a.pk = u.pk and a.action = 'delete')`;
  const isDeleted = `u.action = 'delete' and not ${isImport ? "false" : withAccount}`;
  const from = `from ${getStagedTable(of)} u ${buildCurrentJoinsSql(of)}
    where t.${protects.by} = 1 and (${isDeleted} or u.changed & (${[...new Set(bits), "0"].join(" | ")}) <> 0)`;
  return [buildBlockSql(of, "administrator", from)];
};

const requireInSight = (database: Database, versions: VersionSchema): void => {
  const { thing, key } = versions;
  const isUnseen = (name: string, column: string, value: string): string =>
    `${value} is not null and not exists (select 1 from "${name}" seen where seen.${column} = ${value})`;
  const places = RELATIONS.filter(({ from, to, columns }) => from === thing && to === ORG && columns.length === 1);
  const lists = KEY_LISTS.filter(({ from }) => from === thing).map((one) => {
    const [was, is] = ["t", "u"].map((side) => buildKeysInScopeSql(one, `${side}.${one.list}`, "not in"));
    return `${was} <> ${is}`;
  });
  const isHidden = [
    ...lists,
    isUnseen(thing.name, key, `t.${key}`),
    ...places.map(({ field }) => `u.action <> 'delete' and ${isUnseen(ORG.name, "pk", `u.${field}`)}`),
  ];
  const hidden = `select 1 from ${getStagedTable(versions)} u ${buildCurrentJoinsSql(versions)}
    where ${isHidden.map((one) => `(${one})`).join(" or ")} limit 1`;
  if (database.get(hidden) === undefined) return;
  throw new Failure("not-permitted", {
    what: text(
      "some records of this change are now outside your organisations; nothing was changed",
      "この変更のデータの一部が管理対象組織の外にあるため、何も変更していません",
    ),
    hint: text("ask a system administrator", "システム管理者に依頼してください"),
  });
};

const listTakenValues = (of: VersionSchema): readonly string[] => {
  const { thing } = of;
  const staged = getStagedTable(of);
  const scope = thing.scope === undefined ? "true" : `h.${thing.scope} = u.${thing.scope}`;
  return listUniqueFields(of).map(({ name, bit, keys, location: { table, record, own, has } }) => {
    const [list, key] = own ? ["", keys("u")] : [`${ORDERED_JOIN} json_each(${keys("u")}) e`, "e.value"];
    const pk = `h.${record}`;
    const from = `from ${staged} u ${list} ${ORDERED_JOIN} main.${table} h on ${has("h", key)} and ${scope}
      where u.action <> 'delete' and u.changed & ${bit} <> 0 and ${pk} <> u.pk
        and not exists (select 1 from ${staged} s where s.pk = ${pk} and s.changed & ${bit} <> 0)`;
    return buildBlockSql(of, "taken", from, { fields: `'["${name}"]'`, otherThing: `'${thing.name}'`, otherPk: pk });
  });
};

const buildGoneReferences = ({ from, to, field, value, joined, key, byName, among }: StoredRelation): string => {
  const [of, target] = [getVersionSchema(from.name), getVersionSchema(to.name)];
  const own = value("u");
  const isNamed = `${key("o")} = ${own} and ${among("u", "o")}`;
  const staged = getStagedTable(target);
  const isThere = `exists (select 1 from main.${to.name} o where ${isNamed} and not exists (select 1 from ${staged} s where s.pk = o.pk))
    or exists (select 1 from ${staged} o where o.action <> 'delete' and ${isNamed})`;
  const isOfScope = to.scope === undefined ? "true" : `u.${to.scope} = coalesce(w.${to.scope}, o.${to.scope})`;
  const since = (what: string): string => `(select ${what} from main.${target.table} w
    ${ORDERED_JOIN} main.change c on c.revision = w.revision left join main.${to.name} o on o.pk = w.pk
    where ${key("w")} = ${own} and ${isOfScope} and w.revision > :revision order by c.number desc limit 1)`;
  const gone = `from ${getStagedTable(of)} u ${joined?.("u") ?? ""}
    where u.action <> 'delete' and u.changed & ${getColumnBit(of, field)} <> 0 and ${own} is not null
      and ${buildInterruptCheckSql("u.pk")} and not (${isThere})`;
  const other = { otherThing: `'${to.name}'`, otherPk: byName === true ? since("w.pk") : own };
  return buildBlockSql(of, "gone", gone, { fields: `'["${field}"]'`, change: since("c.number"), ...other });
};

function* findUsedRecords(database: Database, relation: StoredRelation): Generator<string> {
  const { from, to, columns, value, joined, key, among, holds } = relation;
  const of = getVersionSchema(to.name);
  const going = `${getStagedTable(of)} d ${ORDERED_JOIN} main.${to.name} o on o.pk = d.pk`;
  const isGoing = `(d.action = 'delete' or ${key("d")} is distinct from ${key("o")})`;
  if (database.get(`select 1 from ${going} where ${isGoing} limit 1`) === undefined) return;
  const used = `from ${buildRecordsAfterUndoSql(getVersionSchema(from.name), columns)} h ${joined?.("h") ?? ""}
    ${ORDERED_JOIN} main.${to.name} o on ${key("o")} = ${value("h")} and ${among("h", "o")}
    ${ORDERED_JOIN} ${getStagedTable(of)} d on d.pk = o.pk
    where ${value("h")} is not null and ${holds?.("h") ?? "true"} and ${isGoing} and ${buildInterruptCheckSql("h.pk")}`;
  yield buildBlockSql(of, "used", used, { pk: "d.pk", otherThing: `'${from.name}'`, otherPk: "h.pk" });
}

const buildOrgCycles = (): string => {
  const of = getVersionSchema(ORG.name);
  const staged = getStagedTable(of);
  const cycles = `from (with recursive up(start, at) as (
      select u.pk, u.parent from ${staged} u where u.action <> 'delete' and u.changed & ${getColumnBit(of, "parent")} <> 0
      union select up.start, case when s.pk is null then o.parent else s.parent end from up
        left join ${staged} s on s.pk = up.at left join main.org o on o.pk = up.at
      where up.at is not null and up.at <> up.start)
    select start as pk from up where at = start) u where true`;
  return buildBlockSql(of, "below", cycles);
};

const storeBrokenRules = (database: Database, { deleted, dropped }: UndoneChange): void => {
  const things = new Set(countStagedRecords(database).map(({ versions }) => versions.thing.name));
  const isDeletion = deleted !== undefined;
  const source = isDeletion ? "edits" : dropped === undefined ? "undo" : "console";
  const found = checkPlannedRecords(buildUndoneTables(things, isDeletion), source, database);
  const isWritten = (thing: string, pk: number): boolean =>
    things.has(thing) &&
    database.get(`select 1 from ${getStagedTable(getVersionSchema(thing))} u where u.pk = :pk`, { pk }) !== undefined;
  for (const { thing, lead, pk, what } of found)
    database.run(
      `insert into ${BLOCKED_TABLE} values (:thing, :pk, 'rule', '[]', null, null, null, :what) on conflict do nothing`,
      { thing: isWritten(thing, pk) ? thing : lead, pk, what: JSON.stringify(what) },
    );
};

/** Finds and unstages records that cannot be undone, and the records on which they depend. @throws `not-permitted` */
export const findBlockedRecords = (database: Database, undone: UndoneChange): void => {
  database.exec(
    `create table if not exists ${BLOCKED_TABLE} (thing text, pk integer, why text, fields text, change integer,
       otherThing text, otherPk integer, what text)`,
  );
  database.exec("create unique index if not exists temp.undo_blocked_reason on undo_blocked (thing, pk, why = 'used')");
  database.exec(`delete from ${BLOCKED_TABLE}`);
  for (let blocked = -1; blocked < countBlockedRecords(database);) {
    blocked = countBlockedRecords(database);
    for (const sql of findObstacles(database, undone)) database.run(sql, { revision: undone.revision });
    storeBrokenRules(database, undone);
    keepTogether(database);
    for (const { thing } of VERSIONED_THINGS)
      database.exec(
        `delete from ${getStagedTable({ thing })} where pk in (select pk from ${BLOCKED_TABLE} where thing = '${thing.name}')`,
      );
  }
};

export const countBlockedRecords = (database: Database): number =>
  database.count(`select count(*) from (select distinct thing, pk from ${BLOCKED_TABLE})`);

const FIELD_LABELS: Readonly<Record<string, string>> = { parent: "上位組織", custom: "カスタムユーザー情報" };

export const labelFields = (thing: RecordType, names: string): readonly string[] => {
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
