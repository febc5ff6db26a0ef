import { Failure } from "../../lib/errors/index.ts";
import { joined, same, text, type Language, type Text } from "../../lib/text/index.ts";
import { shownWord } from "../../lib/text/shell-word.ts";

/** A kind of record that is looked up by name. */
export interface NamedKind<R> {
  /** singular: `user` */
  readonly noun: Text;
  /** the command that lists them */
  readonly list: string;
  /** the command that searches for a part of a name, without the part */
  readonly search?: string | undefined;
  /** by what one is named, where that is not what people call it: `id or mail address` */
  readonly by?: Text | undefined;
  /** one record, with its id, to distinguish it from others of the same name */
  readonly describe: (record: R) => string | Text;
}

/** Maximum number of matching records listed. */
const MAX_LISTED = 10;

/** A Japanese word behind another one: with a blank before Latin letters. */
const spaced = (word: string): string => (/^[A-Za-z]/.test(word) ? ` ${word}` : word);

/**
 * The only record that a name matches.
 *
 * @param found all records that match
 * @param near what is probably meant where none does, in the form of {@link NamedKind.describe}
 * @throws `not-found` when there is none, `usage` with a list of them when there are several
 */
export function theOne<R>(
  name: string,
  found: readonly R[],
  { noun, list, search, by, describe }: NamedKind<R>,
  near: readonly (string | Text)[] = [],
): R {
  const [one, ...others] = found;
  if (one === undefined) {
    const shown = near.map((other) => (typeof other === "string" ? same(other) : other));
    const meant = joined(shown, same("; "));
    const asked = shown.length === 0 ? same("") : text(`did you mean ${meant.en}? `, `${meant.ja} ですか? `);
    throw new Failure("not-found", {
      what:
        by === undefined
          ? text(`no ${noun.en} is named ${name}`, `「${name}」という${spaced(noun.ja)}はありません`)
          : text(
              `no ${noun.en} has the ${by.en} ${name}`,
              `「${name}」という${spaced(by.ja)}の${spaced(noun.ja)}はありません`,
            ),
      hint:
        search === undefined
          ? text(`${asked.en}see ${list}`, `${asked.ja}${list} で一覧できます`)
          : text(
              `${asked.en}to search by a part of the name: ${search} ${shownWord(name)}`,
              `${asked.ja}名前の一部で探すには: ${search} ${shownWord(name)}`,
            ),
    });
  }
  if (others.length === 0) return one;
  const listed = found.slice(0, MAX_LISTED).map(describe);
  const all = (language: Language): string =>
    [
      ...listed.map((one) => (typeof one === "string" ? one : one[language])),
      ...(found.length > MAX_LISTED ? ["…"] : []),
    ].join("; ");
  throw new Failure("usage", {
    what: text(
      `${name} matches ${found.length}: ${all("en")}`,
      `「${name}」は ${found.length} 件に当てはまります: ${all("ja")}`,
    ),
    hint: text("use the id", "ID で指定してください"),
  });
}
