import { mkdtempSync } from "node:fs";
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findAuditProblems } from "../content.ts";
import { ServedHome } from "../served.ts";
import type { Trial, Workplace } from "../trial.ts";

let template: Promise<string> | undefined;

/** Calls a function with a new home that has a system administrator. */
export async function withHome<T>({ folder }: Workplace, work: (home: string) => Promise<T>): Promise<T> {
  const prepare = async (): Promise<string> => {
    const home = mkdtempSync(join(folder, "served-"));
    await ServedHome.prepare(home);
    return home;
  };
  template ??= prepare();
  const home = mkdtempSync(join(folder, "served-"));
  try {
    await cp(await template, home, { recursive: true });
    return await work(home);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** Serves a new home, calls a function with it, and stops the server. @returns what is wrong */
export const withServer = (
  workplace: Workplace,
  work: (server: ServedHome, home: string) => Promise<readonly string[]>,
): Promise<readonly string[]> =>
  withHome(workplace, async (home) => {
    const server = await ServedHome.start(home);
    try {
      const problems = await work(server, home);
      const code = await server.stop();
      return [...problems, ...(code === 0 ? [] : [`the server ended with ${code}`]), ...findAuditProblems(home)];
    } finally {
      server.running.process.kill("SIGKILL");
    }
  });

export const createRounds = (scene: string, rounds: number, attempt: Trial["attempt"]): Trial => ({
  scene,
  places: async () => Array.from({ length: rounds }, (_, at) => `round ${at + 1}`),
  attempt,
});

export const roundOf = (place: string): number => Number(place.split(" ").at(-1));

export async function listCodes(server: ServedHome): Promise<readonly string[]> {
  const response = await server.send("/v1/orgs");
  const lines = (await response.text()).split("\n").filter((line) => line !== "");
  return lines.flatMap((line) => (JSON.parse(line) as { readonly code: string | null }).code ?? []);
}

/** Creates an organisation with an Idempotency-Key. @returns the status; undefined if there was no response */
export const createOrg = async (server: ServedHome, code: string): Promise<number | undefined> => {
  try {
    const headers = { "idempotency-key": `key-${code}` };
    const response = await server.send("/v1/orgs", { method: "POST", headers, json: { name: `部署${code}`, code } });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return undefined;
  }
};

export async function untilAnswered(send: () => Promise<Response>): Promise<Response> {
  for (;;) {
    const response = await send();
    if (response.status !== 503 && response.status !== 423) return response;
    await response.arrayBuffer();
    await sleep(100);
  }
}
