import type { ImportedField, KindKey } from "../../../../../imports/kinds.ts";
import type { Database } from "../../database.ts";
import { isMatched, isMissing, THEN } from "../../../sql/forms.ts";
import {
  calledText,
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
import type { PlanSql } from "../stored-kind.ts";

/** SQL: the key of a row's, or of a record's, first value of a field. */
interface KeySql {
  readonly row: string;
  readonly record: string;
}

/** A key that records have for good, besides the one by which rows meet them. */
interface OtherKey {
  readonly key: KindKey;
  readonly field: ImportedField;
  readonly sql: KeySql;
}

const otherKeys = (plan: PlanSql): readonly OtherKey[] => {
  const { kind } = plan;
  const own = keyOf(plan);
  if (own.lasting !== true) return [];
  return kind.keys.flatMap((key): readonly OtherKey[] => {
    const field = kind.fields.find((one) => one.field === key.field);
    if (key.name === own.name || key.lasting !== true || field === undefined || !isStaged(plan, field)) return [];
    const record = key.list ? `(${storedKeys(field)} ->> 0)` : storedKeys(field);
    return [{ key, field, sql: { row: stagedKey(plan, field), record } }];
  });
};

/** The rows that would create a record, each with the record that alone has one of their keys. */
const SAME = "same_record";

/**
 * Finds rows that would create a record though another one has their employee code or UPN: probably the same person with a
 * new address. A value stands for a person only if one record alone and one new row alone have it. A record that is in the
 * file by its own key is somebody else, who gave the value away.
 */
export const findNewAddresses = (database: Database, plan: PlanSql): void => {
  const others = otherKeys(plan);
  if (others.length === 0) return;
  const matched = database.count("select count(*) from s.match");
  const created = plan.staged.rows - matched;
  const records = database.count(`select count(*) from ${plan.kind.thing.name}`);
  if (created === 0) return;
  database.exec(`drop table if exists s.${SAME}`);
  database.exec(`create table s.${SAME} (field text not null, row integer not null, target integer not null)`);
  for (const other of others) joinSame(database, plan, other, created < records);
  if (database.count(`select count(*) from s.${SAME}`) > 0) {
    indexTargets(database);
    for (const other of others) record(database, plan, other);
  }
  database.exec(`drop table s.${SAME}`);
};

/** Keeps the new rows that share a key with one record alone. The smaller side is indexed, the other one is read once. */
const joinSame = (database: Database, { kind }: PlanSql, { field, sql }: OtherKey, rowsAreFewer: boolean): void => {
  const rows = `select ${sql.row} as key, r.row as id from s.row r
    where not ${isMatched("r.row")} and ${VALID} and ${sql.row} is not null`;
  const records = `select ${sql.record} as key, t.pk as id from ${kind.thing.name} t
    where ${kind.inScope} and ${sql.record} is not null`;
  const [small, large] = rowsAreFewer ? [rows, records] : [records, rows];
  const [row, target] = rowsAreFewer ? ["few.id", "many.id"] : ["many.id", "few.id"];
  const params = { kind: kind.name };
  database.exec("drop table if exists s.lasting_key");
  database.exec("create table s.lasting_key (key text primary key, id integer not null) without rowid");
  database.run(
    `insert into s.lasting_key select key, min(id) from (${small}) one group by key having count(*) = 1`,
    params,
  );
  database.run(
    `insert into s.${SAME} select :field, min(${row}), min(${target}) from (${large}) many
     ${THEN} s.lasting_key few on few.key = many.key group by many.key having count(*) = 1`,
    { ...params, field: field.field },
  );
  database.exec("drop table s.lasting_key");
};

/** SQL: what the record's key becomes by hand; of a list, with its values besides the first one, parted by blanks. */
const newKey = (plan: PlanSql, own: KindKey): string => {
  const field = plan.kind.fields.find((one) => one.field === own.field);
  if (!own.list || field === undefined) return keyText(plan.kind, staged, own);
  const [cells, list] = [staged(own.field), stored(field.stored)];
  return `(select string_agg(value, ' ') from (select value from json_each(${cells}) union all
    select o.value from json_each(${list}) o where o.key > 0 and not exists (select 1 from json_each(${cells}) c where c.value = o.value)) one)`;
};

const record = (database: Database, plan: PlanSql, other: OtherKey): void => {
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
      from s.${SAME} same join s.row r on r.row = same.row join ${kind.thing.name} t on t.pk = same.target
      where same.field = :field and ${isMissing("same.target")}
        and not exists (select 1 from s.problem p where p.row = r.row and p.code = 'new-address') order by r.row`,
    params: { own: own.name, field: field.field, by: mayMeetBy(database, plan, other) ? key.name : "" },
  });
};

/** Returns whether rows could meet their records by another key: every row has it for itself, as its record does. */
const mayMeetBy = (database: Database, { kind }: PlanSql, { field, sql }: OtherKey): boolean => {
  const records = `${kind.thing.name} t`;
  const reasonsAgainst = [
    `select 1 from s.row r where ${sql.row} is null`,
    `select 1 from s.${LIKE} l where l.field = '${field.field}'`,
    `select 1 from s.match m join s.row r on r.row = m.row join ${records} on t.pk = m.target
       where ${sql.record} is distinct from ${sql.row}`,
    `select 1 from ${records} where ${kind.inScope} and ${sql.record} is not null group by ${sql.record} having count(*) > 1`,
  ];
  return reasonsAgainst.every((sql) => database.get(`${sql} limit 1`, { kind: kind.name }) === undefined);
};
