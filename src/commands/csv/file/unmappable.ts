import { codePointName, type Encoding } from "../../../lib/csv/records/record.ts";
import { counted, text, type Text } from "../../../lib/text/index.ts";
import { RejectedFile } from "../../imports/plan/problems.ts";
import type { Tools } from "../../tools.ts";

/** Maximum number of characters listed; all are counted. */
export const MAX_NAMED = 20;

/**
 * A character that an encoding cannot represent. Its row and column are counted from 1; if only its column's header
 * is known, that takes the place of the column.
 */
export type PlacedCharacter = { readonly codePoint: number; readonly row: number } & (
  | { readonly column: number }
  | { readonly header: string }
);

/** The unmappable characters of a file. */
export interface UnmappableFile {
  /** its name in messages */
  readonly name: string;
  readonly encoding: Encoding;
  /** the first characters, at most {@link MAX_NAMED} */
  readonly placed: readonly PlacedCharacter[];
  /** the number of all of them, and their unit */
  readonly total: number;
  readonly unit: "character" | "cell";
  /** what was not done because of them */
  readonly consequence: Text;
  readonly hint: Text;
}

const UNITS = { character: "文字", cell: "セル" } as const;

/**
 * Lists the characters as `FILE:ROW:COLUMN: reason`, one line each.
 *
 * @throws `input-rejected`, always; its problems are the characters
 */
export async function throwUnmappable(
  { terminal }: Pick<Tools, "terminal">,
  { name, encoding, placed, total, unit, consequence, hint }: UnmappableFile,
): Promise<never> {
  for (const found of placed) {
    const place = `${name}:${found.row}:${"column" in found ? found.column : found.header}`;
    const character = `${codePointName(found.codePoint)} (${String.fromCodePoint(found.codePoint)})`;
    await terminal.problem(
      text(
        `${place}: ${character} cannot be written in ${encoding}`,
        `${place}: ${character} は ${encoding} で表せません`,
      ),
    );
  }
  const problems = placed.map(({ codePoint, ...where }) => ({ ...where, codePoint: codePointName(codePoint) }));
  const what = text(
    `${counted(total, unit)} cannot be written in ${encoding}; ${consequence.en}`,
    `${encoding} で表せない${UNITS[unit]}が ${total} 個あるため、${consequence.ja}`,
  );
  throw new RejectedFile({ what, where: name, hint }, problems);
}

/** For a command that writes a file in a selectable encoding. */
export const NOTHING_WRITTEN = {
  unit: "character",
  consequence: text("nothing was written", "何も書き出していません"),
  hint: text(
    "write UTF-8, or pass --on-unmappable replace to write 〓 for them",
    "UTF-8 で書き出すか、--on-unmappable replace で 〓 に置き換えてください",
  ),
} as const;
