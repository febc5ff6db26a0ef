import type { FileHandle } from "../../files/read.ts";
import { hasByteOrderMark, type Encoding } from "../records/record.ts";

const LF = 10;
const CR = 13;
const SEARCH_WINDOW_BYTES = 64 * 1024;

/** A position after a newline at which a record may begin. */
export interface SplitPoint {
  /** byte offset of the newline */
  readonly newline: number;
  /** byte offset of the next line */
  readonly next: number;
}

const isNewline = (byte: number | undefined): boolean => byte === LF || byte === CR;

const countDelimiters = (bytes: Uint8Array, from: number, delimiter: number): number => {
  let count = 0;
  for (let at = from; at < bytes.length && !isNewline(bytes[at]); at += 1) if (bytes[at] === delimiter) count += 1;
  return count;
};

/** Yields the newlines between two lines that are not blank. */
function* findSplitPoints(bytes: Uint8Array): Generator<SplitPoint> {
  for (let at = 1; at < bytes.length - 3; at += 1) {
    if (!isNewline(bytes[at])) continue;
    const next = bytes[at] === CR && bytes[at + 1] === LF ? at + 2 : at + 1;
    if (!isNewline(bytes[at - 1]) && !isNewline(bytes[next]) && !hasByteOrderMark(bytes.subarray(next), "utf-8"))
      yield { newline: at, next };
    at = next - 1;
  }
}

/**
 * Finds a newline near `offset` after which a record probably begins: the next line has enough delimiters for a whole
 * record. Only a reader that started at the beginning of the file can be sure. Returns undefined if there is no such
 * newline nearby, or if the byte of a newline can be part of another character.
 *
 * @param width number of cells of a record
 */
export const findSplit = async (
  file: FileHandle,
  offset: number,
  { encoding, delimiter, width }: { encoding: Encoding; delimiter: string; width: number },
): Promise<SplitPoint | undefined> => {
  if ((encoding !== "utf-8" && encoding !== "shift_jis") || delimiter.length !== 1) return undefined;
  const window = Buffer.alloc(SEARCH_WINDOW_BYTES);
  const { bytesRead } = await file.read(window, 0, SEARCH_WINDOW_BYTES, offset);
  const bytes = window.subarray(0, bytesRead);
  let first: SplitPoint | undefined;
  for (const point of findSplitPoints(bytes)) {
    first ??= point;
    if (countDelimiters(bytes, point.next, delimiter.charCodeAt(0)) >= width - 1) {
      first = point;
      break;
    }
  }
  return first && { newline: offset + first.newline, next: offset + first.next };
};
