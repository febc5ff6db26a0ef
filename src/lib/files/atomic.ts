import {
  access,
  constants,
  copyFile,
  link,
  lstat,
  open,
  realpath,
  rename,
  rm,
  stat,
  type FileHandle,
} from "node:fs/promises";
import { basename, dirname, resolve, sep } from "node:path";
import { diskFailureOf } from "../errors/disk.ts";
import { Failure } from "../errors/index.ts";
import { text, type Text } from "../text/index.ts";
import { createTemporary, hasCode, type TemporaryPlace } from "./temporary.ts";

/** Receives a file's content, in order; await each write, so that memory stays bounded. */
export interface ContentWriter {
  write(chunk: string | Uint8Array): Promise<void>;
}

/** Where outputs are prepared, and what they never take the place of. */
export interface OutputPlace extends TemporaryPlace {
  /** files and folders with all in them; absolute. None of what the program writes for itself. */
  readonly kept?: readonly string[];
}

/** Options for writing a file. */
export interface WriteOptions extends OutputPlace {
  /** readable by its owner only (0600); otherwise an existing file's permissions are kept */
  readonly secret?: boolean;
  /** destination for `-` */
  readonly stdout?: ContentWriter;
  /** called once the file is in place, with its name; if it throws, the old file is there again, or none */
  readonly settle?: (() => Promise<unknown>) | undefined;
}

/**
 * Writes a file atomically: to `.NAME.PID.tmp` next to it, then by a rename, so that a failed run leaves the old file
 * unchanged. `-` is stdout; a pipe or a device (`/dev/null`, `/dev/stdout`) is written directly; a symbolic link
 * is kept and its target replaced.
 *
 * @throws `usage` when the path is a folder, a socket, a file of a database or one that is kept, or its folder does not
 *   exist or is not writable
 */
export async function writeFileAtomically<T>(
  path: string,
  options: WriteOptions,
  write: (writer: ContentWriter) => Promise<T>,
): Promise<T> {
  if (path === "-") {
    if (options.stdout === undefined) {
      throw refusal(path, text("cannot write this file to stdout", "標準出力には書けません"));
    }
    return settled(write(options.stdout), options);
  }
  const target = await lookAt(path, options.kept);
  if (target.kind === "stream") {
    return settled(writeStraight(path, write), options);
  }
  return replaceFile(target.path, options.secret === true ? 0o600 : target.mode, options, write);
}

async function settled<T>(writing: Promise<T>, { settle }: WriteOptions): Promise<T> {
  const result = await writing;
  await settle?.();
  return result;
}

/**
 * Whether {@link writeFileAtomically} creates a new file for `path`, so that writing may be abandoned and restarted;
 * what was written to a pipe or a device cannot be taken back.
 *
 * @throws `usage` as {@link writeFileAtomically}
 */
export const isReplaced = async (path: string): Promise<boolean> =>
  path !== "-" && (await lookAt(path)).kind === "file";

/**
 * Whether {@link writeFileAtomically} replaces a file that is there.
 *
 * @throws `usage` as {@link writeFileAtomically}
 */
export async function isOverwritten(path: string): Promise<boolean> {
  if (path === "-") return false;
  const target = await lookAt(path);
  return target.kind === "file" && target.mode !== undefined;
}

/**
 * Checks, before the work whose result is written there, what {@link writeFileAtomically} would refuse.
 *
 * @throws `usage` as {@link writeFileAtomically}
 */
export async function checkWritable(path: string, { kept }: Pick<OutputPlace, "kept"> = {}): Promise<void> {
  if (path === "-") return;
  const target = await lookAt(path, kept);
  if (target.kind === "stream") return;
  await access(dirname(target.path), constants.W_OK).catch((error: unknown) => {
    throw asRefusal(error, path);
  });
}

/**
 * Checks that nothing is at a path, for an output that is never written over another, and that its folder takes one.
 *
 * @returns the path to write to, absolute
 * @throws `usage` where there is something, also a link that leads nowhere, and as {@link checkWritable}
 */
export async function checkNew(path: string, { kept = [] }: Pick<OutputPlace, "kept"> = {}): Promise<string> {
  if (path === "-") throw refusal(path, text("cannot write this to stdout", "標準出力には書けません"));
  const full = resolve(path);
  await refuseKept(path, kept);
  const found = await lstat(full).catch((error: unknown) => {
    if (!hasCode(error, "ENOENT")) throw asRefusal(error, path);
  });
  if (found !== undefined) throw refusal(path, THERE_ALREADY).with({ hint: ANOTHER_NAME });
  await access(dirname(full), constants.W_OK).catch((error: unknown) => {
    throw asRefusal(error, path);
  });
  return full;
}

const THERE_ALREADY = text(
  "there is something here already, and it is never written over",
  "すでに存在します。上書きはしません",
);

const ANOTHER_NAME = text(
  "give another name, or move away what is there",
  "別の名前を指定するか、いまあるものを移動してください",
);

/** A file by its own name, whatever links lead to it; one that is yet to be made by that of its folder. */
export async function realNameOf(path: string): Promise<string> {
  const full = resolve(path);
  const own = async (name: string): Promise<string | undefined> => realpath(name).catch(() => undefined);
  return (await own(full)) ?? resolve((await own(dirname(full))) ?? dirname(full), basename(full));
}

