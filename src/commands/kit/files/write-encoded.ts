import { createEncoder, findUnmappable } from "../../../lib/csv/encoding/encode.ts";
import { RecordReader } from "../../../lib/csv/encoding/reader.ts";
import { formatCodePoint, type Encoding } from "../../../lib/csv/records/record.ts";
import { formatCount, text, type Text } from "../../../lib/text/index.ts";
import { RejectedFileFailure } from "./problems.ts";
import type { Tools } from "../tools.ts";
import type { OutputTextFormat } from "./text-format.ts";
import { writeOutput, type OutputTools } from "./outputs.ts";

export const MAX_LISTED_CHARACTERS = 20;

/** `row` and `column` count from 1. `column` can also be a header. */
export interface LocatedCharacter {
  readonly codePoint: number;
  readonly row: number;
  readonly column: number | string;
}

interface UnmappableFile {
  readonly name: string;
  readonly encoding: Encoding;
  readonly placed: readonly LocatedCharacter[];
  readonly total: number;
  readonly hint: Text;
}

export async function throwUnmappable(
  { terminal }: Pick<Tools, "terminal">,
  { name, encoding, placed, total, hint }: UnmappableFile,
): Promise<never> {
  const problems = placed.map(({ codePoint, ...where }) => ({ ...where, codePoint: formatCodePoint(codePoint) }));
  for (const [at, { row, column, codePoint }] of problems.entries()) {
    const character = `${name}:${row}:${column}: ${codePoint} (${String.fromCodePoint(placed[at]?.codePoint ?? 0)})`;
    await terminal.problem(
      text(`${character} cannot be represented in ${encoding}`, `${character} は ${encoding} で表せません`),
    );
  }
  const what = text(
    `characters in ${formatCount(total, "place")} cannot be represented in ${encoding}; nothing was written or changed`,
    `${encoding} で表せない文字が ${total} か所あるため、何も書き出さず、何も変更していません`,
  );
  throw new RejectedFileFailure({ what, where: name, hint }, problems);
}

/** Called only when writing starts, because the tenant's audit log records each export that is opened. */
type OpenText = () => Promise<AsyncIterable<Uint8Array>>;

class UnmappableError extends Error {}

/** Lists the first characters of a CSV file in UTF-8 that the encoding lacks. */
async function locateUnmappable(source: AsyncIterable<Uint8Array>, encoding: Encoding) {
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
  { encoding, onUnmappable }: OutputTextFormat,
  open: OpenText,
): Promise<void> {
  let total = 0;
  const encoder = createEncoder(encoding, { onUnmappable, report: () => (total += 1) });
  async function* encode(): AsyncGenerator<Uint8Array> {
    const opened = await open();
    if (encoding === "utf-8") {
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
    const hint = text("use UTF-8 or --on-unmappable replace", "UTF-8 か --on-unmappable replace を指定してください");
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
