/**
 * Serves a simulator of Apple's device service; `npm run simulator -- --port 8600 --devices 200` prints its URL first.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { parseArgs } from "node:util";
import type { AppleRequest } from "../../../../src/lib/apple/retry.ts";
import { BusinessSimulator } from "../business/simulator.ts";
import { Simulator } from "./simulator.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "8600" },
    devices: { type: "string", default: "20" },
    organisation: { type: "string", default: "30" },
    seed: { type: "string", default: "simulator" },
  },
});
const simulator = new Simulator({ seed: values.seed, devices: Number(values.devices), now: Date.now });
/** Also the organisation's devices by the Apple Business API; `GET /_simulator/business` returns the API account. */
const business = new BusinessSimulator(Date.now);
business.addServer("CLOMO MDM");
business.buy(
  Array.from({ length: Number(values.organisation) }, (_, at) => `ORG${String(at).padStart(7, "0")}`),
  "CLOMO MDM",
);
const server = createServer((request, response) => {
  const pieces: Buffer[] = [];
  request.on("data", (piece: Buffer) => pieces.push(piece));
  request.on("end", () => {
    const origin = `http://${request.headers.host ?? ""}`;
    const { pathname: path, searchParams: query } = new URL(request.url ?? "/", origin);
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const body = Buffer.concat(pieces).toString();
    const method = request.method ?? "GET";
    if (path === "/_simulator/business") {
      const { clientId, keyId, privateKey } = business;
      response.end(JSON.stringify({ clientId, keyId, privateKey }));
      return;
    }
    if (/^\/(?:v1|auth)\//.test(path)) {
      const url = origin + (request.url ?? "/");
      void business.handle({ method: method as AppleRequest["method"], url, headers, body }).then((answer) => {
        if (answer === undefined) response.destroy();
        else response.writeHead(answer.status, answer.headers).end(answer.body);
      });
      return;
    }
    const answer = simulator.handle({ method, origin, path, query, headers, body });
    if (answer.isLost === true) response.destroy();
    else response.writeHead(answer.status, answer.headers).end(answer.body);
  });
});
server.listen(Number(values.port), "127.0.0.1", () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