const OPEN_DESCRIPTOR = /^\/(dev\/(fd|std(in|out|err))|proc\/[^/]+\/(task\/[^/]+\/)?fd)(\/|$)/;

type Target =
  | { readonly kind: "stream" }
  | { readonly kind: "file"; readonly path: string; readonly mode: number | undefined };

async function lookAt(path: string, kept: OutputPlace["kept"] = []): Promise<Target> {
  const full = resolve(path);
  // The name of an open descriptor refers to whatever it was redirected to, which must not be replaced by a rename.
  if (OPEN_DESCRIPTOR.test(full)) {
    return { kind: "stream" };
  }
  await refuseKept(path, kept);
  const found = await stat(full).catch((error: unknown) => {
    if (!hasCode(error, "ENOENT")) {
      throw asRefusal(error, path);
    }
  });
  if (found === undefined) {
    return { kind: "file", path: full, mode: undefined };
  }
  if (found.isDirectory() || found.isSocket()) {
    throw refusal(path, text("not a writable file", "書き込めるファイルではありません"));
  }
  if (!found.isFile()) return { kind: "stream" };
  if (await isDatabase(full)) throw refusal(path, DATABASE);
  return { kind: "file", path: await realpath(full), mode: found.mode & 0o777 };
}

const DATABASE = text(
  "this is a database: it is never replaced by an output",
  "データベースのファイルです。出力で置き換えることはできません",
);

/** What SQLite keeps beside a database, whether it is there or not. @see https://www.sqlite.org/tempfiles.html */
const BESIDE_DATABASE = /-(wal|shm|journal)$/;

/** @throws `usage` where a path leads to what is kept, or to a file beside a database, whatever links lead there */
async function refuseKept(path: string, kept: readonly string[]): Promise<void> {
  const own = await realNameOf(path);
  for (const name of await Promise.all(kept.map(realNameOf))) {
    if (own === name || own.startsWith(`${name}${sep}`)) throw refusal(path, KEPT);
  }
  if (BESIDE_DATABASE.test(own) && (await isDatabase(own.replace(BESIDE_DATABASE, "")))) throw refusal(path, DATABASE);
}

const KEPT = text(
  "clomoctl keeps its own files here: they are never replaced by an output",
  "clomoctl 自身が使うファイルの場所です。出力で置き換えることはできません",
);

/** The first bytes of a SQLite database, and of its log. @see https://www.sqlite.org/fileformat2.html 1.3, 4.1 */
const DATABASES = [
  Buffer.from("SQLite format 3\0"),
  Buffer.from([0x37, 0x7f, 0x06, 0x82]),
  Buffer.from([0x37, 0x7f, 0x06, 0x83]),
];

/** Whether a file is a database, a tenant's for one; false of what cannot be read. */
async function isDatabase(path: string): Promise<boolean> {
  const handle = await open(path, "r").catch(() => undefined);
  if (handle === undefined) return false;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(16), 0, 16, 0);
    return DATABASES.some((first) => bytesRead >= first.length && buffer.subarray(0, first.length).equals(first));
  } catch {
    return false;
  } finally {
    await handle.close();
  }
}

async function writeStraight<T>(path: string, write: (writer: ContentWriter) => Promise<T>): Promise<T> {
  const handle = await open(path, "a").catch((error: unknown) => {
    throw asRefusal(error, path);
  });
  try {
    return await writeContent(handle, write);
  } finally {
    await handle.close();
  }
}

async function replaceFile<T>(
  path: string,
  mode: number | undefined,
  { settle, ...place }: Pick<WriteOptions, "settle"> & TemporaryPlace,
  write: (writer: ContentWriter) => Promise<T>,
): Promise<T> {
  const temporary = await createTemporary(place, dirname(path), basename(path), mode ?? 0o666).catch(
    (error: unknown) => {
      throw asRefusal(error, path);
    },
  );
  try {
    const result = await writeWhole(temporary.handle, mode, write);
    if (settle === undefined) await rename(temporary.path, path);
    else await replaceSettled(temporary.path, path, { ...place, settle });
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
  await using former = await secondName(place, folder, name);
  await using again = await secondName(place, folder, name);
  const isThere = await keepAs(former.path, path);
  await keepAs(again.path, complete);
  const own = await stat(complete, { bigint: true });
  await rename(complete, path);
  const isOwn = async (): Promise<boolean> => {
    const now = await stat(path, { bigint: true }).catch(() => undefined);
    return now?.ino === own.ino && now.dev === own.dev;
  };
  try {
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
  mode: number | undefined,
  write: (writer: ContentWriter) => Promise<T>,
): Promise<T> {
  try {
    if (mode !== undefined) {
      await handle.chmod(mode);
    }
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

const refusal = (where: string, what: Text, cause?: unknown): Failure => new Failure("usage", { what, where, cause });

/** The failure for an output that cannot be made where it is to be. */
export function asRefusal(error: unknown, path: string): unknown {
  if (hasCode(error, "ENOENT", "ENOTDIR")) {
    return refusal(path, text("no such folder for this file", "このファイルを置くフォルダーがありません"), error);
  }
  if (hasCode(error, "EACCES", "EPERM", "EROFS")) {
    return refusal(path, text("permission denied: cannot write here", "この場所に書き込む権限がありません"), error);
  }
  return diskFailureOf(error, path) ?? error;
}
