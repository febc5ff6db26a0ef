import type { ImportedField } from "../ledger/kinds.ts";
import type { Database } from "../store/database.ts";
import {
  buildIsMatchedRowSql,
  buildIsMissingRecordSql,
  buildIsValidRowSql,
  ORDERED_JOIN,
  quoteIdentifier,
  buildValueWithoutTypeSql,
} from "../store/sql.ts";
import {
  buildChangesFieldSql,
  buildComparedValueSql,
  buildReferenceJoinsSql,
  buildRecordKeysSql,
  buildRecordLabelSql,
  buildRowKeySql,
  isMatchKey,
  IS_VALID_ROW_SQL,
  keyOf,
  listStagedFields,
  recordColumn,
  rowColumn,
  buildChangedMaskSql,
  buildRecordKeySql,
  isStaged,
} from "./expressions.ts";
import type { ProblemCode } from "../../model/problem.ts";
import { recordFinding } from "./findings.ts";
import type { PlanDefinition, Claim } from "./stored-kind.ts";
import { storeHolders, type MatchingKeysSql, respellNewCodes } from "./spelling.ts";
import { forEachRowRange, IS_IN_RANGE_SQL } from "./functions.ts";
import { buildStagedClaimsSql } from "./violations.ts";

interface IdentifyingKey extends MatchingKeysSql {
  readonly field: ImportedField;
  readonly kind: "lasting" | "unique" | "name";
}

const listIdentifyingKeys = (plan: PlanDefinition): readonly IdentifyingKey[] => {
  const { keys, thing } = plan.kind;
  if (keyOf(plan).lasting !== true) return [];
  return listStagedFields(plan).flatMap((field): readonly IdentifyingKey[] => {
    const isLasting = keys.some((key) => key.field === field.field && key.lasting === true);
    const isName = thing.fields[field.stored]?.personName !== undefined;
    if (!isLasting && !isName && (!field.unique || field.merge !== "value")) return [];
    const record = buildRecordKeysSql(field);
    const kind = isName ? "name" : field.unique ? "unique" : "lasting";
    return [
      { field, kind, row: buildRowKeySql(plan, field), record: field.merge === "list" ? `(${record} ->> 0)` : record },
    ];
  });
};

const buildIsLooselyEqualSql = ({ field, stored }: ImportedField): string =>
  `coalesce(loose_code(${rowColumn(field)}) = loose_code(${recordColumn(stored)}), false)`;

const buildOtherPersonSql = ({ kind }: PlanDefinition, value: string, names: readonly IdentifyingKey[]): string =>
  `json_object('value', ${value}, 'holder', ${buildRecordLabelSql(kind.thing)},
    'other', coalesce(${[...names.map(({ field }) => rowColumn(field.field)), "r.key"].join(", ")}, ''))`;

/** Matches rows with a new email address by another identifying key, if the names are equal. */
const matchByOtherKeys = (database: Database, plan: PlanDefinition, match: (records: string) => void): void => {
  const { kind } = plan;
  const identities = listIdentifyingKeys(plan).filter(({ field }) => !isMatchKey(plan, field));
  const others = identities.filter(({ field }) => kind.keys.some((key) => key.field === field.field));
  const rows = `from s.row r where not ${buildIsMatchedRowSql("r.row")} and ${IS_VALID_ROW_SQL}`;
  const matched = database.count("select count(*) from s.match");
  if (matched === plan.staged.rows) return;
  for (const { field } of others) respellNewCodes(database, plan, field, rows);
  const records = database.count(`select count(*) from ${kind.thing.name} t where ${kind.inScope}`);
  if (records <= matched) return;
  const names = identities.filter(({ field }) => field.stored === kind.namedBy);
  const isSame = ["false", ...names.map(({ field }) => buildIsLooselyEqualSql(field))].join(" or ");
  for (const other of others) {
    const { field } = other;
    if (!storeHolders(database, plan, other, rows)) continue;
    const isMissing = buildIsMissingRecordSql("t.pk");
    const holders = `${ORDERED_JOIN} ${kind.thing.name} t on t.pk = h.target`;
    const find = (code: ProblemCode, params: string, where: string): number =>
      recordFinding(database, plan, {
        code,
        field: field.field,
        select: `select r.row, r.line, null as col, ${params} as params
          from s.holder h join s.row r on r.row = h.row ${holders} where ${where} order by r.row`,
      });
    const twice = "json_object('header', :header, 'row', (select min(k.row) from s.match k where k.target = t.pk))";
    find("key-duplicate", twice, `not ${isMissing} and (${isSame})`);
    find("row-contested", buildOtherPersonSql(plan, "h.key", names), `${isMissing} and not (${isSame})`);
    match(`${ORDERED_JOIN} s.holder h on h.row = r.row ${holders} and ${isMissing} and (${isSame})`);
  }
};

