import { access, constants, lstat, readlink, realpath, rm, stat } from "node:fs/promises";
import { basename, dirname, join, parse, relative, resolve, sep } from "node:path";
import type { Stats } from "node:fs";
import { Failure, hasErrorCode } from "../errors/index.ts";
import { text, type Text } from "../text/index.ts";
import type { ContentWriter, WriteOptions } from "./atomic.ts";
import { rethrowAsOutputFailure, toOutputFailure } from "./folder.ts";
import type { FolderWriter } from "./folder-writer.ts";
import type { TemporaryStorage } from "./temporary.ts";

export interface Output {
  /** name as typed by the user; `-` is stdout */
  readonly name: string;
  /** true if the content has no personal data; all other files get mode 0600 */
  readonly isPublic?: boolean | undefined;
  /** returns why an existing output folder must not be replaced; undefined if it may be replaced */
  readonly folderFault?: ((path: string) => Promise<Text | undefined>) | undefined;
}

export interface OutputsOptions {
  readonly temporary: TemporaryStorage;
  readonly workingFolder: string;
  readonly kept: readonly string[];
  readonly userId: number | undefined;
  readonly stdout: () => ContentWriter;
}

/**
 * Declare outputs before data is read or changed. Only {@link permitReplacing} allows the replacement of files with
 * content.
 */
export class Outputs {
  readonly #place: OutputsOptions;
  readonly #declared = new Map<string, Output>();
  #mayReplace = false;

  constructor(place: OutputsOptions) {
    this.#place = place;
  }

  get temporary(): TemporaryStorage {
    return this.#place.temporary;
  }

