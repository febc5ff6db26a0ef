import type { ReceivedPart } from "../../contract/multipart.ts";
import { MEDIA_TYPES } from "../../contract/route.ts";
import { ENCODINGS, type FileForm } from "../../csv/records/record.ts";
import { Failure, createInterruptedFailure } from "../../errors/index.ts";
import { same, text, type Text } from "../../text/index.ts";
import type { UploadContent } from "../plans/engine.ts";
import { createUsageResponse } from "./problem.ts";

/**
 * A file that is sent with a request. To read its stream, pass the work that reads it to `through`, and await the
 * result.
 */
export interface Upload extends UploadContent {
  /** Settles like `work`. If the file could not be received, rejects with the reason instead. */
  readonly through: <T>(work: Promise<T>) => Promise<T>;
}

const XLSX_CONTENT_TYPE = /^application\/vnd\.openxmlformats-officedocument\.spreadsheetml\.sheet\s*(?:;|$)/i;
const CSV_CONTENT_TYPE = /^text\/csv\s*;(?:.*;)?\s*charset="?([\w-]+)"?/i;

const createBrokenUploadFailure = (error: unknown, { aborted }: AbortSignal): Failure => {
  if (error instanceof Failure) return error;
  if (aborted) return createInterruptedFailure(error);
  const what = text(
    "the file could not be received completely; nothing was changed",
    "ファイルを最後まで受信できませんでした。何も変更していません",
  );
  return new Failure("unavailable", { what, cause: error });
};

/** Returns a file as the import engine takes it. */
export const createUpload = (
  { body, signal }: Pick<Request, "body" | "signal">,
  encoding: FileForm,
): Upload => {
  let failure: Failure | undefined;
  async function* bytes(): AsyncGenerator<Uint8Array> {
    if (body === null) return;
    try {
      yield* body;
    } catch (error) {
      failure = createBrokenUploadFailure(error, signal);
      throw failure;
    }
  }
  return {
    stream: ReadableStream.from(bytes()),
    encoding,
    through: (work) =>
      work.catch((error: unknown) => {
        throw failure ?? error;
      }),
  };
};

/** Returns the file sent with a request, or the error response if its content type is not supported. */
export const receiveUpload = (request: Request): Upload | Response => {
  const type = request.headers.get("content-type") ?? "";
  if (XLSX_CONTENT_TYPE.test(type)) return createUpload(request, "xlsx");
  const charset = CSV_CONTENT_TYPE.exec(type)?.[1]?.toLowerCase();
  const encoding = ENCODINGS.find((known) => known === charset);
  if (encoding !== undefined) return createUpload(request, encoding);
  const what =
    charset === undefined
      ? text(
          "the content type must be text/csv with a charset, or the content type of an .xlsx workbook",
          "Content-Type は、charset 付きの text/csv か .xlsx ブックのものを指定してください",
        )
      : text(`the charset "${charset}" is not supported`, `文字コード「${charset}」は使えません`);
  const hint = same(`charset=${ENCODINGS.join(" | ")}`);
  return createUsageResponse({ what, where: "content-type", hint }, { status: 415 });
};

/** Several files that are sent in one request; see {@link Upload}. */
export interface UploadedParts extends Pick<Upload, "through"> {
  readonly parts: AsyncIterable<ReceivedPart>;
}

/** Returns the files sent with a request, or the error response if its content type is not supported. */
export const receiveParts = async (request: Request): Promise<UploadedParts | Response> => {
  const { parseBoundary, readParts } = await import("../../contract/multipart.ts");
  const type = request.headers.get("content-type") ?? "";
  const boundary = type.toLowerCase().startsWith(`${MEDIA_TYPES.parts};`) ? parseBoundary(type) : undefined;
  if (boundary === undefined) {
    const what = text(
      "the content type must be multipart/mixed with a boundary",
      "Content-Type は boundary 付きの multipart/mixed にしてください",
    );
    return createUsageResponse({ what, where: "content-type" }, { status: 415 });
  }
  const { stream, through } = createUpload(request, "utf-8");
  return { parts: readParts(stream, boundary, createMalformedPartsFailure), through };
};

const createMalformedPartsFailure = (reason: Text): Failure =>
  new Failure("input-rejected", {
    what: text(
      `the files are not in the format of an export: ${reason.en}`,
      `送られたファイルがエクスポートの形式ではありません: ${reason.ja}`,
    ),
  });
