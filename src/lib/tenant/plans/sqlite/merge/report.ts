import { ORG } from "../../../../model/organisation.ts";
import { versionsOf } from "../../../versions/keep.ts";
import { entriesBit, IS_CONFIRMED_ENTRY, observedTable, PRESENCE } from "../../../console/observed.ts";
import { bitOf, type Versions } from "../../../versions/tables.ts";
import type { ImportedField } from "../../staging/kinds.ts";
import type { Contradiction, MergedValues } from "../../staging/counts.ts";
import { either, quoteIdentifier, THEN } from "../../../store/sql/forms.ts";
import type { Database, Row } from "../../../store/sqlite/database.ts";
import { calledText, comparedValue, joinReferences, keyOf, shownReference, staged, stored } from "../expressions.ts";
import { inScopeOf, type PlanSql, type StoredKind } from "../stored-kind.ts";
import {
  DELETED_HERE,
  HELD,
  isContradictedMissing,
  isMissingThere,
  kindIn,
  MERGED,
  mergedWith,
  NO_RECORD,
  prefersConsole,
  singleFields,
} from "./tables.ts";
import { recordFinding } from "../findings.ts";
import { keyTasks } from "./tasks.ts";
import { droppedVersions } from "../../../console/exported.ts";

// What a plan says of the merge of an export with what was changed here: counts, contradictions and warnings.

/** Maximum number of contradictions that a plan names. */
const MAX_NAMED = 3;

/** Maximum number of values that a plan gives up and names. */
const MAX_GIVEN_UP = 1000;

/** SQL: a value as people read it. @param value SQL of the stored value */
const readable = ({ references }: StoredKind, field: ImportedField, value: string): string => {
  const reference = references.find((one) => one.field === field && field.merge === "reference");
  if (reference !== undefined) {
    const deleted = shownReference(reference, value, `main.${observedTable(reference.table)}`);
    return `coalesce(${shownReference(reference, value)}, ${deleted})`;
  }
  return field.merge === "list"
    ? `(select string_agg(e.value, ', ' order by e.key) from json_each(${value}) e)`
    : value;
};

/** The columns that rows may show, each with SQL of a value as people read it. A planner compares parents by itself. */
const columnsOf = (plan: PlanSql): readonly { readonly name: string; readonly shown: (value: string) => string }[] => [
  ...singleFields(plan).map((field) => ({
    name: field.stored,
    shown: (value: string) => readable(plan.kind, field, value),
  })),
  ...(plan.kind.table.planner === undefined ? [] : [{ name: "parent", shown: calledOrg }]),
];

/** SQL: an organisation of today, one that was deleted here, or one that a row creates. @param pk SQL of its number */
const calledOrg = (pk: string): string => {
  const made = `a.row = ${pk} - (select last from collection where name = 'orgs')`;
  const [local, deleted, planned] = [
    `${ORG.name} a where a.pk = ${pk}`,
    `main.${observedTable(versionsOf(ORG.name))} a where a.pk = ${pk}`,
    `s.org_after a where ${made}`,
  ].map((from) => `(select coalesce(a.code, a.name) from ${from})`);
  return `coalesce(${local}, ${deleted}, ${planned})`;
};

/** Selects the values in which an export contradicts the tenant: `pk`, `name`, `field`, `local`, `console`, `confirmed`, `held`. */
class ContradictionSql {
  readonly #plan: PlanSql;
  readonly #versions: Versions;
  readonly #called: string;
  readonly #observed: string;
  readonly #isGone: string;
  /** SQL: the records `t`, with their observed state `o`, that are here and that the export lacks */
  readonly lacking: string;

  constructor(plan: PlanSql, versions: Versions) {
    const { thing } = plan.kind;
    this.#plan = plan;
    this.#versions = versions;
    this.#called = `${calledText(thing)} as name`;
    this.#observed = `main.${observedTable(versions)}`;
    this.lacking = `${this.#observed} o ${THEN} ${thing.name} t on t.pk = o.pk
      where ${inScopeOf(thing, "t")} and ${isMissingThere}`;
    this.#isGone = prefersConsole(plan)
      ? `(${isContradictedMissing} and not exists (select 1 from ${HELD} h where h.pk = o.pk))`
      : "false";
  }

