import type { Lines, TenantExport } from "../results.ts";
import type { AnyOperation } from "../operation.ts";
import { AUDIT_HEADER, MEDIA_TYPES, NO_AUDIT_RECORD } from "./wire.ts";

export const createResponse = ({ result: kind = "json" }: AnyOperation, result: unknown): Response => {
  const type = MEDIA_TYPES[kind];
  const headers = { "content-type": type };
  switch (kind) {
    case "csv": {
      const { content, isAudited } = result as TenantExport;
      const audit = isAudited ? {} : { [AUDIT_HEADER]: NO_AUDIT_RECORD };
      return new Response(content, { headers: { "content-type": `${type}; charset=utf-8`, ...audit } });
    }
    case "file":
      return new Response(result as ReadableStream<Uint8Array>, { headers });
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
