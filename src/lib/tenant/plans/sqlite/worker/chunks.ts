import { on } from "node:events";
import type { MessagePort } from "node:worker_threads";

/**
 * Answers each request on a port with the next value, in the order of the requests. So the other thread decides how
 * fast values are produced, and nothing has to be acknowledged. The last value is undefined.
 */
export const answerRequests = (port: MessagePort, next: () => unknown): void => {
  port.on("message", () => {
    void Promise.resolve(next()).then((value) => port.postMessage(value));
  });
};

/**
 * Requests values from the other thread until the end. @param ahead number of values that are requested in advance
 *
 * @throws TypeError if the other thread ends before its last value
 */
export async function* requestValues<T>(port: MessagePort, ahead: number): AsyncGenerator<T, void> {
  for (let asked = 0; asked < ahead; asked += 1) port.postMessage("more");
  for await (const [value] of on(port, "message", { close: ["close"] }) as AsyncIterable<[T | undefined]>) {
    if (value === undefined) return;
    port.postMessage("more");
    yield value;
  }
  throw new TypeError("the other thread ended before its last value");
}
