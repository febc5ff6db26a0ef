import type { FaultyDisk } from "./faulty-disk.ts";
import type { Scene } from "./scenes/scene.ts";
import { Stage } from "./stage.ts";

/** The resources that all trials of a run share. */
export class Workplace {
  /** the folder of the run, which is removed when the run ends */
  readonly folder: string;
  readonly disk: FaultyDisk | undefined;
  readonly seed: number;
  readonly stopMs: number;
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

  /** Returns a scene's stage, prepared once. @throws Error without a C compiler, which figures with stages declare */
  stage(scene: Scene): Promise<Stage> {
    if (this.disk === undefined) throw new Error("no C compiler");
    const stage = this.#stages.get(scene) ?? Stage.of(this.disk, scene, this.folder);
    this.#stages.set(scene, stage);
    return stage;
  }
}

export interface Trial {
  readonly scene: string;
  places(workplace: Workplace): Promise<readonly string[]>;
  /** Tries one place. @returns what is wrong */
  attempt(place: string, workplace: Workplace): Promise<readonly string[]>;
}
