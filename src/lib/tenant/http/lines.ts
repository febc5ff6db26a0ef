/**
 * A response of NDJSON whose batches of lines are made as it is read. The first batch is made at once, so that what
 * cannot be read fails as a problem and not in the middle.
 */
export const linesOf = (batches: Iterable<Uint8Array>): Response => {
  const iterator = batches[Symbol.iterator]();
  let next = iterator.next();
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (next.done === true) return controller.close();
      controller.enqueue(next.value);
      next = iterator.next();
    },
    cancel() {
      iterator.return?.();
    },
  });
  return new Response(body, { headers: { "content-type": "application/x-ndjson" } });
};
