import { firstUnmappable } from "../../../../lib/csv/encoding/encode.ts";
import { text } from "../../../../lib/text/index.ts";
import type { Tools } from "../../../tools.ts";
import { RejectedFile } from "../../plan/problems.ts";

/** A character that an encoding cannot hold, with the row of the input that it comes from. */
interface PlacedCharacter {
  readonly row: number;
  readonly header: string;
  readonly codePoint: string;
}

/** How many characters are named; all are counted. */
const MOST_NAMED = 20;

/** Finds the characters of rows that an encoding cannot hold, before anything is written. */
export class EncodingCheck {
  readonly #encoding: "utf-8" | "shift_jis";
  readonly #placed: PlacedCharacter[] = [];
  #total = 0;

  constructor(encoding: "utf-8" | "shift_jis") {
    this.#encoding = encoding;
  }

  /** Looks at one row's values, each beside its header. */
  take(row: number, named: Iterable<readonly [header: string, value: string]>): void {
    for (const [header, value] of named) {
      const found = firstUnmappable(this.#encoding, value);
      if (found === undefined) continue;
      this.#total += 1;
      if (this.#placed.length >= MOST_NAMED) continue;
      const codePoint = `U+${found.codePoint.toString(16).toUpperCase().padStart(4, "0")}`;
      this.#placed.push({ row, header, codePoint });
    }
  }

  /** @throws `input-rejected` where a character was found; each is named by row, column and code point */
  async end({ terminal }: Pick<Tools, "terminal">, label: string): Promise<void> {
    if (this.#total === 0) return;
    for (const { row, header, codePoint } of this.#placed) {
      const place = `${label}:${row}:${header}`;
      await terminal.problem(
        text(
          `${place}: ${codePoint} cannot be written in ${this.#encoding}`,
          `${place}: ${codePoint} は ${this.#encoding} では表せません`,
        ),
      );
    }
    throw new RejectedFile(
      {
        what: text(
          `${this.#total} cells cannot be written in ${this.#encoding}; no file was written, nothing was changed`,
          `${this.#encoding} で表せないセルが ${this.#total} 個あるため、ファイルを書き出さず、何も変更していません`,
        ),
        where: label,
        hint: text("replace these characters and import again", "これらの文字を置き換えて、再度インポートしてください"),
      },
      this.#placed,
    );
  }
}
