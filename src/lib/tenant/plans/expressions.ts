import { OWNER_FIELDS } from "../../nouns/device.ts";
import { correctionOf } from "../../csv/layout/value-damage.ts";
import type { Database } from "../store/database.ts";
import {
  buildCaseSql,
  buildIsValidRowSql,
  buildComparisonKeySql,
  buildWindowsFormSql,
  quoteIdentifier,
} from "../store/sql.ts";
import {
  KEYS_COLUMN,
  resolveKindKey,
  type DerivedColumn,
  type ImportedField,
  type KeyedField,
  type KindKey,
} from "../ledger/kinds.ts";
import { getKeyColumn, type RecordType } from "../../model/thing.ts";
import { type PlanDefinition, type StoredKind, type StoredReference } from "./stored-kind.ts";

// The SQL of a plan uses the aliases `r` (a staged row), `t` (the matching record), `o_…` (a record that a cell refers
// to) and `m` (the match of a row and a record). The schema `s` is the import's staging file.

export const recordColumn = (column: string): string => `t.${quoteIdentifier(column)}`;

export const rowColumn = (column: string): string => `r.${quoteIdentifier(column)}`;

export const buildKeyTextSql = (
  { namedBy, keys }: StoredKind,
  column: (name: string) => string = recordColumn,
  { field, list, standIn }: KindKey = keys[0],
): string => {
  const key = list ? `(${column(field)} ->> 0)` : column(field);
  return standIn === undefined ? key : `coalesce(${key}, ${column(namedBy)})`;
};

export const buildStagedKeyText = (plan: PlanDefinition): string =>
  buildKeyTextSql(plan.kind, (field) => (isStaged(plan, { field }) ? rowColumn(field) : "null"), keyOf(plan));

export const buildRecordLabelSql = (
  { fields, keys: [key] = [], namedBy = "name" }: RecordType,
  column = recordColumn,
): string => {
  const name = column(namedBy);
  if (key === undefined) return name;
  const known = fields[key.field]?.type === "texts" ? `(${column(key.field)} ->> 0)` : column(key.field);
  return `${name} || coalesce(' <' || nullif(${known}, ${name}) || '>', '')`;
};

export const keyOf = ({ kind, request }: PlanDefinition): KindKey => resolveKindKey(kind, request.key);

const buildKeysEntrySql = (column: string): string => `(${rowColumn(KEYS_COLUMN)} ->> '${column}')`;

const buildComparisonKeysSql = (keyed: KeyedField, value: string, beside: (name: string) => string): string =>
  buildComparisonKeySql(keyed.comparison, keyed.comparison === "exact" ? "" : beside(getKeyColumn(keyed)), value);

const buildFirstKeySql = ({ list }: KeyedField, keys: string): string => (list ? `(${keys} ->> 0)` : keys);

export const buildRowKeysSql = (field: ImportedField): string =>
  buildComparisonKeysSql(field, rowColumn(field.field), buildKeysEntrySql);

export const buildRecordKeysSql = (field: ImportedField, column = recordColumn): string =>
  buildComparisonKeysSql(field, column(field.stored), column);

export const isMatchKey = (plan: PlanDefinition, { field }: ImportedField): boolean => keyOf(plan).field === field;

export const buildRowKeySql = (plan: PlanDefinition, field: ImportedField): string =>
  isMatchKey(plan, field) ? "r.key" : buildFirstKeySql(field, buildRowKeysSql(field));

export const buildRecordKeySql = (key: KindKey, column = recordColumn): string =>
  buildFirstKeySql(key, buildComparisonKeysSql(key, column(key.field), column));

export const isStaged = (plan: PlanDefinition, { field }: Pick<ImportedField, "field">): boolean =>
  plan.staged.staged.includes(field);

export const listStagedFields = (plan: PlanDefinition): readonly ImportedField[] =>
  plan.kind.fields.filter((field) => isStaged(plan, field));

const isShiftJisFile = (plan: PlanDefinition): boolean => plan.staged.encoding === "shift_jis";

export const hasSecretColumns = (plan: PlanDefinition): boolean =>
  plan.request.generatePasswords === true ||
  plan.kind.format.columns.some((column) => column.secret === true && isStaged(plan, column));

export const findReference = ({ references }: StoredKind, field: ImportedField): StoredReference | undefined =>
  field.merge === "reference" ? references.find((reference) => reference.field === field) : undefined;

