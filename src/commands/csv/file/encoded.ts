import { createEncoder, type Unmappable } from "../../../lib/csv/encoding/encode.ts";
import { CsvPosition } from "../../../lib/csv/records/place.ts";
import type { Dialect } from "../../../lib/csv/records/record.ts";
import { counted, text } from "../../../lib/text/index.ts";
import type { Tools } from "../../tools.ts";
import type { OutputForm } from "./form.ts";
import { writeOutput, type OutputTools } from "./output.ts";
import { MAX_NAMED, NOTHING_WRITTEN, throwUnmappable, type PlacedCharacter } from "./unmappable.ts";

/** Encodes UTF-8 text, and throws {@link UnmappableError} after the last byte if a character was unmappable. */
export class Recoding {
  readonly #form: OutputForm;
  readonly unmappable: Unmappable[] = [];
  total = 0;
  folded = 0;
  replaced = 0;

  constructor(form: OutputForm) {
    this.#form = form;
  }

  /** @param open as of {@link TextContent}; called once the first byte is asked for */
  async *bytes(open: TextContent["open"]): AsyncGenerator<Uint8Array> {
    const source = await open();
    const { encoding, bom, onUnmappable } = this.#form;
    if (encoding === "utf-8") {
      if (bom) yield Buffer.from("\ufeff");
      yield* source;
      return;
    }
    const report = (found: Unmappable): void => {
      if (this.total++ < MAX_NAMED) this.unmappable.push(found);
    };
    const encoder = createEncoder(encoding, { onUnmappable, report });
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    for await (const chunk of source) yield encoder.write(decoder.decode(chunk, { stream: true }));
    yield encoder.write(decoder.decode());
    yield encoder.end();
    this.folded = encoder.folded;
    this.replaced = encoder.replaced;
    if (this.total > 0) throw new UnmappableError();
  }
}

/** Some characters were unmappable; their places are found by reading again. */
export class UnmappableError extends Error {}

/** Reads the text again, up to the last unmappable character. */
export async function placeAgain(
  source: AsyncIterable<Uint8Array>,
  dialect: Dialect | undefined,
  found: readonly Unmappable[],
): Promise<PlacedCharacter[]> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const place = new CsvPosition(dialect);
  const placed: PlacedCharacter[] = [];
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

/** The content of a file to be written, as UTF-8 text that can be read repeatedly. */
export interface TextContent {
  /**
   * opens the text for reading, in UTF-8 without a byte order mark: once the output is there to take it, as a tenant
   * records an export that is opened
   */
  readonly open: () => Promise<AsyncIterable<Uint8Array>>;
  /** default: the console's */
  readonly dialect?: Dialect | undefined;
}

/**
 * Writes text as a file for the console, strictly: a character that the encoding cannot represent is a failure that
 * names its place, and nothing is written. Look-alikes and replacements are counted in notes.
 *
 * @throws `input-rejected` when a character is unmappable
 */
export async function writeEncoded(
  tools: OutputTools,
  output: string,
  form: OutputForm,
  { open, dialect }: TextContent,
): Promise<void> {
  const recoding = new Recoding(form);
  const held = form.encoding !== "utf-8" && form.onUnmappable === "error";
  try {
    await writeOutput(tools, output, recoding.bytes(open), { held });
  } catch (error) {
    if (!(error instanceof UnmappableError)) throw error;
    const name = output === "-" ? "stdout" : output;
    const placed = await placeAgain(await open(), dialect, recoding.unmappable);
    const { total } = recoding;
    await throwUnmappable(tools, { ...NOTHING_WRITTEN, name, encoding: form.encoding, placed, total });
  }
  await noteCounts(tools, recoding);
}

/** Notes how many characters were written in another mapping of the same JIS character, or as 〓. */
export async function noteCounts(
  { terminal }: Pick<Tools, "terminal">,
  { folded, replaced }: { readonly folded: number; readonly replaced: number },
): Promise<void> {
  if (folded > 0) {
    await terminal.note(
      text(
        `written as their Shift_JIS look-alikes (〜 as ～): ${counted(folded, "character")}`,
        `${folded} 文字を Shift_JIS の同じ字形の文字で書きました(〜 を ～ など)`,
      ),
    );
  }
  if (replaced > 0) {
    await terminal.note(
      text(`written as 〓: ${counted(replaced, "character")}`, `${replaced} 文字を 〓 に置き換えました`),
    );
  }
}
