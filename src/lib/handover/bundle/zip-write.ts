import { once } from "node:events";
import { Readable } from "node:stream";
import { ZipFile } from "yazl";
import type { ContentWriter } from "../../files/index.ts";
import type { ArchiveEntry } from "./unpack.ts";

const REGULAR_FILE_MODE = 0o100600;

export type PackedEntry = Omit<ArchiveEntry, "fault">;

export async function packZip(entries: readonly PackedEntry[], asOf: string, into: ContentWriter): Promise<void> {
  const zip = new ZipFile();
  // ZIP entries contain local time; noon exists on every day in every time zone
  const mtime = new Date(`${asOf}T12:00:00`);
  for (const { path, bytes, content } of entries) {
    zip.addReadStreamLazy(path, { mtime, mode: REGULAR_FILE_MODE, size: bytes, forceDosTimestamp: true }, (give) => {
      const stream = Readable.from(content(), { objectMode: false });
      stream.once("error", (error) => zip.emit("error", error));
      give(null, stream);
    });
  }
  zip.end();
  const write = async (): Promise<void> => {
    for await (const chunk of zip.outputStream as AsyncIterable<Buffer>) await into.write(chunk);
  };
  const failed = once(zip, "error").then(([error]) => Promise.reject(error as Error));
  await Promise.race([write(), failed]);
}
