import { type ExportedParts, LAST_PART } from "../tenant/results.ts";
import { text, type Text } from "../text/index.ts";
import { splitRoute } from "../tenant/operation.ts";
import type { PieceStart } from "../tenant/store/store.ts";
import { createContractFailure, createTruncationFailure, parseLine } from "./answer.ts";
import type { AskedCall, Connection, StreamedParts } from "./call.ts";
import { ask, yieldToSignals } from "./methods.ts";
import { parseBoundary, readParts, type ReceivedPart } from "./multipart.ts";

async function* groupPieces(content: AsyncIterable<PieceStart | Uint8Array>): AsyncGenerator<ReceivedPart> {
  const pieces = content[Symbol.asyncIterator]();
  let next = await pieces.next();
  async function* read(): AsyncGenerator<Uint8Array> {
    for (next = await pieces.next(); next.value instanceof Uint8Array; next = await pieces.next()) yield next.value;
  }
  while (next.done !== true && !(next.value instanceof Uint8Array)) {
    const bytes = read();
    // expose only next(): leaving a for-await loop must not end the generator, because the rest is read below
    yield { name: next.value.name, content: { [Symbol.asyncIterator]: () => ({ next: () => bytes.next() }) } };
    while ((await bytes.next()).done !== true);
  }
}

const readResponse = ({ one }: AskedCall, { headers, body }: Response): AsyncIterable<ReceivedPart> => {
  const violation = (reason: Text) => createContractFailure(splitRoute(one), reason);
  const boundary = parseBoundary(headers.get("content-type") ?? "");
  if (boundary !== undefined) return readParts((body ?? []) as AsyncIterable<Uint8Array>, boundary, violation);
  throw violation(
    text("the content type has no multipart boundary", "Content-Type にパートの区切り(boundary)がありません"),
  );
};

async function* watchSignals(asked: AskedCall, content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of content) {
    await yieldToSignals(asked);
    yield chunk;
  }
}

export const openParts = (connection: Connection, asked: AskedCall): StreamedParts<unknown> => {
  let end: { readonly value: unknown } | undefined;
  return {
    end: () => {
      if (end === undefined) throw new TypeError("the parts were not all read");
      return end.value;
    },
    async *[Symbol.asyncIterator]() {
      const result = await ask(connection, asked);
      const parts =
        connection.perform === undefined
          ? readResponse(asked, result as Response)
          : groupPieces((result as ExportedParts).content as AsyncIterable<PieceStart | Uint8Array>);
      for await (const part of parts) {
        if (end !== undefined) throw createTruncationFailure(splitRoute(asked.one));
        if (part.name !== LAST_PART) {
          yield { ...part, content: watchSignals(asked, part.content) };
          continue;
        }
        const content = Buffer.concat(await Array.fromAsync(part.content)).toString();
        end = { value: parseLine(splitRoute(asked.one), content) };
      }
      if (end === undefined) throw createTruncationFailure(splitRoute(asked.one));
    },
  };
};
