import { Failure } from "../../lib/errors/index.ts";
import { readNamedFile } from "../../lib/files/index.ts";
import { emailKey } from "../../lib/model/normalise.ts";
import { toComparableName } from "../../lib/model/search.ts";
import { text } from "../../lib/text/index.ts";
import type { Tools } from "../tools.ts";

/** A name that was typed or read from a file, and its line in the file. */
export interface TypedName {
  readonly name: string;
  /** the other words of the line, if the name is an email address */
  readonly beside?: string | undefined;
  /**
   * the complete argument or line, if the name is only a part of it; the whole text may itself be somebody's address
   */
  readonly whole?: string | undefined;
  readonly where?: string | undefined;
  /** why an import skipped the row, if the list is its file of skipped rows */
  readonly reason?: string | undefined;
  /** set if the line looks like an email header; thrown unless the text is exactly a value of a record */
  readonly refused?: Failure | undefined;
}

/** Matches an email address among other words, as in emails and tables. */
const MAIL_ADDRESS_PATTERN =
  /[^\s<>()[\]「」『』【】"',;:、。]+@[^\s<>()[\]「」『』【】"',;:、。]*[^\s<>()[\]「」『』【】"',;:、。.]/gu;

/** Extracts the names from a line: for people, the email addresses if there are any; else the whole line. */
const extractNames = (line: string, byMail: boolean): readonly TypedName[] => {
  // emails and tables contain non-breaking spaces
  const whole = line.replaceAll("\u00a0", " ").trim();
  const addresses = byMail ? (whole.normalize("NFKC").match(MAIL_ADDRESS_PATTERN) ?? []) : [];
  const beside = addresses.length === 0 ? undefined : whole.normalize("NFKC").replaceAll(MAIL_ADDRESS_PATTERN, " ");
  if (addresses.length > 0) return addresses.map((name) => ({ name, beside, ...(name !== whole && { whole }) }));
  return whole === "" ? [] : [{ name: whole }];
};

/** Matches a bullet, a mark or a number before a name. */
const BULLET_PATTERN = /^[\s・*•●○■□◆◇☑✓✔-]*(?:\d+[.)]\s*)?/u;

