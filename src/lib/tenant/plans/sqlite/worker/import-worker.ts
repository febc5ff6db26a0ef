import { on } from "node:events";
import { removeStagingFile } from "../staging-files.ts";
import { parentPort, type MessagePort } from "node:worker_threads";
import { Failure, createInterruptedFailure } from "../../../../errors/index.ts";
import { toStorageFailure } from "../../../store/sqlite/storage-failure.ts";
import { commitPlan, commitUndo, loadFileFormReader, planDeletion, replan, Staging } from "./tasks.ts";
import type { ExportObservation } from "../../engine.ts";
import type { Assignment, WorkerOutcome, WorkerTask } from "./messages.ts";

/** Number of chunks that are requested in advance: enough to keep this thread busy, but few enough to fit in memory. */
const PREFETCHED_CHUNKS = 8;

/** Requests the file chunk by chunk, and stages it. @throws Failure `interrupted` */
async function stageFile(staging: Staging, file: MessagePort, interrupted: () => boolean): Promise<void> {
  for (let asked = 0; asked < PREFETCHED_CHUNKS; asked += 1) file.postMessage("more");
  for await (const [chunk] of on(file, "message") as AsyncIterable<[Uint8Array | undefined]>) {
    if (interrupted()) throw createInterruptedFailure();
    if (chunk === undefined) return;
    file.postMessage("more");
    staging.write(chunk);
  }
}

/** Verifies a task in the console: stores what the file shows about the records of the task. */
async function runVerification(
  task: Extract<WorkerTask, { type: "verify" }>,
  file: MessagePort,
  interrupted: () => boolean,
): Promise<ExportObservation> {
  try {
    using staging = new Staging(task.files, task.request, await loadFileFormReader(task.encoding), interrupted);
    await stageFile(staging, file, interrupted);
    return await staging.observe(task);
  } finally {
    removeStagingFile(task.files.staging);
  }
}

async function performTask(
  { task, file }: Assignment,
  interrupted: () => boolean,
): Promise<ExportObservation | undefined> {
  switch (task.type) {
    case "plan": {
      using staging = new Staging(task.files, task.request, await loadFileFormReader(task.encoding), interrupted);
      await stageFile(staging, file, interrupted);
      await staging.plan(task.id);
      return undefined;
    }
    case "verify":
      return await runVerification(task, file, interrupted);
    case "delete":
      await planDeletion(task, interrupted);
      return undefined;
    case "replan":
      await replan(task, interrupted);
      return undefined;
    case "commit":
      await commitPlan(task, interrupted);
      return undefined;
    case "undo":
      await commitUndo(task, interrupted);
      return undefined;
  }
}

async function runAssignment(assignment: Assignment): Promise<WorkerOutcome> {
  const { task, stop } = assignment;
  const interrupted = (): boolean => Atomics.load(stop, 0) !== 0;
  try {
    return { type: "done", observed: await performTask(assignment, interrupted) };
  } catch (error) {
    const { tenant, staging } = "files" in task ? task.files : { tenant: task.tenant };
    const failure = interrupted() ? createInterruptedFailure(error) : toStorageFailure(error, tenant, staging);
    if (failure instanceof Failure) return { type: "failed", problem: failure.toJSON() };
    return { type: "crashed", error: failure };
  }
}

parentPort?.on("message", (assignment: Assignment) => {
  void runAssignment(assignment).then((outcome) => parentPort?.postMessage(outcome));
});
