import type { Ran } from "./process.ts";

/** Two works that are compared: ours, and the peer's where its programs are there. */
export interface Rivals {
  readonly ours: () => Promise<Ran>;
  readonly peer: (() => Promise<Ran>) | undefined;
}

/** Their runs, in order. */
export interface Runs {
  readonly ours: readonly Ran[];
  readonly peer: readonly Ran[];
}

/** Runs works in turn, `times` each, so that what else the machine does falls on all of them; their runs, by work. */
export async function inTurn<const Works extends readonly (() => Promise<Ran>)[]>(
  works: Works,
  times: number,
): Promise<{ readonly [Work in keyof Works]: readonly Ran[] }> {
  const runs = works.map((): Ran[] => []);
  for (let time = 0; time < times; time += 1) {
    for (const [at, work] of works.entries()) runs[at]?.push(await work());
  }
  return runs as { readonly [Work in keyof Works]: readonly Ran[] };
}

/** Runs both in turn, `times` each. */
export async function alternate({ ours, peer }: Rivals, times: number): Promise<Runs> {
  if (peer === undefined) return { ours: (await inTurn([ours], times))[0], peer: [] };
  const [own, others] = await inTurn([ours, peer], times);
  return { ours: own, peer: others };
}
