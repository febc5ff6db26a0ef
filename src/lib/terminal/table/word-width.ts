/** Kana, kanji, Hangul and full-width forms: two columns each. @see https://www.unicode.org/reports/tr11/ */
const WIDE_FORMS = String.raw`\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6`;
const WIDE = new RegExp(`[${WIDE_FORMS}]`);

/** Marks that may not begin a line. */
const CLOSING = "[、。,.;」)）ー・:：|]*";

/** What stays on one line: blanks; a name in quotes; a word; a wide character, with the marks that may not end or begin a line. */
const PIECES = new RegExp(
  String.raw`\s+|「[^\s」]{1,24}」${CLOSING}|[「『(（]*(?:[${WIDE_FORMS}|]|[^\s|${WIDE_FORMS}]+)${CLOSING}`,
  "gu",
);

/**
 * Columns taken by our own words: exact for Japanese and English, without combining characters and emoji. For data use
 * `displayWidth`, which loads a segmenter; that takes 20 ms that a progress line does not need.
 */
export function wordWidth(words: string): number {
  let columns = 0;
  for (const character of words) {
    columns += WIDE.test(character) ? 2 : 1;
  }
  return columns;
}

/** The words, padded with blanks to `columns`. */
export const padWords = (words: string, columns: number): string =>
  words + " ".repeat(Math.max(0, columns - wordWidth(words)));

/** As much of the words as fits into `columns`. */
export function cutWords(words: string, columns: number): string {
  let left = columns;
  let kept = "";
  for (const character of words) {
    left -= wordWidth(character);
    if (left < 0) {
      break;
    }
    kept += character;
  }
  return kept;
}

/** Words in what stays on one line. */
export const piecesOf = (words: string): readonly string[] => words.match(PIECES) ?? [];

/**
 * The words in lines of at most `columns`, broken at blanks, behind `|` and between kana or kanji; a longer word has a line of its
 * own. One line at least.
 *
 * @param widthOf a line's columns: {@link wordWidth}, or `displayWidth` for data
 */
export const wrapWords = (words: string, columns: number, widthOf: (part: string) => number = wordWidth): string[] =>
  wrapPieces(piecesOf(words), columns, { widthOf });

/** As {@link wrapWords}, of pieces none of which is broken. @param indent before all lines but the first */
export function wrapPieces(
  pieces: readonly string[],
  columns: number,
  { indent = "", widthOf = wordWidth }: { readonly indent?: string; readonly widthOf?: (part: string) => number } = {},
): string[] {
  const lines: string[] = [];
  let line = "";
  let taken = 0;
  for (const piece of pieces) {
    const width = widthOf(piece);
    if (taken > 0 && taken + width > columns) {
      lines.push(line.trimEnd());
      line = piece.trimStart();
      line = line === "" ? "" : indent + line;
      taken = widthOf(line);
    } else {
      const start = taken === 0 && lines.length > 0 ? indent : "";
      line += start + piece;
      taken += widthOf(start) + width;
    }
  }
  return [...lines, line.trimEnd()];
}
