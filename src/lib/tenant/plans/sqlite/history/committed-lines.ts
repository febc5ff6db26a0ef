import type { RecordAction } from "../../../../model/import.ts";
import { getVersionSchema } from "../../../versions/keep.ts";
import {
  buildClearSinceStatements,
  buildFillSinceSql,
  buildPastStateSql,
  type PastStateSql,
} from "../../../versions/past.ts";
import { getColumnBit, getVersionTable } from "../../../versions/tables.ts";
import { buildCaseSql, ORDERED_JOIN, buildJsonBooleanSql, buildJsonListSql } from "../../../store/sql/forms.ts";
import type { RowQuery } from "../../engine.ts";
import type { ImportedField, NonFileField } from "../../staging/kinds.ts";
import type { Database, Row } from "../../../store/sqlite/database.ts";
import { buildKeyTextSql, buildReferenceTextSql, findReference } from "../expressions.ts";
import { buildFieldPiece, batchLines, buildLineSql, buildRecordTypeParts, type RecordTypeParts } from "../rows.ts";
import { buildInterruptCheckSql } from "../functions.ts";
import type { StoredKind, StoredReference } from "../stored-kind.ts";

/** A record type, with SQL for the values of its records before and after a change. */
export interface KindHistory {
  readonly kind: StoredKind;
  readonly sides: Pick<PastStateSql, "before" | "after">;
  /** SQL: true if the change wrote a column */
  readonly isChanged: (column: string) => string;
  /** the columns that files do not contain, as far as they are shown */
  readonly beside: readonly NonFileField[];
  /** SQL: true if the change restored a record that was deleted before */
  readonly isRestored: string;
}

type EventSide = "before" | "after";

/** SQL: the value of the custom field `f`. @param custom SQL of a record's custom fields */
const buildCustomValueSql = (custom: string): string => `${custom} ->> cast(f.pk as text)`;

/** SQL: the text of a referenced record: its present key, path or name, or the last one if it was deleted. */
const buildReferencedTextSql = (reference: StoredReference, pk: string): string => {
  const { thing, called } = reference.table;
  const { name, namedBy = "name" } = thing;
  const deleted = `(select * from main.${getVersionTable(getVersionSchema(name))} w
    where w.pk = ${pk} and w.action = 'delete' order by w.revision desc limit 1)`;
  const named = (from: string): string => `(select ${namedBy} from ${from} where pk = ${pk})`;
  const texts = [name, deleted].flatMap((from) => [
    buildReferenceTextSql(reference, pk, from),
    from === name ? (called?.(pk) ?? named(from)) : named(from),
  ]);
  return `coalesce(${texts.join(", ")})`;
};

/**
 * SQL: the value of a field before or after an event, as a fragment of a JSON line. @param which SQL: condition on
 * custom fields `f`
 */
const buildHistoryPieceSql = (
  { kind, sides }: KindHistory,
  field: ImportedField,
  side: EventSide,
  which: string,
): string => {
  const value = sides[side](field.stored);
  if (field.merge === "custom") {
    return `(select string_agg(',' || json_object('field', 'custom:' || f.name, 'value', ${buildCustomValueSql(value)}), '' order by f.pk)
      from custom_field f where ${which})`;
  }
  const reference = findReference(kind, field);
  if (reference !== undefined)
    return buildFieldPiece(field.field, `json_quote(${buildReferencedTextSql(reference, value)})`);
  return buildFieldPiece(field.field, field.merge === "list" ? `coalesce(${value}, 'null')` : `json_quote(${value})`);
};

/** SQL: the values of all fields of a record before or after an event, as fragments of a JSON line. */
const buildHistoryPieces = (of: KindHistory, side: EventSide): readonly string[] =>
  of.kind.fields.map((field) =>
    buildHistoryPieceSql(of, field, side, `${buildCustomValueSql(of.sides[side](field.stored))} is not null`),
  );

/** SQL: the value of a column that files do not contain, as a fragment of a JSON line. */
const buildBesidePieceSql = ({ sides }: KindHistory, { field, flag }: NonFileField, side: EventSide): string => {
  const value = sides[side](field);
  return buildFieldPiece(field, `json_quote(${flag ? buildCaseSql(`${value} = 1`, "'TRUE'", "null") : value})`);
};