  /**
   * @param bits SQL: of the columns that are meant, of a row `x` and its observed record `o`
   * @param entries the column of the row with its custom fields
   */
  fields(bits: string, entries: "entries" | "givenEntries"): readonly string[] {
    const { thing } = this.#plan.kind;
    // what cannot be here has no observed state yet
    const joined = `${MERGED} x left join ${this.#observed} o on o.pk = x.pk ${THEN} ${thing.name} t on t.pk = x.pk`;
    const ofColumns = columnsOf(this.#plan).map(({ name, shown }) => {
      const bit = bitOf(this.#versions, name);
      const confirmed = `(coalesce(o.confirmed, 0) & (${bit} | ${either("x.isNew", PRESENCE, "0")}) <> 0)`;
      return `select t.pk, ${this.#called}, '${name}' as field, ${shown(stored(name))} as local,
          ${shown(`x.${quoteIdentifier(name)}`)} as console, ${confirmed} as confirmed, 0 as held
        from ${joined} where (${bits}) & ${bit} <> 0`;
    });
    const bit = entriesBit(this.#versions);
    if (bit === "0") return ofColumns;
    return [
      ...ofColumns,
      `select t.pk, ${this.#called}, 'custom:' || f.name as field, t.custom ->> e.key as local, e.value as console,
         o.confirmed & ${bit} <> 0 or ${IS_CONFIRMED_ENTRY} as confirmed, 0 as held
       from ${joined} ${THEN} json_each(x.${entries}) e ${THEN} custom_field f on f.pk = cast(e.key as integer)
       where (${bits}) & ${bit} <> 0 ${entries === "entries" ? `or ${IS_CONFIRMED_ENTRY}` : ""}`,
    ];
  }

  /** The values that the export has of records that were deleted here. */
  deleted(): readonly string[] {
    return columnsOf(this.#plan).map(
      ({ name, shown }) => `select t.pk, ${this.#called}, '${name}' as field, null as local,
          ${shown(`d.${quoteIdentifier(name)}`)} as console, 0 as confirmed, 0 as held
        from ${DELETED_HERE} d ${THEN} ${this.#observed} t on t.pk = d.pk
        where d.contradicted & ${bitOf(this.#versions, name)} <> 0`,
    );
  }

  /** The records that stay here though the export lacks them. */
  kept(): readonly string[] {
    const isChanged = `(o.inConsole = 1 and o.differs & ~${PRESENCE} <> 0 or o.confirmed <> 0 or o.contradicted & ${PRESENCE} <> 0)`;
    const isObserved = `exists (select 1 from ${this.#observed} o where o.pk = h.pk)`;
    return [
      this.#whole(`${this.lacking} and ${isChanged} and not ${this.#isGone}`, "o.confirmed <> 0"),
      this.#whole(`${HELD} h ${THEN} ${this.#plan.kind.thing.name} t on t.pk = h.pk where not ${isObserved}`, "0", "1"),
    ];
  }

  /** The records that were changed here and go, as the export lacks them. */
  gone(): string {
    return this.#whole(`${this.lacking} and ${this.#isGone}`);
  }

  #whole(from: string, confirmed = "0", held = "0"): string {
    return `select t.pk, ${this.#called}, null as field, null as local, null as console, ${confirmed} as confirmed, ${held} as held from ${from}`;
  }
}

