import { OWNERS } from "../../../model/device.ts";
import type { Database } from "../../store/sqlite/database.ts";
import { either, isValid, keyOrValue, windowsForm, quoteIdentifier } from "../../store/sql/forms.ts";
import {
  KEYS,
  keyNamed,
  laterName,
  SHORT_AT,
  type DerivedColumn,
  type ImportedField,
  type KindKey,
} from "../staging/kinds.ts";
import type { Comparison } from "../../../model/normalise.ts";
import { keyColumn, type Thing } from "../../../model/thing.ts";
import { inScopeOf, type PlanSql, type StoredKind, type StoredReference } from "./stored-kind.ts";

// The SQL of a plan. Aliases: `r` a staged row, `t` the record it matches, `o_…` a record its cell names, `m` the match
// of row and record, schema `s` the import's staging file.

/** SQL: a column of the record `t`. */
export const stored = (column: string): string => `t.${quoteIdentifier(column)}`;

/** SQL: a column of the staged row `r`. */
export const staged = (column: string): string => `r.${quoteIdentifier(column)}`;

/** SQL: the key by which people know a record, of its columns; its name where the key may be blank. */
export const keyText = (
  { namedBy, keys }: StoredKind,
  column: (name: string) => string = stored,
  { field, list, standIn }: KindKey = keys[0],
): string => {
  const key = list ? `(${column(field)} ->> 0)` : column(field);
  return standIn === undefined ? key : `coalesce(${key}, ${column(namedBy)})`;
};

/** SQL: what people call the record `t`: its name, and behind it the key by which they know it, if that is another. */
export const calledText = ({ fields, keys: [key], namedBy = "name" }: Thing, column = stored): string => {
  const name = column(namedBy);
  if (key === undefined) return name;
  const known = fields[key.field]?.type === "texts" ? `(${column(key.field)} ->> 0)` : column(key.field);
  return `${name} || coalesce(' <' || nullif(${known}, ${name}) || '>', '')`;
};

/** The key by which the plan's rows meet records. */
export const keyOf = ({ kind, request }: PlanSql): KindKey => keyNamed(kind, request.key);

/** What has a value whose keys stand in the column beside it. */
interface KeyedField {
  readonly comparison: Comparison;
  readonly short: string;
  readonly list: boolean;
}

const keyedOf = ({ comparison, short, merge }: ImportedField): KeyedField => ({
  comparison,
  short,
  list: merge === "list",
});

/** SQL: what a staged row has in {@link KEYS}. */
const stagedBeside = (column: string): string => `(${staged(KEYS)} ->> '${column}')`;

/** SQL: the comparison key of a value, or those of a list. @param beside the column beside it */
const keysBeside = (keyed: KeyedField, value: string, beside: (name: string) => string): string =>
  keyOrValue(keyed.comparison, keyed.comparison === "exact" ? "" : beside(keyColumn(keyed)), value);

/** SQL: the comparison key of a value, or of the first one of a list. */
const firstOf = ({ list }: KeyedField, keys: string): string => (list ? `(${keys} ->> 0)` : keys);

/** SQL: the keys of a staged row's field. */
export const stagedKeys = (field: ImportedField): string =>
  keysBeside(keyedOf(field), staged(field.field), stagedBeside);

/** SQL: the keys of a record's field. */
export const storedKeys = (field: ImportedField, column = stored): string =>
  keysBeside(keyedOf(field), column(field.stored), column);

/** True if rows meet records by the field. */
export const isKey = (plan: PlanSql, { field }: ImportedField): boolean => keyOf(plan).field === field;

/** SQL: the staged key of a field's (first) value. */
export const stagedKey = (plan: PlanSql, field: ImportedField): string =>
  isKey(plan, field) ? "r.key" : firstOf(keyedOf(field), stagedKeys(field));

/** SQL: the key of a record by which a plan's rows may meet it. */
export const recordKey = (key: KindKey, column = stored): string =>
  firstOf(key, keysBeside(key, column(key.field), column));

/** True if the file has the field. */
export const isStaged = (plan: PlanSql, { field }: Pick<ImportedField, "field">): boolean =>
  plan.staged.staged.includes(field);

