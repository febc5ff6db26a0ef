import { buildMatchesGlobSql } from "../../../store/sql/forms.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { buildChangesFieldSql, isStaged, rowColumn, recordColumn, IS_VALID_ROW_SQL } from "../expressions.ts";
import { recordFinding } from "../findings.ts";
import type { PlanDefinition } from "../stored-kind.ts";

const buildIsDigitsSql = (key: string): string => `not ${buildMatchesGlobSql(key, "'*[^0-9]*'")}`;

/** SQL: true if a code may have lost leading zeros. */
export const buildMayLackZerosSql = (key: string): string =>
  `${buildMatchesGlobSql(key, "'[1-9]*'")} and ${buildIsDigitsSql(key)}`;

/** SQL: true if a spreadsheet would remove leading zeros from a code. */
export const buildHasLeadingZerosSql = (key: string): string =>
  `${buildMatchesGlobSql(key, "'0*'")} and ${buildIsDigitsSql(key)}`;

/** Characters between the digits of a telephone number or a postal code. */
const DIGIT_SEPARATORS = ["-", " ", "(", ")"];

/** SQL: a number without {@link DIGIT_SEPARATORS}. */
const buildBareNumberSql = (value: string): string =>
  DIGIT_SEPARATORS.reduce((sql, separator) => `replace(${sql}, '${separator}', '')`, value);

/**
 * Reports, once for each column, that values such as telephone numbers have lost their leading zeros. A spreadsheet
 * treats such values as numbers if they have no hyphens. Keys are checked elsewhere.
 */
export const findLostZeros = (database: Database, plan: PlanDefinition): void => {
  const { thing, fields } = plan.kind;
  const numbers = fields.filter(
    (field) => field.merge === "value" && thing.fields[field.stored]?.code === true && isStaged(plan, field),
  );
  for (const field of numbers) {
    const [cell, own] = [rowColumn(field.field), recordColumn(field.stored)];
    const bare = buildBareNumberSql(own);
    recordFinding(database, plan, {
      code: "zeros-lost",
      severity: "warning",
      field: field.field,
      select: `select r.row, r.line, null as col, json_object('value', ${cell}, 'was', ${own}, 'count', count(*) over ()) as params
        from s.match m join s.row r on r.row = m.row join ${thing.name} t on t.pk = m.target
        where ${buildChangesFieldSql(field)} and ${IS_VALID_ROW_SQL} and ${buildMayLackZerosSql(cell)} and ${buildHasLeadingZerosSql(bare)} and ltrim(${bare}, '0') = ${cell}
        order by r.row limit 1`,
    });
  }
};
