import type { Database, Row } from "../../database.ts";
import { either, truth } from "../../../sql/forms.ts";
import { jsonList } from "../../../sql/json.ts";
import { keyText, stored } from "../expressions.ts";
import { before, changes, differs, made, params, type Committed } from "../history/committed.ts";
import type { ImportedField } from "../../../../../imports/kinds.ts";
import type { RowQuery } from "../../../imports/engine.ts";
import { batched, deletedLine, lineOf, storedPiece, unfiledPieces } from "../rows.ts";
import type { StoredKind } from "../stored-kind.ts";

/** SQL: all that a record gets back; of one that comes back, what no file has, too. */
const afterOf = (kind: StoredKind): string =>
  jsonList([
    ...kind.fields.map((field) => storedPiece(kind, field, before(field.stored))),
    ...unfiledPieces(kind, before).map((piece) => either("c.action = 'delete'", piece, "''")),
  ]);

/** SQL: a list of pieces, of the fields that get their former values. */
const changedOf = ({ fields }: StoredKind, piece: (field: ImportedField) => string): string =>
  jsonList(fields.map((field) => either(differs(field, before, stored), piece(field), "''")));

/** Records that get their former values, or are restored; in order of creation. */
const changedLines = ({ kind }: Committed): string => {
  const line = lineOf({
    row: "0",
    line: "0",
    key: `json_quote(coalesce(${either("t.pk is null", keyText(kind, before), keyText(kind))}, ''))`,
    action: either("c.action = 'delete'", `'"create"'`, `'"update"'`),
    changed: either(
      "c.action = 'delete'",
      "'[]'",
      changedOf(kind, ({ field }) => `',"${field}"'`),
    ),
    setsSecret: "'false'",
    exists: truth("c.action = 'update'"),
    before: either(
      "c.action = 'delete'",
      "'[]'",
      changedOf(kind, (field) => storedPiece(kind, field)),
    ),
    after: afterOf(kind),
  });
  return `select ${line} as line from (${changes(kind)}) c left join ${kind.thing.name} t on t.pk = c.pk
    where c.action in (select value from json_each(:undone)) order by c.pk limit :left`;
};

/** Records that the import created, and that are deleted again. */
const deletedLines = ({ kind }: Committed): string =>
  `select ${deletedLine(kind)} as line from ${kind.thing.name} t where t.pk in (${made(kind)})
    order by t.pk limit :left`;

/** The action of a revert on a record, by the action of the import. */
const UNDOING = [
  ["update", "update"],
  ["create", "delete"],
] as const;

/** The lines of a revert's plan as NDJSON, in batches: changed or restored records, then deleted ones. */
export function* revertLines(
  database: Database,
  reverted: Committed,
  { actions, limit }: RowQuery,
): Generator<Uint8Array> {
  const isAsked = (action: (typeof actions)[number]): boolean => actions.length === 0 || actions.includes(action);
  const undone = UNDOING.filter(([action]) => isAsked(action)).map(([, did]) => did);
  const most = limit ?? Number.MAX_SAFE_INTEGER;
  let taken = 0;
  if (undone.length > 0) {
    const rows = { ...params(reverted), undone: JSON.stringify(undone), left: most };
    const count = (row: Row): Row => {
      taken += 1;
      return row;
    };
    yield* batched(Iterator.from(database.iterate(changedLines(reverted), rows)).map(count));
  }
  if (isAsked("delete") && taken < most) {
    yield* batched(database.iterate(deletedLines(reverted), { ...params(reverted), left: most - taken }));
  }
}
