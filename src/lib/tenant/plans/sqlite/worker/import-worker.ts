import { on } from "node:events";
import { removeStaging } from "../staging-files.ts";
import { parentPort, type MessagePort } from "node:worker_threads";
import { Failure, interruption } from "../../../../errors/index.ts";
import { storageFailure } from "../../../store/sqlite/storage-failure.ts";
import { commit, commitUndo, formOf, planDeletion, replan, Staging } from "./tasks.ts";
import type { ExportObservation } from "../../engine.ts";
import type { Assignment, WorkerOutcome, Task } from "./messages.ts";

/** Chunks asked for ahead: enough to keep this thread busy, few enough to hold in memory. */
const ASKED_AHEAD = 8;

/** Asks for the file chunk by chunk, and stages it. @throws Failure `interrupted` */
async function fill(staging: Staging, file: MessagePort, interrupted: () => boolean): Promise<void> {
  for (let asked = 0; asked < ASKED_AHEAD; asked += 1) file.postMessage("more");
  for await (const [chunk] of on(file, "message") as AsyncIterable<[Uint8Array | undefined]>) {
    if (interrupted()) throw interruption();
    if (chunk === undefined) return;
    file.postMessage("more");
    staging.write(chunk);
  }
}

/** Stores what the file shows of the records of a task. */
async function verify(
  task: Extract<Task, { type: "verify" }>,
  file: MessagePort,
  interrupted: () => boolean,
): Promise<ExportObservation> {
  try {
    using staging = new Staging(task.files, task.request, await formOf(task.encoding), interrupted);
    await fill(staging, file, interrupted);
    return await staging.observe(task);
  } finally {
    removeStaging(task.files.staging);
  }
}

async function perform({ task, file }: Assignment, interrupted: () => boolean): Promise<ExportObservation | undefined> {
  switch (task.type) {
    case "plan": {
      using staging = new Staging(task.files, task.request, await formOf(task.encoding), interrupted);
      await fill(staging, file, interrupted);
      await staging.plan(task.id);
      return undefined;
    }
    case "verify":
      return await verify(task, file, interrupted);
    case "delete":
      await planDeletion(task, interrupted);
      return undefined;
    case "replan":
      await replan(task, interrupted);
      return undefined;
    case "commit":
      await commit(task, interrupted);
      return undefined;
    case "undo":
      await commitUndo(task, interrupted);
      return undefined;
  }
}

async function outcomeOf(assignment: Assignment): Promise<WorkerOutcome> {
  const { task, stop } = assignment;
  const interrupted = (): boolean => Atomics.load(stop, 0) !== 0;
  try {
    return { type: "done", observed: await perform(assignment, interrupted) };
  } catch (error) {
    const { tenant, staging } = "files" in task ? task.files : { tenant: task.tenant };
    const failure = interrupted() ? interruption(error) : storageFailure(error, tenant, staging);
    if (failure instanceof Failure) return { type: "failed", problem: failure.toJSON() };
    return { type: "crashed", error: failure };
  }
}

parentPort?.on("message", (assignment: Assignment) => {
  void outcomeOf(assignment).then((outcome) => parentPort?.postMessage(outcome));
});
