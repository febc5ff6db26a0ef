import {
  CUSTOM_FIELDS_COLUMN,
  buildCustomFieldsBitSql,
  getObservedTable,
  PRESENCE_BIT,
} from "../../../console/observed.ts";
import { ALL_COLUMNS_MASK, getColumnBit, type VersionSchema } from "../../../versions/tables.ts";
import { DEVICE, OWNER_FIELDS } from "../../../../model/device.ts";
import type { ImportedField } from "../../staging/kinds.ts";
import { buildCaseSql, quoteIdentifier, ORDERED_JOIN } from "../../../store/sql/forms.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import {
  buildExistingDerivedColumns,
  buildNewDerivedColumns,
  isBlankIgnored,
  buildChangedBitSql,
  buildChangesFieldSql,
  buildComparedValueSql,
  createTargetIndex,
  buildIsBlankCellSql,
  isStaged,
  buildIsUnclearSql,
  buildReferenceJoinsSql,
  LOCAL_ENTRY_TABLE,
  rowColumn,
  recordColumn,
  buildNewValueSql,
} from "../expressions.ts";
import type { PlanDefinition, StoredReference } from "../stored-kind.ts";
import { skipUnclearCells, buildMayBeNamelessSql, listMergedReferences } from "./cells.ts";
import {
  MERGED_TABLE,
  DELETED_HERE_TABLE,
  prefersConsole,
  getMergedVersions,
  listSingleFields,
  buildConsoleStatesSql,
  keepEarlierContradictions,
  getKindParam,
} from "./tables.ts";

// How a console export affects values that were changed locally: a three-way merge of the observed state, the local
// value and the export, field by field. A field without observed state was not changed locally, so it gets the value of
// the export. All other fields are `open` and keep the local value. If the export has the local value, the change has
// been made in the console, and `observation.ts` removes the observed state. If the export has a value that the console
// may have had since then (a candidate), the change stays open. Any other value contradicts the local value, see
// `findContradictions`. With `--prefer console`, contradicted fields get the value of the export, see
// `acceptConsoleValues`. `mergeLocalChanges` does all of this; `orgs.ts` does the same for organisations, which are
// planned as a tree.

/**
 * SQL: true if cells cannot refer to the record with this number, because it lacks the value by which cells identify
 * records.
 */
const buildHasNoNameSql = ({ refers, table: { thing }, usual }: StoredReference, pk: string): string =>
  `exists (select 1 from ${thing.name} nameless where nameless.pk = ${pk} and nameless.${refers.by} is null
     and nameless.pk is distinct from ${usual ?? "null"})`;

/**
 * SQL: true if a blank cell may refer to the record with this number, because the record may lack a key in the console.
 */
const buildMayBeBlankSql = (reference: StoredReference, pk: string): string =>
  `(${buildHasNoNameSql(reference, pk)} or ${buildMayBeNamelessSql(reference, pk)})`;

/** SQL: true if a row shows the value of a field. A blank cell does not always show a value. */
const buildIsShownSql = (plan: PlanDefinition, field: ImportedField): string => {
  const cell = rowColumn(field.field);
  const reference = plan.kind.references.find((one) => one.field === field);
  const isNameless =
    reference === undefined || field.merge !== "reference"
      ? []
      : [recordColumn(field.stored), `o.${quoteIdentifier(field.stored)}`].map(
          (pk) => `not (${buildIsBlankCellSql(plan, field)} and ${buildMayBeBlankSql(reference, pk)})`,
        );
  const all = [
    ...(listMergedReferences(plan).some((one) => one.field === field) ? [`not ${buildIsUnclearSql(plan, field)}`] : []),
    ...(isBlankIgnored(plan, field) ? [`${cell} is not null`] : []),
    ...isNameless,
  ];
  return all.length === 0 ? "true" : all.join(" and ");
};

