import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import type { Route } from "../contract/route.ts";
import { createInterruptedFailure, Failure, getErrorCode } from "../errors/index.ts";
import { getFreeBytes, spoolToFile, type TemporaryStorage } from "../files/index.ts";
import { same, text } from "../text/index.ts";
import type { UploadLimits } from "./limits.ts";

const TOO_LARGE_FAILURE = new Failure("usage", {
  what: text("the upload is larger than this server accepts", "このサーバーが受け付ける大きさを超えています"),
  status: 413,
});

const createDiskFullFailure = (folder: string): Failure =>
  new Failure("unexpected", {
    what: text("not enough disk space for uploads", "アップロードのためのディスクの空きが足りません"),
    where: folder,
    status: 507,
  });

const BUSY_FAILURE = new Failure("unavailable", {
  what: text("too many uploads at the same time; try again", "同時のアップロードが多すぎます。もう一度お試しください"),
  retryAfterMs: 5000,
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

/** How often the free disk space is checked while an upload arrives. */
const CHECKED_BYTES = 64 * 1024 * 1024;

const requireFreeSpace = (folder: string, freeBytes: number): void => {
  if ((getFreeBytes(folder) ?? freeBytes) < freeBytes) throw createDiskFullFailure(folder);
};

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

/** Stores uploads in the temporary folder until they are complete. */
export class UploadSpool {
  readonly #place: TemporaryStorage;
  readonly #folder: string;
  readonly #limits: UploadLimits;
  #running = 0;

  /** @param folder an existing folder on the disk of the temporary folder */
  constructor(place: TemporaryStorage, folder: string, limits: UploadLimits) {
    this.#place = place;
    this.#folder = folder;
    this.#limits = limits;
  }

  /**
   * Receives the body of a request for a route that takes a file, and decompresses it; undefined for other routes.
   *
   * @param signal ends the receiving
   * @throws Failure `usage` with 400, 413 or 415, `unexpected` with 507, `unavailable`; `interrupted`
   */
  async receive({ file, takesParts }: Route, request: Request, signal: AbortSignal) {
    if (file !== true && takesParts !== true) return undefined;
    const { body } = request;
    if (body === null) return undefined;
    const gzipped = isGzipped(request.headers);
    if (this.#running >= this.#limits.uploads) throw BUSY_FAILURE;
    this.#running += 1;
    try {
      const spooled = await spoolToFile(
        this.#limited(() => openBody(body, gzipped, signal)),
        this.#place,
      );
      const { method, url } = request;
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
    } finally {
      this.#running -= 1;
    }
  }

  /** Yields the bytes of a body, which is opened only when it is read: until then, nobody would see its errors. */
  async *#limited(open: () => Readable): AsyncGenerator<Uint8Array> {
    const { bytes: max, freeBytes } = this.#limits;
    let bytes = 0;
    let checked = -CHECKED_BYTES;
    try {
      for await (const chunk of open() as AsyncIterable<Uint8Array>) {
        if (bytes - checked >= CHECKED_BYTES) {
          requireFreeSpace(this.#folder, freeBytes);
          checked = bytes;
        }
        bytes += chunk.length;
        if (bytes > max) throw TOO_LARGE_FAILURE;
        yield chunk;
      }
    } catch (error) {
      throw toReceiveFailure(error);
    }
  }
}

/** Returns the bytes of a body, decompressed. */
const openBody = (body: ReadableStream<Uint8Array>, gzipped: boolean, signal: AbortSignal): Readable => {
  const sent = Readable.fromWeb(body, { signal });
  // the reader of the result gets every error
  return gzipped ? pipeline(sent, createGunzip(), () => undefined) : sent;
};