const listSetColumns = (of: KindHistory, side: EventSide, which = "true"): readonly string[] =>
  of.beside.map((one) => {
    const isSet = `nullif(${of.sides[side](one.field)}, 0) is not null`;
    return buildCaseSql(`${which} and ${isSet}`, buildBesidePieceSql(of, one, side), "''");
  });

const buildValuesAfterSql = (of: KindHistory, action: RecordAction): string => {
  if (action === "delete") return "'[]'";
  const { beside, isRestored, isChanged } = of;
  const further =
    action === "create"
      ? listSetColumns(of, "after", isRestored)
      : beside.map((one) => buildCaseSql(isChanged(one.field), buildBesidePieceSql(of, one, "after"), "''"));
  return buildJsonListSql([...buildHistoryPieces(of, "after"), ...further]);
};

/**
 * SQL: a list with one fragment for each field that an event changed. Custom fields that no longer exist are left out.
 */
const buildChangedPiecesSql = (
  { kind, sides, isChanged, beside }: KindHistory,
  of: (field: ImportedField, isOther: string) => string,
  ofBeside: (one: NonFileField) => string,
): string =>
  buildJsonListSql([
    ...kind.fields.map((field) => {
      const [before, after] = [sides.before(field.stored), sides.after(field.stored)].map(buildCustomValueSql);
      const isOther = `${before} is distinct from ${after}`;
      const counts = field.merge === "custom" ? `exists (select 1 from custom_field f where ${isOther})` : "true";
      return buildCaseSql(`${isChanged(field.stored)} and ${counts}`, of(field, isOther), "''");
    }),
    ...beside.map((one) => buildCaseSql(isChanged(one.field), ofBeside(one), "''")),
  ]);

/** SQL: the import whose events are read. */
const IMPORTS_SQL = "select 0 as import, :revision as revision";

/** SQL: the events `e` with one action: import, revision and record number. */
const buildEventsSql = ({ thing }: StoredKind, action: RecordAction): string => {
  const versions = getVersionTable(getVersionSchema(thing.name));
  if (action !== "create")
    return `select m.import, m.revision, v.pk from (${IMPORTS_SQL}) m ${ORDERED_JOIN} ${versions} v on v.revision = m.revision
      where v.action = '${action}'`;
  const made = `(${IMPORTS_SQL}) m ${ORDERED_JOIN} created_range r on r.revision = m.revision and r.thing = '${thing.name}'`;
  return `select m.import, m.revision, t.pk from ${made} ${ORDERED_JOIN} main.${thing.name} t on t.pk between r.first and r.last
    union all select distinct m.import, m.revision, v.pk from ${made}
      ${ORDERED_JOIN} ${versions} v on v.pk between r.first and r.last and v.revision > m.revision and v.action = 'delete'
      where not exists (select 1 from main.${thing.name} t where t.pk = v.pk)`;
};

/** Collects the versions that {@link buildPastStateSql} needs for the records of events. */
const collectPastStates = (database: Database, kind: StoredKind, revision: number): void => {
  const versions = getVersionSchema(kind.thing.name);
  for (const sql of buildClearSinceStatements(versions)) database.exec(sql);
  const written = (["update", "create"] as const).map((action) => buildEventsSql(kind, action));
  // the unary plus makes SQLite scan the later versions; otherwise it would look up the versions of every record of a
  // large import
  const which = `+v.pk in (select e.pk from (${written.join(" union all ")}) e)`;
  database.run(buildFillSinceSql(versions, IMPORTS_SQL, `${which} and ${buildInterruptCheckSql("v.pk")}`), {
    revision,
  });
};

/** SQL: true if an event set a secret of the record. Setting a secret also counts as an update. */
const buildSetsSecretSql = ({ kind: { table }, sides }: KindHistory, action: RecordAction): string => {
  const column = table.secretSetAt ?? "secrets";
  const versions = getVersionSchema(table.thing.name);
  if (action === "delete" || versions.columns.every(({ name }) => name !== column)) return "false";
  const isSet = `coalesce(${sides.after(column)}, '{}') <> '{}'`;
  return action === "create" ? isSet : `c.changed & ${getColumnBit(versions, column)} <> 0 and ${isSet}`;
};

