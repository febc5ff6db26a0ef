import type { ImportedField } from "../staging/kinds.ts";
import type { UploadReason } from "../../../model/upload.ts";
import { EXPORTED_COLUMNS } from "../../console/exported.ts";
import { OBSERVED, observedTable, PRESENCE } from "../../console/observed.ts";
import { bitOf, type Versions } from "../../versions/tables.ts";
import { keyColumn } from "../../../model/thing.ts";
import { either, keyOrValue, quoteIdentifier } from "../../store/sql/forms.ts";
import type { Database, Params } from "../../store/sqlite/database.ts";
import { lastNumber } from "./commit.ts";
import {
  changes,
  isStaged,
  isTouched,
  joinReferences,
  recordKey,
  referenceOf,
  resulting,
  resultingKeys,
  shownReference,
  staged,
  stagedKeys,
  stored,
  storedKeys,
  VALID,
} from "./expressions.ts";
import { hasOtherKey, isKeyOfOther, namesOther, noteConsoleKeys } from "./matching/console-keys.ts";
import {
  inScopeOf,
  type PlanSql,
  type StoredKind,
  type StoredReference,
  type UploadField,
  type UploadValue,
} from "./stored-kind.ts";

// What an upload file says of a plan's rows: it refers to records by the console's names, and leaves out what the console might
// read as of another record, or as a value to clear that nobody asked to clear.

/** The rows of a plan, as SQL with the record `t` of each. */
export interface UploadRows {
  readonly kind: StoredKind;
  /** the fields of the file's columns; a custom field by its name, `custom:NAME` */
  readonly fields: readonly string[];
  /** the number of a row's record; null of a new one */
  readonly pk: string;
  /** true if the plan creates the record, perhaps again */
  readonly isCreated: string;
  /** the usual key of the record as the plan leaves it, and as it is here */
  readonly key: string;
  readonly localKey: string;
  /** a field as the plan leaves it; of a reference the record's number */
  readonly value: (field: ImportedField) => string;
  /** true if blank cells are to clear the field, also where the record has no value of it here */
  readonly mayClear: (field: ImportedField) => boolean;
  /** what a cell shows of the record that it names, and the key of that */
  readonly shown: (reference: StoredReference) => string;
  readonly cellKey: (reference: StoredReference) => string;
}

/** SQL of what an upload file says of rows. */
export interface UploadSql {
  /** joins what the others read */
  readonly join: string;
  /** the reason for which a row is left out, as JSON; null if it is not */
  readonly leftOut: string;
  readonly value: UploadValue;
}

/** SQL: a column as the console has it, as far as is known. `c` is the observed state of the record `t`. */
const consoleValue = (versions: Versions, column: string): string =>
  either(
    `t.pk is null or c.differs & ~c.confirmed & ${bitOf(versions, column)} <> 0`,
    `c.${quoteIdentifier(column)}`,
    stored(column),
  );

/** SQL: true if the console may have the record. */
const MAY_BE_THERE = `case when c.pk is null then t.pk is not null when t.pk is null then c.confirmed & ${PRESENCE} = 0
  else c.inConsole = 1 or c.confirmed & ${PRESENCE} <> 0 end`;

/** SQL: true if the console may lack a record that is here. */
const MAY_LACK = `coalesce(c.inConsole = 0 and c.confirmed & ${PRESENCE} = 0 or c.differs & ~c.confirmed & ${PRESENCE} <> 0, false)`;

const isBlank = ({ merge }: ImportedField, value: string): string =>
  merge === "list" ? `coalesce(${value}, '[]') = '[]'` : `${value} is null`;

/** SQL: true if another record has the key here. */
const isHeldHere = ({ claims, keys: [{ field }], thing }: StoredKind, key: string, pk: string): string => {
  const claim = claims.find((one) => one.field.field === field);
  if (claim === undefined) return "false";
  const scope = claim.own ? inScopeOf(thing, "h") : "true";
  return `exists (select 1 from ${claim.table} h where ${claim.has("h", key)} and h.${claim.record} is distinct from ${pk} and ${scope})`;
};

