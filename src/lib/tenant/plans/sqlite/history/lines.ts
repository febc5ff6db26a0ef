import type { Action } from "../../../../model/import.ts";
import type { Thing } from "../../../../model/thing.ts";
import { versionsOf } from "../../../versions/keep.ts";
import { clearingSince, collectingSince, pastOf, type PastSql } from "../../../versions/past.ts";
import { ALL_CHANGED, bitOf, versionTable } from "../../../versions/tables.ts";
import { either, THEN, truth } from "../../../store/sql/forms.ts";
import { jsonList } from "../../../store/sql/json.ts";
import type { RowQuery } from "../../engine.ts";
import type { ImportedField } from "../../staging/kinds.ts";
import type { Database, Params, Row } from "../../../store/sqlite/database.ts";
import { keyText, referenceOf } from "../expressions.ts";
import { afterPiece, batched, lineOf, unfiledPieces } from "../rows.ts";
import { proceeding } from "../functions.ts";
import type { StoredKind, StoredReference, Table } from "../stored-kind.ts";

/** What an import did to a record; setting a secret is an update too. */
/** A kind's records at the events `e` of imports. */
interface PastKind {
  readonly kind: StoredKind;
  readonly sides: PastSql;
}

/** Right before an event, or right after it. */
type Side = "before" | "after";

/** SQL: the value of the custom field `f`. @param custom SQL of a record's values */
const customValue = (custom: string): string => `${custom} ->> cast(f.pk as text)`;

/** SQL: a record's path then; undefined if its thing has none. @param pk SQL of its number */
const path = (table: Table, pk: string, side: Side): string | undefined => {
  const { joins, [side]: column } = pastOf(versionsOf(table.thing.name), "p");
  return table.planner?.called(pk, { joins, column });
};

/** SQL: the key of a referenced record then; if it had none, its path or name. @param pk SQL of its number */
const called = ({ refers, table }: StoredReference, pk: string, side: Side): string => {
  const { fields, name, namedBy = "name" } = table.thing;
  const { joins, [side]: column } = pastOf(versionsOf(name), "n");
  const key = fields[refers.by]?.type === "texts" ? `${column(refers.by)} ->> 0` : column(refers.by);
  const known = `coalesce(${key}, ${path(table, "n.pk", side) ?? column(namedBy)})`;
  return either(`${pk} is null`, "null", `(select ${known} from (select ${pk} as pk) n ${joins("n.pk")})`);
};

/** SQL: a field's value then, as a piece of a line. @param which SQL: condition on the custom fields `f` */
const piece = ({ kind, sides }: PastKind, field: ImportedField, side: Side, which: string): string => {
  const value = sides[side](field.stored);
  if (field.merge === "custom") {
    return `(select string_agg(',' || json_object('field', 'custom:' || f.name, 'value', ${customValue(value)}), '' order by f.pk)
      from custom_field f where ${which})`;
  }
  const reference = referenceOf(kind, field);
  if (reference !== undefined) return afterPiece(field.field, `json_quote(${called(reference, value, side)})`);
  return afterPiece(field.field, field.merge === "list" ? `coalesce(${value}, 'null')` : `json_quote(${value})`);
};

/** SQL: the values of all fields of a record then, as pieces of a line. */
const allPieces = (of: PastKind, side: Side): readonly string[] =>
  of.kind.fields.map((field) => piece(of, field, side, `${customValue(of.sides[side](field.stored))} is not null`));

/** SQL: true if the event undid the deletion of the record. */
const isRestored = ({ kind }: PastKind): string =>
  `exists (select 1 from ${versionTable(versionsOf(kind.thing.name))} w
    where w.pk = e.pk and w.revision < e.revision and w.action = 'delete')`;

/** SQL: a record's values after an event; with those that no file has if the record came back. */
const afterOf = (of: PastKind, action: Action): string => {
  if (action === "delete") return "'[]'";
  const further = unfiledPieces(of.kind, of.sides.after).map((one) => either(isRestored(of), one, "''"));
  return jsonList([...allPieces(of, "after"), ...(action === "create" ? further : [])]);
};

