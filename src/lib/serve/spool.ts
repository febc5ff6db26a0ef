import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { createInterruptedFailure, Failure, getErrorCode } from "../errors/index.ts";
import { spoolToFile, type TemporaryStorage } from "../files/index.ts";
import { same, text } from "../text/index.ts";

const TOO_LARGE_FAILURE = new Failure("usage", {
  what: text("the upload is larger than this server accepts", "このサーバーが受け付ける大きさを超えています"),
  status: 413,
});

const createEncodingFailure = (encoding: string): Failure =>
  new Failure("usage", {
    what: text(`the content encoding "${encoding}" is not supported`, `Content-Encoding「${encoding}」は使えません`),
    where: "content-encoding",
    hint: same("Content-Encoding: gzip"),
    status: 415,
  });

const createGzipFailure = (cause: unknown): Failure =>
  new Failure("usage", {
    what: text("the upload is not complete gzip data", "gzip のデータとして最後まで読めません"),
    where: "content-encoding",
    cause,
  });

/** Returns true if the body of a request is compressed.  @throws Failure `usage` with 415 for other encodings than gzip */
const isGzipped = (headers: Headers): boolean => {
  const encoding = headers.get("content-encoding")?.trim().toLowerCase() ?? "identity";
  if (!["gzip", "x-gzip", "identity"].includes(encoding)) throw createEncodingFailure(encoding.slice(0, 100));
  return encoding !== "identity";
};

/** Returns the reason why a body could not be received. */
const toReceiveFailure = (error: unknown): Failure => {
  if (error instanceof Failure) return error;
  return getErrorCode(error).startsWith("Z_") ? createGzipFailure(error) : createInterruptedFailure(error);
};

/**
 * Receives the body of a request with a file, and decompresses it, in the temporary folder; undefined if it has none.
 *
 * @param limit bytes that are accepted, after decompression
 * @param signal ends the receiving
 * @throws Failure `usage` with 400, 413 or 415; `interrupted`
 */
export const receiveUpload = async (
  request: Request,
  { place, limit, signal }: { readonly place: TemporaryStorage; readonly limit: number; readonly signal: AbortSignal },
) => {
  const { body, method, url } = request;
  if (body === null) return undefined;
  const gzipped = isGzipped(request.headers);
  const spooled = await spoolToFile(
    limitBytes(() => openBody(body, gzipped, signal), limit),
    place,
  );
  const headers = new Headers(request.headers);
  headers.delete("content-encoding");
  const init: RequestInit & { duplex: "half" } = {
    method,
    headers,
    signal,
    body: Readable.toWeb(Readable.from(spooled.chunks())) as ReadableStream<Uint8Array>,
    duplex: "half",
  };
  return { request: new Request(url, init), [Symbol.asyncDispose]: () => spooled[Symbol.asyncDispose]() };
};

/** Yields the bytes of a body, which is opened only when it is read: until then, nobody would see its errors. */
async function* limitBytes(open: () => Readable, limit: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  try {
    for await (const chunk of open() as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      if (bytes > limit) throw TOO_LARGE_FAILURE;
      yield chunk;
    }
  } catch (error) {
    throw toReceiveFailure(error);
  }
}

/** Returns the bytes of a body, decompressed. */
const openBody = (body: ReadableStream<Uint8Array>, gzipped: boolean, signal: AbortSignal): Readable => {
  const sent = Readable.fromWeb(body, { signal });
  // the reader of the result gets every error
  return gzipped ? pipeline(sent, createGunzip(), () => undefined) : sent;
};
