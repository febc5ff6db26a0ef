import { createEncoder, type UnmappableCharacter } from "../../../lib/csv/encoding/encode.ts";
import { CsvPosition } from "../../../lib/csv/records/csv-position.ts";
import { formatCount, text } from "../../../lib/text/index.ts";
import type { Tools } from "../../tools.ts";
import type { OutputTextFormat } from "./text-format.ts";
import { writeOutput, type OutputTools } from "./output.ts";
import { MAX_LISTED_CHARACTERS, throwUnmappable, type LocatedCharacter } from "./unmappable.ts";

/** Called only when writing starts, because the tenant's audit log records each export that is opened. */
type OpenText = () => Promise<AsyncIterable<Uint8Array>>;

class UnmappableError extends Error {}

async function locateUnmappable(
  source: AsyncIterable<Uint8Array>,
  found: readonly UnmappableCharacter[],
): Promise<LocatedCharacter[]> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const place = new CsvPosition();
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

export async function writeEncoded(
  tools: OutputTools,
  output: string,
  { encoding, bom, onUnmappable }: OutputTextFormat,
  open: OpenText,
): Promise<void> {
  const unmappable: UnmappableCharacter[] = [];
  let total = 0;
  const report = (found: UnmappableCharacter): void => {
    if (total++ < MAX_LISTED_CHARACTERS) unmappable.push(found);
  };
  const encoder = createEncoder(encoding, { onUnmappable, report, bom });
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
    const placed = await locateUnmappable(await open(), unmappable);
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
