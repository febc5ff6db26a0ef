import type { ImportedField } from "../staging/kinds.ts";
import type { UploadOmissionReason } from "../../../model/upload.ts";
import { EXPORTED_COLUMNS } from "../../console/exported.ts";
import { OBSERVED_VERSIONS, getObservedTable, PRESENCE_BIT } from "../../console/observed.ts";
import { getColumnBit, type VersionSchema } from "../../versions/tables.ts";
import { buildCaseSql, buildFieldKeySql, quoteIdentifier } from "../../store/sql/forms.ts";
import type { Database, Params } from "../../store/sqlite/database.ts";
import { readLastNumber } from "./commit.ts";
import {
  buildChangesFieldSql,
  isStaged,
  buildReferenceJoinsSql,
  buildRecordKeySql,
  findReference,
  buildResultSql,
  buildListKeysAfterRowSql,
  buildReferenceTextSql,
  rowColumn,
  buildRowKeysSql,
  recordColumn,
  buildRecordKeysSql,
  IS_VALID_ROW_SQL,
} from "./expressions.ts";
import {
  buildHasOtherKeySql,
  buildIsKeyOfOtherSql,
  buildRefersToOtherInConsoleSql,
  storeConsoleKeys,
} from "./matching/console-keys.ts";
import {
  buildIsInKindScopeSql,
  type PlanDefinition,
  type StoredKind,
  type StoredReference,
  type UploadField,
  type UploadValue,
} from "./stored-kind.ts";

// What an upload file contains for the rows of a plan. The file refers to records by their names in the console. It
// leaves out a row if the console might apply the row to another record, or might clear a value that nobody asked to
// clear.

/** The rows of a plan, as SQL. `t` is the record of a row. */
export interface UploadRows {
  readonly kind: StoredKind;
  /** the fields of the file's columns; a custom field is written as `custom:NAME` */
  readonly fields: readonly string[];
  /** the number of a row's record; null for a new record */
  readonly pk: string;
  /** true if the plan creates or restores the record */
  readonly isCreated: string;
  /** the default key of the record: `key` after the plan, `localKey` before the plan */
  readonly key: string;
  readonly localKey: string;
  /** the value of a field after the plan; for a reference, the record number */
  readonly value: (field: ImportedField) => string;
  /** true if blank cells clear the field, even if the record does not have a value locally */
  readonly mayClear: (field: ImportedField) => boolean;
  /** the text of a cell that refers to a record (`shown`), and the key of that record (`cellKey`) */
  readonly shown: (reference: StoredReference) => string;
  readonly cellKey: (reference: StoredReference) => string;
}

/** SQL of the content of an upload file for rows. */
export interface UploadSql {
  /** the joins that the other members need */
  readonly join: string;
  /** the reason why a row is left out, as JSON; JSON null if the row is not left out */
  readonly leftOut: string;
  readonly value: UploadValue;
}

/** SQL: the value of a column in the console, if it is known. `c` is the observed state of the record `t`. */
const buildConsoleValueSql = (versions: VersionSchema, column: string): string =>
  buildCaseSql(
    `t.pk is null or c.differs & ~c.confirmed & ${getColumnBit(versions, column)} <> 0`,
    `c.${quoteIdentifier(column)}`,
    recordColumn(column),
  );

const MAY_EXIST_IN_CONSOLE_SQL = `case when c.pk is null then t.pk is not null when t.pk is null then c.confirmed & ${PRESENCE_BIT} = 0
  else c.inConsole = 1 or c.confirmed & ${PRESENCE_BIT} <> 0 end`;

const MAY_BE_MISSING_IN_CONSOLE_SQL = `coalesce(c.inConsole = 0 and c.confirmed & ${PRESENCE_BIT} = 0 or c.differs & ~c.confirmed & ${PRESENCE_BIT} <> 0, false)`;

const buildIsBlankSql = ({ merge }: ImportedField, value: string): string =>
  merge === "list" ? `coalesce(${value}, '[]') = '[]'` : `${value} is null`;

/** SQL: true if another local record has this key. */
const buildIsKeyUsedLocallySql = (
  { claims, keys: [{ field }], thing }: StoredKind,
  key: string,
  pk: string,
): string => {
  const claim = claims.find((one) => one.field.field === field);
  if (claim === undefined) return "false";
  const scope = claim.own ? buildIsInKindScopeSql(thing, "h") : "true";
  return `exists (select 1 from ${claim.table} h where ${claim.has("h", key)} and h.${claim.record} is distinct from ${pk} and ${scope})`;
};

