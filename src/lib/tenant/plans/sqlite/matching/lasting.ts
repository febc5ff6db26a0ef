import type { PlanRequest } from "../../staging/counts.ts";
import type { ImportedField, KindKey } from "../../staging/kinds.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { shouldRefuseReassignedKeys } from "../../../../rules/import-file.ts";
import {
  buildMatchesGlobSql,
  buildIsMatchedRowSql,
  buildIsMissingRecordSql,
  quoteIdentifier,
  ORDERED_JOIN,
} from "../../../store/sql/forms.ts";
import {
  buildRecordLabelSql,
  buildChangesFieldSql,
  createTargetIndex,
  isStaged,
  keyOf,
  buildKeyTextSql,
  rowColumn,
  buildRowKeySql,
  buildRowKeysSql,
  recordColumn,
  buildRecordKeysSql,
  IS_VALID_ROW_SQL,
} from "../expressions.ts";
import { recordFinding } from "../findings.ts";
import { SIMILAR_CODE_TABLE } from "../staging.ts";
import { UNDELETABLE_TABLE, type PlanDefinition, type StoredKind } from "../stored-kind.ts";
import { buildHasSameNameSql, findNameField, isNumberedKey } from "./foreign.ts";
import { buildHasLeadingZerosSql, buildMayLackZerosSql } from "./lost-zeros.ts";

/** SQL of the key of a field's first value, in a row and in a record. */
interface KeySql {
  readonly row: string;
  readonly record: string;
}

/** A key that a record keeps as long as the record exists. */
interface LastingKey {
  readonly key: KindKey;
  readonly field: ImportedField;
  readonly sql: KeySql;
}

const buildRecordFirstKeySql = (key: KindKey, field: ImportedField): string =>
  key.list ? `(${buildRecordKeysSql(field)} ->> 0)` : buildRecordKeysSql(field);

/**
 * Returns the file's lasting keys, including the key by which rows are matched. Returns no keys if the matching key is
 * not lasting.
 */
const listLastingKeys = (plan: PlanDefinition): readonly LastingKey[] => {
  const { kind } = plan;
  if (keyOf(plan).lasting !== true) return [];
  return kind.keys.flatMap((key): readonly LastingKey[] => {
    const field = kind.fields.find((one) => one.field === key.field);
    if (key.lasting !== true || field === undefined || !isStaged(plan, field)) return [];
    return [{ key, field, sql: { row: buildRowKeySql(plan, field), record: buildRecordFirstKeySql(key, field) } }];
  });
};

/**
 * The table of rows that have a lasting key of a record that they do not match: `is_what` is the {@link KeyRelation} of
 * the row, `form` is the {@link KeyForm} in which the keys are equal.
 */
const SAME_RECORD_TABLE = "same_record";

/**
 * What a row does if it has a key of a record that it does not match: `new-address` creates a record, `other-person`
 * changes another record, and `own` means that the row belongs to this record.
 */
type KeyRelation = "new-address" | "other-person" | "own";

/**
 * How a row's key equals a record's key: exactly; without leading zeros, which a spreadsheet removed; or apart from
 * width, letter case and surrounding spaces, which users type differently.
 */
type KeyForm = "exact" | "zeros" | "loose";

/** Rows that are searched for the keys of other records. */
interface CandidateRows {
  readonly is: KeyRelation;
  /** SQL: `from …`, which selects the rows `r` */
  readonly rows: string;
  /** true if there are fewer of these rows than records */
  readonly areFewer: boolean;
}

/**
 * Finds rows that have the employee code or UPN of a record that they do not match. If such a row would create a
 * record, it is probably the same person with a new address. If it changes another person, it may contain cells of two
 * people, for example because a single column was sorted. A value identifies a person only if exactly one record and
 * exactly one such row have it. Codes are compared in every {@link KeyForm}.
 *
 * @param tells false: findings are not recorded
 * @returns true if a row that matches no record belongs to a record by another key
 */