/** Returns true if a blank cell keeps the stored value, for example in a code or kana field. */
export const isBlankIgnored = ({ request, kind }: PlanDefinition, field: ImportedField): boolean =>
  request.blank === "keep" ||
  (!field.clearable && (field.required || request.fromConsole !== true)) ||
  (request.blank === undefined && isIdentifying(kind, field));

const isIdentifying = ({ keys, thing }: StoredKind, { field, stored }: ImportedField): boolean =>
  thing.fields[stored]?.personName !== undefined || keys.some((key) => key.field === field && key.lasting === true);

const buildEmptyFieldSql = ({ merge }: ImportedField): string => {
  if (merge === "custom") return "'{}'";
  return merge === "list" ? "'[]'" : "null";
};

/** SQL: the record number to which a cell refers. Cells of console exports may refer to deleted records. */
const buildNamedRecordSql = ({ request }: PlanDefinition, { alias, keys, field, series }: StoredReference): string => {
  if (field.resolved) {
    const found = `cast(${rowColumn(field.field)} as integer)`;
    return buildCaseSql(
      `${found} < 0`,
      `(select last from main.collection where name = '${series}') - ${found}`,
      found,
    );
  }
  const pk = `${alias}.${keys.record}`;
  return request.fromConsole === true
    ? `coalesce((select u.pk ${buildCandidateKeyFromSql(field, buildRowKeysSql(field))}), ${pk})`
    : pk;
};

export const buildNewValueSql = (plan: PlanDefinition, field: ImportedField): string => {
  const reference = findReference(plan.kind, field);
  const usual = reference?.usual;
  if (!isStaged(plan, field)) return usual === undefined ? buildEmptyFieldSql(field) : String(usual);
  if (reference !== undefined) {
    const pk = buildFallbackIfUnclearSql(plan, field, buildNamedRecordSql(plan, reference), "null");
    return usual === undefined ? pk : `coalesce(${pk}, ${usual})`;
  }
  const cell = rowColumn(field.field);
  if (field.merge === "custom") return `json_patch('{}', ${cell})`;
  return field.merge === "list" ? buildFallbackIfUnclearSql(plan, field, `coalesce(${cell}, '[]')`, "'[]'") : cell;
};

export const isBlankInNewRecords = (plan: PlanDefinition, field: ImportedField): boolean =>
  !isStaged(plan, field) && buildNewValueSql(plan, field) === "null";

const buildFallbackIfUnclearSql = (plan: PlanDefinition, field: ImportedField, value: string, instead: string) =>
  plan.request.fromConsole === true && plan.kind.references.some((one) => one.field === field)
    ? buildCaseSql(buildIsUnclearSql(plan, field), instead, value)
    : value;

const buildChangedEntriesSql = (column: string, cell: string): string => {
  const before = buildWindowsFormSql(`${column} ->> e.key`);
  return `(select json_group_object(e.key, e.value) from json_each(${cell}) e where ${before} is distinct from e.value)`;
};

/** SQL: the list after the import. A blank cell removes no value of a longer list, whose values may have moved up. */
const buildListOutcomeSql = (
  plan: PlanDefinition,
  field: ImportedField,
  { stays, own, both }: Readonly<Record<"stays" | "own" | "both", string>>,
): string => {
  const [cell, column] = [rowColumn(field.field), recordColumn(field.stored)];
  const keeps = isBlankIgnored(plan, field);
  const same = `when ${keeps ? `${cell} is null or ` : ""}${cell} is not distinct from ${column} then ${stays}`;
  if (field.set) {
    if (plan.request.blank !== "keep") return `case ${same} else ${own} end`;
    const has = `exists (select 1 from json_each(${buildRecordKeysSql(field)}) o where o.value = e.value)`;
    const adds = `exists (select 1 from json_each(${buildRowKeysSql(field)}) e where not ${has})`;
    return `case ${same} when ${adds} then ${both} else ${stays} end`;
  }
  const times = getListCellCount(plan, field);
  if (times === undefined) return `case ${same} else ${own} end`;
  const whole = plan.request.blank === "keep" ? ` and json_array_length(${cell}) = ${times}` : "";
  return `case ${same} when json_array_length(${column}) <= ${times}${whole} then ${own} else ${both} end`;
};

const getListCellCount = (plan: PlanDefinition, field: ImportedField): number | undefined =>
  plan.staged.places.find((place) => place.field === field.field)?.times;

