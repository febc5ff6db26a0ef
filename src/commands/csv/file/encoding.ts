import { EncodingDetector, type Ambiguity } from "../../../lib/csv/encoding/detect.ts";
import { foreignKind, type ForeignKind } from "../../../lib/csv/encoding/foreign.ts";
import { Utf8Weight } from "../../../lib/csv/encoding/nearly-utf8.ts";
import { RecordReader } from "../../../lib/csv/records/reader.ts";
import { ENCODINGS, type Encoding, type RecordProblem } from "../../../lib/csv/records/record.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import type { ChoiceField } from "../../field.ts";
import type { InputFile } from "../../../lib/files/index.ts";

/** The encoding of an input file. */
export const INPUT_ENCODING = {
  kind: "choice",
  choices: ["auto", ...ENCODINGS],
  default: "auto",
  value: "NAME",
  about: text(
    "the file's encoding; auto: byte order mark, then valid UTF-8, then Shift_JIS",
    "ファイルの文字コード(auto: BOM、正しい UTF-8、Shift_JIS の順に判定)",
  ),
} as const satisfies ChoiceField;

/** The option that resolves an ambiguity, of most commands. */
const INPUT_ENCODING_FLAG = "--encoding";

/** Options for detecting an encoding. */
export interface EncodingQuestion {
  /** default {@link INPUT_ENCODING_FLAG} */
  readonly flag?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

type ByteSource = Pick<InputFile, "chunks" | "label">;

const HEAD_BYTES = 64 * 1024;

const longer = (head: Uint8Array, chunk: Uint8Array): Uint8Array =>
  head.length >= HEAD_BYTES ? head : Buffer.concat([head, chunk.subarray(0, HEAD_BYTES - head.length)]);

/** The first bytes of a file. */
export async function headOf(file: ByteSource, signal?: AbortSignal): Promise<Uint8Array> {
  let head: Uint8Array = new Uint8Array(0);
  for await (const chunk of file.chunks()) {
    signal?.throwIfAborted();
    head = longer(head, chunk);
    if (head.length >= HEAD_BYTES) break;
  }
  return head;
}

/**
 * The encoding of a text file; for `auto` no more of it is read than is needed to be certain, and nothing twice but what
 * is refused.
 *
 * @throws `input-rejected` when the file is no table, is UTF-8 but for some bytes, or is valid both as UTF-8 and as CP932
 *   half-width kana
 */
export async function encodingOf(
  file: ByteSource,
  asked: Encoding | "auto",
  { flag = INPUT_ENCODING_FLAG, signal }: EncodingQuestion = {},
): Promise<Encoding> {
  if (asked !== "auto") {
    refuseForeign(file.label, await headOf(file, signal), asked, flag);
    return asked;
  }
  let head: Uint8Array = new Uint8Array(0);
  const detector = new EncodingDetector();
  let weight: Utf8Weight | undefined;
  for await (const chunk of file.chunks()) {
    signal?.throwIfAborted();
    head = longer(head, chunk);
    const begins = !detector.settled && detector.end().ascii;
    detector.write(chunk);
    // ASCII before it weighs nothing
    if (begins && detector.settled) weight = new Utf8Weight();
    weight?.write(chunk);
    if (head.length >= HEAD_BYTES && detector.settled && weight?.settled !== false) break;
  }
  refuseForeign(file.label, head, asked, flag);
  const { encoding, ambiguity } = detector.end();
  if (ambiguity !== undefined) throw ambiguous(file.label, flag, ambiguity);
  if (encoding === "shift_jis") await refuseBrokenUtf8(file, { flag, signal, weight });
  return encoding;
}

/** @throws `input-rejected` if a file that begins so is no table, or in an encoding that is not read or cannot be told */
export function refuseForeign(
  label: string,
  head: Uint8Array,
  asked: Encoding | "auto",
  flag: string = INPUT_ENCODING_FLAG,
): void {
  const kind = foreignKind(head, asked !== "auto");
  if (kind === undefined) return;
  const [what, hint] = FOREIGN[kind](flag);
  throw new Failure("input-rejected", { what, where: label, hint });
}

/**
 * @param question its `weight` is that of the whole file, if it was weighed already
 * @throws `input-rejected` if a file that is not UTF-8 is nearly so, naming the first place
 */
export async function refuseBrokenUtf8(
  file: ByteSource,
  { flag = INPUT_ENCODING_FLAG, signal, weight }: EncodingQuestion & { readonly weight?: Utf8Weight | undefined } = {},
): Promise<void> {
  const weighed = weight ?? (await weightOf(file, signal));
  if (!weighed.settled && weighed.end()) throw brokenUtf8(file.label, flag, await firstBroken(file));
}

async function weightOf(file: ByteSource, signal: AbortSignal | undefined): Promise<Utf8Weight> {
  const weight = new Utf8Weight();
  for await (const chunk of file.chunks()) {
    signal?.throwIfAborted();
    weight.write(chunk);
    if (weight.settled) break;
  }
  return weight;
}

/** The first place whose bytes are not UTF-8. */
async function firstBroken(file: ByteSource): Promise<RecordProblem | undefined> {
  let first: RecordProblem | undefined;
  const reader = new RecordReader(
    { encoding: "utf-8" },
    {
      record: () => undefined,
      problem: (problem) => {
        if (problem.code === "bytes-invalid") first ??= problem;
      },
    },
  );
  for await (const chunk of file.chunks()) {
    reader.write(chunk);
    if (first !== undefined) return first;
  }
  reader.end();
  return first;
}

const brokenUtf8 = (label: string, flag: string, place: RecordProblem | undefined): Failure => {
  const { row = 0, params = {} } = place ?? {};
  const bytes = String(params["bytes"]);
  return new Failure("input-rejected", {
    what: text(
      `row ${row} has bytes that are not UTF-8 (${bytes}), though nearly all of the file is`,
      `ほとんどが UTF-8 のファイルですが、${row} 行目に UTF-8 でないバイト列(${bytes})があります`,
    ),
    where: `${label}:${row}`,
    hint: text(
      `save the file as UTF-8 again after correcting that row (${flag} utf-8 lists all such places), or pass ${flag} shift_jis if it is Shift_JIS`,
      `その行を直して UTF-8 で保存し直してください(${flag} utf-8 で全箇所を表示)。Shift_JIS のファイルなら ${flag} shift_jis を指定してください`,
    ),
  });
};

const notRead = (name: string): readonly [Text, Text] => [
  text(`this is text in ${name}, which is not read`, `${name} のテキストです。この文字コードは読み込めません`),
  text("save it as UTF-8", "UTF-8 で保存し直してください"),
];

const unmarked = (name: string, encoding: Encoding, flag: string): readonly [Text, Text] => [
  text(`this looks like ${name} without a byte order mark`, `BOM のない ${name} のようです`),
  text(
    `pass ${flag} ${encoding}, or save it as UTF-8`,
    `${flag} ${encoding} を指定するか、UTF-8 で保存し直してください`,
  ),
];

const EXPORT_CSV = text("pass a CSV file", "CSV ファイルを指定してください");

/** What is no table is, and what to do. */
const FOREIGN: Readonly<Record<ForeignKind, (flag: string) => readonly [what: Text, hint: Text]>> = {
  pdf: () => [text("this is a PDF, not a CSV file", "CSV ではなく PDF です"), EXPORT_CSV],
  html: () => [
    text("this is a web page (HTML), not a CSV file", "CSV ではなく Web ページ(HTML)です"),
    text(
      "download it again: a session that has expired gives a page instead of the file",
      "もう一度ダウンロードしてください(ログインの期限切れなどでページが保存されることがあります)",
    ),
  ],
  binary: () => [text("this is not text", "テキストではありません"), EXPORT_CSV],
  "utf-16le": (flag) => unmarked("UTF-16LE", "utf-16le", flag),
  "utf-16be": (flag) => unmarked("UTF-16BE", "utf-16be", flag),
  "utf-32": () => notRead("UTF-32"),
  "euc-jp": () => notRead("EUC-JP"),
  "iso-2022-jp": () => notRead("ISO-2022-JP (JIS)"),
};

const ambiguous = (where: string, flag: string, { row, utf8, cp932 }: Ambiguity): Failure =>
  new Failure("input-rejected", {
    what: text(
      `cannot detect the encoding: row ${row} reads "${utf8}" as UTF-8 and "${cp932}" as Shift_JIS`,
      `文字コードを判別できません: ${row} 行目は UTF-8 なら「${utf8}」、Shift_JIS なら「${cp932}」です`,
    ),
    where,
    hint: text(`pass ${flag} utf-8 or ${flag} shift_jis`, `${flag} utf-8 か ${flag} shift_jis を指定してください`),
  });
