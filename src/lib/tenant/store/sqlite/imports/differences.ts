import type { Difference, PlanRow, Verification } from "../../../../contract/index.ts";
import type { ImportedField } from "../../../../imports/kinds.ts";
import type { StagedFile } from "../../../../imports/plan.ts";
import type { ImportRecord } from "../../imports/record.ts";
import { versionsOf } from "../../../versions/keep.ts";
import { bitOf, isCreatedIn, versionTable } from "../../../versions/tables.ts";
import type { Database, Row } from "../database.ts";
import { either, isMatched, isMissing, isValid, quoteIdentifier } from "../../sql/forms.ts";
import { jsonList } from "../../sql/json.ts";
import { changes, hasSecrets, keyText, referenceOf, shownReference, staged, stored } from "./expressions.ts";
import { valuePiece } from "./rows.ts";
import { fieldNamed } from "./worker/task-fields.ts";
import { EMITTED, type PlanSql, type StoredKind } from "./stored-kind.ts";

/** What a plan changes that awaits the console: as it was written for it, whatever has changed in the tenant since. */
export interface PlannedChanges {
  /** its row in the copy of the tenant to which it was applied, and the revision it gave to the records it wrote */
  readonly import: number;
  readonly revision: number;
  readonly fields: readonly ChangedField[];
  /** the records it changes without creating or deleting them, which every export shows: their number by what they change */
  readonly changed: readonly { readonly mask: number; readonly records: number }[];
}

/** A field that a plan sets; secrets among them. */
interface ChangedField {
  readonly header: string;
  /** an export shows it that has any of these columns, or every one of them */
  readonly columns: readonly string[];
  readonly every: boolean;
  /** number of records of which it is set */
  readonly records: number;
  /** see `ImportedField`; undefined for what no export shows */
  readonly bit: number | undefined;
}

/** The columns of files that set a field. */
const columnsOf = ({ format: { columns, thing } }: StoredKind, { field }: ImportedField) =>
  columns.filter((column) => column.field === field || (thing.fields[column.sets]?.short ?? column.sets) === field);

/** What a plan changes, counted in its rows as they were written. */
export const plannedChanges = (
  database: Database,
  plan: PlanSql,
  { pk, revision }: Pick<ImportRecord, "pk" | "revision">,
): PlannedChanges => {
  const { kind, staged } = plan;
  const created = database.count(`select count(*) from ${EMITTED} where created`);
  const sums = kind.fields.map((field) => `coalesce(sum(${either(changes(field), "1", "0")}), 0) as "${field.field}"`);
  const sets = database.get(`select ${sums.join(", ")} from ${EMITTED} m`) ?? {};
  const open = kind.fields.map((field): ChangedField => {
    const columns =
      field.merge === "custom"
        ? staged.places.filter((place) => place.field.startsWith(CUSTOM))
        : columnsOf(kind, field).map(({ field: name, header }) => ({ field: name, header }));
    const names = columns.map((column) => column.field);
    const given = [field.field, ...names].some((name) => staged.staged.includes(name));
    const records = Number(sets[field.field] ?? 0) + (given ? created : 0);
    const every = field.merge === "custom";
    const headers = every ? columns : columns.slice(0, 1);
    const header = headers.map((column) => column.header).join(", ");
    return { header, columns: names, every, records, bit: field.bit };
  });
  const changed = database
    .all(`select changed as mask, count(*) as n from ${EMITTED} where not created group by 1`)
    .map(({ mask, n }) => ({ mask: Number(mask), records: Number(n) }));
  const fields = [...open, ...secretsSet(database, plan)].filter(({ records }) => records > 0);
  return { import: pk, revision: revision ?? 0, fields, changed };
};

const CUSTOM = "custom:";

const secretsSet = (database: Database, plan: PlanSql): readonly ChangedField[] => {
  if (!hasSecrets(plan)) return [];
  const rows = database.all(
    `select e.value as field, count(*) as records from s.row r join json_each(r.secrets) e where ${isValid("r.row")} group by 1`,
  );
  return plan.kind.format.columns.flatMap(({ field, header }) => {
    const records = Number(rows.find((row) => row["field"] === field)?.["records"] ?? 0);
    return [{ header, columns: [field], every: false, records, bit: undefined }];
  });
};

