import { getCollection } from "../../nouns/index.ts";
import { buildCaseSql, quoteIdentifier, ORDERED_JOIN } from "../store/sql.ts";
import type { Params, Writer } from "../store/types.ts";
import { KEY_LISTS } from "./version-references.ts";
import {
  ALL_COLUMNS_MASK,
  VERSION_SCHEMAS,
  getColumnBit,
  getVersionSchema,
  type VersionSchema,
} from "./version-tables.ts";

/** SQL: the part of an upsert that adds the values of a version to the row of `table`, which keeps its own values. */
export const buildAddValuesSql = ({ columns }: VersionSchema, table: string): string => {
  const sets = columns.map(({ name, bit }) => {
    const column = quoteIdentifier(name);
    const isKept = `${table}.changed is null or ${table}.changed & ${bit} <> 0`;
    return `${column} = ${buildCaseSql(isKept, `${table}.${column}`, `excluded.${column}`)}`;
  });
  return [`changed = ${table}.changed | excluded.changed`, ...sets].join(", ");
};

/** SQL: stores versions. Values that `:revision` stored earlier are kept. @param records SQL: `pk`, `changed` */
export const buildSaveVersionsSql = (versions: VersionSchema, records: string, action = "update"): string => {
  const { thing, key, columns, times, table } = versions;
  const names = [...columns.map(({ name }) => name), ...times].map(quoteIdentifier);
  const values = [
    ...columns.map(({ name, bit }) =>
      buildCaseSql(`k.changed is null or k.changed & ${bit} <> 0`, `t.${quoteIdentifier(name)}`, "null"),
    ),
    ...times.map((name) => `t.${quoteIdentifier(name)}`),
  ];
  return `insert into main.${table} (pk, revision, action, changed, ${names.join(", ")})
    select k.pk, :revision, '${action}', k.changed, ${values.join(", ")}
    from (${records}) k ${ORDERED_JOIN} main.${thing.name} t on t.${key} = k.pk where true
    on conflict (pk, revision) do update set action = excluded.action, ${buildAddValuesSql(versions, table)}`;
};

export const buildSaveDeletedSql = (versions: VersionSchema, records: string): string =>
  buildSaveVersionsSql(versions, `select gone.pk, ${ALL_COLUMNS_MASK} as changed from (${records}) gone`, "delete");

export const buildSaveUnsettledSql = (versions: VersionSchema, records: string): string =>
  buildSaveVersionsSql(versions, `select kept.pk, null as changed from (${records}) kept`);

/** SQL: stores the record numbers that a change gave to new records. @param ranges SQL: `first`, `last` */
export const buildSaveCreatedRangesSql = (thing: string, ranges: string): string =>
  `insert into main.created_range (revision, thing, first, last) select :revision, '${thing}', made.first, made.last
   from (${ranges}) made where made.first <= made.last`;

const unsettledVersions = new WeakMap<Writer, Set<VersionSchema>>();

/** Call this before changing or deleting the records. @param which SQL: condition on the records `t` */
export const saveVersions = async (writer: Writer, thing: string, which: string, params: Params): Promise<void> => {
  const versions = getVersionSchema(thing);
  unsettledVersions.set(writer, (unsettledVersions.get(writer) ?? new Set()).add(versions));
  const records = `select t.${versions.key} as pk from main.${thing} t where ${which}`;
  await writer.run(buildSaveUnsettledSql(versions, records), { ...params, revision: await writer.revision() });
};

export const saveCreatedRange = async (writer: Writer, thing: string, first: number, last = first): Promise<void> => {
  await writer.run(buildSaveCreatedRangesSql(thing, "select :first as first, :last as last"), {
    first,
    last,
    revision: await writer.revision(),
  });
};

export const saveVersionOrCreation = async (writer: Writer, thing: string, pk: number): Promise<void> => {
  const { key } = getVersionSchema(thing);
  await saveVersions(writer, thing, `t.${key} = :pk`, { pk });
  const made = `select :pk as first, :pk as last where not exists (select 1 from main.${thing} where ${key} = :pk)`;
  await writer.run(buildSaveCreatedRangesSql(thing, made), { pk, revision: await writer.revision() });
};

