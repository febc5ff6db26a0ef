import { buildCaseSql, buildIsMatchedRowSql, buildMatchesGlobSql } from "../../../store/sql/forms.ts";
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
import { storeHolders } from "./lasting.ts";
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
    const tier = { row: cell, record: buildCaseSql(buildHasLeadingZerosSql(own), `ltrim(${own}, '0')`, "null") };
    const unmatched = `from s.row r where not ${buildIsMatchedRowSql("r.row")} and ${buildMayLackZerosSql(cell)}`;
    const pairs =
      isMatchKey(plan, field) && storeHolders(database, plan, tier, unmatched)
        ? `from s.holder m join s.row r on r.row = m.row join ${thing.name} t on t.pk = m.target`
        : `from s.match m join s.row r on r.row = m.row join ${thing.name} t on t.pk = m.target
           where ${buildChangesFieldSql(field)} and ${IS_VALID_ROW_SQL} and ${isLost}`;
    recordFinding(database, plan, {
      code: "zeros-lost",
      severity: "warning",
      field: field.field,
      select: `select r.row, r.line, null as col, json_object('value', ${cell}, 'was', ${own}, 'count', count(*) over ()) as params
        ${pairs} order by r.row limit 1`,
    });
  }
};
