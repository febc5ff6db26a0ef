import type { ImportedField } from "../staging/kinds.ts";
import type { UploadOmissionReason } from "../../../model/upload.ts";
import type { Thing } from "../../../model/thing.ts";
import { EXPORTED_COLUMNS } from "../../console/exported.ts";
import { OBSERVED_VERSIONS, getObservedTable } from "../../console/observed.ts";
import { getColumnBit, type VersionSchema } from "../../versions/tables.ts";
import { buildCaseSql, buildFieldKeySql, quoteIdentifier } from "../../store/sql/forms.ts";
import type { Database } from "../../store/sqlite/database.ts";
import {
  buildChangesFieldSql,
  isStaged,
  buildReferenceJoinsSql,
  buildRecordKeySql,
  findReference,
  buildResultSql,
  buildListKeysAfterRowSql,
  buildRowKeysSql,
  recordColumn,
  buildRecordKeysSql,
} from "./expressions.ts";
import { buildKeyListSql } from "./matching/keys.ts";
import type { PlanDefinition, StoredKind, StoredReference } from "./stored-kind.ts";

// What an upload file contains for the rows of a plan. It leaves out a row whose record, or a record to which it refers,
// has another key in the console, and a row in which a blank cell would clear a value, or could not clear one.

/** SQL of the content of an upload file for rows. */
export interface UploadSql {
  /** the joins that the other member needs */
  readonly join: string;
  /** the reason why a row is left out, as JSON; JSON null if the row is not left out */
  readonly leftOut: string;
}

/** The temporary table of the keys that touched records have in the console: `thing`, `pk`, `key`. */
const CONSOLE_KEY_TABLE = "temp.console_key";

const storeConsoleKeys = (database: Database, { thing, keys, references }: StoredKind): void => {
  database.exec(`drop table if exists ${CONSOLE_KEY_TABLE}`);
  database.exec("create temp table console_key (thing text, pk integer, key text)");
  database.exec("create index temp.console_key_key on console_key (thing, key)");
  database.exec("create index temp.console_key_pk on console_key (thing, pk)");
  const named = references.map(({ table, refers }) => [table.thing, refers.by] as const);
  for (const [of, field] of new Map<Thing, string>([...named, [thing, keys[0].field]])) {
    const versions = OBSERVED_VERSIONS.find((one) => one.thing === of);
    if (versions !== undefined)
      database.exec(
        `insert into ${CONSOLE_KEY_TABLE} select '${of.name}', t.pk, e.value from main.${getObservedTable(versions)} t
           left join json_each(${buildKeyListSql({ thing: of, field })}) e on coalesce(e.key, 0) = 0
         where t.inConsole = 1 and t.touched & ${getColumnBit(versions, field)} <> 0`,
      );
  }
};

/** SQL: true if the record has another key in the console, or another record has its key there. */
const buildHasOtherKeySql = ({ name }: Thing, pk: string, key: string): string =>
  `(exists (select 1 from ${CONSOLE_KEY_TABLE} k where k.thing = '${name}' and k.pk = ${pk} and k.key is distinct from ${key})
    or exists (select 1 from ${CONSOLE_KEY_TABLE} k where k.thing = '${name}' and k.key = ${key} and k.pk is distinct from ${pk}))`;

/** SQL: true if the row refers to a record that has another key in the console. */
const buildRefersToOtherKeySql = (plan: PlanDefinition, reference: StoredReference): string => {
  const { field, keys, refers, table } = reference;
  if (field.merge === "list") {
    const known = `(select known.${keys.record} from ${keys.table} known where ${keys.has("known", "e.value")} limit 1)`;
    return `exists (select 1 from json_each(${buildResultingListKeysSql(plan, field)}) e where ${buildHasOtherKeySql(table.thing, known, "e.value")})`;
  }
  const key = buildFieldKeySql(table.thing, refers.by, (name) => `named.${quoteIdentifier(name)}`);
  const first = table.thing.fields[refers.by]?.type === "texts" ? `(${key}) ->> 0` : key;
  return `exists (select 1 from ${table.thing.name} named where named.pk = ${buildValueAfterSql(plan, field)}
    and ${buildHasOtherKeySql(table.thing, "named.pk", first)})`;
};

/** SQL: the value of a column in the console, if it is known. `c` is the observed state of the record `t`. */
const buildConsoleValueSql = (versions: VersionSchema, column: string): string =>
  buildCaseSql(
    `t.pk is null or coalesce(c.touched, 0) & ${getColumnBit(versions, column)} <> 0`,
    `c.${quoteIdentifier(column)}`,
    recordColumn(column),
  );

const buildIsBlankSql = ({ merge }: ImportedField, value: string): string =>
  merge === "list" ? `coalesce(${value}, '[]') = '[]'` : `${value} is null`;

/** Returns the fields of the file's columns that no export has contained; none if the tenant is not a mirror. */
const listUnseenFields = (database: Database, { name }: StoredKind, fields: readonly string[]): ReadonlySet<string> => {
  if (database.get("select 1 from tenant where mirroredAt is not null") === undefined) return new Set();
  const rows = database.all(`select field from ${EXPORTED_COLUMNS} where kind = :name`, { name });
  const seen = new Set(rows.map(({ field }) => String(field)));
  return new Set(fields.filter((field) => !seen.has(field)));
};

