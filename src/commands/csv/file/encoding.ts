import { EncodingDetector, type Ambiguity } from "../../../lib/csv/encoding/detect.ts";
import { ENCODINGS, type Encoding } from "../../../lib/csv/records/record.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { text } from "../../../lib/text/index.ts";
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

/** Options for detecting an encoding. */
export interface EncodingQuestion {
  /** the option that resolves an ambiguity; default `--encoding` */
  readonly flag?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The encoding of a file; for `auto` no more of it is read than is needed to be certain.
 *
 * @throws `input-rejected` when the file is valid both as UTF-8 and as CP932 half-width kana
 */
export async function encodingOf(
  file: Pick<InputFile, "chunks" | "label">,
  asked: Encoding | "auto",
  { flag = "--encoding", signal }: EncodingQuestion = {},
): Promise<Encoding> {
  if (asked !== "auto") return asked;
  const detector = new EncodingDetector();
  for await (const chunk of file.chunks()) {
    signal?.throwIfAborted();
    detector.write(chunk);
    if (detector.settled) break;
  }
  const { encoding, ambiguity } = detector.end();
  if (ambiguity !== undefined) throw ambiguous(file.label, flag, ambiguity);
  return encoding;
}

const ambiguous = (where: string, flag: string, { row, utf8, cp932 }: Ambiguity): Failure =>
  new Failure("input-rejected", {
    what: text(
      `cannot detect the encoding: row ${row} reads "${utf8}" as UTF-8 and "${cp932}" as Shift_JIS`,
      `文字コードを判別できません: ${row} 行目は UTF-8 なら「${utf8}」、Shift_JIS なら「${cp932}」です`,
    ),
    where,
    hint: text(`pass ${flag} utf-8 or ${flag} shift_jis`, `${flag} utf-8 か ${flag} shift_jis を指定してください`),
  });
