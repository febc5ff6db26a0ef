import { Failure } from "../../lib/errors/index.ts";
import { counted, joined, same, text, type Text } from "../../lib/text/index.ts";
import type { NamedKind } from "../listing/named.ts";
import type { Tools } from "../tools.ts";
import { readerOf, type Findable } from "./findable.ts";
import { markOf, type TypedName } from "./typed-names.ts";

/** Maximum number of names for which near ones are searched. */
const MAX_COMPARED = 20;

/** Maximum number of records that are told where several have a name. */
const MAX_LISTED = 5;

/** A name that does not find exactly one record, and why, for programs. */
interface UnfoundName extends TypedName {
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
  typed: readonly TypedName[],
  findable: Findable<R>,
): Promise<readonly string[]> {
  const { near, describe } = findable;
  const read = await readerOf(typed, findable);
  const ids = new Set<string>();
  const listed: MatchedRecord<R>[] = [];
  const [unknown, ambiguous, doubtful]: [string[], string[], string[]] = [[], [], []];
  const problems: UnfoundName[] = [];
  const tell = async ({ name, where }: TypedName, why: Text): Promise<void> => {
    const place = where === undefined ? "" : `${where}: `;
    const line = text(`${place}${name}: ${why.en}`, `${place}${name}: ${why.ja}`);
    problems.push({ name, where, reason: why[terminal.language] });
    await terminal.problem(line);
  };
  for (const all of typed) {
    const { found, other, byName, box, as: one } = await read(all);
    const [only] = found;
    if (found.length === 1 && only !== undefined) {
      listed.push({ ...one, record: only, byName });
      if (other === "" && box === undefined) ids.add(only.id);
      else {
        doubtful.push(one.name);
        await tell(one, box === undefined ? saysMore(other, only, describe) : hasBox(box));
      }
    } else if (found.length === 0) {
      unknown.push(one.name);
      const others = unknown.length > MAX_COMPARED ? [] : await near(one.name);
      await tell(one, notFound(findable, one, shown(others)));
    } else {
      ambiguous.push(one.name);
      const { en, ja } = shown(found.slice(0, MAX_LISTED).map(describe));
      const more = found.length > MAX_LISTED ? "; …" : "";
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
  refuseUnlike(listed);
  await noteListed(terminal, listed, findable);
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

/** Of a line with a box to tick. */
const hasBox = (box: string): Text =>
  text(
    `nobody knows whether "${box}" marks who goes or who stays; leave only those who are to go, without boxes`,
    `「${box}」が削除するユーザーの印か、残すユーザーの印か分かりません。削除するユーザーだけを、印を付けずに残してください`,
  );

const shown = (all: readonly (string | Text)[]): Text =>
  joined(all.map((one) => (typeof one === "string" ? same(one) : one)));

/** A record that was found, and the line that found it. */
interface MatchedRecord<R> extends TypedName {
  readonly record: R;
  /** of one found by the full name alone the title behind it, if any; else undefined */
  readonly byName: string | undefined;
}

/** @throws `usage` where lines have different marks or titles: `■` and `□`, or the addressee of a mail and who is told of in it */
function refuseUnlike(listed: readonly MatchedRecord<unknown>[]): void {
  const lines = listed.filter(({ where }) => where !== undefined);
  const named = lines.filter(({ byName }) => byName !== undefined);
  const unlike =
    firstUnlike(lines.map((line) => [line, markOf(line)])) ??
    firstUnlike(named.map((line) => [line, line.byName ?? ""]));
  if (unlike === undefined) return;
  throw new Failure("usage", {
    what: text(
      "the lines differ in their marks or titles, so some may be about people who stay; nothing was changed",
      "行頭の印や敬称が行によって異なり、残すユーザーの行が含まれている可能性があります。何も変更していません",
    ),
    where: unlike.map(({ where = "", name }) => `${where}: ${name}`).join(" / "),
    hint: text("leave only those who are to go, written alike", "削除するユーザーだけを、同じ書き方で残してください"),
  });
}

/** The first line, and the first that differs from it. */
const firstUnlike = (
  lines: readonly (readonly [line: TypedName, form: string])[],
): readonly TypedName[] | undefined => {
  const [first] = lines;
  const other = lines.find(([, form]) => form !== first?.[1]);
  return first === undefined || other === undefined ? undefined : [first[0], other[0]];
};

/** A name alone may be somebody else's, and a code among names a number: it is to be compared before the count is confirmed. */
async function noteListed<R extends { readonly id: string }>(
  terminal: Pick<Tools["terminal"], "note">,
  listed: readonly MatchedRecord<R>[],
  { compared }: Findable<R>,
): Promise<void> {
  if (compared === undefined || listed.every(({ byName }) => byName === undefined)) return;
  const told = listed.filter(
    ({ where, beside, name, record }) => where !== undefined && beside === undefined && name !== record.id,
  );
  await terminal.note(
    text(
      `found without an address, compare them: ${told.length}`,
      `メールアドレスのない行です。間違いがないか確認してください: ${told.length} 人`,
    ),
  );
  for (const { name, where = "", record } of told) {
    await terminal.note(same(`  ${where}: ${name} → ${compared(record)}`));
  }
}

const notFound = <R>({ noun, by }: NamedKind<R>, { where }: TypedName, near: Text): Text => {
  const none =
    by === undefined || where !== undefined
      ? text(`no ${noun.en} is named so`, `この名前の${noun.ja}はありません`)
      : text(`no ${noun.en} has this ${by.en}`, `この${by.ja}の${noun.ja}はありません`);
  return near.en === ""
    ? none
    : text(`${none.en}; did you mean ${near.en}?`, `${none.ja}。${near.ja} ではありませんか?`);
};
