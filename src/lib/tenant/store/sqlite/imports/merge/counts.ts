import { observedTable, PRESENCE } from "../../../../console/observed.ts";
import { bitOf } from "../../../../versions/tables.ts";
import type { ImportedField } from "../../../../../imports/kinds.ts";
import type { MergedValues } from "../../../../../imports/plan.ts";
import { either, quoteIdentifier, THEN } from "../../../sql/forms.ts";
import type { Database, Row } from "../../database.ts";
import { calledText, shownReference, stored } from "../expressions.ts";
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
} from "./tables.ts";

/** Maximum number of contradictions that a plan names. */
const MAX_NAMED = 3;

/** SQL: a value as people read it. @param value SQL of the stored value */
const readable = ({ references }: StoredKind, field: ImportedField, value: string): string => {
  const reference = references.find((one) => one.field === field && field.merge === "reference");
  if (reference !== undefined) return shownReference(reference, value);
  return field.merge === "list"
    ? `(select string_agg(e.value, ', ' order by e.key) from json_each(${value}) e)`
    : value;
};

/** Returns what an export shows of the values that were changed here; undefined of other plans, and if there are none. */
export const countMerged = (database: Database, plan: PlanSql): MergedValues | undefined => {
  const versions = mergedWith(plan);
  if (versions === undefined) return undefined;
  const { kind, request } = plan;
  const { thing } = kind;
  const observed = `main.${observedTable(versions)}`;
  const params = kindIn(plan, inScopeOf(thing, "t"));
  const joined = `${MERGED} x ${THEN} ${observed} o on o.pk = x.pk ${THEN} ${thing.name} t on t.pk = x.pk`;
  const called = `${calledText(thing)} as name`;
  const isConfirmed = (bit: string): string => `(o.confirmed & (${bit} | ${either("x.isNew", PRESENCE, "0")}) <> 0)`;
  const ofFields = singleFields(plan).map((field) => {
    const bit = bitOf(versions, field.stored);
    return `select t.pk, ${called}, '${field.stored}' as field, ${readable(kind, field, stored(field.stored))} as local,
        ${readable(kind, field, `x.${quoteIdentifier(field.stored)}`)} as console, ${isConfirmed(bit)} as confirmed
      from ${joined} where (x.contradicted | (o.confirmed & x.open & x.differing)) & ${bit} <> 0`;
  });
  const ofEntries = `select t.pk, ${called}, 'custom:' || f.name as field, t.custom ->> e.key as local, e.value as console,
      o.confirmed & ${hasEntries(versions) ? bitOf(versions, CUSTOM) : "0"} <> 0 as confirmed
    from ${joined} ${THEN} json_each(x.entries) e ${THEN} custom_field f on f.pk = cast(e.key as integer)
    where (x.contradicted | o.confirmed) & ${hasEntries(versions) ? bitOf(versions, CUSTOM) : "0"} <> 0`;
  const missing = `select t.pk, ${called}, null as field, null as local, null as console, o.confirmed <> 0 as confirmed
    from ${observed} o ${THEN} ${thing.name} t on t.pk = o.pk where ${inScopeOf(thing, "t")} and ${isMissingThere}
      and (o.inConsole = 1 and o.differs & ~${PRESENCE} <> 0 or o.confirmed <> 0)`;
  const isWhole = request.mode === "replace" && request.scope === undefined;
  const all = [...ofFields, ...(hasEntries(versions) ? [ofEntries] : []), ...(isWhole ? [missing] : [])].join(
    " union all ",
  );
  const used = kindIn(plan, all);
  const contradicted = database.count(`select count(*) from (${all}) c`, used);
  const leftOut = database.count(
    `select count(*) from s.match m where m.target = ${NO_RECORD} and not exists (select 1 from ${DELETED_HERE} d where d.row = m.row)`,
  );
  const open =
    database.count(`select count(*) from ${MERGED} x ${THEN} ${observed} o on o.pk = x.pk
        where x.open & x.differing & ~x.contradicted & ~o.confirmed <> 0`) +
    database.count(`select count(*) from ${DELETED_HERE}`) +
    (isWhole
      ? database.count(
          `select count(*) from ${observed} o ${THEN} ${thing.name} t on t.pk = o.pk
           where ${inScopeOf(thing, "t")} and ${isMissingThere} and o.inConsole = 0 and o.confirmed = 0`,
          params,
        )
      : 0);
  if (contradicted + open + leftOut === 0) return undefined;
  const rows = database.all(`select * from (${all}) c order by pk, field limit ${MAX_NAMED}`, used);
  const orNull = (value: Row[string] | undefined): string | null =>
    value === null || value === undefined ? null : String(value);
  const first = rows.map((row) => ({
    name: String(row["name"]),
    field: orNull(row["field"]),
    local: orNull(row["local"]),
    console: orNull(row["console"]),
    confirmed: row["confirmed"] === 1,
  }));
  return { open, contradicted, leftOut, first };
};