/** SQL: a list with one piece for each field that an event changed. Removed custom fields do not count. */
const changedOf = ({ kind, sides }: PastKind, of: (field: ImportedField, isOther: string) => string): string =>
  jsonList(
    kind.fields.map((field) => {
      const bit = bitOf(versionsOf(kind.thing.name), field.stored);
      const [before, after] = [sides.before(field.stored), sides.after(field.stored)].map(customValue);
      const isOther = `${before} is distinct from ${after}`;
      const isChanged = `c.changed & ${bit} <> 0`;
      const counts = field.merge === "custom" ? `exists (select 1 from custom_field f where ${isOther})` : "true";
      return either(`${isChanged} and ${counts}`, of(field, isOther), "''");
    }),
  );

/** The events of imports in records of a kind. */
interface Events {
  /** SQL: the imports, each with its `revision` */
  readonly imports: string;
  /** SQL: condition on a record's number */
  readonly which: (pk: string) => string;
  readonly values: Params;
}

/** SQL: the events `e` of one action: import, revision and number of the record. */
const eventsOf = ({ thing }: StoredKind, action: Action, { imports, which }: Events): string => {
  const versions = versionTable(versionsOf(thing.name));
  if (action !== "create")
    return `select m.import, m.revision, v.pk from (${imports}) m ${THEN} ${versions} v on v.revision = m.revision
      where v.action = '${action}' and ${which("v.pk")}`;
  const made = `(${imports}) m ${THEN} created_range r on r.revision = m.revision and r.thing = '${thing.name}'`;
  return `select m.import, m.revision, t.pk from ${made} ${THEN} main.${thing.name} t on t.pk between r.first and r.last
      where ${which("t.pk")}
    union all select distinct m.import, m.revision, v.pk from ${made}
      ${THEN} ${versions} v on v.pk between r.first and r.last and v.revision > m.revision and v.action = 'delete'
      where ${which("v.pk")} and not exists (select 1 from main.${thing.name} t where t.pk = v.pk)`;
};

/** SQL: the bits of the columns by which a referenced record is shown. */
const namingBits = ({ refers, table: { thing, planner } }: StoredReference): string => {
  const versions = versionsOf(thing.name);
  // a path depends on all columns of an organisation
  if (planner !== undefined) return ALL_CHANGED;
  return `(${[refers.by, thing.namedBy ?? "name"].map((column) => bitOf(versions, column)).join(" | ")})`;
};

/** Prepares {@link pastOf} for the records of events and for those that they refer to. */
const collectPast = (database: Database, kind: StoredKind, events: Events): void => {
  const references = kind.references.filter(({ field }) => field.merge === "reference");
  for (const { name } of new Set([kind.thing, ...references.map(({ table }) => table.thing)]))
    for (const sql of clearingSince(versionsOf(name))) database.exec(sql);
  const collect = ({ name }: Thing, which: string): void => {
    const sql = collectingSince(versionsOf(name), events.imports, `${which} and ${proceeding("v.pk")}`);
    database.run(sql, events.values);
  };
  const written = (["update", "create"] as const).map((action) => eventsOf(kind, action, events));
  // the plus keeps SQLite from looking for versions of each record of a large import: it scans the later versions instead
  collect(kind.thing, `${events.which("v.pk")} and +v.pk in (select e.pk from (${written.join(" union all ")}) e)`);
  for (const reference of references) collect(reference.table.thing, `v.changed & ${namingBits(reference)} <> 0`);
};

/** SQL: true if an event set a secret of the record. */
const setsSecret = ({ kind: { table }, sides }: PastKind, action: Action): string => {
  const column = table.secretSetAt ?? "secrets";
  const versions = versionsOf(table.thing.name);
  if (action === "delete" || versions.columns.every(({ name }) => name !== column)) return "false";
  const isSet = `coalesce(${sides.after(column)}, '{}') <> '{}'`;
  return action === "create" ? isSet : `c.changed & ${bitOf(versions, column)} <> 0 and ${isSet}`;
};

