/** Kana, kanji, Hangul and full-width forms. @see https://www.unicode.org/reports/tr11/ */
const WIDE_FORMS = String.raw`\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6`;
const WIDE_CHARACTER = new RegExp(`[${WIDE_FORMS}]`);

const CLOSING_MARKS = "[、。,.;」)）ー・:：|]*";

/** Matches text that is not broken, such as a marked command, a quoted name or a word. */
const UNBREAKABLE_PIECES = new RegExp(
  String.raw`\s+|[「(（]*\u0002[^\u0003]*\u0003(?: ?[」)）、。,.:;]+)?|「[^\s」]{1,24}」${CLOSING_MARKS}|[「『(（]*(?:[${WIDE_FORMS}|]|[^\s\u0002|${WIDE_FORMS}]+)${CLOSING_MARKS}`,
  "gu",
);

/** Use this function for clomoctl's own texts. `displayWidth` is exact for all data, but loads a segmenter in 20 ms. */
export function plainTextWidth(words: string): number {
  let columns = 0;
  for (const character of words) {
    columns += WIDE_CHARACTER.test(character) ? 2 : character < " " ? 0 : 1;
  }
  return columns;
}

export const padPlainText = (words: string, columns: number): string =>
  words + " ".repeat(Math.max(0, columns - plainTextWidth(words)));

export const splitIntoLinePieces = (words: string): readonly string[] => words.match(UNBREAKABLE_PIECES) ?? [];

/** Wraps text at spaces, after `|`, and between kana or kanji. A word that is too long has its own line. */
export const wrapIntoLines = (
  words: string,
  columns: number,
  widthOf: (part: string) => number = plainTextWidth,
): string[] => wrapPieces(splitIntoLinePieces(words), columns, { widthOf });

export function wrapPieces(
  pieces: readonly string[],
  columns: number,
  { indent = "", widthOf = plainTextWidth } = {},
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
