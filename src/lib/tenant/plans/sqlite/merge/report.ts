import { ORG } from "../../../../model/organisation.ts";
import { getVersionSchema } from "../../../versions/keep.ts";
import {
  buildCustomFieldsBitSql,
  IS_CONFIRMED_ENTRY,
  getObservedTable,
  PRESENCE_BIT,
} from "../../../console/observed.ts";
import { getColumnBit, type VersionSchema } from "../../../versions/tables.ts";
import type { ImportedField } from "../../staging/kinds.ts";
import type { Contradiction, MergedValues } from "../../staging/counts.ts";
import { buildCaseSql, quoteIdentifier, ORDERED_JOIN } from "../../../store/sql/forms.ts";
import type { Database, Row } from "../../../store/sqlite/database.ts";
import {
  buildRecordLabelSql,
  buildComparedValueSql,
  buildReferenceJoinsSql,
  keyOf,
  buildReferenceTextSql,
  rowColumn,
  recordColumn,
} from "../expressions.ts";
import { buildIsInKindScopeSql, type PlanDefinition, type StoredKind } from "../stored-kind.ts";
import {
  DELETED_HERE_TABLE,
  HELD_TABLE,
  IS_CONTRADICTED_BY_ABSENCE_SQL,
  IS_MISSING_IN_EXPORT_SQL,
  getKindParam,
  MERGED_TABLE,
  getMergedVersions,
  LEFT_OUT_TARGET,
  prefersConsole,
  listSingleFields,
} from "./tables.ts";
import { recordFinding } from "../findings.ts";
import { buildKeyTasksSql } from "./tasks.ts";
import { buildDroppedVersionsSql } from "../../../console/exported.ts";

// What a plan reports about the merge of an export with local changes: counts, contradictions and warnings.

const MAX_LISTED_CONTRADICTIONS = 3;

const MAX_LISTED_GIVEN_UP_VALUES = 1000;

/** SQL: a stored value in readable form. @param value SQL of the stored value */
const buildReadableValueSql = ({ references }: StoredKind, field: ImportedField, value: string): string => {
  const reference = references.find((one) => one.field === field && field.merge === "reference");
  if (reference !== undefined) {
    const deleted = buildReferenceTextSql(reference, value, `main.${getObservedTable(reference.table)}`);
    return `coalesce(${buildReferenceTextSql(reference, value)}, ${deleted})`;
  }
  return field.merge === "list"
    ? `(select string_agg(e.value, ', ' order by e.key) from json_each(${value}) e)`
    : value;
};

/**
 * Returns the columns that rows may show, each with a function that returns SQL of a value in readable form. If the
 * record type has a planner, the parent is a separate column, because the planner compares parents itself.
 */
const listReadableColumns = (
  plan: PlanDefinition,
): readonly { readonly name: string; readonly shown: (value: string) => string }[] => [
  ...listSingleFields(plan).map((field) => ({
    name: field.stored,
    shown: (value: string) => buildReadableValueSql(plan.kind, field, value),
  })),
  ...(plan.kind.table.planner === undefined ? [] : [{ name: "parent", shown: buildOrgLabelSql }]),
];

/**
 * SQL: the code of an organisation, or its name if it does not have a code. The organisation may exist locally, may
 * have been deleted locally, or may be created by a row. @param pk SQL of the record number
 */
const buildOrgLabelSql = (pk: string): string => {
  const made = `a.row = ${pk} - (select last from collection where name = 'orgs')`;
  const [local, deleted, planned] = [
    `${ORG.name} a where a.pk = ${pk}`,
    `main.${getObservedTable(getVersionSchema(ORG.name))} a where a.pk = ${pk}`,
    `s.org_after a where ${made}`,
  ].map((from) => `(select coalesce(a.code, a.name) from ${from})`);
  return `coalesce(${local}, ${deleted}, ${planned})`;
};

/** Builds SQL for values that an export contradicts: `pk`, `name`, `field`, `local`, `console`, `confirmed`, `held`. */
class ContradictionSql {
  readonly #plan: PlanDefinition;
  readonly #versions: VersionSchema;
  readonly #called: string;
  readonly #observed: string;
  readonly #isGone: string;
  /** SQL: the local records `t` that the export lacks, with their observed state `o` */
  readonly lacking: string;

  constructor(plan: PlanDefinition, versions: VersionSchema) {
    const { thing } = plan.kind;
    this.#plan = plan;
    this.#versions = versions;
    this.#called = `${buildRecordLabelSql(thing)} as name`;
    this.#observed = `main.${getObservedTable(versions)}`;
    this.lacking = `${this.#observed} o ${ORDERED_JOIN} ${thing.name} t on t.pk = o.pk
      where ${buildIsInKindScopeSql(thing, "t")} and ${IS_MISSING_IN_EXPORT_SQL}`;
    this.#isGone = prefersConsole(plan)
      ? `(${IS_CONTRADICTED_BY_ABSENCE_SQL} and not exists (select 1 from ${HELD_TABLE} h where h.pk = o.pk))`
      : "false";
  }

