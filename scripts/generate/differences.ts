import { isDeepStrictEqual } from "node:util";

/** A place where two values of JSON differ; what is not there is undefined. */
export interface Difference {
  /** the keys that lead to it */
  readonly at: readonly string[];
  readonly before: unknown;
  readonly now: unknown;
}

/** A difference that is meant, and why. */
export interface Permitted extends Difference {
  readonly why: string;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Differences in the order of their places, however they were listed. */
export const inOrder = (found: readonly Difference[]): readonly Difference[] =>
  found
    .map(({ at, before, now }) => ({ at, before, now }))
    .toSorted((a, b) => (a.at.join(" ") < b.at.join(" ") ? -1 : 1));

/** Where two values of JSON differ, as far down as there are objects on both sides; a list is one value. */
export function differences(before: unknown, now: unknown, at: readonly string[] = []): readonly Difference[] {
  if (!isObject(before) || !isObject(now)) return isDeepStrictEqual(before, now) ? [] : [{ at, before, now }];
  const keys = new Set([...Object.keys(before), ...Object.keys(now)]);
  return [...keys].toSorted().flatMap((key) => differences(before[key], now[key], [...at, key]));
}
