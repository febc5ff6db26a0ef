import { Readable } from "node:stream";
import type { Route } from "../contract/route.ts";
import { Failure } from "../errors/index.ts";
import { getFreeBytes, spoolToFile, type TemporaryStorage } from "../files/index.ts";
import { text } from "../text/index.ts";

const GIB = 1024 ** 3;

/** Limits of uploads. */
export interface UploadLimits {
  readonly bytes: number;
  /** disk space that must stay free */
  readonly freeBytes: number;
  /** uploads at the same time */
  readonly uploads: number;
}

export const DEFAULT_UPLOAD_LIMITS: UploadLimits = { bytes: 2 * GIB, freeBytes: GIB, uploads: 4 };

const TOO_LARGE_FAILURE = new Failure("usage", {
  what: text("the upload is larger than this server accepts", "このサーバーが受け付ける大きさを超えています"),
  status: 413,
});

const DISK_FULL_FAILURE = new Failure("unavailable", {
  what: text("the server does not have enough disk space for uploads", "サーバーのディスクの空きが足りません"),
  status: 507,
});

const BUSY_FAILURE = new Failure("unavailable", {
  what: text("too many uploads at the same time; try again", "同時のアップロードが多すぎます。もう一度お試しください"),
  retryAfterMs: 5000,
});

/** How often the free disk space is checked while an upload arrives. */
const CHECKED_BYTES = 64 * 1024 * 1024;

const requireFreeSpace = (folder: string, freeBytes: number): void => {
  if ((getFreeBytes(folder) ?? freeBytes) < freeBytes) throw DISK_FULL_FAILURE;
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
   * Receives the body of a request for a route that takes a file; undefined for other routes.
   *
   * @throws Failure `usage` with 413, `unavailable` with 503 or 507
   */
  async receive({ file, takesParts }: Route, request: Request) {
    const { body } = request;
    if ((file !== true && takesParts !== true) || body === null) return undefined;
    if (this.#running >= this.#limits.uploads) throw BUSY_FAILURE;
    this.#running += 1;
    try {
      const spooled = await spoolToFile(this.#limited(body), this.#place);
      const { method, url, headers, signal } = request;
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

  async *#limited(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
    const { bytes: max, freeBytes } = this.#limits;
    let bytes = 0;
    let checked = -CHECKED_BYTES;
    for await (const chunk of body) {
      if (bytes - checked >= CHECKED_BYTES) {
        requireFreeSpace(this.#folder, freeBytes);
        checked = bytes;
      }
      bytes += chunk.length;
      if (bytes > max) throw TOO_LARGE_FAILURE;
      yield chunk;
    }
  }
}
