import { AsyncLocalStorage } from "node:async_hooks";

// A change is written far below the handler of its request, and the answer tells its number.

const underWay = new AsyncLocalStorage<number[]>();

/** Notes the number of a change that the request under way made, or had made when it was sent before. */
export const noteChange = (number: number | null): void => {
  if (number !== null) underWay.getStore()?.push(number);
};

/** Answers a request. Returns the answer, and the numbers of the changes that were made for it. */
export const notingChanges = async <T>(
  answer: () => T | Promise<T>,
): Promise<{ readonly given: T; readonly changes: readonly number[] }> => {
  const changes: number[] = [];
  const given = await underWay.run(changes, async () => answer());
  return { given, changes };
};