  /**
   * Returns queries for the contradicted fields of records that exist locally.
   *
   * @param bits SQL: mask of the columns to include, for a row `x` and its observed record `o`
   * @param entries the column of the row that contains its custom fields
   */
  fields(bits: string, entries: "entries" | "givenEntries"): readonly string[] {
    const { thing } = this.#plan.kind;
    // if the tenant cannot accept the exported value, the record may not have an observed state yet
    const joined = `${MERGED_TABLE} x left join ${this.#observed} o on o.pk = x.pk ${ORDERED_JOIN} ${thing.name} t on t.pk = x.pk`;
    const ofColumns = listReadableColumns(this.#plan).map(({ name, shown }) => {
      const bit = getColumnBit(this.#versions, name);
      const confirmed = `(coalesce(o.confirmed, 0) & (${bit} | ${buildCaseSql("x.isNew", PRESENCE_BIT, "0")}) <> 0)`;
      return `select t.pk, ${this.#called}, '${name}' as field, ${shown(recordColumn(name))} as local,
          ${shown(`x.${quoteIdentifier(name)}`)} as console, ${confirmed} as confirmed, 0 as held
        from ${joined} where (${bits}) & ${bit} <> 0`;
    });
    const bit = buildCustomFieldsBitSql(this.#versions);
    if (bit === "0") return ofColumns;
    return [
      ...ofColumns,
      `select t.pk, ${this.#called}, 'custom:' || f.name as field, t.custom ->> e.key as local, e.value as console,
         o.confirmed & ${bit} <> 0 or ${IS_CONFIRMED_ENTRY} as confirmed, 0 as held
       from ${joined} ${ORDERED_JOIN} json_each(x.${entries}) e ${ORDERED_JOIN} custom_field f on f.pk = cast(e.key as integer)
       where (${bits}) & ${bit} <> 0 ${entries === "entries" ? `or ${IS_CONFIRMED_ENTRY}` : ""}`,
    ];
  }

  deleted(): readonly string[] {
    return listReadableColumns(this.#plan).map(
      ({ name, shown }) => `select t.pk, ${this.#called}, '${name}' as field, null as local,
          ${shown(`d.${quoteIdentifier(name)}`)} as console, 0 as confirmed, 0 as held
        from ${DELETED_HERE_TABLE} d ${ORDERED_JOIN} ${this.#observed} t on t.pk = d.pk
        where d.contradicted & ${getColumnBit(this.#versions, name)} <> 0`,
    );
  }

  kept(): readonly string[] {
    const isChanged = `(o.inConsole = 1 and o.differs & ~${PRESENCE_BIT} <> 0 or o.confirmed <> 0 or o.contradicted & ${PRESENCE_BIT} <> 0)`;
    const isObserved = `exists (select 1 from ${this.#observed} o where o.pk = h.pk)`;
    return [
      this.#whole(`${this.lacking} and ${isChanged} and not ${this.#isGone}`, "o.confirmed <> 0"),
      this.#whole(
        `${HELD_TABLE} h ${ORDERED_JOIN} ${this.#plan.kind.thing.name} t on t.pk = h.pk where not ${isObserved}`,
        "0",
        "1",
      ),
    ];
  }

  /** Returns a query for the records that were changed locally and are now deleted because the export lacks them. */
  gone(): string {
    return this.#whole(`${this.lacking} and ${this.#isGone}`);
  }

  #whole(from: string, confirmed = "0", held = "0"): string {
    return `select t.pk, ${this.#called}, null as field, null as local, null as console, ${confirmed} as confirmed, ${held} as held from ${from}`;
  }
}

/**
 * Returns what an export shows about values that were changed locally; undefined if it does not show any, and for other
 * plans.
 */
export const countMergedValues = (database: Database, plan: PlanDefinition): MergedValues | undefined => {
  const versions = getMergedVersions(plan);
  if (versions === undefined) return undefined;
  const { request, kind } = plan;
  const isDeleted = `not exists (select 1 from ${kind.thing.name} t where t.pk = c.pk)`;
  const sql = new ContradictionSql(plan, versions);
  const read = (selects: readonly string[], most: number): NonNullable<MergedValues["givenUp"]> => {
    const all = selects.join(" union all ");
    const used = getKindParam(plan, all);
    const count = database.count(`select count(*) from (${all}) c`, used);
    const rows =
      count === 0
        ? []
        : database.all(`select c.*, ${isDeleted} as deleted from (${all}) c order by pk, field limit ${most}`, used);
    return { count, first: rows.map(toContradiction) };
  };
  const isWhole = request.mode === "replace" && request.scope === undefined;
  const contradicted = "x.contradicted | (coalesce(o.confirmed, 0) & x.open & x.differing)";
  const { count, first } = read(
    [...sql.fields(contradicted, "entries"), ...sql.deleted(), ...(isWhole ? sql.kept() : [])],
    MAX_LISTED_CONTRADICTIONS,
  );
  const givenUp = prefersConsole(plan)
    ? read([...sql.fields("x.givenUp", "givenEntries"), ...(isWhole ? [sql.gone()] : [])], MAX_LISTED_GIVEN_UP_VALUES)
    : undefined;
  const leftOut = database.count(
    `select count(*) from s.match m where m.target = ${LEFT_OUT_TARGET} and not exists (select 1 from ${DELETED_HERE_TABLE} d where d.row = m.row)`,
  );
  const unseen = `select count(*) from ${sql.lacking} and o.inConsole = 0 and o.confirmed = 0 and o.contradicted & ${PRESENCE_BIT} = 0`;
  const open =
    database.count(`select count(*) from ${MERGED_TABLE} x ${ORDERED_JOIN} main.${getObservedTable(versions)} o on o.pk = x.pk
        where x.open & x.differing & ~x.contradicted & ~o.confirmed <> 0`) +
    database.count(`select count(*) from ${DELETED_HERE_TABLE} d where d.contradicted = 0`) +
    (isWhole ? database.count(unseen, getKindParam(plan, unseen)) : 0);
  const held = isWhole ? database.all(`select pk from ${HELD_TABLE} order by pk`).map(({ pk }) => Number(pk)) : [];
  if (count + open + leftOut + (givenUp?.count ?? 0) === 0) return undefined;
  return {
    open,
    contradicted: count,
    leftOut,
    first,
    ...(givenUp !== undefined && givenUp.count > 0 && { givenUp }),
    ...(held.length > 0 && { held }),
  };
};