/** True if a plan of this file can change the field at all. */
export const isTouched = (plan: PlanSql, field: ImportedField): boolean =>
  isStaged(plan, field) || (plan.request.missingColumns === "clear" && field.clearable);

export const touchedFields = (plan: PlanSql): readonly ImportedField[] =>
  plan.kind.fields.filter((field) => isTouched(plan, field));

const isWindowsFile = (plan: PlanSql): boolean => plan.staged.encoding === "shift_jis";

/** True if rows of the file set secrets. */
export const hasSecrets = (plan: PlanSql): boolean =>
  plan.kind.format.columns.some((column) => column.secret === true && isStaged(plan, column));

/** What a field refers to by its `pk`. */
export const referenceOf = ({ references }: StoredKind, field: ImportedField): StoredReference | undefined =>
  field.merge === "reference" ? references.find((reference) => reference.field === field) : undefined;

/** True if a blank cell leaves what a record has. In the console's own export a blank is what the console has: nothing. */
export const blankKeeps = ({ request }: PlanSql, { clearable, required }: ImportedField): boolean =>
  request.blank === "keep" || (!clearable && (required || request.fromConsole !== true));

const empty = ({ merge }: ImportedField): string => {
  if (merge === "custom") return "'{}'";
  return merge === "list" ? "'[]'" : "null";
};

/** SQL: the `pk` of the record that a row's cell names; in an export of the console it may have been deleted here. */
const named = ({ request }: PlanSql, { alias, keys, field }: StoredReference): string => {
  const pk = `${alias}.${keys.record}`;
  return request.fromConsole === true ? `coalesce((select u.pk ${candidateKey(field, stagedKeys(field))}), ${pk})` : pk;
};

/** The row's own value of a field, for a record that does not exist yet. */
export const valueForNew = (plan: PlanSql, field: ImportedField): string => {
  const reference = referenceOf(plan.kind, field);
  const usual = reference?.usual;
  if (!isStaged(plan, field)) return usual === undefined ? empty(field) : String(usual);
  if (reference !== undefined) {
    const pk = unlessUnclear(plan, field, named(plan, reference), "null");
    return usual === undefined ? pk : `coalesce(${pk}, ${usual})`;
  }
  const cell = staged(field.field);
  if (field.merge === "custom") return `json_patch('{}', ${cell})`;
  return field.merge === "list" ? unlessUnclear(plan, field, `coalesce(${cell}, '[]')`, "'[]'") : cell;
};

/** True if every record that a file creates lacks a field. */
export const isBlankForNew = (plan: PlanSql, field: ImportedField): boolean =>
  !isStaged(plan, field) && valueForNew(plan, field) === "null";

/** SQL: a row's value for a new record, or another one if its cell is unclear. */
const unlessUnclear = (plan: PlanSql, field: ImportedField, value: string, instead: string): string =>
  plan.request.fromConsole === true && plan.kind.references.some((one) => one.field === field)
    ? either(isUnclear(plan, field), instead, value)
    : value;

/** SQL: those of a row's custom fields that differ from the stored ones by more than look-alikes. */
const entriesThatDiffer = (column: string, cell: string): string => {
  const before = windowsForm(`${column} ->> e.key`);
  return `(select json_group_object(e.key, e.value) from json_each(${cell}) e where ${before} is distinct from e.value)`;
};

/** What a row's list may come to: it stays as it is stored, is that of the cells, or made of both. */
interface ListOutcome {
  readonly stays: string;
  readonly own: string;
  readonly both: string;
}

/**
 * SQL: one of the outcomes. Cells in an order speak for as many of a record's first values as there are; those beyond
 * stay. Where one of them is blank, nothing goes from a record with more values than cells: the same file would
 * otherwise clear, the second time, what moved up the first time. Where blanks are kept, nothing goes from any, and a
 * set only grows.
 */
