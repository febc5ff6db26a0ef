import { findImportOfChange, readChange } from "../../../audit/change-number.ts";
import { readOpenTasks } from "../../../console/tasks.ts";
import {
  isFullConsoleImport,
  listImports,
  readImport,
  type ImportRecord,
  type ConsoleImportResult,
} from "../../import-rows.ts";
import type { Reader, Writer } from "../../../store/store.ts";
import { readMirroredAt, writeMirroredAt } from "../../../records/tenant-rows.ts";

export interface TasksBeforeConsoleImport {
  readonly open: ReadonlyMap<number, number>;
  readonly mirroredBefore: string | null;
}

export const readTasksBeforeConsoleImport = async (reader: Reader): Promise<TasksBeforeConsoleImport> => ({
  open: await readOpenTasks(reader),
  mirroredBefore: await readMirroredAt(reader),
});

/** Returns the tasks that an export of the console has closed, completely or in part. */
export const readConsoleImportResult = async (
  reader: Reader,
  { mirroredBefore, open: before }: TasksBeforeConsoleImport,
): Promise<ConsoleImportResult> => {
  const open = await readOpenTasks(reader);
  return {
    mirroredBefore,
    closed: [...before.keys()].filter((number) => !open.has(number)),
    open: open.size,
  };
};

/**
 * Sets the age of the mirror after the import of a console export was undone, or after such an undo was undone. These
 * imports can be undone in any order.
 */
export const restoreMirrorAge = async (writer: Writer, undone: ImportRecord): Promise<void> => {
  let taken = undone;
  for (let next: ImportRecord | undefined = undone; next !== undefined;) {
    taken = next;
    const { undoes } = taken.detail;
    next = undoes === undefined ? undefined : await findImportOfChange(writer, await readChange(writer, undoes));
  }
  const { detail, undoneBy } = await readImport(writer, taken.id);
  const { settled, committedAt } = detail;
  if (settled === undefined) return;
  const mirrored = await readMirroredAt(writer);
  const stands = undoneBy === null;
  if (stands && (mirrored === null || (isFullConsoleImport(taken) && mirrored < (committedAt ?? ""))))
    await writeMirroredAt(writer, committedAt);
  if (stands || mirrored !== committedAt) return;
  const others = (await listImports(writer)).filter((one) => one.detail.settled && one.undoneBy !== null);
  let before = settled.mirroredBefore;
  for (const one of others) if (one.detail.committedAt === before) before = one.detail.settled?.mirroredBefore ?? null;
  await writeMirroredAt(writer, before);
};
