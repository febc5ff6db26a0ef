import type { ProcessRun } from "./process.ts";

/** The two sides of a comparison: ours, and the peer's if its programs are installed. */
export interface Rivals {
  readonly ours: () => Promise<ProcessRun>;
  readonly peer: (() => Promise<ProcessRun>) | undefined;
}

/** The runs of both sides, in order. */
export interface RunsBySide {
  readonly ours: readonly ProcessRun[];
  readonly peer: readonly ProcessRun[];
}

/**
 * Runs functions in turn, `times` each, so that other load on the machine affects all of them equally. Returns their
 * runs, by function.
 */
export async function runInTurn<const Works extends readonly (() => Promise<ProcessRun>)[]>(
  works: Works,
  times: number,
): Promise<{ readonly [Work in keyof Works]: readonly ProcessRun[] }> {
  const runs = works.map((): ProcessRun[] => []);
  for (let time = 0; time < times; time += 1) {
    for (const [at, work] of works.entries()) runs[at]?.push(await work());
  }
  return runs as { readonly [Work in keyof Works]: readonly ProcessRun[] };
}

/** Runs both sides in turn, `times` each. */
export async function runAlternately({ ours, peer }: Rivals, times: number): Promise<RunsBySide> {
  if (peer === undefined) return { ours: (await runInTurn([ours], times))[0], peer: [] };
  const [own, others] = await runInTurn([ours, peer], times);
  return { ours: own, peer: others };
}
