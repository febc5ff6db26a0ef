import { spawn } from "node:child_process";
import { join } from "node:path";
import type { Send } from "../../../src/lib/apple/retry.ts";
import { ROOT, start, type Running } from "./program.ts";
import { registerCleanUp } from "./when-done.ts";

export interface RunningServer {
  readonly url: string;
  readonly running: Running;
}

const SIMULATOR_SCRIPT = join(ROOT, "test", "support", "apple", "simulator", "start.ts");

/** Starts a simulator of Apple's device service, and kills it when the test ends. @returns the URL */
export function startSimulator(...options: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [SIMULATOR_SCRIPT, "--port", "0", ...options], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  registerCleanUp(() => void child.kill("SIGKILL"));
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the simulator ended with ${code}`)));
    child.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString().trim()));
  });
}

/**
 * Starts a command that first prints its URL, and kills it when the test ends. @throws if the command ends too early
 */
export async function startListening(
  home: string,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<RunningServer> {
  const running = start(words, { home, cwd: home, env });
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
