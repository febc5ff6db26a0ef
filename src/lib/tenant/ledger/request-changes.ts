import { AsyncLocalStorage } from "node:async_hooks";

export interface RequestKey {
  readonly key: string;
  readonly route: string;
  readonly fingerprint: string;
}

interface RequestChanges {
  readonly numbers: number[];
  readonly key: RequestKey | undefined;
  /** the tenant's revision that the sender saw; only the request's first change checks the revision */
  base: number | undefined;
}

const requestStorage = new AsyncLocalStorage<RequestChanges>();

export const addChangeNumber = (number: number | null): void => {
  if (number !== null) requestStorage.getStore()?.numbers.push(number);
};

export const takeBaseRevision = (): number | undefined => {
  const request = requestStorage.getStore();
  const base = request?.base;
  if (request !== undefined) request.base = undefined;
  return base;
};

export const getRequestKey = (): RequestKey | undefined => requestStorage.getStore()?.key;

export const collectChangeNumbers = async <T>(
  answer: () => T | Promise<T>,
  { base, key }: Partial<Pick<RequestChanges, "base" | "key">> = {},
): Promise<{ readonly given: T; readonly changes: readonly number[] }> => {
  const request = { numbers: [], key, base };
  const given = await requestStorage.run(request, async () => answer());
  return { given, changes: request.numbers };
};