/** What rows of committed imports have beside what these did. */
interface FurtherFacts {
  /** they are of another kind than the import, and name their thing */
  readonly isFurther?: boolean;
  /** an upload file of the import leaves out records */
  readonly hasLeftOut?: boolean;
}

/** SQL: why the upload file of an import leaves out a record, as JSON; null if it does not. */
const leftOutOf = ({ kind }: PastKind): string =>
  `coalesce((select json_quote(l.reason) from main.left_out l
    where l.revision = e.revision and l.thing = '${kind.thing.name}' and l.pk = e.pk), 'null')`;

/** SQL: what an import did to a record, as the row of a plan. */
const eventLine = (of: PastKind, action: Action, { isFurther = false, hasLeftOut = false }: FurtherFacts): string => {
  const { kind, sides } = of;
  const none = "'[]'";
  const place = path(kind.table, "e.pk", "before");
  return lineOf({
    ...(isFurther && { thing: `'"${kind.thing.name}"'` }),
    row: "0",
    line: "0",
    key: `json_quote(coalesce(${keyText(kind, action === "delete" ? sides.before : sides.after)}, ''))`,
    action: `'"${action}"'`,
    changed: action === "update" ? changedOf(of, ({ field }) => `',"${field}"'`) : none,
    setsSecret: truth(setsSecret(of, action)),
    exists: truth(action === "create" ? "false" : "true"),
    before: {
      create: none,
      update: changedOf(of, (field, isOther) => piece(of, field, "before", isOther)),
      delete: jsonList([
        ...(place === undefined ? [] : [afterPiece("path", `json_quote(${place})`)]),
        ...allPieces(of, "before"),
        ...unfiledPieces(kind, sides.before),
      ]),
    }[action],
    after: afterOf(of, action),
    ...(hasLeftOut && { leftOut: leftOutOf(of) }),
  });
};

/** SQL: what events of one action did, as the rows of a plan: `import`, `revision` and `line`. */
const linesOf = (kind: StoredKind, action: Action, events: Events, further: FurtherFacts): string => {
  const of: PastKind = { kind, sides: pastOf(versionsOf(kind.thing.name)) };
  const app = kind.thing.scope === undefined ? "" : `, ${of.sides.before(kind.thing.scope)} as app`;
  return `select e.import, e.revision, ${eventLine(of, action, further)} as line${app}
    from (${eventsOf(kind, action, events)}) e ${of.sides.joins("e.pk")}`;
};

const ACTIONS = ["update", "create", "delete"] as const;

/** What a committed import did, of these kinds; rows of others than the first name their thing. */
export interface CommittedRows {
  readonly kinds: readonly StoredKind[];
  readonly revision: number;
}

/** What a committed import did, as the rows of a plan: NDJSON, in batches; of each kind updates, creations, then deletions. */
export function* committedLines(
  database: Database,
  { kinds, revision }: CommittedRows,
  { actions, limit = Number.MAX_SAFE_INTEGER }: RowQuery,
): Generator<Uint8Array> {
  const events: Events = {
    imports: "select 0 as import, :revision as revision",
    which: () => "true",
    values: { revision },
  };
  const hasLeftOut = database.get("select 1 from main.left_out where revision = :revision", { revision }) !== undefined;
  let rest = limit;
  const count = (row: Row): Row => {
    rest -= 1;
    return row;
  };
  for (const [at, kind] of kinds.entries()) {
    collectPast(database, kind, events);
    for (const action of ACTIONS) {
      if (rest <= 0 || (actions.length > 0 && !actions.includes(action))) continue;
      const scope = kind.thing.scope === undefined ? "" : `where app = '${kind.name}'`;
      const rows = database.iterate(
        `select line from (${linesOf(kind, action, events, { isFurther: at > 0, hasLeftOut })}) ${scope} limit :rest`,
        {
          ...events.values,
          rest,
        },
      );
      yield* batched(Iterator.from(rows).map(count));
    }
  }
}
