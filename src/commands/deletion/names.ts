import { Failure } from "../../lib/errors/index.ts";
import { readNamedFile } from "../../lib/files/index.ts";
import { counted, joined, same, text, type Text } from "../../lib/text/index.ts";
import { emailKey, nameKey } from "../../lib/model/normalise.ts";
import { nameAsWritten } from "../../lib/model/search.ts";
import type { NamedKind } from "../listing/named.ts";
import type { Tools } from "../tools.ts";

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
  /** By what people compare who was found by that. */
  readonly compared?: ((record: R) => string) | undefined;
}

/** By what a record is known: values that are compared to the letter, as codes and names, and as mail addresses. */
export interface KnownBy {
  readonly exact: readonly (string | null)[];
  readonly codes?: readonly (string | null)[];
  readonly mails?: readonly string[];
  /** compared to the letter, where no record is known by the others */
  readonly else?: readonly (string | null)[];
}

/** A name, and the line of the file where it stands. */
interface Typed {
  readonly name: string;
  /** the other words of its line, where it is an address */
  readonly beside?: string | undefined;
  readonly where?: string | undefined;
}

/** A mail address among other words, as mails and tables have it. */
const ADDRESS =
  /[^\s<>()[\]「」『』【】"',;:、。]+@[^\s<>()[\]「」『』【】"',;:、。]*[^\s<>()[\]「」『』【】"',;:、。.]/gu;

/** The names in a line; of people their mail addresses, if there are any. */
const namesIn = (line: string, byMail: boolean): readonly Typed[] => {
  // blanks of mails and tables
  const whole = line.replaceAll("\u00a0", " ").trim();
  const addresses = byMail ? (whole.normalize("NFKC").match(ADDRESS) ?? []) : [];
  const beside = addresses.length === 0 ? undefined : whole.normalize("NFKC").replaceAll(ADDRESS, " ");
  if (addresses.length > 0) return addresses.map((name) => ({ name, beside }));
  return whole === "" ? [] : [{ name: whole }];
};

/** A cell of a list without what lists have around names: quotes, brackets, bullets and numbers, titles of persons. */
const bareCell = (cell: string): string =>
  cell
    .replaceAll(/[<>()[\]「」『』【】"']|mailto:/gu, " ")
    .trim()
    .replace(/^[\s・*•●○■□◆◇-]*(?:\d+[.)]\s*)?/u, "")
    .replace(/\s*(?:様|さま|さん|殿|氏)$/u, "");

/** The words beside an address that are none of the values that may stand there, cell by cell; blank if all are. */
const strange = (beside: string, values: readonly (string | null)[]): string => {
  const known = new Set(values.map((value) => nameAsWritten(value ?? "")));
  const cells = beside.split(/[\t,;]/).map((cell) => bareCell(cell));
  return cells.find((cell) => cell !== "" && !known.has(nameAsWritten(cell))) ?? "";
};

/** Lists of names are short; a longer file is none. */
const MOST_BYTES = 1024 * 1024;

/** The text of a list, as an editor or a mail program on a Japanese machine writes it; undefined if it is no text. */
const decoded = (bytes: Uint8Array): string | undefined => {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("shift_jis").decode(bytes);
  }
};

async function namesInFile(tools: Tools, file: string, byMail: boolean): Promise<readonly Typed[]> {
  const { name: label, bytes } = await readNamedFile(tools, file, MOST_BYTES);
  const content = bytes.length > MOST_BYTES ? undefined : decoded(bytes);
  if (content === undefined) throw notAList(file);
  const place = label === "-" ? "stdin" : label;
  return content.split(/\r\n|[\r\n]/).flatMap((line, at) => {
    const where = `${place}:${at + 1}`;
    const names = namesIn(line, byMail);
    if (byMail && (HEADER.test(line.normalize("NFKC")) || severalIn(names))) throw notOnePerson(where);
    return names.map((name) => ({ ...name, where }));
  });
}

const severalIn = (names: readonly Typed[]): boolean => new Set(names.map(({ name }) => emailKey(name))).size > 1;

/** The head of a mail, which names people who are not meant: who wrote it, and to whom. */
const HEADER = /^\s*(?:from|to|cc|bcc|差出人|宛先)\s*:/iu;

const notOnePerson = (where: string): Failure =>
  new Failure("usage", {
    what: text(
      "this line is the head of a mail, or has several addresses; nothing was changed",
      "この行はメールのヘッダーか、複数のメールアドレスを含んでいます。何も変更していません",
    ),
    where,
    hint: text("leave one person a line: those who are to go", "削除するユーザーだけを 1 行に 1 人ずつ書いてください"),
  });

const notAList = (where: string): Failure =>
  new Failure("usage", {
    what: text("this is not a text file with one name a line", "1 行に 1 件ずつ書いたテキストファイルではありません"),
    where,
  });

/** The name in an argument. @throws `usage` where several people are in it */
const nameIn = (argument: string, byMail: boolean): readonly Typed[] => {
  const names = namesIn(argument, byMail);
  if (severalIn(names)) throw notOneName(names.map(({ name }) => name));
  return names;
};

