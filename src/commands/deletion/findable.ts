import { emailKey, nameKey } from "../../lib/model/normalise.ts";
import { nameAsWritten } from "../../lib/model/search.ts";
import type { Text } from "../../lib/text/index.ts";
import type { NamedKind } from "../listing/named.ts";
import { cellsOf, strange, type Typed } from "./typed-names.ts";

/** A kind of record that is found by its names. */
export interface Findable<R extends { readonly id: string }> extends NamedKind<R> {
  /** All records that a name matches. */
  readonly find: (name: string) => Promise<readonly R[]>;
  /** What is probably meant where none does. */
  readonly near: (name: string) => Promise<readonly (string | Text)[]>;
  /** All records, and by what each is known, as {@link find} compares it: many names are looked up by one pass over them. */
  readonly every?: (() => AsyncIterable<R> | Iterable<R>) | undefined;
  readonly knownBy?: ((record: R) => KnownBy) | undefined;
  /**
   * People are named by what they have in mails: `山田 太郎 <yamada@example.jp>`. The values that may stand beside the
   * address of a record: any other word could be a sentence about somebody who stays.
   */
  readonly beside?: ((record: R) => readonly (string | null)[]) | undefined;
  /** What people call it. In a list of people it finds who alone is called so; the argument of a command does not. */
  readonly called?: ((record: R) => string) | undefined;
  /** By what people compare who was found by that. */
  readonly compared?: ((record: R) => string) | undefined;
}

/** By what a record is known: values that are compared to the letter, as codes and names, and as mail addresses. */
export interface KnownBy {
  readonly exact: readonly (string | null)[];
  readonly codes?: readonly (string | null)[];
  readonly mails?: readonly string[];
  /** compared to the letter, where no record is known by the others */
  readonly else?: readonly (string | null)[];
}

/** Names from which on one pass over all records is faster than a search for each. */
const MANY = 100;

/** How a value is told from values of another sort. */
const exactly = (value: string): string => `= ${value}`;
const asCode = (value: string): string => `code ${nameKey(value)}`;
const asMail = (value: string): string => `mail ${emailKey(value)}`;

/** What finds the records of a name: a search, or what one pass over all of them found. */
export async function finderOf<R extends { readonly id: string }>(
  typed: readonly Typed[],
  { find, every, knownBy }: Findable<R>,
): Promise<(name: string) => Promise<readonly R[]>> {
  if (typed.length < MANY || every === undefined || knownBy === undefined) return find;
  const asked = new Map<string, string[]>();
  for (const { name } of typed) {
    for (const key of [exactly(name), asCode(name), asMail(name)]) asked.set(key, [...(asked.get(key) ?? []), name]);
  }
  const [found, otherwise] = [new Map<string, Map<string, R>>(), new Map<string, Map<string, R>>()];
  const keep = (record: R, keys: readonly string[], into: Map<string, Map<string, R>>): void => {
    for (const name of keys.flatMap((key) => asked.get(key) ?? [])) {
      into.set(name, (into.get(name) ?? new Map<string, R>()).set(record.id, record));
    }
  };
  for await (const record of every()) {
    const { exact, codes = [], mails = [], else: others = [] } = knownBy(record);
    const present = (values: readonly (string | null)[]) => values.filter((value) => value !== null);
    keep(record, [...present(exact).map(exactly), ...present(codes).map(asCode), ...mails.map(asMail)], found);
    keep(record, present(others).map(exactly), otherwise);
  }
  return async (name) => {
    const own = found.get(name)?.get(name);
    return own === undefined ? [...(found.get(name) ?? otherwise.get(name) ?? new Map<string, R>()).values()] : [own];
  };
}

/** Finds who is called as a line of a list begins; of several those whose the rest of the line is, too. */
export function byFullName<R extends { readonly id: string }>({ every, called, beside }: Findable<R>) {
  let known: Promise<ReadonlyMap<string, readonly R[]>> | undefined;
  const all = async (): Promise<ReadonlyMap<string, readonly R[]>> => {
    const byName = new Map<string, R[]>();
    if (every === undefined || called === undefined) return byName;
    for await (const record of every()) {
      const name = nameAsWritten(called(record));
      byName.set(name, [...(byName.get(name) ?? []), record]);
    }
    return byName;
  };
  return async ({
    name,
    beside: others,
    where,
  }: Typed): Promise<{ readonly found: readonly R[]; readonly beside: string }> => {
    const [first, ...rest] = cellsOf(name);
    const said = rest.join("\t");
    const isAddress = others !== undefined;
    if (where === undefined || isAddress || called === undefined || first === undefined)
      return { found: [], beside: "" };
    const found = (await (known ??= all())).get(nameAsWritten(first)) ?? [];
    const meant = found.filter((record) => strange(said, beside?.(record) ?? []) === "");
    return { found: meant.length > 0 ? meant : found, beside: said };
  };
}
