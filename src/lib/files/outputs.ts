import { access, constants, lstat, open, readlink, realpath, rm, stat } from "node:fs/promises";
import { basename, dirname, join, parse, relative, resolve, sep } from "node:path";
import type { Stats } from "node:fs";
import { Failure } from "../errors/index.ts";
import { text, type Text } from "../text/index.ts";
import { asRefusal, writeFileAtomically, writeStraight, type ContentWriter, type WriteOptions } from "./atomic.ts";
import type { FolderInMaking } from "./folder-in-making.ts";
import { hasCode, type TemporaryPlace } from "./temporary.ts";

/** A file or folder that a command line names for an output. */
export interface Output {
  /** as typed; `-` is stdout */
  readonly name: string;
  /** contains nothing about people: its permissions follow the umask. Any other file is 0600. */
  readonly isPublic?: boolean | undefined;
  /** how the files begin that the command itself wrote earlier: they are replaced without `--overwrite`; lines end in `\n` */
  readonly header?: string | undefined;
  /** the command reads the file that is there, and goes on with its content */
  readonly isContinued?: boolean | undefined;
  /** of an output that is a folder: returns why the folder that is there may not be replaced, or undefined if it may */
  readonly folderFault?: ((path: string) => Promise<Text | undefined>) | undefined;
}

/** Where the outputs of a command are written. */
export interface OutputsPlace {
  readonly temporary: TemporaryPlace;
  /** absolute path that relative names start from */
  readonly workingFolder: string;
  /** the program's own files and folders, which no output replaces; absolute */
  readonly kept: readonly string[];
  /** the program's effective user; undefined on platforms where files have neither owner nor mode */
  readonly userId: number | undefined;
  /** destination for `-`; undefined if the outputs have none */
  readonly stdout?: (() => ContentWriter) | undefined;
}

/**
 * The outputs of one command. Each is declared before anything is read or changed, and then written atomically. Nothing
 * that is there is replaced unless {@link permitReplacing} was called, or it is empty, a pipe, a device or a file with
 * the output's own header. A symbolic link is kept and its target replaced, unless another user may have planted it.
 */
export class Outputs {
  readonly #place: OutputsPlace;
  readonly #declared = new Map<string, Output>();
  #mayReplace = false;

  constructor(place: OutputsPlace) {
    this.#place = place;
  }

  /** where temporary files lie */
  get temporary(): TemporaryPlace {
    return this.#place.temporary;
  }