/** Finds rows that probably identify the wrong person, as after sorting a single column. */
export const findContestedRows = (database: Database, plan: PlanDefinition): void => {
  const { thing, namedBy } = plan.kind;
  const identities = listIdentifyingKeys(plan);
  for (const { field, row, record, kind } of identities) {
    if (isMatchKey(plan, field)) continue;
    const changed = `from s.match m ${ORDERED_JOIN} s.row r on r.row = m.row where ${buildChangesFieldSql(field)} and ${IS_VALID_ROW_SQL}`;
    if (!storeHolders(database, plan, { row, record }, changed)) continue;
    const keeps = `exists (select 1 from s.match k join s.row r on r.row = k.row where k.target = h.target and ${row} = h.key)`;
    const isInFile = `exists (select 1 from s.match k where k.target = h.target and ${buildIsValidRowSql("k.row")})`;
    recordFinding(database, plan, {
      code: "row-contested",
      field: field.field,
      select: `select r.row, r.line, null as col, json_object('value', h.key, 'holder', ${buildRecordLabelSql(thing)},
          'name', ${buildRecordLabelSql(thing, (column) => `o.${quoteIdentifier(column)}`)}) as params
        from s.holder h join s.row r on r.row = h.row join s.match m on m.row = h.row
        join ${thing.name} t on t.pk = h.target join ${thing.name} o on o.pk = m.target
        where h.target <> m.target and not ${keeps} and ${kind === "lasting" ? "true" : isInFile} order by r.row`,
    });
  }
  const names = identities.filter(({ kind }) => kind === "name");
  const named = names.find(({ field }) => field.stored === namedBy);
  if (named === undefined) return;
  const agreeing = identities
    .filter(({ kind }) => kind !== "name")
    .map(({ row, record }) => `coalesce(${row} = ${record}, 0)`);
  const sharing = names.map(
    ({ field }) => `coalesce(shares_name(${rowColumn(field.field)}, ${recordColumn(field.stored)}), 0)`,
  );
  const code = identities.find(({ field, kind }) => kind === "lasting" && !isMatchKey(plan, field));
  // if the row has no name, a different code means a different person
  const isNameless = `${rowColumn(named.field.field)} is null and ${code?.record ?? "null"} > ''`;
  const isOther = `${buildChangesFieldSql(named.field)} and not (${sharing.join(" or ")})
    or ${buildChangesFieldSql(code?.field ?? named.field)} and ${isNameless}`;
  recordFinding(database, plan, {
    code: "row-contested",
    field: named.field.field,
    select: `select r.row, r.line, null as col, ${buildOtherPersonSql(plan, "r.key", [named])} as params
      from s.match m ${ORDERED_JOIN} s.row r on r.row = m.row ${ORDERED_JOIN} ${thing.name} t on t.pk = m.target
      where (${isOther}) and ${IS_VALID_ROW_SQL} and ${["0", ...agreeing].join(" + ")} < 2
        and t.name is distinct from t.accountName order by r.row`,
  });
};

const MIN_MOVED_VALUES = 20;

/** Finds columns whose changed values only changed places, as after sorting a single column. */
export const findMovedValues = (database: Database, plan: PlanDefinition): void => {
  const counts = database.all("select changed, count(*) as n from s.match where changed <> 0 group by changed");
  for (const field of listStagedFields(plan)) {
    const count = counts.reduce((sum, { changed, n }) => sum + (Number(changed) & (2 ** field.bit) ? Number(n) : 0), 0);
    if (count < MIN_MOVED_VALUES || (field.merge !== "value" && field.merge !== "reference")) continue;
    recordFinding(database, plan, {
      code: "values-moved",
      field: field.field,
      select: `with c as materialized (select r.row, r.line, ${recordColumn(field.stored)} as was, ${buildComparedValueSql(plan, field)} as cell
          from s.match m ${ORDERED_JOIN} s.row r on r.row = m.row ${ORDERED_JOIN} ${plan.kind.thing.name} t on t.pk = m.target
          ${buildReferenceJoinsSql(plan)} where ${buildChangesFieldSql(field)} and ${IS_VALID_ROW_SQL})
        select row, line, null as col, json_object('count', n) as params
          from (select row, line, count(*) over () as n from c order by row limit 1)
          where n >= ${MIN_MOVED_VALUES} and not exists (select 1 from (select cell as value, 1 as moved from c union all select was, -1 from c)
            group by value having sum(moved) <> 0)`,
    });
  }
};

