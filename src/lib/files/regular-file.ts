import { hasErrorCode, rethrowAs } from "../errors/index.ts";
import { constants, lstat, open, opendir, type FileHandle } from "node:fs/promises";
import { join } from "node:path";

const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW } = constants;
const CHUNK_BYTES = 1024 * 1024;

export interface RegularFile extends AsyncDisposable {
  /** descriptor for libraries; valid until the disposal */
  readonly fd: number;
  readonly bytes: number;
  /** Reads exactly `length` bytes. @throws RangeError if the file ends earlier */
  readAt(position: number, length: number): Promise<Buffer>;
  chunks(): AsyncGenerator<Buffer>;
}

/** Returns undefined if the path is not a regular file. @param follow true to follow links in the path */
export async function openRegularFile(path: string, { follow = false } = {}): Promise<RegularFile | undefined> {
  const handle = await open(path, O_RDONLY | O_NONBLOCK | (follow ? 0 : O_NOFOLLOW));
  const found = await handle.stat();
  const close = (): Promise<void> => handle.close();
  if (!found.isFile()) {
    await close();
    return undefined;
  }
  const readAt = (position: number, length: number): Promise<Buffer> =>
    fillFromFile(handle, path, Buffer.allocUnsafeSlow(length), position);
  async function* chunks(): AsyncGenerator<Buffer> {
    for (let at = 0; at < found.size; at += CHUNK_BYTES) yield readAt(at, Math.min(CHUNK_BYTES, found.size - at));
  }
  return { fd: handle.fd, bytes: found.size, readAt, chunks, [Symbol.asyncDispose]: close };
}

async function fillFromFile(handle: FileHandle, path: string, bytes: Buffer, position: number): Promise<Buffer> {
  const { length } = bytes;
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle
      .read(bytes, filled, length - filled, position + filled)
      .catch(rethrowAs((error) => (error instanceof Error ? Object.assign(error, { path }) : error)));
    if (bytesRead === 0) throw new RangeError("the file ends before");
    filled += bytesRead;
  }
  return bytes;
}

export interface TreeEntry {
  readonly path: string;
  /** `other`: not a file or folder, too deep, or with a name that is not UTF-8 */
  readonly kind: "file" | "folder" | "other";
  readonly bytes: number;
}

export async function readFolderTree(
  folder: string,
  { mostEntries, deepest }: { readonly mostEntries: number; readonly deepest: number },
): Promise<readonly TreeEntry[]> {
  const found: TreeEntry[] = [];
  const look = async (below: string, depth: number): Promise<void> => {
    for await (const entry of await opendir(join(folder, below))) {
      if (found.length >= mostEntries) return;
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      const kind = entry.isFile() ? "file" : entry.isDirectory() && depth < deepest ? "folder" : "other";
      // Node.js changes a name that is not UTF-8, so that the file cannot be opened
      const size = kind === "file" ? await findFileSize(join(folder, path)) : 0;
      found.push({ path, kind: size === undefined ? "other" : kind, bytes: size ?? 0 });
      if (kind === "folder") await look(path, depth + 1);
    }
  };
  await look("", 1);
  return found;
}

async function findFileSize(path: string): Promise<number | undefined> {
  try {
    return (await lstat(path)).size;
  } catch (error) {
    if (hasErrorCode(error, "ENOENT")) return undefined;
    throw error;
  }
}
