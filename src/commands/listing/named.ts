import { Failure } from "../../lib/errors/index.ts";
import { text, type Text } from "../../lib/text/index.ts";

/** What a name is looked up among. */
export interface NamedKind<R> {
  /** what one is called: `user` */
  readonly noun: Text;
  /** a command that lists them */
  readonly list: string;
  /** what tells one apart from the others that the name fits too, its id among it */
  readonly describe: (record: R) => string;
}

/** Of several records that a name fits, so many are listed. */
const MOST_LISTED = 10;

/**
 * The one record that a name means.
 *
 * @param found everything the name fits
 * @throws `not-found` when there is none, `usage` when there are several, which are listed
 */
export function theOne<R>(name: string, found: readonly R[], { noun, list, describe }: NamedKind<R>): R {
  const [one, ...others] = found;
  if (one === undefined) {
    throw new Failure("not-found", {
      what: text(`no ${noun.en} is named ${name}`, `「${name}」という${noun.ja}はありません`),
      hint: text(`see ${list}`, `${list} で一覧できます`),
    });
  }
  if (others.length === 0) return one;
  const listed = found.slice(0, MOST_LISTED).map(describe);
  const all = [...listed, ...(found.length > MOST_LISTED ? ["…"] : [])].join("; ");
  throw new Failure("usage", {
    what: text(`${name} matches ${found.length}: ${all}`, `「${name}」は ${found.length} 件に当てはまります: ${all}`),
    hint: text("use the id", "ID で指定してください"),
  });
}