/** SQL: compares the stored versions with the records, and deletes unchanged values. */
const buildSettleStatements = (versions: VersionSchema): readonly string[] => {
  const { thing, key, columns, times, table } = versions;
  const isOther = (name: string): string => `v.${quoteIdentifier(name)} is distinct from t.${quoteIdentifier(name)}`;
  const leading = columns.filter(({ leads }) => leads);
  const isAny = [...leading.map(({ name }) => name), ...times].map(isOther).join(" or ");
  const changed = leading.map(({ name, bit }) => buildCaseSql(isOther(name), bit, "0")).join(" | ");
  const sets = columns.map(({ name, bit }) => {
    const lead = leading.find((one) => one.bit === bit);
    const column = quoteIdentifier(name);
    return `${column} = ${lead === undefined ? "null" : buildCaseSql(isOther(lead.name), `v.${column}`, "null")}`;
  });
  const isOpen = "v.revision = :revision and v.changed is null";
  return [
    `delete from main.${table} as v where ${isOpen}
       and exists (select 1 from main.${thing.name} t where t.${key} = v.pk and not (${isAny}))`,
    `update main.${table} as v set changed = ${changed}, action = 'update', ${sets.join(", ")}
     from main.${thing.name} t where t.${key} = v.pk and ${isOpen}`,
    `update main.${table} as v set changed = ${ALL_COLUMNS_MASK}, action = 'delete' where ${isOpen}`,
  ];
};

export const SETTLE_STATEMENTS: readonly string[] = [...VERSION_SCHEMAS.values()].flatMap(buildSettleStatements);

/** Updates lists that contain changed keys of other records. Call this after the rules. Returns how many lost keys. */
export const updateKeyLists = async (writer: Writer, params: { revision: number; now: string }): Promise<number> => {
  let shortened = 0;
  for (const { from, list, to, by } of KEY_LISTS) {
    const [versions, target] = [getVersionSchema(from.name), getVersionSchema(to)];
    const [bit, collection] = [getColumnBit(versions, list), getCollection(from)];
    const isMoved = `v.revision = :revision and v.changed & ${getColumnBit(target, by)} <> 0`;
    const kept = `main.${target.table} v`;
    if ((await writer.get(`select 1 from ${kept} where ${isMoved}`, params)) === undefined) continue;
    const moved = `(select v.${by} as was, o.${by} as now from ${kept} left join main.${to} o on o.pk = v.pk
      where ${isMoved} and v.${by} is distinct from o.${by})`;
    const written = `main.${versions.table} w where w.revision = :revision and w.changed & ${bit} <> 0`;
    // lists that the change itself wrote are already right
    const found = `select distinct t.pk, ${bit} as changed from main.${from.name} t, json_each(t.${list}) e
      ${ORDERED_JOIN} ${moved} m on m.was = e.value where not exists (select 1 from ${written} and w.pk = t.pk)`;
    if ((await writer.get(found, params)) === undefined) continue;
    shortened += (await writer.all(`${found} and m.now is null`, params)).length;
    await writer.lock([collection]);
    const update = `update main.${from.name} as t set updatedAt = :now, revision = :revision, ${list} = (
        select json_group_array(coalesce(m.now, e.value) order by coalesce(m.now, e.value)) from json_each(t.${list}) e
          left join ${moved} m on m.was = e.value where m.was is null or m.now is not null)
      where exists (select 1 from ${written} and w.pk = t.pk and w.${list} = t.${list})`;
    const advance = `update main.collection set revision = :revision where name = '${collection}'`;
    for (const sql of [buildSaveVersionsSql(versions, found), update, advance]) await writer.run(sql, params);
  }
  return shortened;
};

/** Determines which columns a change wrote. Call this at the end of the change. */
export const settleVersions = async (writer: Writer): Promise<void> => {
  const kept = unsettledVersions.get(writer) ?? [];
  unsettledVersions.delete(writer);
  for (const versions of kept)
    for (const sql of buildSettleStatements(versions)) await writer.run(sql, { revision: await writer.revision() });
};
