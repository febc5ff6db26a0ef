import { INPUT_ENCODINGS } from "../../csv/records/record.ts";
import { same, text } from "../../text/index.ts";
import { createUpload, type Upload } from "../upload.ts";
import { createUsageResponse } from "./problem.ts";

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
          "Content-Type は、charset 付きの text/csv か .xlsx ブックのものを指定してください",
        )
      : text(`the charset "${charset}" is not supported`, `文字コード「${charset}」は使えません`);
  const hint = same(`charset=${INPUT_ENCODINGS.join(" | ")}`);
  return createUsageResponse({ what, where: "content-type", hint }, { status: 415 });
};