/**
 * Returns SQL conditions for cells that a blank would clear in the console although nobody asked for it, because no
 * export has shown the column, and for values that a blank does not clear.
 */
const buildClearConditions = (
  database: Database,
  versions: VersionSchema,
  plan: PlanDefinition,
  fields: readonly string[],
): readonly string[] => {
  const { kind, request } = plan;
  const mayClear = (field: ImportedField): boolean => isStaged(plan, field) && request.blank === "clear";
  const names = database.all("select pk, name from custom_field order by pk");
  const pkOf = new Map(names.map(({ pk, name }) => [`custom:${String(name)}`, Number(pk)]));
  const unseen = listUnseenFields(
    database,
    kind,
    fields.map((field) => (pkOf.has(field) ? `custom:${pkOf.get(field)}` : field)),
  );
  return kind.fields.flatMap((field) => {
    const [after, known] = [buildValueAfterSql(plan, field), buildConsoleValueSql(versions, field.stored)];
    const isOwn = fields.includes(field.field);
    if (field.merge === "custom") {
      const entries = mayClear(field)
        ? []
        : [...pkOf].filter(([name, pk]) => fields.includes(name) && unseen.has(`custom:${pk}`));
      return entries.map(([, pk]) =>
        [after, known, recordColumn(field.stored)].map((of) => `${of} ->> '${pk}' is null`).join(" and "),
      );
    }
    if (!isOwn) return [];
    if (!field.clearable)
      return findReference(kind, field) === undefined
        ? [`${buildIsBlankSql(field, after)} and not (${buildIsBlankSql(field, known)})`]
        : [];
    if (mayClear(field) || !unseen.has(field.field)) return [];
    return [[after, known, recordColumn(field.stored)].map((of) => buildIsBlankSql(field, of)).join(" and ")];
  });
};

/** SQL: the default key of a row's record after the plan. */
const buildResultingKeySql = (plan: PlanDefinition): string => {
  const { kind } = plan;
  const field = kind.fields.find((one) => one.field === kind.keys[0].field);
  // imports do not change this key
  if (field === undefined) return "r.key";
  const own = buildRecordKeySql(kind.keys[0]);
  if (!isStaged(plan, field)) return own;
  if (field.merge === "list") return `(${buildResultingListKeysSql(plan, field)} ->> 0)`;
  return buildCaseSql(`m.row is null or ${buildChangesFieldSql(field)}`, buildRowKeysSql(field), own);
};

const buildResultingListKeysSql = (plan: PlanDefinition, field: ImportedField): string => {
  if (isStaged(plan, field))
    return buildCaseSql("m.row is null", buildRowKeysSql(field), buildListKeysAfterRowSql(plan, field));
  return buildCaseSql("m.row is null", "'[]'", buildRecordKeysSql(field));
};

/** SQL: the staged rows `r` of a plan, with their matches `m` and records `t`. */
export const buildPlanRowsSql = (plan: PlanDefinition): string => {
  const { thing, table } = plan.kind;
  return `s.row r left join s.match m on m.row = r.row left join ${thing.name} t on t.pk = m.target
    ${table.planner?.join ?? buildReferenceJoinsSql(plan)}`;
};

/** SQL: the value of a field after the plan; for a reference, the record number. */
const buildValueAfterSql = (plan: PlanDefinition, field: ImportedField): string =>
  plan.kind.table.planner === undefined ? buildResultSql(plan, field) : `a.${quoteIdentifier(field.stored)}`;

/** Returns SQL of an upload file for the staged rows `r` of a plan.  @param fields fields of the file's columns */
export const buildRowUploadSql = (database: Database, plan: PlanDefinition, fields: readonly string[]): UploadSql => {
  const { kind } = plan;
  const { thing, keys, references } = kind;
  const { planner } = kind.table;
  planner?.values(database);
  const versions = OBSERVED_VERSIONS.find((one) => one.thing === thing);
  if (versions === undefined) return { join: "", leftOut: "'null'" };
  storeConsoleKeys(database, kind);
  const key = planner?.key ?? buildResultingKeySql(plan);
  const isInConsole = "(m.row is not null and coalesce(c.inConsole, 1) = 1)";
  const cases: readonly (readonly [UploadOmissionReason, readonly string[]])[] = [
    [
      "key",
      [
        buildHasOtherKeySql(thing, "t.pk", key),
        `t.pk is not null and ${isInConsole} and ${buildRecordKeySql(keys[0])} is distinct from ${key}`,
        // the tree itself tells what may have another place
        ...(planner === undefined
          ? references
              .filter(({ field }) => fields.includes(field.field))
              .map((reference) => buildRefersToOtherKeySql(plan, reference))
          : [planner.moved(CONSOLE_KEY_TABLE)]),
      ],
    ],
    ["clear", buildClearConditions(database, versions, plan, fields).map((one) => `${isInConsole} and ${one}`)],
  ];
  const whens = cases.flatMap(([why, all]) => all.map((condition) => `when ${condition} then '"${why}"'`));
  return {
    join: `left join main.${getObservedTable(versions)} c on c.pk = t.pk`,
    leftOut: `case ${whens.join(" ")} else 'null' end`,
  };
};
