import { parentPort } from "node:worker_threads";
import { Failure, createInterruptedFailure, type Problem } from "../../../../errors/index.ts";
import { toStorageFailure } from "../../../store/sqlite/storage-failure.ts";
import { commitPlan, commitUndo, plan, select } from "./tasks.ts";
import type { countUndo } from "./readings.ts";

const JOBS = {
  plan,
  select,
  commitPlan,
  commitUndo,
  countUndo: async (...given: Parameters<typeof countUndo>) => (await import("./readings.ts")).countUndo(...given),
} as const;

export type ImportJobs = typeof JOBS;
export type JobArguments<J extends keyof ImportJobs> = Parameters<ImportJobs[J]>[0];

/** A value other than 0 in the shared `stop` interrupts the job. */
export interface WorkerJob {
  readonly job: keyof ImportJobs;
  readonly args: JobArguments<keyof ImportJobs>;
  readonly stop: Int32Array;
}

export type JobOutcome = { readonly result: unknown } | { readonly problem: Problem } | { readonly error: unknown };

async function perform({ job, args, stop }: WorkerJob): Promise<JobOutcome> {
  const interrupted = (): boolean => Atomics.load(stop, 0) !== 0;
  const run = JOBS[job] as (given: typeof args, interrupted: () => boolean) => Promise<unknown>;
  const { tenant, staging }: { readonly tenant: string; readonly staging?: string | undefined } = args.files;
  try {
    return { result: await run(args, interrupted) };
  } catch (error) {
    const failure = interrupted() ? createInterruptedFailure(error) : toStorageFailure(error, tenant, staging);
    return failure instanceof Failure ? { problem: failure.toJSON() } : { error: failure };
  }
}

parentPort?.on("message", (assignment: WorkerJob) => {
  void perform(assignment).then((outcome) => parentPort?.postMessage(outcome));
});
