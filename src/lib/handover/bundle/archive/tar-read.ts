import { Readable } from "node:stream";
import { crc32, createInflateRaw } from "node:zlib";
import { extract as createExtract, type Header } from "tar-stream";
import type { RegularFile } from "../../../files/plain.ts";
import { text } from "../../../text/index.ts";
import { GZIP_HEADER, GZIP_SEAL_BYTES } from "./seal.ts";
import { UNPACKS_TOO_LARGE, DAMAGED_ARCHIVE, createInvalidBundleFailure, type ArchiveEntry } from "./unpack.ts";
import { getErrorCode } from "../../../errors/index.ts";

const GZIP_TRAILER_BYTES = 8;

/** Yields the entries of a `.tar.gz` whose seal was checked. Read each entry before you request the next one. */
export async function* readTar(archive: RegularFile, where: string, most: number): AsyncGenerator<ArchiveEntry> {
  const tar = createExtract();
  const source = Readable.from(inflateArchive(archive, where, most), { objectMode: false });
  source.once("error", (error) => tar.destroy(error));
  source.pipe(tar);
  try {
    for await (const entry of tar) yield toArchiveEntry(entry);
  } catch (error) {
    throw (
      source.errored ??
      (error instanceof Error && error.name === "Failure" ? error : createInvalidBundleFailure(where, DAMAGED_ARCHIVE))
    );
  } finally {
    source.destroy();
  }
}

function toArchiveEntry(entry: AsyncIterable<unknown> & { readonly header: Header }): ArchiveEntry {
  const { name, size, type, pax } = entry.header;
  const isPlain = type === "file" && Object.keys(pax ?? {}).every((key) => key === "path" || key === "size");
  return {
    path: name,
    bytes: size,
    fault: isPlain ? undefined : text("not a regular file", "通常のファイルではありません"),
    content: () => entry as AsyncIterable<Buffer>,
  };
}

/** Yields the decompressed content before the seal. Rejects an archive with extra bytes before its seal. */
async function* inflateArchive(archive: RegularFile, where: string, most: number): AsyncGenerator<Buffer> {
  const end = archive.bytes - GZIP_SEAL_BYTES - GZIP_TRAILER_BYTES;
  const head = await archive.readAt(0, GZIP_HEADER.length);
  if (!head.equals(GZIP_HEADER) || end < GZIP_HEADER.length) throw createInvalidBundleFailure(where, DAMAGED_ARCHIVE);
  const inflate = createInflateRaw({ chunkSize: 256 * 1024 });
  const packed = Readable.from(archive.chunks({ from: GZIP_HEADER.length, to: end }), { objectMode: false });
  packed.once("error", (error) => inflate.destroy(error));
  packed.pipe(inflate);
  let passed = 0;
  let sum = 0;
  try {
    for await (const chunk of inflate as AsyncIterable<Buffer>) {
      passed += chunk.length;
      if (passed > most) throw createInvalidBundleFailure(where, UNPACKS_TOO_LARGE);
      sum = crc32(chunk, sum);
      yield chunk;
    }
  } catch (error) {
    throw isZlibError(error) ? createInvalidBundleFailure(where, DAMAGED_ARCHIVE) : error;
  } finally {
    packed.destroy();
  }
  const tail = await archive.readAt(end, GZIP_TRAILER_BYTES);
  const isWhole = inflate.bytesWritten === end - GZIP_HEADER.length;
  if (!isWhole || tail.readUInt32LE(0) !== sum || tail.readUInt32LE(4) !== passed % 2 ** 32)
    throw createInvalidBundleFailure(where, DAMAGED_ARCHIVE);
}

const isZlibError = (error: unknown): boolean => getErrorCode(error).startsWith("Z_");
