import { Failure } from "../../lib/errors/index.ts";
import { formatCount, joinTexts, same, text, type Text } from "../../lib/text/index.ts";
import type { NamedKind } from "../listing/single-match.ts";
import type { Tools } from "../tools.ts";

export interface FindableKind<R extends { readonly id: string }> extends NamedKind<R> {
  readonly find: (name: string) => Promise<readonly R[]>;
  /** returns how a record was deleted, so that its name can be skipped with a note */
  readonly findDeletion?: ((name: string) => Promise<Text | undefined>) | undefined;
}

const MAX_DESCRIBED_RECORDS = 5;

/** Skips deleted records. @throws `not-found`, or `usage` for an ambiguous name */
export async function resolveRecordIds<R extends { readonly id: string }>(
  { terminal }: Pick<Tools, "terminal">,
  names: readonly string[],
  findable: FindableKind<R>,
): Promise<readonly string[]> {
  const { noun, describe, find, findDeletion } = findable;
  const ids = new Set<string>();
  let [wrong, unknown] = [0, 0];
  for (const name of new Set(names)) {
    const exact = await find(name);
    // search for the exact name first, because the name of a record can begin or end with a blank
    const found = exact.length > 0 || name === name.trim() ? exact : await find(name.trim());
    const [only, ...others] = found;
    const absence = only === undefined ? await findDeletion?.(name) : undefined;
    if (absence !== undefined) await terminal.note(absence);
    else if (only !== undefined && others.length === 0) ids.add(only.id);
    else {
      wrong += 1;
      if (only === undefined) unknown += 1;
      const none = text(`no ${noun.en} matches`, `該当する${noun.ja}はありません`);
      const why = only === undefined ? none : describeMatches(found.map(describe));
      await terminal.problem(text(`${name}: ${why.en}`, `${name}: ${why.ja}`));
    }
  }
  if (wrong === 0) return [...ids];
  throw new Failure(unknown > 0 ? "not-found" : "usage", describeUnresolvedNames(findable, wrong, names.length));
}

const describeMatches = (all: readonly (string | Text)[]): Text => {
  const { en, ja } = joinTexts(
    all.slice(0, MAX_DESCRIBED_RECORDS).map((one) => (typeof one === "string" ? same(one) : one)),
  );
  const more = all.length > MAX_DESCRIBED_RECORDS ? "; …" : "";
  return text(`matches ${all.length} records: ${en}${more}`, `${all.length} 件が該当します: ${ja}${more}`);
};

const describeUnresolvedNames = <R>(
  { noun, list, search }: NamedKind<R>,
  wrong: number,
  of: number,
): { readonly what: Text; readonly hint: Text } => {
  const command = search?.("TEXT") ?? list;
  return {
    what: text(
      `${wrong} of ${formatCount(of, "name")} ${wrong === 1 ? "matches" : "match"} no ${noun.en}, or more than one; nothing was changed`,
      `指定した ${of} 件のうち ${wrong} 件は、${noun.ja.trimStart()}を 1 件に特定できません。何も変更していません`,
    ),
    hint: text(
      `to find the records: ${command}; if a name matches several records, use the ID`,
      `探すには: ${command}。複数に当てはまる名前は ID で指定してください`,
    ),
  };
};
