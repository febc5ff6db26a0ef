import { requireFailure as failure } from "#support/client/whole-client.ts";
import { createServer, type IncomingHttpHeaders, type RequestListener } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { RESPONSE_HEADERS, AUDIT_HEADER, MEDIA_TYPES, NO_AUDIT_RECORD } from "../tenant/api/wire.ts";
import { openClient } from "./index.ts";
import { createSocketFailure } from "./answer.ts";
import { openSocket, type SocketOptions, type SocketTransport } from "./socket.ts";
import { listenForTest } from "#support/listening.ts";

const NOW = Date.UTC(2026, 10, 20);

const serving = async (listener: RequestListener): Promise<string> =>
  `http://${await listenForTest(createServer(listener))}`;

/** A socket whose pauses take no time and are recorded. */
const opened = (
  options: Omit<SocketOptions, "surroundings"> = {},
  random: number[] = [],
): SocketTransport & { readonly pauses: number[] } => {
  const pauses: number[] = [];
  const surroundings: SocketOptions["surroundings"] = {
    now: () => NOW,
    random: () => random.shift() ?? 1,
    async wait(delayMs) {
      pauses.push(delayMs);
    },
  };
  const socket = openSocket({ ...options, surroundings });
  onTestFinished(socket.close);
  return { ...socket, pauses };
};

describe("an address that does not respond", () => {
  it("is unavailable after three retries", async () => {
    const gone = createTcpServer();
    const host = await listenForTest(gone);
    gone.close();
    const { transport, pauses } = opened();
    const { code, where, what } = await failure(transport(new Request(`http://${host}/v1/tenant?x=1`)));
    expect([code, where, what.en]).toEqual(["unavailable", `http://${host}`, "connection refused (ECONNREFUSED)"]);
    expect(pauses).toEqual([250, 500, 1000]);
  });

  it("is unavailable if the response takes too long", async () => {
    const address = await serving(() => undefined);
    const { transport } = opened({ headersTimeoutMs: 50 });
    const { code, what } = await failure(transport(new Request(address)));
    expect([code, what.en]).toEqual(["unavailable", "timed out (UND_ERR_HEADERS_TIMEOUT)"]);
  });

  it("is unavailable if the connection is reset or does not use HTTP", async () => {
    const reset = await listenForTest(createTcpServer((socket) => socket.once("data", () => socket.resetAndDestroy())));
    const { transport, pauses } = opened();
    expect((await failure(transport(new Request(`http://${reset}`)))).what.en).toMatch(/^connection lost/);
    expect(pauses).toHaveLength(3);
    const other = await listenForTest(
      createTcpServer((socket) => socket.once("data", () => socket.end("220 mail.example.jp\r\n"))),
    );
    expect((await failure(transport(new Request(`http://${other}`)))).what.en).toMatch(/^connection lost/);
  });
});

describe("a response", () => {
  it("is returned as a stream, with only the headers that a client reads", async () => {
    const values = RESPONSE_HEADERS.map((name, at) => [name, name === "retry-after" ? "7" : `"${at}"`]);
    const sent = Object.fromEntries(values) as Record<string, string>;
    const address = await serving((_, response) => response.writeHead(200, { ...sent, "x-other": "1" }).end("a,b"));
    const response = await opened().transport(new Request(address));
    expect(Object.fromEntries(response.headers)).toEqual(sent);
    expect(await response.text()).toBe("a,b");
  });

  it("notifies the caller if an export is not in the audit log", async () => {
    const address = await serving((_, response) =>
      response.writeHead(200, { "content-type": MEDIA_TYPES.csv, [AUDIT_HEADER]: NO_AUDIT_RECORD }).end("a,b"),
    );
    const unaudited = vi.fn(async () => undefined);
    const { users } = await openClient({ ...opened(), base: new URL(address), unaudited }, ["users"]);
    await new Response(await users.export({})).text();
    expect(unaudited).toHaveBeenCalledOnce();
  });

  it("throws to its reader if it breaks off", async () => {
    const address = await serving((_, response) => {
      response.write("half", () => response.destroy());
    });
    const response = await opened().transport(new Request(address));
    const { code, where } = await failure(response.text());
    expect([code, where]).toEqual(["unavailable", address]);
  });

  it("throws to its reader if it stalls", async () => {
    const address = await serving((_, response) => void response.write("half"));
    const response = await opened({ bodyTimeoutMs: 50 }).transport(new Request(address));
    expect((await failure(response.text())).what.en).toMatch(/^timed out/);
  });

  it("is refused if it redirects, with the other address", async () => {
    const seen: string[] = [];
    const address = await serving(({ url = "" }, response) => {
      seen.push(url);
      response.writeHead(307, { location: "https://elsewhere.example/v1" }).end();
    });
    const { code, what } = await failure(opened().transport(new Request(`${address}/v1/tenant`)));
    expect([code, what.en]).toEqual(["unavailable", "the address redirects to https://elsewhere.example/v1"]);
    expect(seen).toEqual(["/v1/tenant"]);
  });
});