/** The columns that no export of a mirror has shown, by their fields; none in a tenant that is no mirror. */
const unseenFields = (database: Database, { name }: StoredKind): ((field: string) => boolean) => {
  if (database.get("select 1 from tenant where mirroredAt is not null") === undefined) return () => false;
  const rows = database.all(`select field from ${EXPORTED_COLUMNS} where kind = :name`, { name });
  const seen = new Set(rows.map(({ field }) => String(field)));
  return (field) => !seen.has(field);
};

/**
 * SQL: true if a blank cell of a column that no export has shown might clear what nobody asked to clear: neither is the value
 * here cleared, which the plan shows, nor are all blank cells to clear.
 */
const clearsUnseen = (
  database: Database,
  versions: Versions,
  { kind, fields, value, mayClear }: UploadRows,
): readonly string[] => {
  const isUnseen = unseenFields(database, kind);
  const kept = kind.fields.filter((one) => one.clearable && !mayClear(one));
  const single = kept
    .filter(({ field, merge }) => merge !== "custom" && fields.includes(field) && isUnseen(field))
    .map((one) =>
      [value(one), consoleValue(versions, one.stored), stored(one.stored)].map((of) => isBlank(one, of)).join(" and "),
    );
  const custom = kept.find(({ merge }) => merge === "custom");
  if (custom === undefined) return single;
  const names = database.all("select pk, name from custom_field order by pk");
  return [
    ...single,
    ...names
      .map(({ pk, name }) => ({
        entry: `'${Number(pk)}'`,
        field: `custom:${Number(pk)}`,
        name: `custom:${String(name)}`,
      }))
      .filter(({ field, name }) => fields.includes(name) && isUnseen(field))
      .map(({ entry }) => {
        const known = `coalesce(${consoleValue(versions, custom.stored)} ->> ${entry}, ${stored(custom.stored)} ->> ${entry})`;
        return `${value(custom)} ->> ${entry} is null and ${known} is null`;
      }),
  ];
};

/** SQL: true if a cell would have to clear a value, which a blank one does not do. */
const clears = (versions: Versions, { kind, value, shown }: UploadRows, field: ImportedField): string => {
  if (field.clearable) return "false";
  const [after, known] = [value(field), consoleValue(versions, field.stored)];
  const reference = referenceOf(kind, field);
  if (reference === undefined) return `${isBlank(field, after)} and not (${isBlank(field, known)})`;
  return `${shown(reference)} is null and ${after} is distinct from ${known}`;
};

/** SQL: true if a cell with this key names a new record that an upload file left out, and that the console still lacks. */
const isLeftOut = ({ table: { thing }, keys }: StoredReference, key: string): string => {
  const known = `select known.${keys.record} from ${keys.table} known where ${keys.has("known", key)}`;
  return `exists (select 1 from main.left_out l join main.${observedTable({ thing })} o on o.pk = l.pk
    where l.thing = '${thing.name}' and l.pk in (${known}) and o.inConsole = 0 and o.confirmed & ${PRESENCE} = 0)`;
};

/** SQL: true if a cell names what the console may have by another key, or would have to name what has none. */
const refersToOther = ({ kind, value, shown, cellKey }: UploadRows, field: ImportedField): string => {
  const reference = kind.references.find((one) => one.field === field);
  if (reference === undefined) return "false";
  if (field.merge === "list")
    return `exists (select 1 from json_each(${cellKey(reference)}) e where ${namesOther(reference, "e.value")})`;
  const other = `(${namesOther(reference, cellKey(reference))} or ${isLeftOut(reference, cellKey(reference))})`;
  const isOther = `${shown(reference)} is not null and ${other}`;
  // a place in a tree is named by more than one cell
  if (!field.clearable || reference.table.thing === kind.thing) return isOther;
  return `${isOther} or ${shown(reference)} is null and ${value(field)} is not null`;
};

/**
 * Finds what the console may call the records of rows, and returns SQL of what an upload file says of them.
 *
 * @param more conditions of further reasons
 */
