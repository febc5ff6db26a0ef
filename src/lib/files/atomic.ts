import { copyFile, link, open, rename, rm, stat, type FileHandle } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { diskFailureOf } from "../errors/disk.ts";
import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { syncNames } from "./folder.ts";
import { createTemporary, hasCode, type TemporaryPlace } from "./temporary.ts";

/** Receives a file's content, in order; await each write, so that memory stays bounded. */
export interface ContentWriter {
  write(chunk: string | Uint8Array): Promise<void>;
}

/** Options for writing a file. */
export interface WriteOptions<T> extends TemporaryPlace {
  /** permissions of the file; by the umask if absent */
  readonly mode?: number | undefined;
  /** called before the file gets its name; if it throws, what has the name stays */
  readonly beforeNaming?: (() => Promise<unknown>) | undefined;
  /** called once the file is in place, with its name; if it throws, the old file is there again, or none */
  readonly settle?: (() => Promise<unknown>) | undefined;
  /** whether what was written needs no file: then none is made, an old one stays, and `settle` is called all the same */
  readonly isEmpty?: ((written: T) => boolean) | undefined;
}

/**
 * Writes a file atomically: to `.NAME.PID.tmp` next to it, then by a rename, so that a failed run leaves the old file
 * unchanged.
 *
 * @param path where it really lies: a link of that name is replaced
 * @throws `usage` when its folder does not exist or is not writable, `unexpected` on a full or faulty disk
 */
export async function writeFileAtomically<T>(
  path: string,
  { settle, mode, beforeNaming, isEmpty, ...place }: WriteOptions<T>,
  write: (writer: ContentWriter) => Promise<T>,
): Promise<T> {
  const refused = refusedAs(path);
  const temporary = await createTemporary(place, dirname(path), basename(path), mode ?? 0o666).catch(refused);
  try {
    const result = await writeWhole(temporary.handle, path, mode, write);
    await beforeNaming?.();
    if (isEmpty?.(result) === true) {
      await settle?.();
      await rm(temporary.path, { force: true });
    } else if (settle === undefined) {
      await rename(temporary.path, path).catch(refused);
      await syncNames(dirname(path)).catch(refused);
    } else await replaceSettled(temporary.path, path, { ...place, settle });
    return result;
  } catch (error) {
    await rm(temporary.path, { force: true });
    throw diskFailureOf(error, path) ?? error;
  } finally {
    await temporary.forget();
  }
}

/**
 * Gives a complete file its name and settles it; the one that had the name is kept until then.
 *
 * The name comes first: a process that dies between the two leaves a file that is not settled, which the next attempt
 * replaces. The other way round it would leave something settled whose file the next command's sweep removes.
 *
 * Others may write the same name meanwhile, and settle theirs. So one that fails puts the former file back only over its
 * own, and one that is settled gives its file the name again if another took it.
 */
async function replaceSettled(
  complete: string,
  path: string,
  { settle, ...place }: { readonly settle: () => Promise<unknown> } & TemporaryPlace,
): Promise<void> {
  const [folder, name] = [dirname(path), basename(path)];
  const refused = refusedAs(path);
  await using former = await secondName(place, folder, name).catch(refused);
  await using again = await secondName(place, folder, name).catch(refused);
  const isThere = await keepAs(former.path, path).catch(refused);
  await keepAs(again.path, complete).catch(refused);
  const own = await stat(complete, { bigint: true }).catch(refused);
  await rename(complete, path).catch(refused);
  const isOwn = async (): Promise<boolean> => {
    const now = await stat(path, { bigint: true }).catch(() => undefined);
    return now?.ino === own.ino && now.dev === own.dev;
  };
  try {
    // else a power failure may take the file and leave what is settled
    await syncNames(folder).catch(refused);
    await settle();
  } catch (error) {
    if (await isOwn()) await (isThere ? rename(former.path, path) : rm(path, { force: true }));
    throw error;
  }
  if (!(await isOwn())) await rename(again.path, path);
}

/** A registered name for a file that is kept for a while, and removed then. */
async function secondName(
  place: TemporaryPlace,
  folder: string,
  name: string,
): Promise<{ readonly path: string } & AsyncDisposable> {
  const { path, handle, forget } = await createTemporary(place, folder, name, 0o600);
  await handle.close();
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      const isGone = await rm(path, { force: true }).then(
        () => true,
        () => false,
      );
      // one that stays is removed at the end, or by the next command
      if (isGone) await forget();
    },
  };
}

/** Gives a file a second name, or where the file system knows none a copy. @returns false if there is no such file */
async function keepAs(second: string, path: string): Promise<boolean> {
  await rm(second, { force: true });
  try {
    await link(path, second).catch((error: unknown) => {
      if (hasCode(error, "ENOENT")) throw error;
      return copyFile(path, second);
    });
    return true;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return false;
    throw error;
  }
}

async function writeWhole<T>(
  handle: FileHandle,
  path: string,
  mode: number | undefined,
  write: (writer: ContentWriter) => Promise<T>,
): Promise<T> {
  try {
    if (mode !== undefined) await handle.chmod(mode).catch(refusedAs(path));
    const result = await writeContent(handle, write);
    await handle.sync();
    return result;
  } finally {
    await handle.close();
  }
}

const BATCH_CHARACTERS = 1 << 16;

/** Combines small pieces of text into larger writes. */
class FileContent implements ContentWriter {
  readonly #handle: FileHandle;
  #batch = "";

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async write(chunk: string | Uint8Array): Promise<void> {
    if (typeof chunk === "string") {
      this.#batch += chunk;
      return this.#batch.length < BATCH_CHARACTERS ? undefined : this.flush();
    }
    await this.flush();
    await this.#handle.writeFile(chunk);
  }

  async flush(): Promise<void> {
    const batch = this.#batch;
    this.#batch = "";
    if (batch !== "") {
      // Unlike write, which a pipe may cut short, writeFile continues from the current position until all is written.
      await this.#handle.writeFile(batch);
    }
  }
}

async function writeContent<T>(handle: FileHandle, write: (writer: ContentWriter) => Promise<T>): Promise<T> {
  const content = new FileContent(handle);
  const result = await write(content);
  await content.flush();
  return result;
}

/** Writes to a pipe or a device. @throws `usage` when it is not writable, `unexpected` on a full or faulty disk */
export async function writeStraight<T>(path: string, write: (writer: ContentWriter) => Promise<T>): Promise<T> {
  const handle = await open(path, "a").catch(refusedAs(path));
  try {
    return await writeContent(handle, write);
  } catch (error) {
    throw diskFailureOf(error, path) ?? error;
  } finally {
    await handle.close();
  }
}

/** Throws what {@link asRefusal} makes of an error of the file system. */
const refusedAs =
  (where: string) =>
  (cause: unknown): never => {
    throw asRefusal(cause, where);
  };

/** The failure for an output that cannot be made where it is to be. */
export function asRefusal(cause: unknown, where: string): unknown {
  if (hasCode(cause, "ENOENT", "ENOTDIR")) {
    const what = text("no such folder for this file", "このファイルを置くフォルダーがありません");
    return new Failure("usage", { what, where, cause });
  }
  if (hasCode(cause, "EACCES", "EPERM", "EROFS")) {
    const what = text("permission denied: cannot write here", "この場所に書き込む権限がありません");
    return new Failure("usage", { what, where, cause });
  }
  return diskFailureOf(cause, where) ?? cause;
}
