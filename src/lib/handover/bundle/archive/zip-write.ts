import { createHash } from "node:crypto";
import { once } from "node:events";
import { Readable } from "node:stream";
import { ZipFile } from "yazl";
import type { ContentWriter } from "../../../files/index.ts";
import { ZIP_SEAL_BYTES, buildZipSeal, type PackedEntry } from "./seal.ts";

const REGULAR_FILE_MODE = 0o100600;

/** Packs files into a `.zip` with a seal ({@link buildZipSeal}) as its comment. */
export async function packZip(entries: readonly PackedEntry[], asOf: string, into: ContentWriter): Promise<void> {
  const zip = new ZipFile();
  // ZIP entries store local time, and noon exists on every day in every time zone
  const mtime = new Date(`${asOf}T12:00:00`);
  for (const { path, bytes, content } of entries) {
    zip.addReadStreamLazy(path, { mtime, mode: REGULAR_FILE_MODE, size: bytes, forceDosTimestamp: true }, (give) => {
      const stream = Readable.from(content(), { objectMode: false });
      stream.once("error", (error) => zip.emit("error", error));
      give(null, stream);
    });
  }
  zip.end();
  const hash = createHash("sha256");
  let held = Buffer.alloc(0);
  const write = async (): Promise<void> => {
    for await (const chunk of zip.outputStream as AsyncIterable<Buffer>) {
      hash.update(chunk);
      const bytes = Buffer.concat([held, chunk]);
      // the archive ends with the central directory, and its last two bytes are the length of the comment
      held = bytes.subarray(-COMMENT_LENGTH_BYTES);
      await into.write(bytes.subarray(0, -COMMENT_LENGTH_BYTES));
    }
  };
  const failed = once(zip, "error").then(([error]) => Promise.reject(error as Error));
  await Promise.race([write(), failed]);
  await into.write(Uint8Array.of(ZIP_SEAL_BYTES, 0));
  await into.write(buildZipSeal(hash.digest()));
}

const COMMENT_LENGTH_BYTES = 2;
