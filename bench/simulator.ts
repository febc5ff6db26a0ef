import { spawn, type ChildProcess } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { Agent, request } from "undici";
import { Mdm } from "../src/lib/apple/simulator/testing/mdm.ts";
import type { Send } from "../src/lib/apple/send.ts";
import type { Bench } from "./bench.ts";
import { THIS, type Checkout } from "./checkout.ts";
import type { Ran } from "./process.ts";
import { best } from "./statistics.ts";
import type { Measured, Work } from "./works.ts";
import { alternate } from "./alternate.ts";

const DEVICES = 200_000;
const A_PAGE = 1000;
const PAGES = DEVICES / A_PAGE;
const TIMES = 3;

/** Answers the pages of a file, a line each, one after another; the least that node:http can do. */
const READY_MADE = `
  const { createServer } = require("node:http");
  const pages = require("node:fs").readFileSync(process.argv[1], "utf8").trimEnd().split("\\n").map((line) => Buffer.from(line));
  let next = 0;
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      const page = pages[next++ % pages.length];
      response.writeHead(200, { "content-type": "application/json;charset=UTF8", "content-length": page.length });
      response.end(page);
    });
  });
  server.listen(0, "127.0.0.1", () => console.log("http://127.0.0.1:" + server.address().port));`;

/** A server in a process of its own, with the URL that it prints first. */
interface Serving {
  readonly child: ChildProcess;
  readonly url: string;
}

async function serving(bench: Bench, args: readonly string[]): Promise<Serving> {
  const home = await bench.newFolder("home");
  const env = { PATH: process.env["PATH"] ?? "", HOME: home, CLOMOCTL_HOME: home };
  const child = spawn(process.execPath, args, { cwd: home, env, stdio: ["ignore", "pipe", "ignore"] });
  const url = await new Promise<string>((resolve, reject) => {
    child.once("exit", (status) => reject(new Error(`the server ended with ${status}`)));
    child.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString().trim()));
  });
  return { child, url };
}

const agent = new Agent();

const send: Send = async ({ method, url, headers, body }) => {
  const answer = await request(url, { dispatcher: agent, method, headers, body: body ?? null });
  return {
    status: answer.statusCode,
    headers: answer.headers as Record<string, string>,
    body: await answer.body.text(),
  };
};

/** Fetches every page, and reads of it what a client must: the cursor at its beginning. */
async function fetchAll(url: string, mdm: Mdm): Promise<readonly string[]> {
  const pages: string[] = [];
  let cursor: string | undefined;
  for (let at = 0; at < PAGES; at += 1) {
    const answer = await send({
      method: "POST",
      url: `${url}/server/devices`,
      headers: { "user-agent": "bench/1", "x-adm-auth-session": mdm.session, "x-server-protocol-version": "10" },
      body: JSON.stringify({ limit: A_PAGE, cursor }),
    });
    if (answer.status !== 200) throw new Error(`${answer.status} ${answer.body.slice(0, 100)}`);
    mdm.session = answer.headers["x-adm-auth-session"] ?? mdm.session;
    cursor = /^\{"cursor":"(?<cursor>[^"]+)"/.exec(answer.body)?.groups?.["cursor"];
    pages.push(answer.body);
  }
  return pages;
}

async function timed(url: string, mdm: Mdm): Promise<Ran> {
  const started = process.hrtime.bigint();
  const pages = await fetchAll(url, mdm);
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  const last = JSON.parse(pages.at(-1) ?? "") as {
    readonly devices: readonly unknown[];
    readonly more_to_follow: boolean;
  };
  if (last.devices.length !== A_PAGE || last.more_to_follow) throw new Error("not every device was fetched");
  return { seconds, peakBytes: undefined, stdout: "" };
}

const simulated = async (bench: Bench, { door }: Checkout): Promise<Serving & { readonly mdm: Mdm }> => {
  const { child, url } = await serving(bench, [door, "ade", "simulator", "start", "--devices", String(DEVICES)]);
  const mdm = new Mdm(send, url);
  mdm.now = Date.now();
  await mdm.signIn();
  return { child, url, mdm };
};

/** Ends with the process of the benchmark, which each work that is compared leaves it to. */
const untilExit = ({ child }: Serving): void => void process.once("exit", () => child.kill("SIGKILL"));

/** Pages of devices by the simulator, beside a server that sends the same bytes ready made. */
export const SIMULATOR_WORK: Work = {
  name: "simulator",
  kind: "long",
  target: { must: 2 },
  needs: [],
  ours: async (bench, checkout) => {
    const serves = await simulated(bench, checkout);
    untilExit(serves);
    return () => timed(serves.url, serves.mdm);
  },
  measure: async (bench): Promise<Measured> => {
    const ours = await simulated(bench, THIS);
    const file = bench.newPath("pages.ndjson");
    await writeFile(file, `${(await fetchAll(ours.url, ours.mdm)).join("\n")}\n`);
    const peer = await serving(bench, ["-e", READY_MADE, file]);
    try {
      const runs = await alternate(
        { ours: () => timed(ours.url, ours.mdm), peer: () => timed(peer.url, ours.mdm) },
        TIMES,
      );
      const [seconds, peerSeconds] = [runs.ours, runs.peer].map((all) => best(all.map((ran) => ran.seconds)));
      return {
        figures: {
          seconds: seconds ?? Number.NaN,
          peerSeconds,
          ratio: (seconds ?? Number.NaN) / (peerSeconds ?? 1),
          rssMb: undefined,
        },
        note: `${DEVICES} devices, ${PAGES} pages, fetched one after another`,
      };
    } finally {
      ours.child.kill("SIGKILL");
      peer.child.kill("SIGKILL");
    }
  },
};
