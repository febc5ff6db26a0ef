import {
  getObservedHistoryTable,
  CUSTOM_FIELDS_COLUMN,
  buildCustomFieldsBitSql,
  EXPORTED_VERSIONS,
  buildIsFilledSql,
  buildKeepAgreedSql,
  buildKeepObservedSql,
  OBSERVED_VERSIONS,
  getObservedTable,
  PRESENCE_BIT,
  buildConfirmEntriesSql,
} from "../../../console/observed.ts";
import { CUSTOM_FIELD } from "../../../../model/user.ts";
import {
  ALL_COLUMNS_MASK,
  getColumnBit,
  buildCombinedMaskSql,
  getVersionTable,
  type VersionSchema,
} from "../../../versions/tables.ts";
import { buildCaseSql, quoteIdentifier, ORDERED_JOIN } from "../../../store/sql/forms.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { CANDIDATE_KEY_TABLE } from "../expressions.ts";
import { buildIsInKindScopeSql, type PlanDefinition } from "../stored-kind.ts";
import { buildHasTwoNamesSql, listMergedReferences } from "./cells.ts";
import {
  AMBIGUOUS_TABLE,
  DELETED_HERE_TABLE,
  HELD_TABLE,
  IS_CONTRADICTED_BY_ABSENCE_SQL,
  IS_MISSING_IN_EXPORT_SQL,
  getKindParam,
  MERGED_TABLE,
  getMergedVersions,
  prefersConsole,
} from "./tables.ts";
import type { RemovedField } from "../../../../csv/layout/header.ts";
import { nameKey } from "../../../../model/normalise.ts";
import { getVersionSchema } from "../../../versions/keep.ts";

/**
 * SQL: the bits of the columns in which a new record `t` may differ from the console, because they have or had a value.
 */
const buildFilledBitsSql = (versions: VersionSchema): string => {
  const leading = versions.columns.filter(({ leads }) => leads);
  const had = `coalesce((select ${buildCombinedMaskSql(versions, "v.changed")} from main.${getVersionTable(versions)} v where v.pk = o.pk and v.action = 'update' and v.revision > o.since), 0)`;
  const has = leading.map(({ name, bit }) => buildCaseSql(buildIsFilledSql(versions.thing, name), bit, "0"));
  return [had, ...has].join(" | ");
};

interface ObservedExport {
  readonly database: Database;
  readonly plan: PlanDefinition;
  readonly versions: VersionSchema;
  readonly table: string;
  /** SQL parameters: the record type (`kind`) if the records have a scope */
  readonly params: Readonly<Record<string, string>>;
  /** the revision of the change that imports the export */
  readonly revision: number;
}

const coversAllRecords = ({ plan: { request } }: ObservedExport): boolean =>
  request.mode === "replace" && request.scope === undefined;

/** SQL: true if the observed record `o` exists locally in the scope of the plan. */
const buildExistsLocallySql = ({ plan: { kind } }: ObservedExport): string =>
  `exists (select 1 from ${kind.thing.name} t where t.pk = o.pk and ${buildIsInKindScopeSql(kind.thing, "t")})`;

/** SQL: true if the observed record `o` in the scope of the plan was deleted locally. */
const buildWasDeletedLocallySql = ({ plan: { kind } }: ObservedExport): string =>
  `(${buildIsInKindScopeSql(kind.thing, "o")} and not exists (select 1 from ${kind.thing.name} t where t.pk = o.pk))`;

/** SQL: true if a valid row of the export matches the observed record `o`. */
const MATCHES_VALID_ROW_SQL = `exists (select 1 from ${MERGED_TABLE} x where x.pk = o.pk and not exists (select 1 from s.invalid bad where bad.row = x.row))`;

/** SQL: true if a row of the export shows the observed record `o`, which was deleted locally. */
const IS_DELETED_RECORD_SHOWN_SQL = `exists (select 1 from ${DELETED_HERE_TABLE} d where d.pk = o.pk)`;

