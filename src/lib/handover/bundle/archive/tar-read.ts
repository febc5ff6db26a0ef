import { Readable } from "node:stream";
import { crc32, createInflateRaw } from "node:zlib";
import { extract as createExtract, type Header } from "tar-stream";
import type { PlainFile } from "../../../files/plain.ts";
import { text } from "../../../text/index.ts";
import { GZIP_HEAD, GZIP_SEAL_BYTES } from "./seal.ts";
import { BOMB, CUT, refuse, type FoundEntry } from "./unpack.ts";

/** The CRC and the length at the end of a gzip file. */
const TAIL_BYTES = 8;

/** The entries of a `.tar.gz` whose seal was checked, in turn; each has to be read before the next one comes. */
export async function* readTar(archive: PlainFile, where: string, most: number): AsyncGenerator<FoundEntry> {
  const tar = createExtract();
  const source = Readable.from(inflated(archive, where, most), { objectMode: false });
  source.once("error", (error) => tar.destroy(error));
  source.pipe(tar);
  try {
    for await (const entry of tar) yield foundOf(entry);
  } catch (error) {
    throw source.errored ?? (error instanceof Error && error.name === "Failure" ? error : refuse(where, CUT));
  } finally {
    source.destroy();
  }
}

function foundOf(entry: AsyncIterable<unknown> & { readonly header: Header }): FoundEntry {
  const { name, size, type, pax } = entry.header;
  const isPlain = type === "file" && Object.keys(pax ?? {}).every((key) => key === "path" || key === "size");
  return {
    path: name,
    bytes: size,
    fault: isPlain ? undefined : text("this is no plain file", "通常のファイルではありません"),
    content: () => entry as AsyncIterable<Buffer>,
  };
}

/** The content of the gzip file before its seal; not a byte between the two is left over. */
async function* inflated(archive: PlainFile, where: string, most: number): AsyncGenerator<Buffer> {
  const end = archive.bytes - GZIP_SEAL_BYTES - TAIL_BYTES;
  const head = await archive.readAt(0, GZIP_HEAD.length);
  if (!head.equals(GZIP_HEAD) || end < GZIP_HEAD.length) throw refuse(where, CUT);
  const inflate = createInflateRaw({ chunkSize: 256 * 1024 });
  const packed = Readable.from(archive.chunks({ from: GZIP_HEAD.length, to: end }), { objectMode: false });
  packed.once("error", (error) => inflate.destroy(error));
  packed.pipe(inflate);
  let passed = 0;
  let sum = 0;
  try {
    for await (const chunk of inflate as AsyncIterable<Buffer>) {
      passed += chunk.length;
      if (passed > most) throw refuse(where, BOMB);
      sum = crc32(chunk, sum);
      yield chunk;
    }
  } catch (error) {
    throw isOfZlib(error) ? refuse(where, CUT) : error;
  } finally {
    packed.destroy();
  }
  const tail = await archive.readAt(end, TAIL_BYTES);
  const isWhole = inflate.bytesWritten === end - GZIP_HEAD.length;
  if (!isWhole || tail.readUInt32LE(0) !== sum || tail.readUInt32LE(4) !== passed % 2 ** 32) throw refuse(where, CUT);
}

const isOfZlib = (error: unknown): boolean =>
  error instanceof Error && "code" in error && String(error.code).startsWith("Z_");
