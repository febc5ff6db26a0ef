import { createHash } from "node:crypto";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { pack as createPack, type Pack } from "tar-stream";
import type { ContentWriter } from "../../../files/index.ts";
import { GZIP_HEADER, buildGzipSeal, type PackedEntry } from "./seal.ts";

/** Packs files into a `.tar.gz` that ends with a seal ({@link buildGzipSeal}). */
export async function packTar(entries: readonly PackedEntry[], asOf: string, into: ContentWriter): Promise<void> {
  const tar = createPack();
  const hash = createHash("sha256");
  const write = async (source: AsyncIterable<Buffer>): Promise<void> => {
    let isFirst = true;
    for await (const chunk of source) {
      if (isFirst) chunk.set(GZIP_HEADER);
      isFirst = false;
      hash.update(chunk);
      await into.write(chunk);
    }
  };
  const written = pipeline(tar, createGzip({ level: 6 }), write);
  await Promise.all([written, writeTarEntries(tar, entries, new Date(`${asOf}T00:00:00Z`))]);
  await into.write(buildGzipSeal(hash.digest()));
}

async function writeTarEntries(tar: Pack, entries: readonly PackedEntry[], mtime: Date): Promise<void> {
  for (const { path, bytes, content } of entries) {
    const entry = tar.entry({ name: path, size: bytes, mode: 0o600, mtime, type: "file", uid: 0, gid: 0 });
    await pipeline(content, entry);
  }
  tar.finalize();
}
