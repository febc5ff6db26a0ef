import { Readable } from "node:stream";
import { createInterruptedFailure, Failure } from "../errors/index.ts";
import { spoolToFile, type TemporaryStorage } from "../files/index.ts";
import { text } from "../text/index.ts";

const TOO_LARGE_FAILURE = new Failure("usage", {
  what: text("the upload is larger than this server accepts", "アップロードがサーバーの上限を超えています"),
  status: 413,
});

const ENCODED_UPLOAD_FAILURE = new Failure("usage", {
  what: text("uploads must not be compressed", "アップロードは圧縮できません"),
  where: "content-encoding",
  status: 415,
});

export const receiveUpload = async (
  request: Request,
  { place, limit, signal }: { readonly place: TemporaryStorage; readonly limit: number; readonly signal: AbortSignal },
) => {
  const { body, method, url, headers } = request;
  if (body === null) return undefined;
  if (!/^identity$/i.test(headers.get("content-encoding") ?? "identity")) throw ENCODED_UPLOAD_FAILURE;
  const spooled = await spoolToFile(limitBytes(body, limit, signal), place);
  const init: RequestInit & { duplex: "half" } = {
    method,
    headers,
    signal,
    body: Readable.toWeb(Readable.from(spooled.chunks())) as ReadableStream<Uint8Array>,
    duplex: "half",
  };
  return { request: new Request(url, init), [Symbol.asyncDispose]: () => spooled[Symbol.asyncDispose]() };
};

/** Opens the body only on first use, because errors of a body opened earlier would be lost. */
async function* limitBytes(body: ReadableStream<Uint8Array>, limit: number, signal: AbortSignal) {
  let bytes = 0;
  try {
    for await (const chunk of Readable.fromWeb(body, { signal }) as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      if (bytes > limit) throw TOO_LARGE_FAILURE;
      yield chunk;
    }
  } catch (error) {
    throw error instanceof Failure ? error : createInterruptedFailure(error);
  }
}
