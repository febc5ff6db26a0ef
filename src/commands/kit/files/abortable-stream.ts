/** @param passed called with the size of each chunk after the chunk was used @throws the signal's abort reason */
export async function* streamUntilAborted(
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
  passed?: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    signal.throwIfAborted();
    // who takes the chunk may free it
    const { length } = chunk;
    yield chunk;
    passed?.(length);
  }
}
