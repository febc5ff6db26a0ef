import { AsyncLocalStorage } from "node:async_hooks";

// Handlers do not return the numbers of their changes, so this module collects the numbers for the response.

const changeNumberStorage = new AsyncLocalStorage<number[]>();

/**
 * Adds the number of a change to the current request. The request made the change, or it repeats a request that made
 * the change.
 */
export const addChangeNumber = (number: number | null): void => {
  if (number !== null) changeNumberStorage.getStore()?.push(number);
};

export const collectChangeNumbers = async <T>(
  answer: () => T | Promise<T>,
): Promise<{ readonly given: T; readonly changes: readonly number[] }> => {
  const changes: number[] = [];
  const given = await changeNumberStorage.run(changes, async () => answer());
  return { given, changes };
};
