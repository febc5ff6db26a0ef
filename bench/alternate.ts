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

/** Runs both in turn, `times` each, so that what else the machine does falls on both. */
export async function alternate({ ours, peer }: Rivals, times: number): Promise<Runs> {
  const runs: { ours: Ran[]; peer: Ran[] } = { ours: [], peer: [] };
  for (let time = 0; time < times; time += 1) {
    runs.ours.push(await ours());
    if (peer !== undefined) runs.peer.push(await peer());
  }
  return runs;
}