const byList = (plan: PlanSql, field: ImportedField, { stays, own, both }: ListOutcome): string => {
  const [cell, column] = [staged(field.field), stored(field.stored)];
  const keeps = blankKeeps(plan, field);
  const same = `when ${keeps ? `${cell} is null or ` : ""}${cell} is not distinct from ${column} then ${stays}`;
  if (field.set) {
    if (plan.request.blank !== "keep") return `case ${same} else ${own} end`;
    const has = `exists (select 1 from json_each(${storedKeys(field)}) o where o.value = e.value)`;
    const adds = `exists (select 1 from json_each(${stagedKeys(field)}) e where not ${has})`;
    return `case ${same} when ${adds} then ${both} else ${stays} end`;
  }
  const times = timesOf(plan, field);
  if (times === undefined) return `case ${same} else ${own} end`;
  const whole = plan.request.blank === "keep" ? ` and json_array_length(${cell}) = ${times}` : "";
  return `case ${same} when json_array_length(${column}) <= ${times}${whole} then ${own} else ${both} end`;
};

/** The number of a list's first values that the file speaks for. */
const timesOf = (plan: PlanSql, field: ImportedField): number | undefined =>
  plan.staged.places.find((place) => place.field === field.field)?.times;

/** SQL: true if a list's stored value `o` is none that the cells speak for. */
const isBeyond = (field: ImportedField, times: number): string =>
  `(o.key >= ${times} or json_array_length(${staged(field.field)}) < ${times})`;

/** SQL: a list of the cells and of those stored values that stay, or of their keys; sets in the order of their keys. */
const bothOf = (plan: PlanSql, field: ImportedField, keys: boolean): string => {
  const [cellKeys, columnKeys] = [stagedKeys(field), storedKeys(field)];
  const [mine, theirs] = keys ? [cellKeys, columnKeys] : [staged(field.field), stored(field.stored)];
  const other = `not exists (select 1 from json_each(${cellKeys}) c where c.value = ${columnKeys} ->> o.key)`;
  const list = (cellAt: string, columnAt: string, stays: string): string =>
    `(select json_group_array(v order by at) from (select e.value as v, ${cellAt} as at from json_each(${mine}) e
      union all select o.value, ${columnAt} from json_each(${theirs}) o where ${stays} and ${other}) list)`;
  const times = timesOf(plan, field) ?? 0;
  if (field.set) return list(`${cellKeys} ->> e.key`, `${columnKeys} ->> o.key`, "true");
  const [cellAt, columnAt, stays] = ["e.key", `o.key + ${times}`, isBeyond(field, times)];
  if (plan.request.blank !== "keep") return list(cellAt, columnAt, stays);
  // a first cell that is blank keeps the first value
  const first = (condition: string, at: string): string =>
    either(`${staged(laterName(field))} is not null and ${condition}`, "-1", at);
  return list(first(`${cellKeys} ->> e.key = ${columnKeys} ->> 0`, cellAt), first("o.key = 0", columnAt), stays);
};

/** SQL: the keys of the list that a row leaves its record with. */
export const resultingKeys = (plan: PlanSql, field: ImportedField): string => {
  const stays = storedKeys(field);
  const keys = byList(plan, field, { stays, own: stagedKeys(field), both: bothOf(plan, field, true) });
  const lacking = isLacking(plan, field);
  return lacking === undefined ? keys : either(lacking, stays, keys);
};

/** SQL: true if the stored value `o` of a list stays though no cell has it; undefined if there is none such. */
export const staysBeyond = (plan: PlanSql, field: ImportedField): string | undefined => {
  const times = field.merge === "list" && isStaged(plan, field) ? timesOf(plan, field) : undefined;
  if (times === undefined) return undefined;
  return `json_array_length(${stored(field.stored)}) > ${times} and ${isBeyond(field, times)}
    and not exists (select 1 from json_each(${stagedKeys(field)}) c where c.value = o.value)`;
};

/** SQL: true if a row is short and ends before the field; undefined if no row of the plan may be. */
export const isLacking = (plan: PlanSql, { field }: ImportedField): string | undefined => {
  const place = plan.staged.places.find((one) => one.field === field);
  if (plan.request.fix?.includes("short-rows") !== true || place === undefined) return undefined;
  return `coalesce(${stagedBeside(SHORT_AT)} < ${place.column}, false)`;
};

