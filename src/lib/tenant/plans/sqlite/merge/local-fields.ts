import { CUSTOM, entriesBit, observedTable, PRESENCE } from "../../../console/observed.ts";
import { ALL_CHANGED, bitOf, type Versions } from "../../../versions/tables.ts";
import { DEVICE, OWNERS } from "../../../../model/device.ts";
import type { ImportedField } from "../../staging/kinds.ts";
import { either, quoteIdentifier, THEN } from "../../../store/sql/forms.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import {
  besideForExisting,
  besideForNew,
  blankKeeps,
  changedBit,
  changes,
  comparedValue,
  indexTargets,
  isBlankCell,
  isLacking,
  isStaged,
  isUnclear,
  joinReferences,
  LOCAL_ENTRIES,
  staged,
  stored,
  valueForNew,
} from "../expressions.ts";
import type { PlanSql, StoredReference } from "../stored-kind.ts";
import { leaveUnclear, mayBeNameless, mergedReferences } from "./cells.ts";
import {
  MERGED,
  DELETED_HERE,
  prefersConsole,
  mergedWith,
  singleFields,
  consoleStates,
  keepContradicted,
  kindIn,
} from "./tables.ts";

// What an export of the console does to a value that was changed here: the three-way merge of the observed state, the local
// value and the export, field by field.
//
// - A field without observed state was not changed here: it takes the value of the export.
// - All others are `open`, and keep the local value. If the export has it, the change is done in the console
//   (`observation.ts` removes the observed state). If the export has a value that the console may have had since (a candidate),
//   the change stays open. Any other value contradicts it (`findContradictions`).
// - With `--prefer console` a contradicted field takes the value of the export after all (`giveUp`).
//
// `mergeLocal` is the whole of it; `orgs.ts` does the same for organisations, which are planned as a tree.

/** SQL: true if no cell can name the record with this number, as it has nothing by which cells do. */
const hasNoName = ({ refers, table: { thing }, usual }: StoredReference, pk: string): string =>
  `exists (select 1 from ${thing.name} nameless where nameless.pk = ${pk} and nameless.${refers.by} is null
     and nameless.pk is distinct from ${usual ?? "null"})`;

/** SQL: true if a blank cell may refer to the record with this number, as the console has nothing by which cells name it. */
export const mayBeBlank = (reference: StoredReference, pk: string): string =>
  `(${hasNoName(reference, pk)} or ${mayBeNameless(reference, pk)})`;

/** SQL: true if a row shows a field: a cell that is blank may say nothing. */
const isShown = (plan: PlanSql, field: ImportedField): string => {
  const cell = staged(field.field);
  const lacking = isLacking(plan, field);
  const reference = plan.kind.references.find((one) => one.field === field);
  const isNameless =
    reference === undefined || field.merge !== "reference"
      ? []
      : [stored(field.stored), `o.${quoteIdentifier(field.stored)}`].map(
          (pk) => `not (${isBlankCell(plan, field)} and ${mayBeBlank(reference, pk)})`,
        );
  const all = [
    ...(mergedReferences(plan).some((one) => one.field === field) ? [`not ${isUnclear(plan, field)}`] : []),
    ...(lacking === undefined ? [] : [`not ${lacking}`]),
    ...(blankKeeps(plan, field) ? [`${cell} is not null`] : []),
    ...isNameless,
  ];
  return all.length === 0 ? "true" : all.join(" and ");
};

/** SQL: the bits, as versions have them, of the fields for which a condition is true. */
const bitsWhere = (
  versions: Versions,
  fields: readonly ImportedField[],
  isTrue: (field: ImportedField) => string,
): string => fields.map((field) => either(isTrue(field), bitOf(versions, field.stored), "0")).join(" | ") || "0";

/**
 * Stores what rows show of records that they meet.
 *
 * @param from SQL: the records `o` with what the console last showed of them, and their matches `m`
 */
export const insertMerged = (database: Database, plan: PlanSql, versions: Versions, from: string): void => {
  const { kind } = plan;
  const fields = singleFields(plan);
  const columns = fields.flatMap((field) => [
    [field.stored, comparedValue(plan, field)] as const,
    ...besideForExisting(plan, field, false),
  ]);
  const names = columns.map(([name]) => quoteIdentifier(name));
  const always = [PRESENCE, ...(kind.fixed === undefined ? [] : [bitOf(versions, kind.fixed)])].join(" | ");
  database.run(
    `insert into ${MERGED} (pk, row, isNew, shown, differing${names.map((name) => `, ${name}`).join("")})
     select t.pk, m.row, o.inConsole = 0, ${bitsWhere(versions, fields, (field) => isShown(plan, field))} | ${always},
       ${bitsWhere(versions, fields, (field) => changes(field))}${columns.map(([, value]) => `, ${value}`).join("")}
     from ${from} ${THEN} s.row r on r.row = m.row ${THEN} ${kind.thing.name} t on t.pk = m.target ${joinReferences(plan)} where true on conflict do nothing`,
    { kind: kind.name },
  );
};

