import type { HonoRequest } from "hono";
import { HTTPException } from "hono/http-exception";
import type { z } from "zod";
import { Failure, tryOrUndefined } from "../../errors/index.ts";
import { INPUT_ENCODINGS } from "../../csv/records/record.ts";
import { same, text } from "../../text/index.ts";
import { createUpload, type Upload } from "../subjects/upload.ts";
import {
  takesQuery,
  type AnyOperation,
  type OperationRequest,
  listPathNames,
  splitRoute,
} from "../subjects/operation.ts";
import { createUsageResponse, createValidationResponse } from "./problem.ts";

export const buildInputSchemas = async (one: AnyOperation) => {
  const kit = await import("../ledger/inputs.ts");
  const own = one.path?.(kit) as z.ZodRawShape | undefined;
  const names = listPathNames(splitRoute(one).path);
  const input = one.input?.(kit) as z.ZodType | undefined;
  const isQuery = takesQuery(one);
  return {
    path: kit.z.object(Object.fromEntries(names.map((name) => [name, own?.[name] ?? kit.Id]))),
    query: (isQuery ? input : undefined) ?? kit.z.strictObject({}),
    body: isQuery ? undefined : input,
  };
};

export type RequestInput = Pick<OperationRequest, "path" | "given">;

const MAX_BODY_KIB = 1024;

const MAX_OPEN_BODY_KIB = 16;

const parseQueryParameters = (request: HonoRequest): unknown =>
  Object.fromEntries(Object.entries(request.queries()).map(([name, all]) => [name, all.length === 1 ? all[0] : all]));

/** @throws HTTPException 400 for invalid bytes, which would be stored as U+FFFD */
const decodeUtf8 = (bytes: Uint8Array): string => {
  const content = tryOrUndefined(() => new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  if (content === undefined) throw new HTTPException(400);
  return content;
};

/**
 * Maximum number of bytes to read beyond a body's limit. Closing a connection with unread bytes can lose the response.
 */
const MAX_DISCARDED_BYTES = 16 * 1024 * 1024;

const readBodyText = async (request: HonoRequest, one: AnyOperation): Promise<string> => {
  const maxKib = one.needs === "open" ? MAX_OPEN_BODY_KIB : MAX_BODY_KIB;
  const maxBytes = maxKib * 1024;
  if (request.header("transfer-encoding") === undefined && Number(request.header("content-length")) <= maxBytes)
    return decodeUtf8(new Uint8Array(await request.arrayBuffer()));
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (request.raw.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes <= maxBytes) chunks.push(chunk);
    else if (bytes > maxBytes + MAX_DISCARDED_BYTES) break;
  }
  if (bytes > maxBytes)
    throw new Failure("usage", {
      what: text(`the JSON body is larger than ${maxKib} KiB`, `JSON の本文が ${maxKib} KiB を超えています`),
      where: "json",
      status: 413,
    });
  return decodeUtf8(Buffer.concat(chunks));
};

const COMPRESSED_JSON_FAILURE = new Failure("usage", {
  what: text("JSON bodies must not be compressed", "JSON の本文は圧縮できません"),
  where: "content-encoding",
  status: 415,
});

const readJsonBody = async (request: HonoRequest, one: AnyOperation): Promise<unknown> => {
  const encoding = request.header("content-encoding") ?? "identity";
  if (encoding.toLowerCase() !== "identity") throw COMPRESSED_JSON_FAILURE;
  const type = request.header("content-type");
  const content = await readBodyText(request, one);
  if (type === undefined && content === "") return {};
  const [, charset = "utf-8"] = /;\s*charset="?([^";\s]+)/i.exec(type ?? "") ?? [];
  const isJson = /^application\/(?:[a-z.-]+\+)?json\s*(?:;|$)/i.test(type ?? "");
  if (!isJson || !/^(?:utf-8|us-ascii)$/i.test(charset)) throw new HTTPException(415);
  const value = tryOrUndefined((): unknown => JSON.parse(content));
  if (value === undefined) throw new HTTPException(400);
  return value;
};

const checkPart = async (target: string, schema: z.ZodType, value: unknown) => {
  const { data, error } = schema.safeParse(value);
  const [issue] = error?.issues ?? [];
  return issue === undefined ? { data } : createValidationResponse(target, schema, value, issue);
};

export const createInputReader = (one: AnyOperation): ((request: HonoRequest) => Promise<RequestInput | Response>) => {
  let schemas: ReturnType<typeof buildInputSchemas> | undefined;
  const isQuery = takesQuery(one);
  return async (request) => {
    const { path, query, body } = await (schemas ??= buildInputSchemas(one));
    const values = await checkPart("param", path, request.param());
    if (values instanceof Response) return values;
    const asked = await checkPart("query", query, parseQueryParameters(request));
    if (asked instanceof Response || isQuery) return asked instanceof Response ? asked : toInput(values, asked);
    const given = body && (await checkPart("json", body, await readJsonBody(request, one)));
    return given instanceof Response ? given : toInput(values, given);
  };
};

const toInput = (path: { readonly data: unknown }, given: { readonly data: unknown } | undefined): RequestInput => ({
  path: path.data as RequestInput["path"],
  given: given?.data,
});

const XLSX_CONTENT_TYPE = /^application\/vnd\.openxmlformats-officedocument\.spreadsheetml\.sheet\s*(?:;|$)/i;
const CSV_CONTENT_TYPE = /^text\/csv\s*;(?:.*;)?\s*charset="?([\w-]+)"?/i;

export const receiveFile = (request: Request): Upload | Response => {
  const type = request.headers.get("content-type") ?? "";
  if (XLSX_CONTENT_TYPE.test(type)) return createUpload(request, "xlsx");
  const charset = CSV_CONTENT_TYPE.exec(type)?.[1]?.toLowerCase();
  const encoding = INPUT_ENCODINGS.find((known) => known === charset);
  if (encoding !== undefined) return createUpload(request, encoding);
  const what =
    charset === undefined
      ? text(
          "the content type must be text/csv with a charset, or the content type of an .xlsx workbook",
          "Content-Type には、charset 付きの text/csv か、.xlsx のものを指定してください",
        )
      : text(`the charset "${charset}" is not supported`, `文字コード「${charset}」は使えません`);
  const hint = same(`charset=${INPUT_ENCODINGS.join(" | ")}`);
  return createUsageResponse({ what, where: "content-type", hint }, { status: 415 });
};
