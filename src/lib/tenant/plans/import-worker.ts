import { on } from "node:events";
import { parentPort, type MessagePort } from "node:worker_threads";
import { createInterruptedFailure } from "../../errors/index.ts";
import { toFailedOutcome, type ThreadOutcome } from "../store/run-in-worker.ts";
import { followThroughPort, type LogAccess } from "../store/log-port.ts";
import { toStorageFailure } from "../store/storage-failure.ts";
import { ROWS_PER_VISIT, type RowExpectation } from "./functions.ts";
import { commitPlan, commitUndo, plan, select } from "./import-tasks.ts";
import type { countUndo } from "./import-readings.ts";

const JOBS = {
  plan,
  select,
  commitPlan,
  commitUndo,
  countUndo: async (...given: Parameters<typeof countUndo>) =>
    (await import("./import-readings.ts")).countUndo(...given),
} as const;

export type ImportJobs = typeof JOBS;
export type JobArguments<J extends keyof ImportJobs> = Parameters<ImportJobs[J]>[0];

/** A value other than 0 in the shared `stop` interrupts the job. */
export interface WorkerJob {
  readonly job: keyof ImportJobs;
  readonly args: Omit<JobArguments<keyof ImportJobs>, "stream">;
  readonly stop: Int32Array;
  /** sends a chunk of the file for each message, and null at its end; closes if the file breaks off */
  readonly chunks: MessagePort | undefined;
  readonly log: LogAccess | undefined;
}

/** `share` is the part of the job that is done, from 0 to 1; all other messages end the job */
export type JobMessage = ThreadOutcome | { readonly share: number };

/** Long jobs ask every few thousand rows whether they are interrupted, so this tells how far they are, too. */
const createWork = (stop: Int32Array): { readonly interrupted: () => boolean; readonly expect: RowExpectation } => {
  let [visits, expected, shown] = [0, 0, 0];
  return {
    interrupted() {
      visits += 1;
      const share = expected === 0 ? 0 : Math.min(1, visits / expected);
      if (share - shown >= 0.01) {
        parentPort?.postMessage({ share } satisfies JobMessage);
        shown = share;
      }
      return Atomics.load(stop, 0) !== 0;
    },
    expect(rows) {
      visits = 0;
      expected = rows / ROWS_PER_VISIT;
    },
  };
};

async function* receiveChunks(port: MessagePort): AsyncGenerator<Uint8Array> {
  const messages = on(port, "message", { close: ["close"] }) as AsyncIterable<[Uint8Array | null]>;
  port.postMessage(null);
  for await (const [chunk] of messages) {
    if (chunk === null) return;
    // the next chunk is read while this one is processed
    port.postMessage(null);
    yield chunk;
  }
  throw createInterruptedFailure();
}

async function perform({ job, args: given, stop, chunks, log }: WorkerJob): Promise<ThreadOutcome> {
  const stream = chunks && ReadableStream.from(receiveChunks(chunks));
  const followed = log && followThroughPort(log);
  const args = { ...given, ...(stream && { stream }), followed };
  const { interrupted, expect } = createWork(stop);
  const run = JOBS[job] as (given: typeof args, interrupted: () => boolean, expect: RowExpectation) => Promise<unknown>;
  const { tenant, staging }: { readonly tenant: string; readonly staging?: string | undefined } = args.files;
  try {
    return { result: await run(args, interrupted, expect) };
  } catch (error) {
    return toFailedOutcome(interrupted() ? createInterruptedFailure(error) : toStorageFailure(error, tenant, staging));
  } finally {
    log?.port.close();
  }
}

parentPort?.on("message", (assignment: WorkerJob) => {
  void perform(assignment).then((outcome) => parentPort?.postMessage(outcome));
});