const toStringOrNull = (value: Row[string] | undefined): string | null =>
  value === null || value === undefined ? null : String(value);

const toContradiction = (row: Row): Contradiction => ({
  name: String(row["name"]),
  field: toStringOrNull(row["field"]),
  local: toStringOrNull(row["local"]),
  console: toStringOrNull(row["console"]),
  confirmed: row["confirmed"] === 1,
  ...(row["deleted"] === 1 && { deleted: true }),
  ...(row["held"] === 1 && { held: true }),
});

/**
 * Warns about rows that are left out. Each warning lists the records that the row may belong to, and the tasks that
 * change the keys of these records.
 *
 * @param possible record numbers of the records that a row may belong to, by row
 */
export const reportAmbiguousRows = (
  database: Database,
  plan: PlanDefinition,
  possible: ReadonlyMap<number, Iterable<number>>,
): void => {
  const { thing } = plan.kind;
  const pairs = [...possible].flatMap(([row, records]) => [...records].map((pk) => ({ row, pk })));
  const versions = getMergedVersions(plan);
  if (versions === undefined) return;
  const ofRow = (value: string, joined: string): string =>
    `select ${value} as value from json_each(:pairs) p ${ORDERED_JOIN} ${joined} t on t.pk = p.value ->> 'pk' where p.value ->> 'row' = r.row`;
  // the observed state of a locally deleted record contains all columns
  const isDeleted = `not exists (select 1 from main.${thing.name} n where n.pk = t.pk)`;
  const [local, deleted] = [`main.${thing.name}`, `main.${getObservedTable({ thing })}`].map((table) =>
    ofRow(buildRecordLabelSql(thing), table),
  );
  const listed = (values: string): string => `(select string_agg(value, ', ') from (${values} order by 1))`;
  recordFinding(database, plan, {
    code: "row-ambiguous",
    severity: "warning",
    field: keyOf(plan).field,
    select: `with task as materialized (${buildKeyTasksSql(plan, versions, "select value ->> 'pk' from json_each(:pairs)")})
      select r.row, r.line, null as col,
        json_object('records', ${listed(`${local} union ${deleted} and ${isDeleted}`)}, 'tasks', coalesce(${listed(`select distinct value from (${ofRow("t.number", "task")})`)}, '')) as params
      from s.row r where r.row in (select value ->> 'row' from json_each(:pairs))`,
    params: { pairs: JSON.stringify(pairs) },
  });
};

/**
 * Warns about values whose task was dropped but that were entered in the console anyway. The plan imports these values.
 */
export const reportDroppedValues = (database: Database, plan: PlanDefinition): void => {
  const versions = getMergedVersions(plan);
  if (versions === undefined) return;
  const { thing } = plan.kind;
  for (const field of listSingleFields(plan)) {
    const isTaken = `v.${quoteIdentifier(field.stored)} is not distinct from ${buildComparedValueSql(plan, field)}`;
    const joined = buildReferenceJoinsSql(plan);
    recordFinding(database, plan, {
      code: "dropped-done",
      severity: "warning",
      field: field.field,
      // dropped values are rare, so the join starts with them
      select: `select r.row, r.line, null as col, json_object('value', ${rowColumn(field.field)}, 'change', max(v.droppedBy)) as params
        from (${buildDroppedVersionsSql(versions, field.stored)}) v ${ORDERED_JOIN} s.match m on m.target = v.pk ${ORDERED_JOIN} s.row r on r.row = m.row
          ${ORDERED_JOIN} ${thing.name} t on t.pk = m.target ${joined}
        where m.changed & ${2 ** field.bit} <> 0 and ${isTaken} group by r.row, r.line`,
      params: joined.includes(":kind") ? { kind: plan.kind.name } : {},
    });
  }
};
