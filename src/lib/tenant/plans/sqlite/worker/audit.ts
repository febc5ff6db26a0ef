import { FORMATS } from "../../../../model/formats.ts";
import type { Thing } from "../../../../model/thing.ts";
import { appendAudit, type ChangeWriter, type ChangedObject } from "../../../audit/audit-rows.ts";
import type { CommitMoment, WrittenFile } from "../../engine.ts";
import { doneOf, importObject, type ImportRecord } from "../../import-rows.ts";
import type { Writer } from "../../../store/store.ts";
import { sumIn } from "../../../audit/sqlite/versions.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { calledText } from "../expressions.ts";
import { kindsOfImport } from "../plan-sql.ts";
import { versionsOf } from "../../../versions/keep.ts";
import { versionTable } from "../../../versions/tables.ts";
import { touchedOrgs } from "./touched-orgs.ts";

/** Records of a thing that went with an import are named in its record, up to this number; all of them are in its rows. */
const MAX_NAMED = 20;

/** The first records of each thing that an import deleted, as they were. */
const deletedBy = (database: Database, record: ImportRecord, revision: number): readonly ChangedObject[] =>
  [...new Set(kindsOfImport(record).map(({ thing }) => thing))].flatMap((thing) =>
    deletedOf(database, thing, revision),
  );

const deletedOf = (database: Database, thing: Thing, revision: number): readonly ChangedObject[] => {
  const sql = `select t.id, ${calledText(thing)} as name from main.${versionTable(versionsOf(thing.name))} t
    where t.revision = :revision and t.action = 'delete' order by t.pk limit :limit`;
  return database
    .all(sql, { revision, limit: MAX_NAMED })
    .map(({ id, name }) => ({ thing: thing.name, id: String(id), name: String(name) }));
};

/** How a plan is committed, as the audit calls it: a deletion by what it deletes. */
const actionOf = ({ kind, detail }: ImportRecord): string => {
  if (detail.undoes !== undefined) return "undo";
  if (detail.drops !== undefined) return "console.drop";
  if (detail.request?.mode === "delete") return `${FORMATS[kind].app === undefined ? kind : "secured"}.delete`;
  return "imports.commit";
};

/** When and how an import was done. */
interface ImportCommit {
  readonly change: number;
  readonly moment: CommitMoment;
  readonly revision: number;
  readonly written?: WrittenFile | undefined;
}

/**
 * Writes the audit's record of a commit or an undoing, at the end of its transaction: by whom, of which file, how many
 * records, the organisations that it touched, and the sum of its versions. Where these are none, or too many,
 * those of a committer who does not hold all of them stand for them: nothing outside them was touched.
 *
 * @param record as it was before the commit
 * @param done.change the number of the commit
 */
export const auditImport = async (
  database: Database,
  writer: Writer,
  record: ImportRecord,
  { change, moment, revision, written }: ImportCommit,
): Promise<void> => {
  const { actor, by, heldOrgs, origin, now } = moment;
  const { request, counts, staged, undoes, drops } = record.detail;
  await appendAudit(
    writer,
    {
      at: now,
      actor,
      by,
      origin,
      action: actionOf(record),
      objects: [importObject({ ...record, number: String(change) }), ...deletedBy(database, record, revision)],
      orgs: touchedOrgs(database, revision) ?? heldOrgs,
      detail: {
        kind: record.kind,
        mode: request?.mode ?? "undo",
        fileName: request?.fileName,
        fromConsole: request?.fromConsole === true ? true : undefined,
        undoes,
        drops,
        ...doneOf(counts),
        inputSha256: staged?.sha256,
        emittedFile: written?.file?.fileName,
        emittedSha256: written?.file?.sha256,
        versions: sumIn(database, revision),
      },
    },
    { writer: writerOf(record), revision, import: record.pk, undoes },
  );
};

/** Who writes what an import changes: an undo in the mirror alone asks nothing of the console, as an export does not. */
const writerOf = ({ detail: { request, undoes, drops, mirrorOnly } }: ImportRecord): ChangeWriter => {
  if (request?.fromConsole === true || mirrorOnly === true) return "console";
  return drops !== undefined ? "drop" : undoes !== undefined ? "undo" : "import";
};

/** What an export showed of a task. */
interface TaskVerification {
  /** of the change that the task is of */
  readonly revision: number;
  /** its own */
  readonly own: number;
  readonly moment: CommitMoment;
  readonly sha256: string;
  /** number of records of which something was confirmed that the export does not show */
  readonly confirmed: number;
}

/** Writes the audit's record of an export that a task was verified by. */
export const auditVerification = async (
  writer: Writer,
  { revision, own, moment, sha256, confirmed }: TaskVerification,
): Promise<void> => {
  const { actor, by, heldOrgs, origin, now } = moment;
  const row = await writer.get("select number from main.change where revision = :revision", { revision });
  const id = String(row?.["number"]);
  await appendAudit(
    writer,
    {
      at: now,
      actor,
      by,
      origin,
      action: "imports.verify",
      objects: [{ thing: "console_task", id }],
      orgs: heldOrgs,
      detail: { exportSha256: sha256, confirmed: confirmed > 0 ? confirmed : undefined },
    },
    { writer: "console", revision: own },
  );
};

/** Returns what a commit adds to the detail of its import. */
export const committedDetail = (committedAt: string, actor: string, file: WrittenFile["file"]) => ({
  committedAt,
  actor,
  ...(file !== undefined && {
    emittedAt: committedAt,
    emittedFile: file.fileName,
    emittedSha256: file.sha256,
  }),
});
