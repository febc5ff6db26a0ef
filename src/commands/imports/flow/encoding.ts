import { EncodingDetector, type Ambiguity } from "../../../lib/csv/detect.ts";
import { guessDelimiter } from "../../../lib/csv/inspect.ts";
import type { Encoding } from "../../../lib/csv/record.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { text } from "../../../lib/text/index.ts";
import type { InputFile } from "./input-file.ts";

/** How an input file is read. */
export interface Reading {
  readonly encoding: Encoding;
  readonly delimiter: string;
  /** the newline that ends the header row; undefined where the file has no newline */
  readonly newline: "crlf" | "lf" | "cr" | undefined;
  /** CP932 was concluded, though all but a few bytes are UTF-8 */
  readonly nearlyUtf8: boolean;
}

const HEAD_BYTES = 64 * 1024;

/**
 * Tells how a file is to be read. For `auto` all of it is read once: whether it is UTF-8 is known at the last byte only.
 *
 * @throws `input-rejected` where its text could be half-width kana as well
 */
export async function tellReading(
  file: InputFile,
  asked: "auto" | "shift_jis" | "utf-8",
  advance: (bytes: number) => void,
): Promise<Reading> {
  const detector = new EncodingDetector();
  let head: Uint8Array = new Uint8Array(0);
  for await (const chunk of file.chunks()) {
    if (head.length < HEAD_BYTES) head = Buffer.concat([head, chunk.subarray(0, HEAD_BYTES - head.length)]);
    if (asked !== "auto") break;
    detector.write(chunk);
    advance(chunk.length);
  }
  const detected = asked === "auto" ? detector.end() : undefined;
  if (detected?.ambiguity !== undefined) throw ambiguous(file.label, detected.ambiguity);
  const encoding = detected?.encoding ?? (asked === "auto" ? "utf-8" : asked);
  const start = new TextDecoder(encoding).decode(head);
  return {
    encoding,
    delimiter: guessDelimiter(start),
    newline: firstNewline(start),
    nearlyUtf8: detected?.encoding === "shift_jis" && isNearlyUtf8(head),
  };
}

function ambiguous(where: string, { row, utf8, cp932 }: Ambiguity): Failure {
  return new Failure("input-rejected", {
    what: text(
      `the encoding cannot be told: row ${row} reads "${utf8}" as UTF-8 and "${cp932}" as Shift_JIS`,
      `文字コードを判別できません: ${row} 行目は UTF-8 なら「${utf8}」、Shift_JIS なら「${cp932}」です`,
    ),
    where,
    hint: text(
      "pass --encoding utf-8 or --encoding shift_jis",
      "--encoding utf-8 か --encoding shift_jis を指定してください",
    ),
  });
}

/** The newline that ends the header row; those inside quotes end nothing. */
function firstNewline(start: string): Reading["newline"] {
  const [newline] = /\r\n|\r|\n/.exec(start.replaceAll(/"[^"]*(?:"|$)/g, "")) ?? [];
  if (newline === undefined) return undefined;
  if (newline === "\r\n") return "crlf";
  return newline === "\n" ? "lf" : "cr";
}

/** Valid UTF-8 characters beyond ASCII for each invalid sequence; CP932 text has hardly any. */
const NEARLY = 20;

function isNearlyUtf8(head: Uint8Array): boolean {
  const decoded = new TextDecoder("utf-8").decode(head, { stream: true });
  const invalid = decoded.match(/\ufffd/g)?.length ?? 0;
  const valid = decoded.match(/[^\0-\u007f\ufffd]/gu)?.length ?? 0;
  return valid > NEARLY * Math.max(invalid, 1);
}