const buildCombinedListSql = (plan: PlanDefinition, field: ImportedField, keys: boolean): string => {
  const [cellKeys, columnKeys] = [buildRowKeysSql(field), buildRecordKeysSql(field)];
  const [mine, theirs] = keys ? [cellKeys, columnKeys] : [rowColumn(field.field), recordColumn(field.stored)];
  const other = `not exists (select 1 from json_each(${cellKeys}) c where c.value = ${columnKeys} ->> o.key)`;
  const list = (cellAt: string, columnAt: string, stays: string): string =>
    `(select json_group_array(v order by at) from (select e.value as v, ${cellAt} as at from json_each(${mine}) e
      union all select o.value, ${columnAt} from json_each(${theirs}) o where ${stays} and ${other}) list)`;
  const times = getListCellCount(plan, field) ?? 0;
  if (field.set) return list(`${cellKeys} ->> e.key`, `${columnKeys} ->> o.key`, "true");
  const isBeyond = `(o.key >= ${times} or json_array_length(${rowColumn(field.field)}) < ${times})`;
  return list("e.key", `o.key + ${times}`, isBeyond);
};

export const buildListKeysAfterRowSql = (plan: PlanDefinition, field: ImportedField): string =>
  buildListOutcomeSql(plan, field, {
    stays: buildRecordKeysSql(field),
    own: buildRowKeysSql(field),
    both: buildCombinedListSql(plan, field, true),
  });

/** SQL: a device's owner is blank only if the cells for user and organisation are both blank. */
export const buildIsBlankCellSql = (plan: PlanDefinition, field: ImportedField): string =>
  plan.kind.fields
    .filter(
      (one) =>
        one === field || (isStaged(plan, one) && [one, field].every(({ stored: name }) => OWNER_FIELDS.includes(name))),
    )
    .map((one) => `${rowColumn(one.field)} is null`)
    .join(" and ");

/** The table of custom fields (`row`, `key`) that keep local values although an export differs. */
export const LOCAL_ENTRY_TABLE = "s.local_entry";

/** Keys that may mean other records in the console than here. `pk` is null if several are possible. */
export const CANDIDATE_KEY_TABLE = "s.candidate_key";

const buildCandidateKeyFromSql = ({ short }: ImportedField, key: string): string =>
  `from ${CANDIDATE_KEY_TABLE} u where u.what = '${short}' and u.key = ${key}`;

export const buildIsCandidateKeySql = ({ request }: PlanDefinition, field: ImportedField, key: string): string =>
  request.fromConsole === true ? `exists (select 1 ${buildCandidateKeyFromSql(field, key)})` : "false";

export const buildIsUnclearSql = (plan: PlanDefinition, field: ImportedField): string => {
  if (plan.request.fromConsole !== true) return "false";
  return field.merge === "list"
    ? `exists (select 1 from json_each(${buildRowKeysSql(field)}) e where ${buildIsCandidateKeySql(plan, field, "e.value")})`
    : `exists (select 1 ${buildCandidateKeyFromSql(field, buildRowKeysSql(field))} and u.pk is null)`;
};

const buildCellSql = ({ request }: PlanDefinition, { field, merge }: ImportedField): string => {
  const cell = rowColumn(field);
  if (merge !== "custom" || request.fromConsole !== true) return cell;
  const local = `select 1 from ${LOCAL_ENTRY_TABLE} l where l.row = r.row`;
  const others = `(select json_group_object(e.key, e.value) from json_each(${cell}) e where not exists (${local} and l.key = e.key))`;
  return buildCaseSql(`exists (${local})`, others, cell);
};

const buildRowValueSql = (plan: PlanDefinition, field: ImportedField): string => {
  if (!isStaged(plan, field)) return buildEmptyFieldSql(field);
  const cell = buildCellSql(plan, field);
  const column = recordColumn(field.stored);
  if (field.merge === "custom")
    return `json_patch(${column}, ${isShiftJisFile(plan) ? buildChangedEntriesSql(column, cell) : cell})`;
  if (field.merge === "list")
    return buildListOutcomeSql(plan, field, {
      stays: column,
      own: cell,
      both: buildCombinedListSql(plan, field, false),
    });
  const keeps = isBlankIgnored(plan, field);
  const reference = findReference(plan.kind, field);
  const own = keeps ? `coalesce(${cell}, ${column})` : cell;
  const same = buildSameSpellingSql(plan, field);
  if (reference === undefined) return same === undefined ? own : buildCaseSql(same, column, own);
  const pk = buildNamedRecordSql(plan, reference);
  if (keeps) return buildCaseSql(`${cell} is null`, column, pk);
  const { usual, refers, table } = reference;
  return usual === undefined && table.thing.fields[refers.by]?.nullable !== true
    ? pk
    : `case when not (${buildIsBlankCellSql(plan, field)}) then ${pk} when ${buildRefersToExportedSql(reference)} then ${usual ?? "null"} else ${column} end`;
};

