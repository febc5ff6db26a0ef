import { LAST_PART } from "../tenant/results.ts";
import { splitRoute } from "../tenant/operation.ts";
import type { PieceStart } from "../tenant/store/store.ts";
import { createTruncationFailure, parseLine } from "./answer.ts";
import type { AskedCall, Connection, ReceivedPart, StreamedParts } from "./call.ts";
import { ask, yieldToSignals } from "./index.ts";

type Pieces = AsyncIterable<PieceStart | Uint8Array>;

async function* groupPieces(content: Pieces): AsyncGenerator<ReceivedPart> {
  const pieces = content[Symbol.asyncIterator]();
  let next = await pieces.next();
  async function* read(): AsyncGenerator<Uint8Array> {
    for (next = await pieces.next(); next.value instanceof Uint8Array; next = await pieces.next()) yield next.value;
  }
  try {
    while (next.done !== true && !(next.value instanceof Uint8Array)) {
      const bytes = read();
      // expose only next(): leaving a for-await loop must not end the generator, because the rest is read below
      yield { name: next.value.name, content: { [Symbol.asyncIterator]: () => ({ next: () => bytes.next() }) } };
      while ((await bytes.next()).done !== true);
    }
  } finally {
    await pieces.return?.();
  }
}

async function* watchSignals(asked: AskedCall, content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of content) {
    await yieldToSignals(asked);
    yield chunk;
  }
}

/** Opens the files that an operation returns. */
export const openParts = (connection: Connection, asked: AskedCall): StreamedParts<unknown> => {
  let end: { readonly value: unknown } | undefined;
  return {
    end: () => {
      if (end === undefined) throw new TypeError("the parts were not all read");
      return end.value;
    },
    async *[Symbol.asyncIterator]() {
      const { content: pieces } = (await ask(connection, asked)) as { readonly content: Pieces };
      for await (const part of groupPieces(pieces)) {
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
