import type { TaskRecord } from "../../lib/client/index.ts";
import { getConsoleLabel } from "../../lib/model/console-change.ts";
import { THINGS } from "../../lib/model/things.ts";
import { text, type Text } from "../../lib/text/index.ts";

type KeyOccupant = NonNullable<TaskRecord["changes"][number]["occupant"]>;

type NameFormatter = (of: Pick<TaskRecord, "thing">, called: Pick<TaskRecord, "name" | "key">) => string;

/**
 * Orders records so that each new key is free in the console when it is set. Also returns the steps to do first: set a
 * temporary key for a record in an exchange of keys, or change a record of another task that still has the key.
 */
export const orderByFreeKeys = (
  records: readonly TaskRecord[],
  nameOf: NameFormatter,
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
      const label = getConsoleLabel(THINGS.get(record.thing)?.fields ?? {}, field);
      const names = { record: nameOf(record, record.console ?? record), occupant: nameOf(record, occupant) };
      const step =
        other === undefined ? describeOccupiedKey(names, label, occupant) : describeTemporaryKey(names.occupant, label);
      before.set(`${occupant.id} ${field}`, step);
    }
    ordered.push(record);
  };
  for (const record of records) visit(record);
  return { before: [...before.values()], ordered };
};

const describeTemporaryKey = (name: string, label: string): Text =>
  text(
    `${name}: first set a temporary ${label}, because records exchange their values`,
    `「${name}」: 先に${label}を仮の値に変更してください(値を入れ替えるため)`,
  );

const describeOccupiedKey = (
  names: { readonly record: string; readonly occupant: string },
  label: string,
  { ring, task }: KeyOccupant,
): Text => {
  const { record, occupant } = names;
  const by = task === null ? text("", "") : text(` (task ${task})`, `(作業 ${task})`);
  return ring
    ? text(
        `${record}: if ${occupant} still has the new ${label}, first set a temporary ${label} for ${occupant}, because the records exchange their values${by.en}`,
        `「${record}」: 新しい${label}をまだ「${occupant}」が使っている場合は、先に「${occupant}」の${label}を仮の値に変更してください。値を入れ替えるためです${by.ja}`,
      )
    : text(
        `${record}: ${occupant} still has the new ${label}; change ${occupant} first${by.en}`,
        `「${record}」: 新しい${label}は「${occupant}」が使っています。先にそちらを変更してください${by.ja}`,
      );
};
