import { EncodingDetector } from "../../../lib/csv/encoding/detect.ts";
import { detectUnsupportedKind, type UnsupportedKind } from "../../../lib/csv/encoding/unsupported-kind.ts";
import type { Encoding } from "../../../lib/csv/records/record.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import type { InputFile } from "../../../lib/files/index.ts";

type ByteSource = Pick<InputFile, "chunks" | "label">;

const HEAD_BYTES = 64 * 1024;

export const readHead = async (file: ByteSource, signal?: AbortSignal): Promise<Uint8Array> =>
  (await scanBytes(file, signal, true)).head;

/** Stops when the encoding is certain. If `isHeadEnough` is true, reads only the first bytes. */
async function scanBytes(file: ByteSource, signal: AbortSignal | undefined, isHeadEnough: boolean) {
  let head: Uint8Array = new Uint8Array(0);
  const detector = new EncodingDetector();
  for await (const chunk of file.chunks()) {
    signal?.throwIfAborted();
    if (head.length < HEAD_BYTES) head = Buffer.concat([head, chunk.subarray(0, HEAD_BYTES - head.length)]);
    if (!isHeadEnough) detector.write(chunk);
    if (head.length >= HEAD_BYTES && (isHeadEnough || detector.settled)) break;
  }
  return { head, ...detector.end() };
}

/** @throws `input-rejected` if the file is not a table or its encoding is uncertain */
export async function detectEncoding(
  file: ByteSource,
  asked: Encoding | "auto",
  signal?: AbortSignal,
): Promise<Encoding> {
  const isBelieved = asked !== "auto" && asked !== "utf-8" && asked !== "shift_jis";
  const { head, encoding, ascii } = await scanBytes(file, signal, isBelieved);
  const kind = detectUnsupportedKind(head, asked !== "auto");
  if (kind !== undefined && kind !== "euc-jp") throw createOtherFormatFailure(file.label, kind);
  if (isBelieved) return asked;
  if (asked === "auto" && kind !== undefined) return kind;
  const isNearUtf8 = encoding === "shift_jis" && isNearlyUtf8(head);
  // the reader reports each place that is not UTF-8
  if (asked === "auto") return isNearUtf8 ? "utf-8" : encoding;
  if (encoding === asked || ascii || isNearUtf8 || (asked === "shift_jis" && mayBeKana(head))) return asked;
  const name = asked === "utf-8" ? "UTF-8" : "Shift_JIS";
  throw new Failure("input-rejected", {
    what: text(`the file is not ${name}`, `ファイルは ${name} ではありません`),
    where: file.label,
    hint: text("omit --encoding", "--encoding を外してください"),
  });
}

/**
 * Returns true for UTF-8 with a few invalid bytes. In CP932 text, valid UTF-8 sequences of three bytes never outnumber
 * invalid sequences.
 */
const isNearlyUtf8 = (head: Uint8Array): boolean => {
  const text = new TextDecoder("utf-8").decode(head, { stream: true });
  const count = (pattern: RegExp): number => text.match(pattern)?.length ?? 0;
  return count(/[\u0800-\ufffc]/g) > count(/\ufffd/g);
};

/** Returns true if each character can be half-width kana in CP932, although the bytes may be valid UTF-8, too. */
const mayBeKana = (head: Uint8Array): boolean => head.every((byte) => byte < 0x80 || (byte >= 0xa1 && byte <= 0xdf));

const KIND_NAMES: Readonly<Record<Exclude<UnsupportedKind, "euc-jp">, readonly [name: Text, encoding?: Encoding]>> = {
  pdf: [text("a PDF", "PDF")],
  html: [text("HTML or XML (perhaps a page that asks to log in)", "HTML か XML(ログイン画面など)")],
  binary: [text("not text", "テキスト以外")],
  "utf-16le": [text("text in UTF-16LE without a byte order mark", "BOM のない UTF-16LE"), "utf-16le"],
  "utf-16be": [text("text in UTF-16BE without a byte order mark", "BOM のない UTF-16BE"), "utf-16be"],
  "iso-2022-jp": [text("text in ISO-2022-JP (JIS)", "ISO-2022-JP(JIS)のテキスト")],
};

function createOtherFormatFailure(where: string, kind: keyof typeof KIND_NAMES): Failure {
  const [name, encoding] = KIND_NAMES[kind];
  const [option, optionJa] =
    encoding === undefined ? ["", ""] : [`, or pass --encoding ${encoding}`, `か、--encoding ${encoding} を指定`];
  return new Failure("input-rejected", {
    what: text(
      `the file seems to be ${name.en}, which cannot be read`,
      `ファイルは${name.ja}のようです。このままでは読み込めません`,
    ),
    where,
    hint: text(
      `pass a CSV file in UTF-8 or Shift_JIS${option}`,
      `UTF-8 か Shift_JIS の CSV を指定${optionJa}してください`,
    ),
  });
}
