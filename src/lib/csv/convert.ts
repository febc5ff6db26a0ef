import { getProblemSeverity } from "../model/problem.ts";
import { Decoder } from "./encoding/decode.ts";
import { createEncoder, type Encoder } from "./encoding/encode.ts";
import { CsvPosition } from "./records/place.ts";
import { RecordReader } from "./records/reader.ts";
import type { Encoding, Newline, RecordProblem } from "./records/record.ts";
import { NEWLINES } from "./records/writer.ts";

export interface ConvertOptions {
  readonly from: Encoding;
  readonly to: Encoding;
  /** line ending of the records in the output; default: as in the input. Newlines inside quotes are not changed */
  readonly newline?: Newline | undefined;
  /** true to start the output with a byte order mark; ignored for CP932; default false */
  readonly bom?: boolean | undefined;
  /** what to do with characters that the output's encoding cannot represent; default `error` */
  readonly onUnmappable?: "error" | "replace" | undefined;
  /** delimiter between cells, one character; default comma */
  readonly delimiter?: string | undefined;
}

/** The position of a character that the output's encoding cannot represent. */
export interface UnmappableCell {
  readonly codePoint: number;
  readonly row: number;
  readonly column: number;
}

/** Receives the problems that prevent a conversion, in file order. */
export interface ConvertSink {
  problem(problem: RecordProblem): void;
  /** Called only with `onUnmappable: "error"`. */
  unmappable(cell: UnmappableCell): void;
}

export interface ConversionResult {
  /** false if a problem or an unmappable character was reported; the output must then be discarded */
  readonly sound: boolean;
  /** number of characters written with the other mapping of the same JIS character (〜 as ～) */
  readonly folded: number;
  /** number of characters written as 〓 */
  readonly replaced: number;
  /** true if a Ctrl-Z at the end of the file was dropped */
  readonly ctrlZDropped: boolean;
}

/**
 * Converts a CSV file to another encoding and other newlines, as a stream. All other characters are kept unchanged.
 *
 * The output is valid only if the result is sound: write it to a place from which it can be discarded.
 */
export async function* convert(
  source: AsyncIterable<Uint8Array>,
  options: ConvertOptions,
  sink: ConvertSink,
): AsyncGenerator<Buffer, ConversionResult> {
  const conversion = new Conversion(options, sink);
  for await (const chunk of source) yield* conversion.write(chunk);
  yield* conversion.end();
  return conversion.result();
}

class Conversion {
  readonly #decoder: Decoder;
  readonly #checker: RecordReader;
  readonly #encoder: Encoder;
  readonly #newlines: NewlineRewriter | undefined;
  readonly #place: CsvPosition;
  #pieces: Buffer[] = [];
  /** the piece that is being encoded, and the length of the text encoded before it */
  #piece = "";
  #passed = 0;
  #sound = true;
  #ctrlZDropped = false;

  constructor(options: ConvertOptions, sink: ConvertSink) {
    const { from, to, newline, bom = false, onUnmappable = "error", delimiter = "," } = options;
    this.#place = new CsvPosition({ delimiter });
    this.#newlines = newline === undefined ? undefined : new NewlineRewriter(NEWLINES[newline]);
    this.#checker = new RecordReader(
      { encoding: from, dialect: { delimiter } },
      {
        record: () => undefined,
        problem: (problem) => {
          // invisible characters are kept, so they do not prevent the conversion
          if (getProblemSeverity(problem.code) === "warning" || problem.code === "character-bom") return;
          this.#sound = false;
          sink.problem(problem);
        },
      },
    );
    this.#decoder = new Decoder(from, {
      text: (text) => this.#take(text),
      invalid: (bytes) => this.#checker.invalid(bytes),
    });
    const report = ({ codePoint, index }: { codePoint: number; index: number }): void => {
      const { row, column } = this.#place.behind(this.#piece.slice(0, index - this.#passed));
      this.#sound = false;
      sink.unmappable({ codePoint, row, column });
    };
    this.#encoder = createEncoder(to, { onUnmappable, bom, report });
  }

  write(chunk: Uint8Array): Buffer[] {
    this.#decoder.write(chunk);
    return this.#takePieces();
  }

  end(): Buffer[] {
    this.#ctrlZDropped = this.#decoder.end();
    this.#checker.end();
    this.#pieces.push(this.#encoder.end());
    return this.#takePieces();
  }

  result(): ConversionResult {
    const { folded, replaced } = this.#encoder;
    return { sound: this.#sound, folded, replaced, ctrlZDropped: this.#ctrlZDropped };
  }

  #take(text: string): void {
    this.#checker.text(text);
    this.#piece = this.#newlines === undefined ? text : this.#newlines.rewrite(text);
    this.#pieces.push(this.#encoder.write(this.#piece));
    this.#passed += this.#piece.length;
    this.#place.pass(this.#piece);
  }

  #takePieces(): Buffer[] {
    const pieces = this.#pieces.filter((piece) => piece.length > 0);
    this.#pieces = [];
    return pieces;
  }
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