  /** Returns the names of existing outputs that were not declared before. @throws `usage` if an output can never be written */
  async declare(outputs: readonly Output[]): Promise<readonly string[]> {
    const existing: string[] = [];
    for (const output of outputs) {
      const isNew = !this.#declared.has(output.name);
      this.#declared.set(output.name, output);
      if (output.name !== "-" && (await this.#isOccupied(output)) && isNew) existing.push(output.name);
    }
    return existing;
  }

  permitReplacing(): void {
    this.#mayReplace = true;
  }

  async exists(name: string): Promise<boolean> {
    if (name === "-") return false;
    const target = await this.#targetOf(name);
    return target.kind === "place" && target.found !== undefined && (target.found.size > 0 || !target.found.isFile());
  }

  async write<T = void>(
    name: string,
    content: string | Uint8Array | ((writer: ContentWriter) => Promise<T>),
    { settle }: Pick<WriteOptions, "settle"> = {},
  ): Promise<T> {
    const write =
      typeof content === "function" ? content : (writer: ContentWriter) => writer.write(content) as Promise<T>;
    const settled = async (writing: Promise<T>): Promise<T> => {
      const result = await writing;
      await settle?.();
      return result;
    };
    if (name === "-") return settled(write(this.#place.stdout()));
    const output = this.#outputNamed(name);
    const target = await this.#targetOf(name);
    const { writeDirectly, writeFileAtomically } = await import("./atomic.ts");
    if (target.kind === "stream") return settled(writeDirectly(target.path, write));
    const beforeNaming = (): Promise<void> => this.#refuseOccupied(output);
    const mode = resolveFileMode(output, target.found);
    const options = { ...this.#place.temporary, mode, beforeNaming, settle };
    return writeFileAtomically(target.path, options, write);
  }

  async remove(name: string): Promise<void> {
    await this.#refuseOccupied(this.#outputNamed(name));
    await rm((await this.#targetOf(name)).path, { force: true });
  }

  async createFolder(name: string): Promise<FolderWriter> {
    const output = this.#outputNamed(name);
    const target = await this.#targetOf(name);
    const making = await import("./folder-writer.ts");
    const beforeNaming = (): Promise<void> => this.#refuseOccupied(output);
    return making.FolderWriter.create(target.path, { ...this.#place.temporary, beforeNaming });
  }

  #outputNamed(name: string): Output {
    const output = this.#declared.get(name);
    if (output === undefined) throw new TypeError(`${name} was not declared as an output`);
    return output;
  }

  async #refuseOccupied(output: Output): Promise<void> {
    if ((await this.#isOccupied(output)) && !this.#mayReplace) throw createExistingOutputFailure([output.name]);
  }

  async #isOccupied(output: Output): Promise<boolean> {
    const { name, folderFault } = output;
    const target = await this.#targetOf(name);
    if (target.kind === "stream") {
      if (folderFault !== undefined) throw createOutputFailure(name, NOT_A_FOLDER);
      return false;
    }
    const { path, found } = target;
    await access(dirname(path), constants.W_OK).catch(rethrowAsOutputFailure(name));
    if (found === undefined) return false;
    if (found.isDirectory()) {
      const fault = folderFault === undefined ? NOT_WRITABLE : await folderFault(path);
      if (fault !== undefined) throw createOutputFailure(name, fault, CHOOSE_ANOTHER_NAME_HINT);
      return true;
    }
    if (folderFault !== undefined) throw createOutputFailure(name, NOT_A_FOLDER, CHOOSE_ANOTHER_NAME_HINT);
    if (await isDatabase(path)) throw createOutputFailure(name, DATABASE_PROTECTED);
    // a read-only file is not replaced, because its owner does not want changes
    const isWritable = (found.mode & OWNER_WRITE_BIT) !== 0;
    return !(isWritable && found.size === 0);
  }

  async #targetOf(name: string): Promise<OutputTarget> {
    const { kept, userId, workingFolder } = this.#place;
    const full = resolve(workingFolder, name);
    const path = userId === undefined ? await resolveRealPath(full) : await resolveLinks(full, { name, userId });
    // A rename must not replace the target of a redirection such as `> FILE`.
    if (DESCRIPTOR_PATH_PATTERN.test(path)) return { kind: "stream", path };
    await refuseProtectedPath(path, name, kept);
    const found = await stat(path).catch((error: unknown) => {
      if (hasErrorCode(error, "ENOENT")) return undefined;
      throw toOutputFailure(error, name);
    });
    if (found?.isSocket() === true) throw createOutputFailure(name, NOT_WRITABLE);
    const isPlace = found === undefined || found.isFile() || found.isDirectory();
    return isPlace ? { kind: "place", path, found } : { kind: "stream", path };
  }
}

type OutputTarget =
  | { readonly kind: "stream"; readonly path: string }
  | { readonly kind: "place"; readonly path: string; readonly found: Stats | undefined };

const OWNER_WRITE_BIT = 0o200;
const OWNER_ONLY_MODE = 0o600;
const PERMISSION_BITS = 0o777;

/** A private file gets mode 0600 or, if the existing file is stricter, that file's mode. */
function resolveFileMode({ isPublic }: Output, found: Stats | undefined): number | undefined {
  const mode = found && found.mode & PERMISSION_BITS;
  return isPublic === true ? mode : (mode ?? OWNER_ONLY_MODE) & OWNER_ONLY_MODE;
}

const DESCRIPTOR_PATH_PATTERN = /^\/(dev\/(fd|std(in|out|err))|proc\/[^/]+\/(task\/[^/]+\/)?fd)(\/|$)/;

const MAX_LINKS = 40;
const GROUP_OR_OTHERS_WRITE_BITS = 0o022;

/** @throws `usage` for a link that another user may have planted */
async function resolveLinks(full: string, place: { readonly name: string; readonly userId: number }): Promise<string> {
  const partsOf = (path: string): readonly string[] => relative(parse(path).root, path).split(sep).filter(Boolean);
  let at = parse(full).root;
  let rest = partsOf(full);
  for (let links = 0; ;) {
    const [part, ...more] = rest;
    if (part === undefined) return at;
    const next = join(at, part);
    if (DESCRIPTOR_PATH_PATTERN.test(next)) return join(next, ...more);
    const found = await lstat(next).catch((error: unknown) => {
      if (!hasErrorCode(error, "ENOENT", "ENOTDIR")) throw toOutputFailure(error, place.name);
    });
    if (found === undefined) return join(next, ...more);
    if (!found.isSymbolicLink()) {
      [at, rest] = [next, more];
      continue;
    }
    if ((links += 1) > MAX_LINKS)
      throw createOutputFailure(place.name, text("too many symbolic links", "シンボリックリンクが多すぎます"));
    if (isOwnedByOthers(found, place) && isWritableByOthers(await stat(at), place))
      throw createPlantedLinkFailure(place.name, next);
    const target = resolve(at, await readlink(next));
    at = parse(target).root;
    rest = [...partsOf(target), ...more];
  }
}

const isOwnedByOthers = ({ uid }: Pick<Stats, "uid">, { userId }: { readonly userId: number }): boolean =>
  uid !== userId && uid !== 0;

const isWritableByOthers = (folder: Pick<Stats, "uid" | "mode">, place: { readonly userId: number }): boolean =>
  isOwnedByOthers(folder, place) || (folder.mode & GROUP_OR_OTHERS_WRITE_BITS) !== 0;

const createPlantedLinkFailure = (name: string, link: string): Failure =>
  createOutputFailure(
    name,
    text(
      `${link} is another user's symbolic link in a folder that others can write to`,
      `${link} は、ほかのユーザーも書き込めるフォルダーにある、別のユーザーのシンボリックリンクです`,
    ),
    text("specify a file in a folder of your own", "自分だけが書き込めるフォルダーのファイルを指定してください"),
  );

/** If the file does not exist, resolves the links in the path of its folder. */
export async function resolveRealPath(path: string): Promise<string> {
  const full = resolve(path);
  const own = async (name: string): Promise<string | undefined> => realpath(name).catch(() => undefined);
  return (await own(full)) ?? resolve((await own(dirname(full))) ?? dirname(full), basename(full));
}

export async function isPipeOrDevice(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && !found.isFile() && !found.isDirectory();
}

/** Suffixes of SQLite's files next to a database. @see https://www.sqlite.org/tempfiles.html */
const SQLITE_COMPANION_SUFFIX = /-(wal|shm|journal)$/;

async function refuseProtectedPath(path: string, name: string, kept: readonly string[]): Promise<void> {
  for (const own of await Promise.all(kept.map(resolveRealPath))) {
    if (path === own || path.startsWith(`${own}${sep}`)) throw createOutputFailure(name, OWN_FILES_PROTECTED);
  }
  if (SQLITE_COMPANION_SUFFIX.test(path) && (await isDatabase(path.replace(SQLITE_COMPANION_SUFFIX, ""))))
    throw createOutputFailure(name, DATABASE_PROTECTED);
}

/** First bytes of a SQLite database and its write-ahead log. @see https://www.sqlite.org/fileformat2.html 1.3, 4.1 */
const DATABASE_HEADERS = [
  Buffer.from("SQLite format 3\0"),
  Buffer.from([0x37, 0x7f, 0x06, 0x82]),
  Buffer.from([0x37, 0x7f, 0x06, 0x83]),
];

async function isDatabase(path: string): Promise<boolean> {
  const { readFileStart } = await import("./read.ts");
  const { bytes = Buffer.alloc(0) } = (await readFileStart(path, 16).catch(() => undefined)) ?? {};
  return DATABASE_HEADERS.some((header) => header.equals(bytes.subarray(0, header.length)));
}

const OWN_FILES_PROTECTED = text(
  "this path is reserved for clomoctl's own files and cannot be an output",
  "clomoctl 自身が使うファイルのパスのため、出力先に指定できません",
);
const DATABASE_PROTECTED = text(
  "this file is a database, which clomoctl does not overwrite",
  "データベースのファイルのため、出力先に指定して上書きすることはできません",
);
const NOT_WRITABLE = text("not a writable file", "このファイルには書き込めません");
const NOT_A_FOLDER = text("not a folder", "フォルダーではありません");
const CHOOSE_ANOTHER_NAME_HINT = text(
  "specify another name, or move the existing file or folder",
  "別の名前を指定するか、いまあるファイルやフォルダーを移動してください",
);

const createOutputFailure = (where: string, what: Text, hint?: Text): Failure =>
  new Failure("usage", { what, where, hint });

export const createExistingOutputFailure = (names: readonly string[]): Failure => {
  const [files, filesJa] = names.length === 1 ? ["this file", "このファイル"] : ["these files", "これらのファイル"];
  const what = text(`${files} already exist${names.length === 1 ? "s" : ""}`, `${filesJa}はすでにあります`);
  const hint = text("add --overwrite, or specify another name", "--overwrite を付けるか、別の名前を指定してください");
  return createOutputFailure(names.join(", "), what, hint);
};
