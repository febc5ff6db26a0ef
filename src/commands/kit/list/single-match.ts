import type { CommandLine } from "../../../lib/advice/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { nameKey } from "../../../lib/model/normalise.ts";
import { text, type Language, type Text } from "../../../lib/text/index.ts";
import type { Tools } from "../tools.ts";

export interface NamedKind<R> {
  readonly noun: Text;
  readonly list: CommandLine;
  readonly search?: ((part: string) => CommandLine) | undefined;
  /** returns a hint that names the record which the user probably means */
  readonly advise?: ((tools: Tools, name: string) => Promise<Text | undefined>) | undefined;
  /** returns a description with the ID, because several records can have the same name */
  readonly describe: (record: R) => string | Text;
}

const MAX_LISTED_MATCHES = 10;

const spaceBeforeLatin = (word: string): string => (/^[A-Za-z]/.test(word) ? ` ${word}` : word);

export interface NamedRecords<R> {
  readonly find: (query: { readonly name: string }) => Promise<readonly R[]>;
}

export async function findByName<R>(
  tools: Tools,
  client: NamedRecords<R>,
  name: string,
  kind: NamedKind<R>,
): Promise<R> {
  const found = await client.find({ name });
  return requireSingleMatch(name, found, kind, found.length > 0 ? undefined : await kind.advise?.(tools, name));
}

/**
 * Finds all records. @param findDeletion returns how a record was deleted, so that its name is skipped with a note
 * @throws Failure `not-found` with all unknown names, `usage` for an ambiguous name
 */
export async function findAllByName<R extends { readonly id: string }>(
  tools: Tools,
  { find }: NamedRecords<R>,
  names: readonly string[],
  kind: NamedKind<R>,
  findDeletion?: (name: string) => Promise<Text | undefined>,
): Promise<readonly R[]> {
  const found = new Map<string, R>();
  const unknown: string[] = [];
  for (const name of new Set(names)) {
    const exact = await find({ name });
    // search for the exact name first, because the name of a record can begin or end with a blank
    const matches = exact.length > 0 || name === name.trim() ? exact : await find({ name: name.trim() });
    const absence = matches.length === 0 ? await findDeletion?.(name) : undefined;
    if (absence !== undefined) await tools.terminal.note(absence);
    else if (matches.length === 0) unknown.push(name);
    else {
      const one = requireSingleMatch(name, matches, kind);
      found.set(one.id, one);
    }
  }
  if (unknown.length > 0) await findByName(tools, { find: async () => [] }, unknown.join(", "), kind);
  return [...found.values()];
}

/** Finds one of few records by its ID or name. */
export const requireNamed = <R extends { readonly id: string; readonly name: string }>(
  typed: string,
  records: readonly R[],
  kind: Pick<NamedKind<R>, "noun" | "list">,
): R => {
  const found = records.filter(({ id, name }) => id === typed || nameKey(name) === nameKey(typed));
  return requireSingleMatch(typed, found, { ...kind, describe: ({ id, name }) => `${name} ${id}` });
};

/** @throws Failure `not-found` if no record matches, `usage` if several records match */
export function requireSingleMatch<R>(
  name: string,
  found: readonly R[],
  { noun, list, search, describe }: Omit<NamedKind<R>, "advise">,
  advice?: Text,
): R {
  const [one, ...others] = found;
  if (one === undefined) {
    const listing =
      search === undefined
        ? text(`to list all: ${list}`, `${list} で一覧できます`)
        : text(`to search for part of the name: ${search(name)}`, `名前の一部で探すには: ${search(name)}`);
    throw new Failure("not-found", {
      what: text(`no ${noun.en} matches "${name}"`, `「${name}」という${spaceBeforeLatin(noun.ja)}はありません`),
      hint: advice ?? listing,
    });
  }
  if (others.length === 0) return one;
  const listed = found.slice(0, MAX_LISTED_MATCHES).map(describe);
  const all = (language: Language): string =>
    [
      ...listed.map((one) => (typeof one === "string" ? one : one[language])),
      ...(found.length > MAX_LISTED_MATCHES ? ["…"] : []),
    ].join("; ");
  throw new Failure("usage", {
    what: text(
      `"${name}" matches ${found.length} records: ${all("en")}`,
      `「${name}」は ${found.length} 件に当てはまります: ${all("ja")}`,
    ),
    hint: text("use the ID instead", "ID で指定してください"),
  });
}
