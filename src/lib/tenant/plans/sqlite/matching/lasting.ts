import type { ImportedField, KindKey } from "../../staging/kinds.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { mixesRecords } from "../../../../rules/import-file.ts";
import { hasPattern, isMatched, isMissing, quoteIdentifier, THEN } from "../../../store/sql/forms.ts";
import {
  calledText,
  changes,
  indexTargets,
  isStaged,
  keyOf,
  keyText,
  staged,
  stagedKey,
  stored,
  storedKeys,
  VALID,
} from "../expressions.ts";
import { recordFinding } from "../findings.ts";
import { LIKE } from "../staging.ts";
import type { PlanSql, StoredKind } from "../stored-kind.ts";
import { agreesByName, isNumber } from "./foreign.ts";
import { hasZeros, mayLackZeros } from "./lost-zeros.ts";

/** SQL: the key of a row's, or of a record's, first value of a field. */
interface KeySql {
  readonly row: string;
  readonly record: string;
}

/** A key that records have for good. */
interface LastingKey {
  readonly key: KindKey;
  readonly field: ImportedField;
  readonly sql: KeySql;
}

const recordFirst = (key: KindKey, field: ImportedField): string =>
  key.list ? `(${storedKeys(field)} ->> 0)` : storedKeys(field);

/** The lasting keys that a file has, with the one by which rows meet records. */
const lastingKeys = (plan: PlanSql): readonly LastingKey[] => {
  const { kind } = plan;
  if (keyOf(plan).lasting !== true) return [];
  return kind.keys.flatMap((key): readonly LastingKey[] => {
    const field = kind.fields.find((one) => one.field === key.field);
    if (key.lasting !== true || field === undefined || !isStaged(plan, field)) return [];
    return [{ key, field, sql: { row: stagedKey(plan, field), record: recordFirst(key, field) } }];
  });
};

/**
 * The rows that have a lasting key of a record they do not meet: `is_what` says what they do, `form` in which form the keys
 * are equal.
 */
const SAME = "same_record";

/** What rows do that have a key of another record: create one, change another one, or nothing odd. */
type SameRecord = "new-address" | "other-person" | "own";

/**
 * How a row's key is a record's: as it is; without the zeros at its start, which a spreadsheet removed; or but for width,
 * case and the blanks around it, as people type codes.
 */
type Form = "exact" | "zeros" | "loose";

/** Rows in which keys of other records are looked for. */
interface Candidates {
  readonly is: SameRecord;
  /** SQL: `from …` of the rows `r` */
  readonly rows: string;
  /** there are fewer of them than records */
  readonly areFewer: boolean;
}

/**
 * Finds rows with the employee code or UPN of a record that they do not meet. A row that would create a record is probably
 * that person with a new address; one that changes another person may have cells of both, as after one column was sorted by
 * itself. A value stands for a person only if one record alone and one such row alone have it. Codes count as equal in any
 * {@link Form}.
 *
 * @param tells false: nothing is recorded as a finding
 * @returns true if a row that meets no record is that of one by another key
 */
export const findKeysOfOthers = (database: Database, plan: PlanSql, tells = true): boolean => {
  const own = keyOf(plan);
  const lasting = lastingKeys(plan);
  const others = lasting.filter(({ key }) => key.name !== own.name);
  const records = database.count(`select count(*) from ${plan.kind.thing.name}`);
  if (records === 0) return false;
  const created = plan.staged.rows - database.count("select count(*) from s.match");
  const candidatesOf = ({ key, field }: LastingKey): readonly Candidates[] => {
    const isNew = `from s.row r where not ${isMatched("r.row")}`;
    const areFewer = created < records;
    // their addresses are taken, as the records have them that they should meet
    if (key.name === own.name) return created === 0 ? [] : [{ is: "own", rows: isNew, areFewer }];
    const changed = database.count(`select count(*) from s.match m where ${changes(field)}`);
    const isChanged = `from s.match m join s.row r on r.row = m.row where ${changes(field)} and ${VALID}`;
    return [
      ...(created === 0 ? [] : [{ is: "new-address" as const, rows: `${isNew} and ${VALID}`, areFewer }]),
      ...(changed === 0 ? [] : [{ is: "other-person" as const, rows: isChanged, areFewer: changed < records }]),
    ];
  };
  const all = lasting.map((one) => ({ one, candidates: candidatesOf(one) }));
  if (all.every(({ candidates }) => candidates.length === 0)) return false;
  database.exec(`drop table if exists s.${SAME}`);
  database.exec(`create table s.${SAME} (is_what text not null, field text not null, row integer not null,
    key text not null, target integer not null, form text not null)`);
  database.exec(`create index s.${SAME}_row on ${SAME} (field, row)`);
  for (const { one, candidates } of all) {
    for (const some of candidates) {
      if (some.is === "other-person" && one.key.comparison === "code") joinOwn(database, plan, one);
      if (some.is !== "own") joinSame(database, plan, one, some, "exact");
      if (one.key.comparison !== "code") continue;
      joinSame(database, plan, one, some, "zeros");
      if (some.is !== "own") joinSame(database, plan, one, some, "loose");
    }
  }
  let areKnown = false;
  if (database.count(`select count(*) from s.${SAME}`) > 0) {
    indexTargets(database);
    dropInnocent(database, others);
    areKnown = isAnyKnown(database, plan, lasting);
    if (tells) recordFindings(database, plan, lasting);
  }
  database.exec(`drop table s.${SAME}`);
  return areKnown;
};

