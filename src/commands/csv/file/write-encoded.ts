import { createEncoder, findUnmappable } from "../../../lib/csv/encoding/encode.ts";
import { RecordReader } from "../../../lib/csv/records/reader.ts";
import type { Encoding } from "../../../lib/csv/records/record.ts";
import { formatCount, text } from "../../../lib/text/index.ts";
import type { Tools } from "../../tools.ts";
import type { OutputTextFormat } from "./text-format.ts";
import { writeOutput, type OutputTools } from "./output.ts";
import { MAX_LISTED_CHARACTERS, throwUnmappable, type LocatedCharacter } from "./unmappable.ts";

/** Called only when writing starts, because the tenant's audit log records each export that is opened. */
type OpenText = () => Promise<AsyncIterable<Uint8Array>>;

class UnmappableError extends Error {}

/** Lists the first characters of a CSV file in UTF-8 that the encoding lacks. */
async function locateUnmappable(
  source: AsyncIterable<Uint8Array>,
  encoding: Encoding,
): Promise<readonly LocatedCharacter[]> {
  const placed: LocatedCharacter[] = [];
  const record = (cells: readonly string[], count: number, row: number): void => {
    for (const [at, cell] of cells.slice(0, count).entries())
      for (const character of cell) {
        const codePoint = findUnmappable(encoding, character);
        if (codePoint !== undefined) placed.push({ codePoint, row, column: at + 1 });
      }
  };
  const reader = new RecordReader({ encoding: "utf-8" }, { record, problem: () => undefined });
  for await (const chunk of source) {
    reader.write(chunk);
    if (placed.length >= MAX_LISTED_CHARACTERS) break;
  }
  reader.end();
  return placed.slice(0, MAX_LISTED_CHARACTERS);
}

export async function writeEncoded(
  tools: OutputTools,
  output: string,
  { encoding, bom, onUnmappable }: OutputTextFormat,
  open: OpenText,
): Promise<void> {
  let total = 0;
  const encoder = createEncoder(encoding, { onUnmappable, report: () => (total += 1), bom });
  async function* encode(): AsyncGenerator<Uint8Array> {
    const opened = await open();
    if (encoding === "utf-8") {
      if (bom) yield Buffer.from("\ufeff");
      yield* opened;
      return;
    }
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    for await (const chunk of opened) yield encoder.write(decoder.decode(chunk, { stream: true }));
    yield encoder.write(decoder.decode());
    yield encoder.end();
    if (total > 0) throw new UnmappableError();
  }
  try {
    await writeOutput(tools, output, encode(), { held: encoding !== "utf-8" && onUnmappable === "error" });
  } catch (error) {
    if (!(error instanceof UnmappableError)) throw error;
    const name = output === "-" ? "stdout" : output;
    const placed = await locateUnmappable(await open(), encoding);
    const hint = text(
      "use UTF-8, or pass --on-unmappable replace to write 〓 instead",
      "UTF-8 で書き出すか、--on-unmappable replace で 〓 に置き換えてください",
    );
    await throwUnmappable(tools, { name, encoding, placed, total, hint });
  }
  await noteReplacedCharacters(tools, encoder);
}

export async function noteReplacedCharacters(
  { terminal }: Pick<Tools, "terminal">,
  { folded, replaced }: { readonly folded: number; readonly replaced: number },
): Promise<void> {
  if (folded > 0) {
    await terminal.note(
      text(
        `${formatCount(folded, "character")} replaced by similar characters that Shift_JIS has (for example, 〜 by ～)`,
        `${folded} 文字を、Shift_JIS にある似た文字に置き換えました(〜 を ～ に、など)`,
      ),
    );
  }
  if (replaced > 0) {
    await terminal.note(
      text(`${formatCount(replaced, "character")} replaced by 〓`, `${replaced} 文字を 〓 に置き換えました`),
    );
  }
}
