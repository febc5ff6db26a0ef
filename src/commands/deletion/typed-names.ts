import { Failure } from "../../lib/errors/index.ts";
import { readNamedFile } from "../../lib/files/index.ts";
import { emailKey } from "../../lib/model/normalise.ts";
import { nameAsWritten } from "../../lib/model/search.ts";
import { text } from "../../lib/text/index.ts";
import type { Tools } from "../tools.ts";

/** A name, and the line of the file where it stands. */
export interface TypedName {
  readonly name: string;
  /** the other words of its line, where it is an address */
  readonly beside?: string | undefined;
  /** all that was typed, or the whole line, where the name was read out of it: somebody's address may be just that */
  readonly whole?: string | undefined;
  readonly where?: string | undefined;
  /** why the line is refused, unless somebody has exactly that: it reads as the head of a mail */
  readonly refused?: Failure | undefined;
}

/** A mail address among other words, as mails and tables have it. */
const ADDRESS =
  /[^\s<>()[\]「」『』【】"',;:、。]+@[^\s<>()[\]「」『』【】"',;:、。]*[^\s<>()[\]「」『』【】"',;:、。.]/gu;

/** The names in a line; of people their mail addresses, if there are any. */
const namesIn = (line: string, byMail: boolean): readonly TypedName[] => {
  // blanks of mails and tables
  const whole = line.replaceAll("\u00a0", " ").trim();
  const addresses = byMail ? (whole.normalize("NFKC").match(ADDRESS) ?? []) : [];
  const beside = addresses.length === 0 ? undefined : whole.normalize("NFKC").replaceAll(ADDRESS, " ");
  if (addresses.length > 0) return addresses.map((name) => ({ name, beside, ...(name !== whole && { whole }) }));
  return whole === "" ? [] : [{ name: whole }];
};

/** A bullet, a mark or a number before a name. */
const BULLET = /^[\s・*•●○■□◆◇☑✓✔-]*(?:\d+[.)]\s*)?/u;

/** A cell of a list without what lists have around names: quotes, brackets, bullets and numbers, titles of persons. */
const bareCell = (cell: string): string =>
  cell
    .replaceAll(/[<>()[\]「」『』【】"']|mailto:/gu, " ")
    .trim()
    .replace(BULLET, "")
    .replace(/\s*(?:様|さま|さん|殿|氏)$/u, "");

/** The words beside an address that are none of the values that may stand there, cell by cell; blank if all are. */
export const strange = (beside: string, values: readonly (string | null)[]): string => {
  const known = new Set(values.map((value) => nameAsWritten(value ?? "")));
  const cells = beside.split(/[\t,;]/).map((cell) => bareCell(cell));
  return cells.find((cell) => cell !== "" && !known.has(nameAsWritten(cell))) ?? "";
};

const MARK = /^\s*([●○■□◆◇◎△▲×✓✔✕☑☐☒])/u;

const BOX = /([[(【〔「『{]\s*[xv✓✔☑レ*○●◯◎×済]?\s*[\])】〕」』}])/iu;

/** A box to tick that stands in a line, `[ ]` or `[x]`; undefined if there is none. */
export const boxIn = ({ name, whole = name }: TypedName): string | undefined => BOX.exec(whole.normalize("NFKC"))?.[1];

/** The mark that a line begins with, which may tell who is meant from who is not: `■` and `□`. */
export const markOf = ({ name, beside = name }: TypedName): string => MARK.exec(beside.normalize("NFKC"))?.[1] ?? "";

/** A line as lists of people have it: a bullet or a number, cells, and at the end something in parentheses. */
const OTHER = "[^()<>[\\]「」『』【】\"']+";
const LISTED = new RegExp(`${BULLET.source}(${OTHER}?)\\s*(?:\\((${OTHER})\\))?$`, "u");

const HONORIFIC = /\s*(様|さま|さん|殿|氏)$/u;

/** A cell of a line that has no address, without the title of a person behind it. */
export interface NameCell {
  readonly bare: string;
  /** `様`; blank if there is none */
  readonly honorific: string;
}

/** The cells of such a line; none where it is all in brackets, quoted, or otherwise more than a list. */
export const cellsOf = (line: string): readonly NameCell[] => {
  const [, names = "", last = ""] = LISTED.exec(line.normalize("NFKC").trim()) ?? [];
  return [...names.split(/[\t,;、]/), last]
    .map((cell) => cell.trim())
    .filter((cell) => cell !== "")
    .map((cell) => ({ bare: cell.replace(HONORIFIC, ""), honorific: HONORIFIC.exec(cell)?.[1] ?? "" }));
};

/** Lists of names are short; a longer file is none. */
const MAX_BYTES = 1024 * 1024;

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

async function namesInFile(tools: Tools, file: string, byMail: boolean): Promise<readonly TypedName[]> {
  const { name: label, bytes } = await readNamedFile(tools, file, MAX_BYTES);
  const content = bytes.length > MAX_BYTES ? undefined : decoded(bytes);
  if (content === undefined) throw notAList(file);
  const place = label === "-" ? "stdin" : label;
  return content.split(/\r\n|[\r\n]/).flatMap((line, at) => {
    const where = `${place}:${at + 1}`;
    const names = namesIn(line, byMail);
    if (byMail && severalIn(names)) throw notOnePerson(where);
    const refused = byMail && HEADER.test(line.normalize("NFKC")) ? notOnePerson(where) : undefined;
    return names.map((name) => ({ ...name, where, refused }));
  });
}

const severalIn = (names: readonly TypedName[]): boolean => new Set(names.map(({ name }) => emailKey(name))).size > 1;

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
const nameIn = (argument: string, byMail: boolean): readonly TypedName[] => {
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
): Promise<readonly TypedName[]> {
  const typed = names.flatMap((name) => nameIn(name, byMail));
  const all: readonly TypedName[] = [...typed, ...(file === undefined ? [] : await namesInFile(tools, file, byMail))];
  const known = new Set<string>();
  // the same address with other words beside it is looked at again
  const once = all.filter(({ name, whole = name }) => {
    const isNew = !known.has(whole);
    known.add(whole);
    return isNew;
  });
  if (once.length > MAX_NAMES) throw tooMany(once.length);
  return once;
}

/** As many as one request takes; more are told by a filter or a file. */
const MAX_NAMES = 20_000;

const tooMany = (count: number): Failure =>
  new Failure("usage", {
    what: text(
      `${count} names are more than the ${MAX_NAMES} of one deletion`,
      `名前が ${count} 件あります。1 回に指定できるのは ${MAX_NAMES} 件までです`,
    ),
    hint: text("delete in parts, or by a filter", "分けて削除するか、絞り込み条件で指定してください"),
  });
