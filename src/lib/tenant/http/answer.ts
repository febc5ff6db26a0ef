import { AUDIT_HEADER, MEDIA_TYPES, UNAUDITED, type Route } from "../../contract/route.ts";
import type { z } from "zod";
import type { TenantExport } from "../records/exports.ts";
import type { ExportedParts } from "../handover/export.ts";
import type { PieceStart } from "../store/store.ts";
import type { HandlerResults } from "./handler.ts";

/**
 * A stream of batches of lines that are produced as it is read. The first batch is produced at once, so that
 * unreadable data fails with a problem object and not in mid-stream.
 */
const streamOf = (batches: Iterable<Uint8Array>): ReadableStream<Uint8Array> => {
  const iterator = batches[Symbol.iterator]();
  let next = iterator.next();
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      if (next.done === true) return controller.close();
      controller.enqueue(next.value);
      next = iterator.next();
    },
    cancel() {
      iterator.return?.();
    },
  });
};

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
const multipart = (content: ReadableStream<PieceStart | Uint8Array>, boundary: string): ReadableStream<Uint8Array> => {
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

const jsonOf = (given: unknown): string => (typeof given === "string" ? given : JSON.stringify(given));

/** An export; one that left no record in the audit says so. */
const exportResponse = ({ content, isAudited }: TenantExport, type: string): Response =>
  new Response(content, { headers: { "content-type": type, ...(isAudited ? {} : { [AUDIT_HEADER]: UNAUDITED }) } });

/** The response to a request, by its route's kind of answer and what the handler gave. @param lines whether it wants NDJSON */
export const responseOf = async (
  { answer: { kind }, status = 200 }: Route,
  given: unknown,
  lines: boolean,
): Promise<Response> => {
  const headers = { "content-type": MEDIA_TYPES[kind] };
  switch (kind) {
    case "csv":
      return exportResponse(given as TenantExport, `${MEDIA_TYPES.csv}; charset=utf-8`);
    case "parts": {
      const { content, boundary } = given as ExportedParts;
      return new Response(multipart(content, boundary), {
        headers: { "content-type": `${MEDIA_TYPES.parts}; boundary="${boundary}"` },
      });
    }
    case "lines":
      return Symbol.iterator in (given as object)
        ? new Response(streamOf(given as Iterable<Uint8Array>), { headers })
        : exportResponse(given as TenantExport, MEDIA_TYPES.lines);
    case "list": {
      const whole = given as HandlerResults<z.ZodType>["list"];
      const body = await (lines ? whole.lines() : whole.page());
      return new Response(body, { headers: { "content-type": lines ? MEDIA_TYPES.lines : MEDIA_TYPES.list } });
    }
    case "items":
      return new Response(jsonOf({ items: given }), { headers });
    case "tagged": {
      const { etag } = given as { readonly etag: string | null };
      return new Response(jsonOf(given), { status, headers: { ...headers, ...(etag && { etag: `"${etag}"` }) } });
    }
    case "json":
    case "page":
      return new Response(jsonOf(given), { status, headers });
  }
};