/** Returns whether a row that meets no record is that of one by another key: by a number only if the name agrees. */
const isAnyKnown = (database: Database, plan: PlanSql, lasting: readonly LastingKey[]): boolean => {
  const telling = lasting.filter(({ key }) => !isNumber(key)).map(({ field }) => `'${field.field}'`);
  const known = `same.field in (${telling.join(", ")}) or ${agreesByName(plan) ?? "false"}`;
  return (
    database.get(
      `select 1 from s.${SAME} same join s.row r on r.row = same.row join ${plan.kind.thing.name} t on t.pk = same.target
       where not ${isMatched("r.row")} and (${known}) limit 1`,
    ) !== undefined
  );
};

/** Keeps the changing rows that lack zeros of their own record's key. */
const joinOwn = (database: Database, { kind }: PlanSql, { field, sql }: LastingKey): void => {
  database.run(
    `insert into s.${SAME} select 'own', :field, r.row, ${sql.row}, t.pk, 'zeros'
     from s.match m join s.row r on r.row = m.row join ${kind.thing.name} t on t.pk = m.target
     where ${changes(field)} and ${mayLackZeros(sql.row)} and ${hasZeros(sql.record)} and ltrim(${sql.record}, '0') = ${sql.row}`,
    { field: field.field },
  );
};

/** SQL: a code without what is but a matter of typing it; nearly all are plain ASCII. */
const looseCode = (key: string): string =>
  `case when ${hasPattern(key, "'*[^!-~]*'")} then loose_code(trim(${key}, ' \u3000')) else lower(${key}) end`;

/** SQL: the keys of a row and a record as they are compared in a form, and which of them have one. */
const inForm = ({ row, record }: KeySql, form: Form): KeySql & { readonly rows: string; readonly records: string } => {
  const all = { rows: "true", records: "true" };
  if (form === "exact") return { row, record, ...all };
  if (form === "loose") return { row: looseCode(row), record: looseCode(record), ...all };
  return { row, record: `ltrim(${record}, '0')`, rows: mayLackZeros(row), records: hasZeros(record) };
};

/** Keeps the rows that share a key with one record alone. The smaller side is indexed, the other one is read once. */
const joinSame = (
  database: Database,
  { kind }: PlanSql,
  { field, sql }: LastingKey,
  { is, rows: from, areFewer }: Candidates,
  form: Form,
): void => {
  const compared = inForm(sql, form);
  const isLeft =
    form === "exact"
      ? ""
      : `and not exists (select 1 from s.${SAME} same where same.field = :field and same.row = r.row)`;
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
    `insert into s.${SAME} select :is, :field, min(${row}), many.key, min(${target}), :form from (${large}) many
     ${THEN} s.lasting_key few on few.key = many.key group by many.key having count(*) = 1`,
    { ...params, is, form },
  );
  database.exec("drop table s.lasting_key");
};

/**
 * Drops what is nothing odd. A record that is in the file by its own key is not the one that a new row means: it gave the
 * value away. One that keeps it in the file shares it, which is told as a repeated code.
 */
const dropInnocent = (database: Database, others: readonly LastingKey[]): void => {
  database.exec(`delete from s.${SAME} where is_what = 'new-address' and not ${isMissing(`${SAME}.target`)}`);
  // a value may change though its key does not
  database.exec(
    `delete from s.${SAME} where is_what = 'other-person'
       and exists (select 1 from s.match m where m.row = ${SAME}.row and m.target = ${SAME}.target)`,
  );
  for (const { field, sql } of others)
    database.run(
      `delete from s.${SAME} where is_what = 'other-person' and field = :field
         and exists (select 1 from s.match k join s.row r on r.row = k.row
           where k.target = ${SAME}.target and ${sql.row} = ${SAME}.key)`,
      { field: field.field },
    );
};

