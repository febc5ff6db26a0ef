import { AsyncLocalStorage } from "node:async_hooks";

// A request's handler does not pass the numbers of its changes on, so they are collected here for the response.

const underWay = new AsyncLocalStorage<number[]>();

/** Adds the number of a change to the current request: one that it made, or that the same request made before. */
export const noteChange = (number: number | null): void => {
  if (number !== null) underWay.getStore()?.push(number);
};

/** Runs a handler and returns its result with the numbers of the changes that it made. */
export const notingChanges = async <T>(
  answer: () => T | Promise<T>,
): Promise<{ readonly given: T; readonly changes: readonly number[] }> => {
  const changes: number[] = [];
  const given = await underWay.run(changes, async () => answer());
  return { given, changes };
};
