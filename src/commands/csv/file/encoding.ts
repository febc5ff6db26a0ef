import { EncodingDetector, type EncodingAmbiguity } from "../../../lib/csv/encoding/detect.ts";
import { loadEncoding } from "../../../lib/csv/encoding/decode-sequence.ts";
import { detectUnsupportedKind, type UnsupportedKind } from "../../../lib/csv/encoding/unsupported-kind.ts";
import { NearUtf8Detector } from "../../../lib/csv/encoding/nearly-utf8.ts";
import { RecordReader } from "../../../lib/csv/records/reader.ts";
import type { Encoding, RecordProblem } from "../../../lib/csv/records/record.ts";
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
  const { head, encoding, bom, ascii, ambiguity } = await scanBytes(file, signal, isBelieved);
  const kind = detectUnsupportedKind(head, asked !== "auto");
  if (kind !== undefined && kind !== "euc-jp") {
    const [what, hint] = OTHER_FORMAT_MESSAGES[kind];
    throw new Failure("input-rejected", { what, where: file.label, hint });
  }
  if (isBelieved) return asked;
  if (asked === "auto" && kind !== undefined) {
    await loadEncoding(kind);
    return kind;
  }
  const isNearUtf8 = encoding === "shift_jis" && (await isNearlyUtf8(file, signal));
  if (asked !== "auto") {
    if (encoding === asked || ascii || ambiguity !== undefined || isNearUtf8) return asked;
    throw bom ? createByteOrderMarkFailure(file.label) : createOtherEncodingFailure(file.label, encoding);
  }
  if (ambiguity !== undefined) throw createAmbiguityFailure(file.label, ambiguity);
  if (isNearUtf8) throw createBrokenUtf8Failure(file.label, await findFirstInvalidBytes(file));
  return encoding;
}

const createOtherEncodingFailure = (where: string, encoding: Encoding): Failure =>
  new Failure("input-rejected", {
    what:
      encoding === "utf-8"
        ? text("the file is valid UTF-8, not Shift_JIS", "ファイルは正しい UTF-8 で、Shift_JIS ではありません")
        : text("the file is not UTF-8", "ファイルは UTF-8 ではありません"),
    where,
    hint: text("omit --encoding", "--encoding を外してください"),
  });

const createByteOrderMarkFailure = (where: string): Failure =>
  new Failure("input-rejected", {
    what: text(
      "the file begins with the byte order mark of a Unicode file",
      "ファイルの先頭に Unicode の BOM があります",
    ),
    where,
    hint: text(
      `omit --encoding; if the text is Shift_JIS, save it again without the mark`,
      `--encoding を外してください。Shift_JIS のテキストなら、BOM のない形で保存し直してください`,
    ),
  });

async function isNearlyUtf8(file: ByteSource, signal: AbortSignal | undefined): Promise<boolean> {
  const weight = new NearUtf8Detector();
  for await (const chunk of file.chunks()) {
    signal?.throwIfAborted();
    weight.write(chunk);
    if (weight.settled) return false;
  }
  return weight.end();
}

async function findFirstInvalidBytes(file: ByteSource): Promise<RecordProblem | undefined> {
  let first: RecordProblem | undefined;
  const problem = (found: RecordProblem): void => {
    if (found.code === "bytes-invalid") first ??= found;
  };
  const reader = new RecordReader({ encoding: "utf-8" }, { record: () => undefined, problem });
  for await (const chunk of file.chunks()) {
    reader.write(chunk);
    if (first !== undefined) return first;
  }
  reader.end();
  return first;
}

const createBrokenUtf8Failure = (label: string, place: RecordProblem | undefined): Failure => {
  const { row = 0, params = {} } = place ?? {};
  const bytes = String(params["bytes"]);
  return new Failure("input-rejected", {
    what: text(
      `row ${row} contains bytes that are not valid UTF-8 (${bytes}), although nearly all of the file is UTF-8`,
      `ほとんどが UTF-8 のファイルですが、${row} 行目に UTF-8 でないバイト列(${bytes})があります`,
    ),
    where: `${label}:${row}`,
    hint: text(
      `correct that row and save the file as UTF-8 again (--encoding utf-8 lists all such places); if the file is Shift_JIS, pass --encoding shift_jis`,
      `その行を直して UTF-8 で保存し直してください(--encoding utf-8 で全箇所を表示)。Shift_JIS のファイルなら --encoding shift_jis を指定してください`,
    ),
  });
};

const describeUnsupportedEncoding = (name: string): readonly [Text, Text] => [
  text(`the file is ${name} text, which is not supported`, `${name} のテキストです。この文字コードは読み込めません`),
  text("save the file as UTF-8", "UTF-8 で保存し直してください"),
];

const describeUnmarkedEncoding = (name: string, encoding: Encoding): readonly [Text, Text] => [
  text(`the file looks like ${name} without a byte order mark`, `BOM のない ${name} のようです`),
  text(
    `pass --encoding ${encoding}, or save the file as UTF-8`,
    `--encoding ${encoding} を指定するか、UTF-8 で保存し直してください`,
  ),
];

const PASS_CSV_HINT = text("pass a CSV file", "CSV ファイルを指定してください");

const OTHER_FORMAT_MESSAGES: Readonly<Record<Exclude<UnsupportedKind, "euc-jp">, readonly [what: Text, hint: Text]>> = {
  pdf: [text("the file is a PDF, not a CSV file", "CSV ではなく PDF です"), PASS_CSV_HINT],
  html: [
    text("the file is HTML or XML, not a CSV file", "CSV ではなく HTML か XML です"),
    text(
      "pass a CSV file; download it again if a web page was saved because your session had expired",
      "CSV ファイルを指定してください(ログインの期限切れで Web ページが保存されたときは、もう一度ダウンロードしてください)",
    ),
  ],
  binary: [text("the file is not a text file", "テキストファイルではありません"), PASS_CSV_HINT],
  "utf-16le": describeUnmarkedEncoding("UTF-16LE", "utf-16le"),
  "utf-16be": describeUnmarkedEncoding("UTF-16BE", "utf-16be"),
  "utf-32": describeUnsupportedEncoding("UTF-32"),
  "iso-2022-jp": describeUnsupportedEncoding("ISO-2022-JP (JIS)"),
};

const createAmbiguityFailure = (where: string, { row, utf8, cp932 }: EncodingAmbiguity): Failure =>
  new Failure("input-rejected", {
    what: text(
      `cannot detect the encoding: row ${row} reads "${utf8}" as UTF-8 and "${cp932}" as Shift_JIS`,
      `文字コードを判別できません: ${row} 行目は UTF-8 なら「${utf8}」、Shift_JIS なら「${cp932}」です`,
    ),
    where,
    hint: text(
      "pass --encoding utf-8 or --encoding shift_jis",
      "--encoding utf-8 か --encoding shift_jis を指定してください",
    ),
  });
