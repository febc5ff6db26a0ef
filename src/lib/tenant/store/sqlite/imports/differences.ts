import type { Difference, PlanRow, Verification } from "../../../../contract/index.ts";
import type { ImportedField } from "../../../../imports/kinds.ts";
import type { ImportRecord } from "../../imports/record.ts";
import type { Database, Row } from "../database.ts";
import { either, isValid } from "../../sql/forms.ts";
import { jsonList } from "../../sql/json.ts";
import { changes, hasSecrets, keyText, referenceOf, shownReference, stored } from "./expressions.ts";
import { valuePiece } from "./rows.ts";
import { wasTable, type PlanSql, type StoredKind } from "./stored-kind.ts";

/** What a plan that awaits the console changes, as it was applied to a copy of the tenant. */
export interface PlannedChanges {
  /** its row in the copy, and the revision it gave to the records it wrote */
  readonly import: number;
  readonly revision: number;
  /** number of records that it creates or deletes, which every export shows */
  readonly appearing: number;
  /** number of records of which it sets a field, by the field's columns; secrets among them */
  readonly fields: readonly {
    readonly header: string;
    readonly columns: readonly string[];
    readonly records: number;
  }[];
}

/** The columns of files that set a field. */
const columnsOf = ({ format: { columns, thing } }: StoredKind, { field }: ImportedField) =>
  columns.filter((column) => column.field === field || (thing.fields[column.sets]?.short ?? column.sets) === field);

/** What a plan changes, counted in its staged rows after it was applied. */
export const plannedChanges = (
  database: Database,
  plan: PlanSql,
  { pk, revision, detail }: ImportRecord,
): PlannedChanges => {
  const { kind, staged } = plan;
  const { create = 0, delete: deleted = 0 } = detail.counts ?? {};
  const sums = kind.fields.map((field) => `coalesce(sum(${either(changes(field), "1", "0")}), 0) as "${field.field}"`);
  const changed = database.get(`select ${sums.join(", ")} from s.match m where ${isValid("m.row")}`) ?? {};
  const open = kind.fields.flatMap((field) => {
    const columns = columnsOf(kind, field);
    const given = [field.field, ...columns.map((column) => column.field)].some((name) => staged.staged.includes(name));
    const records = Number(changed[field.field] ?? 0) + (given ? create : 0);
    const names = columns.length === 0 ? [field.field] : columns.map((column) => column.field);
    return [{ header: columns[0]?.header ?? field.field, columns: names, records }];
  });
  return {
    import: pk,
    revision: revision ?? 0,
    appearing: create + deleted,
    fields: [...open, ...secretsSet(database, plan)].filter(({ records }) => records > 0),
  };
};

const secretsSet = (database: Database, plan: PlanSql): PlannedChanges["fields"] => {
  if (!hasSecrets(plan)) return [];
  const rows = database.all(
    `select e.value as field, count(*) as records from s.row r join json_each(r.secrets) e where ${isValid("r.row")} group by 1`,
  );
  return plan.kind.format.columns.flatMap(({ field, header }) => {
    const records = Number(rows.find((row) => row["field"] === field)?.["records"] ?? 0);
    return [{ header, columns: [field], records }];
  });
};

/** What of a plan an export with these fields shows. */
export const visibleIn = (
  { appearing, fields }: PlannedChanges,
  seen: readonly string[],
): { readonly showsAny: boolean; readonly unseen: Verification["unseen"] } => {
  const isSeen = ({ columns }: PlannedChanges["fields"][number]): boolean =>
    columns.some((name) => seen.includes(name));
  return {
    showsAny: appearing > 0 || fields.some(isSeen),
    unseen: fields.filter((field) => !isSeen(field)).map(({ header, records }) => ({ header, records })),
  };
};

/** Adds to the lines of an export's comparison what was planned, and whether the plan touches the record. */
export const differencesOf = (
  database: Database,
  { kind }: PlanSql,
  planned: PlannedChanges,
  lines: readonly PlanRow[],
): Difference[] => {
  const { thing } = kind;
  const after = jsonList(
    kind.fields.map((field) => {
      const reference = referenceOf(kind, field);
      return valuePiece(
        field,
        reference === undefined ? stored(field.stored) : shownReference(reference, stored(field.stored)),
      );
    }),
  );
  const which = { rows: JSON.stringify(lines.map(({ row }) => row)), ids: JSON.stringify(lines.map(idOf)) };
  const records = database.all(
    `select m.row, t.id, t.revision, ${after} as planned from ${thing.name} t left join s.match m on m.target = t.pk
     where t.id in (select value from json_each(:ids)) or m.row in (select value from json_each(:rows))`,
    which,
  );
  const deleted = database.all(
    `select ${keyText(kind, (name) => `w."${name}"`)} as key from ${wasTable(kind)} w
     where w.import = :import and w.action = 'delete' and key in (select value from json_each(:keys))`,
    { import: planned.import, keys: JSON.stringify(lines.map(({ key }) => key)) },
  );
  return lines.map((line) => {
    const isOf = (row: Row): boolean => (line.row === 0 ? row["id"] === idOf(line) : row["row"] === line.row);
    const record = records.find(isOf);
    return {
      ...line,
      planned: record === undefined ? [] : (JSON.parse(String(record["planned"])) as Difference["planned"]),
      touched:
        record === undefined
          ? deleted.some(({ key }) => key === line.key)
          : Number(record["revision"]) === planned.revision,
    };
  });
};

/** The id of a record that no row of the file has. */
const idOf = ({ after }: PlanRow): string => String(after.find(({ field }) => field === "id")?.value ?? "");