export const uploadSql = (
  database: Database,
  rows: UploadRows,
  more: Partial<Record<UploadReason, string>> = {},
): UploadSql => {
  const { kind, fields, pk, isCreated, key, localKey } = rows;
  const { thing } = kind;
  const versions = OBSERVED.find((one) => one.thing === thing);
  if (versions === undefined) return { join: "", leftOut: "'null'", value: (_, value) => value };
  noteConsoleKeys(database, kind);
  const own = kind.fields.filter(({ field }) => fields.includes(field));
  const any = (conditions: readonly string[]): string => conditions.map((one) => `(${one})`).join(" or ") || "false";
  const isOther = `(${hasOtherKey(thing, pk, key)} or t.pk is not null and ${localKey} is distinct from ${key})`;
  const isNew = `(${isCreated} or ${MAY_LACK})`;
  const reasons: Readonly<Record<UploadReason, readonly string[]>> = {
    key: [isKeyOfOther(thing, pk, key), isHeldHere(kind, key, pk), `${isOther} and not ${isNew}`],
    twice: [`${isOther} and ${isNew}`],
    reference: own.map((field) => refersToOther(rows, field)),
    password: [],
    clear: [`${MAY_BE_THERE} and (${any(own.map((field) => clears(versions, rows, field)))})`],
    blank: [`${MAY_BE_THERE} and (${any(clearsUnseen(database, versions, rows))})`],
  };
  const cases = Object.entries(reasons).map(
    ([why, conditions]) => `when ${any([...conditions, more[why as UploadReason] ?? []].flat())} then '"${why}"'`,
  );
  const isKey = ({ field }: UploadField): boolean => kind.keys[0].field === field;
  return {
    join: `left join main.${observedTable(versions)} c on c.pk = ${pk}`,
    leftOut: `case ${cases.join(" ")} else 'null' end`,
    value: (field, value) => {
      if (!isKey(field)) return value;
      const known = consoleValue(versions, field.stored);
      const first = field.merge === "list" ? `json_set(${value}, '$[0]', ${known} ->> 0)` : known;
      return either(`not (${MAY_BE_THERE})`, value, first);
    },
  };
};

/** SQL: the key by which cells name a record. @param pk SQL of its number, `from` the table with it */
export const keyOfNamed = (
  { refers, table: { thing } }: StoredReference,
  pk: string,
  from: string = thing.name,
): string => {
  const { short = refers.by, comparison = "exact", type } = thing.fields[refers.by] ?? {};
  const list = type === "texts";
  const column = (name: string): string => `named.${quoteIdentifier(name)}`;
  const key = keyOrValue(comparison, column(keyColumn({ short, list })), column(refers.by));
  return `(select ${list ? `(${key}) ->> 0` : key} from ${from} named where named.pk = ${pk})`;
};

/** SQL: the usual key of a row's record, as its plan leaves it. */
const resultingKey = (plan: PlanSql): string => {
  const { kind } = plan;
  const field = kind.fields.find((one) => one.field === kind.keys[0].field);
  // a key that no import changes
  if (field === undefined) return "r.key";
  if (!isStaged(plan, field)) return storedKey(kind);
  if (field.merge === "list") return `(${resultingList(plan, field)} ->> 0)`;
  return either(`m.row is null or ${changes(field)}`, stagedKeys(field), storedKey(kind));
};

/** SQL: the usual key of the record `t`. */
const storedKey = ({ keys: [key] }: StoredKind): string => recordKey(key);

/** SQL: the keys of a row's list, as its plan leaves it. */
const resultingList = (plan: PlanSql, field: ImportedField): string => {
  if (isStaged(plan, field)) return either("m.row is null", stagedKeys(field), resultingKeys(plan, field));
  return either(`m.row is null or ${String(isTouched(plan, field))}`, "'[]'", storedKeys(field));
};

/** SQL: the staged rows `r` of a plan, with their records. */
export const rowsOfPlan = (plan: PlanSql): string => {
  const { thing, table } = plan.kind;
  return `s.row r left join s.match m on m.row = r.row left join ${thing.name} t on t.pk = m.target
    ${table.planner?.join ?? joinReferences(plan)}`;
};

