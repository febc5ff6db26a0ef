/** @param passed called with each chunk after it was consumed @throws the signal's abort reason */
export async function* streamUntilAborted(
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
  passed?: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    signal.throwIfAborted();
    yield chunk;
    passed?.(chunk.length);
  }
}
