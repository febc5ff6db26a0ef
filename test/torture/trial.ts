import type { FaultyDisk } from "./faulty-disk.ts";
import type { Scene } from "./scenes/scene.ts";
import { Stage } from "./stage.ts";

/** What all trials of a run share. */
export class Workplace {
  /** removed when the run ends */
  readonly folder: string;
  readonly disk: FaultyDisk | undefined;
  readonly seed: number;
  /** how long a program stays stopped */
  readonly stopMs: number;
  /** how many random histories of each model are tried */
  readonly histories: number;
  readonly #stages = new Map<Scene, Promise<Stage>>();

  constructor(
    folder: string,
    disk: FaultyDisk | undefined,
    { seed, stopMs, histories }: { readonly seed: number; readonly stopMs: number; readonly histories: number },
  ) {
    this.folder = folder;
    this.disk = disk;
    this.seed = seed;
    this.stopMs = stopMs;
    this.histories = histories;
  }

  /** A scene, prepared once for all figures. @throws without a C compiler, which figures that use it ask for first */
  stage(scene: Scene): Promise<Stage> {
    if (this.disk === undefined) throw new Error("no C compiler");
    const stage = this.#stages.get(scene) ?? Stage.of(this.disk, scene, this.folder);
    this.#stages.set(scene, stage);
    return stage;
  }
}

/** Places of one scene where something is tried. */
export interface Trial {
  readonly scene: string;
  places(workplace: Workplace): Promise<readonly string[]>;
  /** Tries one place. @returns what is wrong */
  attempt(place: string, workplace: Workplace): Promise<readonly string[]>;
}
