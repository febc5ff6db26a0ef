import { writeFile } from "node:fs/promises";
import type { Mdm } from "#support/apple/simulator/mdm.ts";
import { THIS } from "./checkout.ts";
import type { Ran } from "./process.ts";
import { A_PAGE, mdmAt, pagesOf, serving, signedIn, simulator } from "./serving.ts";
import { long, type Work } from "./works.ts";

const DEVICES = 200_000;
const PAGES = DEVICES / A_PAGE;

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

/** Fetches all pages with the session of a simulator, from it or from the server of its bytes. */
async function timed(mdm: Mdm): Promise<Ran> {
  const started = process.hrtime.bigint();
  const pages = await Array.fromAsync(pagesOf(mdm));
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  const { devices } = JSON.parse(pages.at(-1) ?? "") as { readonly devices: readonly unknown[] };
  if (pages.length !== PAGES || devices.length !== A_PAGE) throw new Error("not every device was fetched");
  return { seconds, peakBytes: undefined, stdout: "" };
}

/** Pages of devices by the simulator, beside a server that sends the same bytes ready made. */
export const SIMULATOR_WORK: Work = long({
  name: "simulator",
  target: { must: 2 },
  needs: [],
  ours: async (bench, checkout) => {
    const mdm = await signedIn(await simulator(bench, checkout, DEVICES));
    // what it writes once is no part of the figure
    await timed(mdm);
    return () => timed(mdm);
  },
  peer: async (bench) => {
    const mdm = await signedIn(await simulator(bench, THIS, DEVICES));
    const file = bench.newPath("pages.ndjson");
    await writeFile(file, `${(await Array.fromAsync(pagesOf(mdm))).join("\n")}\n`);
    const { url } = await serving(bench, ["-e", READY_MADE, file]);
    return () => timed(mdmAt(url));
  },
  note: () => `${DEVICES} devices, ${PAGES} pages, fetched one after another`,
});
