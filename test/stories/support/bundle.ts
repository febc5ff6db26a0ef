import { createHash } from "node:crypto";
import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { ZipFile } from "yazl";
import { bundleFiles } from "../words.ts";
import { Story, type StorySettings } from "./story.ts";
import { writeTyped } from "./typed.ts";

/** Another computer, with a home of its own. Its folder lies in the story's and is removed with it. */
export async function anotherComputer(story: Story, name: string, settings: StorySettings): Promise<Story> {
  const folder = story.path(name);
  await mkdir(folder);
  const other = new Story(folder, settings);
  await writeTyped(other);
  return other;
}

const sha256 = (content: Uint8Array): string => createHash("sha256").update(content).digest("hex");

/** Returns the files of a bundle that is a folder, by path. */
async function readBundle(folder: string): Promise<Map<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const contents = await Promise.all(files.map(async (file) => [file.slice(folder.length + 1), await readFile(file)]));
  return new Map(contents as [string, Buffer][]);
}

const byBytes = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other));

/** Returns the list of hashes of these files, as a skilled forger recomputes it. */
const hashesOf = (files: ReadonlyMap<string, Buffer>): Buffer =>
  Buffer.from(
    [...files]
      .filter(([path]) => path !== bundleFiles.hashes)
      .toSorted(([one], [other]) => byBytes(one, other))
      .map(([path, content]) => `${sha256(content)}  ${path}\n`)
      .join(""),
  );

/** Copies a bundle that is a folder, changes the lines of one record type, and recomputes every hash. */
export async function forge(
  folder: string,
  forged: string,
  type: string,
  change: (lines: readonly string[]) => readonly string[],
): Promise<void> {
  await cp(folder, forged, { recursive: true });
  const files = await readBundle(forged);
  const path = bundleFiles.records(type);
  const lines = change((files.get(path)?.toString() ?? "").split("\n").filter((line) => line !== ""));
  const content = Buffer.from(lines.map((line) => `${line}\n`).join(""));
  files.set(path, content);
  files.set(bundleFiles.hashes, hashesOf(files));
  for (const name of [path, bundleFiles.hashes]) await writeFile(join(forged, name), files.get(name) ?? "");
}

/** Copies a bundle that is a folder, removes a record of the audit log in its tenant, and recomputes every hash. */
export async function forgeAudit(folder: string, forged: string, removed: number): Promise<void> {
  await cp(folder, forged, { recursive: true });
  const database = new DatabaseSync(join(forged, bundleFiles.tenant));
  const triggers = database.prepare("select name, sql from sqlite_schema where type = 'trigger'").all();
  for (const { name } of triggers) database.exec(`drop trigger "${String(name)}"`);
  const records = database.prepare("select record from audit where seq <> ? order by seq").all(removed);
  database.exec("delete from audit");
  let hash = "";
  for (const [at, { record }] of records.entries()) {
    const text = String(record).replace(/"seq":\d+/, `"seq":${at + 1}`);
    hash = sha256(Buffer.from(`${hash}\n${text}`));
    database.prepare("insert into audit (seq, record, hash) values (?, ?, ?)").run(at + 1, text, hash);
  }
  for (const { sql } of triggers) database.exec(String(sql));
  database.close();
  const files = await readBundle(forged);
  await writeFile(join(forged, bundleFiles.hashes), hashesOf(files));
}

/** A file to pack, with the Unix mode 0100600 unless another one is given. */
type PackedFile = readonly [path: string, content: Buffer, mode?: number];

/** What is in front of the hash of everything before it, if an archive ends with one. */
const SEAL = "sha256:";
const SEAL_BYTES = SEAL.length + 64;

/**
 * Packs files as the program does. If `like`, an archive that the program wrote, ends with a comment that has the hash
 * of what is before it, so does this one.
 */
