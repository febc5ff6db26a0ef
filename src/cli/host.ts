import { writeSync } from "node:fs";

/** The part of `process` the frame uses. */
export type Host = Pick<
  NodeJS.Process,
  "argv" | "env" | "execPath" | "pid" | "kill" | "stdin" | "stdout" | "stderr" | "platform" | "cwd" | "on" | "exit"
>;

const PAUSE = new Int32Array(new SharedArrayBuffer(4));
const PAUSE_MS = 5;

/**
 * Writes a short text to stdout (1) or stderr (2) at once: without the stream machinery, which costs a start of the
 * program several milliseconds, and also when the process ends right after. A reader that has gone is no failure.
 */
export function writeNow(descriptor: 1 | 2, content: string): void {
  let rest = Buffer.from(content);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EPIPE" || code === "EOF") return;
      if (code !== "EAGAIN") throw error;
      Atomics.wait(PAUSE, 0, 0, PAUSE_MS);
    }
  }
}
