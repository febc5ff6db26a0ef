import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run, type Running } from "#support/process/program.ts";
import { startListening } from "#support/process/simulator.ts";

export const PASSWORD = "Aa1-torture";
export const ACCOUNT = "admin@example.jp";

/** A served tenant, and requests to it as a system administrator. */
export class ServedHome {
  readonly url: string;
  readonly running: Running;
  readonly authorization: string;

  private constructor(url: string, running: Running, secret: string) {
    this.url = url;
    this.running = running;
    this.authorization = `Bearer ${secret}`;
  }

  static async prepare(home: string): Promise<void> {
    await writeFile(join(home, "password.txt"), PASSWORD, { mode: 0o600 });
    const { code, stderr } = await run(["serve", "init", "--account", ACCOUNT, "--password-file", "password.txt"], {
      home,
      cwd: home,
    });
    if (code !== 0) throw new Error(`serve init ended with ${code}: ${stderr}`);
  }

  static async start(home: string, ...options: readonly string[]): Promise<ServedHome> {
    const words = ["serve", "--listen", "127.0.0.1:0", ...options];
    const { url, running } = await startListening(home, words);
    const body = JSON.stringify({ account: ACCOUNT, password: PASSWORD });
    const headers = { "content-type": "application/json" };
    const response = await fetch(`${url}/v1/sessions`, { method: "POST", headers, body });
    const { secret } = (await response.json()) as { readonly secret: string };
    return new ServedHome(url, running, secret);
  }

  send(path: string, init: Omit<RequestInit, "body"> & { readonly json?: unknown; readonly body?: string } = {}) {
    const { json, ...rest } = init;
    const headers = new Headers(init.headers);
    headers.set("authorization", this.authorization);
    if (json !== undefined) headers.set("content-type", "application/json");
    return fetch(`${this.url}${path}`, {
      ...rest,
      headers,
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
  }

  async stop(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<number | null> {
    this.running.process.kill(signal);
    return (await this.running.ended).code;
  }
}
