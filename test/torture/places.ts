import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** Returns the places in an order that depends only on the seed. */
export const shuffleBySeed = (seed: number, places: readonly string[]): readonly string[] =>
  places
    .map((place) => [createHash("sha1").update(`${seed} ${place}`).digest("hex"), place] as const)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([, place]) => place);

/** Returns the kind of a place: its description without the numbers. */
const getPlaceKind = (place: string): string => place.replaceAll(/\d+/g, "");

/** Moves the first place of each new kind to the front, and adds the new kinds to `known`. */
export function moveNewKindsFirst(places: readonly string[], known: Set<string>): readonly string[] {
  const first = places.filter((place) => {
    const isNew = !known.has(getPlaceKind(place));
    known.add(getPlaceKind(place));
    return isNew;
  });
  return [...new Set([...first, ...places])];
}

/** A problem at a place of a scene. The place is missing if the scene could not be prepared. */
export interface Finding {
  readonly figure: string;
  readonly scene: string;
  readonly place?: string | undefined;
  readonly problems: readonly string[];
}

/** How many places are known and were tried, and how many scenes exist and were opened. */
export interface Tally {
  readonly tried: number;
  readonly places: number;
  readonly scenes: number;
  readonly opened: number;
}

interface SavedProgress {
  /** the commit and the seed */
  readonly of: string;
  readonly minutes: number;
  /** by figure and scene: the number of places, and the places that were tried */
  readonly scenes: readonly (readonly [figure: string, scene: string, places: number, tried: readonly string[]])[];
  readonly findings: readonly Finding[];
}

/** What was tried so far, including earlier runs with the same seed and commit. */
export class Progress {
  readonly #of: string;
  readonly #scenes = new Map<string, Map<string, { places: number; readonly tried: Set<string> }>>();
  readonly findings: Finding[] = [];
  /** minutes of this run and the earlier ones */
  minutes = 0;

  constructor(of: string) {
    this.#of = of;
  }

  /** Loads what earlier runs tried. Starts from the beginning if their commit or seed was different. */
  static resume(path: string, of: string): Progress {
    const progress = new Progress(of);
    if (!existsSync(path)) return progress;
    const saved = JSON.parse(readFileSync(path, "utf8")) as SavedProgress;
    if (saved.of !== of) return progress;
    for (const [figure, scene, places, tried] of saved.scenes) {
      progress.#scene(figure, scene).places = places;
      for (const place of tried) progress.#scene(figure, scene).tried.add(place);
    }
    progress.findings.push(...saved.findings);
    progress.minutes = saved.minutes;
    return progress;
  }

  save(path: string): void {
    const scenes = [...this.#scenes].flatMap(([figure, of]) =>
      [...of].map(([scene, { places, tried }]) => [figure, scene, places, [...tried]] as const),
    );
    const { findings, minutes } = this;
    const saved: SavedProgress = { of: this.#of, minutes, scenes, findings };
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.new`, JSON.stringify(saved));
    renameSync(`${path}.new`, path);
  }

  #scene(figure: string, scene: string) {
    const scenes = this.#scenes.get(figure) ?? new Map<string, { places: number; readonly tried: Set<string> }>();
    this.#scenes.set(figure, scenes);
    const known = scenes.get(scene) ?? { places: 0, tried: new Set<string>() };
    scenes.set(scene, known);
    return known;
  }

  triedOf(figure: string, scene: string): number {
    return this.#scenes.get(figure)?.get(scene)?.tried.size ?? 0;
  }

  /** Records the places of a scene. @returns the places that have not been tried yet */
  open(figure: string, scene: string, places: readonly string[]): string[] {
    const known = this.#scene(figure, scene);
    known.places = places.length;
    return places.filter((place) => !known.tried.has(place));
  }

  note({ figure, scene, place, problems }: Finding): void {
    if (place !== undefined) this.#scene(figure, scene).tried.add(place);
    if (problems.length > 0) this.findings.push({ figure, scene, place, problems });
  }

  tally(figure: string, scenes: number): Tally {
    const opened = [...(this.#scenes.get(figure)?.values() ?? [])];
    const tried = opened.reduce((sum, scene) => sum + Math.min(scene.tried.size, scene.places), 0);
    return { tried, places: opened.reduce((sum, scene) => sum + scene.places, 0), scenes, opened: opened.length };
  }
}
