/** Kana, kanji, Hangul and full-width forms: two columns each. @see https://www.unicode.org/reports/tr11/ */
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/;

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
