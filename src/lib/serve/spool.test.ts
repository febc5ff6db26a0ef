import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Failure } from "../errors/index.ts";
import { createProcessTable } from "../files/index.ts";
import { receiveUpload } from "./spool.ts";

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
  expect(spooled?.request.headers.has("content-encoding")).toBe(false);
  return (await spooled?.request.text()) ?? "";
};

const CONTENT = Buffer.from("氏名,\r\n");

describe("a compressed upload", () => {
  test.each([
    ["gzip", gzipSync(CONTENT)],
    ["GZIP", gzipSync(CONTENT)],
    ["x-gzip", Buffer.concat([gzipSync(CONTENT.subarray(0, 5)), gzipSync(CONTENT.subarray(5))])],
    ["identity", CONTENT],
    [undefined, CONTENT],
  ])("with the encoding %s is stored as it was before", async (encoding, bytes) => {
    expect(await receive(requestOf(Uint8Array.from(bytes), encoding))).toBe("氏名,\r\n");
    expect(readdirSync(folder)).toEqual([]);
  });

  test("is refused if the limit is exceeded after decompression, without storing all of it", async () => {
    const bomb = Uint8Array.from(gzipSync(Buffer.alloc(64 * 1024 * 1024)));
    expect(bomb.length).toBeLessThan(100_000);
    const refused = refusalOf(upload(requestOf(bomb, "gzip"), { limit: 1_000_000 }));
    expect(await refused).toEqual({ code: "usage", status: 413 });
  });

  test.each([
    ["cut off", Uint8Array.from(gzipSync(CONTENT).subarray(0, -3))],
    ["not compressed", Uint8Array.from(CONTENT)],
  ])("is refused if it is %s", async (_, bytes) => {
    expect(await refusalOf(upload(requestOf(bytes, "gzip")))).toEqual({
      code: "usage",
      status: 400,
    });
  });

  test("is refused in another encoding", async () => {
    const refused = refusalOf(upload(requestOf(Uint8Array.from(CONTENT), "br")));
    expect(await refused).toEqual({ code: "usage", status: 415 });
  });
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