interface RecordLineOptions {
  /** members that contain the type of the records and their app */
  readonly typeParts?: RecordTypeParts;
  /** SQL: true if the change sets a secret */
  readonly setsSecret: string;
}

/** SQL: a change to a record, in the format of a plan's row. */
export const buildRecordLineSql = (
  of: KindHistory,
  action: RecordAction,
  { typeParts, setsSecret }: RecordLineOptions,
): string => {
  const { kind, sides } = of;
  const none = "'[]'";
  return buildLineSql({
    ...typeParts,
    row: "0",
    line: "0",
    key: `json_quote(coalesce(${buildKeyTextSql(kind, action === "delete" ? sides.before : sides.after)}, ''))`,
    action: `'"${action}"'`,
    changed:
      action === "update"
        ? buildChangedPiecesSql(
            of,
            ({ field }) => `',"${field}"'`,
            ({ field }) => `',"${field}"'`,
          )
        : none,
    setsSecret: buildJsonBooleanSql(setsSecret),
    exists: buildJsonBooleanSql(action === "create" ? "false" : "true"),
    before: {
      create: none,
      update: buildChangedPiecesSql(
        of,
        (field, isOther) => buildHistoryPieceSql(of, field, "before", isOther),
        (one) => buildBesidePieceSql(of, one, "before"),
      ),
      delete: buildJsonListSql([...buildHistoryPieces(of, "before"), ...listSetColumns(of, "before")]),
    }[action],
    after: buildValuesAfterSql(of, action),
  });
};

/** SQL: the changes that the events with one action made, in the format of a plan's rows. */
const buildEventLinesSql = (kind: StoredKind, action: RecordAction, typeParts: RecordTypeParts): string => {
  const versions = getVersionSchema(kind.thing.name);
  const sides = buildPastStateSql(versions);
  const of: KindHistory = {
    kind,
    sides,
    isChanged: (column) => `c.changed & ${getColumnBit(versions, column)} <> 0`,
    beside: kind.unfiled,
    isRestored: `exists (select 1 from ${getVersionTable(versions)} w
      where w.pk = e.pk and w.revision < e.revision and w.action = 'delete')`,
  };
  const line = buildRecordLineSql(of, action, {
    typeParts,
    setsSecret: buildSetsSecretSql(of, action),
  });
  const app = kind.thing.scope === undefined ? "" : `, ${sides.before(kind.thing.scope)} as app`;
  return `select ${line} as line${app} from (${buildEventsSql(kind, action)}) e ${sides.joins("e.pk")}`;
};

const ACTION_ORDER = ["update", "create", "delete"] as const;

/** A committed import and its kinds. The rows of other record types than the first contain the name of their type. */
export interface CommittedRowsQuery {
  readonly kinds: readonly [StoredKind, ...StoredKind[]];
  /** true if the rows contain the app of their record */
  readonly isUndo: boolean;
  readonly revision: number;
}

export function* readCommittedLines(
  database: Database,
  { kinds, isUndo, revision }: CommittedRowsQuery,
  { actions, limit = Number.MAX_SAFE_INTEGER }: RowQuery,
): Generator<Uint8Array> {
  let rest = limit;
  const count = (row: Row): Row => {
    rest -= 1;
    return row;
  };
  for (const kind of kinds) {
    const typeParts = buildRecordTypeParts(kind, kinds[0].thing, isUndo);
    collectPastStates(database, kind, revision);
    for (const action of ACTION_ORDER) {
      if (rest <= 0 || (actions.length > 0 && !actions.includes(action))) continue;
      const scope = kind.thing.scope === undefined ? "" : `where app = '${kind.name}'`;
      const rows = database.iterate(
        `select line from (${buildEventLinesSql(kind, action, typeParts)}) ${scope} limit :rest`,
        { revision, rest },
      );
      yield* batchLines(Iterator.from(rows).map(count));
    }
  }
}