/** The temporary table of new nodes of a tree that an upload file leaves out: `row`. */
const LEFT_OUT_NODES = "temp.left_out_node";

/** Leaves out what is below a new node of a tree that is left out: the console would refuse it, or put it elsewhere. */
const withoutNodesBelow = (database: Database, plan: PlanSql, { join, leftOut, value }: UploadSql): UploadSql => {
  const { planner } = plan.kind.table;
  if (planner === undefined) return { join, leftOut, value };
  planner.values(database);
  database.exec(`drop table if exists ${LEFT_OUT_NODES}`);
  database.exec(`create temp table left_out_node (row integer primary key)`);
  const isNew = "not exists (select 1 from s.match m where m.row = a.row)";
  database.exec(
    `insert into ${LEFT_OUT_NODES} with recursive node(row) as (
       select r.row from ${rowsOfPlan(plan)} ${join} where m.row is null and ${leftOut} <> 'null'
       union select a.row from node n join s.org_after a on a.parentRow = n.row where ${isNew}) select row from node`,
  );
  const isBelow = `exists (select 1 from ${LEFT_OUT_NODES} n where n.row = a.parentRow)`;
  return { join, leftOut: either(`${leftOut} = 'null' and ${isBelow}`, `'"reference"'`, leftOut), value };
};

/** Returns SQL of what an upload file says of the staged rows `r` of a plan. @param fields of the file's columns */
export const uploadOfRows = (database: Database, plan: PlanSql, fields: readonly string[]): UploadSql => {
  const { kind, request } = plan;
  const isOwn = (field: UploadField): boolean => isStaged(plan, field);
  const text = (sql: string, field: ImportedField): string =>
    isOwn(field) ? `coalesce(${sql}, ${staged(field.field)})` : sql;
  const { planner } = kind.table;
  const upload = uploadSql(
    database,
    {
      kind,
      fields,
      pk: "t.pk",
      isCreated: "m.row is null",
      key: planner?.key ?? resultingKey(plan),
      localKey: storedKey(kind),
      value: (field) => (planner === undefined ? resulting(plan, field) : `a.${quoteIdentifier(field.stored)}`),
      mayClear: (field) => (isOwn(field) ? request.blank === "clear" : isTouched(plan, field)),
      shown: (reference) => text(shownReference(reference, resulting(plan, reference.field)), reference.field),
      cellKey: (reference) => {
        const { field } = reference;
        if (field.merge === "list") return resultingList(plan, field);
        const key = keyOfNamed(reference, resulting(plan, field));
        return isOwn(field) ? `coalesce(${key}, ${stagedKeys(field)})` : key;
      },
    },
    planner?.moved(kind),
  );
  return withoutNodesBelow(database, plan, upload);
};

/** What an upload file has, and the change that it is of. */
export interface UploadedChange {
  readonly fields: readonly string[];
  readonly revision: number;
}

/** Notes records that an upload file leaves out. @param from SQL: selects their `pk`, and the `reason` as JSON; null if it has them */
export const keepLeftOut = (database: Database, { thing, name }: StoredKind, from: string, params: Params): void => {
  const sql = `insert into left_out select :revision, '${thing.name}', pk, reason ->> '$' from (${from}) where reason <> 'null'`;
  database.run(sql, { ...params, ...(sql.includes(":kind") && { kind: name }) });
};

/** Notes the records that the upload file of a plan leaves out. Call it before the plan is applied. */
export const noteLeftOut = (database: Database, plan: PlanSql, { fields, revision }: UploadedChange): void => {
  const { kind } = plan;
  const { join, leftOut } = uploadOfRows(database, plan, fields);
  const from = `select coalesce(m.target, :base + r.row) as pk, ${leftOut} as reason from ${rowsOfPlan(plan)} ${join} where ${VALID}`;
  keepLeftOut(database, kind, from, { revision, base: lastNumber(database, kind.series) });
};
