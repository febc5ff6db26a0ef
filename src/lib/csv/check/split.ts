import type { FileHandle } from "../../files/read.ts";
import { beginsWithMark, type Encoding } from "../records/record.ts";

const LF = 10;
const CR = 13;
const WINDOW = 64 * 1024;

/** A place in a file at which a record may begin: after a newline. */
export interface SplitPoint {
  /** offset of the newline in bytes */
  readonly newline: number;
  /** offset of the next line in bytes */
  readonly next: number;
}

const isNewline = (byte: number | undefined): boolean => byte === LF || byte === CR;

const delimitersInLine = (bytes: Uint8Array, from: number, delimiter: number): number => {
  let count = 0;
  for (let at = from; at < bytes.length && !isNewline(bytes[at]); at += 1) if (bytes[at] === delimiter) count += 1;
  return count;
};

/** The newlines between two non-blank lines. */
function* splitPoints(bytes: Uint8Array): Generator<SplitPoint> {
  for (let at = 1; at < bytes.length - 3; at += 1) {
    if (!isNewline(bytes[at])) continue;
    const next = bytes[at] === CR && bytes[at + 1] === LF ? at + 2 : at + 1;
    if (!isNewline(bytes[at - 1]) && !isNewline(bytes[next]) && !beginsWithMark(bytes.subarray(next), "utf-8"))
      yield { newline: at, next };
    at = next - 1;
  }
}

/**
 * Finds a newline near `offset` after which a record probably begins: the line there has enough delimiters for a whole
 * record. Only a reader that started at the beginning of the file can be sure. Undefined if there is none nearby, or
 * if a newline's byte can be part of another character.
 *
 * @param width number of cells of a record
 */
export const findSplit = async (
  file: FileHandle,
  offset: number,
  { encoding, delimiter, width }: { encoding: Encoding; delimiter: string; width: number },
): Promise<SplitPoint | undefined> => {
  if ((encoding !== "utf-8" && encoding !== "shift_jis") || delimiter.length !== 1) return undefined;
  const window = Buffer.alloc(WINDOW);
  const { bytesRead } = await file.read(window, 0, WINDOW, offset);
  const bytes = window.subarray(0, bytesRead);
  let first: SplitPoint | undefined;
  for (const point of splitPoints(bytes)) {
    first ??= point;
    if (delimitersInLine(bytes, point.next, delimiter.charCodeAt(0)) >= width - 1) {
      first = point;
      break;
    }
  }
  return first && { newline: offset + first.newline, next: offset + first.next };
};
