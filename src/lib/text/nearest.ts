/** Returns a word in the form for comparisons that ignore width, case, blanks and invisible characters. */
export const toLooseKey = (word: string): string =>
  word
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[\s\p{Cf}]/gu, "");

/** Returns the candidate with the fewest edits, at most a third of the misspelt word's length. */
export function findNearestWord(
  word: string,
  candidates: Iterable<string>,
  loose = (written: string): string => written.toLowerCase(),
): string | undefined {
  const wanted = [...loose(word)];
  let best: string | undefined;
  let fewest = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of candidates) {
    const edits = countEdits(wanted, [...loose(candidate)]);
    if (edits < fewest) {
      fewest = edits;
      best = candidate;
    }
  }
  return best;
}

function countEdits(from: readonly string[], to: readonly string[]): number {
  let older: readonly number[] = [];
  let above: readonly number[] = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [row, letter] of from.entries()) {
    const current = [row + 1];
    for (const [column, other] of to.entries()) {
      const replaced = (above[column] ?? 0) + (letter === other ? 0 : 1);
      const swapped = letter === to[column - 1] && other === from[row - 1] ? (older[column - 1] ?? 0) + 1 : Infinity;
      current.push(Math.min(replaced, swapped, (above[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    older = above;
    above = current;
  }
  return above.at(-1) ?? 0;
}
