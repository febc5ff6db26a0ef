import { Failure } from "../../lib/errors/index.ts";
import { counted, joined, same, text, type Text } from "../../lib/text/index.ts";
import type { NamedKind } from "../listing/named.ts";
import type { Tools } from "../tools.ts";
import { byFullName, finderOf, type Findable } from "./findable.ts";
import { strange, type Typed } from "./typed-names.ts";

/** Maximum number of names for which near ones are searched. */
const MOST_COMPARED = 20;

/** Maximum number of records that are told where several have a name. */
const MOST_LISTED = 5;

/** A name that does not find exactly one record, and why, for programs. */
interface UnfoundName extends Typed {
  readonly reason: string;
}

/** The failure of names; carries every one of them for programs, and the ids of those that found a record. */
export class NamesNotFound extends Failure {
  readonly problems: readonly UnfoundName[];
  readonly found: readonly string[];
  readonly #wrong: Text;
  readonly #hint: Text;

  /** @param wrong without that nothing was changed */
  constructor(
    code: "not-found" | "usage",
    { problems, found }: Pick<NamesNotFound, "problems" | "found">,
    { wrong, hint, also }: { readonly wrong: Text; readonly hint: Text; readonly also?: Failure | undefined },
  ) {
    const { en, ja } = wrong;
    const rest = also?.what ?? text("nothing was changed", "何も変更していません");
    super(code, {
      what: text(`${en}; ${rest.en}`, `${ja}。${rest.ja}`),
      hint: joined([hint, ...(also?.hint === undefined ? [] : [also.hint])], text("; ", "。")),
    });
    this.problems = problems;
    this.found = found;
    this.#wrong = wrong;
    this.#hint = hint;
  }

  /** The same, with what is in the way of those that were found: all is told at once. */
  along(also: Failure): NamesNotFound {
    const code = this.code === "usage" ? "usage" : "not-found";
    return new NamesNotFound(code, this, { wrong: this.#wrong, hint: this.#hint, also });
  }
}

/**
 * The ids of the records that names find, each one.
 *
 * @throws `not-found` if names find nothing, else `usage` if they find several; all of them are told before
 */
export async function idsNamed<R extends { readonly id: string }>(
  { terminal }: Pick<Tools, "terminal">,
  typed: readonly Typed[],
  findable: Findable<R>,
): Promise<readonly string[]> {
  const { near, describe, beside } = findable;
  const find = await finderOf(typed, findable);
  const findCalled = byFullName(findable);
  const ids = new Set<string>();
  const called: (readonly [one: Typed, found: R])[] = [];
  const [unknown, ambiguous, doubtful]: [string[], string[], string[]] = [[], [], []];
  const problems: UnfoundName[] = [];
  const tell = async ({ name, where }: Typed, why: Text): Promise<void> => {
    const place = where === undefined ? "" : `${where}: `;
    const line = text(`${place}${name}: ${why.en}`, `${place}${name}: ${why.ja}`);
    problems.push({ name, where, reason: why[terminal.language] });
    await terminal.problem(line);
  };
  for (const one of typed) {
    const named = await find(one.name);
    const { found, beside: said = "" } =
      named.length > 0 ? { found: named, beside: one.beside } : await findCalled(one);
    const [only] = found;
    if (found.length === 1 && only !== undefined) {
      const other = beside === undefined ? "" : strange(said, beside(only));
      if (named.length === 0) called.push([one, only]);
      if (other === "") ids.add(only.id);
      else {
        doubtful.push(one.name);
        await tell(one, saysMore(other, only, describe));
      }
    } else if (found.length === 0) {
      unknown.push(one.name);
      const others = unknown.length > MOST_COMPARED ? [] : await near(one.name);
      await tell(one, notFound(findable, one, shown(others)));
    } else {
      ambiguous.push(one.name);
      const { en, ja } = shown(found.slice(0, MOST_LISTED).map(describe));
      const more = found.length > MOST_LISTED ? "; …" : "";
      await tell(
        one,
        text(`matches ${found.length}: ${en}${more}`, `${found.length} 件に当てはまります: ${ja}${more}`),
      );
    }
  }
  const wrong = unknown.length + ambiguous.length + doubtful.length;
  const found = [...ids];
  if (wrong > 0) {
    const code = unknown.length > 0 ? "not-found" : "usage";
    throw new NamesNotFound(code, { problems, found }, unfoundWords(findable, { wrong, of: typed.length }));
  }
  await noteCalled(terminal, called, findable);
  return found;
}

const unfoundWords = <R>(
  { noun, list, search }: NamedKind<R>,
  { wrong, of }: { readonly wrong: number; readonly of: number },
): { readonly wrong: Text; readonly hint: Text } => {
  const command = search === undefined ? list : `${search} TEXT`;
  return {
    wrong: text(
      `${wrong} of ${counted(of, "name")} ${wrong === 1 ? "does" : "do"} not find exactly one ${noun.en}`,
      `指定した ${of} 件のうち ${wrong} 件は、${noun.ja.trimStart()}を 1 件に特定できません`,
    ),
    hint: text(
      `look them up: ${command}; of several use the id`,
      `探すには: ${command}。複数あるものは ID で指定してください`,
    ),
  };
};

/** Of a line that says more than who is meant. */
const saysMore = <R>(other: string, record: R, describe: NamedKind<R>["describe"]): Text => {
  const { en, ja } = shown([describe(record)]);
  return text(
    `the line also says "${other}", which is not how ${en} is called; leave the name and the address, if this user is to go`,
    `行に「${other}」ともありますが、${ja} の名前ではありません。削除するユーザーなら、名前とメールアドレスだけにしてください`,
  );
};

const shown = (all: readonly (string | Text)[]): Text =>
  joined(all.map((one) => (typeof one === "string" ? same(one) : one)));

/** Maximum number of people found by their names alone who are told. */
const MOST_CALLED = 20;

/** A name alone may be somebody else's: it is to be compared before the number is confirmed. */
async function noteCalled<R extends { readonly id: string }>(
  terminal: Pick<Tools["terminal"], "note">,
  called: readonly (readonly [one: Typed, found: R])[],
  { compared }: Findable<R>,
): Promise<void> {
  if (called.length === 0 || compared === undefined) return;
  await terminal.note(
    text(
      `found by the name alone, compare them: ${called.length}`,
      `氏名だけで特定しました。間違いがないか確認してください: ${called.length} 人`,
    ),
  );
  for (const [{ name, where = "" }, record] of called.slice(0, MOST_CALLED)) {
    await terminal.note(same(`  ${where}: ${name} → ${compared(record)}`));
  }
  const more = called.length - MOST_CALLED;
  if (more > 0) await terminal.note(text(`  … ${more} more`, `  … 他 ${more} 人`));
}

const notFound = <R>({ noun, by }: NamedKind<R>, { where }: Typed, near: Text): Text => {
  const none =
    by === undefined || where !== undefined
      ? text(`no ${noun.en} is named so`, `この名前の${noun.ja}はありません`)
      : text(`no ${noun.en} has this ${by.en}`, `この${by.ja}の${noun.ja}はありません`);
  return near.en === ""
    ? none
    : text(`${none.en}; did you mean ${near.en}?`, `${none.ja}。${near.ja} ではありませんか?`);
};