/** SQL: true if the cell of a field is blank. Of a device's owner, the cells for a user and for an organisation both are. */
export const isBlankCell = (plan: PlanSql, field: ImportedField): string =>
  plan.kind.fields
    .filter(
      (one) =>
        one === field || (isStaged(plan, one) && [one, field].every(({ stored: name }) => OWNERS.includes(name))),
    )
    .map((one) => `${staged(one.field)} is null`)
    .join(" and ");

/** A plan's resulting value for an existing record, before the Windows-31J look-alikes are considered. */
const resultingValue = (plan: PlanSql, field: ImportedField): string => {
  const value = valueInRow(plan, field);
  const lacking = isLacking(plan, field);
  return lacking === undefined ? value : either(lacking, stored(field.stored), value);
};

/** The table with the custom fields of rows that an export does not decide, as they were changed here: `row` and `key`. */
export const LOCAL_ENTRIES = "s.local_entry";

/**
 * The table with the keys in cells of an export that the console may have for other records than the tenant: `what`, as
 * `s.refer` has it, `key`, and the `pk` of the only record that it may be, also one that was deleted here; null: of several.
 */
export const CANDIDATE_KEYS = "s.candidate_key";

/** SQL: a key of a reference in {@link CANDIDATE_KEYS}, `u`. */
const candidateKey = ({ short }: ImportedField, key: string): string =>
  `from ${CANDIDATE_KEYS} u where u.what = '${short}' and u.key = ${key}`;

/** SQL: true if a key of a reference is in {@link CANDIDATE_KEYS}; false for files that are not exports of the console. */
export const isCandidateKey = ({ request }: PlanSql, field: ImportedField, key: string): string =>
  request.fromConsole === true ? `exists (select 1 ${candidateKey(field, key)})` : "false";

/** SQL: true if a row's cell of a field, or a value of its list, may refer to several records. */
export const isUnclear = (plan: PlanSql, field: ImportedField): string => {
  if (plan.request.fromConsole !== true) return "false";
  return field.merge === "list"
    ? `exists (select 1 from json_each(${stagedKeys(field)}) e where ${isCandidateKey(plan, field, "e.value")})`
    : `exists (select 1 ${candidateKey(field, stagedKeys(field))} and u.pk is null)`;
};

/** SQL: a row's cell of a field; of custom fields without those that were changed here. */
const cellOf = ({ request }: PlanSql, { field, merge }: ImportedField): string => {
  const cell = staged(field);
  if (merge !== "custom" || request.fromConsole !== true) return cell;
  const local = `select 1 from ${LOCAL_ENTRIES} l where l.row = r.row`;
  const others = `(select json_group_object(e.key, e.value) from json_each(${cell}) e where not exists (${local} and l.key = e.key))`;
  return either(`exists (${local})`, others, cell);
};

const valueInRow = (plan: PlanSql, field: ImportedField): string => {
  if (!isStaged(plan, field)) return empty(field);
  const cell = cellOf(plan, field);
  const column = stored(field.stored);
  if (field.merge === "custom")
    return `json_patch(${column}, ${isWindowsFile(plan) ? entriesThatDiffer(column, cell) : cell})`;
  if (field.merge === "list")
    return byList(plan, field, { stays: column, own: cell, both: bothOf(plan, field, false) });
  const keeps = blankKeeps(plan, field);
  const reference = referenceOf(plan.kind, field);
  if (reference === undefined && isCaseless(plan, field)) return either(sameCaseless(field), column, cell);
  if (reference === undefined) return keeps ? `coalesce(${cell}, ${column})` : cell;
  const pk = named(plan, reference);
  if (keeps) return either(`${cell} is null`, column, pk);
  const { usual } = reference;
  return usual === undefined && !mayLackName(reference)
    ? pk
    : `case when not (${isBlankCell(plan, field)}) then ${pk} when ${showsOther(reference)} then ${usual ?? "null"} else ${column} end`;
};

/** True if a value that a file has in another case is no other value; the console's own export says how it is written. */
const isCaseless = ({ request }: PlanSql, { comparison }: ImportedField): boolean =>
  comparison === "serial-number" && request.fromConsole !== true;

/** SQL: true if a row leaves such a field as it is. */
const sameCaseless = ({ field, stored: name }: ImportedField): string =>
  `${staged(field)} is null or upper(${staged(field)}) = upper(${stored(name)})`;