const recordFindings = (database: Database, plan: PlanSql, lasting: readonly LastingKey[]): void => {
  const others = lasting.filter(({ key }) => key.name !== keyOf(plan).name);
  for (const one of lasting) recordLostZeros(database, plan, one);
  for (const other of others) recordNewAddresses(database, plan, other);
  for (const other of others) recordOtherPeople(database, plan, other);
};

/** Tells once for each column that codes lack the zeros at their start. */
const recordLostZeros = (database: Database, plan: PlanSql, { key, field }: LastingKey): void => {
  const { kind } = plan;
  recordFinding(database, plan, {
    code: "zeros-lost",
    severity: "warning",
    field: field.field,
    select: `select r.row, r.line, null as col, json_object('value', ${keyText(kind, staged, key)},
        'was', ${keyText(kind, stored, key)}, 'count', count(*) over ()) as params
      from s.${SAME} same join s.row r on r.row = same.row join ${kind.thing.name} t on t.pk = same.target
      where same.field = :field and same.form = 'zeros' order by r.row limit 1`,
    params: { field: field.field },
  });
};

/** SQL: what the record's key becomes by hand; of a list, with its values besides the first one, parted by blanks. */
const newKey = (plan: PlanSql, own: KindKey): string => {
  const field = plan.kind.fields.find((one) => one.field === own.field);
  if (!own.list || field === undefined) return keyText(plan.kind, staged, own);
  const [cells, list] = [staged(own.field), stored(field.stored)];
  return `(select string_agg(value, ' ') from (select value from json_each(${cells}) union all
    select o.value from json_each(${list}) o where o.key > 0 and not exists (select 1 from json_each(${cells}) c where c.value = o.value)) one)`;
};

/** SQL: the rows that a finding names, with the records `t` whose keys they have; each once, though several keys are such. */
const TOLD = ({ thing }: StoredKind, further = ""): string => `from s.${SAME} same join s.row r on r.row = same.row
  join ${thing.name} t on t.pk = same.target ${further} where same.is_what = :code and same.field = :field
    and not exists (select 1 from s.problem p where p.row = r.row and p.code = :code) order by r.row`;

const recordNewAddresses = (database: Database, plan: PlanSql, other: LastingKey): void => {
  const { kind, request } = plan;
  const { key, field } = other;
  const own = keyOf(plan);
  const isRefused = request.mode === "replace" && request.allow?.includes("new-address") !== true;
  recordFinding(database, plan, {
    code: "new-address",
    severity: isRefused ? "error" : "warning",
    field: field.field,
    select: `select r.row, r.line, null as col, json_object('value', ${keyText(kind, staged, key)},
        'holder', ${calledText(kind.thing)}, 'user', ${keyText(kind)}, 'key', :own, 'to', ${newKey(plan, own)}, 'by', :by) as params
      ${TOLD(kind)}`,
    params: { own: own.name, field: field.field, by: mayMeetBy(database, plan, other) ? key.name : "" },
  });
};

const recordOtherPeople = (database: Database, plan: PlanSql, { key, field }: LastingKey): void => {
  const { kind, request } = plan;
  const rows = database.count(`select count(distinct row) from s.${SAME} where is_what = 'other-person'`);
  const { mode, fromConsole = false, allow = [] } = request;
  const isRefused =
    mode !== "delete" && mixesRecords({ before: undefined, after: { mode, rows }, facts: { fromConsole, allow } });
  recordFinding(database, plan, {
    code: "other-person",
    severity: isRefused ? "error" : "warning",
    field: field.field,
    select: `select r.row, r.line, null as col, json_object('value', ${keyText(kind, staged, key)},
        'holder', ${calledText(kind.thing)}, 'name', ${calledText(kind.thing, (column) => `o.${quoteIdentifier(column)}`)}) as params
      ${TOLD(kind, `join s.match m on m.row = r.row join ${kind.thing.name} o on o.pk = m.target`)}`,
    params: { field: field.field },
  });
};

/** Returns whether rows could meet their records by another key: every row has it for itself, as its record does. */
const mayMeetBy = (database: Database, { kind }: PlanSql, { field, sql }: LastingKey): boolean => {
  const records = `${kind.thing.name} t`;
  const reasonsAgainst = [
    `select 1 from s.row r where ${sql.row} is null`,
    `select 1 from s.${SAME} same where same.field = '${field.field}' and same.form <> 'exact'`,
    `select 1 from s.${LIKE} l where l.field = '${field.field}'`,
    `select 1 from s.match m join s.row r on r.row = m.row join ${records} on t.pk = m.target
       where ${sql.record} is distinct from ${sql.row}`,
    `select 1 from ${records} where ${kind.inScope} and ${sql.record} is not null group by ${sql.record} having count(*) > 1`,
  ];
  return reasonsAgainst.every((sql) => database.get(`${sql} limit 1`, { kind: kind.name }) === undefined);
};