/** Finds the rows that meet records with observed state, and what they show of them. */
const findMerged = (database: Database, plan: PlanSql, versions: Versions): void => {
  insertMerged(database, plan, versions, `main.${observedTable(versions)} o ${THEN} s.match m on m.target = o.pk`);
  database.exec(
    `update ${MERGED} as x set differing = x.differing & x.shown, open = x.shown & ${either("x.isNew", ALL_CHANGED, "o.differs")}
     from main.${observedTable(versions)} o where o.pk = x.pk`,
  );
  joinOwners(database, versions, "open", "shown");
};

/** A device belongs to a user or to an organisation: a mask that has one of the two columns has both. @param among SQL: bits */
const joinOwners = (database: Database, versions: Versions, mask: string, among: string): void => {
  if (versions.thing !== DEVICE) return;
  const owners = OWNERS.map((name) => bitOf(versions, name)).join(" | ");
  database.exec(`update ${MERGED} set ${mask} = ${mask} | (${among} & (${owners})) where ${mask} & (${owners}) <> 0`);
};

/** Finds the custom fields of these rows that were changed here. */
const findEntries = (database: Database, plan: PlanSql, versions: Versions): void => {
  const custom = plan.kind.fields.find(({ merge }) => merge === CUSTOM);
  if (custom === undefined || !isStaged(plan, custom)) return;
  const joined = `${MERGED} x ${THEN} main.${observedTable(versions)} o on o.pk = x.pk ${THEN} s.row r on r.row = x.row`;
  database.exec(
    `insert into ${LOCAL_ENTRIES} select r.row, e.key from ${joined} ${THEN} json_each(r.custom) e
     where x.isNew or exists (select 1 from json_each(o.custom) k where k.key = e.key)`,
  );
  const bit = bitOf(versions, CUSTOM);
  const local = `${LOCAL_ENTRIES} l ${THEN} s.row r on r.row = l.row`;
  const value = "r.custom ->> l.key";
  database.exec(
    `update ${MERGED} as x set open = x.open | ${bit},
       keys = (select json_group_array(l.key) from ${LOCAL_ENTRIES} l where l.row = x.row),
       entries = (select json_group_object(l.key, ${value}) from ${local} ${THEN} ${plan.kind.thing.name} t
         where l.row = x.row and t.pk = x.pk and ${value} is distinct from t.custom ->> l.key)
     where x.row in (select row from ${LOCAL_ENTRIES})`,
  );
  database.exec(`update ${MERGED} set differing = differing | ${bit} where entries <> '{}'`);
  compareEntries(database, plan, custom, `select row from ${LOCAL_ENTRIES}`);
};

/** Compares the custom fields of rows that were not changed here. @param rows SQL: selects them */
const compareEntries = (database: Database, plan: PlanSql, custom: ImportedField, rows: string): void =>
  database.exec(
    `update s.match as m set changed = m.changed & ~${2 ** custom.bit} | ${changedBit(plan, custom)}
     from s.row r, ${plan.kind.thing.name} t where m.row in (${rows}) and r.row = m.row and t.pk = m.target`,
  );

/** Takes the console's values where an export contradicts the local ones. */
const giveUp = (database: Database, plan: PlanSql): void => {
  const custom = plan.kind.fields.find(({ merge }) => merge === CUSTOM);
  const versions = mergedWith(plan);
  if (versions === undefined) return;
  joinOwners(database, versions, "contradicted", "open & differing");
  database.exec(
    `update ${MERGED} set givenUp = contradicted, contradicted = 0, open = open & ~contradicted, differing = differing & ~contradicted
     where contradicted <> 0`,
  );
  if (custom === undefined || !isStaged(plan, custom)) return;
  const given = `${MERGED} x where x.givenUp & ${bitOf(versions, CUSTOM)} <> 0`;
  database.exec(
    `delete from ${LOCAL_ENTRIES} as l where exists (select 1 from ${given} and x.row = l.row
       and exists (select 1 from json_each(x.entries) e where e.key = l.key))`,
  );
  database.exec(
    `update ${MERGED} as x set givenEntries = x.entries, entries = '{}' where x.row in (select x.row from ${given})`,
  );
  compareEntries(database, plan, custom, `select x.row from ${given}`);
};

