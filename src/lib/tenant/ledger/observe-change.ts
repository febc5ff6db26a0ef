import {
  buildCaseSql,
  buildFieldKeySql,
  buildJsonObjectSql,
  buildValueWithoutTypeSql,
  quoteIdentifier,
  ORDERED_JOIN,
} from "../store/sql.ts";
import { getKeyColumn } from "../../model/thing.ts";
import { UNIQUE_LIST_TABLES } from "./record-rows.ts";
import type { Writer } from "../store/types.ts";
import { SECURED_GROUP, SECURED_USER } from "../../nouns/secured-user.ts";
import { CUSTOM_FIELD } from "../../nouns/user.ts";
import { ALL_COLUMNS_MASK, EXISTENCE_BIT, type VersionSchema, getVersionSchema } from "./versions.ts";
import {
  buildCompleteMaskSql,
  buildCustomFieldsBitSql,
  buildDifferingBitsSql,
  buildDifferingEntriesSql,
  buildIsForgottenSql,
  buildMergedEntriesSql,
  EXPORTED_VERSIONS,
  OBSERVED_VERSION_TABLE,
  OBSERVED_VERSIONS,
  buildRecordWrittenSql,
} from "./observed-state.ts";

const listStateColumns = ({ columns }: VersionSchema): readonly string[] => [
  "inConsole",
  "wished",
  "written",
  ...columns.map(({ name }) => name),
];

/** SQL: the row `o` as JSON, without the revision of the last export. */
const buildStateSql = (versions: VersionSchema): string =>
  buildJsonObjectSql(
    listStateColumns(versions).map((name) => [name, `json_quote(o.${quoteIdentifier(name)})`] as const),
  );

/** SQL: stores rows before the change `:revision`. @param records SQL: the rows; `inConsole` is null if there is none */
const buildSaveObservedSql = (versions: VersionSchema, records: string): string =>
  `insert into ${OBSERVED_VERSION_TABLE} (thing, pk, revision, state)
    select '${versions.thing.name}', o.pk, :revision, iif(o.inConsole is null, null, ${buildStateSql(versions)})
    from (${records}) o where true on conflict do nothing`;

const buildCreatedRecordsSql = ({ thing, key }: VersionSchema): string =>
  `select t.${key} as pk from main.created_range c ${ORDERED_JOIN} main.${thing.name} t on t.${key} between c.first and c.last
   where c.revision = :revision and c.thing = '${thing.name}'`;

/**
 * SQL: a record that the change `:revision` made takes over the row of a deleted record with the same key in the console:
 * the deletion ends, and what differs are wishes.
 */
const buildTakeOverStatements = (versions: VersionSchema): readonly string[] => {
  const { thing, columns } = versions;
  const [{ field } = { field: "" }] = thing.keys ?? [];
  if (!EXPORTED_VERSIONS.includes(versions)) return [];
  const table = `main.${versions.observed}`;
  const keyOf = (of: string): string => buildFieldKeySql(thing, field, (name) => `${of}.${quoteIdentifier(name)}`);
  const { [field]: claims } = UNIQUE_LIST_TABLES[thing.name] ?? {};
  const key = getKeyColumn({ short: thing.fields[field]?.short ?? field, list: false });
  const holder =
    claims === undefined
      ? `main.${thing.name} h on ${keyOf("h")} = ${buildValueWithoutTypeSql(keyOf("o"))}${thing.scope === undefined ? "" : ` and h.${thing.scope} = o.${thing.scope}`}`
      : `main.${claims} c on c.${key} = ${keyOf("o")} ->> 0 and c.main = 1 ${ORDERED_JOIN} main.${thing.name} h on h.pk = c.${thing.name}`;
  const isMade = `exists (select 1 from main.created_range r where r.revision = :revision and r.thing = '${thing.name}'`;
  const pairs = `select o.*, h.pk as made from ${table} o ${ORDERED_JOIN} ${holder}
    where (o.inConsole = 1 or o.wished = 0) and ${isMade}) and ${isMade} and h.pk between r.first and r.last) and not exists (select 1 from main.${thing.name} n where n.pk = o.pk)`;
  const names = ["since", "written", ...columns.map(({ name }) => name)].map(quoteIdentifier);
  return [
    buildSaveObservedSql(versions, `select p.* from (${pairs}) p`),
    `insert into ${table} (pk, inConsole, wished, ${names.join(", ")}) select p.made, p.inConsole, ${ALL_COLUMNS_MASK}, ${names.map((name) => `p.${name}`).join(", ")} from (${pairs}) p where true
     on conflict (pk) do update set inConsole = excluded.inConsole, ${names.map((name) => `${name} = excluded.${name}`).join(", ")}`,
    `delete from ${table} as o where o.pk in (select p.pk from (${pairs}) p)`,
  ];
};

