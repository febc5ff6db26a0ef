import type { ConsoleTask } from "../../contract/index.ts";
import { thingOf } from "../../model/console-change.ts";
import type { Thing } from "../../model/thing.ts";
import { handTarget } from "../store/console.ts";
import { readImport } from "../store/imports/record.ts";
import type { Reader } from "../store/store.ts";
import { versionsOf } from "../versions/keep.ts";
import type { DriftPart } from "./drift.ts";

/** Returns the columns that a task's field is stored in; undefined if no export shows it. */
const columnOf = ({ fields, name }: Thing, field: string): string | undefined => {
  const { short, secret } = fields[field] ?? {};
  const column = field.startsWith("custom:") ? "custom" : secret === true ? undefined : (short ?? field);
  const { columns } = versionsOf(name);
  return [column, field].find((one) => columns.some((stored) => stored.name === one));
};

/** Returns the part of the drift that a task is about; undefined if no export of the console shows all of it. */
export const readPart = async (reader: Reader, task: ConsoleTask): Promise<DriftPart | undefined> => {
  const { number, importId, changes, thing } = task;
  if (importId !== null) {
    const { revision, detail } = await readImport(reader, importId);
    const { groupsCreated = 0, orgsCreated = 0 } = detail.counts ?? {};
    // no export shows that nobody needs a group or an organisation any more
    const isUnseen = task.work === "undo" && groupsCreated + orgsCreated > 0;
    return revision === null || isUnseen ? undefined : { revision };
  }
  const target = thing === null ? await handTarget(reader, number) : undefined;
  if (target === undefined || changes.length === 0) return undefined;
  const of = thingOf(task);
  const columns = changes.map(({ field }) => columnOf(of, field));
  if (!columns.every((column) => column !== undefined)) return undefined;
  return { thing: of.name, pk: target.target, revision: target.revision, columns };
};
