import { open, stat } from "node:fs/promises";
import { createReadStream } from "node:fs";
import { isAbsolute, join } from "node:path";
import { spoolToFile, unreadable } from "../config/index.ts";
import { Failure } from "../errors/index.ts";
import { text, type Text } from "../text/index.ts";
import type { Tools } from "../../commands/tools.ts";

/** A file that is imported: on the disk, so that it can be read more than once. */
export interface InputFile extends AsyncDisposable {
  /** as it was typed; `-` for stdin */
  readonly label: string;
  readonly path: string;
  readonly bytes: number;
  /** Reads it from the start, in chunks that are never used again. */
  chunks(): AsyncGenerator<Uint8Array>;
}

const CHUNK_BYTES = 256 * 1024;

/**
 * Opens what is to be imported; stdin, a pipe or a device is spooled into the home first.
 *
 * @throws `not-found` when there is no such file, `usage` when it cannot be read
 */
export async function openInput(
  { stdin, temporary, workingFolder }: Pick<Tools, "stdin" | "temporary" | "workingFolder">,
  label: string,
): Promise<InputFile> {
  if (label === "-") return spooled(label, stdin, temporary);
  const path = isAbsolute(label) ? label : join(workingFolder, label);
  const found = await stat(path).catch((cause: unknown) => {
    throw unreadable(label, cause);
  });
  if (found.isDirectory()) throw refusal(label, text("this is a folder", "これはフォルダーです"));
  if (!found.isFile()) return spooled(label, createReadStream(path), temporary);
  return {
    label,
    path,
    bytes: found.size,
    chunks: () => readChunks(path, label),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

async function spooled(
  label: string,
  stream: AsyncIterable<string | Uint8Array>,
  temporary: Tools["temporary"],
): Promise<InputFile> {
  const { path, bytes, [Symbol.asyncDispose]: remove } = await spoolToFile(stream, temporary);
  return { label, path, bytes, chunks: () => readChunks(path, label), [Symbol.asyncDispose]: remove };
}

async function* readChunks(path: string, label: string): AsyncGenerator<Uint8Array> {
  const file = await open(path).catch((cause: unknown) => {
    throw unreadable(label, cause);
  });
  try {
    for (;;) {
      const { bytesRead, buffer } = await file.read(new Uint8Array(CHUNK_BYTES), 0, CHUNK_BYTES);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

const refusal = (where: string, what: Text): Failure => new Failure("usage", { what, where });