/** SQL: the table and condition for records `o` whose local values the export contradicts. */
const CONTRADICTED_RECORDS_SQL = `${MERGED_TABLE} o where o.contradicted <> 0 and ${MATCHES_VALID_ROW_SQL}`;

const keepFormerObservedState = (of: ObservedExport): void => {
  const isLacking = `${IS_MISSING_IN_EXPORT_SQL} and (o.inConsole = 1 and ${buildExistsLocallySql(of)} or ${buildWasDeletedLocallySql(of)})`;
  const which = `${MATCHES_VALID_ROW_SQL} or ${coversAllRecords(of) ? isLacking : IS_DELETED_RECORD_SHOWN_SQL}`;
  const sql = buildKeepObservedSql(of.versions, which);
  of.database.run(sql, { revision: of.revision, ...(coversAllRecords(of) && of.params) });
  of.database.run(buildKeepAgreedSql(of.versions, CONTRADICTED_RECORDS_SQL), { revision: of.revision });
};

/** Stores what rows show about records that were changed locally, or that cannot have the shown values locally. */
const observeMatchedRecords = ({ database, plan, versions, table, revision }: ObservedExport): void => {
  database.run(
    `insert into ${table} (pk, inConsole, differs, since) select o.pk, 1, 0, :revision from ${CONTRADICTED_RECORDS_SQL} on conflict do nothing`,
    { revision },
  );
  const custom = buildCustomFieldsBitSql(versions);
  const sets = versions.columns.map(({ name, bit }) => {
    const column = quoteIdentifier(name);
    if (name !== CUSTOM_FIELDS_COLUMN)
      return `${column} = ${buildCaseSql(`x.shown & ${bit} <> 0`, `x.${column}`, `o.${column}`)}`;
    return `${column} = (select json_group_object(e.key, e.value) from (
      select key, value from json_each(coalesce(x.entries, '{}')) union all
      select e.key, e.value from json_each(coalesce(o.custom, '{}')) e
      where not exists (select 1 from json_each(coalesce(x.keys, '[]')) k where k.value = e.key)) e)`;
  });
  const shown = `(x.shown | ${buildCaseSql("x.keys is null", "0", custom)})`;
  const stays = (mask: string): string => buildCaseSql("x.isNew", "0", `${mask} & ~${shown}`);
  const unseen = buildCaseSql("x.isNew", `(${buildFilledBitsSql(versions)}) & ~${shown}`, "0");
  database.exec(
    `update ${table} as o set inConsole = 1, confirmed = ${stays("o.confirmed")},
       since = ${buildCaseSql("o.differs & ~x.shown = 0 and o.contradicted & x.contradicted = 0", String(revision), "o.since")},
       contradicted = ${stays("o.contradicted")} | x.contradicted,
       differs = (o.differs & ~x.shown) | (x.shown & x.differing & ${buildCaseSql("x.isNew", ALL_COLUMNS_MASK, "o.differs | x.contradicted")}) | ${unseen},
       ${sets.join(", ")}
     from ${MERGED_TABLE} x ${ORDERED_JOIN} ${plan.kind.thing.name} t on t.pk = x.pk where o.pk = x.pk and ${MATCHES_VALID_ROW_SQL}`,
  );
  if (custom !== "0") {
    database.exec(
      `update ${table} as o set differs = o.differs & ~${custom} | ${buildCaseSql("coalesce(o.custom, '{}') <> '{}'", custom, "0")},
         confirmedFields = (select json_group_array(c.value) from json_each(o.confirmedFields) c
           where not exists (select 1 from json_each(x.keys) k where k.value = c.value))
       from ${MERGED_TABLE} x where o.pk = x.pk and x.keys is not null and ${MATCHES_VALID_ROW_SQL}`,
    );
    database.exec(`${buildConfirmEntriesSql(versions)} and exists (select 1 from ${MERGED_TABLE} x where x.pk = o.pk)`);
  }
  database.exec(`delete from ${table} as o where o.differs = 0 and ${MATCHES_VALID_ROW_SQL}`);
};

