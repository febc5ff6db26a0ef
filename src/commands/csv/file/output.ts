import { holdBytes } from "../../../lib/files/index.ts";
import { text } from "../../../lib/text/index.ts";
import type { OutputField } from "../../field.ts";
import type { Tools } from "../../tools.ts";

/** What writing an output needs. */
export type OutputTools = Pick<Tools, "terminal" | "temporary" | "outputs">;

/** `-o`: the destination of the file. */
export const OUTPUT = {
  kind: "output",
  short: "o",
  value: "FILE",
  default: "-",
  about: text("output file; - is stdout", "出力先のファイル(- は標準出力)"),
} as const satisfies OutputField;

/** The bytes of a file to be written, in order. */
type Bytes = AsyncIterable<Uint8Array>;

/**
 * Writes a file as a whole or not at all: when `bytes` throws, a named file is left unchanged.
 *
 * @param held stdout, too, gets its first byte only after the last one was read: they wait in the home's tmp folder,
 *   or in memory where the home is read-only
 */
export async function writeOutput(
  { terminal, temporary, outputs }: OutputTools,
  output: string,
  bytes: Bytes,
  { held }: { readonly held: boolean },
): Promise<void> {
  if (output !== "-") {
    await outputs.write(output, async (writer) => {
      for await (const chunk of bytes) await writer.write(chunk);
    });
  } else if (held) {
    await using all = await holdBytes(bytes, temporary);
    await writeStdout(terminal, all.chunks());
  } else {
    await writeStdout(terminal, bytes);
  }
}

/** Stops reading bytes when the reader has closed stdout. */
async function writeStdout({ out }: Tools["terminal"], bytes: Bytes): Promise<void> {
  for await (const chunk of bytes) {
    if (out.closed) return;
    await out.write(chunk);
  }
  // the file the bytes come from may be removed once they have been passed on
  await out.flush();
}
