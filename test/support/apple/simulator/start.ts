/**
 * Serves a simulator of Apple's device service; `npm run simulator -- --port 8600 --devices 200` prints its URL first.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { parseArgs } from "node:util";
import { Simulator } from "./simulator.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "8600" },
    devices: { type: "string", default: "20" },
    seed: { type: "string", default: "simulator" },
  },
});
const simulator = new Simulator({ seed: values.seed, devices: Number(values.devices), now: Date.now });
const server = createServer((request, response) => {
  const pieces: Buffer[] = [];
  request.on("data", (piece: Buffer) => pieces.push(piece));
  request.on("end", () => {
    const origin = `http://${request.headers.host ?? ""}`;
    const { pathname: path, searchParams: query } = new URL(request.url ?? "/", origin);
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const body = Buffer.concat(pieces).toString();
    const answer = simulator.handle({ method: request.method ?? "GET", origin, path, query, headers, body });
    if (answer.isLost === true) response.destroy();
    else response.writeHead(answer.status, answer.headers).end(answer.body);
  });
});
server.listen(Number(values.port), "127.0.0.1", () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