export const findKeysOfOthers = (database: Database, plan: PlanDefinition, tells = true): boolean => {
  const own = keyOf(plan);
  const lasting = listLastingKeys(plan);
  const others = lasting.filter(({ key }) => key.name !== own.name);
  const records = database.count(`select count(*) from ${plan.kind.thing.name}`);
  if (records === 0) return false;
  const created = plan.staged.rows - database.count("select count(*) from s.match");
  const candidatesOf = ({ key, field }: LastingKey): readonly CandidateRows[] => {
    const isNew = `from s.row r where not ${buildIsMatchedRowSql("r.row")}`;
    const areFewer = created < records;
    // invalid rows are included, because the records that they should match already have the addresses in these rows
    if (key.name === own.name) return created === 0 ? [] : [{ is: "own", rows: isNew, areFewer }];
    const changed = database.count(`select count(*) from s.match m where ${buildChangesFieldSql(field)}`);
    const isChanged = `from s.match m join s.row r on r.row = m.row where ${buildChangesFieldSql(field)} and ${IS_VALID_ROW_SQL}`;
    return [
      ...(created === 0 ? [] : [{ is: "new-address" as const, rows: `${isNew} and ${IS_VALID_ROW_SQL}`, areFewer }]),
      ...(changed === 0 ? [] : [{ is: "other-person" as const, rows: isChanged, areFewer: changed < records }]),
    ];
  };
  const all = lasting.map((one) => ({ one, candidates: candidatesOf(one) }));
  if (all.every(({ candidates }) => candidates.length === 0)) return false;
  createSameRecordTable(database);
  for (const { one, candidates } of all) {
    for (const some of candidates) {
      if (some.is === "other-person" && one.key.comparison === "code") storeRowsLackingZeros(database, plan, one);
      if (some.is !== "own") storeSameKeyRows(database, plan, one, some, "exact");
      if (one.key.comparison !== "code") continue;
      storeSameKeyRows(database, plan, one, some, "zeros");
      if (some.is !== "own") storeSameKeyRows(database, plan, one, some, "loose");
    }
  }
  let areKnown = false;
  if (database.count(`select count(*) from s.${SAME_RECORD_TABLE}`) > 0) {
    createTargetIndex(database);
    removeHarmlessRows(database, others);
    areKnown = hasKnownRow(database, plan, lasting);
    if (tells) recordLastingKeyFindings(database, plan, lasting);
  }
  database.exec(`drop table s.${SAME_RECORD_TABLE}`);
  return areKnown;
};

const createSameRecordTable = (database: Database): void => {
  database.exec(`drop table if exists s.${SAME_RECORD_TABLE}`);
  database.exec(`create table s.${SAME_RECORD_TABLE} (is_what text not null, field text not null, row integer not null,
    key text not null, target integer not null, form text not null)`);
  database.exec(`create index s.${SAME_RECORD_TABLE}_row on ${SAME_RECORD_TABLE} (field, row)`);
};

/**
 * Returns true if an unmatched row has another key of a record. If this key is a number, the names must be equal too.
 */
const hasKnownRow = (database: Database, plan: PlanDefinition, lasting: readonly LastingKey[]): boolean => {
  const telling = lasting.filter(({ key }) => !isNumberedKey(key)).map(({ field }) => `'${field.field}'`);
  const known = `same.field in (${telling.join(", ")}) or ${buildHasSameNameSql(plan) ?? "false"}`;
  return (
    database.get(
      `select 1 from s.${SAME_RECORD_TABLE} same join s.row r on r.row = same.row join ${plan.kind.thing.name} t on t.pk = same.target
       where not ${buildIsMatchedRowSql("r.row")} and (${known}) limit 1`,
    ) !== undefined
  );
};

/** Stores the rows that would change a lasting key only because the row's key lacks leading zeros. */
const storeRowsLackingZeros = (database: Database, { kind }: PlanDefinition, { field, sql }: LastingKey): void => {
  database.run(
    `insert into s.${SAME_RECORD_TABLE} select 'own', :field, r.row, ${sql.row}, t.pk, 'zeros'
     from s.match m join s.row r on r.row = m.row join ${kind.thing.name} t on t.pk = m.target
     where ${buildChangesFieldSql(field)} and ${buildMayLackZerosSql(sql.row)} and ${buildHasLeadingZerosSql(sql.record)} and ltrim(${sql.record}, '0') = ${sql.row}`,
    { field: field.field },
  );
};