async function pack(files: readonly PackedFile[], like: Buffer): Promise<Buffer> {
  const zip = new ZipFile();
  const mtime = new Date(2027, 0, 15, 12);
  for (const [path, content, mode = 0o100600] of files)
    zip.addReadStream(Readable.from([content]), path, { mtime, mode, forceDosTimestamp: true });
  zip.end();
  return seal(await buffer(zip.outputStream), like);
}

const seal = (zip: Buffer, like: Buffer): Buffer => {
  if (!like.subarray(-SEAL_BYTES).toString("latin1").startsWith(SEAL)) return zip;
  const hash = sha256(zip);
  zip.writeUInt16LE(SEAL_BYTES, zip.length - 2);
  return Buffer.concat([zip, Buffer.from(SEAL + hash)]);
};

/** Replaces a name in an archive with another one of the same length. */
const rename = (zip: Buffer, from: string, to: string): Buffer =>
  Buffer.from(zip.toString("latin1").replaceAll(from, to), "latin1");

/** Packs a bundle that is a folder, with more files, of which the list of hashes names those in `listed`. */
async function packAgainWith(
  folder: string,
  like: Buffer,
  more: readonly PackedFile[],
  listed: readonly PackedFile[] = more,
): Promise<Buffer> {
  const honest = await readBundle(folder);
  const all = new Map([...honest, ...listed.map(([path, content]) => [path, content] as const)]);
  const first = [bundleFiles.manifest, bundleFiles.hashes];
  const start = [
    [bundleFiles.manifest, honest.get(bundleFiles.manifest) ?? Buffer.of()],
    [bundleFiles.hashes, hashesOf(all)],
  ] as const;
  const rest = [...honest, ...more].filter(([path]) => !first.includes(path));
  return pack([...start, ...rest.toSorted(([one], [other]) => byBytes(one, other))], like);
}

/** Packs a bundle that is a folder, without any change. */
export const packAgain = (folder: string, like: Buffer): Promise<Buffer> => packAgainWith(folder, like, []);

/** Archives that the program never writes, made of the files of a real bundle, each with what is wrong with it. */
export async function* hostileArchives(folder: string, like: Buffer): AsyncGenerator<readonly [string, Buffer]> {
  const packWith = (more: readonly PackedFile[], listed?: readonly PackedFile[]): Promise<Buffer> =>
    packAgainWith(folder, like, more, listed);
  const evil = Buffer.from("evil");
  // the library refuses to write such a path, so it is replaced afterwards; both are sorted before all others
  for (const path of ["../../evil", "/tmp/evil.txt", "C:/evil.txt"]) {
    const harmless = "-".repeat(path.length);
    const zip = await packWith([[harmless, evil]], [[path, evil]]);
    const bare = like.subarray(-SEAL_BYTES).toString("latin1").startsWith(SEAL) ? unseal(zip) : zip;
    yield [`path ${path}`, seal(rename(bare, harmless, path), like)];
  }
  yield ["a symbolic link", await packWith([["evil", Buffer.from("/etc/passwd"), 0o120777]])];
  yield ["a file that no hash names", await packWith([["evil.txt", evil]], [])];
  const twice = bundleFiles.records("users");
  yield ["a file twice", await packWith([[twice, await readFile(join(folder, twice))]])];
  yield ["a bomb", await packWith([["evil.csv", Buffer.alloc(100 * 1024 * 1024)]])];
}

const unseal = (zip: Buffer): Buffer => {
  const bare = Buffer.from(zip.subarray(0, -SEAL_BYTES));
  bare.writeUInt16LE(0, bare.length - 2);
  return bare;
};

/** Writes a file that only its owner can read, and returns its name. */
export async function writeSecret(story: Story, name: string, content: string): Promise<string> {
  await writeFile(story.path(name), content, { mode: 0o600 });
  return name;
}

/** Returns the text of all files below a folder that a person could search. */
export async function everythingIn(folder: string): Promise<string> {
  const files = await readBundle(folder);
  return [...files.values()].map((content) => content.toString("latin1")).join("\n");
}
