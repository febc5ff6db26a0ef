import { getProblemSeverity } from "../model/problem.ts";
import { Decoder } from "./encoding/decode.ts";
import { RecordReader } from "./records/reader.ts";
import type { Encoding, Newline, RecordProblem } from "./records/record.ts";
import { NEWLINES } from "./records/writer.ts";

export interface ConversionOptions {
  readonly encoding: Encoding;
  /** line ending of the output; by default, the same as in the input */
  readonly newline?: Newline | undefined;
  readonly delimiter: string;
}

/** Yields the text as UTF-8 without a byte order mark. @param report called for errors, but not for warnings */
export async function* readAsUtf8(
  source: AsyncIterable<Uint8Array>,
  { encoding, newline, delimiter }: ConversionOptions,
  report: (problem: RecordProblem) => void,
): AsyncGenerator<Buffer> {
  const newlines = newline === undefined ? undefined : new NewlineRewriter(NEWLINES[newline]);
  const checker = new RecordReader(
    { encoding, dialect: { delimiter } },
    {
      record: () => undefined,
      problem: (problem) => {
        // a byte order mark inside the text is not an error here, because it is copied unchanged
        if (getProblemSeverity(problem.code) !== "warning" && problem.code !== "character-bom") report(problem);
      },
    },
  );
  let piece = "";
  const decoder = new Decoder(encoding, {
    text: (text) => {
      checker.text(text);
      piece += newlines?.rewrite(text) ?? text;
    },
    invalid: (bytes) => checker.invalid(bytes),
  });
  for await (const chunk of source) {
    decoder.write(chunk);
    yield Buffer.from(piece);
    piece = "";
  }
  decoder.end();
  checker.end();
  yield Buffer.from(piece);
}

class NewlineRewriter {
  readonly #newline: string;
  #inQuotes = false;
  #afterCr = false;

  constructor(newline: string) {
    this.#newline = newline;
  }

  rewrite(text: string): string {
    let rewritten = "";
    let from = 0;
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      const afterCr = this.#afterCr;
      this.#afterCr = false;
      if (unit > 34) continue;
      if (unit === 34) this.#inQuotes = !this.#inQuotes;
      else if (!this.#inQuotes && (unit === 13 || unit === 10)) {
        const second = unit === 10 && afterCr;
        rewritten += second ? text.slice(from, at) : text.slice(from, at) + this.#newline;
        from = at + 1;
        this.#afterCr = unit === 13;
      }
    }
    return rewritten + text.slice(from);
  }
}
