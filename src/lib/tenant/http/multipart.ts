import type { PieceStart } from "../store/store.ts";

/** The content types of parts, by the ends of their names. */
const TYPES: Readonly<Record<string, string>> = {
  ndjson: "application/x-ndjson",
  json: "application/json",
  csv: "text/csv; charset=utf-8",
};

const typeOf = (name: string): string => TYPES[name.slice(name.lastIndexOf(".") + 1)] ?? "application/octet-stream";

/**
 * The body of a `multipart/mixed` answer, made as it is read. @see RFC 2046 5.1, RFC 6266
 *
 * @param content the starts of parts, each before the bytes of its part; names are ours, in ASCII without quotes
 */
export const multipart = (
  content: ReadableStream<PieceStart | Uint8Array>,
  boundary: string,
): ReadableStream<Uint8Array> => {
  const pieces = content.getReader();
  let delimiter = `--${boundary}`;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await pieces.read();
      if (done) {
        controller.enqueue(Buffer.from(`${delimiter}--\r\n`));
        return controller.close();
      }
      if (value instanceof Uint8Array) return controller.enqueue(value);
      const { name } = value;
      const headers = `Content-Type: ${typeOf(name)}\r\nContent-Disposition: attachment; filename="${name}"`;
      controller.enqueue(Buffer.from(`${delimiter}\r\n${headers}\r\n\r\n`));
      delimiter = `\r\n--${boundary}`;
    },
    cancel: (reason) => pieces.cancel(reason),
  });
};
