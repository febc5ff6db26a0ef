import {
  EncodingDetector,
  type EncodingAmbiguity,
  NearUtf8Detector,
  detectUnsupportedKind,
  type UnsupportedKind,
} from "../../../lib/csv/encoding/detect.ts";
import { loadEncoding } from "../../../lib/csv/encoding/decode-sequence.ts";
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
  if (asked !== "auto") await loadEncoding(asked);
  const isBelieved = asked !== "auto" && asked !== "utf-8" && asked !== "shift_jis";
  const { head, encoding, ascii, ambiguity } = await scanBytes(file, signal, isBelieved);
  const kind = detectUnsupportedKind(head, asked !== "auto");
  if (kind !== undefined && kind !== "euc-jp") throw createOtherFormatFailure(file.label, kind);
  if (isBelieved) return asked;
  if (asked === "auto" && kind !== undefined) {
    await loadEncoding(kind);
    return kind;
  }
  const isNearUtf8 = encoding === "shift_jis" && (await isNearlyUtf8(file, signal));
  if (asked === "auto") {
    if (ambiguity !== undefined) throw createAmbiguityFailure(file.label, ambiguity);
    // the reader reports each place that is not UTF-8
    return isNearUtf8 ? "utf-8" : encoding;
  }
  if (encoding === asked || ascii || ambiguity !== undefined || isNearUtf8) return asked;
  const name = asked === "utf-8" ? "UTF-8" : "Shift_JIS";
  throw new Failure("input-rejected", {
    what: text(`the file is not ${name}`, `ファイルは ${name} ではありません`),
    where: file.label,
    hint: text("omit --encoding", "--encoding を外してください"),
  });
}

async function isNearlyUtf8(file: ByteSource, signal: AbortSignal | undefined): Promise<boolean> {
  const weight = new NearUtf8Detector();
  for await (const chunk of file.chunks()) {
    signal?.throwIfAborted();
    weight.write(chunk);
    if (weight.settled) return false;
  }
  return weight.end();
}

const KIND_NAMES: Readonly<Record<Exclude<UnsupportedKind, "euc-jp">, readonly [name: Text, encoding?: Encoding]>> = {
  pdf: [text("a PDF", "PDF")],
  html: [text("HTML or XML (perhaps a page that asks to log in)", "HTML か XML(ログイン画面など)")],
  binary: [text("not text", "テキスト以外")],
  "utf-16le": [text("text in UTF-16LE without a byte order mark", "BOM のない UTF-16LE"), "utf-16le"],
  "utf-16be": [text("text in UTF-16BE without a byte order mark", "BOM のない UTF-16BE"), "utf-16be"],
  "utf-32": [text("text in UTF-32", "UTF-32 のテキスト")],
  "iso-2022-jp": [text("text in ISO-2022-JP (JIS)", "ISO-2022-JP(JIS)のテキスト")],
};

function createOtherFormatFailure(where: string, kind: keyof typeof KIND_NAMES): Failure {
  const [name, encoding] = KIND_NAMES[kind];
  const [option, optionJa] =
    encoding === undefined ? ["", ""] : [`, or pass --encoding ${encoding}`, `か、--encoding ${encoding} を指定`];
  return new Failure("input-rejected", {
    what: text(`cannot read the file: it seems to be ${name.en}`, `ファイルを読み込めません: ${name.ja}のようです`),
    where,
    hint: text(`pass CSV in UTF-8 or Shift_JIS${option}`, `UTF-8 か Shift_JIS の CSV を指定${optionJa}してください`),
  });
}

const createAmbiguityFailure = (where: string, { row, utf8, cp932 }: EncodingAmbiguity): Failure =>
  new Failure("input-rejected", {
    what: text(
      `cannot detect the encoding: row ${row} reads "${utf8}" as UTF-8 and "${cp932}" as Shift_JIS`,
      `文字コードを判別できません: ${row} 行目は UTF-8 なら「${utf8}」、Shift_JIS なら「${cp932}」です`,
    ),
    where,
    hint: text("pass --encoding utf-8 or shift_jis", "--encoding utf-8 か shift_jis を指定してください"),
  });