/**
 * SQL: true if the record `t` refers to one that an export would name: a blank cell says that it does not. Where the
 * record refers to one that has nothing by which cells name it, a blank cell agrees.
 */
export const showsOther = (reference: StoredReference): string => {
  const column = stored(reference.field.stored);
  return `${shownReference(reference, column)} is not null and ${column} is distinct from ${reference.usual ?? "null"}`;
};

/** True if what cells name may have nothing by which they do. */
const mayLackName = ({ refers, table: { thing } }: StoredReference): boolean =>
  thing.fields[refers.by]?.nullable === true;

/** Whether a record keeps a value whose Windows-31J form equals the file's value. */
const keepsWindowsForm = (plan: PlanSql, field: ImportedField): boolean =>
  isWindowsFile(plan) && isStaged(plan, field) && (field.merge === "value" || field.merge === "list");

/** SQL: a resulting value as it is compared with the {@link windowsForm} of the stored one: of a list, some of it was stored. */
const comparedForm = ({ merge }: ImportedField, value: string): string =>
  merge === "list" ? windowsForm(value) : value;

/** SQL: the field's bit if a row would change it in the record it matches, else 0. */
export const changedBit = (plan: PlanSql, field: ImportedField): string => {
  const column = stored(field.stored);
  const value = resultingValue(plan, field);
  const bit = String(2 ** field.bit);
  // case instead of and: SQLite evaluates both sides of an and
  return keepsWindowsForm(plan, field)
    ? `case when ${value} is not distinct from ${column} then 0
         when ${comparedForm(field, value)} is distinct from ${windowsForm(column)} then ${bit} else 0 end`
    : either(`${value} is distinct from ${column}`, bit, "0");
};

/** True if rows may leave fields as they are though their cells differ: those that were changed here, of an export of the console. */
export const isSelective = ({ request }: PlanSql): boolean => request.fromConsole === true;

/** The resulting value of an existing record. */
export const valueForExisting = (plan: PlanSql, field: ImportedField): string => {
  const value = comparedValue(plan, field);
  return isSelective(plan) ? either(changes(field), value, stored(field.stored)) : value;
};

/** SQL: the value that a row has for an existing record, whether the plan takes it or not. */
export const comparedValue = (plan: PlanSql, field: ImportedField): string => {
  const column = stored(field.stored);
  const value = resultingValue(plan, field);
  return keepsWindowsForm(plan, field)
    ? `case when ${value} is not distinct from ${column} then ${column}
         when ${comparedForm(field, value)} is not distinct from ${windowsForm(column)} then ${column} else ${value} end`
    : value;
};

/** SQL: what a row makes of a field, whether its record is new or not; `m` may lack it. */
export const resulting = (plan: PlanSql, field: ImportedField): string => {
  const existing = isTouched(plan, field) ? valueForExisting(plan, field) : stored(field.stored);
  return either("m.row is null", valueForNew(plan, field), existing);
};

/** SQL: the columns beside a field, for a record that does not exist yet. */
export const besideForNew = (
  plan: PlanSql,
  field: ImportedField,
): readonly (readonly [column: string, sql: string])[] =>
  besideOf(field).map(({ column, sparse }) => [
    column,
    isStaged(plan, field) ? unlessUnclear(plan, field, besideIn(column, sparse), "null") : "null",
  ]);

/**
 * SQL: the resulting columns beside a field of an existing record: they follow its value.
 *
 * @param isTaken false: as the row has them, whether the plan takes them or not
 */
