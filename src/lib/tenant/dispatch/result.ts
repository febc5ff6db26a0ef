import type { ExportedParts, Lines, TenantExport } from "../results.ts";
import type { AnyOperation } from "../operation.ts";
import type { PieceStart } from "../store/store.ts";
import { AUDIT_HEADER, FRAME_HEADER_BYTES, FRAMES, MAX_FRAME_BYTES, MEDIA_TYPES, NO_AUDIT_RECORD } from "./wire.ts";

const createFrame = (kind: number, payload: Uint8Array): Uint8Array => {
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  header.writeUInt8(kind, 0);
  header.writeUInt32BE(payload.length, 1);
  return Buffer.concat([header, payload]);
};

const createFrameStream = ({ content }: ExportedParts): ReadableStream<Uint8Array> =>
  content.pipeThrough(
    new TransformStream<PieceStart | Uint8Array, Uint8Array>({
      transform(piece, frames) {
        if (!(piece instanceof Uint8Array)) return frames.enqueue(createFrame(FRAMES.name, Buffer.from(piece.name)));
        for (let at = 0; at < piece.length; at += MAX_FRAME_BYTES)
          frames.enqueue(createFrame(FRAMES.bytes, piece.subarray(at, at + MAX_FRAME_BYTES)));
      },
      flush: (frames) => frames.enqueue(createFrame(FRAMES.end, Buffer.alloc(0))),
    }),
  );

export const createResponse = ({ result: kind = "json" }: AnyOperation, result: unknown): Response => {
  const type = MEDIA_TYPES[kind];
  const headers = { "content-type": type };
  switch (kind) {
    case "csv": {
      const { content, isAudited } = result as TenantExport;
      const audit = isAudited ? {} : { [AUDIT_HEADER]: NO_AUDIT_RECORD };
      return new Response(content, { headers: { "content-type": `${type}; charset=utf-8`, ...audit } });
    }
    case "parts":
      return new Response(createFrameStream(result as ExportedParts), { headers });
    case "lines":
    case "list": {
      const lines = result as Lines<unknown>;
      return new Response("0" in lines ? Buffer.from(lines[0]) : lines, { headers });
    }
    case "json":
      // a response keeps its body until it has been sent, and a text takes twice as much memory as its bytes
      return new Response(Buffer.from(JSON.stringify(result ?? null)), { headers });
  }
};
