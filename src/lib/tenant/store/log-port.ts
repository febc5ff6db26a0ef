import { MessageChannel, type MessagePort } from "node:worker_threads";
import { createInterruptedFailure } from "../../errors/index.ts";
import type { ChangeLog, LogEntry, LogHead, LogTurn } from "./change-log.ts";
import type { FollowedLog } from "./follow-log.ts";
import { getResult, toFailedOutcome, type ThreadOutcome } from "./run-in-worker.ts";
import { WorkQueue } from "./store.ts";

/** What a thread needs to use the log of the main thread. */
export interface LogAccess {
  readonly port: MessagePort;
  readonly schema: number;
  /** number of parts of a change that the main thread has dealt with */
  readonly appended: Int32Array;
}

/** Parts of a change that may be in memory until the log has them. */
const WAITING_PARTS = 2;

interface LogCalls extends Pick<ChangeLog, "head" | "read">, Pick<LogTurn, "append" | "commit" | "abandon"> {
  readonly tryTurn: () => Promise<LogHead | undefined>;
}

type Call = readonly [name: keyof LogCalls, given?: number | LogEntry];

const settle = async (work: () => Promise<unknown>): Promise<ThreadOutcome> => {
  try {
    return { result: await work() };
  } catch (error) {
    return toFailedOutcome(error);
  }
};

/** Answers the calls of a thread in turn, until the thread closes its port. */
export const serveLog = ({ log, schema }: FollowedLog): LogAccess => {
  const { port1, port2 } = new MessageChannel();
  const appended = new Int32Array(new SharedArrayBuffer(4));
  const calls = new WorkQueue();
  let turn: LogTurn | undefined;
  const answers: LogCalls = {
    head: () => log.head(),
    read: (after) => log.read(after),
    tryTurn: async () => (turn = await log.tryTurn())?.head,
    append: async (entry) => {
      await turn?.append(entry).finally(() => {
        Atomics.add(appended, 0, 1);
        Atomics.notify(appended, 0);
      });
    },
    commit: async () => turn?.commit(),
    abandon: async () => turn?.abandon(),
  };
  port1.on("message", ([name, given]: Call) => {
    const answer = answers[name] as (given: unknown) => Promise<unknown>;
    void calls.next(async () => port1.postMessage(await settle(() => answer(given))));
  });
  // the thread may have been ended during its turn
  port1.on("close", () => void calls.next(answers.abandon));
  return { port: port2, schema, appended };
};

export const followThroughPort = ({ port, schema, appended }: LogAccess): FollowedLog => {
  const waiting: PromiseWithResolvers<unknown>[] = [];
  port.on("message", (outcome: ThreadOutcome) => {
    const call = waiting.shift();
    try {
      call?.resolve(getResult(outcome));
    } catch (error) {
      call?.reject(error);
    }
  });
  port.on("close", () => {
    for (const call of waiting) call.reject(createInterruptedFailure());
  });
  const ask = async <N extends keyof LogCalls>(
    name: N,
    given?: Parameters<LogCalls[N]>[0],
  ): Promise<Awaited<ReturnType<LogCalls[N]>>> => {
    const call = Promise.withResolvers<unknown>();
    waiting.push(call);
    // a copy would stay in memory until the next garbage collection
    port.postMessage([name, given], typeof given === "object" ? [given.changes.buffer as ArrayBuffer] : []);
    return (await call.promise) as Awaited<ReturnType<LogCalls[N]>>;
  };
  let sent = 0;
  const append = (entry: LogEntry): Promise<void> => {
    const outcome = ask("append", entry);
    sent += 1;
    // a transaction cannot wait for messages, so the thread sleeps
    for (let done = Atomics.load(appended, 0); sent - done > WAITING_PARTS; done = Atomics.load(appended, 0))
      Atomics.wait(appended, 0, done);
    return outcome;
  };
  const log: ChangeLog = {
    head: () => ask("head"),
    read: (after) => ask("read", after),
    async tryTurn() {
      const head = await ask("tryTurn");
      return head && { head, append, commit: () => ask("commit"), abandon: () => ask("abandon") };
    },
  };
  return { log, schema };
};