/** SQL: the console itself takes deleted groups off their members. */
const buildFollowStatements = (versions: VersionSchema, changedRecords: string): readonly string[] => {
  if (versions.thing !== SECURED_USER) return [];
  const isDeleted = `exists (select 1 from main.${getVersionSchema(SECURED_GROUP.name).table} g where g.revision = :revision
    and g.action = 'delete' and g.app = t.app and coalesce(g.nameKey, g.name) = coalesce(o.groupKeys ->> e.key, e.value))`;
  return [
    `update main.${versions.observed} as o set groups = (select json_group_array(e.value) from json_each(o.groups) e where not ${isDeleted})
     from main.${SECURED_USER.name} t where t.pk = o.pk and o.groups is not null and o.pk in (${changedRecords})`,
  ];
};

/** SQL: the values before the version `v`; of custom fields only those that differ now. */
const listValuesBefore = ({ columns }: VersionSchema): readonly string[] => {
  const entries = buildDifferingEntriesSql("v.custom", "t.custom");
  return columns.map(({ name, bit }) =>
    name === "custom" ? buildCaseSql(`v.changed & ${bit} <> 0`, entries, "'{}'") : `v.${quoteIdentifier(name)}`,
  );
};

/** SQL: stores the wishes of the change `:revision` with the console's values before it. */
const buildObserveStatements = (versions: VersionSchema): readonly string[] => {
  const { thing, key, columns, observed: table } = versions;
  const names = columns.map(({ name }) => quoteIdentifier(name));
  const isCustom = (name: string): boolean => name === "custom";
  const changed = buildCompleteMaskSql(versions, "v.changed");
  // the console has no values of a creation; those of a deleted one identify it
  const isCreation = `${table}.inConsole = 0 and ${table}.wished & ${EXISTENCE_BIT} <> 0`;
  const kept = columns.map(({ name, bit }) => {
    const [own, other] = [`${table}.${quoteIdentifier(name)}`, `excluded.${quoteIdentifier(name)}`];
    const stays = isCustom(name) ? buildMergedEntriesSql(own, other) : own;
    return `${quoteIdentifier(name)} = ${buildCaseSql(`${table}.wished & ${bit} <> 0 and not (${isCreation})`, stays, other)}`;
  });
  const written = `coalesce((select ${changed} from main.${versions.table} v where v.pk = o.pk and v.revision = :revision), ${ALL_COLUMNS_MASK})`;
  const changedRecords = `select v.pk from main.${versions.table} v where v.revision = :revision`;
  // a range of new records is scanned for those that were restored, because most are creations, which need nothing else
  const restored = `select r.pk from main.created_range c ${ORDERED_JOIN} main.${table} r on r.pk between c.first and c.last
    where c.revision = :revision and c.thing = '${thing.name}' and (r.inConsole = 1 or r.wished <> ${ALL_COLUMNS_MASK})`;
  const records = `${changedRecords} union ${restored}`;
  const setEntries = (entries: string): string =>
    columns.some(({ name }) => isCustom(name)) ? `, custom = ${entries}` : "";
  const restoredEntries = buildDifferingEntriesSql("o.custom", "t.custom");
  const openEntries = `iif(o.custom is null, null, (select json_group_object(e.key, e.value) from json_each(o.custom) e
    where e.value is distinct from t.custom ->> e.key))`;
  // no file carries a deletion, or a record that no export shows
  const isExported = EXPORTED_VERSIONS.includes(versions);
  const isUnfiled = isExported
    ? `o.pk in (${changedRecords}) and o.inConsole = 1 and t.${key} is null`
    : `o.pk in (${changedRecords} union ${buildCreatedRecordsSql(versions)})`;
  return [
    buildSaveObservedSql(versions, `select o.* from (${records}) r ${ORDERED_JOIN} main.${table} o on o.pk = r.pk`),
    `insert into main.${table} (pk, inConsole, wished, since, ${names.join(", ")})
     select v.pk, 1, ${changed}, :revision, ${listValuesBefore(versions).join(", ")}
     from main.${versions.table} v left join main.${thing.name} t on t.${key} = v.pk
     where v.revision = :revision and ${changed} <> 0
     on conflict (pk) do update set wished = ${table}.wished | excluded.wished, ${kept.join(", ")}`,
    `insert into main.${table} (pk, inConsole, wished, since) select pk, 0, ${ALL_COLUMNS_MASK}, :revision from (${buildCreatedRecordsSql(versions)}) where true
     on conflict do nothing`,
    ...buildFollowStatements(versions, changedRecords),
    ...buildTakeOverStatements(versions),
    // a record that was restored is wished as far as it differs from what the console showed last
    `update main.${table} as o set wished = ${buildCaseSql("o.inConsole = 1", `${ALL_COLUMNS_MASK} & ~${EXISTENCE_BIT}`, ALL_COLUMNS_MASK)}${setEntries(restoredEntries)}
     from main.${thing.name} t where t.${key} = o.pk and o.pk in (${restored})`,
    `update main.${table} as o set wished = o.wished & ~(${written} & ~${buildDifferingBitsSql(versions)})${setEntries(openEntries)}
     from main.${thing.name} t where t.${key} = o.pk and o.inConsole = 1 and o.pk in (${records})`,
    `update main.${table} as o set wished = 0 where o.inConsole = 0 and o.pk in (${changedRecords}) and not exists (select 1 from main.${thing.name} t where t.${key} = o.pk)`,
    buildRecordWrittenSql(versions, isUnfiled, () => String(!isExported)),
    `delete from main.${table} as o where o.pk in (${records}) and ${buildIsForgottenSql(versions)}`,
  ];
};

