import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { Database } from "../../../src/lib/tenant/store/database.ts";
import { migrate } from "../../../src/lib/tenant/ledger/tenant-file.ts";

export interface OpenThreadTask {
  readonly folder: string;
  readonly rounds: number;
  readonly threads: number;
  /** number of threads that have arrived, in all rounds together; a round begins when all threads have arrived */
  readonly arrived: Int32Array;
}

const { folder, rounds, threads, arrived } = workerData as OpenThreadTask;

const waitForAll = (count: number): void => {
  Atomics.add(arrived, 0, 1);
  Atomics.notify(arrived, 0);
  let here = Atomics.load(arrived, 0);
  while (here < count) {
    Atomics.wait(arrived, 0, here);
    here = Atomics.load(arrived, 0);
  }
};

const failures: string[] = [];
for (let round = 1; round <= rounds; round += 1) {
  waitForAll(round * threads);
  try {
    const database = new Database(join(folder, `${round}.db`));
    migrate(database, { name: "試験", now: "2026-04-01T00:00:00.000Z" });
    database.close();
  } catch (error) {
    failures.push(String(error));
  }
}
parentPort?.postMessage(failures, []);
