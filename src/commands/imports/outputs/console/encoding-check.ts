import { firstUnmappable } from "../../../../lib/csv/encoding/encode.ts";
import { text } from "../../../../lib/text/index.ts";
import { MOST_NAMED, throwUnmappable } from "../../../csv/file/unmappable.ts";
import type { Tools } from "../../../tools.ts";

/** Finds the characters of rows that an encoding cannot hold, before anything is written. */
export class EncodingCheck {
  readonly #encoding: "utf-8" | "shift_jis";
  readonly #placed: { readonly row: number; readonly header: string; readonly codePoint: number }[] = [];
  #total = 0;

  constructor(encoding: "utf-8" | "shift_jis") {
    this.#encoding = encoding;
  }

  /** Looks at one row's values, each beside its header; `row` is the row of the input that they come from. */
  take(row: number, named: Iterable<readonly [header: string, value: string]>): void {
    for (const [header, value] of named) {
      const found = firstUnmappable(this.#encoding, value);
      if (found === undefined) continue;
      this.#total += 1;
      if (this.#placed.length < MOST_NAMED) this.#placed.push({ row, header, codePoint: found.codePoint });
    }
  }

  /** @throws `input-rejected` where a character was found; each is named by row, header and code point */
  async end(tools: Pick<Tools, "terminal">, name: string): Promise<void> {
    if (this.#total === 0) return;
    await throwUnmappable(tools, {
      name,
      encoding: this.#encoding,
      placed: this.#placed,
      total: this.#total,
      unit: "cell",
      consequence: text("no file was written, nothing was changed", "ファイルを書き出さず、何も変更していません"),
      hint: text("replace these characters and import again", "これらの文字を置き換えて、再度インポートしてください"),
    });
  }
}