const buildFieldBitsSql = (
  versions: VersionSchema,
  fields: readonly ImportedField[],
  isTrue: (field: ImportedField) => string,
): string =>
  fields.map((field) => buildCaseSql(isTrue(field), getColumnBit(versions, field.stored), "0")).join(" | ") || "0";

/**
 * Stores what rows show about the records that they match.
 *
 * @param from SQL: the records `o` with their observed state, and their matches `m`
 */
export const storeMergedRows = (
  database: Database,
  plan: PlanDefinition,
  versions: VersionSchema,
  from: string,
): void => {
  const { kind } = plan;
  const fields = listSingleFields(plan);
  const columns = fields.flatMap((field) => [
    [field.stored, buildComparedValueSql(plan, field)] as const,
    ...buildExistingDerivedColumns(plan, field, false),
  ]);
  const names = columns.map(([name]) => quoteIdentifier(name));
  const always = [PRESENCE_BIT, ...(kind.fixed === undefined ? [] : [getColumnBit(versions, kind.fixed)])].join(" | ");
  database.run(
    `insert into ${MERGED_TABLE} (pk, row, isNew, shown, differing${names.map((name) => `, ${name}`).join("")})
     select t.pk, m.row, o.inConsole = 0, ${buildFieldBitsSql(versions, fields, (field) => buildIsShownSql(plan, field))} | ${always},
       ${buildFieldBitsSql(versions, fields, (field) => buildChangesFieldSql(field))}${columns.map(([, value]) => `, ${value}`).join("")}
     from ${from} ${ORDERED_JOIN} s.row r on r.row = m.row ${ORDERED_JOIN} ${kind.thing.name} t on t.pk = m.target ${buildReferenceJoinsSql(plan)} where true on conflict do nothing`,
    { kind: kind.name },
  );
};

const storeObservedMatches = (database: Database, plan: PlanDefinition, versions: VersionSchema): void => {
  storeMergedRows(
    database,
    plan,
    versions,
    `main.${getObservedTable(versions)} o ${ORDERED_JOIN} s.match m on m.target = o.pk`,
  );
  database.exec(
    `update ${MERGED_TABLE} as x set differing = x.differing & x.shown, open = x.shown & ${buildCaseSql("x.isNew", ALL_COLUMNS_MASK, "o.differs")}
     from main.${getObservedTable(versions)} o where o.pk = x.pk`,
  );
  completeOwnerMask(database, versions, "open", "shown");
};

/**
 * Adds the missing owner column to masks that contain only one of a device's two owner columns. @param among SQL: the
 * bits that may be added
 */
const completeOwnerMask = (database: Database, versions: VersionSchema, mask: string, among: string): void => {
  if (versions.thing !== DEVICE) return;
  const owners = OWNER_FIELDS.map((name) => getColumnBit(versions, name)).join(" | ");
  database.exec(
    `update ${MERGED_TABLE} set ${mask} = ${mask} | (${among} & (${owners})) where ${mask} & (${owners}) <> 0`,
  );
};

const storeLocalEntries = (database: Database, plan: PlanDefinition, versions: VersionSchema): void => {
  const custom = plan.kind.fields.find(({ merge }) => merge === CUSTOM_FIELDS_COLUMN);
  if (custom === undefined || !isStaged(plan, custom)) return;
  const joined = `${MERGED_TABLE} x ${ORDERED_JOIN} main.${getObservedTable(versions)} o on o.pk = x.pk ${ORDERED_JOIN} s.row r on r.row = x.row`;
  database.exec(
    `insert into ${LOCAL_ENTRY_TABLE} select r.row, e.key from ${joined} ${ORDERED_JOIN} json_each(r.custom) e
     where x.isNew or exists (select 1 from json_each(o.custom) k where k.key = e.key)`,
  );
  const bit = getColumnBit(versions, CUSTOM_FIELDS_COLUMN);
  const local = `${LOCAL_ENTRY_TABLE} l ${ORDERED_JOIN} s.row r on r.row = l.row`;
  const value = "r.custom ->> l.key";
  database.exec(
    `update ${MERGED_TABLE} as x set open = x.open | ${bit},
       keys = (select json_group_array(l.key) from ${LOCAL_ENTRY_TABLE} l where l.row = x.row),
       entries = (select json_group_object(l.key, ${value}) from ${local} ${ORDERED_JOIN} ${plan.kind.thing.name} t
         where l.row = x.row and t.pk = x.pk and ${value} is distinct from t.custom ->> l.key)
     where x.row in (select row from ${LOCAL_ENTRY_TABLE})`,
  );
  database.exec(`update ${MERGED_TABLE} set differing = differing | ${bit} where entries <> '{}'`);
  compareOtherEntries(database, plan, custom, `select row from ${LOCAL_ENTRY_TABLE}`);
};

