import { spawn } from "node:child_process";
import { Agent, request } from "undici";
import { Mdm } from "#support/apple/simulator/mdm.ts";
import type { Send } from "../src/lib/apple/send.ts";
import type { Bench } from "./bench.ts";
import type { Checkout } from "./checkout.ts";

/** Devices in a page, the most that Apple gives. */
export const A_PAGE = 1000;

/** A server in a process of its own, known by the URL that it prints first. */
export interface Serving {
  readonly url: string;
}

/** Starts Node with a server, which ends with the work that is measured. */
export async function serving(bench: Bench, args: readonly string[]): Promise<Serving> {
  const home = await bench.newFolder("home");
  const env = { PATH: process.env["PATH"] ?? "", HOME: home, CLOMOCTL_HOME: home };
  const child = spawn(process.execPath, args, { cwd: home, env, stdio: ["ignore", "pipe", "ignore"] });
  bench.afterwards(() => child.kill("SIGKILL"));
  const url = await new Promise<string>((resolve, reject) => {
    child.once("exit", (status) => reject(new Error(`the server ended with ${status}`)));
    child.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString().trim()));
  });
  return { url };
}

/** Apple's side, simulated by the program of a checkout; those with as many devices have the same ones. */
export const simulator = (bench: Bench, { door }: Checkout, devices: number): Promise<Serving> =>
  serving(bench, [door, "ade", "simulator", "start", "--devices", String(devices), "--seed", "bench"]);

const agent = new Agent();

const send: Send = async ({ method, url, headers, body }) => {
  const answer = await request(url, { dispatcher: agent, method, headers, body: body ?? null });
  return {
    status: answer.statusCode,
    headers: answer.headers as Record<string, string>,
    body: await answer.body.text(),
  };
};

/** The least of an MDM server: it has not signed in yet. */
export const mdmAt = (url: string): Mdm => {
  const mdm = new Mdm(send, url);
  mdm.now = Date.now();
  return mdm;
};

/** Signs in to a simulator by a token of its own, which ends every other one. */
export const signedIn = ({ url }: Serving): Promise<Mdm> => mdmAt(url).signIn();

/** The last characters of a page, which say whether more follow. */
const END = 200;

/**
 * Fetches every page of devices, one after another, and reads of it what a client must: the cursor at its beginning, and at
 * its end whether more follow.
 *
 * @throws when one is refused
 */
export async function* pagesOf(mdm: Mdm): AsyncGenerator<string> {
  let cursor: string | undefined;
  for (;;) {
    const { status, body } = await mdm.ask("POST /server/devices", JSON.stringify({ limit: A_PAGE, cursor }));
    if (status !== 200) throw new Error(`${status} ${body.slice(0, 100)}`);
    cursor = /^\{"cursor":"(?<cursor>[^"]+)"/.exec(body)?.groups?.["cursor"];
    yield body;
    if (!body.slice(-END).includes('"more_to_follow":true')) return;
  }
}