/** Finds the values that the console cannot have from here: it has neither had them before, nor been asked for them since. */
const findContradictions = (database: Database, plan: PlanSql, versions: Versions): void => {
  database.exec(`update ${MERGED} set contradicted = open & differing`);
  const states = consoleStates(versions, `select x.pk from ${MERGED} x where x.contradicted <> 0`);
  const agreed = singleFields(plan).map((field) => {
    const bit = bitOf(versions, field.stored);
    return `max(${either(`t.mask & ${bit} <> 0 and ${changedBit(plan, field)} = 0`, bit, "0")})`;
  });
  const bit = entriesBit(versions);
  const isOther = "select 1 from json_each(x.entries) e where e.value is distinct from t.custom ->> e.key";
  const custom = `max(${either(`t.mask & ${bit} <> 0 and not exists (${isOther})`, bit, "0")})`;
  const all = [...agreed, ...(bit === "0" ? [] : [custom])].join(" | ") || "0";
  database.run(
    `update ${MERGED} as y set contradicted = y.contradicted & ~a.agreed from (
       select x.pk, ${all} as agreed from (${states}) t ${THEN} ${MERGED} x on x.pk = t.pk
         ${THEN} s.row r on r.row = x.row ${joinReferences(plan)} group by x.pk) a
     where a.pk = y.pk`,
    kindIn(plan, joinReferences(plan)),
  );
};

/** Stores what rows show of records that were deleted here. */
const findDeleted = (database: Database, plan: PlanSql, versions: Versions): void => {
  const fields = singleFields(plan);
  const columns = fields.flatMap((field) => [
    [field.stored, valueForNew(plan, field)] as const,
    ...besideForNew(plan, field),
  ]);
  const sets = columns.map(([name]) => `${quoteIdentifier(name)} = r.${quoteIdentifier(name)}`);
  const values = columns.map(([name, value]) => `${value} as ${quoteIdentifier(name)}`);
  const joined = joinReferences(plan);
  database.run(
    `update ${DELETED_HERE} as x set ${["shown = r.shown", ...sets].join(", ")} from (
       select ${["d.pk", `${bitsWhere(versions, fields, (field) => isShown(plan, field))} as shown`, ...values].join(", ")}
       from ${DELETED_HERE} d ${THEN} main.${observedTable(versions)} o on o.pk = d.pk ${THEN} main.${observedTable(versions)} t on t.pk = d.pk
         ${THEN} s.row r on r.row = d.row ${joined}) r
     where r.pk = x.pk`,
    kindIn(plan, joined),
  );
};

/** Finds the values of the console that records never had which were deleted here. */
const findDeletedContradictions = (database: Database, plan: PlanSql, versions: Versions): void => {
  const states = consoleStates(versions, `select d.pk from ${DELETED_HERE} d`);
  const fields = singleFields(plan);
  const others = bitsWhere(versions, fields, (field) => {
    const isSame = `t.mask & ${bitOf(versions, field.stored)} <> 0 and ${changedBit(plan, field)} = 0`;
    return `max(${either(isSame, "1", "0")}) = 0`;
  });
  const joined = joinReferences(plan);
  database.run(
    `update ${DELETED_HERE} as x set contradicted = x.shown & a.others from (
       select d.pk, ${others} as others from ${DELETED_HERE} d ${THEN} (${states}) t on t.pk = d.pk ${THEN} s.row r on r.row = d.row ${joined} group by d.pk) a
     where a.pk = x.pk`,
    kindIn(plan, joined),
  );
};

/** Leaves the compared rows of an export only what was not changed here. */
export const mergeLocal = (database: Database, plan: PlanSql): void => {
  const versions = mergedWith(plan);
  if (versions === undefined || plan.kind.table.planner !== undefined) return;
  leaveUnclear(database, plan);
  if (database.get(`select 1 from main.${observedTable(versions)} limit 1`) === undefined) return;
  indexTargets(database);
  findMerged(database, plan, versions);
  findEntries(database, plan, versions);
  findContradictions(database, plan, versions);
  findDeleted(database, plan, versions);
  findDeletedContradictions(database, plan, versions);
  keepContradicted(database, versions);
  if (prefersConsole(plan)) giveUp(database, plan);
  const open = singleFields(plan).map((field) =>
    either(`(x.open | ~x.shown) & ${bitOf(versions, field.stored)} <> 0`, String(2 ** field.bit), "0"),
  );
  database.exec(
    `update s.match as m set changed = m.changed & ~(${open.join(" | ") || "0"}) from ${MERGED} x where x.row = m.row`,
  );
};