/** Compares the custom fields that were not changed locally. @param rows SQL that selects the rows */
const compareOtherEntries = (database: Database, plan: PlanDefinition, custom: ImportedField, rows: string): void =>
  database.exec(
    `update s.match as m set changed = m.changed & ~${2 ** custom.bit} | ${buildChangedBitSql(plan, custom)}
     from s.row r, ${plan.kind.thing.name} t where m.row in (${rows}) and r.row = m.row and t.pk = m.target`,
  );

const acceptConsoleValues = (database: Database, plan: PlanDefinition): void => {
  const custom = plan.kind.fields.find(({ merge }) => merge === CUSTOM_FIELDS_COLUMN);
  const versions = getMergedVersions(plan);
  if (versions === undefined) return;
  completeOwnerMask(database, versions, "contradicted", "open & differing");
  database.exec(
    `update ${MERGED_TABLE} set givenUp = contradicted, contradicted = 0, open = open & ~contradicted, differing = differing & ~contradicted
     where contradicted <> 0`,
  );
  if (custom === undefined || !isStaged(plan, custom)) return;
  const given = `${MERGED_TABLE} x where x.givenUp & ${getColumnBit(versions, CUSTOM_FIELDS_COLUMN)} <> 0`;
  database.exec(
    `delete from ${LOCAL_ENTRY_TABLE} as l where exists (select 1 from ${given} and x.row = l.row
       and exists (select 1 from json_each(x.entries) e where e.key = l.key))`,
  );
  database.exec(
    `update ${MERGED_TABLE} as x set givenEntries = x.entries, entries = '{}' where x.row in (select x.row from ${given})`,
  );
  compareOtherEntries(database, plan, custom, `select x.row from ${given}`);
};

/**
 * Finds console values that do not come from this tenant: the console did not have them before, and no local change has
 * set them since.
 */
const markContradictions = (database: Database, plan: PlanDefinition, versions: VersionSchema): void => {
  database.exec(`update ${MERGED_TABLE} set contradicted = open & differing`);
  const states = buildConsoleStatesSql(versions, `select x.pk from ${MERGED_TABLE} x where x.contradicted <> 0`);
  const agreed = listSingleFields(plan).map((field) => {
    const bit = getColumnBit(versions, field.stored);
    return `max(${buildCaseSql(`t.mask & ${bit} <> 0 and ${buildChangedBitSql(plan, field)} = 0`, bit, "0")})`;
  });
  const bit = buildCustomFieldsBitSql(versions);
  const isOther = "select 1 from json_each(x.entries) e where e.value is distinct from t.custom ->> e.key";
  const custom = `max(${buildCaseSql(`t.mask & ${bit} <> 0 and not exists (${isOther})`, bit, "0")})`;
  const all = [...agreed, ...(bit === "0" ? [] : [custom])].join(" | ") || "0";
  database.run(
    `update ${MERGED_TABLE} as y set contradicted = y.contradicted & ~a.agreed from (
       select x.pk, ${all} as agreed from (${states}) t ${ORDERED_JOIN} ${MERGED_TABLE} x on x.pk = t.pk
         ${ORDERED_JOIN} s.row r on r.row = x.row ${buildReferenceJoinsSql(plan)} group by x.pk) a
     where a.pk = y.pk`,
    getKindParam(plan, buildReferenceJoinsSql(plan)),
  );
};

