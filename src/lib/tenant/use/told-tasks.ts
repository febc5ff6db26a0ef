import type { ConsoleTask } from "../../contract/index.ts";
import { FORMATS } from "../../model/formats.ts";
import { SECURED_GROUP } from "../../model/secured-user.ts";
import type { List } from "../store/lists.ts";
import { recordsWith } from "../store/lists.ts";
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

/** Tasks of the console with the values that records have by now, where those of a task by hand were changed again since. */
export const byNow = async (reader: Reader, tasks: readonly ConsoleTask[]): Promise<readonly ConsoleTask[]> => {
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

const withNow = (task: ConsoleTask, noun: HandChange["noun"], record: object): ConsoleTask => ({
  ...task,
  changes: task.changes.map((change) => {
    const now = toldField(noun, record, change.field);
    if (JSON.stringify(now) === JSON.stringify(change.after)) return { ...change, exportedBy: undefined };
    return { ...change, now: now === null || typeof now === "string" ? now : [...now] };
  }),
});
