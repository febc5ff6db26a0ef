import type { TaskRecord } from "../../lib/client/index.ts";
import { calledOnScreen } from "../../lib/model/console-change.ts";
import { THINGS } from "../../lib/model/things.ts";
import { text, type Text } from "../../lib/text/index.ts";

type Occupant = NonNullable<TaskRecord["changes"][number]["occupant"]>;

/** What people call a record of a thing. */
type NameOf = (of: Pick<TaskRecord, "thing">, called: Pick<TaskRecord, "name" | "key">) => string;

/**
 * Returns records in the order in which their new keys are free in the console, and what comes before them: a temporary key
 * for one of those that exchange theirs, and the tasks of others that have such a key.
 */
export const orderByKeys = (
  records: readonly TaskRecord[],
  nameOf: NameOf,
): { readonly before: readonly Text[]; readonly ordered: readonly TaskRecord[] } => {
  const before = new Map<string, Text>();
  const ordered: TaskRecord[] = [];
  const started = new Set<TaskRecord>();
  const visit = (record: TaskRecord): void => {
    if (started.has(record)) return;
    started.add(record);
    for (const { field, occupant } of record.changes) {
      if (occupant === undefined) continue;
      const other = records.find(({ id }) => id === occupant.id);
      if (other !== undefined) visit(other);
      if (other !== undefined && (other.work === "delete" || ordered.includes(other))) continue;
      const label = calledOnScreen(THINGS.get(record.thing)?.fields ?? {}, field);
      const names = { record: nameOf(record, record.console ?? record), occupant: nameOf(record, occupant) };
      const step = other === undefined ? keyElsewhere(names, label, occupant) : temporaryKey(names.occupant, label);
      before.set(`${occupant.id} ${field}`, step);
    }
    ordered.push(record);
  };
  for (const record of records) visit(record);
  return { before: [...before.values()], ordered };
};

const temporaryKey = (name: string, label: string): Text =>
  text(
    `${name}: first set a temporary ${label}, because records exchange theirs`,
    `「${name}」: 先に${label}を仮の値に変更してください(値を入れ替えるため)`,
  );

/** What comes before a key that a record has which is not among those of the task. */
const keyElsewhere = (
  names: { readonly record: string; readonly occupant: string },
  label: string,
  { ring, task }: Occupant,
): Text => {
  const { record, occupant } = names;
  const by = task === null ? text("", "") : text(` (task ${task})`, `(作業 ${task})`);
  return ring
    ? text(
        `${record}: if ${occupant} still has the new ${label}, first set a temporary one there: they exchange theirs${by.en}`,
        `「${record}」: 新しい${label}をまだ「${occupant}」が使っている場合は、先に「${occupant}」の${label}を仮の値に変更してください。値を入れ替えるためです${by.ja}`,
      )
    : text(
        `${record}: ${occupant} still has the new ${label}; change that first${by.en}`,
        `「${record}」: 新しい${label}は「${occupant}」が使っています。先にそちらを変更してください${by.ja}`,
      );
};
