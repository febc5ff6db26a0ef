import type { Failure } from "../errors/index.ts";
import { text, type Text } from "../text/index.ts";
import { FRAME_HEADER_BYTES, FRAMES, MAX_FRAME_BYTES } from "../tenant/dispatch/wire.ts";
import type { PieceStart } from "../tenant/store/store.ts";

const MAX_FILES = 1000;

/** Letters, digits and hyphens, in at most one folder, such as `resources/users.ndjson`. */
const FILE_NAME = /^[a-z0-9-]{1,60}(?:\/[a-z0-9-]{1,60})?\.[a-z0-9]{1,10}$/;

/**
 * Yields the files of a body as they arrive: the name of each, then its bytes.
 *
 * @param violation creates the failure to throw if the body is malformed or ends before its last frame
 */
export async function* readFrames(
  body: AsyncIterable<Uint8Array>,
  violation: (reason: Text) => Failure,
): AsyncGenerator<PieceStart | Uint8Array, void> {
  let rest: Uint8Array = Buffer.alloc(0);
  const names = new Set<string>();
  const chunks = body[Symbol.asyncIterator]();
  const take = async (wanted: number): Promise<Buffer> => {
    const parts = [rest];
    for (let length = rest.length; length < wanted; length += parts.at(-1)?.length ?? 0) {
      const next = await chunks.next();
      if (next.done === true) throw violation(text("the data ends too early", "データが途中で切れています"));
      parts.push(next.value);
    }
    const all = Buffer.concat(parts);
    rest = all.subarray(wanted);
    return all.subarray(0, wanted);
  };
  try {
    for (;;) {
      const header = await take(FRAME_HEADER_BYTES);
      const [kind, length] = [header.readUInt8(0), header.readUInt32BE(1)];
      if (kind === FRAMES.end && length === 0) break;
      const isKnown = kind === FRAMES.name || (kind === FRAMES.bytes && names.size > 0);
      if (!isKnown || length > MAX_FRAME_BYTES) throw violation(text("a part is malformed", "パートが壊れています"));
      const payload = await take(length);
      if (kind === FRAMES.bytes) {
        yield payload;
        continue;
      }
      const name = payload.toString("latin1");
      if (!FILE_NAME.test(name) || names.has(name) || names.size === MAX_FILES)
        throw violation(text("a part has an unexpected name", "パートの名前が正しくありません"));
      names.add(name);
      yield { name };
    }
    for (let next: IteratorResult<Uint8Array> = { value: rest }; next.done !== true; next = await chunks.next())
      if (next.value.length > 0)
        throw violation(text("there is data after the last part", "最後のパートの後にデータがあります"));
  } finally {
    await chunks.return?.();
  }
}
