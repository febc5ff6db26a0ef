import { spawn } from "node:child_process";
import { Agent, request } from "undici";
import { Mdm } from "#support/apple/simulator/mdm.ts";
import type { Send } from "../src/lib/apple/send.ts";
import type { Bench } from "./bench.ts";
import type { Checkout } from "./checkout.ts";

/** Devices per page: the maximum that Apple returns. */
export const PAGE_DEVICES = 1000;

/** A server in a separate process. It prints its URL first. */
export interface RunningServer {
  readonly url: string;
  readonly pid: number | undefined;
  readonly stop: () => void;
}

/**
 * Starts Node with a server. The server is stopped when the benchmark ends. @param place home folder of the server;
 * default: a new folder
 */
export async function startServer(bench: Bench, args: readonly string[], place?: string): Promise<RunningServer> {
  const home = place ?? (await bench.newFolder("home"));
  const env = { PATH: process.env["PATH"] ?? "", HOME: home, CLOMOCTL_HOME: home };
  const child = spawn(process.execPath, args, { cwd: home, env, stdio: ["ignore", "pipe", "ignore"] });
  const stop = (): void => void child.kill("SIGKILL");
  bench.afterwards(stop);
  const url = await new Promise<string>((resolve, reject) => {
    child.once("exit", (status) => reject(new Error(`the server ended with ${status}`)));
    child.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString().trim()));
  });
  return { url, pid: child.pid, stop };
}

/**
 * Starts a simulator of Apple's services from a checkout. Simulators with the same number of devices have the same
 * devices.
 */
export const startSimulator = (bench: Bench, { door }: Checkout, devices: number): Promise<RunningServer> =>
  startServer(bench, [door, "ade", "simulator", "start", "--devices", String(devices), "--seed", "bench"]);

const httpAgent = new Agent();

const sendRequest: Send = async ({ method, url, headers, body }) => {
  const answer = await request(url, { dispatcher: httpAgent, method, headers, body: body ?? null });
  return {
    status: answer.statusCode,
    headers: answer.headers as Record<string, string>,
    body: await answer.body.text(),
  };
};

/** Creates an MDM server that has not signed in yet. */
export const createMdm = (url: string): Mdm => {
  const mdm = new Mdm(sendRequest, url);
  mdm.now = Date.now();
  return mdm;
};

/** Signs in to a simulator with a new token, which ends all other sessions. */
export const signInToSimulator = ({ url }: Pick<RunningServer, "url">): Promise<Mdm> => createMdm(url).signIn();

/** Number of characters at the end of a page that show whether more pages follow. */
const PAGE_END_CHARACTERS = 200;

/**
 * Fetches every page of devices, one after another. Reads only what a client must read: the cursor at the beginning of
 * a page, and at its end whether more pages follow.
 *
 * @throws if a page is refused
 */
export async function* fetchPages(mdm: Mdm): AsyncGenerator<string> {
  let cursor: string | undefined;
  for (;;) {
    const { status, body } = await mdm.ask("POST /server/devices", JSON.stringify({ limit: PAGE_DEVICES, cursor }));
    if (status !== 200) throw new Error(`${status} ${body.slice(0, 100)}`);
    cursor = /^\{"cursor":"(?<cursor>[^"]+)"/.exec(body)?.groups?.["cursor"];
    yield body;
    if (!body.slice(-PAGE_END_CHARACTERS).includes('"more_to_follow":true')) return;
  }
}