/** Strips the quotes, brackets, bullets, numbers and honorifics that surround a name in a cell of a list. */
const stripDecoration = (cell: string): string =>
  cell
    .replaceAll(/[<>()[\]「」『』【】"']|mailto:/gu, " ")
    .trim()
    .replace(BULLET_PATTERN, "")
    .replace(/\s*(?:様|さま|さん|殿|氏)$/u, "");

/** Returns the first cell next to an address that is not one of the given values; blank if there is no such cell. */
export const findUnexpectedText = (beside: string, values: readonly (string | null)[]): string => {
  const known = new Set(values.map((value) => toComparableName(value ?? "")));
  const cells = beside.split(/[\t,;]/).map((cell) => stripDecoration(cell));
  return cells.find((cell) => cell !== "" && !known.has(toComparableName(cell))) ?? "";
};

const MARK_PATTERN = /^\s*([●○■□◆◇◎△▲×✓✔✕☑☐☒])/u;

const CHECKBOX_PATTERN = /([[(【〔「『{]\s*[xv✓✔☑レ*○●◯◎×済]?\s*[\])】〕」』}])/iu;

/** Returns the checkbox in a line, such as `[ ]` or `[x]`; undefined if there is none. */
export const findCheckbox = ({ name, whole = name }: TypedName): string | undefined =>
  CHECKBOX_PATTERN.exec(whole.normalize("NFKC"))?.[1];

/**
 * Returns the mark at the start of a line, such as `■` or `□`; blank if there is none. Marks may separate the people to
 * delete from the people to keep.
 */
export const findLineMark = ({ name, beside = name }: TypedName): string =>
  MARK_PATTERN.exec(beside.normalize("NFKC"))?.[1] ?? "";

/** Patterns for a line in a list of people: a bullet or number, cells, and possibly a final text in parentheses. */
const CELL_TEXT_PATTERN = "[^()<>[\\]「」『』【】\"']+";
const LIST_LINE_PATTERN = new RegExp(
  `${BULLET_PATTERN.source}(${CELL_TEXT_PATTERN}?)\\s*(?:\\((${CELL_TEXT_PATTERN})\\))?$`,
  "u",
);

const HONORIFIC_PATTERN = /\s*(様|さま|さん|殿|氏)$/u;

/** A cell of a line without an email address, split into the name and its honorific. */
export interface NameCell {
  readonly bare: string;
  /** for example `様`; blank if there is none */
  readonly honorific: string;
}

/**
 * Returns the cells of a line without an email address. Returns an empty list if the line contains quotes or brackets,
 * except for a final text in parentheses.
 */
export const parseNameCells = (line: string): readonly NameCell[] => {
  const [, names = "", last = ""] = LIST_LINE_PATTERN.exec(line.normalize("NFKC").trim()) ?? [];
  return [...names.split(/[\t,;、]/), last]
    .map((cell) => cell.trim())
    .filter((cell) => cell !== "")
    .map((cell) => ({ bare: cell.replace(HONORIFIC_PATTERN, ""), honorific: HONORIFIC_PATTERN.exec(cell)?.[1] ?? "" }));
};

/** Maximum size of a list of names. A larger file is not a list. */
const MAX_LIST_BYTES = 1024 * 1024;

/**
 * Decodes a list in an encoding that is usual on Japanese computers (UTF-16LE, UTF-8 or Shift_JIS); undefined if the
 * bytes are not text.
 */
const decodeList = (bytes: Uint8Array): string | undefined => {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("shift_jis").decode(bytes);
  }
};

async function readNamesFromFile(tools: Tools, file: string, byMail: boolean): Promise<readonly TypedName[]> {
  const { name: label, bytes } = await readNamedFile(tools, file, MAX_LIST_BYTES);
  const place = label === "-" ? "stdin" : label;
  const table = byMail && bytes.length <= MAX_LIST_BYTES ? await readTable(place, bytes) : undefined;
  if (table !== undefined) return table;
  const content = bytes.length > MAX_LIST_BYTES ? undefined : decodeList(bytes);
  if (content === undefined) throw createNotAListFailure(file);
  return content.split(/\r\n|[\r\n]/).flatMap((line, at) => {
    const where = `${place}:${at + 1}`;
    const names = extractNames(line, byMail);
    if (byMail && hasSeveralAddresses(names)) throw createNotOnePersonFailure(where);
    const refused =
      byMail && MAIL_HEADER_PATTERN.test(line.normalize("NFKC")) ? createNotOnePersonFailure(where) : undefined;
    return names.map((name) => ({ ...name, where, refused }));
  });
}

/** Returns the names in a table; undefined if the list is not a table with a header. */
async function readTable(place: string, bytes: Uint8Array): Promise<readonly TypedName[] | undefined> {
  const { readNameTable } = await import("./name-table.ts");
  const rows = await readNameTable(place, bytes, { content: decodeList(bytes), max: MAX_NAMES });
  if (rows !== undefined && rows.length > MAX_NAMES) throw createTooManyNamesFailure(rows.length);
  return rows?.flatMap(({ name: cell, beside, line, ...row }) => {
    const where = `${place}:${line}`;
    const names = extractNames(cell, true);
    if (hasSeveralAddresses(names)) throw createNotOnePersonFailure(where);
    return names.map((one) => ({ name: one.name, ...row, beside: `${one.beside ?? ""}\t${beside}`.trim(), where }));
  });
}

const hasSeveralAddresses = (names: readonly TypedName[]): boolean =>
  new Set(names.map(({ name }) => emailKey(name))).size > 1;

/** Matches an email header, which names the sender or the recipients, not the people to delete. */
const MAIL_HEADER_PATTERN = /^\s*(?:from|to|cc|bcc|差出人|宛先)\s*:/iu;

const createNotOnePersonFailure = (where: string): Failure =>
  new Failure("usage", {
    what: text(
      "the line is an email header or contains several email addresses; nothing was changed",
      "この行はメールのヘッダーか、複数のメールアドレスを含んでいます。何も変更していません",
    ),
    where,
    hint: text("list only the users to delete, one per line", "削除するユーザーだけを 1 行に 1 人ずつ書いてください"),
  });

const createNotAListFailure = (where: string): Failure =>
  new Failure("usage", {
    what: text(
      "the file is not a text file with one name per line",
      "1 行に 1 件ずつ書いたテキストファイルではありません",
    ),
    where,
  });

/** Returns the name in an argument.  @throws `usage` if the argument contains several email addresses */
const extractSingleName = (argument: string, byMail: boolean): readonly TypedName[] => {
  const names = extractNames(argument, byMail);
  if (hasSeveralAddresses(names)) throw createSeveralNamesFailure(names.map(({ name }) => name));
  return names;
};

const createSeveralNamesFailure = (names: readonly string[]): Failure =>
  new Failure("usage", {
    what: text(
      `one argument contains ${names.length} email addresses; nothing was changed`,
      `1 つの引数に ${names.length} 件のメールアドレスがあります。何も変更していません`,
    ),
    where: names.join(" "),
    hint: text(
      "pass each address as a separate argument, or write one per line to a file and pass --file FILE",
      "1 件ずつ別の引数にするか、1 行に 1 件ずつ書いたファイルを --file FILE で指定してください",
    ),
  });

/** Returns the names from the arguments and the file.  @throws `usage` if an argument or line names several people */
export async function readTypedNames(
  tools: Tools,
  {
    names,
    file,
    byMail = false,
  }: { readonly names: readonly string[]; readonly file: string | undefined; readonly byMail?: boolean | undefined },
): Promise<readonly TypedName[]> {
  const typed = names.flatMap((name) => extractSingleName(name, byMail));
  const all: readonly TypedName[] = [
    ...typed,
    ...(file === undefined ? [] : await readNamesFromFile(tools, file, byMail)),
  ];
  const known = new Set<string>();
  // an address that occurs again next to other words is kept, so that those words are checked too
  const once = all.filter(({ name, whole = name }) => {
    const isNew = !known.has(whole);
    known.add(whole);
    return isNew;
  });
  if (once.length > MAX_NAMES) throw createTooManyNamesFailure(once.length);
  return once;
}

/** Maximum number of names in one request. A filter can select more records. */
const MAX_NAMES = 20_000;

const createTooManyNamesFailure = (count: number): Failure =>
  new Failure("usage", {
    what: text(
      `${count} names are given, but one deletion accepts at most ${MAX_NAMES}`,
      `名前が ${count} 件あります。1 回に指定できるのは ${MAX_NAMES} 件までです`,
    ),
    hint: text("delete in several steps, or use a filter", "分けて削除するか、絞り込み条件で指定してください"),
  });
