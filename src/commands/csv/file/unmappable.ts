import { formatCodePoint, type Encoding } from "../../../lib/csv/records/record.ts";
import { formatCount, text, type Text } from "../../../lib/text/index.ts";
import { RejectedFileFailure } from "../../imports/plan/problems.ts";
import type { Tools } from "../../tools.ts";

export const MAX_LISTED_CHARACTERS = 20;

/** A character that an encoding cannot represent. Rows and columns are counted from 1; a column may be its header. */
export interface LocatedCharacter {
  readonly codePoint: number;
  readonly row: number;
  readonly column: number | string;
}

export interface UnmappableFile {
  readonly name: string;
  readonly encoding: Encoding;
  /** the first characters, at most {@link MAX_LISTED_CHARACTERS} */
  readonly placed: readonly LocatedCharacter[];
  /** number of all unmappable characters or cells, see `unit` */
  readonly total: number;
  readonly unit: "character" | "cell";
  /** what was not done because of these characters */
  readonly consequence: Text;
  readonly hint: Text;
}

const JAPANESE_UNITS = { character: "文字", cell: "セル" } as const;

/** @throws `input-rejected`, always; its problems are the characters */
export async function throwUnmappable(
  { terminal }: Pick<Tools, "terminal">,
  { name, encoding, placed, total, unit, consequence, hint }: UnmappableFile,
): Promise<never> {
  for (const found of placed) {
    const place = `${name}:${found.row}:${found.column}`;
    const character = `${formatCodePoint(found.codePoint)} (${String.fromCodePoint(found.codePoint)})`;
    await terminal.problem(
      text(
        `${place}: ${character} cannot be represented in ${encoding}`,
        `${place}: ${character} は ${encoding} で表せません`,
      ),
    );
  }
  const problems = placed.map(({ codePoint, ...where }) => ({ ...where, codePoint: formatCodePoint(codePoint) }));
  const what = text(
    `${formatCount(total, unit)} cannot be represented in ${encoding}; ${consequence.en}`,
    `${encoding} で表せない${JAPANESE_UNITS[unit]}が ${total} 個あるため、${consequence.ja}`,
  );
  throw new RejectedFileFailure({ what, where: name, hint }, problems);
}

export const UNMAPPABLE_OUTPUT_TEXTS = {
  unit: "character",
  consequence: text("nothing was written", "何も書き出していません"),
  hint: text(
    "use UTF-8, or pass --on-unmappable replace to write 〓 instead",
    "UTF-8 で書き出すか、--on-unmappable replace で 〓 に置き換えてください",
  ),
} as const;
