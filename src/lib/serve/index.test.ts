import { connect } from "node:net";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { X509Certificate } from "node:crypto";
import { connect as connectTls, type SecureVersion } from "node:tls";
import { afterEach, describe, expect, test } from "vitest";
import { createSelfSignedIdentity } from "#support/client/self-signed.ts";
import { createErrorResponse, createProblemResponse } from "../tenant/api/problem.ts";
import {
  parseProxies,
  DEFAULT_LIMITS,
  type AnsweredRequest,
  type RunningServer,
  type ServeOptions,
} from "./options.ts";
import { startServer } from "./index.ts";

const running: RunningServer[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop(0);
});

const logged: AnsweredRequest[] = [];

const start = async (more: Partial<ServeOptions> = {}): Promise<RunningServer> => {
  logged.length = 0;
  let ids = 0;
  const server = await startServer({
    place: { host: "127.0.0.1", port: 0 },
    limits: DEFAULT_LIMITS,
    answer: async (request, { address }, trace) => {
      Object.assign(trace, { route: "/v1/echo", account: "account-1" });
      return Response.json({ address, body: await request.text() });
    },
    refuse: (failure, headers = {}, status = failure.status) => createProblemResponse(failure, { headers, status }),
    explain: createErrorResponse,
    isReady: async () => true,
    document: async () => '{"openapi":"3.1.0"}',
    newId: () => `request-${(ids += 1)}`,
    log: (request) => void logged.push(request),
    ...more,
  });
  running.push(server);
  return server;
};

const portOf = ({ url }: RunningServer): number => Number(new URL(url).port);

/** Sends bytes on a connection of its own, and returns what comes back until the server closes it. */
const sendRaw = (to: number | string, bytes: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let answer = "";
    const place = typeof to === "number" ? { port: to, host: "127.0.0.1" } : { path: to };
    const socket = connect(place, () => socket.write(bytes));
    socket.on("data", (chunk) => void (answer += chunk.toString()));
    socket.on("close", () => resolve(answer));
    socket.on("error", reject);
  });

describe("the server's own routes", () => {
  test.each([
    ["/healthz", 200, { status: "ok" }],
    ["/readyz", 200, { status: "ok" }],
    ["/openapi.json", 200, { openapi: "3.1.0" }],
  ])("%s", async (path, status, body) => {
    const { url } = await start();
    const response = await fetch(url + path);
    expect([response.status, await response.json()]).toEqual([status, body]);
  });

  test("/readyz is 503 while the tenant cannot be read, and while the server stops", async () => {
    const { url } = await start({ isReady: async () => false });
    const response = await fetch(`${url}/readyz`);
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "5"]);
  });
});

test("each response has the id of its request, and each request a line in the log without its query", async () => {
  const { url } = await start();
  const response = await fetch(`${url}/v1/echo?name=canary`, { method: "POST", body: "body-canary" });
  expect([response.status, response.headers.get("x-request-id")]).toEqual([200, "request-1"]);
  await response.text();
  await expect.poll(() => logged.length).toBe(1);
  expect(logged[0]).toMatchObject({
    id: "request-1",
    method: "POST",
    route: "/v1/echo",
    status: 200,
    account: "account-1",
  });
  expect(logged[0]?.bytes).toBeGreaterThan(100);
  expect(JSON.stringify(logged)).not.toContain("canary");
});

