import { Failure } from "../../lib/errors/index.ts";
import { readNamedFile } from "../../lib/files/index.ts";
import { text } from "../../lib/text/index.ts";
import type { Tools } from "../tools.ts";

/** A name that was typed or read from a file, and its line in the file. */
export interface TypedName {
  readonly name: string;
  readonly where?: string | undefined;
  /** the full name in the same row of a table, which must be that of the user */
  readonly fullName?: string | undefined;
  /** why an import skipped the row, if the list is its file of skipped rows */
  readonly reason?: string | undefined;
}

/** Maximum size of a list of names. A larger file is not a list. */
const MAX_LIST_BYTES = 1024 * 1024;

const decodeList = (bytes: Uint8Array): string | undefined => {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("shift_jis").decode(bytes);
  }
};

async function readNamesFromFile(tools: Tools, file: string, mayBeTable: boolean): Promise<readonly TypedName[]> {
  const { name: label, bytes } = await readNamedFile(tools, file, MAX_LIST_BYTES);
  const place = label === "-" ? "stdin" : label;
  const isList = bytes.length <= MAX_LIST_BYTES;
  const content = isList ? decodeList(bytes) : undefined;
  if (mayBeTable && isList) {
    const { readNameTable } = await import("./name-table.ts");
    const rows = await readNameTable(place, bytes, { content, max: MAX_NAMES });
    if (rows !== undefined) return rows;
  }
  if (content === undefined) throw createNotAListFailure(file);
  return content.split(/\r\n|[\r\n]/).flatMap((line, at) => {
    // emails and tables contain non-breaking spaces
    const name = line.replaceAll("\u00a0", " ").trim();
    return name === "" ? [] : [{ name, where: `${place}:${at + 1}` }];
  });
}

const createNotAListFailure = (where: string): Failure =>
  new Failure("usage", {
    what: text(
      "the file is not a text file with one name per line",
      "1 行に 1 件ずつ書いたテキストファイルではありません",
    ),
    where,
  });

/** Returns the names from the arguments and the file, each once.  @param mayBeTable true if the file may be a table */
export async function readTypedNames(
  tools: Tools,
  {
    names,
    file,
    mayBeTable = false,
  }: {
    readonly names: readonly string[];
    readonly file: string | undefined;
    readonly mayBeTable?: boolean | undefined;
  },
): Promise<readonly TypedName[]> {
  const typed = names.map((name): TypedName => ({ name: name.trim() })).filter(({ name }) => name !== "");
  const listed = file === undefined ? [] : await readNamesFromFile(tools, file, mayBeTable);
  const once = [
    ...Map.groupBy([...typed, ...listed], ({ name, fullName }) => JSON.stringify([name, fullName])).values(),
  ].flatMap(([first]) => first ?? []);
  if (once.length > MAX_NAMES) throw createTooManyNamesFailure(once.length);
  return once;
}

const MAX_NAMES = 20_000;

const createTooManyNamesFailure = (count: number): Failure =>
  new Failure("usage", {
    what: text(
      `${count} names are given, but one deletion accepts at most ${MAX_NAMES}`,
      `名前が ${count} 件あります。1 回に指定できるのは ${MAX_NAMES} 件までです`,
    ),
    hint: text("delete in several steps, or use a filter", "分けて削除するか、絞り込み条件で指定してください"),
  });