const notOneName = (names: readonly string[]): Failure =>
  new Failure("usage", {
    what: text(
      `${names.length} mail addresses are in one argument; nothing was changed`,
      `1 つの引数に ${names.length} 件のメールアドレスがあります。何も変更していません`,
    ),
    where: names.join(" "),
    hint: text(
      "give each as an argument of its own, or all in a file, one a line: --file FILE",
      "1 件ずつ別の引数にするか、1 行に 1 件ずつ書いたファイルを --file FILE で指定してください",
    ),
  });

/** The names that were typed, or stand in a file. @throws `usage` where one argument or line has several people */
export async function typedNames(
  tools: Tools,
  {
    names,
    file,
    byMail = false,
  }: { readonly names: readonly string[]; readonly file: string | undefined; readonly byMail?: boolean | undefined },
): Promise<readonly Typed[]> {
  const typed = names.flatMap((name) => nameIn(name, byMail));
  const all: readonly Typed[] = [...typed, ...(file === undefined ? [] : await namesInFile(tools, file, byMail))];
  const known = new Set<string>();
  const once = all.filter(({ name, beside = "" }) => {
    // the same address with other words beside it is looked at again
    const key = beside.trim() === "" ? name : `${name} ${beside}`;
    const isNew = !known.has(key);
    known.add(name).add(key);
    return isNew;
  });
  if (once.length > MOST_NAMES) throw tooMany(once.length);
  return once;
}

/** As many as one request takes; more are told by a filter or a file. */
const MOST_NAMES = 20_000;

const tooMany = (count: number): Failure =>
  new Failure("usage", {
    what: text(
      `${count} names are more than the ${MOST_NAMES} of one deletion`,
      `名前が ${count} 件あります。1 回に指定できるのは ${MOST_NAMES} 件までです`,
    ),
    hint: text("delete in parts, or by a filter", "分けて削除するか、絞り込み条件で指定してください"),
  });

/** Names from which on one pass over all records is faster than a search for each. */
const MANY = 100;

/** How a value is told from values of another sort. */
const exactly = (value: string): string => `= ${value}`;
const asCode = (value: string): string => `code ${nameKey(value)}`;
const asMail = (value: string): string => `mail ${emailKey(value)}`;

/** What finds the records of a name: a search, or what one pass over all of them found. */
async function finderOf<R extends { readonly id: string }>(
  typed: readonly Typed[],
  { find, every, knownBy }: Findable<R>,
): Promise<(name: string) => Promise<readonly R[]>> {
  if (typed.length < MANY || every === undefined || knownBy === undefined) return find;
  const asked = new Map<string, string[]>();
  for (const { name } of typed) {
    for (const key of [exactly(name), asCode(name), asMail(name)]) asked.set(key, [...(asked.get(key) ?? []), name]);
  }
  const [found, otherwise] = [new Map<string, Map<string, R>>(), new Map<string, Map<string, R>>()];
  const keep = (record: R, keys: readonly string[], into: Map<string, Map<string, R>>): void => {
    for (const name of keys.flatMap((key) => asked.get(key) ?? [])) {
      into.set(name, (into.get(name) ?? new Map<string, R>()).set(record.id, record));
    }
  };
  for await (const record of every()) {
    const { exact, codes = [], mails = [], else: others = [] } = knownBy(record);
    const present = (values: readonly (string | null)[]) => values.filter((value) => value !== null);
    keep(record, [...present(exact).map(exactly), ...present(codes).map(asCode), ...mails.map(asMail)], found);
    keep(record, present(others).map(exactly), otherwise);
  }
  return async (name) => {
    const own = found.get(name)?.get(name);
    return own === undefined ? [...(found.get(name) ?? otherwise.get(name) ?? new Map<string, R>()).values()] : [own];
  };
}

/** What ends a cell of a line, such as 山田 太郎(営業部). */
const BETWEEN_CELLS = /[\t,;、()（）<>[\]「」『』【】]/u;

/** The cells of a line that is no address, without what lists have around names. */
const cellsOf = (line: string): readonly string[] =>
  line
    .normalize("NFKC")
    .split(BETWEEN_CELLS)
    .map((cell) => bareCell(cell))
    .filter((cell) => cell !== "");

/** Finds who is called as a line of a list begins; of several those whose the rest of the line is, too. */
function byFullName<R extends { readonly id: string }>({ every, called, beside }: Findable<R>) {
  let known: Promise<ReadonlyMap<string, readonly R[]>> | undefined;
  const all = async (): Promise<ReadonlyMap<string, readonly R[]>> => {
    const byName = new Map<string, R[]>();
    if (every === undefined || called === undefined) return byName;
    for await (const record of every()) {
      const name = nameAsWritten(called(record));
      byName.set(name, [...(byName.get(name) ?? []), record]);
    }
    return byName;
  };
  return async ({
    name,
    beside: others,
    where,
  }: Typed): Promise<{ readonly found: readonly R[]; readonly beside: string }> => {
    const [first, ...rest] = cellsOf(name);
    const said = rest.join("\t");
    const isAddress = others !== undefined;
    if (where === undefined || isAddress || called === undefined || first === undefined)
      return { found: [], beside: "" };
    const found = (await (known ??= all())).get(nameAsWritten(first)) ?? [];
    const meant = found.filter((record) => strange(said, beside?.(record) ?? []) === "");
    return { found: meant.length > 0 ? meant : found, beside: said };
  };
}

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
