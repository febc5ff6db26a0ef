import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readSource } from "../figures/source.ts";
import { mutantsOf, type Mutant } from "./mutants.ts";

/** A mutant of a file of the root. */
export interface Placed extends Mutant {
  /** relative to the root */
  readonly file: string;
}

/** A folder of sources, as mutants are drawn from it. */
export interface Folder {
  readonly name: string;
  readonly codeLines: number;
  readonly mutants: readonly Placed[];
}

/** `src/lib/X`, `src/commands` or `src/cli`. */
export function folderOf(file: string): string {
  const [src = "", first = "", second = ""] = file.replace(/\.ts$/, "").split("/");
  return first === "lib" ? `${src}/${first}/${second}` : `${src}/${first}`;
}

const isSource = (file: string): boolean => !/\.test\.ts$|\.d\.ts$/.test(file);

const isGenerated = (text: string): boolean => text.startsWith("// Generated ");

/**
 * Reads all that may be mutated.
 *
 * @param within a file or folder that the mutants are to lie in
 */
export async function readFolders(root: string, within = "src"): Promise<readonly Folder[]> {
  const inside = within.replace(/\/$/, "");
  const files = globSync("src/**/*.ts", { cwd: root })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => isSource(file) && (file === inside || file === `${inside}.ts` || file.startsWith(`${inside}/`)));
  const sources = await Promise.all(
    files.toSorted().map(async (file) => ({ file, text: await readFile(join(root, file), "utf8") })),
  );
  const byFolder = Map.groupBy(
    sources.filter(({ text }) => !isGenerated(text)),
    ({ file }) => folderOf(file),
  );
  return [...byFolder].map(([name, inFolder]) => ({
    name,
    codeLines: inFolder.reduce((sum, { text }) => sum + readSource(text).codeLines, 0),
    mutants: inFolder.flatMap(({ file, text }) => mutantsOf(text).map((mutant) => ({ ...mutant, file }))),
  }));
}

/** Random numbers that follow from a text: mulberry32 on its FNV-1a hash. */
export function randomOf(seed: string): () => number {
  let state = 0x811c9dc5;
  for (const byte of Buffer.from(seed)) state = Math.imul(state ^ byte, 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function shuffled<T>(items: readonly T[], random: () => number): readonly T[] {
  const keyed = items.map((item) => ({ item, key: random() }));
  return keyed.toSorted((a, b) => a.key - b.key).map(({ item }) => item);
}

/** `count` in proportion to the weights, by largest remainder. */
export function shares(count: number, weights: readonly number[]): readonly number[] {
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

/** A mutant of each of the lines, in random order, until they are enough; then a second one of each. */
function drawn({ name, mutants }: Folder, count: number, seed: string): readonly Placed[] {
  const random = randomOf(`${seed} ${name}`);
  const lines = Map.groupBy(mutants, ({ file, line }) => `${file}:${line}`);
  const queues = shuffled([...lines.values()], random).map((line) => shuffled(line, random));
  const longest = Math.max(0, ...queues.map(({ length }) => length));
  const rounds = Array.from({ length: longest }, (_, round) =>
    queues.flatMap((queue) => queue.slice(round, round + 1)),
  );
  return rounds.flat().slice(0, count);
}

/** Draws mutants of all folders by their lines; the same folders, count and seed draw the same ones in the same order. */
export function sample(folders: readonly Folder[], count: number, seed: string): readonly Placed[] {
  const byName = folders.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const counts = shares(
    count,
    byName.map(({ codeLines }) => codeLines),
  );
  const all = byName.flatMap((folder, at) => drawn(folder, counts[at] ?? 0, seed));
  // so that a part of them is a sample, too
  return shuffled(all, randomOf(seed));
}
