import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect } from "node:net";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { expect, onTestFinished, test } from "vitest";
import { createSelfSignedIdentity } from "#support/client/self-signed.ts";
import type { Failure } from "../errors/index.ts";
import { openSocket } from "./socket.ts";
import { listenForTest } from "#support/listening.ts";

const SECRET = `clomo_${"x".repeat(43)}`;
const identity = createSelfSignedIdentity();
setDefaultCACertificates([...getCACertificates("default"), identity.cert]);

const startTenant = async (scheme: "http" | "https") => {
  const seen: (string | undefined)[] = [];
  const listener = ({ headers }: IncomingMessage, response: { end: (content: string) => void }): void => {
    seen.push(headers.authorization);
    response.end("reached");
  };
  const server = scheme === "https" ? createTlsServer(identity, listener) : createServer(listener);
  return { address: `${scheme}://${await listenForTest(server)}`, seen };
};

/** A proxy that connects, or answers with a status; and everything that it receives. */
const startProxy = async (status = 200, scheme: "http" | "https" = "http") => {
  const seen: string[] = [];
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    seen.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    response.writeHead(status).end("by proxy");
  };
  const server = scheme === "https" ? createTlsServer(identity, listener) : createServer(listener);
  server.on("connect", (request, socket) => {
    seen.push(`CONNECT ${request.url} ${request.headers.authorization} ${request.headers["proxy-authorization"]}`);
    if (status !== 200) return void socket.end(`HTTP/1.1 ${status} no\r\n\r\n`);
    const { port } = new URL(`http://${request.url}`);
    const tunnel = connect(Number(port), "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      socket.on("data", (bytes: Buffer) => void seen.push(bytes.toString("latin1")));
      socket.pipe(tunnel).pipe(socket);
    });
    for (const side of [socket, tunnel]) side.on("error", () => tunnel.destroy());
    return undefined;
  });
  return { address: `${scheme}://${await listenForTest(server)}`, seen };
};

const send = async (address: string, environment: Readonly<Record<string, string>>): Promise<string> => {
  const { origin } = new URL(address);
  const socket = openSocket({
    surroundings: { now: () => 0, wait: async () => undefined, random: () => 1 },
    credential: { secret: SECRET, origin },
    environment,
  });
  onTestFinished(socket.close);
  return (await socket.transport(new Request(address))).text();
};

test("an https address is reached through the proxy, which does not see the credential", async () => {
  const [tenant, proxy] = [await startTenant("https"), await startProxy()];
  const [, host = ""] = proxy.address.split("//");
  const environment = { HTTPS_PROXY: `http://me:word@${host}`, HTTP_PROXY: "http://127.0.0.1:1" };
  expect(await send(tenant.address, environment)).toBe("reached");
  expect(tenant.seen).toEqual([`Bearer ${SECRET}`]);
  const basic = `Basic ${Buffer.from("me:word").toString("base64")}`;
  expect(proxy.seen[0]).toBe(`CONNECT ${tenant.address.slice("https://".length)} undefined ${basic}`);
  expect(proxy.seen.length).toBeGreaterThan(1);
  expect(proxy.seen.join("")).not.toContain(SECRET);
});

test.each(["127.0.0.1", "*", "example.jp, 127.0.0.1"])("NO_PROXY=%s is reached directly", async (exceptions) => {
  const [tenant, proxy] = [await startTenant("https"), await startProxy()];
  expect(await send(tenant.address, { https_proxy: proxy.address, NO_PROXY: exceptions })).toBe("reached");
  expect(proxy.seen).toEqual([]);
});

test("a refusal of a proxy tells that there is one, without its password", async () => {
  const [tenant, proxy] = [await startTenant("https"), await startProxy(407)];
  const address = proxy.address.replace("//", "//me:word@");
  const error: unknown = await send(tenant.address, { https_proxy: address }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({
    code: "unavailable",
    hint: { en: expect.stringContaining("the proxy in https_proxy") },
  });
  expect((error as Failure).what.en).not.toContain("word");
});

test.each(["socks9://me:word@p", "me:word"])("%s is not a proxy, and is not shown", async (value) => {
  const caught: unknown = await send("https://a.invalid", { https_proxy: value }).catch((error: unknown) => error);
  expect(caught).toMatchObject({ code: "usage" });
  expect(JSON.stringify(caught)).not.toContain("word");
});