type Answer = number | "reset";

/** Answers one request after another like this, then always like the last. */
const answering = async (answers: readonly Answer[], headers: Record<string, string> = {}) => {
  const seen: IncomingHttpHeaders[] = [];
  const address = await serving((request, response) => {
    seen.push(request.headers);
    const answer = answers[Math.min(seen.length, answers.length) - 1] ?? 200;
    if (answer === "reset") request.socket.resetAndDestroy();
    else request.resume().on("end", () => response.writeHead(answer, headers).end());
  });
  return { address, seen };
};

describe("a retry", () => {
  it.each<[Answer, number]>([
    [429, 2],
    [502, 2],
    [503, 2],
    [504, 2],
    ["reset", 2],
    [500, 1],
    [501, 1],
    [404, 1],
    [423, 1],
    [204, 1],
  ])("after %s: %d requests in total", async (answer, times) => {
    const { address, seen } = await answering([answer, 200]);
    const response = await opened().transport(new Request(address));
    expect([seen.length, response.status]).toEqual([times, times === 2 ? 200 : answer]);
  });

  it.each([
    ["a number", "7", 7000],
    ["nothing to wait for", "0", 0],
    ["the longest", "30", 30_000],
    ["a moment to come", new Date(NOW + 5000).toUTCString(), 5000],
    ["a moment that has passed", new Date(NOW - 5000).toUTCString(), 0],
    ["words", "soon", 250],
    ["a number beyond all measure", "1234567890", 250],
    ["a fraction", "1.5e9x", 250],
  ])("waits as Retry-After requests: %s", async (_, retryAfter, delayMs) => {
    const { address } = await answering([503, 200], { "retry-after": retryAfter });
    const { transport, pauses } = opened();
    expect((await transport(new Request(address))).status).toBe(200);
    expect(pauses).toEqual([delayMs]);
  });

  it("of a POST has the same Idempotency-Key", async () => {
    const { address, seen } = await answering([503, 503, 200]);
    const headers = { "content-type": "application/json", "idempotency-key": "key-1" };
    const init = { method: "POST", body: "{}", headers };
    expect((await opened().transport(new Request(address, init))).status).toBe(200);
    expect(seen.map((one) => one["idempotency-key"])).toEqual(["key-1", "key-1", "key-1"]);
  });

  it("does not happen for an upload or a DELETE", async () => {
    const { address, seen } = await answering([503]);
    const { transport } = opened();
    const upload: RequestInit & { duplex: "half" } = { method: "PUT", body: new Blob(["a"]).stream(), duplex: "half" };
    for (const init of [upload, { method: "DELETE" }])
      expect((await transport(new Request(address, init))).status).toBe(503);
    expect(seen).toHaveLength(2);
  });

  it.each([
    [true, "answers nobody any more", "the server is stopping"],
    [false, "may have performed the request", "unavailable"],
  ])("ends with what the server said before, unless it %j: %s", async (isGone, _, outcome) => {
    let asked = 0;
    const server = createServer((request, response) => {
      asked += 1;
      if (asked > 1) return void request.socket.resetAndDestroy();
      response.writeHead(503, { connection: "close", "retry-after": "1" }).end("the server is stopping", () => {
        if (isGone) server.close();
      });
    });
    const host = await listenForTest(server);
    const { transport } = opened();
    const init = { method: "POST", headers: { "idempotency-key": "mine" } };
    const sent = transport(new Request(`http://${host}`, init));
    expect(
      await sent.then(
        (response) => response.text(),
        ({ code }: { code: string }) => code,
      ),
    ).toBe(outcome);
    expect(asked).toBe(isGone ? 1 : 4);
  });

  it("does not happen for an upload, even without a response", async () => {
    const gone = createTcpServer();
    const host = await listenForTest(gone);
    gone.close();
    const { transport, pauses } = opened();
    const init: RequestInit & { duplex: "half" } = { method: "PUT", body: new Blob(["a"]).stream(), duplex: "half" };
    expect((await failure(transport(new Request(`http://${host}`, init)))).code).toBe("unavailable");
    expect(pauses).toEqual([]);
  });

  it.each([
    [429, "1", 2],
    [503, "1", 2],
    [503, undefined, 1],
    [502, "1", 1],
    [504, "1", 1],
  ])("of a POST without a key happens only if nothing was done: after %i with Retry-After %j", async (...row) => {
    const [status, retryAfter, times] = row;
    const { address, seen } = await answering(
      [status, 200],
      retryAfter === undefined ? {} : { "retry-after": retryAfter },
    );
    await opened().transport(new Request(address, { method: "POST" }));
    expect(seen).toHaveLength(times);
  });

  const DONE = "; the tenant may have completed the request";

  it.each([
    ["GET", {}, 4, ""],
    ["POST", { "idempotency-key": "mine" }, 4, DONE],
    ["POST", {}, 1, DONE],
    ["DELETE", {}, 1, DONE],
  ])("of a %s with %j after a lost connection: %i requests in total", async (method, headers, times, outcome) => {
    const { address, seen } = await answering(["reset"]);
    const { what } = await failure(opened().transport(new Request(address, { method, headers })));
    expect([seen.length, what.en]).toEqual([times, `connection lost (ECONNRESET)${outcome}`]);
  });
});