/** SQL: removes deleted custom fields from the observed state. One task covers the deletion for all records. */
const buildForgetFieldsStatements = (versions: VersionSchema): readonly string[] => {
  const bit = buildCustomFieldsBitSql(versions);
  if (bit === "0") return [];
  const table = `main.${versions.observed}`;
  const isRemoved = `exists (select 1 from main.${CUSTOM_FIELD.name}_version r where r.revision = :revision and r.action = 'delete')`;
  const isHere = `exists (select 1 from main.${versions.thing.name} t where t.${versions.key} = o.pk) and ${isRemoved}`;
  const known = `exists (select 1 from main.${CUSTOM_FIELD.name} f where f.pk = cast(e.key as integer))`;
  return [
    `update ${table} as o set custom = (select json_group_object(e.key, e.value)
       from json_each(coalesce(o.custom, '{}')) e where ${known})
     where o.inConsole = 1 and o.wished & ${bit} <> 0 and ${isHere}`,
    `update ${table} as o set wished = o.wished & ~${bit} where o.inConsole = 1 and o.custom = '{}' and ${isHere}`,
    `delete from ${table} as o where o.wished = 0 and ${isRemoved} and ${buildIsForgottenSql(versions)}`,
  ];
};

export const OBSERVE_STATEMENTS: readonly string[] = OBSERVED_VERSIONS.flatMap((versions) => [
  ...buildObserveStatements(versions),
  ...buildForgetFieldsStatements(versions),
]);

