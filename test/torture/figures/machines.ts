import { type MachineFaults, tryMachines } from "../machines.ts";
import type { Trial } from "../trial.ts";
import { createRounds } from "./served-rounds.ts";

const ROUNDS: Readonly<Record<string, MachineFaults>> = {
  "kills of servers": { kill: 40 },
  "stopped servers": { stop: 5, kill: 10 },
  "crashes of PostgreSQL": { crash: 10 },
  "failovers of PostgreSQL": { failover: 5 },
  "kills of imports": { import: 5 },
  "everything at once": { kill: 20, stop: 3, crash: 2, failover: 2, import: 1 },
};

export const MACHINE_TRIALS: readonly Trial[] = Object.entries(ROUNDS).map(([scene, faults]) =>
  createRounds(scene, 1000, (place, { folder, seed }) => tryMachines(folder, `${seed} ${scene} ${place}`, faults)),
);
