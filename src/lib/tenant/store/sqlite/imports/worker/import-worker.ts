import { rmSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import { Failure } from "../../../../../errors/index.ts";
import { interruption } from "../../database.ts";
import { storageFailure } from "../../storage-failure.ts";
import { applyToCopy, commit, commitRevert, replan, Staging } from "./tasks.ts";
import type { Difference, FromWorker, Reply, Task, ToWorker } from "./messages.ts";

/** Runs import tasks in a thread, so that the main thread can handle signals during statements over a million rows. */
class ImportTaskRunner {
  readonly #send: (message: FromWorker) => void;
  #turn = 0;
  #stop: Int32Array = new Int32Array(1);
  #staging: Staging | undefined;
  /** undefined if it has ended, or none was received yet */
  #task: Task | undefined;

  constructor(send: (message: FromWorker) => void) {
    this.#send = send;
  }

  receive(message: ToWorker): void {
    if (message.type === "task") this.#turn = message.turn;
    else if (message.turn !== this.#turn || this.#task === undefined) return;
    try {
      if (message.type === "task") this.#begin(message.task, message.stop);
      else if (message.type === "chunk") this.#chunk(message.bytes);
      else this.#end();
    } catch (error) {
      this.#fail(error);
    }
  }

  #reply(reply: Reply): void {
    this.#send({ turn: this.#turn, ...reply });
  }

  readonly #interrupted = (): boolean => Atomics.load(this.#stop, 0) !== 0;

  #begin(task: Task, stop: Int32Array): void {
    this.#task = task;
    this.#stop = stop;
    switch (task.type) {
      case "plan":
        this.#staging = new Staging(task.files, task.request, task.encoding, this.#interrupted);
        return;
      case "verify":
        applyToCopy(task, this.#interrupted);
        this.#staging = new Staging(
          { tenant: task.copy, staging: task.exportStaging },
          task.request,
          task.encoding,
          this.#interrupted,
        );
        return;
      case "replan":
        replan(task.files, task.id, this.#interrupted);
        return this.#done();
      case "commit":
        commit(task, this.#interrupted);
        return this.#done();
      case "revert":
        commitRevert(task, this.#interrupted);
        return this.#done();
    }
  }

  #chunk(bytes: Uint8Array): void {
    if (this.#interrupted()) throw interruption();
    this.#staging?.write(bytes);
    this.#reply({ type: "taken" });
  }

  #end(): void {
    if (this.#interrupted()) throw interruption();
    const task = this.#task;
    if (this.#staging === undefined || task === undefined) return;
    if (task.type === "plan") {
      this.#staging.plan(task.id);
      return this.#done();
    }
    if (task.type === "verify") this.#done(this.#staging.difference(task.limit));
  }

  #done(difference?: Difference): void {
    this.#close();
    this.#reply(difference === undefined ? { type: "done" } : { type: "done", difference });
  }

  #close(): void {
    this.#staging?.close();
    this.#staging = undefined;
    if (this.#task?.type === "verify") {
      for (const path of [
        this.#task.exportStaging,
        this.#task.copy,
        `${this.#task.copy}-wal`,
        `${this.#task.copy}-shm`,
      ]) {
        rmSync(path, { force: true });
      }
    }
    this.#task = undefined;
  }

  #fail(error: unknown): void {
    const task = this.#task;
    this.#close();
    const failure = this.#interrupted() ? interruption(error) : blamed(error, task);
    if (failure instanceof Failure) return this.#reply({ type: "failed", problem: failure.toJSON() });
    const { message, stack } = failure instanceof Error ? failure : new Error(String(failure));
    this.#reply({ type: "crashed", message, stack });
  }
}

function blamed(error: unknown, task: Task | undefined): unknown {
  if (task === undefined) return error;
  return "files" in task
    ? storageFailure(error, task.files.tenant, task.files.staging)
    : storageFailure(error, task.tenant);
}

const port = parentPort;
if (port !== null) {
  const runner = new ImportTaskRunner((message) => port.postMessage(message));
  port.on("message", (message: ToWorker) => runner.receive(message));
}
