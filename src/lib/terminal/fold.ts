import { partsOf } from "./commands.ts";
import { piecesOf, wordWidth, wrapPieces } from "./table/word-width.ts";

/** Fewer columns than these are no width to fold at. */
const LEAST = 40;

/**
 * A sentence in lines of at most `columns`: broken at blanks and between kana or kanji, and never inside a command that
 * it proposes, which is copied whole: one that is longer has a line of its own. Later lines are indented below the
 * first, and below the words of a numbered step.
 */
export function foldLine(line: string, columns: number): readonly string[] {
  if (columns < LEAST || wordWidth(line) <= columns) return [line];
  const [, blanks = "", number] = /^( *)(\d+\. )?/.exec(line) ?? [];
  const pieces = partsOf(line).flatMap(({ part, isCommand }) => (isCommand ? [part] : piecesOf(part)));
  return wrapPieces(pieces, columns, { indent: blanks + " ".repeat(number?.length ?? 2) });
}