/**
 * SQL: a code in the form in which codes are compared (ignoring width, case and spaces). The function is called only for codes that are not
 * plain ASCII, which is rare.
 */
const buildLooseCodeSql = (key: string): string =>
  `case when ${buildMatchesGlobSql(key, "'*[^!-~]*'")} then loose_code(trim(${key}, ' \u3000')) else lower(${key}) end`;

/**
 * SQL: a row's and a record's key in the form in which they are compared, and conditions for rows and records that have
 * such a key.
 */
const buildComparedKeys = (
  { row, record }: KeySql,
  form: KeyForm,
): KeySql & { readonly rows: string; readonly records: string } => {
  const all = { rows: "true", records: "true" };
  if (form === "exact") return { row, record, ...all };
  if (form === "loose") return { row: buildLooseCodeSql(row), record: buildLooseCodeSql(record), ...all };
  return {
    row,
    record: `ltrim(${record}, '0')`,
    rows: buildMayLackZerosSql(row),
    records: buildHasLeadingZerosSql(record),
  };
};

/**
 * Stores the rows that share a key with exactly one record. The smaller side is indexed, and the other side is read
 * once.
 */
const storeSameKeyRows = (
  database: Database,
  { kind }: PlanDefinition,
  { field, sql }: Pick<LastingKey, "field" | "sql">,
  { is, rows: from, areFewer }: CandidateRows,
  form: KeyForm,
): void => {
  const compared = buildComparedKeys(sql, form);
  const isLeft =
    form === "exact"
      ? ""
      : `and not exists (select 1 from s.${SAME_RECORD_TABLE} same where same.field = :field and same.row = r.row)`;
  const rows = `select ${compared.row} as key, r.row as id ${from} and ${sql.row} is not null and ${compared.rows} ${isLeft}`;
  const records = `select ${compared.record} as key, t.pk as id from ${kind.thing.name} t
    where ${kind.inScope} and ${sql.record} is not null and ${compared.records}`;
  const [small, large] = areFewer ? [rows, records] : [records, rows];
  const [row, target] = areFewer ? ["few.id", "many.id"] : ["many.id", "few.id"];
  const params = { kind: kind.name, field: field.field };
  database.exec("drop table if exists s.lasting_key");
  database.exec("create table s.lasting_key (key text primary key, id integer not null) without rowid");
  database.run(
    `insert into s.lasting_key select key, min(id) from (${small}) one group by key having count(*) = 1`,
    params,
  );
  database.run(
    `insert into s.${SAME_RECORD_TABLE} select :is, :field, min(${row}), many.key, min(${target}), :form from (${large}) many
     ${ORDERED_JOIN} s.lasting_key few on few.key = many.key group by many.key having count(*) = 1`,
    { ...params, is, form },
  );
  database.exec("drop table s.lasting_key");
};

/**
 * Removes rows that are not a problem. If the file also contains the record under its own key and the record gives up
 * the value there, a new row with this value is a different person. If the record keeps the value in the file, both
 * rows have the value, which is reported as a repeated code.
 */
const removeHarmlessRows = (database: Database, others: readonly LastingKey[]): void => {
  database.exec(
    `delete from s.${SAME_RECORD_TABLE} where is_what = 'new-address' and not ${buildIsMissingRecordSql(`${SAME_RECORD_TABLE}.target`)}`,
  );
  // the value of a field may change although its comparison key does not
  database.exec(
    `delete from s.${SAME_RECORD_TABLE} where is_what = 'other-person'
       and exists (select 1 from s.match m where m.row = ${SAME_RECORD_TABLE}.row and m.target = ${SAME_RECORD_TABLE}.target)`,
  );
  for (const { field, sql } of others)
    database.run(
      `delete from s.${SAME_RECORD_TABLE} where is_what = 'other-person' and field = :field
         and exists (select 1 from s.match k join s.row r on r.row = k.row
           where k.target = ${SAME_RECORD_TABLE}.target and ${sql.row} = ${SAME_RECORD_TABLE}.key)`,
      { field: field.field },
    );
};

