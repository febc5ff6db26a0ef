import { open, stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { MOST_BYTES, type NamedFile } from "../apple/index.ts";
import { unreadable } from "../config/index.ts";
import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";
import type { Tools } from "../../commands/tools.ts";

/** A file that was named, with its bytes; one too long for what it should be has a byte more than is allowed. */
export interface ReadFile extends NamedFile {
  /** absolute path; null for stdin */
  readonly path: string | null;
}

/**
 * Reads a file as a whole, no more of it than a certificate or token can have; `-` is stdin.
 *
 * @throws Failure `not-found` when it is not there, `usage` when it is no file or cannot be read
 */
export async function readNamedFile(
  { stdin, workingFolder }: Pick<Tools, "stdin" | "workingFolder">,
  typed: string,
): Promise<ReadFile> {
  if (typed === "-") return { name: typed, path: null, bytes: await readStart(stdin) };
  const path = resolve(workingFolder, typed);
  const found = await stat(path).catch((cause: unknown) => {
    throw unreadable(typed, cause);
  });
  // a pipe might never end, or never begin
  if (!found.isFile()) {
    throw new Failure("usage", { what: text("this is no file", "これはファイルではありません"), where: typed });
  }
  const file = await open(path).catch((cause: unknown) => {
    throw unreadable(typed, cause);
  });
  await using stream = file.createReadStream({ end: MOST_BYTES });
  return { name: basename(path), path, bytes: await readStart(stream) };
}

async function readStart(stream: AsyncIterable<string | Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk);
    chunks.push(bytes);
    length += bytes.length;
    if (length > MOST_BYTES) break;
  }
  return Buffer.concat(chunks);
}
