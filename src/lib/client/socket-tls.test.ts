import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Failure } from "../errors/index.ts";
import { openSocket } from "./socket.ts";
import { createSelfSignedIdentity } from "#support/client/self-signed.ts";

const identity = createSelfSignedIdentity();
const server = createServer(identity, (_, response) => response.end("reached"));
const surroundings = { now: () => 0, wait: async () => undefined, newKey: () => "key", random: () => 1 };
let address = "";

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.close();
  server.closeAllConnections();
});

it("does not trust any other authority", async () => {
  const socket = openSocket({ surroundings });
  const error: unknown = await socket.transport(new Request(address)).catch((reason: unknown) => reason);
  await socket.close();
  expect(error).toBeInstanceOf(Failure);
  expect(error).toMatchObject({
    code: "unavailable",
    where: address,
    what: { en: expect.stringContaining("not trusted (see NODE_EXTRA_CA_CERTS)") },
  });
});