/** SQL: stores the rows of a kind before an export. @param where SQL: condition on the rows `o` */
export const buildSaveExportedSql = (versions: VersionSchema, where: string): string =>
  buildSaveObservedSql(versions, `select o.* from main.${versions.observed} o where ${where}`);

/** SQL: deletes the stored rows of the change `:revision` that it did not change. */
export const buildForgetUnchangedSql = (versions: VersionSchema): string =>
  `delete from ${OBSERVED_VERSION_TABLE} as i where i.thing = '${versions.thing.name}' and i.revision = :revision
     and i.state = (select ${buildStateSql(versions)} from main.${versions.observed} o where o.pk = i.pk)`;

/**
 * SQL: restores the rows before the change `:undone`: all rows before a console import (`:isOfConsole`), of which later
 * wishes stay, or the rows of unsettled records that a list took over.
 */
const buildRestoreStatements = (versions: VersionSchema): readonly string[] => {
  const { thing, key, observed: table } = versions;
  const names = listStateColumns(versions);
  const isTaken = `i.state ->> 'inConsole' = 0 and i.state ->> 'wished' & ${EXISTENCE_BIT} = 0
    and exists (select 1 from main.${thing.name} t where t.${key} = i.pk)
    and not exists (select 1 from main.${versions.table} v where v.pk = i.pk and v.revision = i.revision and v.action = 'delete')`;
  const stored = `${OBSERVED_VERSION_TABLE} i where i.thing = '${thing.name}' and i.revision = :undone and (:isOfConsole or ${isTaken})`;
  const isLater = `exists (select 1 from main.${versions.table} v where v.pk = own.pk and v.revision > :undone and v.revision < :revision)`;
  const sets = versions.columns.map(
    ({ name, bit }) =>
      `${quoteIdentifier(name)} = ${buildCaseSql(`excluded.wished & ${bit} = 0 and ${isLater}`, `own.${quoteIdentifier(name)}`, `excluded.${quoteIdentifier(name)}`)}`,
  );
  // files that were written since stay
  const isKnown =
    "exists (select 1 from json_each(excluded.written) w where w.value ->> 'f' = e.value ->> 'f' and w.value ->> 'v' is e.value ->> 'v')";
  const all = `(select json_group_array(json(a.value)) from (select value from json_each(excluded.written)
    union all select e.value from json_each(own.written) e where not ${isKnown}) a)`;
  return [
    buildSaveObservedSql(
      versions,
      `select k.pk, ${names.map((name) => `o.${quoteIdentifier(name)}`).join(", ")}
       from (select i.pk from ${stored}) k left join main.${table} o on o.pk = k.pk`,
    ),
    `delete from main.${table} as own where own.pk in (select i.pk from ${stored} and i.state is null) and not ${isLater}`,
    `insert into main.${table} as own (pk, since, ${names.map(quoteIdentifier).join(", ")})
     select i.pk, coalesce((select max(c.revision) from main.change c where c.writer = 'console' and c.revision < :undone), 0),
       ${names.map((name) => `i.state ->> '${name}'`).join(", ")} from ${stored} and i.state is not null
     on conflict (pk) do update set inConsole = excluded.inConsole, written = ${all}, since = excluded.since,
       wished = excluded.wished | ${buildCaseSql(isLater, "own.wished", "0")}, ${sets.join(", ")}`,
  ];
};

export const RESTORE_OBSERVED_STATEMENTS: readonly string[] = EXPORTED_VERSIONS.flatMap(buildRestoreStatements);

/** Call this after all versions of the change are stored. */
export const storeObservedState = async (writer: Writer): Promise<void> => {
  const revision = await writer.revision();
  for (const sql of OBSERVE_STATEMENTS) await writer.run(sql, { revision });
};
