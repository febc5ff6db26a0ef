import { FORMATS } from "../../../../../model/formats.ts";
import { appendAudit, type ChangedObject } from "../../../audit.ts";
import type { CommitMoment, Verified } from "../../../imports/engine.ts";
import { doneOf, importObject, type ImportRecord } from "../../../imports/record.ts";
import type { Writer } from "../../../store.ts";
import type { Database } from "../../database.ts";
import { calledText } from "../expressions.ts";
import { sumOfKept } from "../history/kept.ts";
import { hasFormer, wasTable } from "../stored-kind.ts";
import { kindNamed } from "../tables.ts";
import { touchedOrgs } from "./touched-orgs.ts";

/** Records that went with an import are named in its record, up to this number; all of them are in its rows. */
const MOST_NAMED = 20;

/** The first records that an import deleted, as they were. */
const deletedBy = (database: Database, { pk, kind }: ImportRecord): readonly ChangedObject[] => {
  const { thing } = kindNamed(kind);
  if (!hasFormer(thing)) return [];
  const sql = `select t.id, ${calledText(thing)} as name from ${wasTable({ thing })} t
    where t.import = :pk and t.action = 'delete' order by t.pk limit :limit`;
  return database
    .all(sql, { pk, limit: MOST_NAMED })
    .map(({ id, name }) => ({ thing: thing.name, id: String(id), name: String(name) }));
};

/** How a plan is committed, as the audit calls it: a deletion by what it deletes. */
const actionOf = ({ kind, detail, state }: ImportRecord, verified: Verified | undefined): string => {
  if (detail.reverts !== null) return "imports.revert";
  if (detail.request?.mode === "delete") return `${FORMATS[kind].app === undefined ? kind : "secured"}.delete`;
  if (state !== "awaiting-console") return "imports.commit";
  return verified?.state === "accepted" ? "imports.accept" : "imports.verify";
};

/** What was done besides: the import that was undone. */
interface Done {
  readonly change: number;
  readonly moment: CommitMoment;
  readonly revision: number;
  readonly verified?: Verified | undefined;
  readonly undone?: ImportRecord | undefined;
}

/**
 * Writes the audit's record of a commit or an undoing, at the end of its transaction: by whom, of which file, how many
 * records, the organisations that it touched, and the sum over all that the import keeps. Where these are none, or too many,
 * those of a committer who does not hold all of them stand for them: nothing outside them was touched.
 *
 * @param record as it was before the commit
 * @param done.change the number of the commit
 */
export const auditImport = async (
  database: Database,
  writer: Writer,
  record: ImportRecord,
  { change, moment, revision, verified, undone }: Done,
): Promise<void> => {
  const { actor, by, heldOrgs, origin, now } = moment;
  const { request, counts, staged } = record.detail;
  const kind = undone !== undefined ? "undo" : request?.fromConsole === true ? "console" : "import";
  await appendAudit(
    writer,
    {
      at: now,
      actor,
      by,
      origin,
      action: actionOf(record, verified),
      objects: [
        ...(undone === undefined ? [] : [importObject(undone)]),
        importObject({ ...record, number: String(change) }),
        ...deletedBy(database, record),
      ],
      orgs: touchedOrgs(database, record, undone) ?? heldOrgs,
      detail: {
        kind: record.kind,
        mode: request?.mode ?? "revert",
        fileName: request?.fileName,
        fromConsole: request?.fromConsole === true ? true : undefined,
        undone: undone?.change,
        ...doneOf(counts),
        inputSha256: staged?.sha256,
        changes: sumOfKept(database, record.pk),
      },
    },
    { writer: kind, revision, import: record.pk, undoes: undone?.change ?? undefined },
  );
};
