import { parentPort, type MessagePort } from "node:worker_threads";
import { Failure, createInterruptedFailure } from "../../../../errors/index.ts";
import { toStorageFailure } from "../../../store/sqlite/storage-failure.ts";
import { answerRequests, requestValues } from "./chunks.ts";
import type {
  Assignment,
  ReadLines,
  TaskResult,
  WorkerFailure,
  WorkerOutcome,
  WorkerReading,
  WorkerTask,
} from "./messages.ts";
import { commitPlan, commitUndo, loadFileFormReader, planDeletion, replan, Staging } from "./tasks.ts";

/** Number of chunks that are requested in advance: enough to keep this thread busy, but few enough to fit in memory. */
const PREFETCHED_CHUNKS = 8;

const loadReadings = () => import("./readings.ts");

/** Requests the file chunk by chunk, and stages it. @throws Failure `interrupted` */
async function stageFile(staging: Staging, port: MessagePort, interrupted: () => boolean): Promise<void> {
  for await (const chunk of requestValues<Uint8Array>(port, PREFETCHED_CHUNKS)) {
    if (interrupted()) throw createInterruptedFailure();
    staging.write(chunk);
  }
  if (interrupted()) throw createInterruptedFailure();
}

async function performTask(
  task: WorkerTask,
  port: MessagePort,
  interrupted: () => boolean,
): Promise<TaskResult<WorkerTask["type"]>> {
  switch (task.type) {
    case "plan": {
      using staging = new Staging(task, await loadFileFormReader(task.encoding), interrupted);
      await stageFile(staging, port, interrupted);
      await staging.plan(task.id);
      return undefined;
    }
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
    case "count-work":
      return (await loadReadings()).countWork(task, interrupted);
    case "count-undo":
      return (await loadReadings()).countUndo(task, interrupted);
  }
}

type WorkFiles = Readonly<{ tenant: string; staging?: string | undefined }>;

const getTaskFiles = (task: WorkerTask): WorkFiles =>
  "files" in task ? task.files : "source" in task ? task.source : { tenant: task.tenant };

const toWorkerFailure = (error: unknown, { tenant, staging }: WorkFiles, interrupted: () => boolean): WorkerFailure => {
  const failure = interrupted() ? createInterruptedFailure(error) : toStorageFailure(error, tenant, staging);
  return failure instanceof Failure
    ? { type: "failed", problem: failure.toJSON() }
    : { type: "crashed", error: failure };
};

async function runTask(task: WorkerTask, port: MessagePort, interrupted: () => boolean): Promise<WorkerOutcome> {
  try {
    return { type: "done", result: await performTask(task, port, interrupted) };
  } catch (error) {
    return toWorkerFailure(error, getTaskFiles(task), interrupted);
  }
}

function answerReading(work: WorkerReading, port: MessagePort, interrupted: () => boolean): void {
  const lines = loadReadings().then(({ openLines }) => openLines(work, interrupted));
  const next = async (): Promise<ReadLines | undefined> => {
    try {
      const { value, done } = await (await lines).next();
      return done === true ? undefined : value;
    } catch (error) {
      return toWorkerFailure(error, work.source, interrupted);
    }
  };
  answerRequests(port, next);
  port.on("close", () => {
    void lines.then((opened) => opened.return());
  });
}

parentPort?.on("message", ({ work, stop, port }: Assignment) => {
  const interrupted = (): boolean => Atomics.load(stop, 0) !== 0;
  if ("reading" in work) answerReading(work, port, interrupted);
  else void runTask(work, port, interrupted).then((outcome) => parentPort?.postMessage(outcome));
});
