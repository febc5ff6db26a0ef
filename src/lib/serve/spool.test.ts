import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { post, jsonResponse, type Route } from "../contract/route.ts";
import { z } from "zod";
import { Failure } from "../errors/index.ts";
import { createProcessTable } from "../files/index.ts";
import { DEFAULT_LIMITS, type UploadLimits } from "./limits.ts";
import { UploadSpool } from "./spool.ts";

const ROUTE: Route = post("/v1/files", { id: "file", summary: "", file: true, answer: jsonResponse(z.null(), "") });
const processes = createProcessTable(process.pid, process.kill.bind(process), "here");
const NEVER = new AbortController().signal;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spool-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const spoolOf = (limits: Partial<UploadLimits> = {}): UploadSpool =>
  new UploadSpool({ temporaryFolder: folder, processes }, folder, { ...DEFAULT_LIMITS, freeBytes: 0, ...limits });

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

const receive = async (spool: UploadSpool, request: Request): Promise<string> => {
  await using spooled = await spool.receive(ROUTE, request, NEVER);
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
    expect(await receive(spoolOf(), requestOf(Uint8Array.from(bytes), encoding))).toBe("氏名,\r\n");
    expect(readdirSync(folder)).toEqual([]);
  });

  test("is refused if the limit is exceeded after decompression, without storing all of it", async () => {
    const bomb = Uint8Array.from(gzipSync(Buffer.alloc(64 * 1024 * 1024)));
    expect(bomb.length).toBeLessThan(100_000);
    const refused = refusalOf(spoolOf({ bytes: 1_000_000 }).receive(ROUTE, requestOf(bomb, "gzip"), NEVER));
    expect(await refused).toEqual({ code: "usage", status: 413 });
  });

  test.each([
    ["cut off", Uint8Array.from(gzipSync(CONTENT).subarray(0, -3))],
    ["not compressed", Uint8Array.from(CONTENT)],
  ])("is refused if it is %s", async (_, bytes) => {
    expect(await refusalOf(spoolOf().receive(ROUTE, requestOf(bytes, "gzip"), NEVER))).toEqual({
      code: "usage",
      status: 400,
    });
  });

  test("is refused in another encoding", async () => {
    const refused = refusalOf(spoolOf().receive(ROUTE, requestOf(Uint8Array.from(CONTENT), "br"), NEVER));
    expect(await refused).toEqual({ code: "usage", status: 415 });
  });
});

test("an upload that is too large, or leaves too little disk space, is refused", async () => {
  const send = (limits: Partial<UploadLimits>): ReturnType<typeof refusalOf> =>
    refusalOf(spoolOf(limits).receive(ROUTE, requestOf(Uint8Array.from(CONTENT)), NEVER));
  expect(await send({ bytes: 3 })).toEqual({ code: "usage", status: 413 });
  expect(await send({ freeBytes: 2 ** 60 })).toEqual({ code: "unexpected", status: 507 });
});

test("a slow sender occupies only its own place, and is dropped when the server stops", async () => {
  const spool = spoolOf({ uploads: 1 });
  const stop = new AbortController();
  const slow = spool.receive(
    ROUTE,
    requestOf(new ReadableStream({ pull: () => new Promise(() => undefined) })),
    stop.signal,
  );
  const busy = spool.receive(ROUTE, requestOf(Uint8Array.from(CONTENT)), NEVER);
  await expect(busy).rejects.toMatchObject({ code: "unavailable", status: 503, retryAfterMs: 5000 });
  stop.abort();
  await expect(slow).rejects.toMatchObject({ code: "interrupted" });
  expect(await receive(spool, requestOf(Uint8Array.from(CONTENT)))).toBe("氏名,\r\n");
});

test("other routes are not spooled", async () => {
  const { file: _, ...route } = ROUTE;
  expect(await spoolOf().receive(route, requestOf(Uint8Array.from(CONTENT)), NEVER)).toBeUndefined();
});
