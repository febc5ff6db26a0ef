import { emailKey, nameKey, serialKey } from "../../lib/model/normalise.ts";
import { nameAsWritten } from "../../lib/model/search.ts";
import type { Text } from "../../lib/text/index.ts";
import type { NamedKind } from "../listing/named.ts";
import { boxIn, cellsOf, strange, type TypedName } from "./typed-names.ts";

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
  /** What may stand as a heading above them in such a list: their organisations. */
  readonly headings?: ((record: R) => readonly string[]) | undefined;
  /** By what people compare who was found by that. */
  readonly compared?: ((record: R) => string) | undefined;
}

/** By what a record is known: values that are compared to the letter, as codes and names, and as mail addresses. */
export interface KnownBy {
  readonly exact: readonly (string | null)[];
  readonly codes?: readonly (string | null)[];
  readonly serials?: readonly string[];
  readonly mails?: readonly string[];
  /** compared to the letter, where no record is known by the others */
  readonly else?: readonly (string | null)[];
}

/** Names from which on one pass over all records is faster than a search for each. */
const MANY = 100;

/** How a value is told from values of another sort. */
const exactly = (value: string): string => `= ${value}`;
const asCode = (value: string): string => `code ${nameKey(value)}`;
const asSerial = (value: string): string => `serial ${serialKey(value)}`;
const asMail = (value: string): string => `mail ${emailKey(value)}`;

/** What finds the records of a name: a search, or what one pass over all of them found. */
async function finderOf<R extends { readonly id: string }>(
  typed: readonly TypedName[],
  { find, every, knownBy }: Findable<R>,
): Promise<(name: string) => Promise<readonly R[]>> {
  if (typed.length < MANY || every === undefined || knownBy === undefined) return find;
  const asked = new Map<string, string[]>();
  for (const name of typed.flatMap(({ name, whole = name }) => [name, whole])) {
    for (const key of [exactly(name), asCode(name), asSerial(name), asMail(name)])
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
    const keys = [...present(codes).map(asCode), ...serials.map(asSerial), ...mails.map(asMail)];
    keep(record, [...present(exact).map(exactly), ...keys], found);
    keep(record, present(others).map(exactly), otherwise);
  }
  return async (name) => {
    const own = found.get(name)?.get(name);
    return own === undefined ? [...(found.get(name) ?? otherwise.get(name) ?? new Map<string, R>()).values()] : [own];
  };
}

/** Who may be meant by a line of a list, by the full name. */
interface FullNameMatch<R> {
  readonly found: readonly R[];
  /** what else the line says, which is not theirs */
  readonly beside: string;
  readonly honorific: string;
}

const NOBODY = { found: [], beside: "", honorific: "" } as const;

/** Who is called what, and the names of what they are in, which stand above people in lists. */
interface NameIndex<R> {
  readonly people: ReadonlyMap<string, readonly R[]>;
  readonly headings: ReadonlySet<string>;
}

async function namesOf<R extends { readonly id: string }>({
  every,
  called,
  headings,
}: Findable<R>): Promise<NameIndex<R>> {
  const [people, known] = [new Map<string, R[]>(), new Set<string>()];
  if (every === undefined || called === undefined) return { people, headings: known };
  for await (const record of every()) {
    const name = nameAsWritten(called(record));
    people.set(name, [...(people.get(name) ?? []), record]);
    for (const heading of headings?.(record) ?? []) known.add(nameAsWritten(heading));
  }
  return { people, headings: known };
}

/**
 * Finds in a list who is called as a whole line, or as a cell of it of which all other cells are theirs as well; else who
 * is called as its first cell. The name of an organisation is nobody's: it may be a heading.
 */
function byFullName<R extends { readonly id: string }>(findable: Findable<R>) {
  const { called, beside: valuesOf } = findable;
  let known: Promise<NameIndex<R>> | undefined;
  return async ({ name, beside, where }: TypedName): Promise<FullNameMatch<R>> => {
    if (where === undefined || beside !== undefined || called === undefined) return NOBODY;
    const { people, headings } = await (known ??= namesOf(findable));
    const calledSo = (one: string): readonly R[] =>
      headings.has(nameAsWritten(one)) ? [] : (people.get(nameAsWritten(one)) ?? []);
    const cells = cellsOf(name);
    const others = (at: number): string =>
      cells
        .filter((_, other) => other !== at)
        .map(({ bare }) => bare)
        .join("\t");
    const meant = cells.flatMap(({ bare }, at) =>
      calledSo(bare).filter((record) => strange(others(at), valuesOf?.(record) ?? []) === ""),
    );
    const whole = calledSo(name);
    const found = [...new Map([...whole, ...meant].map((record) => [record.id, record])).values()];
    const honorific = whole.length > 0 ? "" : cells.map((cell) => cell.honorific).join("");
    if (found.length > 0) return { found, beside: "", honorific };
    return { found: calledSo(cells[0]?.bare ?? ""), beside: others(0), honorific };
  };
}

/** Who is meant by a name or a line. */
interface NameMatch<R> {
  readonly found: readonly R[];
  /** what else the line says, which is not theirs */
  readonly other: string;
  /** of those who were found by the full name alone the title behind it, if any; else undefined */
  readonly byName: string | undefined;
  /** a box to tick beside the name */
  readonly box: string | undefined;
  /** as it was read */
  readonly as: TypedName;
}

/** Each record once. */
const once = <R extends { readonly id: string }>(records: readonly R[]): readonly R[] => [
  ...new Map(records.map((record) => [record.id, record])).values(),
];

/**
 * Finds who is meant. What is exactly an address, a code, an account or an id is read so, whatever mails mean by it; whom
 * it names if read as in a mail is found beside them: then nobody knows who is meant.
 *
 * @throws `usage` where a line reads as the head of a mail, and nobody has exactly that
 */
export async function readerOf<R extends { readonly id: string }>(
  typed: readonly TypedName[],
  findable: Findable<R>,
): Promise<(one: TypedName) => Promise<NameMatch<R>>> {
  const find = await finderOf(typed, findable);
  for (const { name, whole = name, refused } of typed)
    if (refused !== undefined && (await find(whole)).length === 0) throw refused;
  const findCalled = byFullName(findable);
  const otherOf = (said: string, record: R | undefined): string =>
    record === undefined || findable.beside === undefined ? "" : strange(said, findable.beside(record));
  return async (one) => {
    const named = await find(one.name);
    const exact = one.whole === undefined ? [] : await find(one.whole);
    if (exact.length > 0) {
      const also = named.filter((record) => otherOf(one.beside ?? "", record) === "");
      const as = { name: one.whole ?? one.name, where: one.where };
      return { found: once([...exact, ...also]), other: "", byName: undefined, box: undefined, as };
    }
    const box = boxIn(one);
    const { found: called, beside, honorific } = await findCalled(one);
    if (named.length === 0)
      return { found: called, other: otherOf(beside, called[0]), byName: honorific, box, as: one };
    const found = once([...named, ...(beside === "" ? called : [])]);
    return { found, other: otherOf(one.beside ?? "", found[0]), byName: undefined, box, as: one };
  };
}
