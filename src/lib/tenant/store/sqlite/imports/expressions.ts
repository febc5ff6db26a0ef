import type { ImportedField, RecordKind } from "../../../../imports/kind.ts";
import type { PlanRequest, StagedFile } from "../../../../imports/plan.ts";

/**
 * The SQL of a plan. Aliases: `r` a staged row, `t` the record it matches, `o` the organisation its code names,
 * `m` the match of both, schema `s` the import's staging file.
 */
export interface PlanSql {
  readonly kind: RecordKind;
  readonly request: PlanRequest;
  readonly staged: StagedFile;
}

export const quoteIdentifier = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`;

/** The column of a field in the record's table. */
export const storeColumn = ({ field, merge }: ImportedField): string => (merge === "org" ? "org" : field);

const isStaged = ({ staged }: PlanSql, field: ImportedField): boolean => staged.staged.includes(field.field);

/** True if a plan of this file can change the field at all. */
export const isTouched = (plan: PlanSql, field: ImportedField): boolean =>
  isStaged(plan, field) || (plan.request.absent === "clear" && field.clearable);

export const touchedFields = (plan: PlanSql): readonly ImportedField[] =>
  plan.kind.fields.filter((field) => isTouched(plan, field));

const isWindowsFile = ({ staged }: PlanSql): boolean => staged.encoding === "shift_jis";

const empty = ({ merge }: ImportedField): string => {
  if (merge === "custom") return "'{}'";
  return merge === "list" ? "'[]'" : "null";
};

/** The row's own value of a field, for a record that does not exist yet. */
export const valueForNew = (plan: PlanSql, field: ImportedField): string => {
  if (field.merge === "org") return isStaged(plan, field) ? "coalesce(o.pk, :root)" : ":root";
  if (!isStaged(plan, field)) return empty(field);
  if (field.merge === "custom") return `merge_custom('{}', r.custom, 0)`;
  return field.merge === "list"
    ? `coalesce(r.${quoteIdentifier(field.field)}, '[]')`
    : `r.${quoteIdentifier(field.field)}`;
};

/** A plan's resulting value for an existing record, before the Windows-31J look-alikes are considered. */
const resultingValue = (plan: PlanSql, field: ImportedField): string => {
  const column = quoteIdentifier(storeColumn(field));
  if (!isStaged(plan, field)) return empty(field);
  if (field.merge === "org") return `iif(r."orgKey" is null, t.org, o.pk)`;
  if (field.merge === "custom") return `merge_custom(t.custom, r.custom, ${isWindowsFile(plan) ? 1 : 0})`;
  const keeps = plan.request.blank === "keep" || !field.clearable;
  return keeps ? `coalesce(r.${quoteIdentifier(field.field)}, t.${column})` : `r.${quoteIdentifier(field.field)}`;
};

/** Whether a record keeps a value whose Windows-31J form equals the file's value. */
const keepsWindowsForm = (plan: PlanSql, field: ImportedField): boolean =>
  isWindowsFile(plan) && isStaged(plan, field) && (field.merge === "value" || field.merge === "list");

/** SQL: true (1) if a row would change the field of the record it matches. */
const differs = (plan: PlanSql, field: ImportedField): string => {
  const column = `t.${quoteIdentifier(storeColumn(field))}`;
  const value = resultingValue(plan, field);
  const different = `${value} is not ${column}`;
  // case instead of and: SQLite evaluates both sides of an and
  return keepsWindowsForm(plan, field)
    ? `case when ${different} then ${value} is not windows_form(${column}) else 0 end`
    : `(${different})`;
};

/** The resulting value of an existing record. */
export const valueForExisting = (plan: PlanSql, field: ImportedField): string => {
  const column = `t.${quoteIdentifier(storeColumn(field))}`;
  const value = resultingValue(plan, field);
  return keepsWindowsForm(plan, field)
    ? `case when ${value} is ${column} then ${column} when ${value} is windows_form(${column}) then ${column}
         else ${value} end`
    : value;
};

/** The mask of the fields a row would change. */
export const changedMask = (plan: PlanSql): string =>
  touchedFields(plan)
    .map((field) => `${differs(plan, field)} * ${2 ** field.bit}`)
    .join(" + ") || "0";

/** Joins `o`, the organisation whose code a row of users names. */
export const joinOrg = (plan: PlanSql): string =>
  plan.kind.entity === "user" && plan.staged.staged.includes("orgCode")
    ? `left join org o on o.codeKey = r."orgKey"`
    : "";

/** SQL: staged rows that are not invalid. */
export const VALID = "r.row not in (select row from s.invalid)";