export const besideForExisting = (
  plan: PlanSql,
  field: ImportedField,
  isTaken = true,
): readonly (readonly [column: string, sql: string])[] => {
  if (!isStaged(plan, field)) return besideOf(field).map(({ column }) => [column, "null"]);
  const [value, cell] = [stored(field.stored), staged(field.field)];
  if (field.merge === "list") {
    const both = `nullif(${bothOf(plan, field, true)}, ${bothOf(plan, field, false)})`;
    const after = isTaken ? valueForExisting(plan, field) : comparedValue(plan, field);
    const stays = `${after} is not distinct from ${value}`;
    return besideOf(field).map(({ column, sparse }) => {
      const outcome = { stays: stored(column), own: besideIn(column, sparse), both };
      return [column, either(stays, stored(column), byList(plan, field, outcome))];
    });
  }
  const kept = [
    ...(isTaken && isSelective(plan) ? [`not ${changes(field)}`] : []),
    ...[isLacking(plan, field) ?? []].flat(),
    ...(blankKeeps(plan, field) ? [`${cell} is null`] : []),
    `${cell} is not distinct from ${value}`,
    ...(keepsWindowsForm(plan, field) ? [`${cell} is not distinct from ${windowsForm(value)}`] : []),
    ...(isCaseless(plan, field) ? [sameCaseless(field)] : []),
  ];
  return besideOf(field).map(({ column, sparse }) => [
    column,
    either(kept.join(" or "), stored(column), besideIn(column, sparse)),
  ]);
};

/** The columns beside a field that records have too. */
const besideOf = ({ merge, beside }: ImportedField): readonly DerivedColumn[] => (merge === "reference" ? [] : beside);

const besideIn = (column: string, sparse: boolean): string => (sparse ? stagedBeside(column) : staged(column));

/** The mask of the fields a row would change. */
export const changedMask = (plan: PlanSql): string =>
  touchedFields(plan)
    .map((field) => changedBit(plan, field))
    .join(" + ") || "0";

/** SQL: true if a row changes the field of the record it matches. @param alias of the row's match */
export const changes = ({ bit }: Pick<ImportedField, "bit">, alias = "m"): string =>
  `(${alias}.changed & ${2 ** bit}) <> 0`;

/** Joins the records that a row's cells name. */
export const joinReferences = (plan: PlanSql): string =>
  plan.kind.references
    .filter(({ field }) => field.merge === "reference" && isStaged(plan, field))
    .map(
      ({ field, table, keys, alias }) => `left join ${keys.table} ${alias}
        on ${keys.has(alias, stagedKeys(field))} and ${inScopeOf(table.thing, alias)}`,
    )
    .join(" ");

/** SQL: true if the tenant has the record that a cell names. @param key SQL of its key */
export const isKnown = ({ keys, table: { thing } }: StoredReference, key: string): string => {
  const scope = keys.own ? inScopeOf(thing, "known") : "true";
  return `exists (select 1 from ${keys.table} known where ${keys.has("known", key)} and ${scope})`;
};

/** True if the import creates the records that its cells name and the tenant lacks. */
export const mayCreate = ({ request }: PlanSql, { refers }: StoredReference): boolean =>
  refers.creates !== undefined && request[refers.creates.option];

/** SQL: references of valid rows that the tenant lacks and the import creates: `key` and `value`, `row` and `col`. */
export const newReferences = (plan: PlanSql, reference: StoredReference): string | undefined => {
  const { field } = reference;
  if (!isStaged(plan, field) || !mayCreate(plan, reference)) return undefined;
  const valid =
    field.merge === "list"
      ? `exists (select 1 from s.row r join json_each(${stagedKeys(field)}) e
           where e.value = f.key and ${isValid("r.row")})`
      : `f.key in (select ${stagedKeys(field)} from s.row r where ${isValid("r.row")})`;
  return `select f.key, f.value, f.row, f.col from s.refer f where f.what = '${field.short}' and not ${isKnown(reference, "f.key")}
          and not ${isCandidateKey(plan, field, "f.key")} and (${isValid("f.row")} or ${valid})`;
};

/** SQL: what a cell shows of the record it names, by its `pk`. @param from the table with the record */
export const shownReference = (
  { refers, table: { thing } }: StoredReference,
  pk: string,
  from: string = thing.name,
): string => {
  const shown = thing.fields[refers.by]?.type === "texts" ? `${refers.by} ->> 0` : refers.by;
  return `(select ${shown} from ${from} where pk = ${pk})`;
};

/** Makes the index that finds the row of a record. */
export const indexTargets = (database: Database): void =>
  database.exec("create index if not exists s.match_target on match (target)");

/** SQL: staged rows that are not invalid. */
export const VALID = isValid("r.row");