const observeDeletedRecords = ({ database, versions, table }: ObservedExport): void => {
  const sets = versions.columns.map(({ name, bit }) => {
    const column = quoteIdentifier(name);
    return `${column} = ${buildCaseSql(`x.shown & ${bit} <> 0`, `x.${column}`, `o.${column}`)}`;
  });
  const contradicted = `contradicted = o.contradicted | ${buildCaseSql("x.contradicted <> 0", PRESENCE_BIT, "0")}`;
  database.exec(
    `update ${table} as o set ${["confirmed = 0", contradicted, ...sets].join(", ")} from ${DELETED_HERE_TABLE} x where x.pk = o.pk`,
  );
};

const observeMissingRecords = (of: ObservedExport): void => {
  const { database, table, params, plan } = of;
  if (prefersConsole(plan))
    database.run(
      `delete from ${table} as o where ${buildExistsLocallySql(of)} and ${IS_MISSING_IN_EXPORT_SQL} and ${IS_CONTRADICTED_BY_ABSENCE_SQL}
         and not exists (select 1 from ${HELD_TABLE} h where h.pk = o.pk)`,
      params,
    );
  const isContradicted = `o.inConsole = 1 and o.differs & ~o.confirmed & ~${PRESENCE_BIT} <> 0`;
  database.run(
    `update ${table} as o set inConsole = 0, differs = 0, confirmed = 0,
       contradicted = ${buildCaseSql(isContradicted, PRESENCE_BIT, "o.contradicted")}
     where ${buildExistsLocallySql(of)} and ${IS_MISSING_IN_EXPORT_SQL}`,
    params,
  );
};

/**
 * Deletes the observed state of records that were deleted both locally and in the console. @param which SQL: condition
 * on `o`
 */
const forgetDeletedRecords = (of: ObservedExport, which: string): void => {
  const { database, table, params } = of;
  const isAmbiguous = `exists (select 1 from ${AMBIGUOUS_TABLE} a where a.pk = o.pk)`;
  database.run(
    `delete from ${table} as o where ${buildWasDeletedLocallySql(of)} and not ${IS_DELETED_RECORD_SHOWN_SQL} and not ${isAmbiguous} and ${which}`,
    params,
  );
};

const observeCustomFields = ({ database, plan: { staged }, revision }: ObservedExport): void => {
  const shown = staged.places.flatMap(({ field }) => (field.startsWith("custom:") ? [Number(field.slice(7))] : []));
  database.run(
    `delete from main.${getObservedTable({ thing: CUSTOM_FIELD })} as o where o.inConsole = 0 and o.pk in (select value from json_each(:shown))`,
    { shown: JSON.stringify(shown) },
  );
  reopenRemovedFields(database, staged.header, revision);
};

const observeNamedRecords = ({ database, plan, revision }: ObservedExport): void => {
  for (const reference of listMergedReferences(plan)) {
    const { field, refers, keys, table } = reference;
    const versions = OBSERVED_VERSIONS.find(({ thing }) => thing === table.thing);
    if (versions === undefined || EXPORTED_VERSIONS.includes(versions)) continue;
    const scope = keys.own ? buildIsInKindScopeSql(table.thing, "known") : "true";
    const isClear = `not exists (select 1 from ${CANDIDATE_KEY_TABLE} u where u.what = f.what and u.key = f.key)`;
    const shown = `select known.${keys.record} from s.refer f
      ${ORDERED_JOIN} ${keys.table} known on ${keys.has("known", "f.key")} and ${scope}
      where f.what = '${field.short}' and ${isClear} and not ${buildHasTwoNamesSql(reference, "known", "f.key")}`;
    // the console has a record that was restored locally, whether or not it was deleted in the console in between
    const isSettled = `(o.inConsole = 0 or o.differs & ~(${getColumnBit(versions, refers.by)} | ${PRESENCE_BIT}) = 0)`;
    const which = `o.pk in (${shown}) and ${isSettled}`;
    database.run(buildKeepObservedSql(versions, which), { revision, ...getKindParam(plan, which) });
    database.run(`delete from main.${getObservedTable(versions)} as o where ${which}`, getKindParam(plan, which));
  }
};

