import { expect, test, afterEach, beforeEach } from "vitest";
import { findClientAddress, parseProxies, receiveUpload } from "./options.ts";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Failure } from "../errors/index.ts";
import { createProcessTable } from "../files/index.ts";

const PROXIES = parseProxies(["10.0.0.5", "10.1.0.0/16", "2001:db8::/32"]);

test.each<[name: string, peer: string | undefined, headers: Record<string, string>, expected: string]>([
  ["a sender without a proxy", "192.0.2.1", {}, "192.0.2.1"],
  ["an IPv4 sender on an IPv6 socket", "::ffff:192.0.2.1", {}, "192.0.2.1"],
  ["a header that the sender made up", "192.0.2.1", { "x-forwarded-for": "198.51.100.1" }, "192.0.2.1"],
  ["a trusted proxy", "10.0.0.5", { "x-forwarded-for": "198.51.100.1" }, "198.51.100.1"],
  ["two trusted proxies", "10.0.0.5", { "x-forwarded-for": "198.51.100.1, 10.1.2.3" }, "198.51.100.1"],
  [
    "a made-up entry before the proxy's",
    "10.0.0.5",
    { "x-forwarded-for": "203.0.113.9, 198.51.100.1" },
    "198.51.100.1",
  ],
  ["an IPv4 address with a port", "10.0.0.5", { "x-forwarded-for": "198.51.100.1:4711" }, "198.51.100.1"],
  ["an IPv6 address with a port", "10.0.0.5", { "x-forwarded-for": "[2001:db9::1]:4711" }, "2001:db9::1"],
  ["an entry that is not an address", "10.0.0.5", { "x-forwarded-for": "evil\u0000, unknown" }, "10.0.0.5"],
  ["a proxy without a header", "10.0.0.5", {}, "10.0.0.5"],
  ["a Unix socket", undefined, { "x-forwarded-for": "198.51.100.1" }, "198.51.100.1"],
])("%s", (_, peer, headers, expected) => {
  const list = new Headers();
  for (const [name, value] of Object.entries(headers)) list.set(name, value.replaceAll("\u0000", ""));
  expect(findClientAddress(peer, list, PROXIES)).toBe(expected);
});

test.each([["10.0.0.300"], ["10.0.0.0/33"], ["2001:db8::/129"], ["proxy.example.jp"], ["10.0.0.1/x"]])(
  "%s is not a proxy's address",
  (entry) => {
    expect(parseProxies([entry])).toBeUndefined();
  },
);

const processes = createProcessTable(process.pid, process.kill.bind(process), "here");
const NEVER = new AbortController().signal;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spool-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const upload = (request: Request, { limit = 2 ** 31, signal = NEVER } = {}) =>
  receiveUpload(request, { place: { temporaryFolder: folder, processes }, limit, signal });

const requestOf = (body: ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer>, encoding?: string): Request => {
  const headers = { "content-type": "text/csv; charset=utf-8", ...(encoding && { "content-encoding": encoding }) };
  return new Request("http://x/v1/files", { method: "POST", body, headers, duplex: "half" });
};

const refusalOf = async (promise: Promise<unknown>): Promise<Pick<Failure, "code" | "status">> => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Failure)) throw new TypeError(`not refused: ${String(error)}`);
  expect(readdirSync(folder)).toEqual([]);
  return { code: error.code, status: error.status };
};

const receive = async (request: Request): Promise<string> => {
  await using spooled = await upload(request);
  return (await spooled?.request.text()) ?? "";
};

const CONTENT = Buffer.from("氏名,\r\n");

test("a refused upload leaves no open file", async () => {
  const countOpen = () => readdirSync("/dev/fd").length;
  const before = countOpen();
  const spooled = await upload(requestOf(new Uint8Array(5_000_000)));
  // its body is read in advance
  await expect.poll(countOpen, { timeout: 60_000 }).toBe(before + 1);
  await spooled?.[Symbol.asyncDispose]();
  await expect.poll(countOpen, { timeout: 60_000 }).toBe(before);
});

test.each(["identity", "Identity", undefined])(
  "an upload with the encoding %s is stored as it is",
  async (encoding) => {
    expect(await receive(requestOf(Uint8Array.from(CONTENT), encoding))).toBe("氏名,\r\n");
    expect(readdirSync(folder)).toEqual([]);
  },
);

test.each(["gzip", "br", "identity, gzip"])("an upload with the encoding %s is refused", async (encoding) => {
  const refused = refusalOf(upload(requestOf(Uint8Array.from(CONTENT), encoding)));
  expect(await refused).toEqual({ code: "usage", status: 415 });
});

test("an upload that is too large is refused", async () => {
  const refused = refusalOf(upload(requestOf(Uint8Array.from(CONTENT)), { limit: 3 }));
  expect(await refused).toEqual({ code: "usage", status: 413 });
});

test("a slow sender is dropped when the server stops", async () => {
  const stop = new AbortController();
  const body = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => undefined) });
  const slow = upload(requestOf(body), { signal: stop.signal });
  stop.abort();
  await expect(slow).rejects.toMatchObject({ code: "interrupted" });
});
