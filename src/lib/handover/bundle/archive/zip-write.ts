import { createHash } from "node:crypto";
import { once } from "node:events";
import { Readable } from "node:stream";
import { ZipFile } from "yazl";
import type { ContentWriter } from "../../../files/index.ts";
import { ZIP_SEAL_BYTES, zipSeal, type PackedEntry } from "./seal.ts";

const REGULAR = 0o100600;

/** Packs files as `.zip`, sealed by {@link zipSeal}. */
export async function packZip(entries: readonly PackedEntry[], asOf: string, into: ContentWriter): Promise<void> {
  const zip = new ZipFile();
  // of the machine's zone, as its hours and minutes are written, and noon is in every zone
  const mtime = new Date(`${asOf}T12:00:00`);
  for (const { path, bytes, content } of entries) {
    zip.addReadStreamLazy(path, { mtime, mode: REGULAR, size: bytes, forceDosTimestamp: true }, (give) => {
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
      // the end of the central directory is last, and the comment's length the last of it
      held = bytes.subarray(-COMMENT_LENGTH_BYTES);
      await into.write(bytes.subarray(0, -COMMENT_LENGTH_BYTES));
    }
  };
  const failed = once(zip, "error").then(([error]) => Promise.reject(error as Error));
  await Promise.race([write(), failed]);
  await into.write(Uint8Array.of(ZIP_SEAL_BYTES, 0));
  await into.write(zipSeal(hash.digest()));
}

const COMMENT_LENGTH_BYTES = 2;