const recordLastingKeyFindings = (database: Database, plan: PlanDefinition, lasting: readonly LastingKey[]): void => {
  const others = lasting.filter(({ key }) => key.name !== keyOf(plan).name);
  for (const one of lasting) recordLostZeros(database, plan, one);
  for (const other of others) recordNewAddresses(database, plan, other);
  for (const other of others) recordOtherPeople(database, plan, other);
};

/** Reports, once for each column, that codes lack their leading zeros. */
const recordLostZeros = (database: Database, plan: PlanDefinition, { key, field }: LastingKey): void => {
  const { kind } = plan;
  recordFinding(database, plan, {
    code: "zeros-lost",
    severity: "warning",
    field: field.field,
    select: `select r.row, r.line, null as col, json_object('value', ${buildKeyTextSql(kind, rowColumn, key)},
        'was', ${buildKeyTextSql(kind, recordColumn, key)}, 'count', count(*) over ()) as params
      from s.${SAME_RECORD_TABLE} same join s.row r on r.row = same.row join ${kind.thing.name} t on t.pk = same.target
      where same.field = :field and same.form = 'zeros' order by r.row limit 1`,
    params: { field: field.field },
  });
};

/**
 * SQL: the new key to enter manually. For a list, it is the row's value and all stored values except the first, joined
 * with spaces.
 */
const buildNewKeySql = (plan: PlanDefinition, own: KindKey): string => {
  const field = plan.kind.fields.find((one) => one.field === own.field);
  if (!own.list || field === undefined) return buildKeyTextSql(plan.kind, rowColumn, own);
  const [cells, list] = [rowColumn(own.field), recordColumn(field.stored)];
  return `(select string_agg(value, ' ') from (select value from json_each(${cells}) union all
    select o.value from json_each(${list}) o where o.key > 0 and not exists (select 1 from json_each(${cells}) c where c.value = o.value)) one)`;
};

/** SQL: the rows that a finding reports, with the records `t` whose keys they have. Each row is reported once. */
const buildReportedRowsSql = (
  { thing }: StoredKind,
  further = "",
): string => `from s.${SAME_RECORD_TABLE} same join s.row r on r.row = same.row
  join ${thing.name} t on t.pk = same.target ${further} where same.is_what = :code and same.field = :field
    and not exists (select 1 from s.problem p where p.row = r.row and p.code = :code) order by r.row`;

/** A plan that deletes the record with the former address, or keeps it although the export lacks it, is rejected. */
const getNewAddressSeverity = ({ mode, keepMissing, allow = [] }: PlanRequest): "error" | "warning" =>
  (mode === "replace" || keepMissing === true) && !allow.includes("new-address") ? "error" : "warning";

const recordNewAddresses = (database: Database, plan: PlanDefinition, other: LastingKey): void => {
  const { kind, request } = plan;
  const { key, field } = other;
  const own = keyOf(plan);
  recordFinding(database, plan, {
    code: "new-address",
    severity: getNewAddressSeverity(request),
    field: field.field,
    select: `select r.row, r.line, null as col, json_object('value', ${buildKeyTextSql(kind, rowColumn, key)},
        'holder', ${buildRecordLabelSql(kind.thing)}, 'user', ${buildKeyTextSql(kind)}, 'key', :own, 'to', ${buildNewKeySql(plan, own)}, 'by', :by) as params
      ${buildReportedRowsSql(kind)}`,
    params: { own: own.name, field: field.field, by: canMatchBy(database, plan, other) ? key.name : "" },
  });
};

/**
 * Finds rows that create a person with the name of a record which the file lacks. Such a row is probably the same
 * person with a new address, unless both have an employee code or UPN that differ, or another record or row has the
 * same name. An export is searched only for the records that its takeover keeps although the export lacks them.
 */
