import { writeFile } from "node:fs/promises";
import type { Mdm } from "#support/apple/simulator/mdm.ts";
import { THIS_CHECKOUT } from "./checkout.ts";
import type { ProcessRun } from "./process.ts";
import { PAGE_DEVICES, createMdm, fetchPages, startServer, signInToSimulator, startSimulator } from "./serving.ts";
import { createLongBenchmark, type Benchmark } from "./works.ts";

const SIMULATED_DEVICES = 200_000;
const PAGE_COUNT = SIMULATED_DEVICES / PAGE_DEVICES;

/** A server that responds with the lines of a file, one page after another: the least that node:http can do. */
const READY_MADE_SERVER_SCRIPT = `
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

/** Measures fetching all pages, either from a simulator or from the server of ready-made pages. */
async function measureFetch(mdm: Mdm): Promise<ProcessRun> {
  const started = process.hrtime.bigint();
  const pages = await Array.fromAsync(fetchPages(mdm));
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  const { devices } = JSON.parse(pages.at(-1) ?? "") as { readonly devices: readonly unknown[] };
  if (pages.length !== PAGE_COUNT || devices.length !== PAGE_DEVICES) throw new Error("not every device was fetched");
  return { seconds, peakBytes: undefined, stdout: "" };
}

/**
 * Measures how fast the simulator serves pages of devices. The peer is a server that sends the same bytes ready-made.
 */
export const SIMULATOR_BENCHMARK: Benchmark = createLongBenchmark({
  name: "simulator",
  target: { must: 2 },
  needs: [],
  ours: async (bench, checkout) => {
    const mdm = await signInToSimulator(await startSimulator(bench, checkout, SIMULATED_DEVICES));
    // the first fetch is not measured, because the simulator builds its pages only once
    await measureFetch(mdm);
    return () => measureFetch(mdm);
  },
  peer: async (bench) => {
    const mdm = await signInToSimulator(await startSimulator(bench, THIS_CHECKOUT, SIMULATED_DEVICES));
    const file = bench.newPath("pages.ndjson");
    await writeFile(file, `${(await Array.fromAsync(fetchPages(mdm))).join("\n")}\n`);
    const { url } = await startServer(bench, ["-e", READY_MADE_SERVER_SCRIPT, file]);
    return () => measureFetch(createMdm(url));
  },
  note: () => `${SIMULATED_DEVICES} devices, ${PAGE_COUNT} pages, fetched one after another`,
});
