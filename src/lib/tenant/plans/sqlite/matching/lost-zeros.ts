import { hasPattern } from "../../../store/sql/forms.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { changes, isStaged, staged, stored, VALID } from "../expressions.ts";
import { recordFinding } from "../findings.ts";
import type { PlanSql } from "../stored-kind.ts";

const isDigits = (key: string): string => `not ${hasPattern(key, "'*[^0-9]*'")}`;

/** SQL: true of a code that may have had zeros at its start. */
export const mayLackZeros = (key: string): string => `${hasPattern(key, "'[1-9]*'")} and ${isDigits(key)}`;

/** SQL: true of a code that a spreadsheet would shorten. */
export const hasZeros = (key: string): string => `${hasPattern(key, "'0*'")} and ${isDigits(key)}`;

/** What people write between the digits of a telephone number or a postal code. */
const SEPARATORS = ["-", " ", "(", ")"];

/** SQL: a number without these. */
const bareNumber = (value: string): string =>
  SEPARATORS.reduce((sql, separator) => `replace(${sql}, '${separator}', '')`, value);

/**
 * Tells once for each column that numbers which are no keys lost the zeros at their start: typed without hyphens, they are
 * numbers to a spreadsheet.
 */
export const findLostZeros = (database: Database, plan: PlanSql): void => {
  const { thing, fields } = plan.kind;
  const numbers = fields.filter(
    (field) => field.merge === "value" && thing.fields[field.stored]?.code === true && isStaged(plan, field),
  );
  for (const field of numbers) {
    const [cell, own] = [staged(field.field), stored(field.stored)];
    const bare = bareNumber(own);
    recordFinding(database, plan, {
      code: "zeros-lost",
      severity: "warning",
      field: field.field,
      select: `select r.row, r.line, null as col, json_object('value', ${cell}, 'was', ${own}, 'count', count(*) over ()) as params
        from s.match m join s.row r on r.row = m.row join ${thing.name} t on t.pk = m.target
        where ${changes(field)} and ${VALID} and ${mayLackZeros(cell)} and ${hasZeros(bare)} and ltrim(${bare}, '0') = ${cell}
        order by r.row limit 1`,
    });
  }
};
