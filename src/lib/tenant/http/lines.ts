/** Characters sent at a time. */
const CHUNK_LENGTH = 64 * 1024;

/**
 * A response of one JSON object a line, made as it is read. The first object is made at once, so that what cannot be
 * read fails as a problem and not in the middle.
 */
export const linesOf = <T>(
  source: Iterable<T>,
  format: (item: T) => string = (item) => JSON.stringify(item),
): Response => {
  const iterator = source[Symbol.iterator]();
  const encoder = new TextEncoder();
  let next = iterator.next();
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      let text = "";
      for (; next.done !== true && text.length < CHUNK_LENGTH; next = iterator.next())
        text += `${format(next.value)}\n`;
      if (text !== "") controller.enqueue(encoder.encode(text));
      if (next.done === true) controller.close();
    },
    cancel() {
      iterator.return?.();
    },
  });
  return new Response(body, { headers: { "content-type": "application/x-ndjson" } });
};
