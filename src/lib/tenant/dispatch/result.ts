import type { ExportedParts, TenantExport } from "../results.ts";
import type { AnyOperation } from "../operation.ts";
import { AUDIT_HEADER, MEDIA_TYPES, NO_AUDIT_RECORD } from "./wire.ts";

/**
 * Returns the body of a `multipart/mixed` response. The body is created while it is read. @see RFC 2046 5.1, RFC 6266
 *
 * @param content the start of each part, followed by its bytes; the names are ASCII without quotes
 */
const createMultipartStream = ({ content, boundary }: ExportedParts): ReadableStream<Uint8Array> => {
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
      const headers = `Content-Disposition: attachment; filename="${value.name}"`;
      controller.enqueue(Buffer.from(`${delimiter}\r\n${headers}\r\n\r\n`));
      delimiter = `\r\n--${boundary}`;
    },
    cancel: (reason) => pieces.cancel(reason),
  });
};

export const createResponse = ({ result: kind = "json" }: AnyOperation, result: unknown): Response => {
  const type = MEDIA_TYPES[kind];
  const headers = { "content-type": type };
  switch (kind) {
    case "csv": {
      const { content, isAudited } = result as TenantExport;
      const audit = isAudited ? {} : { [AUDIT_HEADER]: NO_AUDIT_RECORD };
      return new Response(content, { headers: { "content-type": `${type}; charset=utf-8`, ...audit } });
    }
    case "parts": {
      const parts = result as ExportedParts;
      return new Response(createMultipartStream(parts), {
        headers: { "content-type": `${type}; boundary="${parts.boundary}"` },
      });
    }
    case "lines":
    case "list":
      return new Response(result as ReadableStream<Uint8Array>, { headers });
    case "json":
      // a response keeps its body until it has been sent, and a text takes twice as much memory as its bytes
      return new Response(Buffer.from(JSON.stringify(result ?? null)), { headers });
  }
};