/** Finds values in the wrong column: organisations, codes, titles, names or email addresses. */
export const findExchangedColumns = (database: Database, plan: PlanDefinition): void => {
  const { thing, namedBy } = plan.kind;
  if (thing.fields["employeeCode"] === undefined) return;
  const withKanji = "'*[\u4e00-\u9fff]*'";
  // comparing the lengths is several times as fast as a search
  const hasKanji = (field: string): string =>
    `(octet_length(${rowColumn(field)}) > length(${rowColumn(field)}) and ${rowColumn(field)} glob ${withKanji})`;
  // most names begin with kanji, and comparing the first character is ten times as fast as a search
  const beginsWithKanji = `(${rowColumn(namedBy)} >= '\u4e00' and ${rowColumn(namedBy)} < '\ua000')`;
  const staged = listStagedFields(plan);
  // a title that looks like an organisation's name is wrong if the organisation is blank
  const lacksOrg = staged.some(({ field }) => field === "orgCode") ? `${rowColumn("orgCode")} is null` : "0";
  const isNoTitle = (cell: string): string =>
    `(t.employeeCode is not null and ltrim(loose_code(${cell}), '0') = ltrim(loose_code(t.employeeCode), '0')
      or ${cell} not glob '*[^0-9]*' and (select max(title not glob '*[^0-9]*') = 0 from ${thing.name})
      or (substr(${cell}, -1) in ('部', '課', '室', '場', '店') or substr(${cell}, -4) = 'センター')
        and (${lacksOrg} or exists (select 1 from org o where substr(${cell}, -length(o.name)) = o.name)))`;
  const isNoCode = `coalesce(t.employeeCode glob '*[0-9]*', (select max(employeeCode glob ${withKanji}) = 0 from ${thing.name}))`;
  const exchanged = staged.flatMap(({ field, stored, bit }) => {
    const isKana = stored === "nameKana" && staged.some((one) => one.stored === namedBy);
    const isExchanged =
      (stored === "title" && `${rowColumn(field)} is not null and ${isNoTitle(rowColumn(field))}`) ||
      (stored === "employeeCode" && `${hasKanji(field)} and ${isNoCode}`) ||
      (stored === "tel" && `instr(${rowColumn(field)}, '@') > 0`) ||
      (isKana && `not ${beginsWithKanji} and ${hasKanji(field)} and not ${hasKanji(namedBy)}`);
    const column = plan.staged.places.find((place) => place.field === field)?.column ?? 0;
    const isNew = `(m.row is null or ${buildChangesFieldSql({ bit })})`;
    return isExchanged === false ? [] : [{ bit, when: `when ${isNew} and ${isExchanged} then ${column}` }];
  });
  if (exchanged.length === 0) return;
  const bits = exchanged.reduce((mask, { bit }) => mask + 2 ** bit, 0);
  recordFinding(database, plan, {
    code: "rule-broken",
    select: `select row, line, col, json_object('en', 'were two columns exchanged?',
        'ja', '列が入れ替わっていませんか?') as params
      from (select r.row, r.line, case ${exchanged.map(({ when }) => when).join(" ")} end as col
        from s.row r left join s.match m on m.row = r.row left join ${thing.name} t on t.pk = m.target
        where (m.row is null or (m.changed & ${bits}) <> 0) and ${IS_VALID_ROW_SQL})
      where col is not null order by row`,
  });
};

/** A file with fewer rows may contain only new records, so it does not count as a file of another tenant. */
const MIN_FOREIGN_ROWS = 5;

/** With only the user that `serve init` creates, it is not clear which file belongs to the tenant. */
const MIN_FOREIGN_RECORDS = 2;

const buildEmailDomainSql = (key: string): string => `substr(${key}, instr(${key}, '@') + 1)`;

/** Returns true if the file is probably of another tenant, because no record or email domain matches. */
export const isFileOfOtherTenant = (database: Database, plan: PlanDefinition): boolean => {
  const { kind, request } = plan;
  const { mode, allow = [] } = request;
  if ((kind.table.tree !== undefined && request.fromConsole !== true) || allow.includes("other-tenant")) return false;
  const hasMany = (from: string, least: number): boolean =>
    database.count(`select count(*) from (select 1 ${from} limit ${least}) one`) >= least;
  const isLong =
    hasMany("from s.row r where r.key is not null", MIN_FOREIGN_ROWS) &&
    hasMany(
      `from ${kind.thing.name} t where ${kind.inScope} and t.pk is distinct from ${kind.table.usual ?? "null"}`,
      MIN_FOREIGN_RECORDS,
    );
  if (!isLong) return false;
  if (mode === "replace" && database.get("select 1 from s.match limit 1") === undefined) return true;
  const { lasting, comparison } = keyOf(plan);
  // employee codes that count from 1 occur in every tenant
  const isNumbered = lasting === true && comparison === "code";
  const addresses = kind.claims.find(
    ({ field, own }) => field.comparison === "mail-address" && !own && isStaged(plan, field),
  );
  return (
    (mode !== "replace" || isNumbered) && addresses !== undefined && hasOnlyOtherDomains(database, plan, addresses)
  );
};

