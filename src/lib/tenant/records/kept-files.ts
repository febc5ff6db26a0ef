import { Failure } from "../../errors/index.ts";
import { describeTooLargeFile, MAX_KEPT_FILE_BYTES } from "../../model/thing.ts";
import { text } from "../../text/index.ts";
import { sha256 } from "../ids.ts";
import type { Reader, Writer } from "../store/store.ts";

/** Decodes the content of a file to keep. @throws Failure `input-rejected` if it is blank, too large or not base64 */
export const decodeKeptFile = (content: string): Buffer => {
  const bytes = Buffer.from(content, "base64");
  const what =
    bytes.length > MAX_KEPT_FILE_BYTES
      ? describeTooLargeFile()
      : text("the file is empty, or its content is not base64", "ファイルが空か、内容が base64 ではありません");
  if (bytes.length > MAX_KEPT_FILE_BYTES || bytes.length === 0 || bytes.toString("base64") !== content)
    throw new Failure("input-rejected", { what });
  return bytes;
};

/** Keeps a file forever, because versions of records refer to it. Returns its SHA-256. */
export const keepFile = async (writer: Writer, bytes: Buffer): Promise<string> => {
  const digest = sha256(bytes);
  await writer.lock(["files"]);
  await writer.run("insert into main.kept_file values (:digest, :content) on conflict do nothing", {
    digest,
    content: bytes.toString("base64"),
  });
  return digest;
};

/** Returns a file byte for byte. @throws Failure `not-found` if the record has no file */
export const readKeptFile = async (reader: Reader, digest: string | null): Promise<ReadableStream<Uint8Array>> => {
  const row = await reader.get("select content from main.kept_file where digest = :digest", { digest });
  if (row === undefined)
    throw new Failure("not-found", { what: text("no file is kept for this record", "ファイルは登録されていません") });
  return ReadableStream.from([new Uint8Array(Buffer.from(String(row["content"]), "base64"))]);
};
