import type { Dirent } from "node:fs";
import { constants, type FileHandle } from "node:fs/promises";
import { lstat, open, opendir } from "node:fs/promises";
import { join } from "node:path";
import { hasCode } from "./temporary.ts";

const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW } = constants;
const CHUNK_BYTES = 1024 * 1024;

/** A file that is open for reading at any place; it is a file, and no link, pipe or device. */
export interface PlainFile extends AsyncDisposable {
  readonly bytes: number;
  /** Exactly so many bytes from a place. @throws RangeError where the file ends before */
  readAt(position: number, length: number): Promise<Buffer>;
  /** Its bytes in chunks; one is read ahead. */
  chunks(part?: ByteRange): AsyncGenerator<Buffer>;
}

/** Which bytes of a file are read, and into what. */
export interface ByteRange {
  /** 0 if absent */
  readonly from?: number | undefined;
  /** the end of the file if absent */
  readonly to?: number | undefined;
  /** a chunk holds until the next one is asked for; else for ever, which takes a new buffer for each */
  readonly reuse?: boolean | undefined;
}

/**
 * Opens a file that is not followed to where a link leads.
 *
 * @param follow a link at the path itself is followed: of what a person named
 * @returns undefined for what is no file
 * @throws the file system's error, ELOOP for a link
 */
export async function openPlain(
  path: string,
  { follow = false }: { readonly follow?: boolean } = {},
): Promise<PlainFile | undefined> {
  const handle = await open(path, O_RDONLY | O_NONBLOCK | (follow ? 0 : O_NOFOLLOW));
  const found = await handle.stat();
  if (!found.isFile()) {
    await handle.close();
    return undefined;
  }
  return new OpenFile(path, handle, found.size);
}

class OpenFile implements PlainFile {
  readonly bytes: number;
  readonly #path: string;
  readonly #handle: FileHandle;

  constructor(path: string, handle: FileHandle, bytes: number) {
    this.#path = path;
    this.#handle = handle;
    this.bytes = bytes;
  }

  async readAt(position: number, length: number): Promise<Buffer> {
    return this.#fill(Buffer.allocUnsafeSlow(length), position);
  }

  async *chunks({ from = 0, to = this.bytes, reuse = false }: ByteRange = {}): AsyncGenerator<Buffer> {
    // one that is looked at, and one that is read into meanwhile
    const most = Math.min(CHUNK_BYTES, Math.max(0, to - from));
    const buffers = reuse ? [Buffer.allocUnsafeSlow(most), Buffer.allocUnsafeSlow(most)] : [];
    const next = (at: number): Promise<Buffer> | undefined => {
      if (at >= to) return undefined;
      const length = Math.min(CHUNK_BYTES, to - at);
      const used = buffers.shift();
      if (used !== undefined) buffers.push(used);
      const reading = this.#fill(used?.subarray(0, length) ?? Buffer.allocUnsafeSlow(length), at);
      // told where it is awaited, if it is
      reading.catch(() => undefined);
      return reading;
    };
    let reading = next(from);
    for (let at = from; reading !== undefined;) {
      const chunk = await reading;
      at += chunk.length;
      reading = next(at);
      yield chunk;
    }
  }

  async #fill(bytes: Buffer, position: number): Promise<Buffer> {
    const { length } = bytes;
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await this.#handle
        .read(bytes, filled, length - filled, position + filled)
        .catch((error: unknown) => {
          // an open file's errors do not name it
          throw error instanceof Error ? Object.assign(error, { path: this.#path }) : error;
        });
      if (bytesRead === 0) throw new RangeError("the file ends before");
      filled += bytesRead;
    }
    return bytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }
}

/** Something in a folder, at any depth. */
export interface TreeEntry {
  /** from the folder on, with `/` between names */
  readonly path: string;
  /** `other`: a link, a pipe, a device, a folder that lies too deep */
  readonly kind: "file" | "folder" | "other";
  /** of a file */
  readonly bytes: number;
}

/** Limits of {@link readTree}. */
export interface TreeLimits {
  /** what is found beyond is left out */
  readonly mostEntries: number;
  /** names in a path */
  readonly deepest: number;
}

/** All that is in a folder, its folders before what is in them; no link is followed. @throws the file system's error */
export async function readTree(folder: string, { mostEntries, deepest }: TreeLimits): Promise<readonly TreeEntry[]> {
  const found: TreeEntry[] = [];
  const look = async (below: string, depth: number): Promise<void> => {
    for await (const entry of await opendir(join(folder, below))) {
      if (found.length >= mostEntries) return;
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      const kind = kindOf(entry, depth < deepest);
      // a name that is no UTF-8 is read as another one, which is not there
      const bytes =
        kind === "file"
          ? await lstat(join(folder, path)).then(
              ({ size }) => size,
              (error: unknown) => {
                if (hasCode(error, "ENOENT")) return undefined;
                throw error;
              },
            )
          : 0;
      found.push(bytes === undefined ? { path, kind: "other", bytes: 0 } : { path, kind, bytes });
      if (kind === "folder") await look(path, depth + 1);
    }
  };
  await look("", 1);
  return found;
}

const kindOf = (entry: Dirent, mayHaveFolders: boolean): TreeEntry["kind"] =>
  entry.isFile() ? "file" : entry.isDirectory() && mayHaveFolders ? "folder" : "other";
