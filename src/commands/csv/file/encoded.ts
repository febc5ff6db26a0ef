import { createEncoder, type UnmappableCharacter } from "../../../lib/csv/encoding/encode.ts";
import { CsvPosition } from "../../../lib/csv/records/place.ts";
import { formatCount, text } from "../../../lib/text/index.ts";
import type { Tools } from "../../tools.ts";
import type { Dialect } from "../../../lib/csv/records/record.ts";
import type { OutputTextFormat } from "./form.ts";
import { writeOutput, type OutputTools } from "./output.ts";
import {
  MAX_LISTED_CHARACTERS,
  UNMAPPABLE_OUTPUT_TEXTS,
  throwUnmappable,
  type LocatedCharacter,
} from "./unmappable.ts";

/** UTF-8 without a byte order mark. Called only when the output is ready: a tenant records every export. */
type OpenText = () => Promise<AsyncIterable<Uint8Array>>;

/** Encodes UTF-8 text for an output file. If a character is unmappable, throws {@link UnmappableError} at the end. */
class OutputEncoder {
  readonly #form: OutputTextFormat;
  readonly unmappable: UnmappableCharacter[] = [];
  total = 0;
  folded = 0;
  replaced = 0;

  constructor(form: OutputTextFormat) {
    this.#form = form;
  }

  /** Yields the encoded bytes.  @param open called when the first byte is requested */
  async *bytes(open: OpenText): AsyncGenerator<Uint8Array> {
    const source = await open();
    const { encoding, bom, onUnmappable } = this.#form;
    if (encoding === "utf-8") {
      if (bom) yield Buffer.from("\ufeff");
      yield* source;
      return;
    }
    const report = (found: UnmappableCharacter): void => {
      if (this.total++ < MAX_LISTED_CHARACTERS) this.unmappable.push(found);
    };
    const encoder = createEncoder(encoding, { onUnmappable, report, bom });
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    for await (const chunk of source) yield encoder.write(decoder.decode(chunk, { stream: true }));
    yield encoder.write(decoder.decode());
    yield encoder.end();
    this.folded = encoder.folded;
    this.replaced = encoder.replaced;
    if (this.total > 0) throw new UnmappableError();
  }
}

/** Thrown if some characters were unmappable. Their positions are found by reading the text again. */
class UnmappableError extends Error {}

async function locateUnmappable(
  source: AsyncIterable<Uint8Array>,
  found: readonly UnmappableCharacter[],
  dialect?: Dialect,
): Promise<LocatedCharacter[]> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const place = new CsvPosition(dialect);
  const placed: LocatedCharacter[] = [];
  let passed = 0;
  for await (const chunk of source) {
    const piece = decoder.decode(chunk, { stream: true });
    for (let next = found[placed.length]; next !== undefined && next.index < passed + piece.length;) {
      const { row, column } = place.behind(piece.slice(0, next.index - passed));
      placed.push({ codePoint: next.codePoint, row, column });
      next = found[placed.length];
    }
    if (placed.length === found.length) break;
    place.pass(piece);
    passed += piece.length;
  }
  return placed;
}

/**
 * Writes text as a file for the console. If the encoding cannot represent a character, fails with its position and
 * writes nothing, unless the form says that such characters are replaced. Notes report the number of look-alikes and
 * replacements.
 *
 * @param source name of the file that people correct, its dialect, and whether it may turn out to be invalid, so that
 * stdout must not receive anything before its end
 * @throws `input-rejected` if a character is unmappable
 */
export async function writeEncoded(
  tools: OutputTools,
  output: string,
  form: OutputTextFormat,
  open: OpenText,
  source: { readonly name?: string; readonly dialect?: Dialect; readonly held?: boolean } = {},
): Promise<void> {
  const recoding = new OutputEncoder(form);
  const held = source.held ?? (form.encoding !== "utf-8" && form.onUnmappable === "error");
  try {
    await writeOutput(tools, output, recoding.bytes(open), { held });
  } catch (error) {
    if (!(error instanceof UnmappableError)) throw error;
    const name = source.name ?? (output === "-" ? "stdout" : output);
    const placed = await locateUnmappable(await open(), recoding.unmappable, source.dialect);
    const { total } = recoding;
    await throwUnmappable(tools, { ...UNMAPPABLE_OUTPUT_TEXTS, name, encoding: form.encoding, placed, total });
  }
  await noteReplacedCharacters(tools, recoding);
}

export async function noteReplacedCharacters(
  { terminal }: Pick<Tools, "terminal">,
  { folded, replaced }: { readonly folded: number; readonly replaced: number },
): Promise<void> {
  if (folded > 0) {
    await terminal.note(
      text(
        `${formatCount(folded, "character")} written as Shift_JIS look-alikes (for example, 〜 as ～)`,
        `${folded} 文字を Shift_JIS の同じ字形の文字で書きました(〜 を ～ など)`,
      ),
    );
  }
  if (replaced > 0) {
    await terminal.note(
      text(`${formatCount(replaced, "character")} replaced by 〓`, `${replaced} 文字を 〓 に置き換えました`),
    );
  }
}
