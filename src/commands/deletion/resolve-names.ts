import { Failure } from "../../lib/errors/index.ts";
import { toComparableName } from "../../lib/model/normalise.ts";
import { formatCount, joinTexts, same, text, type Text } from "../../lib/text/index.ts";
import type { NamedKind } from "../listing/single-match.ts";
import type { Tools } from "../tools.ts";
import type { TypedName } from "./typed-names.ts";

export interface FindableKind<R extends { readonly id: string }> extends NamedKind<R> {
  readonly find: (name: string) => Promise<readonly R[]>;
  /** returns how a record was deleted, so that its name can be skipped with a note */
  readonly findDeletion?: ((name: string) => Promise<Text | undefined>) | undefined;
  /** returns the full name of a record, to compare it with the full name in the file */
  readonly called?: ((record: R) => string) | undefined;
}

const MAX_DESCRIBED_RECORDS = 5;

/** Skips deleted records. @throws `not-found`, or `usage` for an ambiguous name */
export async function resolveRecordIds<R extends { readonly id: string }>(
  { terminal }: Pick<Tools, "terminal">,
  typed: readonly TypedName[],
  findable: FindableKind<R>,
): Promise<readonly string[]> {
  const { noun, describe, called, find, findDeletion } = findable;
  const ids = new Set<string>();
  let [wrong, unknown] = [0, 0];
  for (const one of typed) {
    const exact = await find(one.name);
    // search for the exact name first, because the name of a record can begin or end with a blank
    const found = exact.length > 0 || one.name === one.name.trim() ? exact : await find(one.name.trim());
    const [only] = found;
    const absence = only === undefined ? await findDeletion?.(one.name) : undefined;
    if (absence !== undefined) {
      await terminal.note(prefixLocation(one, absence));
      continue;
    }
    const [wanted, own] = [one.fullName, only && called?.(only)].map((name) => name && toComparableName(name));
    const others = await Promise.all((one.others ?? []).map(find));
    const other = others.flat().find(({ id }) => id !== only?.id);
    const isNamed = !wanted || !own || wanted === own;
    if (only !== undefined && found.length === 1 && isNamed && other === undefined) {
      ids.add(only.id);
      continue;
    }
    wrong += 1;
    if (only === undefined) unknown += 1;
    const why =
      only === undefined
        ? text(`no ${noun.en} has this name`, `この名前の${noun.ja}はありません`)
        : found.length > 1
          ? describeMatches(found.map(describe))
          : isNamed && other !== undefined
            ? describeMatches([only, other].map(describe))
            : describeOtherName(one.fullName ?? "", only, describe);
    await terminal.problem(prefixLocation(one, text(`${one.name}: ${why.en}`, `${one.name}: ${why.ja}`)));
  }
  if (wrong === 0) return [...ids];
  throw new Failure(unknown > 0 ? "not-found" : "usage", describeUnresolvedNames(findable, wrong, typed.length));
}

const describeMatches = (all: readonly (string | Text)[]): Text => {
  const { en, ja } = joinDescriptions(all.slice(0, MAX_DESCRIBED_RECORDS));
  const more = all.length > MAX_DESCRIBED_RECORDS ? "; …" : "";
  return text(`matches ${all.length} records: ${en}${more}`, `${all.length} 件が該当します: ${ja}${more}`);
};

const prefixLocation = ({ where }: TypedName, message: Text): Text =>
  where === undefined ? message : text(`${where}: ${message.en}`, `${where}: ${message.ja}`);

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

const describeOtherName = <R>(fullName: string, record: R, describe: NamedKind<R>["describe"]): Text => {
  const { en, ja } = joinDescriptions([describe(record)]);
  return text(
    `the name in the row is "${fullName}", but the email address or employee code belongs to ${en}`,
    `行の氏名は「${fullName}」ですが、メールアドレスか社員コードは ${ja} のものです`,
  );
};

const joinDescriptions = (all: readonly (string | Text)[]): Text =>
  joinTexts(all.map((one) => (typeof one === "string" ? same(one) : one)));
