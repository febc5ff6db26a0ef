import type { Action } from "../model/import.ts";
import { joined, same, text, type Text } from "../text/index.ts";

export const ACTIONS: readonly Action[] = ["create", "update", "delete"];

/** What a plan does to the records of one thing. */
export interface Changes extends Readonly<Record<Action, number>> {
  readonly noun: Text;
  /** number of records of the thing before */
  readonly recordsBefore: number;
}

/** What a plan does besides, such as organisations that are created for its records. */
export interface Effect {
  readonly count: number;
  readonly what: Text;
  /** the first of them */
  readonly names?: readonly string[] | undefined;
}

/** The first records of one action. */
export interface Sample {
  readonly lines: AsyncIterable<Text> | Iterable<Text>;
  /** number of the other records of the action */
  readonly rest: number;
  /** where all of them are, or what writes them */
  readonly all?: Text | undefined;
}

/**
 * Changes that are proposed to a tenant, whatever proposes them: a file, names of records that are to be deleted, an undo,
 * a bundle, a successor. Nothing changes until somebody confirms them.
 */
export interface Plan {
  /** the tenant */
  readonly target: Text;
  /** the thing that the plan is about comes first */
  readonly changes: readonly Changes[];
  readonly effects?: readonly Effect[] | undefined;
  /** number of devices that have to be wiped for another owner */
  readonly wipes?: number | undefined;
  /** what it is, and its counts in words */
  readonly lines: readonly Text[];
  readonly warnings?: readonly Text[] | undefined;
  readonly notes?: readonly Text[] | undefined;
  readonly samples?: readonly Sample[] | undefined;
}

/** Returns what a plan does to records of one thing, of which those that change are all that matter. */
export const changesOf = (noun: Text, counts: Partial<Record<Action, number>>): Changes => {
  const all = { create: 0, update: 0, delete: 0, ...counts };
  return { noun, ...all, recordsBefore: all.update + all.delete };
};

/** Returns the number of records of all things on which a plan has an action. */
export const countAll = (changes: readonly Changes[], action: Action): number =>
  changes.reduce((sum, one) => sum + one[action], 0);

const NAMES: Readonly<Record<Action, Text>> = {
  create: text("create", "追加"),
  update: text("update", "更新"),
  delete: text("delete", "削除"),
};

/** `device: create 0, update 3, delete 0` */
export const describeChanges = (noun: Text, counts: Readonly<Record<Action, number>>): Text => {
  const parts = ACTIONS.map((action) =>
    text(`${NAMES[action].en} ${counts[action]}`, `${NAMES[action].ja} ${counts[action]}`),
  );
  return joined([noun, joined(parts, text(", ", "、"))], same(": "));
};

/** Returns what a plan does in a few words: `create 9, update 30, delete 12`. */
export const describeEffects = ({ changes, effects = [] }: Pick<Plan, "changes" | "effects">): Text => {
  const counts = ACTIONS.map((action) => ({ count: countAll(changes, action), what: NAMES[action] }));
  const parts = [...counts, ...effects]
    .filter(({ count }) => count > 0)
    .map(({ count, what }) => text(`${what.en} ${count}`, `${what.ja} ${count}`));
  return parts.length === 0 ? text("a plan without changes", "変更のない計画") : joined(parts, text(", ", "・"));
};

/** Where a plan is shown. */
export interface PlanReader {
  note(line: Text): Promise<void>;
  warn(line: Text): Promise<void>;
}

/** Shows a plan: what it is, what may be wrong with it, and the first records of each action. */
export async function renderPlan(
  reader: PlanReader,
  { lines, warnings = [], notes = [], samples = [] }: Pick<Plan, "lines" | "warnings" | "notes" | "samples">,
): Promise<void> {
  for (const line of lines) await reader.note(line);
  for (const warning of warnings) await reader.warn(warning);
  for (const line of notes) await reader.note(line);
  for (const { lines: first, rest, all } of samples) {
    for await (const line of first) await reader.note(line);
    if (rest <= 0) continue;
    const [en, ja] = all === undefined ? ["", ""] : [` (all: ${all.en})`, `(全件: ${all.ja})`];
    await reader.note(text(`  … and ${rest} more${en}`, `  … 他 ${rest} 件${ja}`));
  }
}