  /**
   * Declares outputs.
   *
   * @returns the names of those that exist and need {@link permitReplacing}
   * @throws `usage` if an output can never be written: its folder is missing or read-only, it is a folder, a socket, a
   *   database or a file of the program, or a link that another user may have planted leads there
   */
  async declare(outputs: readonly Output[]): Promise<readonly string[]> {
    const existing: string[] = [];
    for (const output of outputs) {
      this.#declared.set(output.name, output);
      if (output.name !== "-" && (await this.#isOccupied(output))) existing.push(output.name);
    }
    return existing;
  }

  /** Permits that what exists is replaced: the user said so. */
  permitReplacing(): void {
    this.#mayReplace = true;
  }

  /** Whether there is a file that is not empty, or a folder, of this name. */
  async exists(name: string): Promise<boolean> {
    if (name === "-") return false;
    const target = await this.#targetOf(name);
    return target.kind === "place" && target.found !== undefined && (target.found.size > 0 || !target.found.isFile());
  }

  /** The name itself if nothing has it, else one with a number: `bad-2.xlsx`. */
  async freeName(name: string): Promise<string> {
    const { dir, name: bare, ext } = parse(name);
    for (let count = 2, free = name; ; count += 1) {
      const found = await lstat(resolve(this.#place.workingFolder, free)).catch(() => undefined);
      if (found === undefined || (found.isFile() && found.size === 0)) return free;
      free = join(dir, `${bare}-${count}${ext}`);
    }
  }

  /** Whether the content of an output goes into a new file, so that writing may be abandoned and started again. */
  async isRestartable(name: string): Promise<boolean> {
    return name !== "-" && (await this.#targetOf(name)).kind === "place";
  }

  /**
   * Writes stdout (`-`) or a declared output: a file through a temporary file and a rename, a pipe or a device directly.
   *
   * @param content the whole content, or a function that writes it
   * @throws `usage` as {@link declare}, and if something took the name meanwhile
   */
  async write<T = void>(
    name: string,
    content: string | Uint8Array | ((writer: ContentWriter) => Promise<T>),
    { settle, isEmpty }: Pick<WriteOptions<T>, "settle" | "isEmpty"> = {},
  ): Promise<T> {
    const write =
      typeof content === "function" ? content : (writer: ContentWriter) => writer.write(content) as Promise<T>;
    const settled = async (writing: Promise<T>): Promise<T> => {
      const result = await writing;
      await settle?.();
      return result;
    };
    if (name === "-") return settled(write(this.#stdout()));
    const output = this.#outputNamed(name);
    const target = await this.#targetOf(name);
    if (target.kind === "stream") return settled(writeStraight(target.path, write));
    const beforeNaming = (): Promise<void> => this.#refuseOccupied(output);
    const mode = await modeOf(output, target);
    const options = { ...this.#place.temporary, mode, beforeNaming, settle, isEmpty };
    return writeFileAtomically(target.path, options, write);
  }

  /** Removes the file that a declared output would have replaced. @throws `usage` unless it may be replaced */
  async remove(name: string): Promise<void> {
    await this.#refuseOccupied(this.#outputNamed(name));
    await rm((await this.#targetOf(name)).path, { force: true });
  }

  /** Begins a declared output that is a folder; it is filled out of sight. @throws `usage` as {@link write} */
  async createFolder(name: string): Promise<FolderInMaking> {
    const output = this.#outputNamed(name);
    const target = await this.#targetOf(name);
    const { FolderInMaking: Making } = await import("./folder-in-making.ts");
    return Making.create(target.path, {
      ...this.#place.temporary,
      beforeNaming: () => this.#refuseOccupied(output),
    });
  }

  #outputNamed(name: string): Output {
    const output = this.#declared.get(name);
    if (output === undefined) throw new TypeError(`${name} was not declared as an output`);
    return output;
  }

  #stdout(): ContentWriter {
    const { stdout } = this.#place;
    if (stdout === undefined) throw new TypeError("stdout is no output here");
    return stdout();
  }

  async #refuseOccupied(output: Output): Promise<void> {
    if ((await this.#isOccupied(output)) && !this.#mayReplace) throw alreadyThere([output.name]);
  }

  /** Whether something that is there would be lost. */
  async #isOccupied(output: Output): Promise<boolean> {
    const { name, folderFault, isContinued } = output;
    const target = await this.#targetOf(name);
    if (target.kind === "stream") {
      if (folderFault !== undefined) throw refusal(name, NO_FOLDER);
      return false;
    }
    const { path, found } = target;
    await access(dirname(path), constants.W_OK).catch((error: unknown) => {
      throw asRefusal(error, name);
    });
    if (found === undefined) return false;
    if (found.isDirectory()) {
      const fault = folderFault === undefined ? NOT_WRITABLE : await folderFault(path);
      if (fault !== undefined) throw refusal(name, fault, ANOTHER_NAME);
      return true;
    }
    if (folderFault !== undefined) throw refusal(name, NO_FOLDER, ANOTHER_NAME);
    if (await isDatabase(path)) throw refusal(name, DATABASE);
    // whoever took away the right to write it wants it as it is
    const isWritable = (found.mode & OWNER_WRITES) !== 0;
    const isFree = isContinued === true || found.size === 0 || (await isOwn(output, path));
    return !(isWritable && isFree);
  }

  async #targetOf(name: string): Promise<OutputTarget> {
    const { kept, userId, workingFolder } = this.#place;
    const full = resolve(workingFolder, name);
    const path = userId === undefined ? await realNameOf(full) : await followed(full, { name, userId });
    // The name of an open descriptor refers to whatever it was redirected to, which must not be replaced by a rename.
    if (OPEN_DESCRIPTOR.test(path)) return { kind: "stream", path };
    await refuseKept(path, { name, kept });
    const found = await stat(path).catch((error: unknown) => {
      if (hasCode(error, "ENOENT")) return undefined;
      throw asRefusal(error, name);
    });
    if (found?.isSocket() === true) throw refusal(name, NOT_WRITABLE);
    const isPlace = found === undefined || found.isFile() || found.isDirectory();
    return isPlace ? { kind: "place", path, found } : { kind: "stream", path };
  }
}

/** Where an output leads. */
type OutputTarget =
  /** a pipe or a device */
  | { readonly kind: "stream"; readonly path: string }
  | { readonly kind: "place"; readonly path: string; readonly found: Stats | undefined };

const OWNER_WRITES = 0o200;
const OWNER_ONLY = 0o600;
const PERMISSIONS = 0o777;

/**
 * The permissions of an output: those that a public file, or a page that jobs write again and again, has already; for
 * others the owner's at most, and less if the file that is there has less.
 */
async function modeOf(
  output: Output,
  { path, found }: Extract<OutputTarget, { kind: "place" }>,
): Promise<number | undefined> {
  const mode = found && found.mode & PERMISSIONS;
  if (output.isPublic === true || (mode !== undefined && (await isOwn(output, path)))) return mode;
  return (mode ?? OWNER_ONLY) & OWNER_ONLY;
}

const HEADER_BYTES = 512;

/** Whether a file begins with the header of an output. */
async function isOwn({ header }: Output, path: string): Promise<boolean> {
  if (header === undefined) return false;
  const beginning = (await firstBytes(path, HEADER_BYTES)).toString("utf8");
  return beginning.replaceAll("\r\n", "\n").startsWith(header);
}

async function firstBytes(path: string, count: number): Promise<Buffer> {
  const handle = await open(path, "r").catch(() => undefined);
  if (handle === undefined) return Buffer.alloc(0);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(count), 0, count, 0);
    return buffer.subarray(0, bytesRead);
  } catch {
    return Buffer.alloc(0);
  } finally {
    await handle.close();
  }
}

const OPEN_DESCRIPTOR = /^\/(dev\/(fd|std(in|out|err))|proc\/[^/]+\/(task\/[^/]+\/)?fd)(\/|$)/;

/** As many as Linux follows. */
const MAX_LINKS = 40;
const OTHERS_WRITE = 0o022;

/**
 * Follows the links of a path, to its end or to where nothing is.
 *
 * @throws `usage` for a link of another user in a folder that others may write: it may be planted
 */
async function followed(full: string, place: { readonly name: string; readonly userId: number }): Promise<string> {
  const partsOf = (path: string): readonly string[] => relative(parse(path).root, path).split(sep).filter(Boolean);
  let at = parse(full).root;
  let rest = partsOf(full);
  for (let links = 0; ;) {
    const [part, ...more] = rest;
    if (part === undefined) return at;
    const next = join(at, part);
    if (OPEN_DESCRIPTOR.test(next)) return join(next, ...more);
    const found = await lstat(next).catch((error: unknown) => {
      if (!hasCode(error, "ENOENT", "ENOTDIR")) throw asRefusal(error, place.name);
    });
    if (found === undefined) return join(next, ...more);
    if (!found.isSymbolicLink()) {
      at = next;
      rest = more;
      continue;
    }
    if ((links += 1) > MAX_LINKS) throw refusal(place.name, text("too many links", "リンクが多すぎます"));
    if (isOfOthers(found, place) && isOpenToOthers(await stat(at), place)) throw planted(place.name, next);
    const target = resolve(at, await readlink(next));
    at = parse(target).root;
    rest = [...partsOf(target), ...more];
  }
}

/** Whether neither the user nor root owns something. */
const isOfOthers = ({ uid }: Pick<Stats, "uid">, { userId }: { readonly userId: number }): boolean =>
  uid !== userId && uid !== 0;

const isOpenToOthers = (folder: Pick<Stats, "uid" | "mode">, place: { readonly userId: number }): boolean =>
  isOfOthers(folder, place) || (folder.mode & OTHERS_WRITE) !== 0;

const planted = (name: string, link: string): Failure =>
  refusal(
    name,
    text(
      `${link} is a link of another user, in a folder that others may write, so nothing is written through it`,
      `${link} は、ほかのユーザーが書き込めるフォルダーにある、別のユーザーのリンクのため、リンク先には書き込みません`,
    ),
    text(
      "name a file in a folder that only you may write",
      "自分だけが書き込めるフォルダーのファイルを指定してください",
    ),
  );

/** A file by its own name, whatever links lead to it; one that is yet to be made by that of its folder. */
export async function realNameOf(path: string): Promise<string> {
  const full = resolve(path);
  const own = async (name: string): Promise<string | undefined> => realpath(name).catch(() => undefined);
  return (await own(full)) ?? resolve((await own(dirname(full))) ?? dirname(full), basename(full));
}

/** Whether nothing is lost by writing there: a pipe or a device. */
export async function isStream(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && !found.isFile() && !found.isDirectory();
}

/** What SQLite keeps beside a database, whether it is there or not. @see https://www.sqlite.org/tempfiles.html */
const BESIDE_DATABASE = /-(wal|shm|journal)$/;

/** @throws `usage` where a path leads to what is kept, or to a file beside a database */
async function refuseKept(
  path: string,
  { name, kept }: { readonly name: string; readonly kept: readonly string[] },
): Promise<void> {
  for (const own of await Promise.all(kept.map(realNameOf))) {
    if (path === own || path.startsWith(`${own}${sep}`)) throw refusal(name, KEPT);
  }
  if (BESIDE_DATABASE.test(path) && (await isDatabase(path.replace(BESIDE_DATABASE, "")))) {
    throw refusal(name, DATABASE);
  }
}

/** The first bytes of a SQLite database, and of its log. @see https://www.sqlite.org/fileformat2.html 1.3, 4.1 */
const DATABASES = [
  Buffer.from("SQLite format 3\0"),
  Buffer.from([0x37, 0x7f, 0x06, 0x82]),
  Buffer.from([0x37, 0x7f, 0x06, 0x83]),
];

/** Whether a file is a database, a tenant's for one; false of what cannot be read. */
async function isDatabase(path: string): Promise<boolean> {
  const found = await firstBytes(path, 16);
  return DATABASES.some((first) => found.length >= first.length && found.subarray(0, first.length).equals(first));
}

const KEPT = text(
  "clomoctl keeps its own files here: they are never replaced by an output",
  "clomoctl 自身が使うファイルの場所です。出力で置き換えることはできません",
);
const DATABASE = text(
  "this is a database: it is never replaced by an output",
  "データベースのファイルです。出力で置き換えることはできません",
);
const NOT_WRITABLE = text("not a writable file", "書き込めるファイルではありません");
const NO_FOLDER = text("not a folder", "フォルダーではありません");
const ANOTHER_NAME = text(
  "give another name, or move away what is there",
  "別の名前を指定するか、いまあるものを移動してください",
);

const refusal = (where: string, what: Text, hint?: Text): Failure => new Failure("usage", { what, where, hint });

/** The failure for outputs that exist. @param instead what else can be done */
export const alreadyThere = (names: readonly string[], instead?: Text): Failure => {
  const what =
    names.length === 1
      ? text("this file already exists", "このファイルはすでにあります")
      : text("these files already exist", "これらのファイルはすでにあります");
  const { en, ja } = text(
    `add --overwrite to replace ${names.length === 1 ? "it" : "them"}, or give another name`,
    "置き換えるなら --overwrite を付けてください。別の名前も指定できます",
  );
  const hint = instead === undefined ? text(en, ja) : text(`${instead.en}; ${en}`, `${instead.ja}。${ja}`);
  return new Failure("usage", { what, where: names.join(", "), hint });
};
