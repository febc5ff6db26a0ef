import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
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
  return (await spooled?.request.text()) ?? "";
};

const CONTENT = Buffer.from("氏名,\r\n");

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