const buildSameSpellingSql = (plan: PlanDefinition, field: ImportedField): string | undefined => {
  if (plan.request.fromConsole === true || field.merge !== "value") return undefined;
  const [cell, column] = [rowColumn(field.field), recordColumn(field.stored)];
  if (field.comparison === "serial-number") return `${cell} is null or upper(${cell}) = upper(${column})`;
  const file = plan.kind.format.columns.find((one) => one.field === field.field);
  const how = file?.personName === undefined ? file && correctionOf(file) : "name";
  if (how === undefined) return undefined;
  const plain = (value: string): string => `plain('${how}', ${value})`;
  const form = isShiftJisFile(plan) ? buildWindowsFormSql(column) : column;
  return `case when ${cell} is not distinct from ${column} then 1 when ${cell} is null or ${column} is null then 0 else ${plain(cell)} = ${plain(form)} end`;
};

const buildRefersToExportedSql = (reference: StoredReference): string => {
  const column = recordColumn(reference.field.stored);
  return `${buildReferenceTextSql(reference, column)} is not null and ${column} is distinct from ${reference.usual ?? "null"}`;
};

const keepsWindowsForm = (plan: PlanDefinition, field: ImportedField): boolean =>
  isShiftJisFile(plan) && isStaged(plan, field) && (field.merge === "value" || field.merge === "list");

const buildComparedFormSql = ({ merge }: ImportedField, value: string): string =>
  merge === "list" ? buildWindowsFormSql(value) : value;

export const buildChangedBitSql = (plan: PlanDefinition, field: ImportedField): string => {
  const column = recordColumn(field.stored);
  const value = buildRowValueSql(plan, field);
  const bit = String(2 ** field.bit);
  // `case` instead of `and`, because SQLite evaluates both sides of an `and`
  return keepsWindowsForm(plan, field)
    ? `case when ${value} is not distinct from ${column} then 0
         when ${buildComparedFormSql(field, value)} is distinct from ${buildWindowsFormSql(column)} then ${bit} else 0 end`
    : buildCaseSql(`${value} is distinct from ${column}`, bit, "0");
};

export const canSkipFields = ({ request }: PlanDefinition): boolean => request.fromConsole === true;

export const buildExistingValueSql = (plan: PlanDefinition, field: ImportedField): string => {
  const value = buildComparedValueSql(plan, field);
  return canSkipFields(plan) ? buildCaseSql(buildChangesFieldSql(field), value, recordColumn(field.stored)) : value;
};

export const buildComparedValueSql = (plan: PlanDefinition, field: ImportedField): string => {
  const column = recordColumn(field.stored);
  const value = buildRowValueSql(plan, field);
  return keepsWindowsForm(plan, field)
    ? `case when ${value} is not distinct from ${column} then ${column}
         when ${buildComparedFormSql(field, value)} is not distinct from ${buildWindowsFormSql(column)} then ${column} else ${value} end`
    : value;
};

export const buildResultSql = (plan: PlanDefinition, field: ImportedField): string => {
  const existing = isStaged(plan, field) ? buildExistingValueSql(plan, field) : recordColumn(field.stored);
  return buildCaseSql("m.row is null", buildNewValueSql(plan, field), existing);
};

type ColumnSql = readonly [column: string, sql: string];

export const buildNewDerivedColumns = (plan: PlanDefinition, field: ImportedField): readonly ColumnSql[] =>
  listDerivedColumns(field).map(({ column, sparse }) => {
    const value = buildFallbackIfUnclearSql(plan, field, buildRowDerivedColumnSql(column, sparse), "null");
    return [column, isStaged(plan, field) ? value : "null"];
  });