/** What of a plan an export shows: the fields that it does not, and the number of records of which it shows no change. */
export const visibleIn = (
  { fields, changed }: PlannedChanges,
  { staged, places }: StagedFile,
): { readonly unseen: Verification["unseen"]; readonly unseenRecords: number } => {
  const has = (name: string): boolean =>
    name.startsWith(CUSTOM) ? places.some(({ field }) => field === name) : staged.includes(name);
  const isSeen = ({ columns, every }: ChangedField): boolean => (every ? columns.every(has) : columns.some(has));
  const shows = (mask: number): boolean =>
    fields.some((field) => field.bit !== undefined && Math.floor(mask / 2 ** field.bit) % 2 === 1 && isSeen(field));
  return {
    unseen: fields.filter((field) => !isSeen(field)).map(({ header, records }) => ({ header, records })),
    unseenRecords: changed.reduce((sum, { mask, records }) => sum + (shows(mask) ? 0 : records), 0),
  };
};

/**
 * SQL: true if an export has a field of the record `t` otherwise, by its match `m`, that the change `:revision` wrote. Of a tree and of
 * a record that it created, that is every field.
 */
const isOfPlan = (kind: StoredKind): string => {
  if (kind.table.planner !== undefined) return "m.changed <> 0";
  const versions = versionsOf(kind.thing.name);
  const written = kind.fields.map(({ stored: column, bit }) =>
    either(`v.changed & ${bitOf(versions, column)} <> 0`, `${2 ** bit}`, "0"),
  );
  return `m.changed & coalesce((select ${written.join(" + ")} from ${versionTable(versions)} v
    where v.pk = t.pk and v.revision = :revision and v.action = 'update'), -1) <> 0`;
};

/** SQL: the key of a deleted record, from its version `v`. */
const keyBefore = (kind: StoredKind): string => keyText(kind, (name) => `v.${quoteIdentifier(name)}`);

/** Adds to the lines of an export's comparison what was planned, whether the plan touches the record, and its open task. */
export const differencesOf = (
  database: Database,
  plan: PlanSql,
  planned: PlannedChanges,
  lines: readonly PlanRow[],
): Difference[] => {
  if (lines.length === 0) return [];
  const { kind } = plan;
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
  const keys = JSON.stringify(lines.map(({ key }) => key));
  const records = database.all(
    `select m.row, t.pk, t.id, ${after} as planned,
       t.revision = :revision and (m.row is null or not ${isValid("m.row")} or ${isOfPlan(kind)}) as touched
     from ${thing.name} t left join s.match m on m.target = t.pk
     where t.id in (select value from json_each(:ids)) or m.row in (select value from json_each(:rows))`,
    { ...which, revision: planned.revision },
  );
  const deleted = database.all(
    `select ${keyBefore(kind)} as key from ${versionTable(versionsOf(thing.name))} v
     where v.revision = :revision and v.action = 'delete' and key in (select value from json_each(:keys))`,
    { revision: planned.revision, keys },
  );
  const tasks = openTasksOf(database, kind, planned.import, { ...which, keys });
  const pending = pendingOf(database, which.rows);
  const outside = outsideOf(database, plan, which.rows);
  const explain = (..._: unknown[]): readonly number[] => [];
  return lines.map((line) => {
    const isOf = (row: Row): boolean => (line.row === 0 ? row["id"] === idOf(line) : row["row"] === line.row);
    const record = records.find(isOf);
    const task = tasks.find((one) => one.explains(line, record?.["pk"]))?.number;
    const ours = record === undefined ? [] : (JSON.parse(String(record["planned"])) as Difference["planned"]);
    const named = [...new Set([...(pending.get(line.row) ?? []), ...explain(line, ours)])];
    return {
      ...line,
      planned: ours,
      touched: record === undefined ? deleted.some(({ key }) => key === line.key) : record["touched"] === 1,
      ...(outside.has(line.row) && { outside: true }),
      ...(task !== undefined && { task }),
      ...(named.length > 0 && { pending: named.toSorted((a, b) => a - b) }),
    };
  });
};

