import { type RecordAction, ROW_ACTION_NAMES } from "../model/import.ts";
import { joinTexts, text, type Text } from "../text/index.ts";

export const PLAN_ACTIONS: readonly RecordAction[] = ["create", "update", "delete"];

export interface ThingChanges extends Readonly<Record<RecordAction, number>> {
  readonly noun: Text;
  readonly recordsBefore: number;
}

export interface PlanEffect {
  readonly count: number;
  readonly what: Text;
  readonly names?: readonly string[] | undefined;
}

export interface PlanSample {
  readonly lines: AsyncIterable<Text> | Iterable<Text>;
  /** number of further records, which are not shown */
  readonly rest: number;
  readonly all?: Text | undefined;
}

export interface Plan {
  readonly target: Text;
  /** changes by record type; the main record type is first */
  readonly changes: readonly ThingChanges[];
  readonly effects?: readonly PlanEffect[] | undefined;
  /** number of devices that must be wiped because their owner changes */
  readonly wipes?: number | undefined;
  readonly lines: readonly Text[];
  readonly warnings?: readonly Text[] | undefined;
  readonly notes?: readonly Text[] | undefined;
  readonly samples?: readonly PlanSample[] | undefined;
}

export const createChanges = (noun: Text, counts: Partial<Record<RecordAction, number>>): ThingChanges => {
  const all = { create: 0, update: 0, delete: 0, ...counts };
  return { noun, ...all, recordsBefore: all.update + all.delete };
};

export const sumChanges = (changes: readonly ThingChanges[], action: RecordAction): number =>
  changes.reduce((sum, one) => sum + one[action], 0);

/** Returns a text such as `create 2, update 3, unchanged 4`. Omits zeros. */
export const describeCounts = (
  counts: Readonly<Record<RecordAction, number>>,
  others: readonly (readonly [count: number, what: Text])[] = [],
): Text =>
  joinTexts(
    [...PLAN_ACTIONS.map((action) => [counts[action], ROW_ACTION_NAMES[action]] as const), ...others]
      .filter(([count]) => count > 0)
      .map(([count, { en, ja }]) => text(`${en} ${count}`, `${ja} ${count}`)),
    text(", ", "、"),
  );

/** Returns a text such as `create 9, update 30, delete 12`. */
export const describeEffects = ({ changes, effects = [] }: Pick<Plan, "changes" | "effects">): Text => {
  const parts = [
    ...PLAN_ACTIONS.map((action) => ({ count: sumChanges(changes, action), what: ROW_ACTION_NAMES[action] })),
    ...effects,
  ]
    .filter(({ count }) => count > 0)
    .map(({ count, what }) => text(`${what.en} ${count}`, `${what.ja} ${count}`));
  return parts.length === 0 ? text("a plan without changes", "変更のない計画") : joinTexts(parts, text(", ", "・"));
};

export async function renderPlan(
  reader: { note(line: Text): Promise<void>; warn(line: Text): Promise<void> },
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