/**
 * Returns a function that returns true if no export has contained a field's column yet. If the tenant is not a mirror,
 * it always returns false.
 */
const createUnseenFieldTest = (database: Database, { name }: StoredKind): ((field: string) => boolean) => {
  if (database.get("select 1 from tenant where mirroredAt is not null") === undefined) return () => false;
  const rows = database.all(`select field from ${EXPORTED_COLUMNS} where kind = :name`, { name });
  const seen = new Set(rows.map(({ field }) => String(field)));
  return (field) => !seen.has(field);
};

/**
 * Returns SQL conditions, one for each column that no export has contained yet. A condition is true if a blank cell
 * might clear a console value that nobody asked to clear. Columns are left out if blank cells clear their field anyway.
 * A row is not affected if the plan clears the local value, because the plan shows this.
 */
const buildUnseenClearConditions = (
  database: Database,
  versions: VersionSchema,
  { kind, fields, value, mayClear }: UploadRows,
): readonly string[] => {
  const isUnseen = createUnseenFieldTest(database, kind);
  const kept = kind.fields.filter((one) => one.clearable && !mayClear(one));
  const single = kept
    .filter(({ field, merge }) => merge !== "custom" && fields.includes(field) && isUnseen(field))
    .map((one) =>
      [value(one), buildConsoleValueSql(versions, one.stored), recordColumn(one.stored)]
        .map((of) => buildIsBlankSql(one, of))
        .join(" and "),
    );
  const custom = kept.find(({ merge }) => merge === "custom");
  if (custom === undefined) return single;
  const names = database.all("select pk, name from custom_field order by pk");
  return [
    ...single,
    ...names
      .map(({ pk, name }) => ({
        entry: `'${Number(pk)}'`,
        field: `custom:${Number(pk)}`,
        name: `custom:${String(name)}`,
      }))
      .filter(({ field, name }) => fields.includes(name) && isUnseen(field))
      .map(({ entry }) => {
        const known = `coalesce(${buildConsoleValueSql(versions, custom.stored)} ->> ${entry}, ${recordColumn(custom.stored)} ->> ${entry})`;
        return `${value(custom)} ->> ${entry} is null and ${known} is null`;
      }),
  ];
};

/** SQL: true if a cell would have to clear a value, but blank cells do not clear this field. */
const buildNeedsClearSql = (
  versions: VersionSchema,
  { kind, value, shown }: UploadRows,
  field: ImportedField,
): string => {
  if (field.clearable) return "false";
  const [after, known] = [value(field), buildConsoleValueSql(versions, field.stored)];
  const reference = findReference(kind, field);
  if (reference === undefined) return `${buildIsBlankSql(field, after)} and not (${buildIsBlankSql(field, known)})`;
  return `${shown(reference)} is null and ${after} is distinct from ${known}`;
};

const buildRefersToLeftOutSql = ({ table: { thing }, keys }: StoredReference, key: string): string => {
  const known = `select known.${keys.record} from ${keys.table} known where ${keys.has("known", key)}`;
  return `exists (select 1 from main.left_out l join main.${getObservedTable({ thing })} o on o.pk = l.pk
    where l.thing = '${thing.name}' and l.pk in (${known}) and o.inConsole = 0 and o.confirmed & ${PRESENCE_BIT} = 0)`;
};

/** SQL: true if a cell refers to a record that may have another key in the console or does not have a key. */
const buildIsReferenceUnclearSql = ({ kind, value, shown, cellKey }: UploadRows, field: ImportedField): string => {
  const reference = kind.references.find((one) => one.field === field);
  if (reference === undefined) return "false";
  if (field.merge === "list")
    return `exists (select 1 from json_each(${cellKey(reference)}) e where ${buildRefersToOtherInConsoleSql(reference, "e.value")})`;
  const other = `(${buildRefersToOtherInConsoleSql(reference, cellKey(reference))} or ${buildRefersToLeftOutSql(reference, cellKey(reference))})`;
  const isOther = `${shown(reference)} is not null and ${other}`;
  // the cells of several columns together identify a place in a tree
  if (!field.clearable || reference.table.thing === kind.thing) return isOther;
  return `${isOther} or ${shown(reference)} is null and ${value(field)} is not null`;
};

