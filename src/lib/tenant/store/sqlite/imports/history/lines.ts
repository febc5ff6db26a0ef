import { either, THEN, truth } from "../../../sql/forms.ts";
import { jsonList } from "../../../sql/json.ts";
import type { PlanRow } from "../../../../../contract/index.ts";
import type { RecordEvent, RowQuery } from "../../../imports/engine.ts";
import type { ImportedField } from "../../../../../imports/kinds.ts";
import type { Database, Row } from "../../database.ts";
import { keyText, referenceOf } from "../expressions.ts";
import { afterPiece, batched, lineOf, unfiledPieces } from "../rows.ts";
import { wasTable, type StoredKind } from "../stored-kind.ts";
import { findByHand } from "./by-hand.ts";
import { called, calledBefore, clearCalled, findCalled } from "./called.ts";
import {
  before,
  clearLater,
  customValue,
  differs,
  findLater,
  isKept,
  isMade,
  joinVersions,
  left,
  params,
  type Committed,
} from "./committed.ts";

/** What an import did to a record; setting a secret is an update too. */
type Action = "create" | "update" | "delete";

type Version = (column: string) => string;

/** SQL: a field's value in a version of a record, as a piece of a line. @param which of the custom fields `f` (SQL) */
const piece = (kind: StoredKind, field: ImportedField, version: Version, which: string): string => {
  const value = version(field.stored);
  if (field.merge === "custom") {
    return `(select string_agg(',' || json_object('field', 'custom:' || f.name, 'value', ${customValue(value)}), '' order by f.pk)
      from custom_field f where ${which})`;
  }
  const reference = referenceOf(kind, field);
  if (reference !== undefined)
    return afterPiece(
      field.field,
      `json_quote(${called(kind, reference, { pk: value, isBefore: version === before })})`,
    );
  return afterPiece(field.field, field.merge === "list" ? `coalesce(${value}, 'null')` : `json_quote(${value})`);
};

/** SQL: all that a version of a record has, as JSON. @param further pieces of what no file has */
const allOf = (kind: StoredKind, version: Version, further: readonly string[] = []): string =>
  jsonList(allPieces(kind, version, further));

const allPieces = (kind: StoredKind, version: Version, further: readonly string[]): readonly string[] => [
  ...kind.fields.map((field) => {
    const own = piece(kind, field, version, `${customValue(version(field.stored))} is not null`);
    return version === left ? either(isTold(field), own, "''") : own;
  }),
  ...further,
];

/** SQL: true if it is known what the import left in a field. */
const isTold = ({ field }: ImportedField): string => `(h.pk is null or instr(h.untold, '"${field}"') = 0)`;

/** SQL: true if the import `e.import` undid the deletion of the record: what no file has came back with it. */
const isRestored = (kind: StoredKind): string =>
  `exists (select 1 from import u join import d on d.id = u.detail ->> 'reverts'
    ${THEN} ${wasTable(kind)} w on w.import = d.pk and w.pk = e.pk where u.pk = e.import and w.action = 'delete')`;

/** SQL: what a record has after an event; of one that came back, what no file has, too. */
const leftOf = (kind: StoredKind, action: Action): string => {
  if (action === "delete") return "'[]'";
  const further = unfiledPieces(kind, left).map((one) => either(isRestored(kind), one, "''"));
  return allOf(kind, left, action === "create" ? further : []);
};

/** SQL: of what the import changed in a record, the former values or, with `version`, the names of the fields. */
const changedOf = (kind: StoredKind, of: (field: ImportedField) => string): string =>
  jsonList(kind.fields.map((field) => either(`${isTold(field)} and ${differs(field, before, left)}`, of(field), "''")));

/** SQL: the events `e` of an import in which it did something to a record. */
const EVENTS: Readonly<Record<Action, (kind: StoredKind) => string>> = {
  update: (kind) => `select :pk as import, pk from ${wasTable(kind)} where import = :pk and action = 'update'
    union all select :pk, target from import_secret
      where import = :pk and not ${isMade("target")} and not ${isKept(kind, "target")}`,
  create: (kind) => `select :pk as import, t.pk from ${kind.thing.name} t where ${isMade("t.pk")}
    union all select :pk, pk from temp.later where import = :pk and ${isMade("pk")}
      and not exists (select 1 from ${kind.thing.name} t where t.pk = later.pk)
    union all select :pk, pk from ${wasTable(kind)} where import = :undid and action = 'delete'`,
  delete: (kind) => `select :pk as import, pk from ${wasTable(kind)} where import = :pk and action = 'delete'`,
};