describe("the credential", () => {
  const SECRET = `clomo_${"x".repeat(43)}`;

  it("is sent only to the origin of its tenant, and replaces any other", async () => {
    const seen: (string | undefined)[] = [];
    const listener: RequestListener = ({ headers }, response) => {
      seen.push(headers.authorization);
      response.end();
    };
    const [own, other] = [await serving(listener), await serving(listener)];
    const { transport } = opened({ credential: { secret: SECRET, origin: own } });
    await transport(new Request(`${own}/v1/orgs`));
    await transport(new Request(`${other}/v1/orgs`, { headers: { authorization: `Bearer ${SECRET}` } }));
    expect(seen).toEqual([`Bearer ${SECRET}`, undefined]);
  });
});

it("ends as interrupted at its signal", async () => {
  const ended = new AbortController();
  const address = await serving(() => ended.abort());
  expect((await failure(opened().transport(new Request(address, { signal: ended.signal })))).code).toBe("interrupted");
});

it("reports what is wrong with TLS", async () => {
  const address = await serving((_, response) => response.end());
  const { code, what, where } = await failure(opened().transport(new Request(address.replace("http:", "https:"))));
  expect([code, what.en]).toEqual(["unavailable", expect.stringMatching(/does not support TLS/)]);
  expect(where).toBe(address.replace("http:", "https:"));
});

it.each([
  ["ENOTFOUND", "host not found"],
  ["UND_ERR_CONNECT_TIMEOUT", "timed out"],
  ["SELF_SIGNED_CERT_IN_CHAIN", "the server certificate is not trusted (see NODE_EXTRA_CA_CERTS)"],
  ["CERT_HAS_EXPIRED", "the server certificate has expired"],
  ["EPROTO", "the server does not support TLS on this port"],
  ["EHOSTUNREACH", "host cannot be reached"],
  ["EUNKNOWN", "connection lost"],
])("reports %s", (code, words) => {
  const cause = Object.assign(new Error("inner"), { code });
  const { what, where } = createSocketFailure(
    new Error("outer", { cause }),
    "https://tenant.example",
    new AbortController().signal,
  );
  expect([what.en, where]).toEqual([`${words} (${code})`, "https://tenant.example"]);
});
