/**
 * Passes chunks on until a signal comes.
 *
 * @param passed is told the bytes of each chunk once it was taken
 * @throws the signal's reason
 */
export async function* watched(
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
