import type { ReceivedPart } from "../../contract/multipart.ts";
import { MEDIA_TYPES } from "../../contract/route.ts";
import { ENCODINGS, type FileForm } from "../../csv/records/record.ts";
import { Failure, interruption } from "../../errors/index.ts";
import { same, text, type Text } from "../../text/index.ts";
import type { UploadContent } from "../plans/engine.ts";
import { wrongRequest } from "./problem.ts";

/** A file sent with a request; work that reads its stream is awaited by `through`. */
export interface Upload extends UploadContent {
  /** Settles as `work` does; if the file itself broke off, rejects with the reason for that. */
  readonly through: <T>(work: Promise<T>) => Promise<T>;
}

const XLSX_TYPE = /^application\/vnd\.openxmlformats-officedocument\.spreadsheetml\.sheet\s*(?:;|$)/i;
const CSV_TYPE = /^text\/csv\s*;(?:.*;)?\s*charset="?([\w-]+)"?/i;

const brokenOff = (error: unknown, { aborted }: AbortSignal): Failure => {
  if (error instanceof Failure) return error;
  if (aborted) return interruption(error);
  const what = text(
    "the file could not be read to its end; nothing was changed",
    "ファイルを最後まで読めませんでした。何も変更していません",
  );
  return new Failure("unavailable", { what, cause: error });
};

const uploadOf = ({ body, signal }: Request, encoding: FileForm): Upload => {
  let failure: Failure | undefined;
  async function* bytes(): AsyncGenerator<Uint8Array> {
    if (body === null) return;
    try {
      yield* body;
    } catch (error) {
      failure = brokenOff(error, signal);
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

/** The file sent with a request, or the error response if its content type is unsuitable. */
export const contentOf = (request: Request): Upload | Response => {
  const type = request.headers.get("content-type") ?? "";
  if (XLSX_TYPE.test(type)) return uploadOf(request, "xlsx");
  const charset = CSV_TYPE.exec(type)?.[1]?.toLowerCase();
  const encoding = ENCODINGS.find((known) => known === charset);
  if (encoding !== undefined) return uploadOf(request, encoding);
  const what =
    charset === undefined
      ? text(
          "the content type must be text/csv with a charset, or that of an .xlsx workbook",
          "Content-Type は charset 付きの text/csv か、.xlsx ブックのものにしてください",
        )
      : text(`unknown charset ${charset}`, `文字コード ${charset} は使えません`);
  const hint = same(`charset=${ENCODINGS.join(" | ")}`);
  return wrongRequest({ what, where: "content-type", hint }, { status: 415 });
};

/** Files sent together with a request; see {@link Upload}. */
export interface UploadedParts extends Pick<Upload, "through"> {
  readonly parts: AsyncIterable<ReceivedPart>;
}

/** The files sent with a request, or the error response if its content type is unsuitable. */
export const partsOf = async (request: Request): Promise<UploadedParts | Response> => {
  const { boundaryOf, readParts } = await import("../../contract/multipart.ts");
  const type = request.headers.get("content-type") ?? "";
  const boundary = type.toLowerCase().startsWith(`${MEDIA_TYPES.parts};`) ? boundaryOf(type) : undefined;
  if (boundary === undefined) {
    const what = text(
      "the content type must be multipart/mixed with a boundary",
      "Content-Type は boundary 付きの multipart/mixed にしてください",
    );
    return wrongRequest({ what, where: "content-type" }, { status: 415 });
  }
  const { stream, through } = uploadOf(request, "utf-8");
  return { parts: readParts(stream, boundary, malformedParts), through };
};

const malformedParts = (reason: Text): Failure =>
  new Failure("input-rejected", {
    what: text(
      `the files are not sent as an export answers them: ${reason.en}`,
      `送られたファイルがエクスポートの形式ではありません: ${reason.ja}`,
    ),
  });
