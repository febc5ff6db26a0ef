import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { Failure } from "../lib/errors/index.ts";
import { openAppleSockets, type AppleLimits } from "./apple.ts";
import { listenForTest } from "#support/listening.ts";

const LIMITS: AppleLimits = { connectMs: 60_000, silenceMs: 60_000, totalMs: 60_000, bytes: 1000 };

const opened = (limits: Partial<AppleLimits> = {}) => {
  const sockets = openAppleSockets({ ...LIMITS, ...limits });
  onTestFinished(sockets.close);
  return sockets.send;
};

async function serving(listener: (request: IncomingMessage, response: ServerResponse) => unknown): Promise<string> {
  const server = createServer((request, response) => void listener(request, response));
  return `http://${await listenForTest(server)}`;
}

const bodyOf = async (request: IncomingMessage): Promise<string> => (await request.toArray()).join("");

const failure = (work: Promise<unknown>): Promise<Failure> =>
  work.then(
    () => expect.unreachable("answered"),
    (error: unknown) => (error instanceof Failure ? error : expect.unreachable(String(error))),
  );

test("sends the request as given and adds nothing", async () => {
  const seen: unknown[] = [];
  const base = await serving(async (request, response) => {
    const { method, url, headers } = request;
    seen.push({ method, url, agent: headers["user-agent"], key: headers["x-key"], body: await bodyOf(request) });
    response.writeHead(418, [
      ["X-Two", "a"],
      ["X-Two", "b"],
    ]);
    // in pieces that cut a character
    response.write(Buffer.from("あ").subarray(0, 1));
    setTimeout(() => response.end(Buffer.from("あ").subarray(1)), 50);
  });
  const answer = await opened()({
    method: "DELETE",
    url: `${base}/profile/devices?a=b`,
    headers: { "x-key": "k", "user-agent": "clomoctl/1" },
    body: '{"devices":[]}',
  });
  expect(seen).toEqual([
    { method: "DELETE", url: "/profile/devices?a=b", agent: "clomoctl/1", key: "k", body: '{"devices":[]}' },
  ]);
  expect(answer).toMatchObject({ status: 418, body: "あ", headers: { "x-two": "a, b" } });
});

test("does not follow a redirect", async () => {
  const base = await serving((_, response) => {
    response.writeHead(302, { location: "http://127.0.0.1:1/" });
    response.end();
  });
  expect(await opened()({ method: "GET", url: base, headers: {} })).toMatchObject({
    status: 302,
    headers: { location: "http://127.0.0.1:1/" },
  });
});

test("a failure names the host, but neither the path nor a header", async () => {
  const gone = createTcpServer();
  const host = await listenForTest(gone);
  gone.close();
  const request = {
    method: "GET",
    url: `http://${host}/secret-path?secret-query`,
    headers: { authorization: "secret-header" },
  } as const;
  const { code, what, where, hint } = await failure(opened()(request));
  expect({ code, what, where, hint }).toMatchObject({
    code: "unavailable",
    what: { en: "connection refused (ECONNREFUSED)" },
    where: `http://${host}`,
  });
  expect(JSON.stringify({ what, where, hint })).not.toContain("secret");
});

test.each([
  ["reset", (request: IncomingMessage) => void request.socket.resetAndDestroy(), {}, "connection lost"],
  ["silent", () => undefined, { silenceMs: 100 }, "timed out"],
  ["too late", () => undefined, { totalMs: 100 }, "timed out"],
] as const)("a server that is %s is unavailable", async (_, listener, limits, what) => {
  const base = await serving(listener);
  const { code, what: said } = await failure(opened(limits)({ method: "GET", url: base, headers: {} }));
  expect(code).toBe("unavailable");
  expect(said.en).toContain(what);
});

test("a response that is cut off, too slow or endless is unavailable", async () => {
  const base = await serving((request, response) => {
    if (request.url === "/cut") {
      response.writeHead(200, { "content-length": 100 });
      response.write("half");
      setTimeout(() => response.destroy(), 50);
      return;
    }
    const length = request.url === "/drip" ? 1 : 300;
    const timer = setInterval(() => response.write("x".repeat(length)), 20);
    response.on("close", () => clearInterval(timer));
  });
  const asked = (path: string, limits: Partial<AppleLimits> = {}) =>
    failure(opened(limits)({ method: "GET", url: `${base}${path}`, headers: {} }));
  expect(await asked("/cut")).toMatchObject({ code: "unavailable" });
  expect((await asked("/drip", { totalMs: 300 })).what.en).toContain("timed out");
  expect((await asked("/flood")).what).toEqual({ en: "the response is too long", ja: "応答が長すぎます" });
});

test("its signal interrupts a request", async () => {
  const base = await serving(() => undefined);
  const abort = new AbortController();
  const asked = opened()({ method: "GET", url: base, headers: {}, signal: abort.signal });
  setTimeout(() => abort.abort(), 50);
  expect((await failure(asked)).code).toBe("interrupted");
});
