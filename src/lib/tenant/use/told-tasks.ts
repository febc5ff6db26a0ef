import type { ConsoleTask } from "../../contract/index.ts";
import { kindOf } from "../../imports/kinds.ts";
import { FORMATS } from "../../model/formats.ts";
import { SECURED_GROUP } from "../../model/secured-user.ts";
import type { List } from "../store/lists.ts";
import { recordsWith } from "../store/lists.ts";
import { restoredBeside } from "../store/imports/restored.ts";
import type { Reader } from "../store/store.ts";
import { toldField, type HandChange } from "./hand-tasks.ts";

type Noun = Pick<HandChange["noun"], "readAs"> & { readonly list: List };

/** The records of tasks by hand, and how people read them; each list is loaded once it is asked for. */
const nounOf = async ({ kind, thing }: Pick<ConsoleTask, "kind" | "thing">): Promise<Noun> => {
  const { app } = FORMATS[kind];
  if (app !== undefined) {
    const { securedGroups, securedUsers } = await import("../store/secured.ts");
    return { list: thing === SECURED_GROUP.name ? securedGroups(app) : securedUsers(app) };
  }
  if (kind === "orgs") return (await import("./orgs.ts")).HAND_ORGS;
  if (kind === "devices") return { list: (await import("../store/devices.ts")).DEVICES };
  return { list: (await import("../store/users.ts")).USERS };
};

/** Maximum number of records that a task names. */
const MOST_RESTORED = 5;

/** Tasks with what the records have that an undoing brought back, as people read it. */
const withRestored = (reader: Reader, tasks: readonly ConsoleTask[]): Promise<readonly ConsoleTask[]> =>
  Promise.all(
    tasks.map(async (task) => {
      const { state, work, kind, create, importNumber } = task;
      if (state !== "open" || work !== "undo" || create === 0 || importNumber === null) return task;
      const beside = await restoredBeside(reader, kind, { undo: importNumber, most: MOST_RESTORED });
      const noun = { kind, ...(await nounOf(task)) };
      const ids = beside.map(({ id }) => id);
      const records = await recordsWith(reader, noun.list, ids);
      const restored = beside.flatMap(({ id, secrets }) => {
        const record = records.find((one: { readonly id?: unknown }) => one.id === id);
        return record === undefined ? [] : [restoredOf(noun, record, secrets)];
      });
      return { ...task, restored };
    }),
  );

const restoredOf = (
  noun: HandChange["noun"],
  record: Readonly<Record<string, unknown>>,
  secrets: readonly string[],
): ConsoleTask["restored"][number] => {
  const { thing } = noun.list;
  const { namedBy = "name" } = thing;
  const told = kindOf(FORMATS[noun.kind]).unfiled.flatMap(({ field }) => {
    const after = toldField(noun, record, field);
    return after === null ? [] : [{ field, before: null, after: typeof after === "string" ? after : [...after] }];
  });
  return {
    id: String(record["id"]),
    name: String(record[thing.fields[namedBy]?.shownAs ?? namedBy]),
    changes: [...told, ...secrets.map((field) => ({ field, before: null, after: null }))],
  };
};

/** Tasks of the console with the values that records have by now, where those of a task by hand were changed again since. */
const byNow = async (reader: Reader, tasks: readonly ConsoleTask[]): Promise<readonly ConsoleTask[]> => {
  const byHand = tasks.filter(({ state, objectId, changes }) => state === "open" && objectId !== null && changes[0]);
  const told = new Map<number, ConsoleTask>();
  for (const group of Map.groupBy(byHand, ({ kind, thing }) => `${kind} ${thing}`).values()) {
    const [first] = group;
    if (first === undefined) continue;
    const noun = await nounOf(first);
    const ids = [...new Set(group.flatMap(({ objectId }) => objectId ?? []))];
    const records = new Map<unknown, object>(
      (await recordsWith(reader, noun.list, ids)).map((record: { readonly id?: unknown }) => [record.id, record]),
    );
    for (const task of group) {
      const record = records.get(task.objectId);
      if (record !== undefined) told.set(task.number, withNow(task, { kind: task.kind, ...noun }, record));
    }
  }
  return tasks.map((task) => told.get(task.number) ?? task);
};

/** Tasks of the console with what people are told of their records. */
export const told = async (reader: Reader, tasks: readonly ConsoleTask[]): Promise<readonly ConsoleTask[]> =>
  withRestored(reader, await byNow(reader, tasks));

const withNow = (task: ConsoleTask, noun: HandChange["noun"], record: object): ConsoleTask => ({
  ...task,
  changes: task.changes.map((change) => {
    const now = toldField(noun, record, change.field);
    if (JSON.stringify(now) === JSON.stringify(change.after)) return { ...change, exportedBy: undefined };
    return { ...change, now: now === null || typeof now === "string" ? now : [...now] };
  }),
});
