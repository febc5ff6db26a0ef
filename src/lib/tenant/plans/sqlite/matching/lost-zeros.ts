import { buildIsMatchedRowSql, buildMatchesGlobSql, ORDERED_JOIN } from "../../../store/sql/forms.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import {
  buildChangesFieldSql,
  isMatchKey,
  isStaged,
  rowColumn,
  recordColumn,
  IS_VALID_ROW_SQL,
} from "../expressions.ts";
import { recordFinding } from "../findings.ts";
import type { PlanDefinition } from "../stored-kind.ts";

const buildIsDigitsSql = (key: string): string => `not ${buildMatchesGlobSql(key, "'*[^0-9]*'")}`;

const buildMayLackZerosSql = (key: string): string =>
  `${buildMatchesGlobSql(key, "'[1-9]*'")} and ${buildIsDigitsSql(key)}`;

const buildHasLeadingZerosSql = (key: string): string =>
  `${buildMatchesGlobSql(key, "'0*'")} and ${buildIsDigitsSql(key)}`;

const DIGIT_SEPARATORS = ["-", " ", "(", ")"];

/** SQL: a number without {@link DIGIT_SEPARATORS}. */
const buildBareNumberSql = (value: string): string =>
  DIGIT_SEPARATORS.reduce((sql, separator) => `replace(${sql}, '${separator}', '')`, value);

/**
 * Reports, once for each column, that values such as telephone numbers and employee codes have lost their leading zeros.
 * A spreadsheet treats such values as numbers if they have no hyphens.
 */
export const findLostZeros = (database: Database, plan: PlanDefinition): void => {
  const { thing, fields } = plan.kind;
  const numbers = fields.filter(
    (field) =>
      field.merge === "value" &&
      (field.comparison === "code" || thing.fields[field.stored]?.code === true) &&
      isStaged(plan, field),
  );
  for (const field of numbers) {
    const [cell, own] = [rowColumn(field.field), recordColumn(field.stored)];
    const bare = buildBareNumberSql(own);
    const isLost = `${buildMayLackZerosSql(cell)} and ${buildHasLeadingZerosSql(bare)} and ltrim(${bare}, '0') = ${cell}`;
    const changed = `from s.match m join s.row r on r.row = m.row join ${thing.name} t on t.pk = m.target
      where ${buildChangesFieldSql(field)} and ${IS_VALID_ROW_SQL} and ${isLost}`;
    recordFinding(database, plan, {
      code: "zeros-lost",
      severity: "warning",
      field: field.field,
      select: `select r.row, r.line, null as col, json_object('value', ${cell}, 'was', ${own}, 'count', count(*) over ()) as params
        ${isMatchKey(plan, field) && storeUnmatchedKeys(database, cell) ? `from ${thing.name} t ${ORDERED_JOIN} s.bare_key b on b.key = ltrim(${own}, '0') and ${buildHasLeadingZerosSql(own)} join s.row r on r.row = b.row where ${plan.kind.inScope}` : changed}
        order by r.row limit 1`,
      params: { kind: plan.kind.name },
    });
  }
};

const storeUnmatchedKeys = (database: Database, cell: string): boolean => {
  database.exec("drop table if exists s.bare_key");
  database.exec("create table s.bare_key (key text primary key, row integer not null) without rowid");
  const rows = `s.row r where not ${buildIsMatchedRowSql("r.row")} and ${buildMayLackZerosSql(cell)}`;
  return database.run(`insert into s.bare_key select ${cell}, r.row from ${rows} on conflict do nothing`) > 0;
};
