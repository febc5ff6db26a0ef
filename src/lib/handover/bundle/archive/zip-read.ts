import { Readable } from "node:stream";
import { callbackify } from "node:util";
import { fromRandomAccessReaderPromise, RandomAccessReader, type Entry, type ZipFile } from "yauzl";
import { Failure } from "../../../errors/index.ts";
import type { PlainFile } from "../../../files/plain.ts";
import { text } from "../../../text/index.ts";
import { MAX_FILES } from "../contents.ts";
import { BOMB, CUT, refuse, type FoundEntry } from "./unpack.ts";

/** As it is written: names in UTF-8, sizes behind the content, deflated, a plain file of its owner. */
const FLAGS = 0x808;
const DEFLATED = 8;
const REGULAR = 0o100600;
const ZIP64 = 1;
const CENTRAL = 0x02014b50;

/** The entries of a `.zip` whose seal was checked, in turn. */
export async function* readZip(archive: PlainFile, where: string, most: number): AsyncGenerator<FoundEntry> {
  try {
    const zip = await fromRandomAccessReaderPromise(new Reader(archive), archive.bytes, {
      autoClose: false,
      strictFileNames: true,
    });
    // the manifest and the hashes are not among those that are listed
    if (zip.entryCount > MAX_FILES + 2) throw refuse(where, BOMB);
    const entries: Entry[] = [];
    for await (const entry of zip.eachEntry()) entries.push(entry);
    if (entries.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0) > most) throw refuse(where, BOMB);
    let at = 0;
    for (const entry of entries) {
      const { isPlain, end } = await lookAt(zip, entry, at);
      at = end;
      yield {
        path: entry.fileName,
        bytes: entry.uncompressedSize,
        fault: isPlain ? undefined : text("this is no plain file", "通常のファイルではありません"),
        content: async () => (await zip.openReadStreamPromise(entry)) as AsyncIterable<Uint8Array>,
      };
    }
    // nothing is hidden between the last file and the directory
    if ((await archive.readAt(at, 4)).readUInt32LE() !== CENTRAL) throw refuse(where, CUT);
  } catch (error) {
    throw error instanceof Failure || !isOfArchive(error) ? error : refuse(where, CUT);
  }
}

/** Errors of the file system have codes of their own; yauzl's have none, zlib's begin with Z_. */
const isOfArchive = (error: unknown): boolean =>
  error instanceof RangeError || !(error instanceof Error && "code" in error) || String(error.code).startsWith("Z_");

/**
 * Whether an entry is as we write one: it begins where the one before ended, and says of itself what the directory says.
 *
 * @returns where it ends, too
 */
async function lookAt(zip: ZipFile, entry: Entry, begins: number): Promise<{ isPlain: boolean; end: number }> {
  const local = await zip.readLocalFileHeaderPromise(entry);
  const isLarge = entry.extraFields.length > 0;
  const isPlain =
    entry.relativeOffsetOfLocalHeader === begins &&
    entry.generalPurposeBitFlag === FLAGS &&
    local.generalPurposeBitFlag === FLAGS &&
    entry.compressionMethod === DEFLATED &&
    local.compressionMethod === DEFLATED &&
    entry.externalFileAttributes === (REGULAR << 16) >>> 0 &&
    entry.extraFields.every(({ id }) => id === ZIP64) &&
    entry.fileCommentLength === 0 &&
    local.fileName.equals(entry.fileNameRaw) &&
    local.extraFieldLength === 0;
  return { isPlain, end: local.fileDataStart + entry.compressedSize + (isLarge ? 24 : 16) };
}

/** Reads an archive for yauzl. */
class Reader extends RandomAccessReader {
  readonly #archive: PlainFile;

  constructor(archive: PlainFile) {
    super();
    this.#archive = archive;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(this.#archive.chunks({ from: start, to: end }), { objectMode: false });
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    const reading = this.#archive.readAt(position, length).then((bytes) => void bytes.copy(buffer, offset));
    callbackify(() => reading)(callback);
  }

  override close(callback: (error: Error | null) => void): void {
    callback(null);
  }
}
