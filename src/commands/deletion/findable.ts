import { emailKey, nameKey, serialKey } from "../../lib/model/normalise.ts";
import type { Text } from "../../lib/text/index.ts";
import type { NamedKind } from "../listing/single-match.ts";
import type { TypedName } from "./typed-names.ts";

/** A kind of record that can be found by its names. */
export interface FindableKind<R extends { readonly id: string }> extends NamedKind<R> {
  /** Returns all records that a name matches. */
  readonly find: (name: string) => Promise<readonly R[]>;
  /**
   * Returns that the record with this name was deleted before; undefined if it was not. Such a name is skipped with a
   * note. Without this function, a deleted record is unknown.
   */
  readonly findDeletion?: ((name: string) => Promise<Text | undefined>) | undefined;
  /**
   * Returns all records. It is used to find many names in one pass, which compares the values of `knownBy` in the same
   * way
   * as {@link find} does.
   */
  readonly every?: (() => AsyncIterable<R> | Iterable<R>) | undefined;
  readonly knownBy?: ((record: R) => LookupKeys) | undefined;
  /** Returns a user's full name, which must be that in the same row of a table. Only users may be listed in a table. */
  readonly called?: ((record: R) => string) | undefined;
}

/** The values that identify a record. Values in `exact` are compared verbatim, the others in normalised form. */
export interface LookupKeys {
  readonly exact: readonly (string | null)[];
  readonly codes?: readonly (string | null)[];
  readonly serials?: readonly string[];
  readonly mails?: readonly string[];
  /** compared verbatim, but only if none of the other values matches a record */
  readonly else?: readonly (string | null)[];
}

const MIN_NAMES_FOR_SCAN = 100;

const toExactKey = (value: string): string => `= ${value}`;
const toCodeKey = (value: string): string => `code ${nameKey(value)}`;
const toSerialKey = (value: string): string => `serial ${serialKey(value)}`;
const toMailKey = (value: string): string => `mail ${emailKey(value)}`;

/**
 * Returns a function that finds the records with a name: by a search or, if there are many names, by one pass over all
 * records.
 */
export async function createFinder<R extends { readonly id: string }>(
  typed: readonly TypedName[],
  { find, every, knownBy }: FindableKind<R>,
): Promise<(name: string) => Promise<readonly R[]>> {
  if (typed.length < MIN_NAMES_FOR_SCAN || every === undefined || knownBy === undefined) return find;
  const asked = new Map<string, string[]>();
  for (const name of typed.map(({ name }) => name)) {
    for (const key of [toExactKey(name), toCodeKey(name), toSerialKey(name), toMailKey(name)])
      asked.set(key, [...(asked.get(key) ?? []), name]);
  }
  const [found, otherwise] = [new Map<string, Map<string, R>>(), new Map<string, Map<string, R>>()];
  const keep = (record: R, keys: readonly string[], into: Map<string, Map<string, R>>): void => {
    for (const name of keys.flatMap((key) => asked.get(key) ?? [])) {
      into.set(name, (into.get(name) ?? new Map<string, R>()).set(record.id, record));
    }
  };
  for await (const record of every()) {
    const { exact, codes = [], serials = [], mails = [], else: others = [] } = knownBy(record);
    const present = (values: readonly (string | null)[]) => values.filter((value) => value !== null);
    const keys = [...present(codes).map(toCodeKey), ...serials.map(toSerialKey), ...mails.map(toMailKey)];
    keep(record, [...present(exact).map(toExactKey), ...keys], found);
    keep(record, present(others).map(toExactKey), otherwise);
  }
  return async (name) => {
    const own = found.get(name)?.get(name);
    return own === undefined ? [...(found.get(name) ?? otherwise.get(name) ?? new Map<string, R>()).values()] : [own];
  };
}
