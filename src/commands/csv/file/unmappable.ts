import type { Encoding } from "../../../lib/csv/records/record.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import { counted } from "../../listing/counted.ts";
import type { Tools } from "../../tools.ts";

/** A character that an encoding cannot hold, and the row and column it stands in, counted from 1. */
export interface PlacedCharacter {
  readonly codePoint: number;
  readonly row: number;
  readonly column: number;
}

/** What could not be written. */
export interface UnmappableFile {
  /** the file, as messages call it */
  readonly name: string;
  readonly encoding: Encoding;
  /** the first ones */
  readonly placed: readonly PlacedCharacter[];
  /** how many there are in all */
  readonly total: number;
}

const codePointName = (codePoint: number): string => `U+${codePoint.toString(16).toUpperCase().padStart(4, "0")}`;

const reason = (codePoint: number, encoding: Encoding): Text => {
  const character = `${codePointName(codePoint)} (${String.fromCodePoint(codePoint)})`;
  return text(`${encoding} has no ${character}`, `${encoding} では ${character} を表せません`);
};

/**
 * Lists the characters, one line each.
 *
 * @throws `input-rejected`, always
 */
export async function throwUnmappable(
  { terminal }: Pick<Tools, "terminal">,
  { name, encoding, placed, total }: UnmappableFile,
): Promise<never> {
  for (const { codePoint, row, column } of placed) {
    const { en, ja } = reason(codePoint, encoding);
    await terminal.problem(text(`${name}:${row}:${column}: ${en}`, `${name}:${row}:${column}: ${ja}`));
  }
  const problems = placed.map(({ codePoint, ...where }) => ({ ...where, codePoint: codePointName(codePoint) }));
  const failure = new Failure("input-rejected", {
    what: text(
      `nothing was written: ${encoding} cannot hold ${counted(total, "character")}`,
      `${encoding} で表せない文字が ${total} 個あるため、何も書き出していません`,
    ),
    where: name,
    hint: text(
      "write UTF-8, or pass --on-unmappable replace to write 〓 for them",
      "UTF-8 で書き出すか、--on-unmappable replace で 〓 に置き換えてください",
    ),
  });
  throw Object.assign(failure, { problems });
}