export const findNamesakes = (database: Database, plan: PlanDefinition): void => {
  const { kind, request, staged } = plan;
  const [name, lasting] = [findNameField(plan), listLastingKeys(plan)];
  const isExport = request.fromConsole === true;
  if (name === undefined || lasting.length === 0 || (isExport && request.keepMissing !== true)) return;
  const created = staged.rows - database.count("select count(*) from s.match");
  const records = database.count(`select count(*) from ${kind.thing.name}`);
  if (created === 0 || records === 0) return;
  createSameRecordTable(database);
  const rows = `from s.row r where not ${buildIsMatchedRowSql("r.row")} and ${IS_VALID_ROW_SQL}`;
  const sql = { row: buildRowKeysSql(name), record: buildRecordKeysSql(name) };
  const candidates = { is: "new-address" as const, rows, areFewer: created < records };
  storeSameKeyRows(database, plan, { field: name, sql }, candidates, "exact");
  recordNamesakes(database, plan, lasting);
  database.exec(`drop table s.${SAME_RECORD_TABLE}`);
};

const recordNamesakes = (database: Database, plan: PlanDefinition, lasting: readonly LastingKey[]): void => {
  if (database.get(`select 1 from s.${SAME_RECORD_TABLE} limit 1`) === undefined) return;
  createTargetIndex(database);
  const { kind, request } = plan;
  const own = keyOf(plan);
  const others = lasting.filter(({ key }) => key.name !== own.name);
  const isSame = others.map(({ sql: { row, record } }) => ` and coalesce(${row} = ${record}, true)`).join("");
  const isKept = request.fromConsole === true ? `and t.pk in (select target from s.${UNDELETABLE_TABLE})` : "";
  recordFinding(database, plan, {
    code: "new-address",
    severity: getNewAddressSeverity(request),
    field: own.field,
    select: `select r.row, r.line, null as col, json_object('holder', ${buildRecordLabelSql(kind.thing)}, 'named', 1,
        'user', ${buildKeyTextSql(kind)}, 'key', :own, 'to', ${buildNewKeySql(plan, own)}, 'by', '') as params
      from s.${SAME_RECORD_TABLE} same join s.row r on r.row = same.row join ${kind.thing.name} t on t.pk = same.target
      where ${buildIsMissingRecordSql("t.pk")}${isSame} ${isKept}
        and not exists (select 1 from s.problem p where p.row = r.row and p.code = :code) order by r.row`,
    params: { own: own.name },
  });
};

const recordOtherPeople = (database: Database, plan: PlanDefinition, { key, field }: LastingKey): void => {
  const { kind, request } = plan;
  const rows = database.count(`select count(distinct row) from s.${SAME_RECORD_TABLE} where is_what = 'other-person'`);
  const { mode, fromConsole = false, allow = [] } = request;
  const isRefused =
    mode !== "delete" &&
    shouldRefuseReassignedKeys({ before: undefined, after: { mode, rows }, facts: { fromConsole, allow } });
  recordFinding(database, plan, {
    code: "other-person",
    severity: isRefused ? "error" : "warning",
    field: field.field,
    select: `select r.row, r.line, null as col, json_object('value', ${buildKeyTextSql(kind, rowColumn, key)},
        'holder', ${buildRecordLabelSql(kind.thing)}, 'name', ${buildRecordLabelSql(kind.thing, (column) => `o.${quoteIdentifier(column)}`)}) as params
      ${buildReportedRowsSql(kind, `join s.match m on m.row = r.row join ${kind.thing.name} o on o.pk = m.target`)}`,
    params: { field: field.field },
  });
};

/**
 * Returns true if the file's rows could be matched by another key: each row has its own value, and the record that it
 * matches has the same value.
 */
const canMatchBy = (database: Database, { kind }: PlanDefinition, { field, sql }: LastingKey): boolean => {
  const records = `${kind.thing.name} t`;
  const reasonsAgainst = [
    `select 1 from s.row r where ${sql.row} is null`,
    `select 1 from s.${SAME_RECORD_TABLE} same where same.field = '${field.field}' and same.form <> 'exact'`,
    `select 1 from s.${SIMILAR_CODE_TABLE} l where l.field = '${field.field}'`,
    `select 1 from s.match m join s.row r on r.row = m.row join ${records} on t.pk = m.target
       where ${sql.record} is distinct from ${sql.row}`,
    `select 1 from ${records} where ${kind.inScope} and ${sql.record} is not null group by ${sql.record} having count(*) > 1`,
  ];
  return reasonsAgainst.every((sql) => database.get(`${sql} limit 1`, { kind: kind.name }) === undefined);
};
