import { observedTable, PRESENCE } from "../../../../console/observed.ts";
import { bitOf } from "../../../../versions/tables.ts";
import type { ImportedField } from "../../../../../imports/kinds.ts";
import type { Contradiction, MergedValues } from "../../../../../imports/plan.ts";
import { either, quoteIdentifier, THEN } from "../../../sql/forms.ts";
import type { Database, Row } from "../../database.ts";
import { calledText, joinReferences, shownReference, stored, valueForNew } from "../expressions.ts";
import { inScopeOf, type PlanSql, type StoredKind } from "../stored-kind.ts";
import {
  MERGED,
  DELETED_HERE,
  NO_RECORD,
  CUSTOM,
  hasEntries,
  mergedWith,
  singleFields,
  isMissingThere,
  kindIn,
  HELD,
  isContradictedMissing,
  prefersConsole,
} from "./tables.ts";

/** Maximum number of contradictions that a plan names. */
const MAX_NAMED = 3;

/** Maximum number of values that a plan gives up and names. */
const MAX_GIVEN_UP = 1000;

/** SQL: a value as people read it. @param value SQL of the stored value */
const readable = ({ references }: StoredKind, field: ImportedField, value: string): string => {
  const reference = references.find((one) => one.field === field && field.merge === "reference");
  if (reference !== undefined) return shownReference(reference, value);
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
  ...(plan.kind.table.planner === undefined
    ? []
    : [
        {
          name: "parent",
          shown: (value: string) =>
            `(select coalesce(above.code, above.name) from ${plan.kind.thing.name} above where above.pk = ${value})`,
        },
      ]),
];

/** Returns what an export shows of the values that were changed here; undefined of other plans, and if there are none. */
export const countMerged = (database: Database, plan: PlanSql): MergedValues | undefined => {
  const versions = mergedWith(plan);
  if (versions === undefined) return undefined;
  const { kind, request } = plan;
  const { thing } = kind;
  const observed = `main.${observedTable(versions)}`;
  const params = kindIn(plan, inScopeOf(thing, "t"));
  // what cannot be here has no observed state yet
  const joined = `${MERGED} x left join ${observed} o on o.pk = x.pk ${THEN} ${thing.name} t on t.pk = x.pk`;
  const called = `${calledText(thing)} as name`;
  const isConfirmed = (bit: string): string =>
    `(coalesce(o.confirmed, 0) & (${bit} | ${either("x.isNew", PRESENCE, "0")}) <> 0)`;
  /** @param bits SQL: of the columns that are meant, of a row `x` and its observed record `o` */
  const ofFields = (bits: string, entries: string): readonly string[] => [
    ...columnsOf(plan).map(({ name, shown }) => {
      const bit = bitOf(versions, name);
      return `select t.pk, ${called}, '${name}' as field, ${shown(stored(name))} as local,
          ${shown(`x.${quoteIdentifier(name)}`)} as console, ${isConfirmed(bit)} as confirmed
        from ${joined} where (${bits}) & ${bit} <> 0`;
    }),
    ...(hasEntries(versions)
      ? [
          `select t.pk, ${called}, 'custom:' || f.name as field, t.custom ->> e.key as local, e.value as console,
             o.confirmed & ${bitOf(versions, CUSTOM)} <> 0 as confirmed
           from ${joined} ${THEN} json_each(x.${entries}) e ${THEN} custom_field f on f.pk = cast(e.key as integer)
           where (${bits}) & ${bitOf(versions, CUSTOM)} <> 0`,
        ]
      : []),
  ];
  const whole = (from: string, confirmed = "0"): string =>
    `select t.pk, ${called}, null as field, null as local, null as console, ${confirmed} as confirmed from ${from}`;
  const here = `${observed} o ${THEN} ${thing.name} t on t.pk = o.pk where ${inScopeOf(thing, "t")} and ${isMissingThere}`;
  const isGone = prefersConsole(plan)
    ? `(${isContradictedMissing} and not exists (select 1 from ${HELD} h where h.pk = o.pk))`
    : "false";
  const ofDeleted = singleFields(plan).map(
    (field) => `select t.pk, ${called}, '${field.stored}' as field, null as local,
        ${readable(kind, field, valueForNew(plan, field))} as console, 0 as confirmed
      from ${DELETED_HERE} d ${THEN} ${observed} t on t.pk = d.pk ${THEN} s.row r on r.row = d.row ${joinReferences(plan)}
      where d.contradicted & ${bitOf(versions, field.stored)} <> 0`,
  );
  const isWhole = request.mode === "replace" && request.scope === undefined;
  const read = (
    selects: readonly string[],
    most: number,
  ): { readonly count: number; readonly first: Contradiction[] } => {
    const all = selects.join(" union all ");
    const used = kindIn(plan, all);
    const count = database.count(`select count(*) from (${all}) c`, used);
    const rows = count === 0 ? [] : database.all(`select * from (${all}) c order by pk, field limit ${most}`, used);
    return { count, first: rows.map(contradictionOf) };
  };
  const lacking = [
    whole(
      `${here} and (o.inConsole = 1 and o.differs & ~${PRESENCE} <> 0 or o.confirmed <> 0) and not ${isGone}`,
      "o.confirmed <> 0",
    ),
    whole(`${HELD} h ${THEN} ${thing.name} t on t.pk = h.pk where h.pk not in (select pk from ${observed})`),
  ];
  const { count: contradicted, first } = read(
    [
      ...ofFields("x.contradicted | (coalesce(o.confirmed, 0) & x.open & x.differing)", "entries"),
      ...(plan.kind.table.planner === undefined ? ofDeleted : []),
      ...(isWhole ? lacking : []),
    ],
    MAX_NAMED,
  );
  const givenUp = prefersConsole(plan)
    ? read(
        [...ofFields("x.givenUp", "givenEntries"), ...(isWhole ? [whole(`${here} and ${isGone}`)] : [])],
        MAX_GIVEN_UP,
      )
    : undefined;
  const leftOut = database.count(
    `select count(*) from s.match m where m.target = ${NO_RECORD} and not exists (select 1 from ${DELETED_HERE} d where d.row = m.row)`,
  );
  const open =
    database.count(`select count(*) from ${MERGED} x ${THEN} ${observed} o on o.pk = x.pk
        where x.open & x.differing & ~x.contradicted & ~o.confirmed <> 0`) +
    database.count(`select count(*) from ${DELETED_HERE} d where d.contradicted = 0`) +
    (isWhole ? database.count(`select count(*) from ${here} and o.inConsole = 0 and o.confirmed = 0`, params) : 0);
  if (contradicted + open + leftOut + (givenUp?.count ?? 0) === 0) return undefined;
  return { open, contradicted, leftOut, first, ...(givenUp !== undefined && givenUp.count > 0 && { givenUp }) };
};

const orNull = (value: Row[string] | undefined): string | null =>
  value === null || value === undefined ? null : String(value);

const contradictionOf = (row: Row): Contradiction => ({
  name: String(row["name"]),
  field: orNull(row["field"]),
  local: orNull(row["local"]),
  console: orNull(row["console"]),
  confirmed: row["confirmed"] === 1,
});
