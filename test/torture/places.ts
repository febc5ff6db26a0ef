import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** Places in an order that the seed alone decides. */
export const inOrder = (seed: number, places: readonly string[]): readonly string[] =>
  places
    .map((place) => [createHash("sha1").update(`${seed} ${place}`).digest("hex"), place] as const)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([, place]) => place);

/** What a place stands for, whatever its numbers. */
const kindOf = (place: string): string => place.replaceAll(/\d+/g, "");

/** Moves the first place of each kind to the front, but for the kinds that are `known`, and adds these. */
export function newKindsFirst(places: readonly string[], known: Set<string>): readonly string[] {
  const first = places.filter((place) => {
    const isNew = !known.has(kindOf(place));
    known.add(kindOf(place));
    return isNew;
  });
  return [...new Set([...first, ...places])];
}

/** Something wrong that was found at a place of a scene, or before if the scene could not be prepared. */
export interface Finding {
  readonly figure: string;
  readonly scene: string;
  readonly place?: string | undefined;
  readonly problems: readonly string[];
}

/** How many of all known places were tried, in how many of all scenes. */
export interface Tally {
  readonly tried: number;
  readonly places: number;
  readonly scenes: number;
  readonly opened: number;
}

interface Saved {
  /** commit and seed */
  readonly of: string;
  readonly minutes: number;
  /** by figure and scene: the number of its places, and those tried */
  readonly scenes: readonly (readonly [figure: string, scene: string, places: number, tried: readonly string[]])[];
  readonly findings: readonly Finding[];
}

/** What was tried so far, also by earlier runs with the same seed at the same commit. */
export class Progress {
  readonly #of: string;
  readonly #scenes = new Map<string, Map<string, { places: number; readonly tried: Set<string> }>>();
  readonly findings: Finding[] = [];
  /** minutes of earlier runs and this one */
  minutes = 0;

  constructor(of: string) {
    this.#of = of;
  }

  /** Reads what earlier runs tried; nothing if they had another commit or seed. */
  static resume(path: string, of: string): Progress {
    const progress = new Progress(of);
    if (!existsSync(path)) return progress;
    const saved = JSON.parse(readFileSync(path, "utf8")) as Saved;
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
    const saved: Saved = { of: this.#of, minutes, scenes, findings };
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

  /** How many places of a scene were tried. */
  triedOf(figure: string, scene: string): number {
    return this.#scenes.get(figure)?.get(scene)?.tried.size ?? 0;
  }

  /** Notes the places of a scene. @returns those not tried yet */
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