/**
 * Stores what an export shows about the records that were changed locally. Must be called before the export's plan is
 * applied.
 */
export const observeExport = (database: Database, plan: PlanDefinition, revision: number): void => {
  const versions = getMergedVersions(plan);
  if (versions === undefined) return;
  const { thing, name } = plan.kind;
  const params: ObservedExport["params"] = thing.scope === undefined ? {} : { kind: name };
  const of = { database, plan, versions, table: `main.${getObservedTable(versions)}`, params, revision };
  keepFormerObservedState(of);
  observeMatchedRecords(of);
  observeDeletedRecords(of);
  observeCustomFields(of);
  observeNamedRecords(of);
  if (coversAllRecords(of)) {
    observeMissingRecords(of);
    forgetDeletedRecords(of, "true");
  }
};

// Custom fields that were removed locally but that the console may still have. A column of an export with the name of
// such a field belongs to this field.

const CUSTOM_FIELD_VERSIONS = getVersionSchema(CUSTOM_FIELD.name);

/** SQL: true if a custom field `o` was removed locally. */
const IS_FIELD_REMOVED_SQL = `not exists (select 1 from main.custom_field t where t.pk = o.pk)`;

/**
 * SQL: the custom fields `o` as they were before their removal was confirmed. If the tenant now has another field with
 * the same name, columns with this name belong to that field.
 */
const CONFIRMED_REMOVALS_SQL = `main.${getObservedHistoryTable(CUSTOM_FIELD_VERSIONS)} o ${ORDERED_JOIN} main.change c
  on c.revision = o.revision and c.writer = 'confirm' and c.undoneBy is null
  where o.confirmed & ${PRESENCE_BIT} <> 0 and ${IS_FIELD_REMOVED_SQL}
    and not exists (select 1 from main.${getObservedTable(CUSTOM_FIELD_VERSIONS)} n where n.pk = o.pk)
    and not exists (select 1 from main.custom_field t where t.nameKey = o.nameKey)`;

export const listRemovedFields = (database: Database): readonly RemovedField[] =>
  database
    .all(
      `select o.name, max(c.number) as task from (
         select pk, name from main.${getObservedTable(CUSTOM_FIELD_VERSIONS)} o where ${IS_FIELD_REMOVED_SQL} union select o.pk, o.name from ${CONFIRMED_REMOVALS_SQL}) o
       ${ORDERED_JOIN} main.custom_field_version v on v.pk = o.pk and v.action = 'delete' ${ORDERED_JOIN} main.change c on c.revision = v.revision
       group by o.name`,
    )
    .map(({ name, task }) => ({ name: String(name), task: Number(task) }));

const reopenRemovedFields = (database: Database, header: readonly string[], revision: number): void => {
  const shown = new Set(header.map((name) => nameKey(name.trim())));
  const pks = database
    .all(`select o.pk, o.name from ${CONFIRMED_REMOVALS_SQL}`)
    .flatMap(({ pk, name }) => (shown.has(nameKey(String(name).trim())) ? [Number(pk)] : []));
  if (pks.length === 0) return;
  const params = { pks: JSON.stringify(pks), revision };
  const columns = CUSTOM_FIELD_VERSIONS.columns.map(({ name }) => name).join(", ");
  const which = "(select value as pk from json_each(:pks)) o";
  database.run(buildKeepAgreedSql(CUSTOM_FIELD_VERSIONS, `${which} where true`), params);
  database.run(
    `insert into main.${getObservedTable(CUSTOM_FIELD_VERSIONS)} (pk, inConsole, differs, since, ${columns})
     select o.pk, 1, ${ALL_COLUMNS_MASK}, :revision, ${columns} from ${which} ${ORDERED_JOIN} main.custom_field_version v on v.pk = o.pk
     where v.action = 'delete' and v.revision = (select max(l.revision) from main.custom_field_version l where l.pk = o.pk)`,
    params,
  );
};