test.each([
  ["not HTTP", "hello\r\n\r\n", 400],
  ["headers that do not end", "GET / HTTP/1.1\r\nhost: x\r\n", 408],
  ["no host", "GET /v1/echo HTTP/1.1\r\nconnection: close\r\n\r\n", 400],
  ["a host that is not one", "GET /v1/echo HTTP/1.1\r\nhost: a b\r\nconnection: close\r\n\r\n", 400],
  ["two lengths", "POST /v1/echo HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab", 400],
])("%s is refused", async (_, bytes, status) => {
  const server = await start({ limits: { ...DEFAULT_LIMITS, headersMs: 200 } });
  expect(await sendRaw(portOf(server), bytes)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
});

test.each([
  ["nothing", ""],
  ["a proxy's method", "CONNECT example.jp:443 HTTP/1.1\r\nhost: x\r\n\r\n"],
  ["a body that does not end", "POST /v1/echo HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nab"],
])("a connection with %s is closed", async (_, bytes) => {
  const server = await start({ limits: { ...DEFAULT_LIMITS, headersMs: 200, idleMs: 500 } });
  expect(await sendRaw(portOf(server), bytes)).not.toContain("200 OK");
});

test("a request of HTTP/1.0 needs no host", async () => {
  const answer = await sendRaw(portOf(await start()), "GET /healthz HTTP/1.0\r\n\r\n");
  expect(answer).toMatch(/^HTTP\/1.1 200 /);
});

test("forwarded addresses count only from trusted proxies", async () => {
  const header = { headers: { "x-forwarded-for": "198.51.100.1" } };
  const trusting = await start({ proxies: parseProxies(["127.0.0.1"]) });
  expect(await (await fetch(`${trusting.url}/v1/echo`, header)).json()).toMatchObject({ address: "198.51.100.1" });
  const plain = await start();
  expect(await (await fetch(`${plain.url}/v1/echo`, header)).json()).toMatchObject({ address: "127.0.0.1" });
});

test("stopping lets running requests finish, and refuses new ones", async () => {
  const released = Promise.withResolvers<undefined>();
  const began = Promise.withResolvers<undefined>();
  const answer = async (): Promise<Response> => {
    began.resolve(undefined);
    await released.promise;
    return new Response("finished");
  };
  const server = await start({ answer });
  const request = fetch(`${server.url}/v1/slow`);
  await began.promise;
  const stopped = server.stop(60_000);
  await expect(fetch(`${server.url}/v1/new`)).rejects.toThrow(/fetch failed/);
  released.resolve(undefined);
  expect(await (await request).text()).toBe("finished");
  await stopped;
});

test("on a kept connection, a server that stops is not ready, and closes the connection", async () => {
  const released = Promise.withResolvers<undefined>();
  const began = Promise.withResolvers<AbortSignal>();
  const server = await start({
    answer: async (_request, { stopping }) => {
      began.resolve(stopping);
      await released.promise;
      return new Response("finished");
    },
  });
  const answer = sendRaw(
    portOf(server),
    "GET /v1/slow HTTP/1.1\r\nhost: x\r\n\r\nGET /readyz HTTP/1.1\r\nhost: x\r\n\r\n",
  );
  const stopping = await began.promise;
  expect(stopping.aborted).toBe(false);
  const stopped = server.stop(60_000);
  expect(stopping.aborted).toBe(true);
  released.resolve(undefined);
  expect(await answer).toContain("finished");
  await stopped;
});

test("a sender that waits longer than the idle time for the tenant is answered", async () => {
  const answer = async (): Promise<Response> => {
    await new Promise((resolve) => setTimeout(resolve, 700));
    return new Response("late");
  };
  const { url } = await start({ answer, limits: { ...DEFAULT_LIMITS, idleMs: 200 } });
  expect(await (await fetch(`${url}/v1/slow`, { method: "POST", body: "x" })).text()).toBe("late");
});

test("a reader that does not read is disconnected, and its stream is cancelled", async () => {
  const cancelled = Promise.withResolvers<undefined>();
  const answer = async (): Promise<Response> =>
    new Response(
      new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
        cancel: () => cancelled.resolve(undefined),
      }),
    );
  const server = await start({ answer, limits: { ...DEFAULT_LIMITS, idleMs: 200 } });
  const socket = connect(portOf(server), "127.0.0.1", () => socket.write("GET /v1/all HTTP/1.1\r\nhost: x\r\n\r\n"));
  socket.on("error", () => undefined).pause();
  expect(await cancelled.promise).toBeUndefined();
  socket.destroy();
});

test("connections beyond the limit are closed", async () => {
  const server = await start({ limits: { ...DEFAULT_LIMITS, connections: 2 } });
  const silent = [0, 1].map(() => connect(portOf(server), "127.0.0.1"));
  await Promise.all(silent.map((socket) => once(socket, "connect")));
  await expect(fetch(`${server.url}/v1/echo`)).rejects.toThrow(/fetch failed/);
  for (const socket of silent) socket.destroy();
  await expect
    .poll(() =>
      fetch(`${server.url}/v1/echo`, { method: "POST", body: "x" }).then(
        ({ status }) => status,
        () => 0,
      ),
    )
    .toBe(200);
});

