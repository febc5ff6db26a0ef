import { formatCodePoint, type Encoding } from "../../../lib/csv/records/record.ts";
import { formatCount, text, type Text } from "../../../lib/text/index.ts";
import { RejectedFileFailure } from "../../imports/plan/problems.ts";
import type { Tools } from "../../tools.ts";

export const MAX_LISTED_CHARACTERS = 20;

/** `row` and `column` count from 1. `column` can also be a header. */
export interface LocatedCharacter {
  readonly codePoint: number;
  readonly row: number;
  readonly column: number | string;
}

export interface UnmappableFile {
  readonly name: string;
  readonly encoding: Encoding;
  readonly placed: readonly LocatedCharacter[];
  readonly total: number;
  readonly hint: Text;
}

export async function throwUnmappable(
  { terminal }: Pick<Tools, "terminal">,
  { name, encoding, placed, total, hint }: UnmappableFile,
): Promise<never> {
  const problems = placed.map(({ codePoint, ...where }) => ({ ...where, codePoint: formatCodePoint(codePoint) }));
  for (const [at, { row, column, codePoint }] of problems.entries()) {
    const character = `${name}:${row}:${column}: ${codePoint} (${String.fromCodePoint(placed[at]?.codePoint ?? 0)})`;
    await terminal.problem(
      text(`${character} cannot be represented in ${encoding}`, `${character} は ${encoding} で表せません`),
    );
  }
  const what = text(
    `characters in ${formatCount(total, "place")} cannot be represented in ${encoding}; nothing was written or changed`,
    `${encoding} で表せない文字が ${total} か所あるため、何も書き出さず、何も変更していません`,
  );
  throw new RejectedFileFailure({ what, where: name, hint }, problems);
}
