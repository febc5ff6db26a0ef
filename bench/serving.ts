import { spawn } from "node:child_process";
import type { Bench } from "./bench.ts";
import type { Checkout } from "./checkout.ts";
import type { Purpose, Values } from "./words.ts";

/** A server in a separate process. It prints its URL first. */
export interface RunningServer {
  readonly url: string;
  readonly pid: number | undefined;
  readonly stop: () => void;
}

/**
 * Starts a server of a checkout. It is stopped when the benchmark ends.
 *
 * @param home home folder of the server
 */
export async function startServer<Asked extends Purpose>(
  bench: Bench,
  { words }: Checkout,
  home: string,
  purpose: Asked,
  ...values: Values<Asked>
): Promise<RunningServer> {
  const env = { PATH: process.env["PATH"] ?? "", HOME: home, CLOMOCTL_HOME: home };
  const args = await words.find(purpose, ...values);
  const child = spawn(process.execPath, args, { cwd: home, env, stdio: ["ignore", "pipe", "ignore"] });
  const stop = (): void => void child.kill("SIGKILL");
  bench.afterwards(stop);
  const url = await new Promise<string>((resolve, reject) => {
    child.once("exit", (status) => reject(new Error(`the server ended with ${status}`)));
    child.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString().trim()));
  });
  return { url, pid: child.pid, stop };
}