test("an error of the tenant is a problem object with an id", async () => {
  const { url } = await start({ answer: () => Promise.reject(new Error("broken at /home/x/y.db")) });
  const response = await fetch(`${url}/v1/echo`);
  expect([response.status, response.headers.get("x-request-id")]).toEqual([500, "request-1"]);
  expect(await response.text()).not.toContain("/home/x");
});

test("a request that its sender gives up is logged as such", async () => {
  const began = Promise.withResolvers<undefined>();
  const server = await start({ answer: () => new Promise(() => began.resolve(undefined)) });
  const socket = connect(portOf(server), "127.0.0.1", () => socket.write("GET /v1/a HTTP/1.1\r\nhost: x\r\n\r\n"));
  await began.promise;
  socket.destroy();
  await expect.poll(() => logged.map(({ status }) => status)).toEqual([499]);
});

test("the server's own routes refuse other methods", async () => {
  const { url } = await start();
  const response = await fetch(`${url}/healthz`, { method: "POST", body: "x" });
  expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
});

describe("TLS", () => {
  const readCertificate = (port: number, maxVersion: SecureVersion = "TLSv1.3"): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connectTls({
        host: "127.0.0.1",
        port,
        rejectUnauthorized: false,
        minVersion: "TLSv1",
        maxVersion,
      });
      socket.once("secureConnect", () => {
        resolve(socket.getPeerCertificate().fingerprint256);
        socket.destroy();
      });
      socket.once("error", reject);
    });

  test("a connection that does not begin TLS in time is closed, and does not hold up the end", async () => {
    const server = await start({ tls: createSelfSignedIdentity(), limits: { ...DEFAULT_LIMITS, headersMs: 100 } });
    const silent = connect(portOf(server), "127.0.0.1");
    await once(silent, "close");
    await expect(server.stop(60_000)).resolves.toBeUndefined();
  });

  test("connections get the certificate, and TLS before 1.2 is refused", async () => {
    const tls = createSelfSignedIdentity();
    const server = await start({ tls });
    expect(server.url).toMatch(/^https:/);
    expect(await readCertificate(portOf(server), "TLSv1.2")).toBe(new X509Certificate(tls.cert).fingerprint256);
    await expect(readCertificate(portOf(server), "TLSv1.1")).rejects.toThrow(/alert|version|protocol/i);
  });
});

test("a Unix socket", async () => {
  const folder = mkdtempSync(join(tmpdir(), "serve-"));
  const path = join(folder, "socket");
  const server = await start({ place: { path } });
  expect(server.url).toBe(`unix:${path}`);
  expect(statSync(path).mode & 0o777).toBe(0o660);
  const answer = await sendRaw(path, "GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
  expect(answer).toContain("200 OK");
  rmSync(folder, { recursive: true });
});

test("a file where the socket should be is kept", async () => {
  const folder = mkdtempSync(join(tmpdir(), "serve-"));
  const [path, other] = [join(folder, "file"), join(folder, "link")];
  writeFileSync(path, "important");
  symlinkSync(path, other);
  for (const place of [{ path }, { path: other }])
    await expect(start({ place })).rejects.toMatchObject({ code: "usage", where: place.path });
  expect([readFileSync(path, "utf8"), readFileSync(other, "utf8")]).toEqual(["important", "important"]);
  rmSync(folder, { recursive: true });
});

test("a Unix socket that a killed program left behind is replaced, but not one in use", async () => {
  const folder = mkdtempSync(join(tmpdir(), "serve-"));
  const path = join(folder, "socket");
  const script = `require("node:net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`;
  expect(spawnSync(process.execPath, ["-e", script]).signal).toBe("SIGKILL");
  expect(statSync(path).isSocket()).toBe(true);
  await start({ place: { path } });
  await expect(start({ place: { path } })).rejects.toMatchObject({ code: "unavailable", where: path });
  rmSync(folder, { recursive: true });
});

test("an address in use is an error that names it", async () => {
  const first = await start();
  await expect(start({ place: { host: "127.0.0.1", port: portOf(first) } })).rejects.toMatchObject({
    code: "unavailable",
    where: `127.0.0.1:${portOf(first)}`,
  });
});