/** Returns how many of the records that an export has otherwise are touched by the plan. */
export const countTouched = (database: Database, plan: PlanSql, { revision }: PlannedChanges): number => {
  const { kind } = plan;
  const { name } = kind.thing;
  const params = { kind: kind.name, revision };
  const otherwise = `select 1 from s.match m join ${name} t on t.pk = m.target
    where t.revision = :revision and (${isOfPlan(kind)} or not ${isValid("m.row")})`;
  const missing = `select 1 from ${name} t where t.revision = :revision
    and (${kind.isLacking} or ${kind.inScope} and ${kind.isProtected} and ${isMissing("t.pk")})`;
  const stillThere = `select 1 from s.row r where not ${isMatched("r.row")} and ${keyText(kind, staged)} in (
    select ${keyBefore(kind)} from ${versionTable(versionsOf(name))} v where v.revision = :revision and v.action = 'delete')`;
  return database.count(`select count(*) from (${otherwise} union all ${missing} union all ${stillThere}) one`, params);
};

/** What is found of rows that lie in organisations outside a plan's scope, or in none that is known there. */
const OUTSIDE = ["org-outside", "org-beyond", "org-unknown", "owner-org-unknown", "user-unknown"];
/** Of organisations also what they are called by, and what is above them. */
const OUTSIDE_TREE = [...OUTSIDE, "value-unusable", "org-parent-unknown"];

/** SQL: those of a kind. */
export const outsideCodes = ({ table }: StoredKind): string =>
  (table.planner === undefined ? OUTSIDE : OUTSIDE_TREE).map((code) => `'${code}'`).join(", ");

/** The rows in which nothing is wrong but that they lie outside the plan's scope. @param rows a JSON list */
const outsideOf = (database: Database, { kind, request }: PlanSql, rows: string): ReadonlySet<number> => {
  if (request.scope === undefined) return new Set();
  const found = database.all(
    `select row from s.problem where severity = 'error' and row > 1 and row in (select value from json_each(:rows))
     group by row having min(code in (${outsideCodes(kind)})) = 1`,
    { rows },
  );
  return new Set(found.map(({ row }) => Number(row)));
};

/** The open tasks that keep rows from being told, by row. @param rows a JSON list */
const pendingOf = (database: Database, rows: string): ReadonlyMap<number, number[]> => {
  const found = database.all(
    `select p.row, e.value as task from s.problem p join json_each('[' || (p.params ->> 'tasks') || ']') e
     where p.code = 'key-pending' and p.row in (select value from json_each(:rows)) group by 1, 2 order by 1, 2`,
    { rows },
  );
  const byRow = Map.groupBy(found, ({ row }) => Number(row));
  return new Map([...byRow].map(([row, tasks]) => [row, tasks.map(({ task }) => Number(task))]));
};

/** An open task, and whether it is why the console has a record otherwise. */
interface Explaining {
  readonly number: number;
  readonly explains: (line: PlanRow, pk: Row[string] | undefined) => boolean;
}

/**
 * The open tasks of the records of some lines, whatever changed them: a writing by hand tells the fields, an import all
 * that it changed, or deleted.
 *
 * @param but the import that awaits the console
 */
const openTasksOf = (
  database: Database,
  kind: StoredKind,
  but: number,
  { rows, ids, keys }: Readonly<Record<"rows" | "ids" | "keys", string>>,
): readonly Explaining[] => {
  const kept = versionTable(versionsOf(kind.thing.name));
  const here = `select t.pk from ${kind.thing.name} t left join s.match m on m.target = t.pk
    where t.id in (select value from json_each(:ids)) or m.row in (select value from json_each(:rows))`;
  const found: readonly Row[] = [];
  return found.map(({ task, changes, pk, key }) => {
    const written = changes === null ? undefined : (JSON.parse(String(changes)) as readonly { readonly field: string }[]);
    const fields = written?.map(({ field }) => fieldNamed(kind, field)?.field);
    return {
      number: Number(task),
      explains: (line, record) =>
        record === undefined
          ? key !== null && line.key === key
          : record === pk && (line.action !== "update" || !fields || line.changed.some((one) => fields.includes(one))),
    };
  });
};

/** SQL: a task `k` of a kind is open, and none of the upload that is verified. */
const OPEN = "k.state = 'open' and k.kind = :kind and k.work <> 'upload' and k.import is distinct from :but";

/** The id of a record that no row of the file has. */
const idOf = ({ after }: PlanRow): string => String(after.find(({ field }) => field === "id")?.value ?? "");
