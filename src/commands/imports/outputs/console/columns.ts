import type { CustomField, Import, PlanRow } from "../../../../lib/client/index.ts";
import { listColumns, type Column } from "../../../../lib/model/format.ts";
import { FORMATS } from "../../../../lib/model/formats.ts";
import { buildOutputColumns, type ColumnMap } from "../../../../lib/csv/layout/map.ts";
import type { SecretColumn } from "./blank-secrets.ts";
import type { SecretRow } from "./secrets.ts";
import { getUploadMode } from "../../../../lib/model/upload.ts";

interface ConsoleColumn {
  readonly column: Column;
  /** headers of its first, second, … occurrence; the last header serves all further occurrences */
  readonly headers: readonly string[];
  times: number;
  /** its index in the previous row's values, which is tried first because the rows of a plan are alike */
  at: number;
}

export interface UploadColumnSource {
  readonly plan: Import;
  readonly customFields: readonly CustomField[];
}

const toPlanFields = (customFields: readonly CustomField[]) => customFields.map(({ name }) => ({ id: name, name }));

/**
 * Returns the fields that an upload file has columns for. 全件更新 overwrites every field, so its file has all of them.
 * A 追加更新 file has the fields that the input sets, and the
 * fields that the console requires, because the effect of a blank in these is not known.
 */
const selectUploadFields = ({ plan, customFields }: UploadColumnSource): ReadonlySet<string> => {
  const all = listColumns(FORMATS[plan.kind], toPlanFields(customFields));
  const given = all.filter(({ field }) => plan.fields.includes(field));
  const isAlike = (column: Column): boolean =>
    given.some(({ field, sets }) => field === column.field || (sets === column.sets && column.refers !== undefined));
  const needed = all.filter(
    (column) =>
      getUploadMode(plan) === "replace" ||
      column.required === "always" ||
      isAlike(column) ||
      (plan.request?.generatePasswords === true && column.secret === true && column.required === "new"),
  );
  return new Set(needed.map(({ field }) => field));
};

/**
 * Returns the headers of the columns that a 全件更新 file fills with the mirror's values, because the input does not
 * provide them.
 */
export const findMirroredHeaders = ({ plan }: Pick<UploadColumnSource, "plan">): readonly string[] => {
  const { blank } = plan.request ?? {};
  const headers = FORMATS[plan.kind].columns.filter(({ secret }) => secret !== true).map(({ header }) => header);
  return blank === "keep" ? headers : headers.filter((header) => plan.absentColumns.includes(header));
};

/** Returns true if a column's values are a set: these come last, as in CLOMO's samples.  @see facts 6.4 */
const isSetColumn = ({ set }: Column): boolean => set === true;

export class ConsoleColumns {
  readonly #columns: readonly ConsoleColumn[];
  readonly #unknown: readonly string[];
  readonly #key: string;

  constructor(input: UploadColumnSource, headers: ColumnMap | undefined) {
    const { kind, unknownColumns } = input.plan;
    const format = FORMATS[kind];
    const fields = selectUploadFields(input);
    const named = buildOutputColumns(format, headers, toPlanFields(input.customFields));
    const known = named.filter(({ column }) => fields.has(column.field));
    this.#columns = [
      ...known.filter(({ column }) => !isSetColumn(column)),
      ...known.filter(({ column }) => isSetColumn(column)),
    ].map((one) => ({ ...one, times: 1, at: 0 }));
    this.#unknown = unknownColumns;
    this.#key = format.key;
  }

  fields(): readonly string[] {
    return this.#columns.map(({ column }) => column.field);
  }

  secrets(): readonly SecretColumn[] {
    return this.#columns
      .filter(({ column }) => column.secret === true)
      .map(({ column: { field, header, onlyWith }, headers }) => ({ field, header: headers[0] ?? header, onlyWith }));
  }

  /** Makes room for a row's lists, and with `withFormer` for their former values. Call it before {@link header}. */
  fit(row: PlanRow, withFormer = false): void {
    for (const place of this.#columns) {
      if (place.column.repeated !== true) continue;
      const values = this.#valuesOf(place, row, undefined);
      if (typeof values !== "string") place.times = Math.max(place.times, values.length);
      const former = withFormer ? row.before.find(({ field }) => field === place.column.field)?.value : undefined;
      if (Array.isArray(former)) place.times = Math.max(place.times, former.length);
    }
  }

  header(): readonly string[] {
    const known = this.#columns.flatMap(({ headers, times }) =>
      Array.from({ length: times }, (_, at) => headers[at] ?? headers.at(-1) ?? ""),
    );
    return [...known, ...this.#unknown];
  }

  *named(row: PlanRow, secrets: SecretRow | undefined): Generator<readonly [header: string, value: string]> {
    for (const place of this.#columns) {
      const values = this.#valuesOf(place, row, secrets);
      const header = place.headers[0] ?? place.column.header;
      for (const value of typeof values === "string" ? [values] : values) yield [header, value];
    }
    for (const [at, header] of this.#unknown.entries()) yield [header, secrets?.unknown[at] ?? ""];
  }

  /** Returns a row's cells in the order of {@link header}; undefined if there is no room for its lists. */
  cells(row: PlanRow, secrets: SecretRow | undefined): readonly string[] | undefined {
    const cells: string[] = [];
    for (const place of this.#columns) {
      const values = this.#valuesOf(place, row, secrets);
      if (typeof values === "string") {
        cells.push(values);
        for (let more = 1; more < place.times; more += 1) cells.push("");
        continue;
      }
      if (values.length > place.times) return undefined;
      for (let at = 0; at < place.times; at += 1) cells.push(values[at] ?? "");
    }
    for (let at = 0; at < this.#unknown.length; at += 1) cells.push(secrets?.unknown[at] ?? "");
    return cells;
  }

  /**
   * Returns a row's values in a column. If `after` lacks the key, returns the key of the row, because imports never
   * change
   * keys.
   */
  #valuesOf(place: ConsoleColumn, { after, key }: PlanRow, secrets: SecretRow | undefined): string | readonly string[] {
    const { field, secret } = place.column;
    if (secret === true) return secrets?.secrets.get(field) ?? "";
    let entry = after[place.at];
    if (entry?.field !== field) {
      place.at = after.findIndex((candidate) => candidate.field === field);
      entry = after[place.at];
    }
    return entry === undefined && field === this.#key ? key : (entry?.value ?? "");
  }
}
