import { Failure } from "../../lib/errors/index.ts";
import { formatCount, joinTexts, same, text, type Text } from "../../lib/text/index.ts";
import type { NamedKind } from "../listing/single-match.ts";
import type { Tools } from "../tools.ts";
import { toComparableName } from "../../lib/model/search.ts";
import { createFinder, type FindableKind } from "./findable.ts";
import type { TypedName } from "./typed-names.ts";

const MAX_LISTED = 5;

/** A name that does not match exactly one record, and the reason, for JSON output. */
interface UnresolvedName extends TypedName {
  readonly reason: string;
}

/**
 * Thrown if names do not match exactly one record each. Contains these names for JSON output, and the IDs of the
 * records
 * that the other names match.
 */
export class UnresolvedNamesFailure extends Failure {
  readonly problems: readonly UnresolvedName[];
  readonly found: readonly string[];
  readonly #wrong: Text;
  readonly #hint: Text;

  /** @param wrong the message, without the statement that nothing was changed */
  constructor(
    code: "not-found" | "usage",
    { problems, found }: Pick<UnresolvedNamesFailure, "problems" | "found">,
    { wrong, hint, also }: { readonly wrong: Text; readonly hint: Text; readonly also?: Failure | undefined },
  ) {
    const { en, ja } = wrong;
    const rest = also?.what ?? text("nothing was changed", "何も変更していません");
    super(code, {
      what: text(`${en}; ${rest.en}`, `${ja}。${rest.ja}`),
      hint: joinTexts([hint, ...(also?.hint === undefined ? [] : [also.hint])], text("; ", "。")),
    });
    this.problems = problems;
    this.found = found;
    this.#wrong = wrong;
    this.#hint = hint;
  }

