import { AsyncLocalStorage } from "node:async_hooks";

/** @param share the part of some work that is done, from 0 to 1 */
export type ShareReceiver = (share: number) => void;

const receivers = new AsyncLocalStorage<ShareReceiver>();

/** Calls `receive` whenever long work that `work` waits for, such as that of a thread, is done in part. */
export const watchWork = <T>(receive: ShareReceiver, work: () => T): T => receivers.run(receive, work);

export const findShareReceiver = (): ShareReceiver | undefined => receivers.getStore();