const storeDeletedRows = (database: Database, plan: PlanDefinition, versions: VersionSchema): void => {
  const fields = listSingleFields(plan);
  const columns = fields.flatMap((field) => [
    [field.stored, buildNewValueSql(plan, field)] as const,
    ...buildNewDerivedColumns(plan, field),
  ]);
  const sets = columns.map(([name]) => `${quoteIdentifier(name)} = r.${quoteIdentifier(name)}`);
  const values = columns.map(([name, value]) => `${value} as ${quoteIdentifier(name)}`);
  const joined = buildReferenceJoinsSql(plan);
  database.run(
    `update ${DELETED_HERE_TABLE} as x set ${["shown = r.shown", ...sets].join(", ")} from (
       select ${["d.pk", `${buildFieldBitsSql(versions, fields, (field) => buildIsShownSql(plan, field))} as shown`, ...values].join(", ")}
       from ${DELETED_HERE_TABLE} d ${ORDERED_JOIN} main.${getObservedTable(versions)} o on o.pk = d.pk ${ORDERED_JOIN} main.${getObservedTable(versions)} t on t.pk = d.pk
         ${ORDERED_JOIN} s.row r on r.row = d.row ${joined}) r
     where r.pk = x.pk`,
    getKindParam(plan, joined),
  );
};

const findDeletedContradictions = (database: Database, plan: PlanDefinition, versions: VersionSchema): void => {
  const states = buildConsoleStatesSql(versions, `select d.pk from ${DELETED_HERE_TABLE} d`);
  const fields = listSingleFields(plan);
  const others = buildFieldBitsSql(versions, fields, (field) => {
    const isSame = `t.mask & ${getColumnBit(versions, field.stored)} <> 0 and ${buildChangedBitSql(plan, field)} = 0`;
    return `max(${buildCaseSql(isSame, "1", "0")}) = 0`;
  });
  const joined = buildReferenceJoinsSql(plan);
  database.run(
    `update ${DELETED_HERE_TABLE} as x set contradicted = x.shown & a.others from (
       select d.pk, ${others} as others from ${DELETED_HERE_TABLE} d ${ORDERED_JOIN} (${states}) t on t.pk = d.pk ${ORDERED_JOIN} s.row r on r.row = d.row ${joined} group by d.pk) a
     where a.pk = x.pk`,
    getKindParam(plan, joined),
  );
};

/** Limits the changes of an export's compared rows to values that were not changed locally. */
export const mergeLocalChanges = (database: Database, plan: PlanDefinition): void => {
  const versions = getMergedVersions(plan);
  if (versions === undefined || plan.kind.table.planner !== undefined) return;
  skipUnclearCells(database, plan);
  if (database.get(`select 1 from main.${getObservedTable(versions)} limit 1`) === undefined) return;
  createTargetIndex(database);
  storeObservedMatches(database, plan, versions);
  storeLocalEntries(database, plan, versions);
  markContradictions(database, plan, versions);
  storeDeletedRows(database, plan, versions);
  findDeletedContradictions(database, plan, versions);
  keepEarlierContradictions(database, versions);
  if (prefersConsole(plan)) acceptConsoleValues(database, plan);
  const open = listSingleFields(plan).map((field) =>
    buildCaseSql(`(x.open | ~x.shown) & ${getColumnBit(versions, field.stored)} <> 0`, String(2 ** field.bit), "0"),
  );
  database.exec(
    `update s.match as m set changed = m.changed & ~(${open.join(" | ") || "0"}) from ${MERGED_TABLE} x where x.row = m.row`,
  );
};
