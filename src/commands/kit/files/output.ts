import { bufferStream } from "../../../lib/files/index.ts";
import type { Tools } from "../tools.ts";

export type OutputTools = Pick<Tools, "terminal" | "temporary" | "outputs">;

type Bytes = AsyncIterable<Uint8Array>;

/** @param held true to write to stdout only after all bytes were read without an error */
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
    await using all = await bufferStream(bytes, temporary);
    await writeStdout(terminal, all.chunks());
  } else {
    await writeStdout(terminal, bytes);
  }
}

async function writeStdout({ out }: Tools["terminal"], bytes: Bytes): Promise<void> {
  for await (const chunk of bytes) {
    if (out.closed) return;
    await out.write(chunk);
  }
  // flush now, because the caller may delete the file that contains the bytes
  await out.flush();
}