/**
 * Finds the possible console keys of the rows' records, and returns SQL of the content of an upload file for the rows.
 *
 * @param more conditions for further reasons
 */
const buildUploadSql = (
  database: Database,
  rows: UploadRows,
  more: Partial<Record<UploadOmissionReason, string>> = {},
): UploadSql => {
  const { kind, fields, pk, isCreated, key, localKey } = rows;
  const { thing } = kind;
  const versions = OBSERVED_VERSIONS.find((one) => one.thing === thing);
  if (versions === undefined) return { join: "", leftOut: "'null'", value: (_, value) => value };
  storeConsoleKeys(database, kind);
  const own = kind.fields.filter(({ field }) => fields.includes(field));
  const any = (conditions: readonly string[]): string => conditions.map((one) => `(${one})`).join(" or ") || "false";
  const isOther = `(${buildHasOtherKeySql(thing, pk, key)} or t.pk is not null and ${localKey} is distinct from ${key})`;
  const isNew = `(${isCreated} or ${MAY_BE_MISSING_IN_CONSOLE_SQL})`;
  const reasons: Readonly<Record<UploadOmissionReason, readonly string[]>> = {
    key: [buildIsKeyOfOtherSql(thing, pk, key), buildIsKeyUsedLocallySql(kind, key, pk), `${isOther} and not ${isNew}`],
    twice: [`${isOther} and ${isNew}`],
    reference: own.map((field) => buildIsReferenceUnclearSql(rows, field)),
    password: [],
    clear: [`${MAY_EXIST_IN_CONSOLE_SQL} and (${any(own.map((field) => buildNeedsClearSql(versions, rows, field)))})`],
    blank: [`${MAY_EXIST_IN_CONSOLE_SQL} and (${any(buildUnseenClearConditions(database, versions, rows))})`],
  };
  const cases = Object.entries(reasons).map(
    ([why, conditions]) =>
      `when ${any([...conditions, more[why as UploadOmissionReason] ?? []].flat())} then '"${why}"'`,
  );
  const isKey = ({ field }: UploadField): boolean => kind.keys[0].field === field;
  return {
    join: `left join main.${getObservedTable(versions)} c on c.pk = ${pk}`,
    leftOut: `case ${cases.join(" ")} else 'null' end`,
    value: (field, value) => {
      if (!isKey(field)) return value;
      const known = buildConsoleValueSql(versions, field.stored);
      const first = field.merge === "list" ? `json_set(${value}, '$[0]', ${known} ->> 0)` : known;
      return buildCaseSql(`not (${MAY_EXIST_IN_CONSOLE_SQL})`, value, first);
    },
  };
};

/**
 * SQL: the key by which cells refer to a record. @param pk SQL of the record number @param from the table with the
 * record
 */
const buildReferenceKeySql = (
  { refers, table: { thing } }: StoredReference,
  pk: string,
  from: string = thing.name,
): string => {
  const key = buildFieldKeySql(thing, refers.by, (name) => `named.${quoteIdentifier(name)}`);
  return `(select ${thing.fields[refers.by]?.type === "texts" ? `(${key}) ->> 0` : key} from ${from} named where named.pk = ${pk})`;
};

/** SQL: the default key of a row's record after the plan. */
const buildResultingKeySql = (plan: PlanDefinition): string => {
  const { kind } = plan;
  const field = kind.fields.find((one) => one.field === kind.keys[0].field);
  // imports do not change this key
  if (field === undefined) return "r.key";
  if (!isStaged(plan, field)) return buildDefaultKeySql(kind);
  if (field.merge === "list") return `(${buildResultingListKeysSql(plan, field)} ->> 0)`;
  return buildCaseSql(
    `m.row is null or ${buildChangesFieldSql(field)}`,
    buildRowKeysSql(field),
    buildDefaultKeySql(kind),
  );
};

/** SQL: the default key of the record `t`. */
const buildDefaultKeySql = ({ keys: [key] }: StoredKind): string => buildRecordKeySql(key);

const buildResultingListKeysSql = (plan: PlanDefinition, field: ImportedField): string => {
  if (isStaged(plan, field))
    return buildCaseSql("m.row is null", buildRowKeysSql(field), buildListKeysAfterRowSql(plan, field));
  return buildCaseSql(`m.row is null or ${String(isStaged(plan, field))}`, "'[]'", buildRecordKeysSql(field));
};