const hasOnlyOtherDomains = (database: Database, plan: PlanDefinition, claim: Claim): boolean => {
  const inFile = `select ${buildEmailDomainSql("c.key")} as value from (${buildStagedClaimsSql(plan, claim)}) c`;
  const inTenant = `select ${buildEmailDomainSql(claim.key("t"))} as domain from ${claim.table} t`;
  const first = database.get(`${inFile} limit 1`)?.["value"];
  // checked first for speed, because the first domain usually matches
  if (first === undefined || database.get(`${inTenant} where domain = :first limit 1`, { first }) !== undefined)
    return false;
  const shared = `select 1 from (select distinct domain from (${inTenant})) t where t.domain in (${inFile}) limit 1`;
  return database.get(shared) === undefined;
};

export const matchRows = (database: Database, plan: PlanDefinition): void => {
  const match = (records: string): void => {
    const sql = `insert into s.match (row, target, changed)
      select r.row, t.pk, ${buildChangedMaskSql(plan)} from s.row r ${records} ${buildReferenceJoinsSql(plan)} where ${IS_IN_RANGE_SQL}
      on conflict do nothing`;
    forEachRowRange(database, (range) => database.run(sql, range));
  };
  match(prepareKeyJoin(database, plan));
  if (plan.request.fromConsole !== true) matchByOtherKeys(database, plan, match);
};

const prepareKeyJoin = (database: Database, plan: PlanDefinition): string => {
  const { thing, claims, inScope } = plan.kind;
  const key = keyOf(plan);
  const claim = claims.find((one) => one.field.field === key.field);
  if (!key.unique) return prepareHolderJoin(database, plan);
  const same = `${buildRecordKeySql(key)} = ${buildValueWithoutTypeSql("r.key")}`;
  respellKeys(database, plan, `select 1 from ${thing.name} t where ${inScope} and ${same}`);
  if (claim?.own !== false) return `${ORDERED_JOIN} ${thing.name} t on ${inScope} and ${same}`;
  return `${ORDERED_JOIN} ${claim.table} e on ${claim.has("e", "r.key")} and e.main = 1
    ${ORDERED_JOIN} ${thing.name} t on t.pk = e.${claim.record}`;
};

const respellKeys = (database: Database, plan: PlanDefinition, known: string): void => {
  const own = listStagedFields(plan).find((field) => isMatchKey(plan, field));
  const rows = `from s.row r where r.key is not null and not exists (${known})`;
  if (own !== undefined) respellNewCodes(database, plan, own, rows, true);
};

/** Returns SQL that joins each row with the record that has the row's key. Reports keys that several records have. */
const prepareHolderJoin = (database: Database, plan: PlanDefinition): string => {
  const { thing, inScope } = plan.kind;
  const key = keyOf(plan);
  database.createTable("s.holder_key", "(key text, pk integer not null)");
  database.exec(`insert into s.holder_key select ${buildRecordKeySql(key)}, t.pk from ${thing.name} t
    where ${inScope} and ${recordColumn(key.field)} is not null`);
  database.exec("create index s.holder_key_key on holder_key (key)");
  respellKeys(database, plan, "select 1 from s.holder_key h where h.key = r.key");
  recordFinding(database, plan, {
    code: "key-ambiguous",
    field: key.field,
    select: `select r.row, r.line, null as col, json_object('count', count(*)) as params
             from s.row r join s.holder_key h on h.key = r.key group by r.row having count(*) > 1`,
  });
  return `${ORDERED_JOIN} s.holder_key h on h.key = r.key ${ORDERED_JOIN} ${thing.name} t on t.pk = h.pk`;
};

/** Stores in `s.present` the records of which a skipped row has a key, in any spelling. */
export const findRecordsOfSkippedRows = (database: Database, { kind }: PlanDefinition): void => {
  if (database.get("select 1 from s.skipped limit 1") === undefined) return;
  for (const { field } of kind.identifying) {
    const column = recordColumn(field.stored);
    const [values, value] =
      field.merge === "list" ? [`${ORDERED_JOIN} json_each(${column}) e`, "e.value"] : ["", column];
    database.run(
      `insert into s.present select t.pk from ${kind.thing.name} t ${values}
       ${ORDERED_JOIN} s.skipped k on k.what = :field and k.key = loose_key(${value})
       where ${kind.inScope} and ${value} is not null on conflict do nothing`,
      { field: field.field },
    );
  }
};
