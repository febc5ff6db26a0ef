import { AUDIT_HEADER, MEDIA_TYPES, NO_AUDIT_RECORD, type Route } from "../../contract/route.ts";
import type { z } from "zod";
import type { TenantExport } from "../records/exports.ts";
import type { ExportedParts } from "../handover/export.ts";
import type { PieceStart } from "../store/store.ts";
import type { HandlerResults } from "./handler.ts";

const PART_CONTENT_TYPES: Readonly<Record<string, string>> = {
  ndjson: "application/x-ndjson",
  json: "application/json",
  csv: "text/csv; charset=utf-8",
};

const getPartContentType = (name: string): string =>
  PART_CONTENT_TYPES[name.slice(name.lastIndexOf(".") + 1)] ?? "application/octet-stream";

/**
 * Returns the body of a `multipart/mixed` response. The body is created while it is read. @see RFC 2046 5.1, RFC 6266
 *
 * @param content the start of each part, followed by its bytes; the names are chosen by clomoctl and are ASCII without
 * quotes
 */
const createMultipartStream = (
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
      const headers = `Content-Type: ${getPartContentType(name)}\r\nContent-Disposition: attachment; filename="${name}"`;
      controller.enqueue(Buffer.from(`${delimiter}\r\n${headers}\r\n\r\n`));
      delimiter = `\r\n--${boundary}`;
    },
    cancel: (reason) => pieces.cancel(reason),
  });
};

/**
 * Returns JSON as UTF-8. A response keeps its body until it has been sent, and a text takes twice as much memory as its
 * bytes.
 */
const toJsonBytes = (given: unknown): Uint8Array<ArrayBuffer> =>
  Buffer.from(typeof given === "string" ? given : JSON.stringify(given));

/**
 * Returns the response that contains an export. A response header shows if the export does not have an audit record.
 */
const createExportResponse = ({ content, isAudited }: TenantExport, type: string): Response =>
  new Response(content, {
    headers: { "content-type": type, ...(isAudited ? {} : { [AUDIT_HEADER]: NO_AUDIT_RECORD }) },
  });

/**
 * Creates the response that the route defines from the handler's result. @param lines true if the client requests
 * NDJSON
 */
export const createRouteResponse = async (
  { answer: { kind }, status = 200 }: Route,
  given: unknown,
  lines: boolean,
): Promise<Response> => {
  const headers = { "content-type": MEDIA_TYPES[kind] };
  switch (kind) {
    case "csv":
      return createExportResponse(given as TenantExport, `${MEDIA_TYPES.csv}; charset=utf-8`);
    case "parts": {
      const { content, boundary } = given as ExportedParts;
      return new Response(createMultipartStream(content, boundary), {
        headers: { "content-type": `${MEDIA_TYPES.parts}; boundary="${boundary}"` },
      });
    }
    case "lines":
      return given instanceof ReadableStream
        ? new Response(given as ReadableStream<Uint8Array>, { headers })
        : createExportResponse(given as TenantExport, MEDIA_TYPES.lines);
    case "list": {
      const whole = given as HandlerResults<z.ZodType>["list"];
      const body = lines ? await whole.lines() : toJsonBytes(await whole.page());
      return new Response(body, { headers: { "content-type": lines ? MEDIA_TYPES.lines : MEDIA_TYPES.list } });
    }
    case "items":
      return new Response(toJsonBytes({ items: given }), { headers });
    case "tagged": {
      const { etag } = given as { readonly etag: string | null };
      return new Response(toJsonBytes(given), { status, headers: { ...headers, ...(etag && { etag: `"${etag}"` }) } });
    }
    case "json":
    case "page":
      return new Response(toJsonBytes(given), { status, headers });
  }
};
