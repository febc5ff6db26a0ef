import { buildCustomFieldsBitSql } from "../ledger/observed-state.ts";
import { getColumnBit } from "../ledger/version-tables.ts";
import type { ImportedField } from "../ledger/kinds.ts";
import type { Contradiction, MergedValues } from "../ledger/import-rows.ts";
import { quoteIdentifier, ORDERED_JOIN } from "../store/sql.ts";
import type { Database } from "../store/database.ts";
import { buildRecordLabelSql, keyOf, buildReferenceTextSql, buildStagedKeyText, recordColumn } from "./expressions.ts";
import { recordFinding } from "./findings.ts";
import type { PlanDefinition, StoredKind } from "./stored-kind.ts";
import {
  buildIsMissingInExportSql,
  getMergedVersions,
  isWholeExport,
  KEPT_TABLE,
  LEFT_OUT_TARGET,
  listSingleFields,
  MERGED_ROWS_TABLE,
} from "./merge-tables.ts";
import { countReferences } from "./merge-unsettled.ts";

const MAX_LISTED_VALUES = 3;

const MAX_LEFT_OUT_ROWS = 20;

const buildReadableValueSql = ({ references }: StoredKind, field: ImportedField, value: string): string => {
  const reference = references.find((one) => one.field === field && field.merge === "reference");
  if (reference !== undefined) {
    const deleted = buildReferenceTextSql(reference, value, `main.${reference.table.thing.name}_observed`);
    const { called } = reference.table;
    const made = `select r.key from s.row r where r.row = ${value} - (select last from collection where name = '${reference.series}')`;
    const others = [
      ...(called === undefined ? [] : [called(value)]),
      deleted,
      ...(field.resolved ? [`(${made})`] : []),
    ];
    return `coalesce(${[buildReferenceTextSql(reference, value), ...others].join(", ")})`;
  }
  return field.merge === "list"
    ? `(select string_agg(e.value, ', ' order by e.key) from json_each(${value}) e)`
    : value;
};

export const countMergedValues = (database: Database, plan: PlanDefinition): MergedValues | undefined => {
  const versions = getMergedVersions(plan);
  if (versions === undefined) return undefined;
  const { kind } = plan;
  const observed = `main.${versions.observed}`;
  const called = `${buildRecordLabelSql(kind.thing)} as name`;
  const joined = `${MERGED_ROWS_TABLE} x ${ORDERED_JOIN} main.${kind.thing.name} t on t.pk = x.pk left join ${observed} o on o.pk = x.pk`;
  const isOther = (bit: string, isSame: string): string =>
    `x.differing & o.wished & ${bit} <> 0 and (x.isNew or not (${isSame}))`;
  const custom = buildCustomFieldsBitSql(versions);
  const lacking = `${KEPT_TABLE} k ${ORDERED_JOIN} main.${kind.thing.name} t on t.pk = k.pk
    where k.why <> 'not there' and ${kind.inScope} and ${kind.isFree} and ${buildIsMissingInExportSql("t.pk")}`;
  const isWhole = isWholeExport(plan);
  const selects = [
    ...listSingleFields(plan).map((field) => {
      const name = field.stored;
      const shown = (value: string): string => buildReadableValueSql(plan.kind, field, value);
      const [own, there] = [`o.${quoteIdentifier(name)}`, `x.${quoteIdentifier(name)}`];
      return `select t.pk, ${called}, '${name}' as field, ${shown(recordColumn(name))} as local, ${shown(there)} as console
        from ${joined} where ${isOther(getColumnBit(versions, name), `${there} is not distinct from ${own}`)}`;
    }),
    ...(custom === "0"
      ? []
      : [
          `select t.pk, ${called}, 'custom:' || f.name, t.custom ->> e.key, e.value from ${joined}
             ${ORDERED_JOIN} json_each(x.custom) e ${ORDERED_JOIN} custom_field f on f.pk = cast(e.key as integer)
           where ${isOther(custom, "e.value is not distinct from o.custom ->> e.key")}`,
        ]),
    ...(isWhole ? [`select t.pk, ${called}, null as field, null as local, null as console from ${lacking}`] : []),
  ];
  const all = selects.join(" union all ");
  const params = { kind: plan.kind.name };
  const contradicted = database.count(`select count(*) from (${all})`, params);
  const first = database.all<Contradiction>(
    `select name, field, local, console from (${all}) order by pk, field limit ${MAX_LISTED_VALUES}`,
    params,
  );
  const leftOutRows = database.all<{ row: number; key: string }>(
    `select m.row, coalesce(${buildStagedKeyText(plan)}, '') as key from s.match m ${ORDERED_JOIN} s.row r on r.row = m.row
     where m.target = ${LEFT_OUT_TARGET} and not exists (select 1 from ${KEPT_TABLE} k where k.row = m.row and k.why = 'deleted here') order by m.row`,
  );
  const leftOut = leftOutRows.length;
  const unsettled = isWhole ? database.count(`select count(*) from ${lacking} and k.why <> 'put back'`, params) : 0;
  const { cleared, brought, ended } = countReferences(database, plan);
  if (contradicted + leftOut + unsettled + cleared + brought === 0) return undefined;
  const wishes = { count: ended.length, first: ended.slice(0, MAX_LISTED_VALUES) };
  const rows = leftOutRows.slice(0, MAX_LEFT_OUT_ROWS);
  return { contradicted, leftOut, leftOutRows: rows, first, unsettled, cleared, brought, wishes };
};

export const reportContestedRows = (database: Database, plan: PlanDefinition, pairs: string): void => {
  const { thing } = plan.kind;
  const labels = [`main.${thing.name}`, `(select * from main.${thing.name}_observed where id is not null)`].map(
    (table) =>
      `select ${buildRecordLabelSql(thing)} as value from json_each(:pairs) p ${ORDERED_JOIN} ${table} t on t.pk = p.value ->> 1
       where p.value ->> 0 = r.row`,
  );
  recordFinding(database, plan, {
    code: "row-ambiguous",
    severity: "warning",
    field: keyOf(plan).field,
    select: `select r.row, r.line, null as col,
        json_object('records', (select string_agg(value, ', ') from (${labels.join(" union ")} order by 1))) as params
      from s.row r where r.row in (select value ->> 0 from json_each(:pairs))`,
    params: { pairs },
  });
};
