import { emailKey, nameKey, serialKey } from "../../lib/model/normalise.ts";
import { toComparableName } from "../../lib/model/search.ts";
import type { Text } from "../../lib/text/index.ts";
import type { NamedKind } from "../listing/single-match.ts";
import { findCheckbox, parseNameCells, findUnexpectedText, type TypedName } from "./typed-names.ts";

/** A kind of record that can be found by its names. */
export interface FindableKind<R extends { readonly id: string }> extends NamedKind<R> {
  /** Returns all records that a name matches. */
  readonly find: (name: string) => Promise<readonly R[]>;
  /**
   * Returns that the record with one of these names was deleted before; undefined if it was not. Such a name is skipped
   * with a note. Without this function, a deleted record is unknown.
   */
  readonly findDeletion?: ((names: readonly string[]) => Promise<Text | undefined>) | undefined;
  /**
   * Returns all records. It is used to find many names in one pass, which compares the values of `knownBy` in the same
   * way
   * as {@link find} does.
   */
  readonly every?: (() => AsyncIterable<R> | Iterable<R>) | undefined;
  readonly knownBy?: ((record: R) => LookupKeys) | undefined;
  /**
   * Returns the values that may appear next to a user's email address, as in `山田 太郎 <yamada@example.jp>`. Any other
   * text is suspicious, because the line could be about a user who is to be kept.
   */
  readonly beside?: ((record: R) => readonly (string | null)[]) | undefined;
  /** Returns a record's full name. A unique full name identifies a record in a list file, but not as an argument. */
  readonly called?: ((record: R) => string) | undefined;
  /** Returns the names of a record's organisations, which may be headings above people in a list file. */
  readonly headings?: ((record: R) => readonly string[]) | undefined;
  /** Returns the text with which people verify a record that was found by its full name. */
  readonly compared?: ((record: R) => string) | undefined;
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

/** If there are at least this many names, one pass over all records is faster than a search for each name. */
const MIN_NAMES_FOR_SCAN = 100;

/** Returns the key of a value that is compared verbatim. The prefix distinguishes it from the keys of other values. */
const toExactKey = (value: string): string => `= ${value}`;
const toCodeKey = (value: string): string => `code ${nameKey(value)}`;
const toSerialKey = (value: string): string => `serial ${serialKey(value)}`;
const toMailKey = (value: string): string => `mail ${emailKey(value)}`;

/**
 * Returns a function that finds the records with a name: by a search or, if there are many names, by one pass over all
 * records.
 */
async function createFinder<R extends { readonly id: string }>(
  typed: readonly TypedName[],
  { find, every, knownBy }: FindableKind<R>,
): Promise<(name: string) => Promise<readonly R[]>> {
  if (typed.length < MIN_NAMES_FOR_SCAN || every === undefined || knownBy === undefined) return find;
  const asked = new Map<string, string[]>();
  for (const name of typed.flatMap(({ name, whole = name }) => [name, whole])) {
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

/** The records whose full name appears in a line of a list. */
interface FullNameMatch<R> {
  readonly found: readonly R[];
  /** the other cells of the line, if only its first cell matched; otherwise blank */
  readonly beside: string;
  readonly honorific: string;
}

const NO_MATCH = { found: [], beside: "", honorific: "" } as const;

/** The records by full name, and the names of their organisations, which may be headings in lists. */
interface NameIndex<R> {
  readonly people: ReadonlyMap<string, readonly R[]>;
  readonly headings: ReadonlySet<string>;
}

async function buildNameIndex<R extends { readonly id: string }>({
  every,
  called,
  headings,
}: FindableKind<R>): Promise<NameIndex<R>> {
  const [people, known] = [new Map<string, R[]>(), new Set<string>()];
  if (every === undefined || called === undefined) return { people, headings: known };
  for await (const record of every()) {
    const name = toComparableName(called(record));
    people.set(name, [...(people.get(name) ?? []), record]);
    for (const heading of headings?.(record) ?? []) known.add(toComparableName(heading));
  }
  return { people, headings: known };
}

/**
 * Returns a function that finds records by a full name in a line of a list. The name is the whole line, or a cell if
 * all
 * other cells belong to the same record; if neither matches, only the first cell is compared. The name of an
 * organisation
 * never matches, because it may be a heading.
 */
function createFullNameMatcher<R extends { readonly id: string }>(findable: FindableKind<R>) {
  const { called, beside: valuesOf } = findable;
  let known: Promise<NameIndex<R>> | undefined;
  return async ({ name, beside, where }: TypedName): Promise<FullNameMatch<R>> => {
    if (where === undefined || beside !== undefined || called === undefined) return NO_MATCH;
    const { people, headings } = await (known ??= buildNameIndex(findable));
    const calledSo = (one: string): readonly R[] =>
      headings.has(toComparableName(one)) ? [] : (people.get(toComparableName(one)) ?? []);
    const cells = parseNameCells(name);
    const others = (at: number): string =>
      cells
        .filter((_, other) => other !== at)
        .map(({ bare }) => bare)
        .join("\t");
    const meant = cells.flatMap(({ bare }, at) =>
      calledSo(bare).filter((record) => findUnexpectedText(others(at), valuesOf?.(record) ?? []) === ""),
    );
    const whole = calledSo(name);
    const found = [...new Map([...whole, ...meant].map((record) => [record.id, record])).values()];
    const honorific = whole.length > 0 ? "" : cells.map((cell) => cell.honorific).join("");
    if (found.length > 0) return { found, beside: "", honorific };
    return { found: calledSo(cells[0]?.bare ?? ""), beside: others(0), honorific };
  };
}

/** The records that a typed name or a line matches. */
interface NameMatch<R> {
  readonly found: readonly R[];
  /** text of the line that does not belong to the record */
  readonly other: string;
  /** the honorific after the name, or blank, if the record was found only by its full name; otherwise undefined */
  readonly byName: string | undefined;
  /** checkbox next to the name */
  readonly box: string | undefined;
  /** the name as it was interpreted */
  readonly as: TypedName;
}

/** Returns each record once. */
const dedupeById = <R extends { readonly id: string }>(records: readonly R[]): readonly R[] => [
  ...new Map(records.map((record) => [record.id, record])).values(),
];

/**
 * Returns a function that finds the records to which a name refers. A text that is exactly the address, code, account
 * or
 * ID of a record refers to this record, even if the text also looks like a line of an email. If the text matches other
 * records as a line of an email, they are returned too, and the name is ambiguous.
 *
 * @throws `usage` if a line looks like an email header and is not exactly a value of a record
 */
export async function createNameResolver<R extends { readonly id: string }>(
  typed: readonly TypedName[],
  findable: FindableKind<R>,
): Promise<(one: TypedName) => Promise<NameMatch<R>>> {
  const find = await createFinder(typed, findable);
  for (const { name, whole = name, refused } of typed)
    if (refused !== undefined && (await find(whole)).length === 0) throw refused;
  const findCalled = createFullNameMatcher(findable);
  const otherOf = (said: string, record: R | undefined): string =>
    record === undefined || findable.beside === undefined ? "" : findUnexpectedText(said, findable.beside(record));
  return async (one) => {
    const named = await find(one.name);
    const exact = one.whole === undefined ? [] : await find(one.whole);
    if (exact.length > 0) {
      const also = named.filter((record) => otherOf(one.beside ?? "", record) === "");
      const as = { name: one.whole ?? one.name, where: one.where };
      return { found: dedupeById([...exact, ...also]), other: "", byName: undefined, box: undefined, as };
    }
    const box = findCheckbox(one);
    const { found: called, beside, honorific } = await findCalled(one);
    if (named.length === 0)
      return { found: called, other: otherOf(beside, called[0]), byName: honorific, box, as: one };
    const found = dedupeById([...named, ...(beside === "" ? called : [])]);
    return { found, other: otherOf(one.beside ?? "", found[0]), byName: undefined, box, as: one };
  };
}