  /**
   * Returns this failure combined with the reason why the found records cannot be deleted, so that all is reported at
   * once.
   */
  along(also: Failure): UnresolvedNamesFailure {
    const code = this.code === "usage" ? "usage" : "not-found";
    return new UnresolvedNamesFailure(code, this, { wrong: this.#wrong, hint: this.#hint, also });
  }
}

/**
 * Returns the IDs of the records that names match, each ID once. Names of records that were deleted before are skipped.
 * So are unknown names in a list of the rows that an import skipped.
 *
 * @throws `not-found` if a name does not match any record, otherwise `usage` if a name matches several records; all
 * such
 * names are reported first
 */
export async function resolveRecordIds<R extends { readonly id: string }>(
  { terminal }: Pick<Tools, "terminal">,
  typed: readonly TypedName[],
  findable: FindableKind<R>,
): Promise<readonly string[]> {
  const { describe, called } = findable;
  const find = await createFinder(typed, findable);
  const ids = new Set<string>();
  const [unknown, ambiguous, doubtful]: [string[], string[], string[]] = [[], [], []];
  const problems: UnresolvedName[] = [];
  const tell = async (one: TypedName, why: Text): Promise<void> => {
    const { name, where } = one;
    problems.push({ name, where, reason: why[terminal.language] });
    await terminal.problem(addPlace(one, text(`${name}: ${why.en}`, `${name}: ${why.ja}`)));
  };
  for (const one of typed) {
    const found = await find(one.name);
    const [only] = found;
    if (found.length === 1 && only !== undefined) {
      const { fullName } = one;
      if (fullName === undefined || called === undefined || isSameName(fullName, called(only))) ids.add(only.id);
      else {
        doubtful.push(one.name);
        await tell(one, describeOtherName(fullName, only, describe));
      }
    } else if (found.length === 0) {
      const deletion = await describeAbsence(findable, one);
      if (deletion !== undefined) {
        await terminal.note(addPlace(one, deletion));
        continue;
      }
      unknown.push(one.name);
      await tell(one, describeNoMatch(findable, one));
    } else {
      ambiguous.push(one.name);
      const { en, ja } = joinDescriptions(found.slice(0, MAX_LISTED).map(describe));
      const more = found.length > MAX_LISTED ? "; …" : "";
      await tell(
        one,
        text(`matches ${found.length} records: ${en}${more}`, `${found.length} 件に当てはまります: ${ja}${more}`),
      );
    }
  }
  const wrong = unknown.length + ambiguous.length + doubtful.length;
  const found = [...ids];
  if (wrong > 0) {
    const code = unknown.length > 0 ? "not-found" : "usage";
    throw new UnresolvedNamesFailure(
      code,
      { problems, found },
      describeUnresolvedNames(findable, { wrong, of: typed.length, only: typed.length === 1 ? unknown[0] : undefined }),
    );
  }
  return found;
}

/** Describes why a record does not exist, if the history or the list says so. */
const describeAbsence = async <R extends { readonly id: string }>(
  { findDeletion }: Pick<FindableKind<R>, "findDeletion">,
  one: TypedName,
): Promise<Text | undefined> => {
  if (findDeletion === undefined) return undefined;
  // an import that skips a row does not add its user
  const added = one.reason === undefined ? undefined : describeNeverAdded(one.name);
  return (await findDeletion(one.name)) ?? added;
};

const addPlace = ({ where }: TypedName, told: Text): Text =>
  where === undefined ? told : text(`${where}: ${told.en}`, `${where}: ${told.ja}`);

const describeUnresolvedNames = <R>(
  { noun, list, search }: NamedKind<R>,
  { wrong, of, only }: { readonly wrong: number; readonly of: number; readonly only: string | undefined },
): { readonly wrong: Text; readonly hint: Text } => {
  const command = search?.("TEXT") ?? list;
  return {
    wrong:
      only !== undefined
        ? text(`no ${noun.en} matches "${only}"`, `「${only}」に当てはまる${noun.ja}はありません`)
        : text(
            `${wrong} of ${formatCount(of, "name")} ${wrong === 1 ? "matches" : "match"} no ${noun.en}, or more than one`,
            `指定した ${of} 件のうち ${wrong} 件は、${noun.ja.trimStart()}を 1 件に特定できません`,
          ),
    hint: text(
      `to find the records: ${command}; if a name matches several records, use the ID`,
      `探すには: ${command}。複数に当てはまる名前は ID で指定してください`,
    ),
  };
};

const isSameName = (one: string, other: string): boolean => toComparableName(one) === toComparableName(other);

const describeOtherName = <R>(fullName: string, record: R, describe: NamedKind<R>["describe"]): Text => {
  const { en, ja } = joinDescriptions([describe(record)]);
  return text(`the row has the name "${fullName}", but this is ${en}`, `行の氏名は「${fullName}」ですが、${ja} です`);
};

const describeNeverAdded = (name: string): Text =>
  text(
    `"${name}" is not in the tenant: the import skipped the row`,
    `「${name}」はテナントにいません(インポートで読み飛ばした行)`,
  );

const joinDescriptions = (all: readonly (string | Text)[]): Text =>
  joinTexts(all.map((one) => (typeof one === "string" ? same(one) : one)));

const LEAVING_PATTERN = /退職|退社|離職|退任|解雇|死亡|retire|resign|terminat|leaver|left/i;

/**
 * Returns the names without the rows that an import skipped for a reason other than leaving, such as a concurrent post.
 * Each of these rows is noted.
 */
export async function selectLeavers(
  { terminal }: Pick<Tools, "terminal">,
  typed: readonly TypedName[],
): Promise<readonly TypedName[]> {
  const isOther = ({ reason }: TypedName): boolean =>
    reason !== undefined && reason !== "" && !LEAVING_PATTERN.test(reason);
  for (const one of typed.filter(isOther))
    await terminal.note(
      addPlace(
        one,
        text(
          `left out, because the row was skipped for a reason other than leaving: ${one.reason}`,
          `退職以外の理由で読み飛ばした行のため、対象にしません: ${one.reason}`,
        ),
      ),
    );
  return typed.filter((one) => !isOther(one));
}

const describeNoMatch = <R>({ noun, by }: NamedKind<R>, { where }: TypedName): Text =>
  by === undefined || where !== undefined
    ? text(`no ${noun.en} has this name`, `この名前の${noun.ja}はありません`)
    : text(`no ${noun.en} has this ${by.en}`, `この${by.ja}の${noun.ja}はありません`);