/** SQL: what an import did to a record, as the row of a plan. */
const eventLine = (kind: StoredKind, action: Action): string => {
  const none = "'[]'";
  const place = kind.table.planner === undefined ? [] : [afterPiece("path", `json_quote(${calledBefore("e.pk")})`)];
  const customChanged = ({ stored }: ImportedField): string =>
    `${customValue(before(stored))} is distinct from ${customValue(left(stored))}`;
  const line = lineOf({
    row: "0",
    line: "0",
    key: `json_quote(coalesce(${keyText(kind, action === "delete" ? before : left)}, ''))`,
    action: `'"${action}"'`,
    changed:
      action === "update"
        ? either(
            "c.pk is null",
            none,
            changedOf(kind, ({ field }) => `',"${field}"'`),
          )
        : none,
    setsSecret: truth("exists (select 1 from import_secret s where s.import = e.import and s.target = e.pk)"),
    exists: truth(action === "create" ? "false" : "true"),
    before: {
      create: none,
      update: either(
        "c.pk is null",
        none,
        changedOf(kind, (field) => piece(kind, field, before, customChanged(field))),
      ),
      delete: jsonList([...place, ...allPieces(kind, before, unfiledPieces(kind, before))]),
    }[action],
    after: leftOf(kind, action),
  });
  if (action === "delete") return line;
  return either("coalesce(h.untold, '[]') = '[]'", line, `json_set(${line}, '$.untold', json(h.untold)) || char(10)`);
};

/** What a committed import did, as the rows of a plan: NDJSON, in batches; updates, then creations, then deletions. */
export function* committedLines(
  database: Database,
  committed: Committed,
  { actions, limit = Number.MAX_SAFE_INTEGER }: RowQuery,
): Generator<Uint8Array> {
  const { kind } = committed;
  findLater(database, committed);
  findByHand(database, kind, `${EVENTS.update(kind)} union ${EVENTS.create(kind)}`, params(committed));
  clearCalled(database);
  findCalled(database, kind, committed.pk);
  let rest = limit;
  const count = (row: Row): Row => {
    rest -= 1;
    return row;
  };
  for (const action of ["update", "create", "delete"] as const) {
    if (rest <= 0 || (actions.length > 0 && !actions.includes(action))) continue;
    const sql = `select ${eventLine(kind, action)} as line from (${EVENTS[action](kind)}) e ${joinVersions(kind)} limit :rest`;
    const rows = database.iterate(sql, { ...params(committed), rest });
    yield* batched(Iterator.from(rows).map(count));
  }
}

/** SQL: the events `e` in which imports did something to one record. */
const OF_RECORD: Readonly<Record<Action, (was: string) => string>> = {
  update: (
    was,
  ) => `select i.pk as import, :record as pk from import i ${THEN} ${was} w on w.import = i.pk and w.pk = :record
      where w.action = 'update'
    union all select i.pk, :record from import i ${THEN} import_secret s on s.import = i.pk and s.target = :record
      where i.kind = :kind and not (i.madeAfter < :record and i.madeUpTo >= :record)
        and not exists (select 1 from ${was} w where w.import = i.pk and w.pk = :record)`,
  create: (was) => `select i.pk as import, :record as pk from import i
      where i.kind = :kind and i.madeAfter < :record and i.madeUpTo >= :record
    union all select u.pk, :record from import u ${THEN} import i on i.id = u.detail ->> 'reverts'
      ${THEN} ${was} w on w.import = i.pk and w.pk = :record where u.state = 'committed' and w.action = 'delete'`,
  delete: (
    was,
  ) => `select i.pk as import, :record as pk from import i ${THEN} ${was} w on w.import = i.pk and w.pk = :record
      where w.action = 'delete'`,
};

const ACTIONS = ["update", "create", "delete"] as const;

/** What imports did to a record, in the order of their commits. @param record its number */
export function* recordEvents(database: Database, kind: StoredKind, record: number): Generator<RecordEvent> {
  const was = wasTable(kind);
  const events = (action: Action): string => OF_RECORD[action](was);
  const values = { record, kind: kind.name };
  clearLater(database);
  database.run(
    `insert into temp.later select e.import, :record, (
       select j.pk from import j ${THEN} ${was} w on w.import = j.pk and w.pk = :record
       where j.revision > i.revision order by j.revision limit 1)
     from (${ACTIONS.map(events).join(" union all ")}) e join import i on i.pk = e.import`,
    values,
  );
  findByHand(database, kind, `${events("update")} union ${events("create")}`, values);
  clearCalled(database);
  const imports = `select distinct import from (${ACTIONS.map(events).join(" union all ")}) e`;
  for (const row of database.all(imports, values)) findCalled(database, kind, Number(row["import"]));
  const lines = ACTIONS.map(
    (action) => `select i.revision, e.import, ${eventLine(kind, action)} as line
      from (${events(action)}) e ${joinVersions(kind)} join import i on i.pk = e.import`,
  );
  for (const event of database.iterate(`${lines.join(" union all ")} order by 1`, values)) {
    yield { import: Number(event["import"]), row: JSON.parse(String(event["line"])) as PlanRow };
  }
}
