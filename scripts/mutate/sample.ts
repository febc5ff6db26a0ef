import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { findMutants, type Mutant } from "./mutants.ts";

/** A mutant and the file that contains it. */
export interface LocatedMutant extends Mutant {
  /** relative to the root */
  readonly file: string;
}

/** A folder of sources and its mutants, from which a sample is drawn. */
export interface SourceFolder {
  readonly name: string;
  readonly lines: number;
  readonly mutants: readonly LocatedMutant[];
}

/** Returns the folder in which a file is counted: `src/lib/X`, `src/commands` or `src/cli`. */
export function getFolderName(file: string): string {
  const [src = "", first = "", second = ""] = file.replace(/\.ts$/, "").split("/");
  return first === "lib" ? `${src}/${first}/${second}` : `${src}/${first}`;
}

const isMutableSource = (file: string): boolean => !/\.test\.ts$|\.d\.ts$/.test(file);

const isGenerated = (text: string): boolean => text.startsWith("// Generated ");

/**
 * Reads all sources that can be mutated, by folder.
 *
 * @param within a file or folder to which the mutants are limited
 */
export async function readSourceFolders(root: string, within = "src"): Promise<readonly SourceFolder[]> {
  const inside = within.replace(/\/$/, "");
  const files = globSync("src/**/*.ts", { cwd: root })
    .map((file) => file.replaceAll("\\", "/"))
    .filter(
      (file) => isMutableSource(file) && (file === inside || file === `${inside}.ts` || file.startsWith(`${inside}/`)),
    );
  const sources = await Promise.all(
    files.toSorted().map(async (file) => ({ file, text: await readFile(join(root, file), "utf8") })),
  );
  const byFolder = Map.groupBy(
    sources.filter(({ text }) => !isGenerated(text)),
    ({ file }) => getFolderName(file),
  );
  return [...byFolder].map(([name, inFolder]) => ({
    name,
    lines: inFolder.reduce((sum, { text }) => sum + text.split("\n").length - 1, 0),
    mutants: inFolder.flatMap(({ file, text }) => findMutants(text).map((mutant) => ({ ...mutant, file }))),
  }));
}

/** Returns a generator of random numbers that depend only on the seed: mulberry32, seeded with the FNV-1a hash. */
function createRandom(seed: string): () => number {
  let state = 0x811c9dc5;
  for (const byte of Buffer.from(seed)) state = Math.imul(state ^ byte, 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function shuffleItems<T>(items: readonly T[], random: () => number): readonly T[] {
  const keyed = items.map((item) => ({ item, key: random() }));
  return keyed.toSorted((a, b) => a.key - b.key).map(({ item }) => item);
}

/** Distributes `count` in proportion to the weights, by the largest remainder method. */
function distributeCount(count: number, weights: readonly number[]): readonly number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const exact = weights.map((weight) => (total === 0 ? 0 : (count * weight) / total));
  const whole = exact.map(Math.floor);
  const left = total === 0 ? 0 : count - whole.reduce((sum, share) => sum + share, 0);
  const rounded = exact
    .map((share, at) => ({ at, remainder: share - Math.floor(share) }))
    .toSorted((a, b) => b.remainder - a.remainder || a.at - b.at)
    .slice(0, left)
    .map(({ at }) => at);
  return whole.map((share, at) => share + (rounded.includes(at) ? 1 : 0));
}

/**
 * Draws mutants in random order: first one from each line, then a second one from each line, and so on until there are
 * enough.
 */
function drawFromFolder({ name, mutants }: SourceFolder, count: number, seed: string): readonly LocatedMutant[] {
  const random = createRandom(`${seed} ${name}`);
  const lines = Map.groupBy(mutants, ({ file, line }) => `${file}:${line}`);
  const queues = shuffleItems([...lines.values()], random).map((line) => shuffleItems(line, random));
  const longest = Math.max(0, ...queues.map(({ length }) => length));
  const rounds = Array.from({ length: longest }, (_, round) =>
    queues.flatMap((queue) => queue.slice(round, round + 1)),
  );
  return rounds.flat().slice(0, count);
}

/**
 * Draws mutants from all folders in proportion to their lines. The same folders, count and seed always give the same
 * mutants in the same order.
 */
export function drawSample(folders: readonly SourceFolder[], count: number, seed: string): readonly LocatedMutant[] {
  const byName = folders.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const counts = distributeCount(
    count,
    byName.map(({ lines }) => lines),
  );
  const all = byName.flatMap((folder, at) => drawFromFolder(folder, counts[at] ?? 0, seed));
  // shuffled so that any first part of the result is a sample, too
  return shuffleItems(all, createRandom(seed));
}
