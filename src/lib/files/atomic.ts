import { copyFile, link, open, rename, rm, stat, type FileHandle } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { toDiskFailure, hasErrorCode, rethrowAs } from "../errors/index.ts";
import { rethrowAsOutputFailure, syncFolder } from "./folder.ts";
import { createTemporaryFile, removeTemporaryPath, type TemporaryStorage } from "./temporary.ts";

/** Await each write to limit memory use. */
export interface ContentWriter {
  write(chunk: string | Uint8Array): Promise<void>;
}

export interface WriteOptions extends TemporaryStorage {
  readonly mode?: number | undefined;
  /** called before the file gets its final name; an error preserves the existing file */
  readonly beforeNaming?: (() => Promise<unknown>) | undefined;
  /** called after the file got its final name; an error restores the old file */
  readonly settle?: (() => Promise<unknown>) | undefined;
}

/** If writing fails, the old file remains. @param path without links */
export async function writeFileAtomically<T>(
  path: string,
  { settle, mode, beforeNaming, ...place }: WriteOptions,
  write: (writer: ContentWriter) => Promise<T>,
): Promise<T> {
  const refused = rethrowAsOutputFailure(path);
  const temporary = await createTemporaryFile(place, dirname(path), basename(path), mode ?? 0o666).catch(refused);
  try {
    const result = await writeAndSync(temporary.handle, path, mode, write);
    await beforeNaming?.();
    if (settle === undefined) {
      await rename(temporary.path, path).catch(refused);
      await syncFolder(dirname(path)).catch(refused);
    } else await replaceAndSettle(temporary.path, path, { ...place, settle });
    return result;
  } catch (error) {
    await rm(temporary.path, { force: true });
    throw toDiskFailure(error, path) ?? error;
  } finally {
    temporary.forget();
  }
}

/**
 * `settle` follows the rename: if the process dies in between, the next attempt replaces the file. The former file is
 * restored only if no other process has replaced the new file.
 */
async function replaceAndSettle(
  complete: string,
  path: string,
  { settle, ...place }: { readonly settle: () => Promise<unknown> } & TemporaryStorage,
): Promise<void> {
  const [folder, name] = [dirname(path), basename(path)];
  const refused = rethrowAsOutputFailure(path);
  await using former = await createTemporaryName(place, folder, name).catch(refused);
  await using again = await createTemporaryName(place, folder, name).catch(refused);
  const isThere = await linkOrCopy(former.path, path).catch(refused);
  await linkOrCopy(again.path, complete).catch(refused);
  const own = await stat(complete, { bigint: true }).catch(refused);
  await rename(complete, path).catch(refused);
  const isOwn = async (): Promise<boolean> => {
    const now = await stat(path, { bigint: true }).catch(() => undefined);
    return now?.ino === own.ino && now.dev === own.dev;
  };
  try {
    // synced before `settle`, because a power failure could undo the rename
    await syncFolder(folder).catch(refused);
    await settle();
  } catch (error) {
    if (await isOwn()) await (isThere ? rename(former.path, path) : rm(path, { force: true }));
    throw error;
  }
  if (!(await isOwn())) await rename(again.path, path);
}

async function createTemporaryName(
  place: TemporaryStorage,
  folder: string,
  name: string,
): Promise<{ readonly path: string } & AsyncDisposable> {
  const { path, handle, forget } = await createTemporaryFile(place, folder, name, 0o600);
  await handle.close();
  return { path, [Symbol.asyncDispose]: () => removeTemporaryPath(path, forget) };
}

async function linkOrCopy(second: string, path: string): Promise<boolean> {
  await rm(second, { force: true });
  try {
    await link(path, second).catch((error: unknown) => {
      if (hasErrorCode(error, "ENOENT")) throw error;
      return copyFile(path, second);
    });
    return true;
  } catch (error) {
    if (hasErrorCode(error, "ENOENT")) return false;
    throw error;
  }
}

async function writeAndSync<T>(
  handle: FileHandle,
  path: string,
  mode: number | undefined,
  write: (writer: ContentWriter) => Promise<T>,
): Promise<T> {
  await using open = handle;
  if (mode !== undefined) await open.chmod(mode).catch(rethrowAsOutputFailure(path));
  const result = await writeContent(open, write);
  await open.sync();
  return result;
}

const BATCH_CHARACTERS = 1 << 16;

/** One write to a pipe may be incomplete; `FileHandle.writeFile` repeats it. */
async function writeContent<T>(handle: FileHandle, write: (writer: ContentWriter) => Promise<T>): Promise<T> {
  let batch = "";
  const flush = async (): Promise<void> => {
    const content = batch;
    batch = "";
    if (content !== "") await handle.writeFile(content);
  };
  const writeChunk = async (chunk: string | Uint8Array): Promise<void> => {
    if (typeof chunk === "string") {
      batch += chunk;
      return batch.length < BATCH_CHARACTERS ? undefined : flush();
    }
    await flush();
    await handle.writeFile(chunk);
  };
  const result = await write({ write: writeChunk });
  await flush();
  return result;
}

/** @throws `usage` if the path is not writable; `unexpected` if the disk is full or faulty */
export async function writeDirectly<T>(path: string, write: (writer: ContentWriter) => Promise<T>): Promise<T> {
  await using handle = await open(path, "a").catch(rethrowAsOutputFailure(path));
  return await writeContent(handle, write).catch(rethrowAs((cause) => toDiskFailure(cause, path) ?? cause));
}