/** Returns what an export shows of the values that were changed here; undefined of other plans, and if there are none. */
export const countMerged = (database: Database, plan: PlanSql): MergedValues | undefined => {
  const versions = mergedWith(plan);
  if (versions === undefined) return undefined;
  const { request, kind } = plan;
  const isDeleted = `not exists (select 1 from ${kind.thing.name} t where t.pk = c.pk)`;
  const sql = new ContradictionSql(plan, versions);
  const read = (selects: readonly string[], most: number): NonNullable<MergedValues["givenUp"]> => {
    const all = selects.join(" union all ");
    const used = kindIn(plan, all);
    const count = database.count(`select count(*) from (${all}) c`, used);
    const rows =
      count === 0
        ? []
        : database.all(`select c.*, ${isDeleted} as deleted from (${all}) c order by pk, field limit ${most}`, used);
    return { count, first: rows.map(contradictionOf) };
  };
  const isWhole = request.mode === "replace" && request.scope === undefined;
  const contradicted = "x.contradicted | (coalesce(o.confirmed, 0) & x.open & x.differing)";
  const { count, first } = read(
    [...sql.fields(contradicted, "entries"), ...sql.deleted(), ...(isWhole ? sql.kept() : [])],
    MAX_NAMED,
  );
  const givenUp = prefersConsole(plan)
    ? read([...sql.fields("x.givenUp", "givenEntries"), ...(isWhole ? [sql.gone()] : [])], MAX_GIVEN_UP)
    : undefined;
  const leftOut = database.count(
    `select count(*) from s.match m where m.target = ${NO_RECORD} and not exists (select 1 from ${DELETED_HERE} d where d.row = m.row)`,
  );
  const unseen = `select count(*) from ${sql.lacking} and o.inConsole = 0 and o.confirmed = 0 and o.contradicted & ${PRESENCE} = 0`;
  const open =
    database.count(`select count(*) from ${MERGED} x ${THEN} main.${observedTable(versions)} o on o.pk = x.pk
        where x.open & x.differing & ~x.contradicted & ~o.confirmed <> 0`) +
    database.count(`select count(*) from ${DELETED_HERE} d where d.contradicted = 0`) +
    (isWhole ? database.count(unseen, kindIn(plan, unseen)) : 0);
  const held = isWhole ? database.all(`select pk from ${HELD} order by pk`).map(({ pk }) => Number(pk)) : [];
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

const orNull = (value: Row[string] | undefined): string | null =>
  value === null || value === undefined ? null : String(value);

const contradictionOf = (row: Row): Contradiction => ({
  name: String(row["name"]),
  field: orNull(row["field"]),
  local: orNull(row["local"]),
  console: orNull(row["console"]),
  confirmed: row["confirmed"] === 1,
  ...(row["deleted"] === 1 && { deleted: true }),
  ...(row["held"] === 1 && { held: true }),
});

/**
 * Warns of rows that are left out, and names the records that each may belong to, and the tasks that change the keys of these.
 *
 * @param possible their `pk`, by row
 */
export const reportAmbiguous = (
  database: Database,
  plan: PlanSql,
  possible: ReadonlyMap<number, Iterable<number>>,
): void => {
  const { thing } = plan.kind;
  const pairs = [...possible].flatMap(([row, records]) => [...records].map((pk) => ({ row, pk })));
  const versions = mergedWith(plan);
  if (versions === undefined) return;
  const ofRow = (value: string, joined: string): string =>
    `select ${value} as value from json_each(:pairs) p ${THEN} ${joined} t on t.pk = p.value ->> 'pk' where p.value ->> 'row' = r.row`;
  // the observed state has all columns of a record that was deleted here
  const isDeleted = `not exists (select 1 from main.${thing.name} n where n.pk = t.pk)`;
  const [local, deleted] = [`main.${thing.name}`, `main.${observedTable({ thing })}`].map((table) =>
    ofRow(calledText(thing), table),
  );
  const listed = (values: string): string => `(select string_agg(value, ', ') from (${values} order by 1))`;
  recordFinding(database, plan, {
    code: "row-ambiguous",
    severity: "warning",
    field: keyOf(plan).field,
    select: `with task as materialized (${keyTasks(plan, versions, "select value ->> 'pk' from json_each(:pairs)")})
      select r.row, r.line, null as col,
        json_object('records', ${listed(`${local} union ${deleted} and ${isDeleted}`)}, 'tasks', coalesce(${listed(`select distinct value from (${ofRow("t.number", "task")})`)}, '')) as params
      from s.row r where r.row in (select value ->> 'row' from json_each(:pairs))`,
    params: { pairs: JSON.stringify(pairs) },
  });
};

/** Warns of values that were dropped here, and that somebody entered in the console all the same: they are taken. */
export const reportDropped = (database: Database, plan: PlanSql): void => {
  const versions = mergedWith(plan);
  if (versions === undefined) return;
  const { thing } = plan.kind;
  for (const field of singleFields(plan)) {
    const isTaken = `v.${quoteIdentifier(field.stored)} is not distinct from ${comparedValue(plan, field)}`;
    const joined = joinReferences(plan);
    recordFinding(database, plan, {
      code: "dropped-done",
      severity: "warning",
      field: field.field,
      // nearly nothing is dropped, so this begins there
      select: `select r.row, r.line, null as col, json_object('value', ${staged(field.field)}, 'change', max(v.droppedBy)) as params
        from (${droppedVersions(versions, field.stored)}) v ${THEN} s.match m on m.target = v.pk ${THEN} s.row r on r.row = m.row
          ${THEN} ${thing.name} t on t.pk = m.target ${joined}
        where m.changed & ${2 ** field.bit} <> 0 and ${isTaken} group by r.row, r.line`,
      params: joined.includes(":kind") ? { kind: plan.kind.name } : {},
    });
  }
};