/** SQL: the staged rows `r` of a plan, with their matches `m` and records `t`. */
export const buildPlanRowsSql = (plan: PlanDefinition): string => {
  const { thing, table } = plan.kind;
  return `s.row r left join s.match m on m.row = r.row left join ${thing.name} t on t.pk = m.target
    ${table.planner?.join ?? buildReferenceJoinsSql(plan)}`;
};

/** The temporary table of the new nodes of a tree that an upload file leaves out: `row`. */
const LEFT_OUT_NODE_TABLE = "temp.left_out_node";

/** Leaves out everything below a new tree node that is left out, because the console would reject or misplace it. */
const omitNodesBelow = (database: Database, plan: PlanDefinition, { join, leftOut, value }: UploadSql): UploadSql => {
  const { planner } = plan.kind.table;
  if (planner === undefined) return { join, leftOut, value };
  planner.values(database);
  database.exec(`drop table if exists ${LEFT_OUT_NODE_TABLE}`);
  database.exec(`create temp table left_out_node (row integer primary key)`);
  const isNew = "not exists (select 1 from s.match m where m.row = a.row)";
  database.exec(
    `insert into ${LEFT_OUT_NODE_TABLE} with recursive node(row) as (
       select r.row from ${buildPlanRowsSql(plan)} ${join} where m.row is null and ${leftOut} <> 'null'
       union select a.row from node n join s.org_after a on a.parentRow = n.row where ${isNew}) select row from node`,
  );
  const isBelow = `exists (select 1 from ${LEFT_OUT_NODE_TABLE} n where n.row = a.parentRow)`;
  return { join, leftOut: buildCaseSql(`${leftOut} = 'null' and ${isBelow}`, `'"reference"'`, leftOut), value };
};

/** Returns SQL of an upload file for the staged rows `r` of a plan.  @param fields fields of the file's columns */
export const buildRowUploadSql = (database: Database, plan: PlanDefinition, fields: readonly string[]): UploadSql => {
  const { kind, request } = plan;
  const isOwn = (field: UploadField): boolean => isStaged(plan, field);
  const text = (sql: string, field: ImportedField): string =>
    isOwn(field) ? `coalesce(${sql}, ${rowColumn(field.field)})` : sql;
  const { planner } = kind.table;
  const upload = buildUploadSql(
    database,
    {
      kind,
      fields,
      pk: "t.pk",
      isCreated: "m.row is null",
      key: planner?.key ?? buildResultingKeySql(plan),
      localKey: buildDefaultKeySql(kind),
      value: (field) => (planner === undefined ? buildResultSql(plan, field) : `a.${quoteIdentifier(field.stored)}`),
      mayClear: (field) => (isOwn(field) ? request.blank === "clear" : isStaged(plan, field)),
      shown: (reference) =>
        text(buildReferenceTextSql(reference, buildResultSql(plan, reference.field)), reference.field),
      cellKey: (reference) => {
        const { field } = reference;
        if (field.merge === "list") return buildResultingListKeysSql(plan, field);
        const key = buildReferenceKeySql(reference, buildResultSql(plan, field));
        return isOwn(field) ? `coalesce(${key}, ${buildRowKeysSql(field)})` : key;
      },
    },
    planner?.moved(kind),
  );
  return omitNodesBelow(database, plan, upload);
};

export interface UploadedChange {
  readonly fields: readonly string[];
  readonly revision: number;
}

/**
 * Stores which records an upload file leaves out. @param from SQL: selects `pk` and `reason` (JSON null if the record
 * is included)
 */
const storeLeftOutRecords = (database: Database, { thing, name }: StoredKind, from: string, params: Params): void => {
  const sql = `insert into left_out select :revision, '${thing.name}', pk, reason ->> '$' from (${from}) where reason <> 'null'`;
  database.run(sql, { ...params, ...(sql.includes(":kind") && { kind: name }) });
};

/** Stores which records the upload file of a plan leaves out. Must be called before the plan is applied. */
export const storePlanLeftOut = (
  database: Database,
  plan: PlanDefinition,
  { fields, revision }: UploadedChange,
): void => {
  const { kind } = plan;
  const { join, leftOut } = buildRowUploadSql(database, plan, fields);
  const from = `select coalesce(m.target, :base + r.row) as pk, ${leftOut} as reason from ${buildPlanRowsSql(plan)} ${join} where ${IS_VALID_ROW_SQL}`;
  storeLeftOutRecords(database, kind, from, { revision, base: readLastNumber(database, kind.series) });
};
