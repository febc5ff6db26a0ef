import type { Send } from "../../../src/lib/apple/send.ts";
import { start, type Running } from "./program.ts";

/** A server, such as a simulator, that runs in a separate process. */
export interface RunningSimulator {
  readonly url: string;
  readonly running: Running;
}

/** Starts a simulator with these options.  @throws as {@link startListening} */
export const startSimulator = (home: string, ...options: readonly string[]): Promise<RunningSimulator> =>
  startListening(home, ["ade", "simulator", "start", ...options]);

/**
 * Starts a command whose first line on stdout is the URL on which it listens. It is killed when the test ends.
 *
 * @throws if it ends before it listens
 */
export async function startListening(home: string, words: readonly string[]): Promise<RunningSimulator> {
  const running = start(words, { home, cwd: home });
  const listening = new Promise<string>((resolve) => {
    let text = "";
    running.process.stdout?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      const [line = "", ...rest] = text.split("\n");
      if (rest.length > 0) resolve(line);
    });
  });
  const gone = running.ended.then(({ code, stderr }) => Promise.reject(new Error(`ended with ${code}: ${stderr}`)));
  gone.catch(() => undefined);
  return { url: await Promise.race([listening, gone]), running };
}

/** Sends a request with Node's own `fetch`. */
export const sendByFetch: Send = async ({ method, url, headers, body }) => {
  const sent: RequestInit = { method, headers, ...(body === undefined ? {} : { body }) };
  const answer = await fetch(url, sent);
  return { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() };
};