export const buildExistingDerivedColumns = (
  plan: PlanDefinition,
  field: ImportedField,
  isTaken = true,
): readonly ColumnSql[] => {
  if (!isStaged(plan, field)) return listDerivedColumns(field).map(({ column }) => [column, "null"]);
  const [value, cell] = [recordColumn(field.stored), rowColumn(field.field)];
  if (field.merge === "list") {
    const both = `nullif(${buildCombinedListSql(plan, field, true)}, ${buildCombinedListSql(plan, field, false)})`;
    const after = isTaken ? buildExistingValueSql(plan, field) : buildComparedValueSql(plan, field);
    const stays = `${after} is not distinct from ${value}`;
    return listDerivedColumns(field).map(({ column, sparse }) => {
      const outcome = { stays: recordColumn(column), own: buildRowDerivedColumnSql(column, sparse), both };
      return [column, buildCaseSql(stays, recordColumn(column), buildListOutcomeSql(plan, field, outcome))];
    });
  }
  const kept = [
    ...(isTaken && canSkipFields(plan) ? [`not ${buildChangesFieldSql(field)}`] : []),
    ...(isBlankIgnored(plan, field) ? [`${cell} is null`] : []),
    `${cell} is not distinct from ${value}`,
    ...(keepsWindowsForm(plan, field) ? [`${cell} is not distinct from ${buildWindowsFormSql(value)}`] : []),
    buildSameSpellingSql(plan, field) ?? "false",
  ];
  return listDerivedColumns(field).map(({ column, sparse }) => [
    column,
    buildCaseSql(kept.join(" or "), recordColumn(column), buildRowDerivedColumnSql(column, sparse)),
  ]);
};

const listDerivedColumns = ({ merge, beside }: ImportedField): readonly DerivedColumn[] =>
  merge === "reference" ? [] : beside;

const buildRowDerivedColumnSql = (column: string, sparse: boolean): string =>
  sparse ? buildKeysEntrySql(column) : rowColumn(column);

export const buildChangedMaskSql = (plan: PlanDefinition): string =>
  listStagedFields(plan)
    .map((field) => buildChangedBitSql(plan, field))
    .join(" + ") || "0";

export const buildChangesFieldSql = ({ bit }: Pick<ImportedField, "bit">, alias = "m"): string =>
  `(${alias}.changed & ${2 ** bit}) <> 0`;

export const buildReferenceJoinsSql = (plan: PlanDefinition): string =>
  plan.kind.references
    .filter(({ field }) => field.merge === "reference" && !field.resolved && isStaged(plan, field))
    .map(
      ({ field, keys, isInScope, alias }) => `left join ${keys.table} ${alias}
        on ${keys.has(alias, buildRowKeysSql(field))} and ${isInScope(alias)}`,
    )
    .join(" ");

export const buildIsKnownSql = ({ keys, isInScope }: StoredReference, key: string): string => {
  const scope = keys.own ? isInScope("known") : "true";
  return `exists (select 1 from ${keys.table} known where ${keys.has("known", key)} and ${scope})`;
};

export const canCreateMissingRecords = ({ request }: PlanDefinition, { refers }: StoredReference): boolean =>
  refers.creates !== undefined && request[refers.creates.option];

export const buildNewReferencesSql = (plan: PlanDefinition, reference: StoredReference): string | undefined => {
  const { field } = reference;
  if (!isStaged(plan, field) || !canCreateMissingRecords(plan, reference)) return undefined;
  const valid =
    field.merge === "list"
      ? `exists (select 1 from s.row r join json_each(${buildRowKeysSql(field)}) e
           where e.value = f.key and ${buildIsValidRowSql("r.row")})`
      : `f.key in (select ${buildRowKeysSql(field)} from s.row r where ${buildIsValidRowSql("r.row")})`;
  return `select f.key, f.value, f.row, f.col from s.refer f where f.what = '${field.short}' and not ${buildIsKnownSql(reference, "f.key")}
          and not ${buildIsCandidateKeySql(plan, field, "f.key")} and (${buildIsValidRowSql("f.row")} or ${valid})`;
};

export const buildReferenceTextSql = (
  { refers, table: { thing } }: StoredReference,
  pk: string,
  from: string = thing.name,
): string => {
  const shown = thing.fields[refers.by]?.type === "texts" ? `${refers.by} ->> 0` : refers.by;
  return `(select ${shown} from ${from} where pk = ${pk})`;
};

export const createTargetIndex = (database: Database): void =>
  database.exec("create index if not exists s.match_target on match (target)");

export const IS_VALID_ROW_SQL = buildIsValidRowSql("r.row");
