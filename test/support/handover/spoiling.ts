import fc from "fast-check";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { compareByteOrder, MANIFEST_FILE, HASHES_FILE } from "../../../src/lib/handover/bundle/contents.ts";
import { packZip } from "./archives.ts";

type Files = Map<string, Buffer>;

/** Functions that damage bytes. `place` is the position as a fraction of the length, from 0 to less than 1. */
const BYTE_SPOILERS = {
  "a bit flipped": (bytes: Buffer, place: number): Buffer => {
    const spoilt = Buffer.from(bytes);
    const bit = Math.floor(place * bytes.length * 8);
    spoilt[bit >> 3] = (spoilt[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    return spoilt;
  },
  "cut off": (bytes: Buffer, place: number): Buffer => bytes.subarray(0, Math.floor(place * bytes.length)),
  "a byte more": (bytes: Buffer, place: number): Buffer => {
    const at = Math.floor(place * (bytes.length + 1));
    return Buffer.concat([bytes.subarray(0, at), Buffer.from([10]), bytes.subarray(at)]);
  },
} as const;

const FILE_SPOILERS = {
  renamed: (files: Files, path: string, place: number): void => {
    const content = files.get(path) ?? Buffer.alloc(0);
    files.delete(path);
    files.set(place < 0.5 ? `${path}x` : `other/${basename(path)}`, content);
  },
  "another name by its case": (files: Files, path: string): void => {
    const content = files.get(path) ?? Buffer.alloc(0);
    files.delete(path);
    files.set(path === path.toUpperCase() ? path.toLowerCase() : path.toUpperCase(), content);
  },
  added: (files: Files, path: string, place: number): void =>
    void files.set(`${dirname(path)}/more-${Math.floor(place * 1000)}`.replace(/^\.\//, ""), Buffer.from("x")),
  removed: (files: Files, path: string): void => void files.delete(path),
  exchanged: (files: Files, path: string): void => {
    const content = files.get(path) ?? Buffer.alloc(0);
    const [other, its] = [...files].find(([, bytes]) => !bytes.equals(content)) ?? [path, content];
    files.set(other, content).set(path, its);
  },
} as const;

/** The way in which a bundle is damaged, with the file and the position. */
export interface Spoiling {
  readonly how: keyof typeof BYTE_SPOILERS | keyof typeof FILE_SPOILERS;
  readonly which: number;
  readonly place: number;
}

export const SPOILERS = [...Object.keys(BYTE_SPOILERS), ...Object.keys(FILE_SPOILERS)] as Spoiling["how"][];

const someFraction = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

export const someSpoiling: fc.Arbitrary<Spoiling> = fc.record({
  how: fc.constantFrom(...SPOILERS),
  which: someFraction,
  place: someFraction,
});

export const filesBelow = (folder: string): Files =>
  new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(folder.length + 1).replaceAll("\\", "/"), readFileSync(path)]),
  );

/**
 * Writes files in the format of the target's extension: a folder, or an archive with the files in the default order.
 */
export async function packAs(target: string, files: ReadonlyMap<string, Buffer>): Promise<void> {
  const rank = (path: string): number => (path === MANIFEST_FILE ? 0 : path === HASHES_FILE ? 1 : 2);
  const made = [...files]
    .map(([path, content]) => ({ path, content }))
    .toSorted((one, other) => rank(one.path) - rank(other.path) || compareByteOrder(one.path, other.path));
  if (target.endsWith(".zip")) return writeFileSync(target, await packZip(made));
  for (const { path, content } of made) {
    mkdirSync(dirname(join(target, path)), { recursive: true });
    writeFileSync(join(target, path), content);
  }
}

/** Creates a damaged copy of a bundle. @param copy path of the copy, which replaces anything at this path */
export async function writeSpoiledCopy(
  files: ReadonlyMap<string, Buffer>,
  copy: string,
  { how, which, place }: Spoiling,
): Promise<void> {
  rmSync(copy, { recursive: true, force: true });
  const spoilt = new Map(files);
  // an empty file cannot be truncated and has no bits
  const paths = [...files].filter(([, { length }]) => length > 0 || how in FILE_SPOILERS).map(([path]) => path);
  const path = paths[Math.floor(which * paths.length)] ?? "";
  if (how in FILE_SPOILERS) FILE_SPOILERS[how as keyof typeof FILE_SPOILERS](spoilt, path, place);
  else spoilt.set(path, BYTE_SPOILERS[how as keyof typeof BYTE_SPOILERS](files.get(path) ?? Buffer.alloc(0), place));
  await packAs(copy, spoilt);
}
